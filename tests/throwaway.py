"""A PostGIS for one pytest session: its own cluster without fsync, or databases on the PostGIS that is named."""

from __future__ import annotations

import fcntl
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from gridsvc.postgres import migrate, open_engine
from gridsvc.postgres.binaries import ensure_binaries

PREFIX = "gridsvc-test-"
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "shared_buffers=128MB",
    "jit=off",
    "timezone=UTC",
    "autovacuum=off",
    "max_wal_size=2GB",
)


@dataclass(frozen=True)
class Server:
    """A PostGIS on which databases may be made; `url` is the one to give orders through."""

    url: str
    template: str

    def database(self, name: str) -> str:
        """Return the URL of the database `name` on this server."""
        return make_url(self.url).set(database=name).render_as_string(hide_password=False)

    @contextmanager
    def fresh(self, *, template: str | None, label: str = "t") -> Iterator[str]:
        """Give the URL of a new database, a copy of `template`, and drop it at the end."""
        name = f"gridsvc_{label}_{secrets.token_hex(5)}"
        self.order(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'").format(
                sql.Identifier(name), sql.Identifier(template or "template0")
            )
        )
        try:
            yield self.database(name)
        finally:
            self.order(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def order(self, statement: sql.Composable) -> None:
        """Run a statement that no transaction may hold."""
        with psycopg.connect(plain(self.url), autocommit=True) as connection:
            connection.execute(statement)


def plain(url: str) -> str:
    """Return `url` as libpq reads it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def session_server() -> Iterator[Server]:
    """Give a server with a migrated template database; everything made on it is gone afterwards."""
    named = os.environ.get("GRIDSVC_DATABASE_URL")
    if named:
        with _with_template(named) as server:
            yield server
    else:
        with _own_cluster() as url, _with_template(url) as server:
            yield server


@contextmanager
def _with_template(url: str) -> Iterator[Server]:
    bare = Server(url, template="")
    with bare.fresh(template=None, label="template") as template:
        engine = open_engine(template)
        try:
            migrate(engine)
        finally:
            engine.dispose()
        name = make_url(template).database
        assert name is not None
        yield Server(url, template=name)


@contextmanager
def _own_cluster() -> Iterator[str]:
    _sweep()
    binaries = ensure_binaries()
    # Not under pytest's own folder: that is 0700 of root, and the server's account must walk in.
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir="/tmp"))
    data = folder / "pg"
    account: dict[str, object] = {}
    if os.geteuid() == 0:
        entry = pwd.getpwnam("postgres")
        account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
        os.chown(folder, entry.pw_uid, entry.pw_gid)
    environment = {"PATH": f"{binaries.folder}:/usr/bin:/bin", "LC_ALL": "C.UTF-8"}
    common = {"env": environment, "cwd": "/", "stdin": subprocess.DEVNULL, **account}
    with open(folder / "session.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        subprocess.run(  # type: ignore[call-overload]
            [
                binaries / "initdb",
                "-D",
                data,
                "-U",
                "gridsvc",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            **common,
        )
        options = [part for setting in SETTINGS for part in ("-c", setting)]
        with open(folder / "server.log", "w") as log:
            # A direct child that the kernel stops when this process dies, however it dies: no orphans.
            server = subprocess.Popen(  # type: ignore[call-overload]
                ["setpriv", "--pdeathsig=INT", binaries / "postgres", "-D", data, "-k", folder, *options],
                stdout=log,
                stderr=log,
                start_new_session=True,
                **common,
            )
        url = f"postgresql+psycopg://gridsvc@/postgres?host={folder}"
        try:
            _wait(url, server, folder)
            yield url
        finally:
            server.send_signal(signal.SIGINT)
            try:
                server.wait(30)
            except subprocess.TimeoutExpired:
                server.send_signal(signal.SIGQUIT)
                server.wait(30)
            shutil.rmtree(folder, ignore_errors=True)


def _wait(url: str, server: subprocess.Popen[bytes], folder: Path) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(plain(url)).close()
            return
        except psycopg.OperationalError as error:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "server.log").read_text()) from error
            time.sleep(0.05)


def _sweep() -> None:
    """Remove the folders of sessions that were killed: nobody holds their lock."""
    for folder in Path("/tmp").glob(f"{PREFIX}*"):
        try:
            if time.time() - folder.stat().st_mtime < 60:
                continue
            with open(folder / "session.lock") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
