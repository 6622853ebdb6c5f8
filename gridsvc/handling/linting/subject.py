"""What lint looks at: an edition, with the cell of every part, whether it is stored or still a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from gridsvc.catalog import Class, Unit, normalised_name, shown
from gridsvc.errors import Place
from gridsvc.handling.drafts import DraftRule, DraftSpecification
from gridsvc.handling.expressions import DraftUnit
from gridsvc.handling.form_columns import HEADERS
from gridsvc.handling.forms import FormRow
from gridsvc.handling.rules import Rule, RuleUnit, in_order
from gridsvc.handling.specifications import Clause, ClauseUnit, Specification
from gridsvc.handling.workbook.columns import RULE_COLUMNS

_RULE_HEADERS = {column.field: column.header for column in RULE_COLUMNS}
_DRAFTED = datetime(1970, 1, 1, tzinfo=UTC)  # a file was imported at no time


@dataclass(frozen=True, slots=True)
class Subject:
    """An edition as the resolver would have it, and where each part of it stands.

    `names` by (kind, code); `unknown` are the named units that no unit of the list has, by name as written.
    The rows of a file are in `clause_rows` (by clause id) and `rule_rows`; a stored edition knows its sheets
    and rows, and calls columns by their usual names.
    """

    specification: Specification
    names: Mapping[tuple[str, str], str]
    clause_rows: Mapping[int, FormRow] = field(default_factory=dict)
    unit_rows: Mapping[int, FormRow] = field(default_factory=dict)
    rule_rows: Mapping[int, FormRow] = field(default_factory=dict)

    def name(self, kind: str, code: str) -> str:
        """Return a class's code and name."""
        return f"{code} {self.names.get((kind, code), '')}".rstrip()

    def clause_place(self, clause: Clause, column: str, value: str | None = None) -> Place:
        """Return the cell of a clause; `column` is a field of the form."""
        row = (self.unit_rows if column == "units" else self.clause_rows).get(clause.id)
        usual = HEADERS[column][0] if column in HEADERS else column
        if row is None:
            return Place(self.specification.source, clause.sheet, clause.row, usual, _short(value))
        named = row.headers.get(column, usual)
        return Place(row.file, row.sheet, row.row, named, _short(value) or row.place(column).value)

    def rule_place(self, rule: Rule, column: str, value: str | None = None) -> Place:
        """Return the cell of a rule; `column` is a field of the sheet 规则 of our workbook."""
        row = self.rule_rows.get(rule.id)
        file = row.file if row else self.specification.source
        return Place(file, rule.sheet, rule.row, _RULE_HEADERS[column], _short(value) or rule.code)

    def whole(self, column: str | None = None) -> Place:
        """Return the place of what is about the edition as a whole."""
        return Place(self.specification.source, column=column)


def _short(value: str | None) -> str | None:
    return shown(value) if value else None


def of_specification(specification: Specification, classes: Sequence[Class]) -> Subject:
    """Return a stored edition as what lint looks at."""
    names = {(each.kind, each.code): each.name for each in classes if each.scheme == specification.scheme}
    return Subject(specification, names)


def of_draft(
    draft: DraftSpecification, source: str, scheme: str, units: Sequence[Unit], classes: Sequence[Class]
) -> Subject:
    """Return a file, as it was read, as what lint looks at; numbers stand for the ids it would get."""
    codes = {normalised_name(each.name): each.code for each in units}
    clauses: list[Clause] = []
    clause_rows: dict[int, FormRow] = {}
    unit_rows: dict[int, FormRow] = {}
    for made in sorted(draft.classes, key=lambda each: (each.kind, each.code)):
        for ordinal, each in enumerate(made.clauses, 1):
            number = len(clauses) + 1
            clause_rows[number], unit_rows[number] = each.row, each.units_row
            clauses.append(
                Clause(
                    id=number,
                    kind=made.kind,
                    class_code=made.code,
                    ordinal=ordinal,
                    filing_condition=each.condition,
                    closing_condition=each.closing,
                    responsible_text=each.responsible_text,
                    supervising_text=each.supervising_text,
                    limit_text=each.limit_text,
                    limit=each.limit,
                    units=tuple(
                        ClauseUnit(unit.means, unit.text, _code(unit, codes), unit.role)
                        for unit in each.units
                    ),
                    sheet=each.row.sheet,
                    row=each.row.row,
                    graded=tuple(sorted(each.graded, key=lambda graded: graded[0])),
                    stages=tuple(each.stages),
                    legal_basis=each.legal_basis,
                    collection_rule=each.collection_rule,
                    season_from=each.season_from,
                    season_to=each.season_to,
                    other=tuple(sorted(each.other.items())),
                )
            )
    rules, rule_rows = _rules(draft.rules or (), codes)
    specification = Specification(
        id=0,
        name=draft.name or source,
        scheme=scheme,
        effective_from=draft.effective,
        hour_means=draft.hour_means or "through",
        day_means=draft.day_means or "through",
        source=source,
        digest="",
        imported_at=_DRAFTED,
        withdrawn_at=None,
        clauses=tuple(clauses),
        hour_declared=draft.hour_means is not None,
        day_declared=draft.day_means is not None,
        grade_means=draft.grade_means,
        rules=tuple(in_order(rules)),
    )
    names = {(each.kind, each.code): each.name for each in classes if each.scheme == scheme}
    names |= {(each.kind, each.code): each.name for each in draft.classes}
    return Subject(specification, names, clause_rows, unit_rows, rule_rows)


def _rules(drafts: Sequence[DraftRule], codes: Mapping[str, str]) -> tuple[list[Rule], dict[int, FormRow]]:
    rules: list[Rule] = []
    rows: dict[int, FormRow] = {}
    for number, each in enumerate(drafts, 1):
        if each.row is not None:
            rows[number] = each.row
        rules.append(
            Rule(
                id=number,
                code=each.code,
                priority=each.priority,
                kind=each.kind,
                class_codes=tuple(each.class_codes),
                conditions=tuple(each.conditions),
                outcome=each.outcome,
                units=tuple(
                    RuleUnit(unit.means, unit.text, unit.role, _code(unit, codes)) for unit in each.units
                ),
                listed_only=each.listed_only,
                is_fallback=each.is_fallback,
                note=each.note,
                basis=each.basis,
                sheet=each.row.sheet if each.row else None,
                row=each.row.row if each.row else None,
            )
        )
    return rules, rows


def _code(unit: DraftUnit, codes: Mapping[str, str]) -> str | None:
    """Return the code of a named unit, None for one that the list does not have yet."""
    if unit.means != "named":
        return None
    return unit.code or codes.get(normalised_name(unit.text))
