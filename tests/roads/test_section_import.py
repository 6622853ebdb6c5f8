"""Agreements on boundary roads: from lines and from tables, their faults, overlaps and history."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import Fault, InputRefused
from gridsvc.roads import (
    BoundarySection,
    SectionImport,
    import_roads,
    import_sections,
    load_sections,
    suggest_sections,
    write_suggestions,
)
from tests.roads.town_roads import JIA, YI, degrees, line, load_streets, roads, write

NOW = datetime(2026, 11, 23, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
TABLE = (
    "编号",
    "路名",
    "起点",
    "止点",
    "甲方街道",
    "乙方街道",
    "责任划分",
    "文号",
    "生效日期",
    "失效日期",
    "路宽",
)


@pytest.fixture
def town(connection: Connection, tmp_path: Path) -> Connection:
    load_streets(connection, tmp_path)
    import_roads(connection, write(tmp_path / "roads.geojson", roads()))
    return connection


def table(path: Path, *rows: dict[str, str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, TABLE, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row(**changed: str) -> dict[str, str]:
    return {
        "编号": "1",
        "路名": "分界路",
        "甲方街道": "甲街道",
        "乙方街道": "乙街道",
        "责任划分": "以中心线为界",
    } | changed


def load(town: Connection, path: Path, **options: Any) -> SectionImport:
    return import_sections(town, path, now=NOW, zone=ZONE, **options)


def only(town: Connection) -> BoundarySection:
    (section,) = load_sections(town)
    return section


def refusals(town: Connection, path: Path) -> list[Fault]:
    with pytest.raises(InputRefused) as refused:
        load(town, path)
    assert refused.value.code == "sections_refused"
    assert load_sections(town) == []
    return list(refused.value.faults)


def test_a_table_takes_its_line_from_the_road_layer_between_two_crossings(
    town: Connection, tmp_path: Path
) -> None:
    path = table(
        tmp_path / "界路.csv",
        row(
            起点="一号路",
            止点="与二号路十字",
            责任划分="全路归乙方",
            文号="会议纪要 5 号",
            生效日期="2026年1月1日",
            路宽="40",
        ),
    )
    done = load(town, path)
    assert (done.rows, done.added, done.refused, done.doubtful) == (1, 1, (), ())
    section = only(town)
    assert (section.code, section.rule, section.party_code) == ("1", "whole_road", YI)
    assert (section.half_width_m, section.agreed_in, section.source) == (20.0, "会议纪要 5 号", "界路.csv")
    assert section.effective_from == datetime(2026, 1, 1, tzinfo=ZONE)
    metres = line((0, 200), (0, 1000))
    # The middle of two carriageways 16 m apart, from crossing to crossing; drawn from 一号路 to 二号路.
    assert shapely.hausdorff_distance(section.geometry, degrees(metres)) < 25 / 111_000
    assert section.geometry.coords[0][1] < section.geometry.coords[-1][1]
    assert (section.left_code, section.right_code) == (JIA, YI)


def test_without_ends_the_road_is_followed_along_the_border(town: Connection, tmp_path: Path) -> None:
    load(town, table(tmp_path / "t.csv", row(责任划分="单号归乙方，双号归甲方")))
    section = only(town)
    assert (section.rule, section.odd_code) == ("house_number", YI)
    assert abs(section.geometry.length * 101_000 - 1_800) < 250
    assert 15 <= section.half_width_m <= 25  # carriageways 8 m off the middle, and 10 m beyond


@pytest.mark.parametrize(
    ("changed", "code", "column"),
    [
        ({"路名": ""}, "bad_name", "路名"),
        ({"路名": "没有的路"}, "not_on_border", "路名"),
        ({"路名": "远路"}, "not_on_border", "路名"),
        ({"起点": "一号路", "止点": "九号路"}, "unknown_crossing", "止点"),
        ({"路名": "没有的路", "起点": "一号路", "止点": "二号路"}, "unknown_road", "路名"),
        ({"责任划分": ""}, "unknown_rule", "责任划分"),
        ({"责任划分": "全路"}, "missing_party", "party"),
        ({"责任划分": "全路归丙街道"}, "party_not_a_side", "责任划分"),
        ({"责任划分": "按门牌单双号"}, "missing_odd", "odd"),
        ({"甲方街道": "丙街道"}, "unknown_area", "甲方街道"),
        ({"甲方街道": "乙街道"}, "same_side", "乙方街道"),
        ({"乙方街道": ""}, "missing_side", "乙方街道"),
        ({"路宽": "0"}, "bad_width", "路宽"),
        ({"路宽": "宽"}, "bad_width", "路宽"),
        ({"生效日期": "明年"}, "bad_time", "生效日期"),
        ({"生效日期": "2026-05-01", "失效日期": "2026-05-01"}, "bad_period", "失效日期"),
    ],
)
def test_faults_of_a_table(
    town: Connection, tmp_path: Path, changed: dict[str, str], code: str, column: str
) -> None:
    (fault,) = refusals(town, table(tmp_path / "t.csv", row(**changed)))
    assert fault.code == code
    assert fault.place.row == 2
    assert fault.place.column in (column, None)


def test_a_whole_road_may_go_to_a_unit(town: Connection, tmp_path: Path) -> None:
    load(town, table(tmp_path / "t.csv", row(责任划分="全路由市政养护公司负责")))
    assert (only(town).unit_code, only(town).party_code) == ("W-01", None)


def lines(path: Path, *features: tuple[dict[str, Any], Any]) -> Path:
    usual = {"code": "L1", "name": "分界路", "rule": "centre_line", "left_code": JIA, "right_code": YI}
    return write(path, [(usual | properties, shape) for properties, shape in features])


def test_lines_are_held_against_the_areas_beside_them(town: Connection, tmp_path: Path) -> None:
    north = line((0, 300), (0, 900))
    assert load(town, lines(tmp_path / "a.geojson", ({}, north))).added == 1
    assert only(town).half_width_m == 18.0
    turned = lines(tmp_path / "b.geojson", ({"code": "L2"}, shapely.reverse(line((0, 1100), (0, 1700)))))
    with pytest.raises(InputRefused) as refused:
        load(town, turned)
    assert [fault.code for fault in refused.value.faults] == ["sides_swapped"]
    far = lines(tmp_path / "a.geojson", ({}, line((-500, 300), (-400, 900))))
    assert load(town, far).doubtful == ()  # 甲街道 is left of it, and right as well
    beyond = lines(tmp_path / "a.geojson", ({}, line((1500, 300), (1500, 900))))
    assert [fault.code for fault in load(town, beyond).doubtful] == ["sides_unseen"]


def test_a_drawn_line_may_leave_the_sides_to_the_areas(town: Connection, tmp_path: Path) -> None:
    path = lines(
        tmp_path / "a.geojson",
        ({"left_code": "", "right_code": "", "甲方": YI, "乙方": "甲街道"}, line((0, 900), (0, 300))),
    )
    load(town, path)
    assert (only(town).left_code, only(town).right_code) == (YI, JIA)


def test_one_line_a_row(town: Connection, tmp_path: Path) -> None:
    apart = shapely.MultiLineString([[(0, 300), (0, 400)], [(0, 500), (0, 600)]])
    joined = shapely.MultiLineString([[(0, 300), (0, 400)], [(0, 400), (0, 600)]])
    faults = refusals(town, lines(tmp_path / "a.geojson", ({}, apart), ({"code": "2"}, line((0, 0), (0, 0)))))
    assert [fault.code for fault in faults] == ["not_one_line", "zero_length"]
    assert load(town, lines(tmp_path / "a.geojson", ({}, joined))).added == 1


def test_two_rules_for_one_stretch_are_refused(town: Connection, tmp_path: Path) -> None:
    first, second = line((0, 300), (0, 900)), line((2, 700), (2, 1200))
    whole = {"code": "L2", "rule": "whole_road", "party_code": JIA}
    path = lines(tmp_path / "a.geojson", ({}, first), (whole, second))
    (fault,) = refusals(town, path)
    assert fault.code == "overlapping_sections"
    assert "for 200 m near 107.945744, 34.24" in fault.message.en
    assert fault.remedy is not None
    assert "keep one" in fault.remedy.en
    # One after the other, across a crossing, in other times, or with the same terms they may stand.
    assert (
        load(town, lines(tmp_path / "a.geojson", ({}, first), (whole, line((0, 900), (0, 1200))))).added == 2
    )
    crossing = {
        "code": "L3",
        "rule": "whole_road",
        "party_code": YI,
        "name": "横路",
        "left_code": YI,
        "right_code": JIA,
    }
    assert load(
        town, lines(tmp_path / "b.geojson", (crossing, line((-300, 600), (300, 600)))), skip_invalid=True
    )
    later = {"effective_from": "2027-01-01"}
    path = lines(tmp_path / "a.geojson", ({"effective_to": "2027-01-01"}, first), (whole | later, second))
    assert load(town, path).refused == ()
    same = load(town, lines(tmp_path / "a.geojson", ({}, first), ({"code": "L2"}, second)))
    assert [fault.code for fault in same.doubtful] == ["overlapping_sections"]


def test_a_code_is_given_once_at_a_time(town: Connection, tmp_path: Path) -> None:
    path = lines(tmp_path / "a.geojson", ({}, line((0, 300), (0, 600))), ({}, line((0, 900), (0, 1200))))
    assert [fault.code for fault in refusals(town, path)] == ["duplicate_code"]


def test_a_source_is_replaced_and_its_history_kept(town: Connection, tmp_path: Path) -> None:
    one, two = line((0, 300), (0, 600)), line((0, 900), (0, 1200))
    load(town, lines(tmp_path / "a.geojson", ({}, one), ({"code": "L2"}, two)))
    again = load(town, lines(tmp_path / "a.geojson", ({}, one), ({"code": "L2"}, two)))
    assert (again.added, again.unchanged, again.withdrawn) == (0, 2, 0)
    changed = load(town, lines(tmp_path / "a.geojson", ({}, one), ({"code": "L2", "agreed_in": "新约"}, two)))
    assert (changed.added, changed.unchanged, changed.withdrawn) == (1, 1, 1)
    assert [each.agreed_in for each in load_sections(town)] == [None, "新约"]
    assert len(load_sections(town, withdrawn=True)) == 3
    gone = load(town, lines(tmp_path / "a.geojson", ({}, one)))
    assert (gone.added, gone.unchanged, gone.withdrawn) == (0, 1, 1)


def test_refused_rows_may_be_left_out(town: Connection, tmp_path: Path) -> None:
    path = table(tmp_path / "t.csv", row(), row(编号="2", 责任划分=""))
    done = load(town, path, skip_invalid=True)
    assert (done.added, [fault.code for fault in done.refused]) == (1, ["unknown_rule"])


def test_suggestions_completed_are_imported(town: Connection, tmp_path: Path) -> None:
    (found,) = suggest_sections(town, level="street", at=NOW)
    assert (found.name, found.left_code, found.right_code) == ("分界路", JIA, YI)
    assert (found.left_name, found.right_name) == ("甲街道", "乙街道")
    assert 1_700 < found.length_m < 1_900
    path = tmp_path / "suggested.geojson"
    write_suggestions(path, [found])
    content = json.loads(path.read_text())
    content["features"][0]["properties"]["rule"] = "direction"
    path.write_text(json.dumps(content))
    done = load(town, path)
    assert (done.added, done.refused, done.doubtful) == (1, (), ())
    assert (only(town).code, only(town).rule, only(town).half_width_m) == (
        "BR0001",
        "direction",
        found.half_width_m,
    )


def test_nothing_to_suggest_from(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        suggest_sections(connection, level="street", at=NOW)
    assert refused.value.code == "no_areas"
    load_streets(connection, tmp_path)
    with pytest.raises(InputRefused) as refused:
        suggest_sections(connection, level="street", at=NOW)
    assert refused.value.code == "no_roads"
