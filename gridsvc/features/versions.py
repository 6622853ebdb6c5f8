"""What tells one state of a collection from another: the key under which copies of it may be kept."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection, text

from gridsvc.features.collections import Collection
from gridsvc.features.moments import Span
from gridsvc.features.rows import rows_at, terms

_TABLES = {
    "zones": ("zone", "unit"),
    "components": ("component", "class"),
    "roads": ("road",),
    "boundary-roads": ("boundary_road",),
}


def version(
    connection: Connection, collection: Collection, at: datetime | None = None, state: str | None = None
) -> str:
    """Return a word that changes when the features (in force at `at`; None: of all time) change.

    For areas it is made of the editions, which never change once published. For tables that are written in
    place it is made of `table_state`, which the caller may have kept for a while: the word is then as old.
    Where features have no time, `at` is nothing to it.
    """
    if collection.level is not None:
        span = Span(None, None) if at is None else Span.at(at)
        named = [
            f"{each.edition.id}:{each.edition.digest}:{each.start}:{each.end}"
            for each in terms(connection, collection.level)
            if each.meets(span)
        ]
        return _word(*named)
    states = [state if state is not None else table_state(connection, collection)]
    if at is not None and collection.timed:
        rows = rows_at(connection, collection, Span.at(at))
        sql = f"SELECT count(*), sum(id) FROM ({rows.sql}) AS feature WHERE {' AND '.join(rows.conditions)}"
        count, total = connection.execute(text(sql), rows.parameters).one()
        states.append(f"{count}:{total}")
    return _word(*states)


def table_state(connection: Connection, collection: Collection) -> str:
    """Return what changes with any row of a collection's tables; empty for areas, whose editions tell it.

    It is made of every row's writing transaction (`xmin`): whoever changes a row, by whatever way, changes
    the sum or the count. That reads the whole table: ask when a change was heard of, not with every request.
    """
    found = [
        connection.execute(text(f"SELECT count(*), sum(xmin::text::bigint) FROM {table}")).one()
        for table in _TABLES.get(collection.id, ())
    ]
    return "\n".join(f"{count}:{total}" for count, total in found)


def _word(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
