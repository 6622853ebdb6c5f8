"""A form with every trap planted that a real table had, or could have: lint finds each at its cell."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gridsvc.catalog import Class, Unit
from gridsvc.handling.linting import LintReport, Options, Surroundings, World, lint_file
from tests.handling.form_files import HEADER, write_book
from tests.handling.linting.editions import NAMED_BEFORE, clause, edition

SCHEME = "gbt30428.2-2013"
GRADED = [*HEADER, "A类", "B类", "C类"]


def _row(
    code: Any, name: str | None, condition: str | None, limit: Any = "2工作日", **cells: Any
) -> list[Any]:
    """A row of a component below 01 公用设施, led by the water company."""
    usual = {
        "大类代码": "01",
        "大类名称": "公用设施",
        "小类代码": code,
        "小类名称": name,
        "处置单位": "示范市自来水有限公司",
        "主管部门": "示范市水务局",
        "立案条件": condition,
        "结案条件": "修复",
        "处置时限": limit,
    }
    given = usual | cells
    return [given.get(header) for header in GRADED]


def _pit(code: str, name: str, centimetres: int) -> list[Any]:
    return _row(code, name, f"井盖周边路面高低差大于{centimetres}cm")


COMPONENTS: list[tuple[list[Any], dict[str, str]]] = [
    (_row("01", "上水井盖", "缺失的", "2紧急工作时"), {}),
    (_row("01", "上水井盖", "松动的", "4小时"), {"hour_undeclared": "处置时限"}),
    (_row("01", "上水井盖", "下沉的", "3天"), {"day_undeclared": "处置时限"}),
    (_row("01", "上水井盖", "下沉的", "3天"), {"condition_twice": "立案条件"}),
    (_row("01", "上水井盖", "松动。"), {"clause_never_chosen": "立案条件"}),
    (_row("01", "上水井盖", "缺失的", "9工作日"), {"clause_twice": "处置时限"}),
    (_pit("02", "污水井盖", 2), {}),
    (_pit("03", "雨水井盖", 3), {"threshold_drag_filled": "立案条件"}),
    (_pit("04", "雨水箅子", 4), {"threshold_drag_filled": "立案条件"}),
    (_row("05", "电力井盖", "破损、"), {"text_breaks_off": "立案条件"}),
    (_row("06", "路灯井盖", "破损的", "另行规定"), {"limit_unreadable": "处置时限"}),
    (_row("07", "通信井盖", "破损的", "尽快"), {"limit_at_once": "处置时限"}),
    (_row("08", "热力井盖", "破损的", None), {"limit_missing": "处置时限"}),
    (_row("09", "燃气井盖", "破损的", "4"), {"limit_without_unit": "处置时限"}),
    (_row("10", "公安井盖", "破损的", "1至3工作日"), {"limit_range": "处置时限"}),
    (_row("11", "消防设施", "破损的", "2紧急工作时制止"), {"limit_action": "处置时限"}),
    (_row("12", "无主井盖", "破损的", 处置单位="配合：示范市水务局"), {"unit_no_lead": "处置单位"}),
    (
        _row(
            "23",
            "通信立杆",
            "倾斜的",
            处置单位="示范市城市管理局、示范市工信局",
            主管部门="联通公司、移动公司、各产权单位",
        ),
        {"columns_swapped": "处置单位"},
    ),
    (_row("24", "烟头收集器\n或灭烟处", "破损的"), {"name_line_break": "小类名称"}),
    (_row("25", "交接箱", "破损的", 主管部门="示范市 水务局"), {"inner_blank": "主管部门"}),
    (_row("26", "报刊亭", "破损的", 处置单位=None), {"unit_from_above": "处置单位"}),
    (_row("27", "电话亭", "破损的", 处置单位="所属街办、所属街办"), {"unit_twice": "处置单位"}),
    (_row("28", "阅报栏", "破损的", 处置单位="示范市自来水公司"), {"unit_near_duplicate": "处置单位"}),
    (_row(29, "施工公示牌", "破损的"), {"code_as_number": "小类代码", "same_name_both_kinds": "小类名称"}),
    (_row("30", "公用设施", "破损的"), {"class_named_like_major": "小类名称"}),
    (_row("31", "变压箱", "破损的", 结案条件=None), {"closing_missing": "结案条件"}),
    (
        _row("32", "路灯", "不亮的", A类="3工作日", B类="1工作日", C类="5工作日"),
        {"grade_means_unknown": "处置时限", "grades_not_ascending": "处置时限"},
    ),
    (_row("33", "景观灯", "不亮的", "1工作日", A类="2紧急工作日"), {"emergency_longer": "处置时限"}),
    (_row("34", "地灯", "不亮的", 处置单位="各产权单位、所属街办"), {"words_without_rule": "处置单位"}),
    (_row("35", "公房地下室", "破损的", 处置单位="示范市住房保障中心"), {"unit_renamed": "处置单位"}),
    (_row("36", "公交站亭", "破损的", 处置单位="示范市公交公司"), {"unit_not_listed": "处置单位"}),
    (
        _row("37", "自动售货机", "破损的", 处置单位="甲街道综合行政执法队"),
        {"unit_without_territory": "处置单位"},
    ),
    (_row("38", "健身设施", "破损的", 处置单位="示范市体育局"), {"unit_without_contact": "处置单位"}),
    (_row("39", "候车亭", "破损的", 处置单位="属地城市管理部门"), {"territory_missing": "处置单位"}),
    (_row("99", "本地类", "破损的"), {"class_not_listed": "小类代码"}),
    (_row("40", "另外的名字", "破损的"), {"class_name_differs": "小类名称"}),
]
EVENTS = [
    _row("99", "施工公示牌", "未设置的", 大类代码="03", 大类名称="施工管理"),
    _row("95", "突发事件", "发生的", "1紧急工作时", 大类代码="05", 大类名称="突发事件"),
]
WHOLE = {"reported_class_without_clause", "class_without_clause", "title_placeholder", "rules_missing"}


def _unit(code: str, name: str, **given: Any) -> Unit:
    fields = {"kind": "company", "area_code": None, "parent_code": None, "contact": "12319"}
    return Unit(code, name, **(fields | given))


@pytest.fixture
def report(tmp_path: Path) -> LintReport:
    form = write_book(
        tmp_path / "陷阱.xlsx",
        {"部件": [row for row, _ in COMPONENTS], "事件": EVENTS},
        header=GRADED,
        title="**市立案、处置和结案标准",
    )
    names = {row[2]: row[3] for row, _ in COMPONENTS if row[2] not in ("99", "40", 29)}
    listed = names | {"29": "施工公示牌", "40": "信息亭", "50": "没有条款的类别", "24": "烟头收集器或灭烟处"}
    classes = [
        Class(SCHEME, "component", f"01{code}", name, None, "01", "公用设施", "list", "found")
        for code, name in sorted(listed.items())
    ]
    units = [
        _unit("W-01", "示范市自来水有限公司"),
        _unit("W-02", "示范市水务局", kind="bureau"),
        _unit("E-01", "甲街道综合行政执法队", kind="enforcement"),
        _unit("T-01", "示范市体育局", kind="bureau", contact=None),
    ]
    world = World(
        around=Surroundings(
            classes=classes,
            units=units,
            unanswered=lambda expression: ("甲街道",) if "城市管理" in expression.text else (),
            streets=2,
        ),
        reported={(SCHEME, "component", "0160"): 30, (SCHEME, "component", "0101"): 70},
        editions=[
            edition([clause(units=[NAMED_BEFORE])], id=7, effective_from=datetime(2020, 1, 1, tzinfo=UTC))
        ],
    )
    return lint_file(form, world, Options(scheme=SCHEME, policy=False))


def test_finds_every_trap_at_its_cell(report: LintReport) -> None:
    found = {(each.kind, each.place.sheet, each.place.row, each.place.column) for each in report.findings}
    planted = {
        (kind, "部件", row, column)
        for row, (_, traps) in enumerate(COMPONENTS, 3)
        for kind, column in traps.items()
    }
    assert planted - found == set()
    kinds = {each.kind for each in report.findings}
    assert kinds >= WHOLE
    assert ("class_named_like_major", "事件", 4, "小类名称") in found


def test_finds_no_trap_where_none_is(report: LintReport) -> None:
    planted = {kind for _, traps in COMPONENTS for kind in traps} | WHOLE
    # What follows from a trap: names that only it has, and the words of the one clause in its own cell.
    assert {each.kind for each in report.findings} - planted <= {
        "unit_near_loaded",
        "unit_joined",
        "same_name",
    }
    assert not [each for each in report.findings if (each.place.sheet, each.place.row) == ("部件", 3)]


def test_tells_how_many_cases_hang_on_a_finding(report: LintReport) -> None:
    by_kind = {each.kind: each for each in report.findings}
    assert report.reports == 100
    assert by_kind["reported_class_without_clause"].cases == 30
    assert "30.0%" in by_kind["reported_class_without_clause"].message.en
    # The first clause of 0101 stands until a person chooses, and its limit is in emergency hours.
    assert by_kind["hour_undeclared"].cases == 0


def test_every_finding_is_told_in_both_languages_with_what_to_do(report: LintReport) -> None:
    for each in report.findings:
        assert each.message.zh != each.message.en
        assert each.remedy.zh
        assert each.remedy.en
        assert each.title.en.isascii() or "天" in each.title.en or "小时" in each.title.en
