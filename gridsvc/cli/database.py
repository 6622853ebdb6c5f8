"""A transaction for a command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from gridsvc.postgres import ready_engine
from gridsvc.settings import get_settings


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
