"""Backups come back whole, and a bad one changes nothing."""

from __future__ import annotations

import importlib
import stat
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import Connection, Engine, text

from gridsvc.access import (
    add_key,
    add_link,
    open_by_key,
    open_by_link,
    revoke_key,
    verify_key,
    verify_session,
)
from gridsvc.errors import Conflict, GridsvcError, InputRefused
from gridsvc.postgres import Restored, backup, open_engine, restore
from gridsvc.postgres.programs import client_program, run_client
from gridsvc.postgres.replacing import swap
from tests.throwaway import Server

# The package's verb `backup` hides the module of that name.
backup_room = importlib.import_module("gridsvc.postgres.backup")


@pytest.fixture
def own(database_url: str) -> Iterator[Engine]:
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


def _fill(connection: Connection) -> None:
    """Put a row with geometry under every check that calls PostGIS, and Chinese text."""
    edition = connection.scalar(
        text(
            "INSERT INTO area_edition (name, level, profile, code_rules, srid, source, digest)"
            " VALUES ('网格一版', 'cell', 'gbt', '{\"name\": \"gbt\"}', 4545, 'test', 'x') RETURNING id"
        )
    )
    connection.execute(
        text(
            "INSERT INTO area (edition_id, code, name, area_m2, geom, geom_mm) VALUES"
            " (:edition, '610103001001001', '柏树林·甲', 10000,"
            "  st_multi(st_makeenvelope(108.95, 34.24, 108.951, 34.241, 4326)),"
            "  st_multi(st_makeenvelope(0, 0, 100000, 100000)))"
        ),
        {"edition": edition},
    )
    connection.execute(
        text("INSERT INTO unit (code, name, kind) VALUES ('u1', '柏树林街道办事处', 'street_office')")
    )


def _seen(engine: Engine) -> list[tuple[object, ...]]:
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT a.name, st_asewkt(a.geom_mm), e.name"
                " FROM area a JOIN area_edition e ON e.id = a.edition_id"
            )
        ).all()
        units = connection.execute(text("SELECT code, name FROM unit ORDER BY code")).all()
    return [tuple(row) for row in (*rows, *units)]


def _databases(engine: Engine) -> set[str]:
    with engine.connect() as connection:
        listed = connection.scalars(
            text("SELECT datname FROM pg_database WHERE starts_with(datname, current_database())")
        )
        return set(listed)


@pytest.fixture
def filled(own: Engine) -> Engine:
    with own.begin() as connection:
        _fill(connection)
    return own


def test_a_round_trip_brings_everything_back(filled: Engine, tmp_path: Path) -> None:
    before = _seen(filled)
    made = backup(filled, tmp_path / "all.dump")
    assert made.bytes == (tmp_path / "all.dump").stat().st_size
    assert stat.S_IMODE((tmp_path / "all.dump").stat().st_mode) == 0o600
    with filled.begin() as connection:
        connection.execute(text("UPDATE unit SET name = '改过的名字'"))
        connection.execute(text("DELETE FROM area"))
    restored = restore(filled, tmp_path / "all.dump", replace=True)
    assert _seen(filled) == before
    assert isinstance(restored, Restored)
    assert restored.rows["area"] == 1
    assert restored.rows["unit"] == 1
    assert _databases(filled) == {filled.url.database}
    # The checks came along, and still call PostGIS.
    with pytest.raises(Exception, match="area_geom_mm_check"), filled.begin() as connection:
        connection.execute(text("UPDATE area SET geom_mm = st_geomfromtext('MULTIPOLYGON EMPTY', 0)"))
    with filled.begin() as connection:
        connection.execute(text("INSERT INTO unit (code, name, kind) VALUES ('u2', '新单位', 'bureau')"))


def test_data_is_not_replaced_unasked(filled: Engine, tmp_path: Path) -> None:
    backup(filled, tmp_path / "all.dump")
    before = _seen(filled)
    with pytest.raises(Conflict) as caught:
        restore(filled, tmp_path / "all.dump")
    assert caught.value.code == "database_not_empty"
    assert "area" in caught.value.message.en
    assert caught.value.remedy is not None
    assert "--replace" in caught.value.remedy.zh
    assert _seen(filled) == before


def test_an_empty_database_takes_a_backup_unasked(filled: Engine, tmp_path: Path, server: Server) -> None:
    before = _seen(filled)
    backup(filled, tmp_path / "all.dump")
    with server.fresh(template=server.template) as url:
        other = open_engine(url)
        restore(other, tmp_path / "all.dump")
        assert _seen(other) == before
        other.dispose()


@pytest.mark.parametrize("keep", [0.0, 0.02, 0.3, 0.7, 0.97, 0.999])
def test_a_backup_cut_short_changes_nothing(filled: Engine, tmp_path: Path, keep: float) -> None:
    with filled.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO unit (code, name, kind)"
                " SELECT 'n' || i, md5(i::text) || md5((-i)::text), 'company' FROM generate_series(1, 3000) i"
            )
        )
    whole = tmp_path / "all.dump"
    backup(filled, whole)
    cut = tmp_path / "cut.dump"
    cut.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * keep)])
    before = _seen(filled)
    with pytest.raises(InputRefused) as caught:
        restore(filled, cut, replace=True)
    assert caught.value.place.file == str(cut)
    assert _seen(filled) == before
    assert _databases(filled) == {filled.url.database}


def test_files_that_are_no_backups_are_refused(filled: Engine, tmp_path: Path) -> None:
    before = _seen(filled)
    (tmp_path / "letter.txt").write_text("这不是备份")
    (tmp_path / "empty").touch()
    codes = []
    for name in ("letter.txt", "empty", "missing", "."):
        with pytest.raises(InputRefused) as caught:
            restore(filled, tmp_path / name, replace=True)
        codes.append(caught.value.code)
    assert codes == ["not_a_backup", "not_a_backup", "backup_unreadable", "backup_unreadable"]
    assert _seen(filled) == before


def test_another_databases_backup_is_refused(filled: Engine, empty_database_url: str, tmp_path: Path) -> None:
    other = open_engine(empty_database_url)
    with other.begin() as connection:
        connection.execute(text("CREATE TABLE letters (n int)"))
        major = int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
    foreign = tmp_path / "foreign.dump"
    done = run_client(client_program("pg_dump", major), other.url, "--format=custom", f"--file={foreign}")
    other.dispose()
    assert done.returncode == 0, done.stderr
    with pytest.raises(InputRefused) as caught:
        restore(filled, foreign, replace=True)
    assert caught.value.code == "not_our_backup"


def test_a_backup_of_a_newer_schema_is_refused(filled: Engine, tmp_path: Path) -> None:
    with filled.begin() as connection:
        current = connection.scalar(text("SELECT version_num FROM alembic_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    backup(filled, tmp_path / "newer.dump")
    with filled.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = :current"), {"current": current})
    with pytest.raises(InputRefused) as caught:
        restore(filled, tmp_path / "newer.dump", replace=True)
    assert caught.value.code == "backup_newer"
    assert "9999" in caught.value.message.en
    assert _databases(filled) == {filled.url.database}


def test_a_restore_ends_the_sessions_on_the_old_database(filled: Engine, tmp_path: Path) -> None:
    backup(filled, tmp_path / "all.dump")
    user = open_engine(filled.url.render_as_string(hide_password=False))
    with user.connect() as connection:
        connection.execute(text("SELECT 1"))
    restore(filled, tmp_path / "all.dump", replace=True)
    # The pool finds out by itself.
    assert _seen(user) == _seen(filled)
    user.dispose()


def test_a_restore_revives_no_revoked_key_and_no_ended_session(filled: Engine, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    with filled.begin() as connection:
        live, revoked, renewed = (add_key(connection, name, "leader") for name in ("a", "b", "c"))
        used, unused = add_link(connection, now), add_link(connection, now)
        ended = open_by_key(connection, revoked, now)
        stays = open_by_key(connection, live, now)
    assert ended is not None
    assert stays is not None
    backup(filled, tmp_path / "all.dump")
    with filled.begin() as connection:
        revoke_key(connection, "b")
        revoke_key(connection, "c")
    with filled.begin() as connection:
        # The name c now has another secret, and no trace of the first is left but this.
        later = add_key(connection, "c", "leader")
        open_by_link(connection, used, now)
    restored = restore(filled, tmp_path / "all.dump", replace=True)
    assert restored.keys_still_revoked == 2
    assert restored.rows["session"] == 2
    with filled.begin() as connection:
        assert [verify_key(connection, key) is not None for key in (live, revoked, renewed, later)] == [
            True,
            False,
            False,
            False,
        ]
        assert verify_session(connection, ended.secret, now) is None
        assert verify_session(connection, stays.secret, now) is not None
        assert open_by_link(connection, used, now) is None
        assert open_by_link(connection, unused, now) is not None


def test_a_key_revoked_while_the_databases_change_names_stays_revoked(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with filled.begin() as connection:
        key = add_key(connection, "tablet", "collector")
    backup(filled, tmp_path / "all.dump")

    def revoke_just_before(*arguments: Any) -> None:
        with filled.begin() as connection:
            revoke_key(connection, "tablet")
        swap(*arguments)

    monkeypatch.setattr(backup_room, "swap", revoke_just_before)
    assert restore(filled, tmp_path / "all.dump", replace=True).keys_still_revoked == 1
    with filled.begin() as connection:
        assert verify_key(connection, key) is None


def test_a_restore_elsewhere_leaves_the_keys_as_they_were(
    filled: Engine, tmp_path: Path, server: Server
) -> None:
    with filled.begin() as connection:
        live, revoked = (add_key(connection, name, "leader") for name in ("a", "b"))
        revoke_key(connection, "b")
    backup(filled, tmp_path / "all.dump")
    with server.fresh(template=server.template) as url:
        other = open_engine(url)
        assert restore(other, tmp_path / "all.dump").keys_still_revoked == 0
        with other.begin() as connection:
            assert verify_key(connection, live) is not None
            assert verify_key(connection, revoked) is None
        other.dispose()


def _stop_after_the_swap(*_: object) -> None:
    raise KeyboardInterrupt


def test_what_a_killed_restore_left_is_cleared_away(
    filled: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(filled, tmp_path / "all.dump")
    name = filled.url.database
    before = _seen(filled)
    for filling in (True, False):
        with monkeypatch.context() as killed:
            # Killed: it never gets to drop anything.
            killed.setattr(backup_room, "drop", _stop_after_the_swap)
            if filling:
                killed.setattr(backup_room, "_fill", _stop_after_the_swap)
            with pytest.raises(KeyboardInterrupt):
                restore(filled, tmp_path / "all.dump", replace=True)
        filled.dispose()
        left = _databases(filled) - {name}
        assert len(left) == 1
        assert ("_restore_" in next(iter(left))) == filling
    restore(filled, tmp_path / "all.dump", replace=True)
    assert _databases(filled) == {name}
    assert _seen(filled) == before


def test_databases_of_others_are_left_alone_whatever_they_are_called(
    filled: Engine, tmp_path: Path, server: Server
) -> None:
    backup(filled, tmp_path / "all.dump")
    name = filled.url.database
    assert name is not None
    mark = f"gridsvc: may be dropped, left over from a restore of {name}"
    others = {
        f"{name}_restore_0badcafe": None,
        f"{name}_replaced_0badcafe": "the archive of 2025",
        f"{name}_restore_archive": mark,
        f"{name}_replaced_0badcafe_kept": mark,
    }
    # The live database may have a remark of its own, and keeps it.
    remark = r"it's :ours \:x"
    try:
        for other in others:
            server.order(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(other)))
        for database, said in (others | {name: remark}).items():
            server.order(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(database), sql.Literal(said))
            )
        restore(filled, tmp_path / "all.dump", replace=True)
        assert _databases(filled) == {name, *others}
        with filled.connect() as connection:
            seen = connection.scalar(
                text(
                    "SELECT shobj_description(oid, 'pg_database') FROM pg_database"
                    " WHERE datname = current_database()"
                )
            )
        assert seen == remark
    finally:
        for other in others:
            server.order(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(other)))


def test_a_backup_writes_through_nobody_elses_file_or_link(filled: Engine, tmp_path: Path) -> None:
    letter = tmp_path / "letter"
    letter.write_text("mine")
    (tmp_path / "all.dump.part").symlink_to(letter)
    backup(filled, tmp_path / "all.dump")
    assert letter.read_text() == "mine"
    assert {path.name for path in tmp_path.iterdir()} == {"letter", "all.dump", "all.dump.part"}


def test_a_backup_that_cannot_be_written_leaves_nothing(filled: Engine, tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        backup(filled, tmp_path / "nowhere" / "all.dump")
    assert caught.value.code == "backup_not_written"
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_our_tables_has_nothing_to_back_up(
    empty_database_url: str, tmp_path: Path
) -> None:
    engine = open_engine(empty_database_url)
    with pytest.raises(GridsvcError) as caught:
        backup(engine, tmp_path / "all.dump")
    engine.dispose()
    assert caught.value.code == "nothing_to_back_up"
    assert list(tmp_path.iterdir()) == []
