"""Whole columns out of PostgreSQL as arrays: millions of rows without a Python object for each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg import sql
from sqlalchemy import Connection

_HEAD = 20  # array_send: dimensions, flags, type, length, lower bound, four bytes each
_EMPTY = 12  # no dimension


def columns(names: Sequence[str]) -> str:
    """Return the SQL that gathers columns (none of them ever NULL) for `rows_of_arrays`."""
    return ", ".join(f"array_send(array_agg({name}))" for name in names)


def rows_of_arrays(
    connection: Connection,
    query: str,
    parameters: Mapping[str, Any],
    types: Sequence[str],
) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of a query whose last columns were gathered by `columns`, those as arrays.

    `types`: numpy types such as `i4`, `f8`, `b1`, by column. A value of its own costs psycopg some 300 ns; a
    column in one piece next to nothing, so that the time is the database's.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor(binary=True) as cursor:
        # Planned for these very values: a plan for any period is wrong for most.
        cursor.execute(sql.SQL(query), parameters, prepare=False)
        for row in cursor:
            keys = len(row) - len(types)
            yield *row[:keys], *(_array(each, kind) for each, kind in zip(row[keys:], types, strict=True))


def _array(sent: bytes, kind: str) -> NDArray[Any]:
    """Return the elements of what `array_send` gave: each its length in four bytes, then its value."""
    if len(sent) == _EMPTY:
        return np.zeros(0, kind)
    element = np.dtype([("length", ">i4"), ("value", f">{kind}")])
    held = np.frombuffer(sent, element, offset=_HEAD)
    if len(held) and (held["length"] != element["value"].itemsize).any():
        raise AssertionError(f"a column of {kind} has other values, or NULL, in it")
    return held["value"].astype(kind)
