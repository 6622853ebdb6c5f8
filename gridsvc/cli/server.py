"""`gridsvc up` and `gridsvc down`."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from gridsvc.cli.output import say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

# The first start may install PostgreSQL and make the sample.
DETACH_PATIENCE_S = 900.0


def register(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command()(up)
    app.command()(down)


def up(
    sample: Annotated[
        bool, typer.Option("--sample", help="Load the sample district first (generated, not real).")
    ] = False,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 takes a free one.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer.")] = 1,
    detach: Annotated[bool, typer.Option("--detach", help="Return once ready; `down` stops it.")] = False,
) -> None:
    """Start the database, migrate it, and serve API and console until a signal comes."""
    from gridsvc import server
    from gridsvc.access import add_link
    from gridsvc.postgres import ready_engine

    settings = get_settings()
    if detach:
        arguments = ["--host", host, "--port", str(port), "--workers", str(workers)]
        print(server.start_detached(settings, arguments + ["--sample"] * sample, DETACH_PATIENCE_S))
        return

    def prepare() -> None:
        engine = ready_engine(settings)
        if sample:
            from gridsvc.sample import ensure

            with engine.begin() as connection:
                ensure(connection, settings, lambda step: print(say(step), file=sys.stderr))
        engine.dispose()

    def announce(address: str) -> None:
        engine = ready_engine(settings)
        with engine.begin() as connection:
            token = add_link(connection, datetime.now(UTC))
        engine.dispose()
        print(f"ready {address}", flush=True)
        print(f"{address}/sign-in?token={token}", flush=True)

    server.serve(settings, host=host, port=port, workers=workers, prepare=prepare, when_ready=announce)


def down() -> None:
    """Stop the server and the embedded database; a no-op when neither runs."""
    from gridsvc import server
    from gridsvc.postgres import Cluster

    settings = get_settings()
    stopped = server.stop(settings)
    if stopped is not None:
        print(say(Text(f"已停止服务 {stopped.address}。", f"Stopped the service at {stopped.address}.")))
    database = settings.database_url is None and Cluster(settings).stop()
    if database:
        print(say(Text("已停止数据库。", "Stopped the database.")))
    if stopped is None and not database:
        print(say(Text("没有在运行的服务。", "Nothing is running.")))
