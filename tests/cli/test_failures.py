"""What libraries raise leaves the program as a message and a status, not as a traceback."""

from __future__ import annotations

import errno
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from gridsvc.cli.failures import explain, internal_error
from gridsvc.errors import InputRefused, ServiceFailed
from gridsvc.postgres import open_engine
from gridsvc.settings import get_settings
from tests.conftest import Outcome


def test_a_connection_that_breaks_is_a_failure_of_the_service(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(OperationalError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    engine.dispose()
    explained = explain(caught.value)
    assert isinstance(explained, ServiceFailed)
    assert explained.exit_status == 3
    assert explained.code == "database_failed"
    assert "terminating connection" in explained.message.en


def test_psycopgs_own_errors_too() -> None:
    explained = explain(psycopg.OperationalError("the server closed the connection unexpectedly"))
    assert isinstance(explained, ServiceFailed)
    assert "closed the connection" in explained.message.zh


def test_a_fault_of_the_program_stays_one(engine: Engine) -> None:
    with pytest.raises(DBAPIError) as caught, engine.connect() as connection:
        connection.execute(text("SELECT no_such_column"))
    assert explain(caught.value) is None
    assert explain(ValueError("x")) is None


def test_files_and_disks() -> None:
    missing = explain(FileNotFoundError(errno.ENOENT, "No such file or directory", "/a/b"))
    assert isinstance(missing, InputRefused)
    assert missing.place.file == "/a/b"
    full = explain(OSError(errno.ENOSPC, "No space left on device"))
    assert isinstance(full, ServiceFailed)
    assert full.code == "disk_full"
    assert explain(OSError("of no kind")) is None


def test_a_fault_of_the_program_is_no_refused_input(
    command: Callable[..., Outcome], database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(database_url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE access_key RENAME COLUMN role TO post"))
    engine.dispose()
    told = command("token", "list")
    assert told.status == 3
    assert told.stdout == ""
    assert told.stderr.startswith("internal_error: A fault of the program itself: UndefinedColumn: ")
    assert "role" in told.stderr
    assert "GRIDSVC_DEBUG=1" in told.stderr
    assert "Traceback" not in told.stderr
    monkeypatch.setenv("GRIDSVC_LANGUAGE", "zh")
    get_settings.cache_clear()
    assert command("token", "list").stderr.startswith("internal_error: 程序内部出错：UndefinedColumn: ")
    monkeypatch.setenv("GRIDSVC_DEBUG", "1")
    get_settings.cache_clear()
    debugged = command("token", "list")
    assert debugged.status == 3
    assert "Traceback" in debugged.stderr
    assert "internal_error" in debugged.stderr


def test_a_fault_without_words_still_has_a_name() -> None:
    assert internal_error(TypeError()).message.en.endswith(": TypeError")
