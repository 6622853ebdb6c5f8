"""Forms with more columns than the nine usual ones: grades, stages, helpers, legal basis, seasons, remarks."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.handling import Specification, import_specification, load_specifications
from tests.handling.form_files import HEADER, LAMP, STALL, changed, write_book, write_csv

WIDE = [
    *("小类代码", "小类名称", "大类代码", "大类名称", "环境属性", "立案条件", "结案条件", "处置时限"),
    *("责任单位", "监管部门", "法律依据", "采集规则"),
]


def _wide(area: Any, limit: Any, condition: Any = "单盏不亮", **more: Any) -> list[Any]:
    row = {
        "小类代码": "37",
        "小类名称": "路灯",
        "大类代码": "01",
        "大类名称": "公用设施",
        "环境属性": area,
        "立案条件": condition,
        "结案条件": "修复",
        "处置时限": limit,
        "责任单位": "示范市照明中心",
        "监管部门": "示范市城管局",
        "法律依据": "《城市照明管理规定》",
        "采集规则": "夜间巡查",
    }
    return list((row | more).values())


def _only(connection: Connection) -> Specification:
    (stored,) = load_specifications(connection)
    return stored


@pytest.mark.parametrize("encoding", ["utf-8", "gbk"])
def test_the_twelve_column_form_in_any_order_of_columns(
    connection: Connection, tmp_path: Path, encoding: str
) -> None:
    rows = [
        [*WIDE, "备注", "备注"],
        [*_wide("A核心区", "4小时"), "甲", "乙"],
        [*_wide("B一般区", "1天"), "", ""],
        [*_wide("", "2紧急工作时", "灯杆倾斜"), "", ""],
    ]
    path = write_csv(tmp_path / "a.csv", rows, encoding)
    done = import_specification(connection, path, kind="component")
    stored = _only(connection)
    first, second = stored.clauses
    assert [(grade, text) for grade, text, _ in first.graded] == [("A", "4小时"), ("B", "1天")]
    assert (first.limit, first.limit_text) == (None, None)
    assert second.limit is not None
    assert second.graded == ()
    assert (first.legal_basis, first.collection_rule) == ("《城市照明管理规定》", "夜间巡查")
    assert dict(first.other) == {"备注": "甲", "备注 (2)": "乙", "环境属性": "A核心区"}
    assert (stored.grade_means, done.grade_means) == ("area", "area")


def _book(path: Path, rows: Sequence[Sequence[Any]], merged: tuple[str, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "部件"
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    book.save(path)
    return path


def test_a_header_in_two_rows_with_limits_by_grade(connection: Connection, tmp_path: Path) -> None:
    top = [*HEADER[:8], "处置时限", None, None, "备注"]
    below = [None] * 8 + ["A类", "B类", "C类", None]
    rows: list[list[Any]] = [["处置规范"], top, below, [*LAMP[:8], "2小时", "4小时", "—", "甲"]]
    merged = (*(f"{letter}2:{letter}3" for letter in "ABCDEFGHL"), "I2:K2")
    path = _book(tmp_path / "a.xlsx", rows, merged)
    done = import_specification(connection, path)
    (clause,) = _only(connection).clauses
    assert [(grade, limit and str(limit.value)) for grade, _, limit in clause.graded] == [
        ("A", "2"),
        ("B", "4"),
    ]
    assert clause.other == (("备注", "甲"),)
    assert _only(connection).grade_means is None
    (asked,) = [each for each in done.doubtful if each.code == "grade_means_unknown"]
    assert (asked.place.row, asked.place.column) == (4, "处置时限 A类")
    assert "limit_missing" not in {each.code for each in done.doubtful}
    import_specification(connection, path, grade_means="urgency", edition="二")
    assert _only(connection).grade_means == "urgency"


@pytest.mark.parametrize(
    ("headers", "means"),
    [(["A核心区", "B一般区"], "area"), (["A紧急", "B重大"], "urgency"), (["一类区域", "二类区域"], "area")],
)
def test_the_words_of_the_headers_say_what_grades_mean(
    connection: Connection, tmp_path: Path, headers: list[str], means: str
) -> None:
    path = _book(tmp_path / "a.xlsx", [[*HEADER[:8], *headers], [*LAMP[:8], "2小时", "4小时"]])
    import_specification(connection, path)
    assert _only(connection).grade_means == means
    done = import_specification(connection, path, grade_means={"area": "urgency", "urgency": "area"}[means])
    assert "grade_means_differs" in {each.code for each in done.doubtful}


def test_a_plain_limit_beside_those_by_grade_stays(connection: Connection, tmp_path: Path) -> None:
    rows = [[*HEADER, "处置时限（A类）", "处置时限（B类）"], [*LAMP, "1天", "尽快"]]
    done = import_specification(connection, _book(tmp_path / "a.xlsx", rows))
    (clause,) = _only(connection).clauses
    assert clause.limit is not None
    assert clause.limit_text == "2天"
    assert [(grade, text, limit is None) for grade, text, limit in clause.graded] == [
        ("A", "1天", False),
        ("B", "尽快", True),
    ]
    assert ("limit_at_once", "处置时限（B类）") in {(each.code, each.place.column) for each in done.doubtful}


def test_stages_in_a_cell_and_in_rows_of_one_condition(connection: Connection, tmp_path: Path) -> None:
    rows = [
        changed(STALL, 处置时限="制止4小时，处罚7天，拆除20天", 小类代码="01", 小类名称="私搭乱建"),
        changed(STALL, 小类代码="02", 小类名称="违建", 结案条件="制止"),
        [None, None, None, None, None, None, None, "拆除", "15天"],
    ]
    path = write_book(tmp_path / "a.xlsx", {"事件": rows}, {"事件": ["G4:G5"]})
    import_specification(connection, path)
    first, second = _only(connection).clauses
    assert [each.name for each in first.stages] == ["制止", "处罚", "拆除"]
    assert first.limit is not None
    assert (first.limit_text, str(first.limit.value)) == ("制止4小时，处罚7天，拆除20天", "4")
    assert [(each.name, each.limit.text) for each in second.stages] == [
        ("制止", "2紧急工作时"),
        ("拆除", "15天"),
    ]
    assert second.closing_condition == "制止；拆除"


def test_who_helps_may_have_a_column(connection: Connection, tmp_path: Path) -> None:
    below = [None, None, None, None, None, None, "灯杆倾斜", "修复", "1天", "所属社区"]
    rows: list[list[Any]] = [[*HEADER, "配合单位"], [*LAMP, "所属街办、示范市电力公司"], below]
    import_specification(connection, _book(tmp_path / "a.xlsx", rows))
    clause, second = _only(connection).clauses
    assert [each.text for each in second.units if each.role == "assist"] == ["所属社区"]
    assert [(each.text, each.role) for each in clause.units] == [
        ("示范市照明中心", "lead"),
        ("各产权单位", "lead"),
        ("所属街办", "assist"),
        ("示范市电力公司", "assist"),
    ]
    assert clause.responsible_text == "示范市照明中心、各产权单位\n配合单位：所属街办、示范市电力公司"


def test_a_season_with_days_is_stored_and_one_without_is_kept_and_said(
    connection: Connection, tmp_path: Path
) -> None:
    other = changed(LAMP, 小类代码="38", 小类名称="行道树")
    rows = [[*HEADER, "季节"], [*LAMP, "3月至4月"], [*other, "植树季节"]]
    done = import_specification(connection, _book(tmp_path / "a.xlsx", rows))
    first, second = _only(connection).clauses
    assert (first.season_from, first.season_to) == ("03-01", "04-30")
    assert (second.season_from, dict(second.other)) == (None, {"季节": "植树季节"})
    assert ("season_without_dates", 3, "季节") in {
        (each.code, each.place.row, each.place.column) for each in done.doubtful
    }


def test_the_header_may_give_the_unit_of_the_limits(connection: Connection, tmp_path: Path) -> None:
    rows: list[list[Any]] = [[*HEADER[:8], "处置时限（工作时）"], [*LAMP[:8], 4]]
    import_specification(connection, _book(tmp_path / "a.xlsx", rows))
    (clause,) = _only(connection).clauses
    assert clause.limit is not None
    assert (clause.limit.unit, clause.limit_text) == ("work_hour", "4工作时")


def test_a_formula_outside_the_columns_of_the_form_is_left_out(
    connection: Connection, tmp_path: Path
) -> None:
    rows: list[list[Any]] = [["序号", *HEADER, None], ["=ROW()-1", *LAMP, "无标题"]]
    done = import_specification(connection, _book(tmp_path / "a.xlsx", rows))
    (said,) = [each for each in done.doubtful if each.code == "other_left_out"]
    assert (said.place.sheet, said.place.row, said.place.column) == ("部件", 2, "序号")
    assert dict(_only(connection).clauses[0].other) == {"列K": "无标题"}


TWICE = [
    (changed(LAMP, 处置时限="3天"), "clause_twice", "处置时限"),
    (changed(LAMP, 处置单位="示范市园林中心"), "clause_twice", "处置单位"),
    (changed(LAMP, 立案条件="单盏 不亮", 结案条件="拆除"), "clause_twice", "结案条件"),
]


@pytest.mark.parametrize(("row", "code", "column"), TWICE)
def test_two_clauses_with_one_key_are_refused_by_their_cell(
    connection: Connection, tmp_path: Path, row: list[Any], code: str, column: str
) -> None:
    path = write_book(tmp_path / "a.xlsx", {"部件": [LAMP, row]})
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, path)
    (fault,) = refused.value.faults
    assert (fault.code, fault.place.sheet, fault.place.row, fault.place.column) == (code, "部件", 4, column)
    assert load_specifications(connection, withdrawn=True) == []


def test_two_conditions_with_one_number_are_refused(connection: Connection, tmp_path: Path) -> None:
    rows = [["条件序号", *HEADER], ["1", *LAMP], ["1", *changed(LAMP, 立案条件="灯杆倾斜")]]
    with pytest.raises(InputRefused) as refused:
        import_specification(connection, _book(tmp_path / "a.xlsx", rows))
    (fault,) = refused.value.faults
    assert (fault.code, fault.place.row, fault.place.column) == ("number_twice", 3, "条件序号")


def test_the_same_wide_form_again_is_unchanged_and_any_change_of_it_is_not(
    connection: Connection, tmp_path: Path
) -> None:
    header = [*HEADER, "A类", "B类", "季节", "法律依据", "配合单位", "备注"]
    row = [*LAMP, "1天", "3天", "3月至4月", "条例", "所属街办", "甲"]
    path = _book(tmp_path / "a.xlsx", [header, row])
    assert import_specification(connection, path).outcome == "added"
    assert import_specification(connection, path).outcome == "unchanged"
    digests = {_only(connection).digest}
    for place in range(9, 15):
        other = [*row]
        other[place] = "5天" if place < 11 else "5月至6月" if place == 11 else "另一个"
        import_specification(connection, _book(tmp_path / "b.xlsx", [header, other]))
        digests.add(_only(connection).digest)
    import_specification(connection, path, hour_means="through", edition="声明")
    digests.add(_only(connection).digest)
    import_specification(connection, path, policy=False, edition="无规则")
    digests.add(_only(connection).digest)
    as_written = [*row]
    as_written[0] = "1"  # read as 01, and given back as 1 by an export
    import_specification(connection, _book(tmp_path / "b.xlsx", [header, as_written]))
    digests.add(_only(connection).digest)
    assert len(digests) == 10
