"""The embedded server: a private PostgreSQL cluster under the data folder, on a unix socket."""

from __future__ import annotations

import fcntl
import hashlib
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from gridsvc.errors import ServiceFailed, Text
from gridsvc.postgres.account import Account, account_for, make_home
from gridsvc.postgres.configuration import PORT, configuration
from gridsvc.postgres.initialising import ROLE, binaries_for, initialise
from gridsvc.postgres.processes import ask_to_end, postmaster_of, processes_of
from gridsvc.settings import Settings

PATIENCE_S = 60.0
RECOVERY_PATIENCE_S = 900.0
DATABASE = "gridsvc"

# What a start says when the server before it is not quite gone; all else is a fault that waiting cannot mend.
_HELD_MEMORY = "shared memory block"
_HELD_FILE = 'lock file "postmaster.pid" already exists'
_PASSING = (_HELD_MEMORY, _HELD_FILE, ".s.PGSQL")


class Cluster:
    """The cluster in `home`/pg. Several processes may use it at once; each may start or stop it."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.home = settings.home
        self.data = self.home / "pg"
        # The path of a socket holds 107 bytes at most, so it never lies under a deep data folder.
        digest = hashlib.sha1(os.fsencode(self.data), usedforsecurity=False).hexdigest()[:12]
        self.socket = Path("/tmp") / f"gridsvc-{digest}"

    @property
    def url(self) -> str:
        """Return the URL of the service's database in this cluster."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Return the URL of `database` in this cluster."""
        return f"postgresql+psycopg://{ROLE}@/{database}?host={self.socket}&port={PORT}"

    @cached_property
    def account(self) -> Account:
        """Return the user under which the server runs."""
        return account_for(self.data)

    @property
    def exists(self) -> bool:
        """Tell whether the cluster was ever made."""
        try:
            return (self.data / "PG_VERSION").exists()
        except PermissionError:
            account_for(self.data)  # says whose it is
            raise

    def answers(self) -> bool:
        """Ask the server itself whether it takes connections."""
        return self.exists and self.socket_is_private() and self._asked() == 0

    def start(self) -> bool:
        """Start the server, making the cluster and its database if need be; False when it was up already.

        Raise ServiceFailed, with what to do, when it cannot be.
        """
        if not self.exists:
            # The package makes the account that the data folder is going to belong to.
            binaries_for(self.data, install=True)
        make_home(self.home, self.account)
        with self._turn():
            begun = not self.answers()
            if begun:
                binaries = binaries_for(self.data, install=True)
                self._make_socket_folder()
                if not self.exists:
                    initialise(self.data, self.account, binaries, sync=not self.settings.server_test_mode)
                self._launch()
            self._ensure_database()
            return begun

    def stop(self) -> bool:
        """Stop the server, breaking off what it is doing; False when it was down already."""
        if not self.exists:
            return False
        with self._turn():
            # The number in postmaster.pid may be a stranger's by now, and pg_ctl would signal it.
            if postmaster_of(self.data) is None:
                return False
            done = self._control("-m", "fast", "-t", "120", "stop")
            if done.returncode != 0:
                raise ServiceFailed(
                    "server_not_stopped",
                    Text(f"数据库没有停下来：\n{done.stdout}", f"The database did not stop:\n{done.stdout}"),
                    remedy=Text(
                        f"日志在 {self.data / 'log'}；请稍后再试。",
                        f"Its log is in {self.data / 'log'}; try again later.",
                    ),
                )
            with suppress(OSError):
                self.socket.rmdir()
            return True

    def socket_is_private(self) -> bool:
        """Tell whether the socket's folder is the account's own and closed to others.

        Anybody may make a folder in /tmp, and what answers there is trusted with everything.
        """
        try:
            seen = os.lstat(self.socket)
        except FileNotFoundError:
            return False
        own = stat.S_ISDIR(seen.st_mode) and seen.st_uid == self.account.uid
        return own and not stat.S_IMODE(seen.st_mode) & 0o077

    def log_tail(self, lines: int = 12) -> str:
        """Return the last lines that the server wrote."""
        logs = sorted((self.data / "log").glob("*.log"), key=lambda path: path.stat().st_mtime)
        newest = logs[-1] if logs else self._start_log
        try:
            return "\n".join(newest.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def _launch(self) -> None:
        """Start the server; for a minute try again while the one before it is still dying."""
        self.account.write(self.data / "gridsvc.conf", configuration(self.settings))
        if postmaster_of(self.data) is not None and not (self.socket / f".s.PGSQL.{PORT}").exists():
            # Something cleaned /tmp: the server lives, but nobody can ever reach it again.
            self._control("-m", "fast", "-t", "120", "stop")
        begun = time.monotonic()
        told = False
        while True:
            self._start_log.unlink(missing_ok=True)
            self._control(
                "-t", "60", "-l", str(self._start_log), "-o", f"-k {self.socket} -p {PORT}", "start"
            )
            asked = self._asked()
            if asked == 0:
                return
            said = self._start_log.read_text(errors="replace") if self._start_log.exists() else ""
            waited = time.monotonic() - begun
            recovering = asked == 1 and waited < RECOVERY_PATIENCE_S
            passing = any(sign in said for sign in _PASSING) and waited < PATIENCE_S
            if not (recovering or passing):
                raise self._not_started(said)
            if _HELD_MEMORY in said:
                if not told:
                    print(
                        "gridsvc: 上一个数据库进程被强行结束，它还有语句没有退出，正在等待 … /"
                        " the database was killed and a statement of it still runs; waiting for it …",
                        file=sys.stderr,
                        flush=True,
                    )
                    told = True
                ask_to_end(self.data)
            time.sleep(0.25)

    def _ensure_database(self) -> None:
        import psycopg

        where = f"host={self.socket} port={PORT} user={ROLE} dbname=postgres connect_timeout=30"
        with psycopg.connect(where, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _not_started(self, said: str) -> ServiceFailed:
        left = ", ".join(map(str, processes_of(self.data)))
        named = self._named_in_pid_file()
        if left:
            remedy = Text(
                f"上一个服务器的进程还占着数据目录：{left}。请等它们结束，或结束它们后再试。",
                f"Processes of the server before still hold the data folder: {left}."
                " Wait for them, or end them, and try again.",
            )
        elif _HELD_FILE in said and named is not None:
            # Whether another container uses the folder cannot be seen from here, so the file is left alone.
            remedy = Text(
                f"{self.data}/postmaster.pid 写着进程 {named}，但它不是数据库。"
                "如果没有别的机器或容器在用这个目录，请删除该文件后再试。",
                f"{self.data}/postmaster.pid names process {named}, which is no database."
                " If no other machine or container uses this folder, delete that file and try again.",
            )
        else:
            remedy = Text(
                f"日志在 {self.data}；运行 gridsvc check 可逐项检查。",
                f"Its logs are in {self.data}; `gridsvc check` looks at everything in turn.",
            )
        lines = "\n".join(said.splitlines()[-8:]) or self.log_tail()
        return ServiceFailed(
            "server_not_started",
            Text(f"数据库没有启动：\n{lines}", f"The database did not start:\n{lines}"),
            remedy=remedy,
        )

    def _named_in_pid_file(self) -> str | None:
        try:
            return (self.data / "postmaster.pid").read_text().split("\n", 1)[0]
        except OSError:
            return None

    def _make_socket_folder(self) -> None:
        try:
            self.socket.mkdir(mode=0o700)
            self.account.take(self.socket)
        except FileExistsError:
            pass
        if not self.socket_is_private():
            raise ServiceFailed(
                "socket_folder_taken",
                Text(
                    f"目录 {self.socket} 不为用户 {self.account.name} 独有，不能放数据库的套接字。",
                    f"The folder {self.socket} is not the user {self.account.name}'s alone,"
                    " so the database's socket cannot lie in it.",
                ),
                remedy=Text(f"请以 root 身份删除 {self.socket}。", f"As root, remove {self.socket}."),
            )

    @property
    def _start_log(self) -> Path:
        return self.data / "start.log"

    def _asked(self) -> int:
        """Return what pg_isready says: 0 it answers, 1 it is starting, 2 and above it does not answer."""
        arguments = ["-q", "-t", "5", "-h", str(self.socket), "-p", str(PORT)]
        return self.account.run(binaries_for(self.data) / "pg_isready", *arguments).returncode

    def _control(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.account.run(binaries_for(self.data) / "pg_ctl", "-D", str(self.data), "-w", *arguments)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the lock that lets one process at a time make, start or stop the server."""
        path = self.home / "pg.lock"
        try:
            lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ServiceFailed(
                "home_not_writable",
                Text(
                    f"无法写入数据目录 {self.home}：{error.strerror}。",
                    f"The data folder {self.home} cannot be written to: {error.strerror}.",
                ),
                remedy=Text(
                    "请用 GRIDSVC_HOME 指定一个可写的目录。",
                    "Name a folder that can be written to by GRIDSVC_HOME.",
                ),
            ) from error
        try:
            if os.geteuid() == 0:
                os.fchown(lock, self.account.uid, self.account.gid)
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
