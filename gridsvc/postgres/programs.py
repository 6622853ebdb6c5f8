"""PostgreSQL's client programs, for a server of a given version."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL

from gridsvc.errors import ServiceFailed, Text
from gridsvc.postgres.binaries import DEBIAN_PROGRAMS


def client_program(name: str, server_major: int) -> str:
    """Return the path of pg_dump or pg_restore: of the server's own version, else the newest one after it.

    An older pg_dump refuses a newer server; a newer one writes what an older server may not read.
    """
    found = {
        int(path.parent.parent.name): str(path)
        for path in DEBIAN_PROGRAMS.glob(f"*/bin/{name}")
        if path.parent.parent.name.isdigit()
    }
    fitting = min((major for major in found if major >= server_major), default=None)
    if fitting is not None:
        return found[fitting]
    on_path = shutil.which(name)
    if on_path is not None:
        return on_path
    raise ServiceFailed(
        "client_missing",
        Text(f"本机没有 {name} {server_major}。", f"This machine has no {name} {server_major}."),
        remedy=Text(
            f"请以 root 身份运行： apt-get install -y postgresql-client-{server_major}",
            f"As root, run:  apt-get install -y postgresql-client-{server_major}",
        ),
    )


def run_client(program: str, url: URL, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a client program on the database at `url`; the password never shows in a list of processes."""
    address = url.set(drivername="postgresql")._replace(password=None).render_as_string()
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    if url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    return subprocess.run(
        [program, "--dbname", address, *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def list_archive(program: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Run `pg_restore --list` on a file."""
    return subprocess.run(
        [program, "--list", str(path)],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
