"""Writing the rows of an edition: clauses with their limits, stages and units, and responsibility rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, text

from gridsvc.handling.drafts import DraftClass, DraftClause, DraftRule
from gridsvc.handling.expressions import DraftUnit
from gridsvc.postgres import copy_rows

_CLAUSE = (
    "id", "edition_id", "scheme", "kind", "class_code", "ordinal", "filing_condition", "closing_condition",
    "responsible_text", "supervising_text", "limit_text", "limit_value", "limit_unit", "legal_basis",
    "collection_rule", "season_from", "season_to", "other", "class_cells", "sheet", "row",
)  # fmt: skip
_RULE = (
    "id", "edition_id", "code", "priority", "kind", "class_codes", "outcome", "listed_only", "is_fallback",
    "note", "basis", "sheet", "row",
)  # fmt: skip


def store_clauses(
    connection: Connection,
    edition_id: int,
    scheme: str,
    drafts: Sequence[DraftClass],
    unit_codes: Mapping[str, str],
) -> None:
    """Copy the clauses of an edition into their tables, by kind, class code and order in the form."""
    placed = [
        (draft, ordinal, each)
        for draft in sorted(drafts, key=lambda draft: (draft.kind, draft.code))
        for ordinal, each in enumerate(draft.clauses, 1)
    ]
    numbers = _numbers(connection, "clause", len(placed))
    numbered = [(number, each) for number, (_, _, each) in zip(numbers, placed, strict=True)]

    def clauses() -> Iterator[Sequence[Any]]:
        for number, (draft, ordinal, each) in zip(numbers, placed, strict=True):
            yield (
                number,
                edition_id,
                scheme,
                draft.kind,
                draft.code,
                ordinal,
                each.condition,
                each.closing,
                each.responsible_text,
                each.supervising_text,
                each.limit_text,
                each.limit.value if each.limit else None,
                each.limit.unit if each.limit else None,
                each.legal_basis,
                each.collection_rule,
                each.season_from,
                each.season_to,
                orjson.dumps(each.other).decode(),
                orjson.dumps(draft.cells).decode(),
                each.row.sheet,
                each.row.row,
            )

    copy_rows(connection, "clause", _CLAUSE, clauses())
    copy_rows(
        connection,
        "clause_limit",
        ("clause_id", "grade", "limit_text", "limit_value", "limit_unit"),
        (
            (number, grade, written, limit.value if limit else None, limit.unit if limit else None)
            for number, each in numbered
            for grade, written, limit in each.graded
        ),
    )
    copy_rows(
        connection,
        "clause_stage",
        ("clause_id", "ordinal", "name", "counts_from", "limit_text", "limit_value", "limit_unit"),
        _stages(numbered),
    )
    copy_rows(
        connection,
        "clause_unit",
        ("clause_id", "ordinal", "role", "means", "text", "unit_code"),
        _units(((number, each.units) for number, each in numbered), unit_codes),
    )


def store_rules(
    connection: Connection, edition_id: int, rules: Sequence[DraftRule], unit_codes: Mapping[str, str]
) -> None:
    """Copy the responsibility rules of an edition into their tables."""
    numbers = _numbers(connection, "responsibility_rule", len(rules))
    numbered = list(zip(numbers, rules, strict=True))
    copy_rows(
        connection,
        "responsibility_rule",
        _RULE,
        (
            (
                number,
                edition_id,
                rule.code,
                rule.priority,
                rule.kind,
                list(rule.class_codes),
                rule.outcome,
                rule.listed_only,
                rule.is_fallback,
                rule.note,
                rule.basis,
                rule.row.sheet if rule.row else None,
                rule.row.row if rule.row else None,
            )
            for number, rule in numbered
        ),
    )
    copy_rows(
        connection,
        "rule_condition",
        ("rule_id", "fact", "negated", "values"),
        (
            (number, each.fact, each.negated, list(each.values))
            for number, rule in numbered
            for each in rule.conditions
        ),
    )
    copy_rows(
        connection,
        "rule_unit",
        ("rule_id", "ordinal", "role", "means", "text", "unit_code"),
        _units(((number, rule.units) for number, rule in numbered), unit_codes),
    )


def _numbers(connection: Connection, table: str, count: int) -> list[int]:
    return list(
        connection.scalars(
            text("SELECT nextval(pg_get_serial_sequence(:table, 'id')) FROM generate_series(1, :count)"),
            {"table": table, "count": count},
        )
    )


def _stages(numbered: Sequence[tuple[int, DraftClause]]) -> Iterator[Sequence[Any]]:
    for number, each in numbered:
        for ordinal, stage in enumerate(each.stages, 1):
            limit = stage.limit
            yield number, ordinal, stage.name, stage.counts_from, limit.text, limit.value, limit.unit


def _units(
    lists: Iterator[tuple[int, Sequence[DraftUnit]]], unit_codes: Mapping[str, str]
) -> Iterator[Sequence[Any]]:
    for number, units in lists:
        for ordinal, unit in enumerate(units, 1):
            code = (unit.code or unit_codes[unit.text]) if unit.means == "named" else None
            yield number, ordinal, unit.role, unit.means, unit.text, code
