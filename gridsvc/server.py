"""The service as one process tree: API and console in one ASGI application, and how it is run."""

from __future__ import annotations

import ctypes
import fcntl
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from gridsvc.errors import ServiceFailed, Text
from gridsvc.postgres import make_folder
from gridsvc.settings import Settings, get_settings

if TYPE_CHECKING:
    from fastapi import FastAPI

# So often `up` says what it is still waiting for.
READY_WITHIN_S = 120.0
STOPPED_WITHIN_S = 20.0
NOTE = "server.json"
LARGEST_LOG_BYTES = 10_000_000
_PR_SET_PDEATHSIG = 1


def create_app() -> FastAPI:
    """Return the whole application: what uvicorn runs in each worker."""
    import multiprocessing

    from gridsvc.api import POOL_SIZE, create_api
    from gridsvc.postgres import ready_engine
    from gridsvc.web import routes, sign_in_page

    if multiprocessing.parent_process() is not None:
        # A worker whose parent was killed would keep the port for ever.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    settings = get_settings()
    engine = ready_engine(settings, pool_size=POOL_SIZE)
    return create_api(engine, settings, pages=routes(), sign_in_page=sign_in_page)


@dataclass(frozen=True, slots=True)
class Running:
    """A server of this data folder that is running."""

    pid: int
    host: str
    port: int

    @property
    def address(self) -> str:
        """Return what a browser on this machine opens."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host and '[' not in host else host}:{self.port}"


def running(settings: Settings) -> Running | None:
    """Return the server of this data folder, or None.

    The lock tells, not the number in the file: a process that was killed holds no lock, and its number may
    by now be a stranger's.
    """
    try:
        with _lock_file(settings).open("rb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return Running(**json.loads((settings.home / NOTE).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        pass
    return None


def address_in_use(settings: Settings) -> str:
    """Return the address of the running server.

    Raises:
        ServiceFailed: `not_running`.
    """
    found = running(settings)
    if found is None:
        raise ServiceFailed(
            "not_running",
            Text("服务没有运行。", "The service is not running."),
            remedy=Text("用 gridsvc up 启动。", "Start it with `gridsvc up`."),
        )
    return found.address


def serve(
    settings: Settings,
    *,
    host: str,
    port: int,
    workers: int,
    prepare: Callable[[], None],
    when_ready: Callable[[str], None],
) -> None:
    """Run the server until a signal ends it.

    `prepare` is called with the port already ours, before the first worker starts; `when_ready` is called
    with the server's address once it truly answers.

    Raises:
        ServiceFailed: `already_running`, `port_in_use`, or `not_ready` when it ends by itself.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    with claim(settings, Running(os.getpid(), host, port)) as note, listening_socket(host, port) as listener:
        own = Running(os.getpid(), host, listener.getsockname()[1])
        _write(note, own)
        prepare()
        config = uvicorn.Config(
            "gridsvc.server:create_app",
            factory=True,
            workers=workers,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=10,
        )
        ended = threading.Event()
        answered = threading.Event()

        def watch() -> None:
            def complain(reason: Text, waited_s: float) -> None:
                said = Text(
                    f"gridsvc: 已等待 {waited_s:.0f} 秒，服务尚未就绪：{reason.zh}。继续等待。",
                    f"gridsvc: not ready after {waited_s:.0f} s: {reason.en}. Still waiting.",
                )
                print(said.in_language(settings.language), file=sys.stderr, flush=True)

            if wait_until_ready(own.address, READY_WITHIN_S, complain, ended.is_set):
                answered.set()
                when_ready(own.address)

        watcher = threading.Thread(target=watch, daemon=True)
        watcher.start()
        # uvicorn sends itself the signal again once it has shut down. Nothing is left to do by then, and the
        # default would end the process before it has tidied up behind itself.
        before = {number: signal.signal(number, _ignore) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            if workers > 1:
                Multiprocess(config, sockets=[listener]).run()
            else:
                uvicorn.Server(config).run(sockets=[listener])
        except SystemExit:  # uvicorn's way of saying that the application did not start
            pass
        finally:
            ended.set()
            watcher.join(timeout=5)
            for number, handler in before.items():
                signal.signal(number, handler)
        if not answered.is_set() and not _asked_to_end:
            raise _not_ready()


_asked_to_end: list[int] = []


def _ignore(number: int, frame: object) -> None:  # noqa: ARG001  the form that signal wants
    _asked_to_end.append(number)


def _not_ready() -> ServiceFailed:
    return ServiceFailed(
        "not_ready",
        Text("服务没有启动成功，原因见上。", "The service did not start; the reason is above."),
        remedy=Text("可用 gridsvc check 检查。", "`gridsvc check` may say more."),
    )


def wait_until_ready(
    address: str,
    every_s: float,
    complain: Callable[[Text, float], None],
    gave_up: Callable[[], bool] = lambda: False,
) -> bool:
    """Ask `/health/ready` until it says yes; False when `gave_up` does first.

    Each `every_s` seconds that pass without a yes, `complain` is told what is not ready and how many seconds
    have passed.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # never through a proxy
    begun = time.monotonic()
    told = 0
    while not gave_up():
        missing = _not_answering(opener, address)
        if missing is None:
            return True
        waited = time.monotonic() - begun
        if waited >= every_s * (told + 1):
            told = int(waited // every_s)
            complain(missing, waited)
        time.sleep(0.1)
    return False


def _not_answering(opener: urllib.request.OpenerDirector, address: str) -> Text | None:
    """Ask once; None when it is ready, else what is not."""
    try:
        with opener.open(f"{address}/health/ready", timeout=5) as answer:
            if answer.status == 200:
                return None
            told = answer.read()
    except urllib.error.HTTPError as error:
        told = error.read()
    except (OSError, http.client.HTTPException):
        return Text("服务进程没有应答", "its process does not answer")
    try:
        seen = json.loads(told)
        if seen["database"] != "ok":
            return Text("连不上数据库", "the database is not reachable")
        if seen["atlas"]["version"] is None:
            return Text("网格和处置规范还没有载入", "the grid and the specification are not loaded yet")
    except (ValueError, KeyError, TypeError):
        pass
    return Text("服务没有说明原因", "it does not say why")


@contextmanager
def claim(settings: Settings, planned: Running) -> Iterator[Path]:
    """Hold this data folder's server lock; gives the file in which the address is noted."""
    make_folder(settings.home)
    with _lock_file(settings).open("ab") as lock:
        if not _lock(lock):
            found = running(settings) or planned
            raise ServiceFailed(
                "already_running",
                Text(f"服务已在运行：{found.address}", f"The service is running already: {found.address}"),
                remedy=Text(
                    "用 gridsvc token link 生成登录链接，或先 gridsvc down。",
                    "`gridsvc token link` makes a sign-in link; `gridsvc down` stops it.",
                ),
            )
        note = settings.home / NOTE
        _write(note, planned)
        try:
            yield note
        finally:
            note.unlink(missing_ok=True)


def _lock(lock: IO[bytes]) -> bool:
    # Whoever asks whether a server runs holds the lock for a moment, too.
    for _ in range(20):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return True
    return False


def _write(note: Path, server: Running) -> None:
    """Replace the note in one step: a reader finds the old one or the new one, never half of it."""
    fresh = note.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(server)))
    fresh.replace(note)


@contextmanager
def listening_socket(host: str, port: int) -> Iterator[socket.socket]:
    """Open the port before anything else is done, so that a busy one is told at once."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            # Listening now, not later: two that bind the same port at once are told apart here.
            listener.listen(2048)
        except OSError as error:
            raise ServiceFailed(
                "port_in_use" if error.errno == 98 else "cannot_listen",
                Text(
                    f"无法在 {host}:{port} 上监听：{error.strerror}。",
                    f"Cannot listen on {host}:{port}: {error.strerror}.",
                ),
                remedy=Text(
                    "换一个端口：gridsvc up --port 8001，或停掉占用它的程序。",
                    "Take another port, `gridsvc up --port 8001`, or stop what uses it.",
                ),
            ) from None
        listener.set_inheritable(True)
        yield listener


def start_detached(settings: Settings, arguments: list[str], patience_s: float) -> str:
    """Start `gridsvc up` in the background and return what it printed once ready.

    Raises:
        ServiceFailed: it ended before it was ready; what it said is in the message.
    """
    make_folder(settings.home)
    log = settings.home / "server.log"
    if running(settings) is None:
        _rotate(log)
    # What the child prints is the sign-in link: it comes here through a file without a name, and not into the
    # log. A pipe would break when this process ends.
    with (
        open(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab") as sink,
        tempfile.TemporaryFile(buffering=0) as printed,
    ):
        begun = sink.tell()
        child = subprocess.Popen(
            [sys.executable, "-m", "gridsvc", "up", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=printed,
            stderr=sink,
            start_new_session=True,
        )

        def said() -> str:
            return log.read_bytes()[begun:].decode("utf-8", "replace").strip()

        until = time.monotonic() + patience_s
        while time.monotonic() < until:
            # The child shares the file's position, so it is read from the start without moving it.
            lines = os.pread(printed.fileno(), 65536, 0).decode("utf-8", "replace").splitlines(keepends=True)
            if any("/sign-in?token=" in line and line.endswith("\n") for line in lines):
                return "".join(line for line in lines if line.startswith(("ready ", "http"))).rstrip("\n")
            if child.poll() is not None:
                raise ServiceFailed(
                    "not_ready",
                    Text(f"服务没有启动成功：\n{said()}", f"The service did not start:\n{said()}"),
                    remedy=Text(f"日志在 {log}。", f"Its log is {log}."),
                )
            time.sleep(0.2)
    child.terminate()
    raise ServiceFailed(
        "not_ready",
        Text(
            f"服务在 {patience_s:.0f} 秒内没有就绪。\n{said()}",
            f"The service was not ready in {patience_s:.0f} s.\n{said()}",
        ),
        remedy=Text(f"日志在 {log}。", f"Its log is {log}."),
    )


def _rotate(log: Path) -> None:
    """Put a log that has grown large aside, in the place of the one put aside before."""
    with suppress(FileNotFoundError):
        if log.stat().st_size > LARGEST_LOG_BYTES:
            log.replace(log.with_name(log.name + ".1"))


def stop(settings: Settings) -> Running | None:
    """Stop the running server; None when there was none.

    Raises:
        ServiceFailed: `not_stopped`.
    """
    found = running(settings)
    if found is None:
        return None
    for number, patience in ((signal.SIGTERM, STOPPED_WITHIN_S), (signal.SIGKILL, 5.0)):
        try:
            os.kill(found.pid, number)
        except ProcessLookupError:
            return found
        until = time.monotonic() + patience
        while time.monotonic() < until:
            if running(settings) is None:
                return found
            time.sleep(0.05)
    raise ServiceFailed(
        "not_stopped",
        Text(f"进程 {found.pid} 没有停下来。", f"Process {found.pid} did not stop."),
    )


def _lock_file(settings: Settings) -> Path:
    return settings.home / "server.lock"
