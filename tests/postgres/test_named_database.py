"""A PostGIS that the settings name: what is wrong with it is said, with what to do."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url, text

from gridsvc.errors import ServiceFailed, WrongUsage
from gridsvc.postgres import database_status, migrate, open_engine, ready_engine
from gridsvc.settings import Settings
from tests.throwaway import Server, plain


@pytest.fixture
def stranger(server: Server) -> Iterator[str]:
    """The name of an account without any right."""
    name = f"stranger_{secrets.token_hex(4)}"
    with psycopg.connect(plain(server.url), autocommit=True) as connection:
        if connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() != (
            True,
        ):
            pytest.skip("making an account needs a superuser")
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'p'").format(sql.Identifier(name)))
    yield name
    server.order(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))


def _as(url: str, account: str) -> Settings:
    given = make_url(url).set(username=account, password="p")
    return Settings(database_url=given.render_as_string(hide_password=False))


def test_an_empty_database_becomes_ours(empty_database_url: str) -> None:
    engine = ready_engine(Settings(database_url=empty_database_url))
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM unit")) == 0
    engine.dispose()
    seen = database_status(Settings(database_url=empty_database_url))
    assert seen.running
    assert not seen.embedded
    assert seen.revision == seen.newest_revision
    assert seen.encoding == "UTF8"


def test_no_postgis_and_no_right_to_have_it(empty_database_url: str, stranger: str) -> None:
    with pytest.raises(ServiceFailed) as caught:
        ready_engine(_as(empty_database_url, stranger))
    assert caught.value.code == "no_postgis"
    assert caught.value.exit_status == 3
    assert caught.value.remedy is not None
    assert "CREATE EXTENSION postgis" in caught.value.remedy.en


def test_postgis_but_no_right_to_make_tables(empty_database_url: str, stranger: str) -> None:
    engine = open_engine(empty_database_url)
    with engine.begin() as connection:
        connection.execute(text("CREATE EXTENSION postgis"))
        connection.execute(text("REVOKE CREATE ON SCHEMA public FROM PUBLIC"))
    with pytest.raises(ServiceFailed) as caught:
        ready_engine(_as(empty_database_url, stranger))
    assert caught.value.code == "no_right_to_migrate"
    assert caught.value.remedy is not None
    assert f"OWNER TO {stranger}" in caught.value.remedy.en
    # A fault of one account leaves the database free for the next.
    migrate(engine)
    engine.dispose()


def test_a_database_of_another_encoding_is_refused(server: Server) -> None:
    name = f"gridsvc_latin_{secrets.token_hex(4)}"
    server.order(
        sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'").format(
            sql.Identifier(name)
        )
    )
    try:
        with pytest.raises(ServiceFailed) as caught:
            ready_engine(Settings(database_url=server.database(name)))
        assert caught.value.code == "wrong_encoding"
        assert "LATIN1" in caught.value.message.en
    finally:
        server.order(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.parametrize(
    "url",
    ["mysql://u:secret@127.0.0.1/x", "postgresql+psycopg2://u:secret@h/x", "secret", "postgresql://h:x/"],
)
def test_a_url_without_sense_is_wrong_usage_and_shows_no_password(url: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        ready_engine(Settings(database_url=url))
    assert caught.value.code == "bad_database_url"
    assert "secret" not in str(caught.value.message)


def test_a_database_that_does_not_answer(server: Server) -> None:
    gone = make_url(server.url).set(database="no_such_database", password="secret")
    settings = Settings(database_url=gone.render_as_string(hide_password=False))
    with pytest.raises(ServiceFailed) as caught:
        ready_engine(settings)
    assert caught.value.code == "database_unreachable"
    assert "secret" not in caught.value.message.en
    assert "no_such_database" in caught.value.message.en
    seen = database_status(settings)
    assert not seen.running
    assert seen.fault is not None
    assert "secret" not in seen.url + seen.fault
