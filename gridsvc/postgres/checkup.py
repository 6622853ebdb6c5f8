"""Look the database over, from the programs to the newest migration, with a fix for every fault."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import OperationalError

from gridsvc.errors import GridsvcError, Text
from gridsvc.postgres.account import account_for, make_home
from gridsvc.postgres.cluster import Cluster
from gridsvc.postgres.database import ready_engine
from gridsvc.postgres.initialising import binaries_for
from gridsvc.postgres.migrating import revision_of, revisions
from gridsvc.settings import Settings

OK, WARNING, FAILED = "ok", "warning", "failed"
SCARCE_BYTES = 2 * 1024**3
NO_ROOM_BYTES = 200 * 1024**2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at; `fix` says what to do unless all is well."""

    name: Text
    state: str
    detail: Text
    fix: Text | None = None


def check_machine(settings: Settings) -> Iterator[Finding]:
    """Look at the programs and the data folder of the embedded server; nothing for a database elsewhere."""
    if settings.database_url is not None:
        return
    cluster = Cluster(settings)
    name = Text("PostgreSQL 与 PostGIS 程序", "PostgreSQL and PostGIS programs")
    try:
        binaries = binaries_for(cluster.data)
        yield Finding(name, OK, Text(str(binaries.folder), str(binaries.folder)))
    except GridsvcError as error:
        yield _of(name, error)
    name = Text("数据目录", "data folder")
    try:
        make_home(cluster.home, account_for(cluster.data))
        yield Finding(name, OK, Text(str(cluster.home), str(cluster.home)))
    except GridsvcError as error:
        yield _of(name, error)
        return
    yield _room(cluster.home)


def check_server(settings: Settings) -> tuple[list[Finding], Engine | None]:
    """Start and migrate the database if need be and look at it; no engine means that it cannot be reached."""
    name = Text("数据库", "database")
    try:
        engine = ready_engine(settings, pool_size=1)
        with engine.connect() as connection:
            return list(_look(connection, name)), engine
    except GridsvcError as error:
        return [_of(name, error)], None
    except OperationalError as error:
        said = str(error.orig).strip()
        fix = Text("请查看数据库日志。", "Look into the database's log.")
        return [Finding(name, FAILED, Text(said, said), fix)], None


def _look(connection: Connection, name: Text) -> Iterator[Finding]:
    version = connection.scalar(text("SHOW server_version"))
    yield Finding(name, OK, Text(f"PostgreSQL {version} 运行中", f"PostgreSQL {version} runs"))
    yield _postgis(connection)
    yield _schema(connection)
    yield _encoding(connection)
    yield _durability(connection)
    yield _pages(connection)


def _of(name: Text, error: GridsvcError) -> Finding:
    return Finding(name, FAILED, error.message, error.remedy)


def _room(home: Path) -> Finding:
    name = Text("磁盘空间", "disk space")
    free = shutil.disk_usage(home).free
    size = f"{free / 1024**3:.1f} GiB"
    state = OK if free >= SCARCE_BYTES else WARNING if free >= NO_ROOM_BYTES else FAILED
    fix = Text(
        f"请在 {home} 所在的磁盘上腾出空间，或用 GRIDSVC_HOME 换到大的磁盘。",
        f"Make room on the disk of {home}, or move to a larger one by GRIDSVC_HOME.",
    )
    return Finding(name, state, Text(f"剩余 {size}", f"{size} free"), None if state == OK else fix)


def _postgis(connection: Connection) -> Finding:
    name = Text("PostGIS", "PostGIS")
    # The version of the extension's SQL in this database, and of the library that the server loads.
    made, loaded = connection.execute(
        text("SELECT (SELECT extversion FROM pg_extension WHERE extname = 'postgis'), postgis_lib_version()")
    ).one()
    if made == loaded:
        return Finding(name, OK, Text(loaded, loaded))
    return Finding(
        name,
        WARNING,
        Text(f"库中是 {made}，程序是 {loaded}", f"{made} in the database, {loaded} installed"),
        Text(
            "请在该库中执行： ALTER EXTENSION postgis UPDATE",
            "In that database run:  ALTER EXTENSION postgis UPDATE",
        ),
    )


def _schema(connection: Connection) -> Finding:
    name = Text("表结构", "schema")
    revision, newest = revision_of(connection), revisions()[-1]
    if revision == newest:
        return Finding(name, OK, Text(f"版本 {revision}，最新", f"revision {revision}, the newest"))
    return Finding(
        name,
        FAILED,
        Text(f"版本 {revision}，最新是 {newest}", f"revision {revision}; the newest is {newest}"),
        Text("请运行 gridsvc db migrate。", "Run `gridsvc db migrate`."),
    )


def _encoding(connection: Connection) -> Finding:
    name = Text("字符编码", "encoding")
    encoding = connection.scalar(text("SHOW server_encoding"))
    if encoding == "UTF8":
        return Finding(name, OK, Text("UTF8", "UTF8"))
    return Finding(
        name,
        FAILED,
        Text(f"{encoding}，存不了全部汉字", f"{encoding}, which does not hold every character"),
        Text(
            "请新建 UTF8 编码的数据库，并用 GRIDSVC_DATABASE_URL 指定它。",
            "Make a database with the encoding UTF8 and name it by GRIDSVC_DATABASE_URL.",
        ),
    )


def _durability(connection: Connection) -> Finding:
    name = Text("断电保护", "durability")
    off = [
        setting
        for setting in ("fsync", "full_page_writes", "synchronous_commit")
        if connection.scalar(text("SELECT current_setting(:name)"), {"name": setting}) == "off"
    ]
    if not off:
        return Finding(name, OK, Text("已提交的数据不会因断电丢失", "what is committed survives a power cut"))
    listed = ", ".join(off)
    return Finding(
        name,
        WARNING,
        Text(f"已关闭 {listed}，断电会丢数据", f"{listed} off: a power cut loses data"),
        Text(
            "请取消 GRIDSVC_SERVER_TEST_MODE（或用 ALTER SYSTEM RESET 恢复），再重启数据库。",
            "Unset GRIDSVC_SERVER_TEST_MODE (or use ALTER SYSTEM RESET) and restart the database.",
        ),
    )


def _pages(connection: Connection) -> Finding:
    name = Text("数据页校验", "data checksums")
    if connection.scalar(text("SHOW data_checksums")) == "off":
        return Finding(
            name,
            WARNING,
            Text("未启用校验，磁盘损坏不会被发现", "off: a fault of the disk would not be noticed"),
            Text("停库后运行 pg_checksums --enable。", "Stop the server and run `pg_checksums --enable`."),
        )
    broken = connection.scalar(text("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database"))
    if not broken:
        return Finding(name, OK, Text("没有损坏的页", "no page is damaged"))
    return Finding(
        name,
        FAILED,
        Text(f"发现 {broken} 次校验失败", f"{broken} pages failed their checksum"),
        Text(
            "请检查磁盘，换盘后用 gridsvc db restore 恢复最近的备份。",
            "Check the disk; on a sound one bring the last backup back by `gridsvc db restore`.",
        ),
    )
