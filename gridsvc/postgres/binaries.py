"""PostgreSQL's programs with PostGIS: found on this machine, or installed by apt."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from gridsvc.errors import ServiceFailed, Text

# Debian and Ubuntu keep every major version apart, out of PATH.
DEBIAN_PROGRAMS = Path("/usr/lib/postgresql")
DEBIAN_SHARE = Path("/usr/share/postgresql")
_CREATECLUSTER = Path("/etc/postgresql-common/createcluster.conf")


@dataclass(frozen=True, slots=True, order=True)
class Binaries:
    """The programs of one major version of PostgreSQL that has PostGIS."""

    major: int
    folder: Path

    def __truediv__(self, program: str) -> str:
        return str(self.folder / program)


def find_binaries(major: int | None = None) -> Binaries | None:
    """Return the newest PostgreSQL here that has PostGIS, or the one of `major`; None when there is none.

    The extension's file decides: a server without PostGIS is of no use, and common on development machines.
    """
    found = [
        Binaries(int(folder.parent.name), folder)
        for folder in DEBIAN_PROGRAMS.glob("*/bin")
        if folder.parent.name.isdigit()
        and (folder / "postgres").exists()
        and (DEBIAN_SHARE / folder.parent.name / "extension/postgis.control").exists()
    ]
    found += _on_path()
    wanted = [binaries for binaries in found if major in (None, binaries.major)]
    return max(wanted, default=None)


def _on_path() -> list[Binaries]:
    """Return what `pg_config` names: systems that are not Debian put one version in PATH."""
    tool = shutil.which("pg_config")
    if tool is None:
        return []
    asked = subprocess.run(
        [tool, "--bindir", "--sharedir", "--version"], capture_output=True, text=True, check=False
    ).stdout.splitlines()
    if len(asked) != 3:
        return []
    version = re.match(r"PostgreSQL (\d+)", asked[2])
    folder, share = Path(asked[0]), Path(asked[1])
    complete = (folder / "postgres").exists() and (share / "extension/postgis.control").exists()
    return [Binaries(int(version[1]), folder)] if version and complete else []


def ensure_binaries(major: int | None = None) -> Binaries:
    """Return PostgreSQL with PostGIS, installing it when this is root on a machine with apt.

    Raise ServiceFailed with the command to type when it is neither here nor to be installed from here.
    """
    found = find_binaries(major)
    if found is not None:
        return found
    if shutil.which("apt-get") is None:
        raise ServiceFailed(
            "postgis_missing",
            Text("本机没有带 PostGIS 的 PostgreSQL。", "This machine has no PostgreSQL with PostGIS."),
            remedy=Text(
                "请用本系统的软件包管理器安装 PostgreSQL 15 或更新版本及 PostGIS 3，"
                "或者用 GRIDSVC_DATABASE_URL 指定别处的 PostGIS。",
                "Install PostgreSQL 15 or newer and PostGIS 3 with this system's package manager,"
                " or name a PostGIS elsewhere by GRIDSVC_DATABASE_URL.",
            ),
        )
    if os.geteuid() != 0:
        raise _ask_for(major, None)
    return _install(major)


def _install(major: int | None) -> Binaries:
    """Install PostgreSQL and PostGIS by apt, one process at a time."""
    with open("/var/lock/gridsvc-apt.lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        found = find_binaries(major)
        if found is not None:
            return found
        print(
            "正在用 apt 安装 PostgreSQL 和 PostGIS（约一分钟）… "
            "/ installing PostgreSQL and PostGIS by apt (about a minute) …",
            file=sys.stderr,
            flush=True,
        )
        if not _CREATECLUSTER.exists():
            # Without this the package makes and starts a cluster `main` on port 5432 that nobody asked for.
            _CREATECLUSTER.parent.mkdir(parents=True, exist_ok=True)
            _CREATECLUSTER.write_text("create_main_cluster = false\nstart_conf = manual\n")
        for arguments in (["update"], ["install", "-y", "--no-install-recommends", "--", None]):
            argv = [_package(major) if part is None else part for part in arguments]
            _apt(argv, major)
        found = find_binaries(major)
        if found is None:
            raise _ask_for(major, None)
        return found


def _apt(arguments: list[str], major: int | None) -> None:
    done = subprocess.run(
        ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300", *arguments],
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise _ask_for(major, "\n".join(done.stdout.splitlines()[-8:]))


def _package(major: int | None) -> str:
    """Return the name of the package to install: of `major`, of a server already here, or of the newest."""
    listed = subprocess.run(
        ["apt-cache", "search", "--names-only", r"^postgresql-[0-9]+-postgis-3$"],
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    offered = {int(number) for number in re.findall(r"^postgresql-(\d+)-postgis-3 ", listed, re.MULTILINE)}
    here = {
        int(folder.parent.name) for folder in DEBIAN_PROGRAMS.glob("*/bin") if folder.parent.name.isdigit()
    }
    chosen = major or max(offered & here, default=None) or max(offered, default=15)
    return f"postgresql-{chosen}-postgis-3"


def _ask_for(major: int | None, said: str | None) -> ServiceFailed:
    command = f"apt-get update && apt-get install -y --no-install-recommends {_package(major)}"
    version = f" {major}" if major else ""
    trace = f"\n{said}" if said else ""
    return ServiceFailed(
        "postgis_missing",
        Text(
            f"本机没有带 PostGIS 的 PostgreSQL{version}。{trace}",
            f"This machine has no PostgreSQL{version} with PostGIS.{trace}",
        ),
        remedy=Text(
            f"请以 root 身份运行： {command}\n或者用 GRIDSVC_DATABASE_URL 指定别处的 PostGIS。",
            f"As root, run:  {command}\nor name a PostGIS elsewhere by GRIDSVC_DATABASE_URL.",
        ),
    )
