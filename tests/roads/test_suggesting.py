"""Suggestions of the sample's roads and areas: completed with any rule, every one of them is importable."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection

from gridsvc.geography import import_areas
from gridsvc.roads import import_roads, import_sections, load_sections, suggest_sections, write_suggestions
from gridsvc.sample import SampleFiles

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def sample(connection: Connection, sample_files: SampleFiles) -> Connection:
    for level, path in (
        ("district", sample_files.district),
        ("street", sample_files.streets),
        ("community", sample_files.communities),
    ):
        parent = None if level == "district" else "parent_code"
        import_areas(
            connection, path, level=level, code_column="code", name_column="name", parent_column=parent
        )
    import_roads(connection, sample_files.roads)
    return connection


def completed(path: Path, rule: str) -> Path:
    """Fill in the rule of every suggestion, and of each whole road or house number the side left of it."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for feature in content["features"]:
        asked: dict[str, Any] = feature["properties"]
        asked["rule"] = rule
        if rule == "whole_road":
            asked["party_code"] = asked["left_code"]
        if rule == "house_number":
            asked["odd_code"] = asked["left_code"]
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


@pytest.mark.long  # the sample is made first
@pytest.mark.parametrize("level", ["street", "community"])
def test_suggestions_are_importable_under_every_rule(sample: Connection, tmp_path: Path, level: str) -> None:
    found = suggest_sections(sample, level=level, at=NOW)
    assert len(found) >= 15
    path = tmp_path / "suggested.geojson"
    write_suggestions(path, found)
    for rule in ("centre_line", "direction", "house_number", "whole_road"):
        done = import_sections(sample, completed(path, rule), now=NOW, zone=ZONE)
        assert (done.added, done.refused, done.doubtful) == (len(found), (), ())
        assert len(load_sections(sample)) == len(found)
