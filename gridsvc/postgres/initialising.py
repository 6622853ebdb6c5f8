"""Make the files of a new cluster."""

from __future__ import annotations

import shutil
from pathlib import Path

from gridsvc.errors import ServiceFailed, Text
from gridsvc.postgres.account import Account
from gridsvc.postgres.binaries import Binaries, ensure_binaries, find_binaries

ROLE = "gridsvc"


def initialise(data: Path, account: Account, binaries: Binaries, *, sync: bool) -> None:
    """Make a cluster beside `data` and move it there whole: a kill leaves none, never half of one."""
    making = data.with_name("pg.new")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    account.take(making)
    # Who may enter the socket's folder is trusted. Should an administrator open TCP, a password is asked for.
    arguments = ["-D", str(making), "-U", ROLE, "--auth-local=trust", "--auth-host=scram-sha-256"]
    arguments += ["-E", "UTF8", "--locale=C.UTF-8", "--data-checksums"]
    if not sync:
        arguments.append("--no-sync")
    done = account.run(binaries / "initdb", *arguments)
    if done.returncode != 0:
        shutil.rmtree(making, ignore_errors=True)
        raise _not_made(data, done.stdout)
    try:
        generated = (making / "postgresql.conf").read_text()
        account.write(making / "postgresql.conf", generated + "\ninclude_if_exists = 'gridsvc.conf'\n")
        if data.exists():
            data.rmdir()  # fails, rightly, when somebody's files are in it
        making.rename(data)
    except OSError as error:
        shutil.rmtree(making, ignore_errors=True)
        raise _not_made(data, str(error)) from error


def _not_made(data: Path, said: str) -> ServiceFailed:
    return ServiceFailed(
        "cluster_not_made",
        Text(f"无法在 {data} 建立数据库：\n{said}", f"The database cannot be made in {data}:\n{said}"),
        remedy=Text(
            "请检查磁盘空间和目录权限，或用 GRIDSVC_HOME 指定别处的目录。",
            "Check the disk's space and the folder's rights, or name another folder by GRIDSVC_HOME.",
        ),
    )


def binaries_for(data: Path, *, install: bool = False) -> Binaries:
    """Return the programs of the version that made `data`; where there is no cluster yet, the newest.

    With `install` what is missing is installed if this may be. Raise ServiceFailed when the data folder is
    another version's: its files cannot be read by this one.
    """
    made_by = made_by_major(data)
    found = find_binaries(made_by)
    if found is not None:
        return found
    try:
        if install or find_binaries() is None:
            return ensure_binaries(made_by)
    except ServiceFailed:
        if made_by is None or find_binaries() is None:
            raise
    other = find_binaries()
    here = f"PostgreSQL {other.major}" if other else "?"
    raise ServiceFailed(
        "version_differs",
        Text(
            f"数据目录 {data} 由 PostgreSQL {made_by} 建立，本机装的是 {here}。",
            f"The data folder {data} was made by PostgreSQL {made_by}; what is installed here is {here}.",
        ),
        remedy=Text(
            f"请安装 postgresql-{made_by}-postgis-3。要升级：先用旧版本运行 gridsvc db backup，"
            "再用新的 GRIDSVC_HOME 运行 gridsvc db restore。",
            f"Install postgresql-{made_by}-postgis-3. To upgrade: run `gridsvc db backup` with the old"
            " version, then `gridsvc db restore` with a new GRIDSVC_HOME.",
        ),
    )


def made_by_major(data: Path) -> int | None:
    """Return the major version that made the cluster in `data`; None when there is no cluster."""
    try:
        return int((data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None
