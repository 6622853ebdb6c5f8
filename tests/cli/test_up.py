from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import psutil
import pytest

from gridsvc.postgres import open_engine
from gridsvc.server import LARGEST_LOG_BYTES, wait_until_ready
from tests.conftest import ROOT, Run
from tests.town import make_town


def get(address: str, path: str, key: str | None = None) -> tuple[int, str]:
    request = urllib.request.Request(address + path)
    if key is not None:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


class Up:
    """A `gridsvc up` in the foreground."""

    def __init__(self, environment: dict[str, str], *arguments: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "gridsvc", "up", "--port", "0", *arguments],
            env=environment,
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self.process.stdout is not None
        first = self.process.stdout.readline().rstrip()
        match = re.fullmatch(r"ready (http://127\.0\.0\.1:\d+)", first)
        assert match, first + self.process.stdout.read()
        self.address = match[1]
        self.link = self.process.stdout.readline().rstrip()

    def end(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        status = self.process.wait(60)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def environment(database_url: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    own = {key: value for key, value in os.environ.items() if not key.startswith("GRIDSVC_")}
    yield own | {"GRIDSVC_DATABASE_URL": database_url, "GRIDSVC_HOME": str(tmp_path / "home")}
    for process in psutil.Process().children(recursive=True):
        if process.is_running() and "gridsvc" in process.cmdline():
            process.kill()


@pytest.mark.parametrize(("number", "workers"), [(signal.SIGINT, 1), (signal.SIGTERM, 2)])
def test_up_is_ready_when_it_says_so_and_ends_cleanly(
    environment: dict[str, str], number: signal.Signals, workers: int
) -> None:
    up = Up(environment, "--workers", str(workers))
    assert get(up.address, "/health/ready")[0] == 200
    assert get(up.address, "/api/v1/session")[0] == 401
    assert up.link.startswith(f"{up.address}/sign-in?token=")
    assert up.end(number) == 0
    assert not (Path(environment["GRIDSVC_HOME"]) / "server.json").exists()
    with pytest.raises(urllib.error.URLError):
        get(up.address, "/health/live")


def test_detached_until_down(environment: dict[str, str], run: Run) -> None:
    begun = run("up", "--detach", "--port", "0", env=environment)
    assert begun.status == 0, begun.stderr
    ready, link = begun.stdout.splitlines()
    address = ready.removeprefix("ready ")
    assert link.startswith(f"{address}/sign-in?token=")
    assert get(address, "/health/ready")[0] == 200
    log = Path(environment["GRIDSVC_HOME"]) / "server.log"
    assert log.stat().st_mode & 0o077 == 0
    assert "sign-in" not in log.read_text()
    again = run("up", "--port", "0", env=environment | {"GRIDSVC_LANGUAGE": "en"})
    assert again.status == 3
    assert f"already_running: The service is running already: {address}" in again.stderr
    fresh = run("token", "link", env=environment)
    assert fresh.stdout.startswith(f"{address}/sign-in?token=")
    stopped = run("down", env=environment)
    assert stopped.status == 0
    assert address in stopped.stdout
    with pytest.raises(urllib.error.URLError):
        get(address, "/health/live")
    assert run("down", env=environment).status == 0
    assert run("token", "link", env=environment).status == 3


def test_a_busy_port_is_told(environment: dict[str, str], run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as busy:
        port = busy.getsockname()[1]
        for detach in ([], ["--detach"]):
            told = run("up", "--port", port, *detach, env=environment | {"GRIDSVC_LANGUAGE": "en"})
            assert told.status == 3
            assert "port_in_use" in told.stderr
            assert f"127.0.0.1:{port}" in told.stderr
            assert told.stdout == ""
    assert run("down", env=environment).status == 0


def test_a_server_that_was_killed_leaves_nothing_in_the_way(environment: dict[str, str], run: Run) -> None:
    up = Up(environment, "--workers", "2")
    workers = psutil.Process(up.process.pid).children(recursive=True)
    up.end(signal.SIGKILL)
    psutil.wait_procs(workers, timeout=20)
    assert not any(worker.is_running() and worker.status() != "zombie" for worker in workers)
    assert "没有在运行" in run("down", env=environment).stdout
    again = Up(environment, "--port", up.address.rpartition(":")[2])
    assert again.address == up.address
    assert again.end(signal.SIGTERM) == 0


def test_the_link_and_the_keys_open_the_running_server(
    environment: dict[str, str], run: Run, run_here: Run
) -> None:
    engine = open_engine(environment["GRIDSVC_DATABASE_URL"])
    with engine.begin() as connection:
        make_town(connection)
    engine.dispose()
    up = Up(environment)
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    with opener.open(up.link, timeout=30) as page:
        assert page.url == f"{up.address}/"
        assert "<html" in page.read().decode()
    assert get(up.address, up.link.removeprefix(up.address))[0] == 401
    added = run("token", "add", "patrol tablet", "--role", "patrol_leader", env=environment)
    assert added.status == 0
    key = added.stdout.removesuffix("\n")
    assert re.fullmatch(r"gsk_[\w-]{43}", key)
    assert get(up.address, "/api/v1/session", key)[0] == 200
    listed = run_here("token", "list", "--json", env=environment).stdout
    assert '"patrol tablet"' in listed
    assert key not in listed
    assert run_here("token", "add", "patrol tablet", "--role", "leader", env=environment).status == 1
    assert run_here("token", "add", "x", "--role", "boss", env=environment).status == 1
    assert run_here("token", "revoke", "patrol tablet", env=environment).status == 0
    until = time.monotonic() + 2
    while get(up.address, "/api/v1/session", key)[0] != 401:
        assert time.monotonic() < until, "still accepted"
        time.sleep(0.05)
    assert run_here("token", "revoke", "patrol tablet", env=environment).status == 1
    up.end(signal.SIGTERM)


def test_up_goes_on_watching_and_says_what_is_not_ready() -> None:
    answers = [
        {"status": "unavailable", "database": "unreachable", "atlas": {"version": None}},
        {"status": "unavailable", "database": "ok", "atlas": {"version": None}},
        {"status": "ready", "database": "ok", "atlas": {"version": "x"}},
    ]
    told: list[str] = []

    class Health(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            # Each state lasts until it was complained of, so the clock of this machine does not matter.
            body = json.dumps(answers[len(told)]).encode()
            self.send_response(200 if len(told) == 2 else 503)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Health) as service:
        threading.Thread(target=service.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{service.server_port}"
        assert wait_until_ready(address, 0.01, lambda why, _: told.append(why.en))
        assert told == ["the database is not reachable", "the grid and the specification are not loaded yet"]
        service.shutdown()
    given_up = [False, False, True]
    silent: list[str] = []
    assert not wait_until_ready(address, 1e-9, lambda why, _: silent.append(why.zh), lambda: given_up.pop(0))
    assert silent == ["服务进程没有应答"] * 2


def test_up_makes_the_data_folder_walkable_whatever_the_umask(
    environment: dict[str, str], tmp_path: Path
) -> None:
    environment["GRIDSVC_HOME"] = str(tmp_path / "above" / "home")
    for detach in ("", "--detach"):
        done = subprocess.run(
            ["/bin/sh", "-c", f'umask 077; "$0" -m gridsvc up {detach} --host 203.0.113.1', sys.executable],
            env=environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "cannot_listen" in done.stderr
        for folder in (tmp_path / "above", tmp_path / "above" / "home"):
            assert folder.stat().st_mode & 0o777 == 0o711
        shutil.rmtree(tmp_path / "above")


def test_a_log_that_has_grown_large_is_put_aside(environment: dict[str, str], run: Run) -> None:
    home = Path(environment["GRIDSVC_HOME"])
    home.mkdir()
    log, aside = home / "server.log", home / "server.log.1"
    refused = ("up", "--detach", "--host", "203.0.113.1")
    log.write_bytes(b"x" * LARGEST_LOG_BYTES)
    assert run(*refused, env=environment).status == 3
    assert not aside.exists()
    grown = log.stat().st_size
    assert grown > LARGEST_LOG_BYTES
    aside.write_text("the one before")
    assert run(*refused, env=environment).status == 3
    assert aside.stat().st_size == grown
    assert 0 < log.stat().st_size < 10_000
    assert log.stat().st_mode & 0o077 == 0
