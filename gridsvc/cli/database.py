"""A transaction for a command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from gridsvc.errors import ServiceFailed
from gridsvc.postgres import Cluster, ready_engine
from gridsvc.settings import get_settings

_Read = TypeVar("_Read")


@contextmanager
def transaction(*, dry_run: bool = False) -> Iterator[Connection]:
    """Give a connection whose work is committed at the end, or undone: by an error or a dry run."""
    engine = ready_engine(get_settings())
    try:
        with engine.connect() as connection, connection.begin() as work:
            yield connection
            if dry_run:
                work.rollback()
    finally:
        engine.dispose()


def read_if_any(read: Callable[[Connection], _Read], *, insist: bool) -> tuple[bool, _Read | None]:
    """Return whether there is a database, and what `read` finds in it.

    A look at a file is no reason to make a database where there is none: it is read when one is named or has
    been made. With `insist` one that cannot be reached is an error, and not as good as none.
    """
    settings = get_settings()
    try:
        if insist or settings.database_url or Cluster(settings).exists:
            with transaction() as connection:
                return True, read(connection)
    except (ServiceFailed, OperationalError):
        if insist:
            raise
    return False, None
