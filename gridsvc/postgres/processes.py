"""The processes of a cluster, told by their working folder: numbers in a file may be a stranger's."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterator
from pathlib import Path


def processes_of(data: Path) -> list[int]:
    """Return the living processes of PostgreSQL whose working folder is `data`.

    Every process of a server works in its data folder. Where there is no /proc the list is empty.
    """
    return [pid for pid in _all() if _works_in(pid, data)]


def postmaster_of(data: Path) -> int | None:
    """Return the process that leads the server on `data`, if the one that its file names really does."""
    try:
        pid = int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None
    if not Path("/proc/self").exists():
        return pid
    return pid if _works_in(pid, data) else None


def ask_to_end(data: Path) -> None:
    """Ask the processes that a killed server left behind to end; one in a long statement stays for long.

    Only for a server whose leader is gone: they serve nobody, and hold the memory that the next one needs.
    """
    for pid in processes_of(data):
        with contextlib.suppress(OSError):
            handle = os.pidfd_open(pid)
            try:
                # Looked at again through the handle: the number cannot become another process's now.
                if _works_in(pid, data):
                    signal.pidfd_send_signal(handle, signal.SIGTERM)
            finally:
                os.close(handle)


def _all() -> Iterator[int]:
    try:
        names = os.listdir("/proc")
    except OSError:
        return
    yield from (int(name) for name in names if name.isdigit())


def _works_in(pid: int, data: Path) -> bool:
    try:
        same = os.path.samefile(f"/proc/{pid}/cwd", data)
        name = Path(f"/proc/{pid}/comm").read_text()
    except OSError:  # gone, a zombie, or somebody else's
        return False
    return same and name.startswith("postgres")
