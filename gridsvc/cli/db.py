"""`gridsvc db`: the database of this installation."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Start, stop, migrate, back up the database · 数据库")


@app.command()
def start(as_json: AsJson = False) -> None:
    """Start the embedded database and bring its tables up to date.

    As root on a machine with apt it installs PostGIS first if need be. It stays up until
    `gridsvc down` or `gridsvc db stop`.
    """
    from gridsvc.postgres import ready_engine

    ready_engine(get_settings()).dispose()
    _print_status(as_json)


@app.command()
def stop(as_json: AsJson = False) -> None:
    """Stop the embedded database."""
    from gridsvc.postgres import Cluster

    settings = get_settings()
    if settings.database_url is not None:
        raise WrongUsage(
            "not_ours_to_stop",
            Text(
                "GRIDSVC_DATABASE_URL 指定了别处的数据库，本命令只管内置数据库。",
                "GRIDSVC_DATABASE_URL names a database elsewhere; this stops the embedded one only.",
            ),
        )
    stopped = Cluster(settings).stop()
    if as_json:
        print_json({"stopped": stopped})
    else:
        done = Text("数据库已停止。", "The database is stopped.")
        print(say(done if stopped else Text("数据库没有在运行。", "The database was not running.")))


@app.command()
def status(as_json: AsJson = False) -> None:
    """Show the database without starting it; exit status 3 when it does not run."""
    _print_status(as_json)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the tables up to date. Every command that needs the database does so too."""
    from gridsvc.postgres import database_status, ready_engine

    settings = get_settings()
    before = database_status(settings).revision
    ready_engine(settings).dispose()
    after = database_status(settings).revision
    if as_json:
        print_json({"before": before, "revision": after})
    elif before == after:
        print(say(Text(f"已是最新版本 {after}。", f"The schema is at the newest revision {after}.")))
    else:
        print(
            say(
                Text(
                    f"已从 {before or '空库'} 迁移到 {after}。",
                    f"Migrated from {before or 'nothing'} to {after}.",
                )
            )
        )


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; one already there is replaced.")],
    as_json: AsJson = False,
) -> None:
    """Write the whole database to one file while the service goes on.

    API keys (their digests) are in the database and so in this file. Photos lie in the data folder
    (GRIDSVC_HOME), not in it. Keep the file where only administrators can read it.
    """
    from gridsvc.postgres import backup as write_backup
    from gridsvc.postgres import ready_engine

    engine = ready_engine(get_settings())
    try:
        made = write_backup(engine, file)
    finally:
        engine.dispose()
    if as_json:
        print_json({"file": str(made.path), "bytes": made.bytes, "revision": made.revision})
    else:
        size = _megabytes(made.bytes)
        print(say(Text(f"已备份到 {made.path}（{size}）。", f"Backed up to {made.path} ({size}).")))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `gridsvc db backup` wrote.")],
    replace: Annotated[bool, typer.Option("--replace", help="Replace the data that is there.")] = False,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back, whole or not at all, and migrate it to this program's schema.

    API keys come back with it, except that those revoked since the backup was written stay revoked.
    """
    from gridsvc.postgres import ready_engine
    from gridsvc.postgres import restore as bring_back

    engine = ready_engine(get_settings())
    try:
        restored = bring_back(engine, file, replace=replace)
    finally:
        engine.dispose()
    if as_json:
        print_json(asdict(restored))
        return
    print(say(Text(f"已从 {file} 恢复。", f"Restored from {file}.")))
    for table, rows in restored.rows.items():
        if rows:
            print(f"  {table}: {rows}")
    kept = restored.keys_still_revoked
    if kept:
        print(
            say(
                Text(
                    f"备份之后吊销的 {kept} 个密钥仍为吊销状态。",
                    f"{kept} key(s) revoked since the backup stay revoked.",
                )
            )
        )


def _print_status(as_json: bool) -> None:
    from gridsvc.postgres import database_status

    seen = database_status(get_settings())
    if as_json:
        print_json(asdict(seen))
    else:
        running = Text("运行中", "running") if seen.running else Text("未运行", "down")
        lines = [
            (Text("状态", "state"), say(running)),
            (Text("地址", "address"), seen.url),
            (Text("数据目录", "data folder"), seen.data_folder),
            (Text("PostgreSQL", "PostgreSQL"), seen.server),
            (Text("PostGIS", "PostGIS"), seen.postgis),
            (Text("编码", "encoding"), seen.encoding),
            (
                Text("结构版本", "schema"),
                _schema(seen.revision, seen.newest_revision) if seen.running else None,
            ),
            (Text("大小", "size"), None if seen.bytes is None else _megabytes(seen.bytes)),
            (Text("会话数", "sessions"), seen.sessions),
            (Text("说明", "fault"), seen.fault),
        ]
        for name, value in lines:
            if value is not None:
                print(f"{say(name)}: {value}")
    if not seen.running:
        raise typer.Exit(3)


def _schema(revision: str | None, newest: str | None) -> str:
    if revision == newest:
        return f"{revision}"
    return f"{revision} → {newest} (gridsvc db migrate)"


def _megabytes(count: int) -> str:
    return f"{count / 1_048_576:.1f} MiB"
