"""Databases that stand beside the service's own while a backup is restored, and the change of names."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gridsvc.errors import ServiceFailed, Text
from gridsvc.postgres.engine import open_engine

# The longest name that PostgreSQL keeps is 63 bytes, and up to 18 are added here.
_MOST_BYTES = 45


@contextmanager
def orders_beside(engine: Engine) -> Iterator[Connection]:
    """Give a connection beside the database, for orders that no transaction may hold."""
    url = engine.url.set(database="template1" if engine.url.database == "postgres" else "postgres")
    beside = open_engine(url.render_as_string(hide_password=False), pool_size=1)
    try:
        with beside.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    finally:
        beside.dispose()


def make_beside(orders: Connection, name: str) -> str:
    """Make an empty database to restore `name` into, marked as such; returns what it is called."""
    fresh = f"{_stem(name)}_restore_{secrets.token_hex(4)}"
    orders.execute(text(f"CREATE DATABASE {quoted(fresh)} TEMPLATE template0 ENCODING 'UTF8'"))
    _comment(orders, fresh, _mark(name))
    return fresh


def name_for_the_old(name: str) -> str:
    """Return a name, not yet taken, for the database that is going to be replaced."""
    return f"{_stem(name)}_replaced_{secrets.token_hex(4)}"


def drop(orders: Connection, name: str) -> None:
    """Drop a database, whoever uses it."""
    orders.execute(text(f"DROP DATABASE IF EXISTS {quoted(name)} WITH (FORCE)"))


def drop_leftovers(orders: Connection, name: str) -> None:
    """Remove what a restore of `name` that was killed left behind, and nothing else.

    The name alone proves nothing: it must be one that is given here, on a database that carries our mark.
    """
    ours = re.compile(re.escape(_stem(name)) + r"_(restore|replaced)_[0-9a-f]{8}")
    marked = orders.scalars(
        text("SELECT datname FROM pg_database WHERE shobj_description(oid, 'pg_database') = :mark"),
        {"mark": _mark(name)},
    ).all()
    for database in marked:
        if ours.fullmatch(database):
            drop(orders, database)


def swap(orders: Connection, name: str, old: str, fresh: str) -> None:
    """Give `fresh` the name of `name` in one transaction; users who come back at once get another try."""
    for attempt in range(20):
        try:
            orders.execute(text("BEGIN"))
            orders.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN (:a, :b)"),
                {"a": name, "b": fresh},
            )
            remark = orders.scalar(
                text("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :name"),
                {"name": name},
            )
            orders.execute(text(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(old)}"))
            orders.execute(text(f"ALTER DATABASE {quoted(fresh)} RENAME TO {quoted(name)}"))
            # The mark moves in the same transaction: what is live never carries it.
            _comment(orders, old, _mark(name))
            _comment(orders, name, remark)
            orders.execute(text("COMMIT"))
            return
        except DBAPIError as error:
            orders.execute(text("ROLLBACK"))
            busy = getattr(error.orig, "sqlstate", None) == "55006"
            if not busy or attempt == 19:
                raise ServiceFailed(
                    "database_in_use",
                    Text(f"数据库正被使用，无法替换：{error.orig}", f"The database is in use: {error.orig}"),
                    remedy=Text(
                        "请先停止 gridsvc up 和其他使用者，再恢复。",
                        "Stop `gridsvc up` and whoever else uses it, then restore again.",
                    ),
                ) from error
            time.sleep(0.1)


def quoted(name: str) -> str:
    """Return an identifier as it stands in an SQL text."""
    # A colon would be read as a parameter by `text`.
    return '"' + name.replace('"', '""').replace(":", r"\:") + '"'


def _comment(orders: Connection, database: str, remark: str | None) -> None:
    # COMMENT takes no parameters. E'' reads a backslash the same way whatever the server's settings are.
    literal = "NULL"
    if remark is not None:
        inner = remark.replace("\\", "\\\\").replace("'", "''")
        # `text` would read a colon as a parameter and unescape a backslash before one.
        literal = "E'" + inner.replace(":", r"\x3a") + "'"
    orders.execute(text(f"COMMENT ON DATABASE {quoted(database)} IS {literal}"))


def _mark(name: str) -> str:
    return f"gridsvc: may be dropped, left over from a restore of {name}"


def _stem(name: str) -> str:
    return name.encode()[:_MOST_BYTES].decode(errors="ignore")
