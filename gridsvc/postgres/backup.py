"""Back the database up into one file, and bring it back whole or not at all."""

from __future__ import annotations

import dataclasses
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from gridsvc.errors import Conflict, InputRefused, Place, ServiceFailed, Text
from gridsvc.postgres.changes import announce_change
from gridsvc.postgres.engine import open_engine
from gridsvc.postgres.migrating import is_current, migrate, revision_of
from gridsvc.postgres.programs import client_program, list_archive, run_client
from gridsvc.postgres.replacing import (
    drop,
    drop_leftovers,
    make_beside,
    name_for_the_old,
    orders_beside,
    quoted,
    swap,
)
from gridsvc.postgres.still_revoked import carry_over, end_sessions

_MAGIC = b"PGDMP"
# Two restores of one database take turns on this.
_TURN = 7_610_104
# Tables that hold rows in a database that nobody used yet.
_OF_THE_SYSTEM = ("alembic_version", "spatial_ref_sys")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was written."""

    path: Path
    bytes: int
    revision: str


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore brought back."""

    revision: str
    backup_revision: str
    rows: dict[str, int]
    keys_still_revoked: int


def backup(engine: Engine, path: Path) -> Backup:
    """Write the whole database to `path` (pg_dump's custom format), complete or not at all.

    The service may go on working meanwhile: the file shows one instant. A file already there is replaced.
    Raise InputRefused when it cannot be written, ServiceFailed when pg_dump fails.
    """
    with engine.connect() as connection:
        major = _major(connection)
        revision = revision_of(connection)
    if revision is None:
        raise Conflict(
            "nothing_to_back_up",
            Text("数据库里还没有本系统的表。", "The database has no tables of this service yet."),
            remedy=Text("请先运行 gridsvc db migrate。", "Run `gridsvc db migrate` first."),
        )
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        # It holds reports and the digests of keys: for its owner's eyes only. A name that nobody can foresee
        # and that must be free: no other backup writes there, and no link leads elsewhere.
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise InputRefused(
            "backup_not_written",
            Text(f"无法写入 {path}：{error.strerror}。", f"{path} cannot be written: {error.strerror}."),
            place=Place(file=str(path)),
            remedy=Text("请指定一个可写的目录中的文件。", "Name a file in a folder that can be written to."),
        ) from error
    try:
        program = client_program("pg_dump", major)
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--file={part}"]
        done = run_client(program, engine.url, *options)
        listed = list_archive(client_program("pg_restore", major), part)
        if done.returncode != 0 or listed.returncode != 0:
            said = (done.stderr or listed.stderr).strip()
            raise ServiceFailed(
                "backup_failed",
                Text(f"备份失败：{said}", f"The backup failed: {said}"),
                remedy=Text("请检查磁盘空间和数据库日志。", "Check the disk's space and the database's log."),
            )
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return Backup(path, path.stat().st_size, revision)


def restore(engine: Engine, path: Path, *, replace: bool = False) -> Restored:
    """Bring back the backup in `path`, migrated to the newest schema, in the place of what `engine` shows.

    It is read into a database of its own first, so a wrong or damaged file changes nothing; then the two
    change names in one transaction. Sessions on the old database are ended and find the new one. Keys that
    were revoked in the old database stay revoked, and used links and ended sign-ins stay ended.
    Raise InputRefused for a file that is no sound backup, Conflict when there is data and not `replace`.
    """
    with engine.connect() as connection:
        major = _major(connection)
        program = client_program("pg_restore", major)
        _check_file(path, program)
        if not replace:
            _refuse_data(connection)
    engine.dispose()
    name = engine.url.database
    assert name is not None
    with orders_beside(engine) as orders:
        orders.execute(text("SELECT pg_advisory_lock(:turn)"), {"turn": _TURN})
        drop_leftovers(orders, name)
        try:
            fresh = make_beside(orders, name)
        except DBAPIError as error:
            raise ServiceFailed(
                "no_right_to_restore",
                Text(f"无法新建数据库：{error.orig}", f"No database can be made: {error.orig}"),
                remedy=Text(
                    f"请以超级用户执行： ALTER ROLE {engine.url.username} CREATEDB",
                    f"As a superuser, run:  ALTER ROLE {engine.url.username} CREATEDB",
                ),
            ) from error
        old = name_for_the_old(name)
        try:
            report = _fill(engine, fresh, path, program)
            with _both(engine, name, fresh) as (replaced, restored):
                revoked = carry_over(replaced, restored)
                end_sessions(replaced, restored)
                report.rows["session"] = restored.scalar(text("SELECT count(*) FROM session")) or 0
            swap(orders, name, old, fresh)
        except BaseException:
            drop(orders, fresh)
            raise
        # A key may have been revoked while the two changed names.
        with _both(engine, old, name) as (replaced, restored):
            late = carry_over(replaced, restored)
            if late:
                announce_change(restored, "access")
        drop(orders, old)
    return dataclasses.replace(report, keys_still_revoked=revoked + late)


@contextmanager
def _both(engine: Engine, replaced: str, restored: str) -> Iterator[tuple[Connection, Connection]]:
    """Give a connection to each of the two databases; what is changed is committed at the end."""
    urls = (engine.url.set(database=name) for name in (replaced, restored))
    one, two = (open_engine(url.render_as_string(hide_password=False), pool_size=1) for url in urls)
    try:
        with one.connect() as reading, two.begin() as writing:
            yield reading, writing
    finally:
        one.dispose()
        two.dispose()


def _fill(engine: Engine, name: str, path: Path, program: str) -> Restored:
    url = engine.url.set(database=name)
    options = ["--exit-on-error", "--no-owner", "--no-privileges", "--single-transaction", str(path)]
    done = run_client(program, url, *options)
    if done.returncode != 0:
        raise _damaged(path, done.stderr)
    own = open_engine(url.render_as_string(hide_password=False), pool_size=1)
    try:
        with own.connect() as connection:
            before = revision_of(connection)
            try:
                is_current(connection)
            except ServiceFailed as error:
                raise InputRefused(
                    "backup_newer", error.message, remedy=error.remedy, place=Place(file=str(path))
                ) from error
        migrate(own)
        with own.connect() as connection:
            after = revision_of(connection)
            assert before is not None
            assert after is not None
            rows = {
                table: connection.scalar(text(f"SELECT count(*) FROM {quoted(table)}")) or 0
                for table in _tables(connection)
            }
            # Without statistics the first days' queries would be planned blindly.
            connection.execute(text("ANALYZE"))
            connection.commit()
    finally:
        own.dispose()
    return Restored(after, before, rows, keys_still_revoked=0)


def _check_file(path: Path, program: str) -> None:
    try:
        with path.open("rb") as file:
            head = file.read(len(_MAGIC))
    except OSError as error:
        raise InputRefused(
            "backup_unreadable",
            Text(f"读不了 {path}：{error.strerror}。", f"{path} cannot be read: {error.strerror}."),
            place=Place(file=str(path)),
        ) from error
    if head != _MAGIC:
        raise InputRefused(
            "not_a_backup",
            Text("这不是 gridsvc db backup 写的文件。", "This is no file that `gridsvc db backup` wrote."),
            place=Place(file=str(path)),
            remedy=Text("请指定备份文件。", "Name a backup file."),
        )
    listed = list_archive(program, path)
    if listed.returncode != 0:
        raise _damaged(path, listed.stderr)
    if " TABLE DATA public alembic_version " not in listed.stdout:
        raise InputRefused(
            "not_our_backup",
            Text(
                "这是别的数据库的备份，不是本系统的。",
                "This is the backup of another database, not of this service.",
            ),
            place=Place(file=str(path)),
            remedy=Text("请指定 gridsvc db backup 写的文件。", "Name a file that `gridsvc db backup` wrote."),
        )


def _damaged(path: Path, said: str) -> InputRefused:
    first = next((line for line in said.splitlines() if "error" in line), said.strip())
    return InputRefused(
        "backup_damaged",
        Text(
            f"备份文件不完整或已损坏，数据库未改动：{first}",
            f"The backup is damaged or cut short; the database is unchanged: {first}",
        ),
        place=Place(file=str(path)),
        remedy=Text("请换一份完好的备份。", "Use a sound copy of the backup."),
    )


def _refuse_data(connection: Connection) -> None:
    used = [
        table
        for table in _tables(connection)
        if connection.scalar(text(f"SELECT EXISTS (SELECT FROM {quoted(table)})"))
    ]
    if used:
        listed = ", ".join(used)
        raise Conflict(
            "database_not_empty",
            Text(f"数据库里已有数据（{listed}）。", f"The database holds data already ({listed})."),
            remedy=Text(
                "先用 gridsvc db backup 备份；确定要用备份取代它们，请加 --replace。",
                "Back it up by `gridsvc db backup`; to replace it by the backup, add --replace.",
            ),
        )


def _tables(connection: Connection) -> list[str]:
    listed = connection.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    )
    return [table for table in listed if table not in _OF_THE_SYSTEM]


def _major(connection: Connection) -> int:
    return int(connection.scalar(text("SHOW server_version_num")) or 0) // 10_000
