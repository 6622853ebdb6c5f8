"""JSON and GeoJSON of a plan, and files that are refused before any work."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely

from gridsvc.errors import InputRefused, NotFound, Text, WrongUsage
from gridsvc.patrol.outputs import MEDIA_TYPES, check_target, draw_plan, plan_as_dict, write_plan
from gridsvc.patrol.outputs.lines import line_geometry, pieces
from gridsvc.patrol.outputs.wording import amount
from gridsvc.patrol.plan import OMITTED_WORDS, Plan, Totals
from tests.patrol.plan_by_hand import HOSTILE, at, made_plan, moment


def collection(plan: Plan, **asked: Any) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(draw_plan(plan, "geojson", **asked))
    return held


def of_role(held: dict[str, Any], role: str) -> list[dict[str, Any]]:
    return [each for each in held["features"] if each["properties"]["role"] == role]


def test_the_answer_is_plain_and_complete() -> None:
    plan = made_plan()
    told = plan_as_dict(plan)
    assert json.loads(draw_plan(plan, "json")) == json.loads(json.dumps(told)) == told
    assert list(told)[:2] == ["id", "headline"]
    assert told["headline"]["zh"].startswith("2 名巡查员到 9 处")
    assert told["gap"] == round(1 - plan.value / 11, 4)
    assert told["share"] == round(plan.value / 16, 4)
    first = told["routes"][0]["stops"][0]
    assert first["name"] == {"zh": "太乙路与建设东路口", "en": "crossing 1"}
    assert datetime.fromisoformat(first["arrives"]) == plan.routes[0].stops[0].arrives
    assert first["window"] == ["2026-11-20T17:00:00+08:00", "2026-11-20T19:00:00+08:00"]
    assert first["dwell_minutes"] == 12
    assert first["classes"][0] == {"code": "0201", "name": "非法小广告", "expected": 0.9}
    assert [each["code"] for each in told["omitted"]] == list(OMITTED_WORDS)[:7]
    assert told["dropped"][0]["required"] is True
    assert [each["met"] for each in told["floors"]] == [True, False]
    assert told["routes"][1]["patrol"]["end"] is None
    assert told["seed"] == 7
    assert set(told["versions"]) == {"pyvrp", "network", "forecast"}


def test_a_plan_without_anything_is_told_too() -> None:
    nothing = made_plan(
        routes=(),
        omitted=(),
        dropped=(),
        floors=(),
        totals=Totals(),
        value=0.0,
        possible=0.0,
        bound=0.0,
        greedy=0.0,
    )
    told = plan_as_dict(nothing)
    assert told["share"] is None
    assert told["gap"] == 0
    assert told["headline"]["zh"].startswith("没有安排任何一处")
    for form in MEDIA_TYPES:
        assert draw_plan(nothing, form)


def test_geojson_has_every_stop_way_and_omitted_place(tmp_path: Path) -> None:
    plan = made_plan(form="streets")
    held = collection(plan)
    stops = [stop for route in plan.routes for stop in route.stops]
    drawn = of_role(held, "stop")
    assert [each["geometry"]["coordinates"] for each in drawn] == [[stop.lon, stop.lat] for stop in stops]
    assert len(of_role(held, "way")) == len(of_role(held, "street")) == 9
    assert len(of_role(held, "home")) == 1
    assert len(of_role(held, "start")) == 3
    assert [each["properties"]["code"] for each in of_role(held, "omitted")] == list(OMITTED_WORDS)[:7]
    assert of_role(held, "dropped")[0]["properties"]["required"] is True
    assert of_role(held, "stop")[3]["properties"]["kind"] == "break"
    for feature in held["features"]:
        assert all(
            value is None or isinstance(value, str | int | float) for value in feature["properties"].values()
        )
        assert feature["geometry"]["type"] in ("Point", "LineString")
    file = tmp_path / "plan.geojson"
    size = write_plan(plan, file)
    assert file.stat().st_size == size
    info = pyogrio.read_info(file)
    assert info["features"] == len(held["features"])
    assert info["crs"] == "EPSG:4326"


def test_a_file_is_of_one_language() -> None:
    assert of_role(collection(made_plan(), language="en"), "stop")[0]["properties"]["name"] == "crossing 1"
    assert of_role(collection(made_plan()), "stop")[3]["properties"]["name"] == "休息"


def test_one_patrol_alone_keeps_the_figures_of_the_plan() -> None:
    plan = made_plan()
    held = collection(plan, patrol="李巡查")
    assert {each["properties"]["patrol"] for each in of_role(held, "stop")} == {"李巡查"}
    assert held["gridsvc"]["value"] == round(plan.value, 4)
    stops = sum(1 for each in of_role(held, "stop") if each["properties"]["stop"])
    assert 0 < stops < plan.totals.stops
    assert held["gridsvc"]["headline"]["en"].startswith(f"1 patrol visits {stops} places and may expect")
    with pytest.raises(NotFound) as refused:
        draw_plan(plan, "geojson", patrol="孙巡查")
    assert refused.value.code == "unknown_patrol"
    assert "李巡查" in refused.value.remedy.zh  # type: ignore[union-attr]


def test_lines_of_any_kind_become_geometry() -> None:
    way = shapely.LineString([at(0, 0), at(0, 0), at(1, 0)])
    assert line_geometry(way) == {"type": "LineString", "coordinates": [list(at(0, 0)), list(at(1, 0))]}
    two = shapely.MultiLineString([[at(0, 0), at(1, 0)], [at(3, 3), at(4, 4)]])
    assert line_geometry(two)["type"] == "MultiLineString"  # type: ignore[index]
    for nothing in (
        None,
        shapely.LineString(),
        shapely.LineString([at(1, 1), at(1, 1)]),
        shapely.Point(1, 2),
    ):
        assert line_geometry(nothing) is None
        assert pieces(nothing) == []
    fine = shapely.LineString([(108.123456789, 34.123456789), (108.2, 34.2)])
    assert pieces(fine)[0].tolist()[0] == [108.1234568, 34.1234568]
    assert np.shape(pieces(fine)[0]) == (2, 2)


def test_hostile_words_and_a_shift_over_midnight() -> None:
    route = made_plan().routes[0]
    late = replace(route, returns=moment(17).replace(day=21, hour=1))
    plan = made_plan(words=HOSTILE, routes=(late,))
    assert plan_as_dict(plan)["routes"][0]["returns"] == "2026-11-21T01:00:00+08:00"
    assert of_role(collection(plan), "omitted")[0]["properties"]["name"] == HOSTILE[1]


def test_small_expectations_are_not_nothing() -> None:
    said = [amount(number) for number in (0.0, 0.004, 0.005, 0.0451, 0.99, 0.996, 12.34)]
    assert said == ["0.0", "<0.01", "0.01", "0.05", "0.99", "1.0", "12.3"]


def test_what_is_left_out_has_its_kind_of_reason_and_its_own() -> None:
    plan = made_plan()
    own = replace(plan.omitted[0], because=Text("每分钟价值 0.02；要去只能放弃甲处。", "0.02 a minute."))
    told = plan_as_dict(replace(plan, omitted=(own,)))["omitted"][0]
    assert told["reason"]["zh"] == OMITTED_WORDS[own.code].zh
    assert told["because"]["zh"] == own.because.zh


def test_files_are_refused_before_any_work(tmp_path: Path) -> None:
    for name in ("plan.docx", "plan"):
        with pytest.raises(WrongUsage) as refused:
            check_target(tmp_path / name)
        assert refused.value.code == "bad_suffix"
    with pytest.raises(InputRefused) as missing:
        check_target(tmp_path / "nowhere" / "plan.gpx")
    assert missing.value.code == "no_folder"
    with pytest.raises(WrongUsage) as unknown:
        draw_plan(made_plan(), "docx")
    assert unknown.value.code == "bad_format"
    for suffix in MEDIA_TYPES:
        check_target(tmp_path / f"plan.{suffix}")
