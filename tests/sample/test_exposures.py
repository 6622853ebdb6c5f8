"""Minutes of patrol follow the planted effort and the rhythm of the year; people live where there are homes."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import numpy as np

from gridsvc.sample import SampleFiles
from tests.sample.conftest import Layer


def test_minutes_follow_the_planted_effort(files: SampleFiles, planted: dict[str, Any]) -> None:
    effort = planted["effort"]["cells"]
    minutes = dict.fromkeys(effort, 0)
    weekend = 0
    with files.patrol_minutes.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            minutes[row["单元网格编码"]] += int(row["巡查分钟"])
            weekend += int(row["巡查分钟"]) * (date.fromisoformat(row["日期"]).weekday() >= 5)
    walked, planned = np.array(list(minutes.values()), float), np.array(list(effort.values()))
    assert np.corrcoef(walked, planned)[0, 1] > 0.95
    assert walked.sum() / len(walked) / 52 == np.clip(walked.sum() / len(walked) / 52, 25, 35)
    assert weekend / walked.sum() < 2 / 7 - 0.05


def test_people_live_where_there_are_homes(files: SampleFiles, cells: Layer) -> None:
    with files.people.open(encoding="utf-8", newline="") as file:
        people = {row["单元网格编码"]: int(row["常住人口"]) for row in csv.DictReader(file)}
    assert list(people) == cells.column("code")
    per_use: dict[str, list[int]] = {}
    for code, use in zip(cells.column("code"), cells.column("land_use"), strict=True):
        per_use.setdefault(use, []).append(people[code])
    assert np.mean(per_use["居住"]) > 2 * np.mean(per_use["商业服务"]) > 0
    assert max(per_use["水域及滨水绿地"]) == 0
