"""What a comparison of two specifications tells: each edit as itself, and nothing else."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, NotFound, WrongUsage
from gridsvc.handling import (
    Clause,
    ClauseUnit,
    Condition,
    Limit,
    Rule,
    RuleUnit,
    Specification,
    Stage,
    import_specification,
)
from gridsvc.handling.comparing import (
    Side,
    SpecificationDiff,
    Trial,
    diff_sides,
    read_sides,
    write_diff,
)
from gridsvc.handling.comparing.limits import limit_change
from gridsvc.handling.comparing.wording import marked

SCHEME = "gbt30428.2-2013"
STREET = ClauseUnit("street_office", "所属街办", None)
SQUAD = ClauseUnit("territorial_enforcement", "属地行政执法部门", None)
WATER = ClauseUnit("named", "水务公司", "W-01")
OWNERS = ClauseUnit("each_owner", "各产权单位", None)
NAMES = {(SCHEME, "event", "0101"): "私搭乱建", (SCHEME, "component", "0101"): "上水井盖"}
NOW = datetime(2026, 11, 23, tzinfo=UTC)

TEXTS = (
    "缺失、移位、开裂，存在安全隐患的",
    "破损超过25c㎡",
    "弹跳产生声响，翻盖明显影响安全",
    "废弃，遗留残桩",
)


def limit(text: str, value: str, unit: str) -> Limit:
    return Limit(Decimal(value), unit, text)


HOURS, DAY = limit("4工作时", "4", "work_hour"), limit("1工作日", "1", "work_day")


def clause(ordinal: int, text: str, *, code: str = "0101", kind: str = "component", **more: Any) -> Clause:
    units = more.pop("units", (WATER, OWNERS))
    given = more.pop("limit", HOURS)
    fields: dict[str, Any] = {
        "id": ordinal,
        "kind": kind,
        "class_code": code,
        "ordinal": ordinal,
        "filing_condition": text,
        "closing_condition": "恢复",
        "responsible_text": "、".join(unit.text for unit in units),
        "supervising_text": "城管局",
        "limit_text": given.text if given else None,
        "limit": given,
        "units": units,
        "sheet": None,
        "row": None,
    }
    return Clause(**fields | more)


def rule(code: str, priority: int, **more: Any) -> Rule:
    fields: dict[str, Any] = {
        "id": priority,
        "code": code,
        "priority": priority,
        "kind": "component",
        "class_codes": (),
        "conditions": (Condition("owner", ("known",)),),
        "outcome": "assign",
        "units": (RuleUnit("each_owner", "各产权单位", "lead", None),),
        "listed_only": True,
        "is_fallback": False,
        "note": None,
        "basis": None,
        "sheet": None,
        "row": None,
    }
    return Rule(**fields | more)


def edition(*clauses: Clause, name: str = "甲", **more: Any) -> Specification:
    fields: dict[str, Any] = {
        "id": 1,
        "name": name,
        "scheme": SCHEME,
        "effective_from": None,
        "hour_means": "through",
        "day_means": "through",
        "source": "test",
        "digest": name,
        "imported_at": NOW,
        "withdrawn_at": None,
        "clauses": tuple(sorted(clauses, key=lambda each: (each.kind, each.class_code, each.ordinal))),
    }
    return Specification(**fields | more)


def side(found: Specification) -> Side:
    return Side(found.name, {(found.scheme, kind): found for kind in found.kinds})


def diff(before: Specification, after: Specification) -> SpecificationDiff:
    return diff_sides(side(before), side(replace(after, id=2, name="乙")), NAMES)


FOUR = tuple(clause(number, text) for number, text in enumerate(TEXTS, 1))
RULES = (rule("R10", 10), rule("R90", 90, conditions=(), is_fallback=True, listed_only=False))
WHOLE = edition(*FOUR, clause(1, "正在建设", kind="event"), rules=RULES)


def edited(number: int, **changes: Any) -> Specification:
    """The whole edition with one sub-condition of the component class changed."""
    changed = tuple(
        replace(each, **changes) if each.kind == "component" and each.ordinal == number else each
        for each in WHOLE.clauses
    )
    return replace(WHOLE, clauses=changed)


def test_an_edition_does_not_differ_from_itself() -> None:
    found = diff(WHOLE, WHOLE)
    assert found.changes == ()
    assert found.clauses_unchanged == 5


EDITS: dict[str, tuple[dict[str, Any], list[str], str]] = {
    "longer": ({"limit": DAY, "limit_text": "1工作日"}, ["limit_longer"], "4工作时 → 1工作日（延长）"),
    "shorter": (
        {"limit": limit("2工作时", "2", "work_hour"), "limit_text": "2工作时"},
        ["limit_shorter"],
        "4工作时 → 2工作时（缩短）",
    ),
    "no limit": ({"limit": None, "limit_text": None}, ["limit_removed"], "4工作时 → 无"),
    "reworded": ({"filing_condition": "破损超过50c㎡"}, ["clause_reworded"], "破损超过〔25→50〕c㎡"),
    "unit more": ({"units": (WATER, OWNERS, STREET)}, ["unit_added"], "新增责任单位“所属街办”"),
    "unit less": ({"units": (WATER,)}, ["unit_removed"], "删除责任单位“各产权单位”"),
    "order": ({"units": (OWNERS, WATER)}, ["units_reordered"], "各产权单位、水务公司（原 水务公司、各产权单位）"),
    "role": (
        {"units": (WATER, replace(OWNERS, role="assist"))},
        ["unit_role_changed"],
        "“各产权单位”由主办改为配合",
    ),
    "spelling": (
        {"units": (WATER, replace(OWNERS, text="产权单位")), "responsible_text": "水务公司、产权单位"},
        ["units_reworded"],
        "单位不变",
    ),
    "closing": ({"closing_condition": "恢复原状"}, ["closing_changed"], "结案条件改为 恢复〔→原状〕"),
    "law": ({"legal_basis": "条例第十条"}, ["legal_basis_changed"], "法律依据：无 → 条例第十条"),
    "season": ({"season_from": "03-01", "season_to": "05-31"}, ["season_changed"], "全年 → 03-01..05-31"),
    "stages": ({"stages": (Stage("制止", HOURS),)}, ["stages_changed"], "无 → 制止 4工作时"),
    "grade": ({"graded": (("A", "1工作日", DAY),)}, ["grade_limit_changed"], "A 级时限 无 → 1工作日"),
    "column": ({"other": (("备注", "新"),)}, ["other_changed"], "“备注”：无 → 新"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_is_told_as_itself_and_nothing_else(name: str) -> None:
    changes, kinds, words = EDITS[name]
    found = diff(WHOLE, edited(2, **changes))
    assert [change.kind for change in found.changes] == kinds
    [change] = found.changes
    assert words in change.text.zh
    assert change.class_ is not None
    assert (change.class_.code, change.class_.name, change.ordinals) == ("0101", "上水井盖", (2, 2))
    assert found.clauses_unchanged == 4
    assert set(found.counts) == set(kinds)


def test_what_changes_for_all_sub_conditions_is_told_once() -> None:
    changed = tuple(
        replace(each, units=(WATER, OWNERS, STREET)) if each.kind == "component" else each
        for each in WHOLE.clauses
    )
    [change] = diff(WHOLE, replace(WHOLE, clauses=changed)).changes
    assert change.text.zh == "全部 4 项：新增责任单位“所属街办”"
    assert change.ordinals == (None, None)
    assert diff(WHOLE, replace(WHOLE, clauses=changed)).clauses_unchanged == 1


def test_a_sub_condition_put_in_between_renumbers_the_rest_and_is_no_rewording() -> None:
    before = edition(*FOUR)
    renumbered = [replace(each, ordinal=each.ordinal + 1) for each in FOUR[1:]]
    after = edition(FOUR[0], clause(2, "井圈高低差大于2cm"), *renumbered)
    found = diff(before, after)
    assert found.counts == {"clause_added": 1, "clause_renumbered": 3}
    assert [change.ordinals for change in found.changes] == [(None, 2), (2, 3), (3, 4), (4, 5)]


def test_classes_that_come_and_go() -> None:
    before = edition(clause(1, "甲", code="0101"), clause(1, "乙", code="0102"))
    after = edition(clause(1, "甲", code="0101"), clause(1, "丙", code="0103"), clause(2, "丁", code="0103"))
    found = diff(before, after)
    assert [(change.kind, change.class_.code) for change in found.changes if change.class_] == [
        ("class_removed", "0102"),
        ("class_added", "0103"),
    ]
    assert found.clauses_unchanged == 1


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (limit("4工作时", "4", "work_hour"), limit("2工作日", "2", "work_day"), "limit_longer"),
        (limit("8工作时", "8", "work_hour"), limit("1工作日", "1", "work_day"), "limit_reworded"),
        (limit("2天", "2", "day"), limit("48小时", "48", "hour"), "limit_reworded"),
        (limit("2紧急工作时", "2", "urgent_hour"), limit("2工作时", "2", "work_hour"), "limit_longer"),
        (limit("4工作时", "4", "work_hour"), limit("4小时", "4", "hour"), "limit_shorter"),
        (limit("1天", "1", "day"), limit("1工作日", "1", "work_day"), "limit_counted_otherwise"),
        (limit("1工作日", "1", "work_day"), limit("1天", "1", "day"), "limit_counted_otherwise"),
    ],
)
def test_longer_only_where_that_holds_whenever_it_starts(before: Limit, after: Limit, kind: str) -> None:
    assert limit_change(before, after, WHOLE, WHOLE)[0] == kind


def test_what_an_edition_declares() -> None:
    plain = limit("2天", "2", "day")
    before = edition(clause(1, "甲", limit=plain), clause(2, "乙"), grade_means="area")
    after = replace(before, day_means="working", day_declared=True, hour_declared=True, grade_means="urgency")
    found = diff(before, after)
    assert [change.text.zh for change in found.changes] == [
        "“小时”：未声明（按默认） → 已声明",
        "“天”：连续计时 → 只计工作时间，涉及 1 条",
        "A/B/C 指：区域等级 → 紧急程度",
    ]


def test_a_kind_that_the_later_edition_lacks_stays_in_force_and_is_not_removed() -> None:
    after = replace(WHOLE, clauses=tuple(each for each in WHOLE.clauses if each.kind == "event"))
    [change] = diff(WHOLE, after).changes
    assert change.kind == "kind_left_out"
    [change] = diff(after, WHOLE).changes
    assert change.kind == "kind_added"


RULE_EDITS: dict[str, tuple[dict[str, Any], str, str]] = {
    "priority": ({"priority": 20}, "rule_priority_moved", "10 → 20"),
    "condition": (
        {"conditions": (Condition("owner", ("known",)), Condition("compound", ("inside",), negated=True))},
        "rule_conditions_changed",
        "小区不为内且权属单位为已知",
    ),
    "classes": ({"class_codes": ("01*",)}, "rule_scope_changed", "部件 全部类别 → 部件 01*"),
    "outcome": ({"outcome": "rank"}, "rule_outcome_changed", "指定（限条款所列） → 排在前面（限条款所列）"),
    "bodies": (
        {"units": (RuleUnit("maintainer", "养护单位", "lead", None),)},
        "rule_units_changed",
        "各产权单位 → 养护单位",
    ),
    "note": ({"note": "先属主"}, "rule_note_changed", "— → 先属主"),
    "code": ({"code": "R11"}, "rule_renamed", "R10 → R11"),
}


@pytest.mark.parametrize("name", RULE_EDITS)
def test_an_edit_of_a_rule(name: str) -> None:
    changes, kind, words = RULE_EDITS[name]
    found = diff(WHOLE, replace(WHOLE, rules=(replace(RULES[0], **changes), RULES[1])))
    assert [change.kind for change in found.changes] == [kind]
    assert words in found.changes[0].text.zh


def test_rules_that_come_and_go() -> None:
    found = diff(WHOLE, replace(WHOLE, rules=(RULES[0], rule("R50", 50, outcome="decide", units=()))))
    assert [(change.kind, change.rule) for change in found.changes] == [
        ("rule_added", "R50"),
        ("rule_removed", "R90"),
    ]
    assert "交人工决定" in found.changes[0].text.zh
    assert "territorial fallback" in found.changes[1].text.en


def test_two_schemes_have_nothing_to_compare() -> None:
    with pytest.raises(InputRefused) as caught:
        diff_sides(side(WHOLE), side(replace(WHOLE, scheme="cjt214-2007")), NAMES)
    assert caught.value.code == "schemes_differ"


_WORDS = st.lists(st.sampled_from("破损缺失移位开裂25cm"), min_size=1, max_size=12).map("".join)


@example(["破破破破破破破破破破破破"] * 2, ["破破破破破破损破破破破破"] * 2)
@given(st.lists(_WORDS, min_size=1, max_size=6), st.lists(_WORDS, min_size=1, max_size=6))
def test_every_sub_condition_is_told_of_once(olds: list[str], news: list[str]) -> None:
    before = edition(*(clause(number, text) for number, text in enumerate(olds, 1)))
    after = edition(*(clause(number, text) for number, text in enumerate(news, 1)))
    found = diff(before, after)
    counts = found.counts
    assert len(olds) - counts.get("clause_removed", 0) == len(news) - counts.get("clause_added", 0)
    told = {change.ordinals[1] for change in found.changes if change.ordinals[1]}
    # A change that all have in common is told once, of all.
    of_all = any(change.ordinals == (None, None) for change in found.changes)
    assert found.clauses_unchanged == (0 if of_all else len(news) - len(told))
    assert found.changes == diff(before, after).changes


@given(_WORDS, _WORDS)
def test_the_marked_line_holds_all_that_is_new(before: str, after: str) -> None:
    line = marked(before, after)
    kept = "".join(
        part.partition("→")[2] if "→" in part else part for part in line.replace("〕", "〔").split("〔")
    )
    assert kept == after  # texts this short are not cut


def test_files_of_a_comparison(tmp_path: Path) -> None:
    found = diff(WHOLE, edited(2, filing_condition="=破损超过50c㎡", limit=DAY, limit_text="1工作日"))
    for name in ("d.xlsx", "d.csv", "d.json"):
        write_diff(tmp_path / name, found, "zh")
    book = openpyxl.load_workbook(tmp_path / "d.xlsx")
    assert book.sheetnames == ["汇总", "变更"]
    rows = [[cell.value for cell in row] for row in book["变更"].iter_rows()]
    assert rows[1][:8] == ["立案条件改写", "部件", "0101", "上水井盖", 2, 2, None, "破损超过25c㎡"]
    assert book["变更"]["I2"].data_type == "s"
    with (tmp_path / "d.csv").open(encoding="utf-8-sig", newline="") as file:
        listed = list(csv.reader(file))
    assert [row[0] for row in listed] == ["变更", "立案条件改写", "时限延长"]
    assert json.loads((tmp_path / "d.json").read_bytes()) == found.as_dict()
    with pytest.raises(InputRefused):
        write_diff(tmp_path / "d.csv", found, "zh")
    with pytest.raises(WrongUsage):
        write_diff(tmp_path / "d.pdf", found, "zh")


FORM = (
    "大类代码,大类名称,小类代码,小类名称,处置单位,主管部门,立案条件,结案条件,处置时限\n"
    "01,公用设施,01,上水井盖,水务公司、各产权单位,城管局,缺失,恢复,4工作时\n"
)


def test_sides_by_name_by_date_and_from_a_file(connection: Connection, tmp_path: Path) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    path = tmp_path / "f.csv"
    path.write_text(FORM, encoding="utf-8")
    import_specification(connection, path, edition="甲", scheme=SCHEME, kind="component", effective=now)
    path.write_text(FORM.replace("4工作时", "2工作时"), encoding="utf-8")
    trial = Trial(NOW, scheme=SCHEME, kind="component")
    undone = connection.begin_nested()
    named, dated, file = read_sides(connection, ["甲", now, str(path)], trial)
    undone.rollback()
    assert [each.name for each in named.specifications] == ["甲"]
    assert dated.by_key == named.by_key
    assert (file.name, file.from_file) == ("f.csv", True)
    assert diff_sides(named, file, {}).counts == {"limit_shorter": 1}
    assert [each.name for each in read_sides(connection, [now], trial)[0].specifications] == ["甲"]
    for wanted, code in (("丙", "unknown_edition"), (datetime(2025, 1, 1, tzinfo=UTC), "nothing_in_force")):
        with pytest.raises(NotFound) as caught:
            read_sides(connection, [wanted], trial)
        assert caught.value.code == code
