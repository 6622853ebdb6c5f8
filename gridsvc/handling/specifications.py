"""Handling specifications as they stand in the database: editions, clauses, units of each clause."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from gridsvc.handling.expressions import UnitExpression
from gridsvc.handling.limits import Limit, tidy
from gridsvc.handling.tables import clause, clause_unit, specification_edition


@dataclass(frozen=True, slots=True)
class ClauseUnit(UnitExpression):
    """A phrase of a clause's unit cell; `unit_code` is set exactly when `means` is named."""

    unit_code: str | None


@dataclass(frozen=True, slots=True)
class Clause:
    """A sub-condition of a class: candidate units in the order of the text, time limit, closing condition.

    `limit` None: the specification gives none, or none that can be read; `limit_text` is what it wrote.
    """

    id: int
    kind: str
    class_code: str
    ordinal: int
    filing_condition: str
    closing_condition: str | None
    responsible_text: str
    supervising_text: str | None
    limit_text: str | None
    limit: Limit | None
    units: tuple[ClauseUnit, ...]
    sheet: str | None
    row: int | None


@dataclass(frozen=True, slots=True)
class Specification:
    """An edition of a handling specification; `effective_from` None: valid from ever.

    `hour_means` and `day_means` (through or working) say what plain 小时 and 天 count. `clauses` are ordered
    by kind, class code and ordinal.
    """

    id: int
    name: str
    scheme: str
    effective_from: datetime | None
    hour_means: str
    day_means: str
    source: str
    digest: str
    imported_at: datetime
    withdrawn_at: datetime | None
    clauses: tuple[Clause, ...]

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of class that the edition has clauses for."""
        return tuple(sorted({each.kind for each in self.clauses}))


def load_specifications(connection: Connection, *, withdrawn: bool = False) -> list[Specification]:
    """Return every edition in use (`withdrawn`: and those superseded), oldest validity first."""
    editions = select(specification_edition).order_by(
        specification_edition.c.effective_from.nulls_first(), specification_edition.c.id
    )
    if not withdrawn:
        editions = editions.where(specification_edition.c.withdrawn_at.is_(None))
    rows = connection.execute(editions).mappings().all()
    wanted = [row["id"] for row in rows]
    units: dict[int, list[ClauseUnit]] = defaultdict(list)
    for each in connection.execute(
        select(clause_unit)
        .join(clause, clause.c.id == clause_unit.c.clause_id)
        .where(clause.c.edition_id.in_(wanted))
        .order_by(clause_unit.c.clause_id, clause_unit.c.ordinal)
    ):
        units[each.clause_id].append(ClauseUnit(each.means, each.text, each.unit_code))
    clauses: dict[int, list[Clause]] = defaultdict(list)
    for each in connection.execute(
        select(clause)
        .where(clause.c.edition_id.in_(wanted))
        .order_by(clause.c.kind, clause.c.class_code, clause.c.ordinal)
    ):
        limit = None
        if each.limit_value is not None:
            limit = Limit(tidy(each.limit_value), each.limit_unit, each.limit_text)
        clauses[each.edition_id].append(
            Clause(
                id=each.id,
                kind=each.kind,
                class_code=each.class_code,
                ordinal=each.ordinal,
                filing_condition=each.filing_condition,
                closing_condition=each.closing_condition,
                responsible_text=each.responsible_text,
                supervising_text=each.supervising_text,
                limit_text=each.limit_text,
                limit=limit,
                units=tuple(units[each.id]),
                sheet=each.sheet,
                row=each.row,
            )
        )
    return [Specification(**row, clauses=tuple(clauses[row["id"]])) for row in rows]
