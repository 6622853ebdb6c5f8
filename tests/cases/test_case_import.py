from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gridsvc.cases import CaseImport, import_cases
from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.responsibility import Atlas, load_atlas
from gridsvc.settings import Settings
from tests.hotspots.district import SCHEME, District
from tests.town import make_town

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=SHANGHAI)
HEADER = [
    "任务号",
    "经度",
    "纬度",
    "小类代码",
    "上报时间",
    "结案时间",
    "截止时间",
    "来源",
    "问题描述",
    "地址",
    "处置单位",
]


class Desk:
    """Writes case files and imports them."""

    def __init__(self, connection: Connection, atlas: Atlas, town: District, folder: Path) -> None:
        self.connection, self.atlas, self.town, self.folder = connection, atlas, town, folder

    def row(self, number: str = "1", column: float = 0.5, **fields: str) -> dict[str, str]:
        lon, lat = self.town.place(column, 0.5)
        return {
            "任务号": number,
            "经度": f"{lon:.7f}",
            "纬度": f"{lat:.7f}",
            "小类代码": "0201",
            "上报时间": "2026-11-02 09:00:00",
        } | fields

    def write(self, rows: list[dict[str, str]], *, encoding: str = "utf-8", name: str = "cases.csv") -> Path:
        file = io.StringIO(newline="")
        writer = csv.DictWriter(file, HEADER, restval="")
        writer.writeheader()
        writer.writerows(rows)
        path = self.folder / name
        path.write_bytes(file.getvalue().encode(encoding))
        return path

    def load(self, path: Path, **given: Any) -> CaseImport:
        return import_cases(self.connection, path, self.atlas, **({"zone": SHANGHAI, "now": NOW} | given))

    def load_rows(self, *rows: dict[str, str], **given: Any) -> CaseImport:
        return self.load(self.write(list(rows)), **given)

    def stored(self) -> list[Any]:
        return list(
            self.connection.execute(
                text(
                    "SELECT r.*, r.geom IS NOT NULL AS placed, s.cell_code, s.street_code, s.clause_id,"
                    " s.decision, s.unit_code, s.deadline, s.confidence, s.answer, s.cell_edition_id"
                    " FROM report r LEFT JOIN resolution s ON s.report_id = r.id ORDER BY r.id"
                )
            )
        )


@pytest.fixture
def desk(connection: Connection, tmp_path: Path) -> Desk:
    town = make_town(connection)
    return Desk(connection, load_atlas(connection, Settings()), town, tmp_path)


def refused(desk: Desk, path: Path, **given: Any) -> InputRefused:
    with pytest.raises(InputRefused) as caught:
        desk.load(path, **given)
    assert desk.stored() == []
    return caught.value


def test_a_scheme_that_no_class_has_is_refused(desk: Desk) -> None:
    path = desk.folder / "cases.csv"
    path.write_text("id,opened,class\n1,2026-11-01 10:00,0201\n", encoding="utf-8")
    assert refused(desk, path, scheme="nosuch").code == "unknown_scheme"


def test_a_vendor_file_becomes_reports_with_resolutions(desk: Desk) -> None:
    done = desk.load_rows(
        desk.row("A1", 来源="采集员", 问题描述="第一行\n第二行", 地址="东门外", 处置单位="甲街道办"),
        desk.row("A2", column=5.5, 结案时间="2026-11-03 10:00", 截止时间="2026/11/02 15:00"),
    )
    assert (done.rows, done.imported, done.flags, done.refused) == (2, 2, {}, [])
    assert done.columns["id"] == "任务号"
    first, second = desk.stored()
    assert (first.external_id, first.origin, first.source) == ("A1", "cases.csv", "采集员")
    assert (first.text, first.unit_text) == ("第一行\n第二行", "甲街道办")
    assert (first.scheme, first.kind, first.class_code) == (SCHEME, "event", "0201")
    assert first.opened_at.astimezone(SHANGHAI).isoformat() == "2026-11-02T09:00:00+08:00"
    assert (first.cell_code, first.unit_code, first.decision) == ("610103001001000", "S-01", "determined")
    assert first.deadline.astimezone(SHANGHAI).isoformat() == "2026-11-02T15:00:00+08:00"
    assert (first.answer, first.confidence) == (None, 1)
    assert (second.street_code, second.unit_code) == ("610103002", "S-02")
    assert second.due_at.astimezone(SHANGHAI).hour == 15


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_encodings(desk: Desk, encoding: str) -> None:
    path = desk.write([desk.row(问题描述="小广告")], encoding=encoding)
    desk.load(path)
    assert desk.stored()[0].text == "小广告"


def test_the_same_file_again_changes_nothing(desk: Desk) -> None:
    path = desk.write([desk.row("1"), desk.row("2"), desk.row("", 问题描述="没有编号"), desk.row("")])
    assert desk.load(path).imported == 4
    before = desk.stored()
    again = desk.load(path)
    assert (again.imported, again.already_there) == (0, 4)
    assert desk.stored() == before
    grown = desk.load(desk.write([desk.row("1"), desk.row("3")]))
    assert (grown.imported, grown.already_there) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [{"问题描述": "另一件"}, {"结案时间": "2026-11-03 10:00:00"}, {"小类代码": "0101"}, {"经度": "108.5"}],
)
def test_a_known_id_with_other_content_is_refused(desk: Desk, change: dict[str, str]) -> None:
    desk.load(desk.write([desk.row("1"), desk.row("2")]))
    before = desk.stored()
    path = desk.write([desk.row("1"), desk.row("2") | change, desk.row("3")])
    with pytest.raises(InputRefused) as caught:
        desk.load(path)
    [fault] = caught.value.faults
    assert (fault.code, fault.place.row, fault.place.column, fault.place.value) == (
        "id_content_differs",
        3,
        "任务号",
        "2",
    )
    assert fault.remedy is not None
    assert "--origin" in fault.remedy.en
    assert desk.stored() == before
    done = desk.load(path, skip_invalid=True)
    assert (done.imported, done.already_there, [each.code for each in done.refused]) == (
        1,
        1,
        ["id_content_differs"],
    )
    assert desk.load(path, origin="另一系统").imported == 3


def test_content_is_known_however_it_is_written(desk: Desk) -> None:
    desk.load(desk.write([desk.row("1", 经度="108.950", 上报时间="2026-11-02 09:00:00")]))
    again = desk.load(desk.write([desk.row("1", 经度="108.95", 上报时间="2026/11/2 9:00")]))
    assert (again.imported, again.already_there) == (0, 1)


def test_the_same_places_in_another_datum_are_other_content(desk: Desk) -> None:
    path = desk.write([desk.row("1")])
    desk.load(path)
    with pytest.raises(InputRefused) as caught:
        desk.load(path, datum="gcj02")
    assert [fault.code for fault in caught.value.faults] == ["id_content_differs"]


def test_rows_that_only_lack_an_id_are_different_reports(desk: Desk) -> None:
    done = desk.load_rows(desk.row(""), desk.row(""), desk.row(""))
    assert (done.imported, done.flags) == (3, {"made_id": 3})
    assert len({row.external_id for row in desk.stored()}) == 3


def test_a_row_that_comes_twice_is_taken_once(desk: Desk) -> None:
    done = desk.load_rows(desk.row("1"), desk.row("2"), desk.row("1"))
    assert (done.rows, done.imported, done.repeated) == (3, 2, 1)


def test_an_id_with_two_contents_is_refused(desk: Desk) -> None:
    path = desk.write([desk.row("1"), desk.row("2"), desk.row("1", 问题描述="另一件")])
    error = refused(desk, path)
    [fault] = error.faults
    assert (fault.code, fault.place.row, fault.place.column, fault.place.value) == (
        "duplicate_id",
        4,
        "任务号",
        "1",
    )
    done = desk.load(path, skip_invalid=True)
    assert (done.imported, [fault.place.row for fault in done.refused]) == (2, [4])


@pytest.mark.parametrize(
    ("fields", "flags"),
    [
        ({"经度": "", "纬度": ""}, {"needs_location"}),
        ({"纬度": ""}, {"needs_location", "bad_place"}),
        ({"经度": "东经108度"}, {"needs_location", "bad_place"}),
        ({"经度": "inf"}, {"needs_location", "bad_place"}),
        ({"经度": "37543210.5", "纬度": "3790123.4"}, {"needs_location", "bad_place"}),
        ({"经度": "109", "纬度": "34"}, {"needs_location", "placeholder_place"}),
        ({"经度": "0", "纬度": "0.0"}, {"needs_location", "placeholder_place"}),
        ({"经度": "34.2", "纬度": "108.9"}, {"needs_location", "swapped_lon_lat"}),
        ({"经度": "101.5"}, {"outside"}),
        ({"小类代码": "9999"}, {"unknown_class"}),
        ({"小类代码": "不知所云"}, {"unknown_class"}),
        ({"小类代码": "0101"}, {"ambiguous_class"}),
        ({"小类代码": ""}, {"no_class"}),
        ({"结案时间": "2026-11-01 10:00:00"}, {"closed_before_opened"}),
        ({"截止时间": "2026-11-02 09:00:00"}, {"due_not_after_opened"}),
        ({"结案时间": "昨天"}, {"bad_closed_time"}),
        ({"截止时间": "尽快"}, {"bad_due_time"}),
        ({"上报时间": "2027-01-01 00:00:00"}, {"opened_in_future"}),
        ({"任务号": ""}, {"made_id"}),
    ],
)
def test_doubtful_rows_are_taken_flagged_and_counted(
    desk: Desk, fields: dict[str, str], flags: set[str]
) -> None:
    done = desk.load_rows(desk.row("ok"), desk.row("ok too"), desk.row("doubtful") | fields)
    assert done.imported == 3
    assert done.flags == dict.fromkeys(flags, 1)
    assert {fault.code for fault in done.doubtful} == flags
    assert {fault.place.row for fault in done.doubtful} == {4}
    row = desk.stored()[-1]
    assert set(row.flags) == flags
    assert row.placed == ("needs_location" not in flags)
    assert (row.decision is None) == ("needs_location" in flags)


def test_an_unknown_class_keeps_its_words_and_its_cell(desk: Desk) -> None:
    desk.load_rows(desk.row(小类代码="Illegal Postings"))
    [row] = desk.stored()
    assert (row.class_code, row.kind, row.scheme) == ("Illegal Postings", None, None)
    assert (row.cell_code, row.decision, row.clause_id) == ("610103001001000", "needs_decision", None)


def test_a_class_may_be_named(desk: Desk) -> None:
    desk.load_rows(desk.row("1", 小类代码="非法小广告"), desk.row("2", 小类代码="SMALL ads"))
    assert {(row.kind, row.class_code) for row in desk.stored()} == {("event", "0201")}


def test_the_kind_of_the_rows_settles_an_ambiguous_code(desk: Desk) -> None:
    done = desk.load_rows(desk.row(小类代码="0101"), kind="event")
    assert done.flags == {}
    assert desk.stored()[0].unit_code == "E-01"


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("事部件", "event"),
        ("事件", "event"),
        ("管理事项", "event"),
        ("Event", "event"),
        ("部件", "component"),
        ("城市部件", "component"),
        ("component", "component"),
    ],
)
def test_the_kind_may_be_written_in_words(desk: Desk, word: str, kind: str) -> None:
    path = desk.folder / "kinds.csv"
    path.write_text(f"编号,上报时间,小类代码,类型\n1,2026-11-02 09:00:00,0101,{word}\n", encoding="utf-8")
    desk.load(path, columns={"kind": "类型"})
    assert [(row.kind, row.class_code) for row in desk.stored()] == [(kind, "0101")]


@pytest.mark.parametrize(
    ("fields", "code", "column"),
    [
        ({"上报时间": ""}, "no_time", "上报时间"),
        ({"上报时间": "昨天"}, "bad_time", "上报时间"),
        ({"上报时间": "2026-02-30 10:00:00"}, "bad_time", "上报时间"),
        ({"上报时间": "1026-02-03 10:00:00"}, "bad_time", "上报时间"),
        ({"问题描述": "长" * 20_001}, "too_long", "问题描述"),
        ({"地址": "x" * 2_001}, "too_long", "地址"),
        ({"问题描述": "a\x00b"}, "bad_character", "问题描述"),
    ],
)
def test_refused_rows_name_their_place(desk: Desk, fields: dict[str, str], code: str, column: str) -> None:
    path = desk.write([desk.row("ok"), desk.row("bad") | fields])
    [fault] = refused(desk, path).faults
    assert (fault.code, fault.place.file, fault.place.row, fault.place.column) == (
        code,
        "cases.csv",
        3,
        column,
    )
    assert fault.message.zh
    assert fault.message.en
    done = desk.load(path, skip_invalid=True)
    assert (done.imported, len(done.refused)) == (1, 1)


def test_ten_megabytes_in_a_field(desk: Desk) -> None:
    path = desk.write([desk.row("1"), desk.row("2", 问题描述="x" * 10_000_000), desk.row("3")])
    [fault] = refused(desk, path).faults
    assert (fault.code, fault.place.row, fault.place.column) == ("too_long", 3, "问题描述")
    assert len(str(fault.place)) < 300


def test_all_faults_are_told_at_once(desk: Desk) -> None:
    rows = [desk.row(str(number), 上报时间="?") for number in range(5)]
    assert [fault.place.row for fault in refused(desk, desk.write(rows)).faults] == [2, 3, 4, 5, 6]


def test_a_file_with_lon_and_lat_exchanged_is_refused(desk: Desk) -> None:
    rows = [desk.row(str(number)) for number in range(3)]
    for row in rows:
        row["经度"], row["纬度"] = row["纬度"], row["经度"]
    path = desk.write(rows)
    error = refused(desk, path)
    assert error.code == "swapped_lon_lat"
    assert error.remedy is not None
    done = desk.load(path, columns={"lon": "纬度", "lat": "经度"})
    assert (done.imported, done.flags) == (3, {})


def test_the_datum_of_the_file(desk: Desk) -> None:
    desk.load_rows(desk.row("1"), datum="wgs84", origin="a")
    desk.load_rows(desk.row("1"), datum="gcj02", origin="b")
    rows = desk.connection.execute(
        text("SELECT lon - ST_X(geom) AS shift, datum FROM report ORDER BY origin")
    ).all()
    assert abs(rows[0].shift) < 1e-9
    assert 0.003 < rows[1].shift < 0.007
    assert rows[1].datum == "gcj02"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"  \n\n", "empty_file"),
        (b"PK\x03\x04rest", "not_csv"),
        (b"\xd0\xcf\x11\xe0rest", "not_csv"),
        (b"a,b\n1,2\n", "missing_column"),
        (b"id,lon,opened\n1,2,2026-01-01\n", "missing_column"),
        (b'id,opened\n1,"2026-01-01\n', "not_csv"),
        (b'id,opened\n1,"2026"-01-01\n', "not_csv"),
        (b"id,opened,text\n1,2026-01-01,\xff\xff\xff\n", "bad_encoding"),
        (b"id,opened\n1,2026-01-01,extra\n", "rows_refused"),
    ],
)
def test_files_that_are_no_table(desk: Desk, content: bytes, code: str) -> None:
    path = desk.folder / "bad.csv"
    path.write_bytes(content)
    assert refused(desk, path).code == code


def test_a_missing_file(desk: Desk) -> None:
    assert refused(desk, desk.folder / "nowhere.csv").code == "unreadable"


def test_a_column_that_is_not_there(desk: Desk) -> None:
    path = desk.write([desk.row()])
    [fault] = refused(desk, path, columns={"class": "大类"}).faults
    assert (fault.code, fault.place.column) == ("missing_column", "大类")
    with pytest.raises(WrongUsage):
        desk.load(path, columns={"colour": "x"})


def test_without_places_and_classes(desk: Desk) -> None:
    path = desk.folder / "plain.csv"
    path.write_text("编号;创建时间;内容\n1;2026年3月1日 8时5分;井盖\n")
    done = desk.load(path)
    assert done.flags == {"needs_location": 1, "no_class": 1}
    assert desk.stored()[0].opened_at.astimezone(SHANGHAI).isoformat() == "2026-03-01T08:05:00+08:00"


@given(
    rows=st.lists(
        st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=4, max_size=4), max_size=5
    )
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_content_makes_it_fail(desk: Desk, rows: list[list[str]]) -> None:
    """Whatever a file holds, the import takes or refuses it, and says so."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([["lon", "lat", "class", "opened"], *rows])
    path = desk.folder / "any.csv"
    path.write_text(file.getvalue(), encoding="utf-8", newline="")
    with desk.connection.begin_nested() as point:
        try:
            done = desk.load(path, skip_invalid=True)
        except InputRefused:
            pass
        else:
            assert done.imported + done.repeated + len(done.refused) == done.rows
        point.rollback()


@pytest.mark.parametrize(
    ("name", "zone", "rows", "flags"),
    [
        (
            "sf311_cases.csv",
            "America/Los_Angeles",
            14_312,
            {"needs_location": 24, "closed_before_opened": 184, "unknown_class": 14_312},
        ),
        (
            "baltimore311_cases.csv",
            "America/New_York",
            10_000,
            {
                "needs_location": 590 + 892,
                "placeholder_place": 892,
                "due_not_after_opened": 222,
                "unknown_class": 10_000,
                "time_in_gap": 2,
            },
        ),
    ],
)
def test_real_files(
    connection: Connection, real_data: Path, name: str, zone: str, rows: int, flags: dict[str, int]
) -> None:
    """The counts are those that SOURCES.md found by other means."""
    atlas = load_atlas(connection, Settings())
    done = import_cases(connection, real_data / name, atlas, zone=ZoneInfo(zone), now=NOW)
    assert (done.rows, done.imported, done.refused) == (rows, rows, [])
    assert done.flags == flags
    stored = connection.execute(
        text("SELECT count(*), count(geom), count(closed_at), count(due_at) FROM report")
    ).one()
    assert stored[:2] == (rows, rows - flags["needs_location"])
    if name.startswith("baltimore"):
        assert stored[2:] == (10_000 - 208, 10_000 - 286)
    again = import_cases(connection, real_data / name, atlas, zone=ZoneInfo(zone), now=NOW)
    assert (again.imported, again.already_there) == (0, rows)


def test_real_messages_without_places(connection: Connection, real_data: Path) -> None:
    """One id of this file was given to two messages; everything else is taken."""
    done = import_cases(
        connection,
        real_data / "cn_citizen_messages.csv",
        load_atlas(connection, Settings()),
        zone=SHANGHAI,
        now=NOW,
        skip_invalid=True,
    )
    assert (done.rows, done.imported, [fault.code for fault in done.refused]) == (495, 494, ["duplicate_id"])
