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


def version(connection: Connection, collection: Collection, at: datetime | None = None) -> str:
    """Return a word that changes when the features (in force at `at`; None: of all time) change.

    For areas it is made of the editions, which never change once published. For tables that are written in
    place it is made of every row's writing transaction (`xmin`): whoever changes a row, by whatever way,
    changes the sum or the count.
    """
    if collection.level is not None:
        span = Span(None, None) if at is None else Span.at(at)
        named = [
            f"{each.edition.id}:{each.edition.digest}:{each.start}:{each.end}"
            for each in terms(connection, collection.level)
            if each.meets(span)
        ]
        return _word(*named)
    states = [
        connection.execute(text(f"SELECT count(*), sum(xmin::text::bigint) FROM {table}")).one()
        for table in _TABLES[collection.id]
    ]
    if at is not None and collection.timed:
        rows = rows_at(connection, collection, Span.at(at))
        sql = f"SELECT count(*), sum(id) FROM ({rows.sql}) AS feature WHERE {' AND '.join(rows.conditions)}"
        states.append(connection.execute(text(sql), rows.parameters).one())
    return _word(*(f"{count}:{total}" for count, total in states))


def _word(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
