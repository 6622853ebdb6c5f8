"""Random editions as drafts, stored without any workbook: what an export has to give back."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.catalog import Cell, Class, register_classes
from gridsvc.handling import AS_LISTED, FACTS, Condition, Stage, parse_limit, parse_units
from gridsvc.handling.digests import content_digest
from gridsvc.handling.drafts import DraftClass, DraftClause, DraftRule, DraftSpecification
from gridsvc.handling.editions import Edition, add_edition
from gridsvc.handling.expressions import DraftUnit
from gridsvc.handling.forms import FormRow
from gridsvc.handling.named_units import named_units, registered
from gridsvc.handling.workbook.conditions import contradiction, never_holds

SCHEME = "test"
CLASSES = (
    ("component", "0101", "上水井盖"),
    ("component", "0102", "污水井盖"),
    ("component", "0201", "路灯"),
    ("event", "0101", "私搭乱建"),
    ("event", "0110", "﨑外字類－①"),
)
UNITS = (
    "所属街办", "属地行政执法部门", "各产权单位", "养护单位", "主管部门", "物业", "施工单位", "道路管养单位",
    "示范市城管局", "示范市水务集团有限公司", "=SUM（A1）公司", "+甲公司", "-乙公司", "@丙公司",
)  # fmt: skip
LIMITS = ("2紧急工作时", "4小时", "1.5天", "3个工作日", "尽快", "2紧急工作时制止", "半天")
READABLE = LIMITS[:4]
SEASONS = ("01-01", "02-29", "03-15", "11-15", "12-31")
WINDOWS = {"clock": ("22:00-06:00", "08:00-12:30", "18:00-24:00"), "season": ("11-15..03-15", "02-29..02-29")}
_ROW = FormRow("f", None, 1, "", {}, frozenset(), {})

_SIGNS = st.sampled_from(["=", "+", "-", "@", "'", "#REF!", "=1+1", "（示例）", "_x000D_", "\r\n", "\t"])
_LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters=[chr(n) for n in range(32)])
_LINES = st.text(_LETTERS | st.sampled_from("\n\t"), min_size=1, max_size=30)
_TEXT = (
    st.one_of(
        _LINES,
        st.tuples(_SIGNS, _LINES).map("".join),
        st.integers(1, 4000).map(lambda count: "长" * count),
        st.sampled_from(["全角ＡＢＣ１２３", "GB2312：啊阿埃", "007", "TRUE", "1E+14", '"引号"']),
    )
    .map(str.strip)
    .filter(bool)
)
_SHORT = _TEXT.filter(lambda text: len(text) <= 60)


def editions() -> st.SearchStrategy[DraftSpecification]:
    """Return editions of one to five classes with everything that a clause and a rule can have."""
    return st.composite(_edition)()


def store(connection: Connection, draft: DraftSpecification, name: str) -> None:
    """Store an edition as it is, with the classes and units that it names."""
    register_classes(
        connection,
        [
            Class(SCHEME, each.kind, each.code, each.name, None, each.code[:2], "大类", "t", "local")
            for each in draft.classes
        ],
    )
    rules = draft.rules or ()
    codes, missing = named_units(connection, draft.classes, rules, [])
    codes, _ = registered(connection, codes, missing)
    declared = (draft.hour_means, draft.day_means, draft.grade_means)
    edition = Edition(
        name=name,
        stem=name,
        scheme=SCHEME,
        effective=draft.effective,
        hour_means=draft.hour_means or "through",
        day_means=draft.day_means or "through",
        source="原文",
        digest=content_digest(draft.classes, rules, SCHEME, draft.effective, declared),
        kinds=frozenset(each.kind for each in draft.classes),
        hour_declared=draft.hour_means is not None,
        day_declared=draft.day_means is not None,
        grade_means=draft.grade_means,
    )
    add_edition(connection, edition, draft.classes, codes, rules)


def _edition(draw: st.DrawFn) -> DraftSpecification:
    classes = []
    number = 0
    for kind, code, name in draw(st.lists(st.sampled_from(CLASSES), min_size=1, unique=True)):
        cells = {"major_code": code[1:2], "major_name": "大类", "minor_code": code[2:], "minor_name": name}
        made = DraftClass(_ROW, kind, code, name, code[:2], "大类", cells=cells)
        for _ in range(draw(st.integers(1, 3))):
            number += 1
            made.clauses.append(_clause(draw, number))
        classes.append(made)
    # A row that begins like this is an example, and no import gives a rule such a code.
    names = _SHORT.filter(lambda text: not text.startswith("（示例）"))
    codes = draw(st.lists(names, max_size=4, unique=True))
    return DraftSpecification(
        classes,
        rules=[_rule(draw, code, 10 * place, classes) for place, code in enumerate(codes)],
        scheme=SCHEME,
        effective=draw(st.none() | st.sampled_from([_instant(16), _instant(3)])),
        hour_means=draw(st.sampled_from([None, "through", "working"])),
        day_means=draw(st.sampled_from([None, "through", "working"])),
        grade_means=draw(st.sampled_from([None, "area", "urgency"])),
    )


def _instant(hour: int) -> datetime:
    # 16:00 in UTC is midnight in China: written as a date, the other one as an instant.
    return datetime(2025, 12, 31, hour, tzinfo=UTC)


def _unit_text(draw: st.DrawFn) -> str:
    names = draw(st.lists(st.sampled_from(UNITS), min_size=1, max_size=4, unique=True))
    if len(names) > 1 and draw(st.booleans()):
        return f"由{names[0]}牵头，{'、'.join(names[1:])}配合"
    return "、".join(names)


def _clause(draw: st.DrawFn, number: int) -> DraftClause:
    cells = {"units": Cell(_unit_text(draw))}
    supervising = draw(st.none() | _SHORT)
    if supervising:
        cells["supervising"] = Cell(supervising)
    row = FormRow("f", "条款", number, "", cells, frozenset(), {})
    limit = draw(st.none() | st.sampled_from(LIMITS))
    season = draw(st.none() | st.tuples(st.sampled_from(SEASONS), st.sampled_from(SEASONS)))
    grades = draw(st.lists(st.sampled_from("ABCD"), unique=True).map(sorted))
    optional: dict[str, Any] = {
        name: draw(st.none() | _TEXT) for name in ("closing", "legal_basis", "collection_rule")
    }
    return DraftClause(
        row=row,
        condition=draw(_TEXT),
        limit=parse_limit(limit)[0],
        limit_text=limit,
        units=parse_units(row.text("units"))[0],
        units_row=row,
        supervising_row=row if supervising else None,
        graded=[(grade, text := draw(st.sampled_from(LIMITS)), parse_limit(text)[0]) for grade in grades],
        stages=[_stage(draw) for _ in range(draw(st.integers(0, 5)))],
        season_from=season[0] if season else None,
        season_to=season[1] if season else None,
        other=draw(st.dictionaries(_SHORT, _SHORT, max_size=3)),
        **optional,
    )


def _stage(draw: st.DrawFn) -> Stage:
    limit, _ = parse_limit(draw(st.sampled_from(READABLE)))
    assert limit is not None
    return Stage(draw(_SHORT), limit, draw(st.sampled_from(["start", "previous"])))


def _rule(draw: st.DrawFn, code: str, priority: int, classes: list[DraftClass]) -> DraftRule:
    outcome = draw(st.sampled_from(["assign", "rank", "decide"]))
    kind = draw(st.sampled_from([None, *{each.kind for each in classes}]))
    covered = sorted({each.code for each in classes if kind in (None, each.kind)})
    patterns = st.sampled_from([*covered, *(code[:2] + "*" for code in covered)])
    return DraftRule(
        code=code,
        priority=priority,
        units=[*_bodies(draw, "lead", outcome != "decide"), *_bodies(draw, "assist", False)],
        kind=kind,
        class_codes=tuple(draw(st.lists(patterns, max_size=3, unique=True))),
        conditions=_conditions(draw),
        outcome=outcome,
        listed_only=draw(st.booleans()),
        is_fallback=outcome == "assign" and draw(st.booleans()),
        note=draw(st.none() | _SHORT),
        basis=draw(st.none() | _SHORT),
    )


def _bodies(draw: st.DrawFn, role: str, needed: bool) -> list[DraftUnit]:
    names = st.sampled_from([*UNITS, "条款所列"])
    bodies = []
    for name in draw(st.lists(names, min_size=1 if needed else 0, max_size=3, unique=True)):
        if name == "条款所列":
            bodies.append(DraftUnit(AS_LISTED, name, role))
        else:
            (unit,), _ = parse_units(name)
            bodies.append(DraftUnit(unit.means, unit.text, role))
    return bodies


def _conditions(draw: st.DrawFn) -> tuple[Condition, ...]:
    conditions: list[Condition] = []
    for name in draw(st.lists(st.sampled_from(sorted(FACTS)), max_size=4, unique=True)):
        form = FACTS[name].form
        values = (
            st.sampled_from(sorted(FACTS[name].words))
            if form == "closed"
            else st.sampled_from(WINDOWS[form])
            if form in WINDOWS
            else _SHORT.map(lambda text: unicodedata.normalize("NFKC", text).strip()).filter(bool)
        )
        wanted = tuple(draw(st.lists(values, min_size=1, max_size=3, unique=True)))
        condition = Condition(name, wanted, draw(st.booleans()))
        if not never_holds(condition) and not any(contradiction(condition, each) for each in conditions):
            conditions.append(condition)
    return tuple(conditions)
