"""Bulk rows by COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import Connection


def copy_rows(
    connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> int:
    """Append `rows` to `table` inside the connection's transaction and return how many there were.

    A geometry is given as EWKB in hexadecimal (`shapely.to_wkb(…, hex=True, include_srid=True)`). Notices are
    not sent meanwhile.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor:
        # psycopg writes without reading: a server with some hundred kB of notices to send would wait for us
        # as we wait for it, for ever.
        before = cursor.execute("SHOW client_min_messages").fetchone()[0]
        cursor.execute("SET LOCAL client_min_messages = error")
        with cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
        cursor.execute("SELECT set_config('client_min_messages', %s, true)", (before,))
    return count
