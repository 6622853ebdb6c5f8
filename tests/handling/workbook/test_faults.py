"""What a workbook may not say: each fault named by sheet, row and column, and nothing half-loaded."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection, func, select

from gridsvc.catalog import load_units
from gridsvc.catalog.tables import class_, unit, working_calendar
from gridsvc.errors import InputRefused
from gridsvc.handling import import_specification, load_specifications
from gridsvc.handling.tables import clause, responsibility_rule, specification_edition
from gridsvc.handling.workbook import reading
from tests.handling.workbook.filled_in import CENTRE, FALLBACK, LAMP, OWNER, STALL, Row, fill_in

ALL_TABLES = (specification_edition, clause, responsibility_rule, unit, working_calendar, class_)
_RULES: tuple[tuple[tuple[Row, ...], tuple[Any, ...]], ...] = (
    (({**OWNER, "事实：天气": "雨"},), ("unknown_fact", 2, "事实：天气", "雨")),
    (({**OWNER, "天气": "雨"},), ("unknown_column", 2, "天气", "雨")),
    (({**OWNER, "事实：权属单位": "也许"},), ("unknown_fact_value", 2, "事实：权属单位", "也许")),
    (({**OWNER, "事实：时段": "夜间"},), ("bad_clock", 2, "事实：时段", "夜间")),
    (({**OWNER, "事实：季节": "冬天"},), ("bad_season", 2, "事实：季节", "冬天")),
    (({**OWNER, "事实：位置": "不是：车行道、人行道、建筑退线区、绿地、河道、广场"},),
     ("condition_never_holds", 2, "事实：位置", None)),
    (({**OWNER, "事实：部件": "未登记"},), ("condition_never_holds", 2, "事实：权属单位", "已知")),
    (({**OWNER, "适用类别": "0137、9999"},), ("unknown_class", 2, "适用类别", None)),
    (({**OWNER, "适用类别": "98*"},), ("unknown_class", 2, "适用类别", "98*")),
    (({**OWNER, "类型": "事件", "适用类别": "0137"},), ("unknown_class", 2, "适用类别", "0137")),
    (({**OWNER, "适用类别": "路灯"},), ("bad_class", 2, "适用类别", "路灯")),
    (({**OWNER, "主责单位": "示范市照明局"},), ("unknown_unit", 2, "主责单位", "示范市照明局")),
    (({**OWNER, "配合单位": "示范市照明局"},), ("unknown_unit", 2, "配合单位", "示范市照明局")),
    (({**OWNER, "主责单位": None},), ("rule_without_lead", 2, "主责单位", None)),
    (({**OWNER, "优先级": None},), ("missing_priority", 2, "优先级", None)),
    (({**OWNER, "优先级": "高"},), ("bad_priority", 2, "优先级", "高")),
    (({**OWNER, "优先级": "先于 R77"},), ("unknown_rule", 2, "优先级", "先于 R77")),
    (({**OWNER, "优先级": "先于 R90"}, {**FALLBACK, "优先级": "先于 R10"}),
     ("rules_circular", 2, "优先级", "先于 R90")),
    (({**OWNER, "优先级": "10"}, {**FALLBACK, "优先级": "10", "事实：权属单位": "已知", "兜底": None}),
     ("rules_contradict", 3, "主责单位", "所属街办")),
    (({**OWNER, "优先级": "89"}, FALLBACK, {**OWNER, "规则编码": "R", "优先级": "后于R10；先于R90"}),
     ("no_priority_between", 4, "优先级", "后于R10；先于R90")),
    ((OWNER, {**FALLBACK, "规则编码": "R10"}), ("duplicate_rule", 3, "规则编码", "R10")),
    (({**OWNER, "规则编码": None},), ("missing_code", 2, "规则编码", None)),
    (({**OWNER, "结果": "抽签"},), ("unknown_value", 2, "结果", "抽签")),
    (({**FALLBACK, "结果": "排序"},), ("fallback_not_assigned", 2, "兜底", "是")),
    (({**OWNER, "优先级": "=5+5"},), ("formula_cell", 2, "优先级", "=5+5")),
)  # fmt: skip
_CLAUSES: tuple[tuple[tuple[Row, ...], tuple[Any, ...]], ...] = (
    ((LAMP, {**LAMP, "立案条件": "倾斜", "条件序号": "1"}), ("duplicate_clause", 3, "条件序号", "1")),
    (({**LAMP, "条件序号": "一"},), ("bad_ordinal", 2, "条件序号", "一")),
    ((LAMP, {**LAMP, "小类名称": "地灯"}), ("duplicate_code", 3, "类别代码", "0137")),
    (({**LAMP, "类型": "物件"},), ("unknown_value", 2, "类型", "物件")),
    (({**LAMP, "类型": None},), ("missing_kind", 2, "类型", None)),
    (({**LAMP, "类别代码": "01-37"},), ("bad_code", 2, "类别代码", "01-37")),
    (({**LAMP, "立案条件": None},), ("missing_condition", 2, "立案条件", None)),
    (({**LAMP, "处置单位": None},), ("missing_units", 2, "处置单位", None)),
    (({**LAMP, "处置单位": "示范市照明局"},), ("unknown_unit", 2, "处置单位", "示范市照明局")),
    (({**LAMP, "处置时限": "=1+1"},), ("formula_cell", 2, "处置时限", "=1+1")),
    (({**LAMP, "季节起": "03-15"},), ("bad_season", 2, "季节起", "03-15")),
    (({**LAMP, "季节起": "02-30", "季节止": "03-15"},), ("bad_season", 2, "季节起", "02-30")),
    (({**LAMP, "阶段1": "停工"},), ("stage_incomplete", 2, "阶段1时限", None)),
    (({**LAMP, "阶段1": "停工", "阶段1时限": "尽快"},), ("stage_incomplete", 2, "阶段1时限", "尽快")),
    (({**LAMP, "阶段1": "停工", "阶段1时限": "1天", "阶段1起算": "明天"},),
     ("unknown_value", 2, "阶段1起算", "明天")),
    (({**LAMP, "立案条件": "长" * 4001},), ("too_long", 2, "立案条件", None)),
)  # fmt: skip


def _counts(connection: Connection) -> list[int | None]:
    return [connection.scalar(select(func.count()).select_from(table)) for table in ALL_TABLES]


def _refused(connection: Connection, path: Path) -> list[tuple[Any, ...]]:
    """Import a workbook that has to be refused, with nothing stored; return its faults."""
    before = _counts(connection)
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="test")
    assert _counts(connection) == before
    assert refused.value.code == "specification_refused"
    places = [(fault.code, fault.place) for fault in refused.value.faults]
    return [(code, place.sheet, place.row, place.column, place.value) for code, place in places]


def _is_named(faults: list[tuple[Any, ...]], sheet: str, expected: tuple[Any, ...]) -> None:
    code, row, column, value = expected
    found = [fault for fault in faults if fault[:4] == (code, sheet, row, column)]
    assert found, faults
    assert value is None or found[0][4] == value


@pytest.mark.parametrize(
    ("rules", "expected"), _RULES, ids=[f"{case[1][0]}{n}" for n, case in enumerate(_RULES)]
)
def test_names_what_is_wrong_with_a_rule(
    connection: Connection, tmp_path: Path, rules: tuple[Row, ...], expected: tuple[Any, ...]
) -> None:
    _is_named(_refused(connection, fill_in(tmp_path / "f.xlsx", rules=rules)), "规则", expected)


@pytest.mark.parametrize(
    ("clauses", "expected"), _CLAUSES, ids=[f"{case[1][0]}{n}" for n, case in enumerate(_CLAUSES)]
)
def test_names_what_is_wrong_with_a_clause(
    connection: Connection, tmp_path: Path, clauses: tuple[Row, ...], expected: tuple[Any, ...]
) -> None:
    _is_named(_refused(connection, fill_in(tmp_path / "f.xlsx", clauses=clauses)), "条款", expected)


@pytest.mark.parametrize(
    ("edition", "expected"),
    [
        ({"生效日期": "明年"}, ("bad_time", 4, "内容", "明年")),
        ({"小时的含义": "工作日"}, ("unknown_value", 5, "内容", "工作日")),
        ({"类别方案": "国标"}, ("bad_scheme", 3, "内容", "国标")),
    ],
)
def test_names_what_is_wrong_with_the_edition(
    connection: Connection, tmp_path: Path, edition: Mapping[str, str], expected: tuple[Any, ...]
) -> None:
    _is_named(_refused(connection, fill_in(tmp_path / "f.xlsx", edition=edition)), "版本", expected)


def test_names_what_is_wrong_with_units_and_calendars(connection: Connection, tmp_path: Path) -> None:
    path = fill_in(
        tmp_path / "f.xlsx",
        units=(
            CENTRE,
            {**CENTRE, "单位编码": "U2"},
            {"单位编码": "U3", "单位名称": "丙", "工作日历": "none"},
        ),
        calendars=({"日历编码": "day", "日历名称": "日", "工作日规则": "每天", "工作时间": "25:00"},),
    )
    faults = _refused(connection, path)
    _is_named(faults, "单位", ("duplicate_name", 3, "单位名称", "示范市照明中心"))
    _is_named(faults, "单位", ("unknown_calendar", 4, "工作日历", "none"))
    _is_named(faults, "日历", ("bad_hours", 2, "工作时间", "25:00"))


def test_says_everything_at_once(connection: Connection, tmp_path: Path) -> None:
    path = fill_in(
        tmp_path / "f.xlsx",
        clauses=({**LAMP, "立案条件": None}, STALL),
        rules=({**OWNER, "事实：权属单位": "也许"}, {**FALLBACK, "优先级": "高"}),
        edition={"天的含义": "日"},
    )
    codes = {fault[0] for fault in _refused(connection, path)}
    assert codes == {"missing_condition", "unknown_fact_value", "bad_priority", "unknown_value"}


def test_leaves_out_what_is_refused_when_told_to(connection: Connection, tmp_path: Path) -> None:
    """A rule with a condition that cannot be read is left out whole: without it, it would hold for more."""
    path = fill_in(
        tmp_path / "f.xlsx",
        clauses=(LAMP, {**LAMP, "立案条件": None}, STALL),
        rules=(
            {**OWNER, "事实：权属单位": "也许"},
            FALLBACK,
            {**OWNER, "规则编码": "R20", "事实：天气": "雨"},
        ),
    )
    done = import_specification(connection, path, scheme="test", skip_invalid=True)
    assert {fault.code for fault in done.refused} == {
        "missing_condition",
        "unknown_fact_value",
        "unknown_fact",
    }
    (stored,) = load_specifications(connection)
    assert [(each.kind, each.class_code) for each in stored.clauses] == [
        ("component", "0137"),
        ("event", "0406"),
    ]
    assert [rule.code for rule in stored.rules] == ["R90"]


def test_a_limit_without_a_number_is_doubtful(connection: Connection, tmp_path: Path) -> None:
    path = fill_in(
        tmp_path / "f.xlsx", clauses=({**LAMP, "处置时限": "尽快"}, {**STALL, "处置时限": "2紧急工作时制止"})
    )
    done = import_specification(connection, path, scheme="test")
    places = {fault.code: fault.place for fault in done.doubtful}
    at_once, action = places["limit_at_once"], places["limit_action"]
    assert (at_once.sheet, at_once.row, at_once.column, at_once.value) == ("条款", 2, "处置时限", "尽快")
    assert (action.sheet, action.row, action.value) == ("条款", 3, "2紧急工作时制止")
    (stored,) = load_specifications(connection)
    assert [each.limit is None for each in stored.clauses] == [True, False]


def test_a_workbook_without_units_names_them_in_its_clauses(connection: Connection, tmp_path: Path) -> None:
    done = import_specification(connection, fill_in(tmp_path / "f.xlsx", units=()), scheme="test")
    assert (done.new_units, done.refused) == (1, ())
    assert [each.name for each in load_units(connection)] == ["示范市照明中心"]


def test_too_many_rows_are_refused_with_the_row(
    connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = fill_in(tmp_path / "f.xlsx", clauses=({"类型": "部件"},) * 20)
    monkeypatch.setattr(reading, "MOST_ROWS", 15)
    before = _counts(connection)
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="test")
    assert refused.value.code == "too_many_rows"
    assert (refused.value.place.sheet, refused.value.place.row) == ("条款", 16)
    assert _counts(connection) == before


@pytest.mark.parametrize(
    ("written", "doubts"),
    [
        ("2027-01-01", []),
        ("2027.1.1", []),
        ("2027/1/1", []),
        ("２０２７．１．１", []),
        ("2027年1月1日", []),
        (46388, ["serial_date"]),
    ],
)
def test_a_date_may_be_written_as_people_write_it(
    connection: Connection, tmp_path: Path, written: str | int, doubts: list[str]
) -> None:
    path = fill_in(tmp_path / "f.xlsx", edition={"生效日期": written})
    done = import_specification(connection, path, scheme="test")
    assert done.effective is not None
    assert done.effective.isoformat() == "2027-01-01T00:00:00+08:00"
    assert [each.code for each in done.doubtful if each.place.sheet == "版本"] == doubts


@pytest.mark.parametrize("written", [2027, 46388.5, "46388", "2027.13.1", "1.1.2027"])
def test_what_is_no_date_is_told_how_to_write_one(
    connection: Connection, tmp_path: Path, written: str | float
) -> None:
    path = fill_in(tmp_path / "f.xlsx", edition={"生效日期": written})
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="test")
    (fault,) = refused.value.faults
    assert (fault.code, "2027.1.1" in fault.message.zh) == ("bad_time", True)


def test_names_the_sheets_that_it_does_not_read(connection: Connection, tmp_path: Path) -> None:
    path = fill_in(tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(path)
    book.copy_worksheet(book["条款"]).title = "条款 (2)"
    book.create_sheet("事件").append(["大类代码"])
    book.create_sheet("空白")
    book.save(path)
    done = import_specification(connection, path, scheme="test")
    left_out = [each.place.sheet for each in done.doubtful if each.code == "sheet_left_out"]
    assert left_out == ["条款 (2)", "事件"]
    assert done.clauses == 2


@pytest.mark.parametrize("how", ["hidden", "renamed", "deleted"])
def test_says_that_the_sheet_of_clauses_is_missing(connection: Connection, tmp_path: Path, how: str) -> None:
    path = fill_in(tmp_path / "f.xlsx")
    book = openpyxl.load_workbook(path)
    if how == "hidden":
        book["条款"].sheet_state = "hidden"
    elif how == "renamed":
        book["条款"].title = "条款表"
    else:
        del book["条款"]
    book.save(path)
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path, scheme="test")
    assert refused.value.code == "missing_sheet"
    assert refused.value.message.zh.startswith("缺少工作表“条款”")
    assert refused.value.remedy is not None
