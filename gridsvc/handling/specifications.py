"""Handling specifications as they stand in the database: editions, clauses, units of each clause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from gridsvc.handling.expressions import UnitExpression
from gridsvc.handling.limits import Limit, tidy
from gridsvc.handling.rules import Rule, load_rules
from gridsvc.handling.tables import clause, clause_limit, clause_stage, clause_unit, specification_edition


@dataclass(frozen=True, slots=True)
class ClauseUnit(UnitExpression):
    """A phrase of a clause's unit cell; `unit_code` is set exactly when `means` is named.

    `role`: lead, or assist where the text says who only helps (配合).
    """

    unit_code: str | None
    role: str = "lead"


@dataclass(frozen=True, slots=True)
class Stage:
    """A step to closing: `limit` from the start of handling, or from the end of the `previous` step."""

    name: str
    limit: Limit
    counts_from: str = "start"


@dataclass(frozen=True, slots=True)
class Clause:
    """A sub-condition of a class: candidate units in the order of the text, time limit, closing condition.

    `limit` None: the specification gives none, or none that can be read; `limit_text` is what it wrote.
    `graded` limits go before it where the grade (of the area, or the urgency: the edition says) is known; a
    grade's limit is None where it cannot be read. `season_from`, `season_to`: MM-DD, the days of the year
    between which the works are possible, the last included. `other`: columns that the form had besides.
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
    graded: tuple[tuple[str, str, Limit | None], ...] = ()
    """Grade, the limit as written, and as it was read; sorted by grade."""
    stages: tuple[Stage, ...] = ()
    legal_basis: str | None = None
    collection_rule: str | None = None
    season_from: str | None = None
    season_to: str | None = None
    other: tuple[tuple[str, str], ...] = ()
    class_cells: tuple[tuple[str, str], ...] = ()
    """Codes and names of major and minor class as the form wrote them, by field (major_code …)."""


@dataclass(frozen=True, slots=True)
class Specification:
    """An edition of a handling specification; `effective_from` None: valid from ever.

    `hour_means` and `day_means` (through or working) say what plain 小时 and 天 count, `hour_declared` and
    `day_declared` whether anybody said so. `grade_means` (area, urgency, None) says what graded limits go by.
    `clauses` are ordered by kind, class code and ordinal, `rules` as they are tried.
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
    hour_declared: bool = False
    day_declared: bool = False
    grade_means: str | None = None
    rules: tuple[Rule, ...] = ()

    @property
    def kinds(self) -> tuple[str, ...]:
        """Kinds of class that the edition has clauses for."""
        return tuple(sorted({each.kind for each in self.clauses}))


def in_force(editions: Iterable[Specification], at: datetime) -> dict[tuple[str, str], Specification]:
    """Return the edition that is in force at an instant (aware) for each scheme and kind.

    It is the latest that has begun and is not withdrawn; of several of one date, the one stored last.
    """
    begun = [
        each
        for each in editions
        if each.withdrawn_at is None and (each.effective_from is None or each.effective_from <= at)
    ]
    latest: dict[tuple[str, str], Specification] = {}
    for each in sorted(
        begun, key=lambda each: (each.effective_from is not None, each.effective_from or at, each.id)
    ):
        latest |= {(each.scheme, kind): each for kind in each.kinds}
    return latest


def load_specifications(connection: Connection, *, withdrawn: bool = False) -> list[Specification]:
    """Return every edition in use (`withdrawn`: and those superseded), oldest validity first."""
    editions = select(specification_edition).order_by(
        specification_edition.c.effective_from.nulls_first(), specification_edition.c.id
    )
    if not withdrawn:
        editions = editions.where(specification_edition.c.withdrawn_at.is_(None))
    rows = connection.execute(editions).mappings().all()
    wanted = [row["id"] for row in rows]
    of_editions = select(clause.c.id).where(clause.c.edition_id.in_(wanted))
    units: dict[int, list[ClauseUnit]] = defaultdict(list)
    for each in connection.execute(
        select(clause_unit)
        .where(clause_unit.c.clause_id.in_(of_editions))
        .order_by(clause_unit.c.clause_id, clause_unit.c.ordinal)
    ):
        units[each.clause_id].append(ClauseUnit(each.means, each.text, each.unit_code, each.role))
    graded: dict[int, list[tuple[str, str, Limit | None]]] = defaultdict(list)
    for each in connection.execute(
        select(clause_limit)
        .where(clause_limit.c.clause_id.in_(of_editions))
        .order_by(clause_limit.c.clause_id, clause_limit.c.grade)
    ):
        graded[each.clause_id].append((each.grade, each.limit_text, _limit(each)))
    stages: dict[int, list[Stage]] = defaultdict(list)
    for each in connection.execute(
        select(clause_stage)
        .where(clause_stage.c.clause_id.in_(of_editions))
        .order_by(clause_stage.c.clause_id, clause_stage.c.ordinal)
    ):
        limit = Limit(tidy(each.limit_value), each.limit_unit, each.limit_text)
        stages[each.clause_id].append(Stage(each.name, limit, each.counts_from))
    clauses: dict[int, list[Clause]] = defaultdict(list)
    for each in connection.execute(
        select(clause)
        .where(clause.c.edition_id.in_(wanted))
        .order_by(clause.c.kind, clause.c.class_code, clause.c.ordinal)
    ):
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
                limit=_limit(each),
                units=tuple(units[each.id]),
                sheet=each.sheet,
                row=each.row,
                graded=tuple(graded[each.id]),
                stages=tuple(stages[each.id]),
                legal_basis=each.legal_basis,
                collection_rule=each.collection_rule,
                season_from=each.season_from,
                season_to=each.season_to,
                other=tuple(sorted(each.other.items())),
                class_cells=tuple(sorted(each.class_cells.items())),
            )
        )
    rules = load_rules(connection, wanted)
    return [Specification(**row, clauses=tuple(clauses[row["id"]]), rules=rules[row["id"]]) for row in rows]


def _limit(row: Row[Any]) -> Limit | None:
    """Return the limit of a row with limit_value, limit_unit and limit_text."""
    if row.limit_value is None:
        return None
    return Limit(tidy(row.limit_value), row.limit_unit, row.limit_text)
