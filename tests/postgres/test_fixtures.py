"""The ground the tests stand on."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, text

from gridsvc.postgres import open_engine
from tests.conftest import Run


def test_the_worker_has_a_migrated_postgis(connection: Connection) -> None:
    version = connection.scalar(text("SELECT postgis_lib_version()"))
    assert version is not None
    assert int(version.split(".")[0]) >= 3
    assert connection.scalar(text("SELECT count(*) FROM area_edition")) == 0


def test_an_empty_database_is_empty(empty_database_url: str) -> None:
    engine = open_engine(empty_database_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")) == 0
    engine.dispose()


def test_the_command_line_gets_no_settings_of_ours(run: Run, home: Path) -> None:
    assert home.is_dir()
    outcome = run("--help")
    assert outcome.status == 0
    assert "数字城管" in outcome.stdout
