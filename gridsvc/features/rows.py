"""Which rows a collection has at a time: the SQL of its features with its parameters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from gridsvc.features.collections import Collection
from gridsvc.features.moments import Span
from gridsvc.geography import AreaEdition, editions, is_synthetic

ALL_TIME = Span(None, None)


@dataclass(frozen=True, slots=True)
class Rows:
    """A SELECT that gives a collection's features, and the conditions that its time asks for."""

    sql: str
    conditions: tuple[str, ...]
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Term:
    """An edition with the time that it is in force: from `start` until before `end`; None is open."""

    edition: AreaEdition
    start: datetime | None
    end: datetime | None

    def meets(self, span: Span) -> bool:
        """Return whether it is in force at some instant of `span`."""
        begun = self.start is None or span.end is None or self.start <= span.end
        return begun and (self.end is None or span.start is None or self.end > span.start)


def terms(connection: Connection, level: str) -> list[Term]:
    """Return the editions of a level by date, each in force until the next one takes effect."""
    found = [each for each in editions(connection) if each.level == level]
    ends = [each.effective_from for each in found[1:]] + [None]
    return [Term(each, each.effective_from, end) for each, end in zip(found, ends, strict=False)]


def rows_at(connection: Connection, collection: Collection, span: Span) -> Rows:
    """Return the rows of a collection valid at some instant of `span`; what has no time always is."""
    if collection.level is not None:
        return rows_of([each for each in terms(connection, collection.level) if each.meets(span)], collection)
    conditions = []
    parameters: dict[str, Any] = {}
    if collection.timed and span.end is not None:
        conditions.append("(valid_from IS NULL OR valid_from <= :span_end)")
        parameters["span_end"] = span.end
    if collection.timed and span.start is not None:
        conditions.append("(valid_to IS NULL OR valid_to > :span_start)")
        parameters["span_start"] = span.start
    return Rows(collection.sql, tuple(conditions), parameters)


def rows_of(among: list[Term], collection: Collection) -> Rows:
    """Return the rows of these editions."""
    if not among:
        nothing = "SELECT 0 AS id, '' AS edition, FALSE AS synthetic, now() AS valid_from, now() AS valid_to"
        return Rows(collection.sql.format(editions=nothing, among="IS NULL"), (), {})
    parameters: dict[str, Any] = {}
    described = []
    for n, term in enumerate(among):
        described.append(
            f"(CAST(:edition_{n} AS integer), CAST(:edition_name_{n} AS text),"
            f" CAST(:edition_synthetic_{n} AS boolean),"
            f" CAST(:edition_from_{n} AS timestamptz), CAST(:edition_to_{n} AS timestamptz))"
        )
        parameters |= {
            f"edition_{n}": term.edition.id,
            f"edition_name_{n}": term.edition.name,
            f"edition_synthetic_{n}": is_synthetic(term.edition),
            f"edition_from_{n}": term.start,
            f"edition_to_{n}": term.end,
        }
    # One edition is told by `=`: its rows then come out of the primary key in order, and a page is no sort.
    wanted = ", ".join(f":edition_{n}" for n in range(len(among)))
    sql = collection.sql.format(
        editions=f"SELECT * FROM (VALUES {', '.join(described)})"
        " AS edition(id, edition, synthetic, valid_from, valid_to)",
        among=f"= {wanted}" if len(among) == 1 else f"IN ({wanted})",
    )
    return Rows(sql, (), parameters)
