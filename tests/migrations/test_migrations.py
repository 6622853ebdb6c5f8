"""The schema goes up, down and up again, and is what the tables say."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from gridsvc.errors import ServiceFailed
from gridsvc.geography import code_profile, editions
from gridsvc.postgres import migrate, open_engine
from gridsvc.postgres.migrating import is_current, revision_of, revisions
from gridsvc.settings import shipped


@pytest.fixture
def empty(empty_database_url: str) -> Iterator[Engine]:
    engine = open_engine(empty_database_url)
    yield engine
    engine.dispose()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(shipped("migrations")))
    return config


def _tables(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        return set(connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")))


def test_up_down_and_up_again(empty: Engine) -> None:
    migrate(empty)
    up = _tables(empty)
    assert {"area", "unit", "clause", "report", "resolution"} <= up
    migrate(empty, "base")
    with empty.connect() as connection:
        assert revision_of(connection) is None
    assert _tables(empty) <= {"alembic_version", "spatial_ref_sys"}
    migrate(empty)
    assert _tables(empty) == up


def test_every_revision_goes_down_and_up_by_itself(empty: Engine) -> None:
    migrate(empty)
    chain = list(ScriptDirectory.from_config(_config()).walk_revisions())
    for script in chain:
        below = str(script.down_revision or "base")
        migrate(empty, below)
        with empty.connect() as connection:
            assert revision_of(connection) == script.down_revision
    migrate(empty)
    with empty.connect() as connection:
        assert is_current(connection)


def test_the_migrations_make_what_the_tables_say(engine: Engine) -> None:
    config = _config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.check(config)


def test_the_chain_read_from_the_files_is_alembics() -> None:
    script = ScriptDirectory.from_config(_config())
    assert list(revisions()) == [each.revision for each in reversed(list(script.walk_revisions()))]
    assert revisions()[-1] == script.get_current_head()


def test_a_migration_does_not_queue_behind_a_lock_for_ever() -> None:
    sources = [path.read_text() for path in (shipped("migrations") / "versions").glob("*.py")]
    assert sources
    assert all("lock_timeout" in source for source in sources)


def test_a_newer_schema_is_not_touched(empty: Engine) -> None:
    migrate(empty)
    with empty.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ServiceFailed) as caught:
        migrate(empty)
    assert caught.value.code == "schema_newer"
    with empty.connect() as connection:
        assert revision_of(connection) == "9999"


def test_two_migrations_at_once_take_turns(empty: Engine) -> None:
    def once() -> None:
        own = open_engine(empty.url.render_as_string(hide_password=False))
        migrate(own)
        own.dispose()

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(once) for _ in range(3)]:
            done.result()
    with empty.connect() as connection:
        assert is_current(connection)


def test_editions_of_the_first_schema_get_their_code_rules(empty: Engine) -> None:
    migrate(empty)
    migrate(empty, "0001")
    with empty.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO area_edition (name, level, profile, srid, source, digest) VALUES"
                " ('gbt', 'cell', 'gbt', 4545, 'test', 'x'), ('free', 'street', 'free', 4545, 'test', 'x')"
            )
        )
    migrate(empty)
    with empty.begin() as connection:
        rules = {each.name: each.rules for each in editions(connection)}
        # so that the same file under the same profile is known again after the upgrade
        assert rules == {name: code_profile(name) for name in ("gbt", "free")}
        connection.execute(
            text(
                "INSERT INTO area_edition (name, level, profile, code_rules, srid, source, digest) SELECT"
                " 'wards', 'community', 'wards-of-x', jsonb_build_object('name', 'wards-of-x', 'strict', true),"
                " 4545, 'test', 'x'"
            )
        )
    migrate(empty, "0001")
    with empty.connect() as connection:
        rows = connection.execute(text("SELECT name, profile FROM area_edition ORDER BY name")).all()
    assert [tuple(row) for row in rows] == [("free", "free"), ("gbt", "gbt"), ("wards", "gbt")]
    migrate(empty)


def test_plans_of_before_get_what_their_list_shows(empty: Engine) -> None:
    migrate(empty)
    migrate(empty, "0014")
    plan = '{"form": "streets", "bound": 7.25, "routes": [{}, {}]}'
    with empty.begin() as connection:
        for document in (plan, "{}"):
            connection.execute(
                text(
                    "INSERT INTO patrol_plan"
                    " (day, team, begins, ends, made_at, made_by, seed, value, asked, places, plan) VALUES"
                    " ('2026-11-23', '', now(), now() + interval '1 hour', now(), 'test', 1, 6, '{}', '{}',"
                    " CAST(:document AS jsonb))"
                ),
                {"document": document},
            )
    migrate(empty)
    with empty.connect() as connection:
        shown = connection.execute(text("SELECT form, bound, patrols FROM patrol_plan ORDER BY id")).all()
    assert [tuple(row) for row in shown] == [("streets", 7.25, 2), (None, None, None)]
    migrate(empty, "0014")
    with empty.connect() as connection:
        assert connection.scalar(text("SELECT plan FROM patrol_plan ORDER BY id LIMIT 1"))["bound"] == 7.25
