"""Nothing acknowledged is lost, and a retry makes no second report: kill -9 in the middle of a load."""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from gridsvc.postgres import Cluster, open_engine
from gridsvc.postgres.processes import processes_of
from gridsvc.settings import Settings
from tests.conftest import Run
from tests.town import make_town

CLIENTS = 6
KILLS = 3
LOAD_S = 4.0


class Load:
    """Clients that post reports, each under a key of its own, and retry the same one until it is taken."""

    def __init__(self, address: str, key: str, question: dict[str, object]) -> None:
        self.address, self.key, self.question = address, key, question
        self.acknowledged: dict[str, set[int]] = defaultdict(set)
        self.retried: set[str] = set()
        self.surprises: list[str] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._client, args=(n,)) for n in range(CLIENTS)]
        for thread in self._threads:
            thread.start()

    def _client(self, number: int) -> None:
        for serial in itertools.count():
            if self.stopping.is_set():
                return
            key = f"client-{number}-report-{serial}"
            self.post(key)
            if serial % 5 == 0:
                self.post(key)  # the answer got lost on the way, the client cannot know

    def post(self, key: str) -> None:
        """Send one report until it is answered."""
        request = urllib.request.Request(
            f"{self.address}/api/v1/reports",
            json.dumps(self.question | {"text": key}).encode(),
            {
                "Authorization": f"Bearer {self.key}",
                "Content-Type": "application/json",
                "Idempotency-Key": key,
            },
        )
        until = time.monotonic() + 240
        while time.monotonic() < until:
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    report = json.loads(answer.read())["id"]
            except urllib.error.HTTPError as error:
                with error:
                    if error.code < 500:
                        self.surprises.append(f"{key}: {error.code} {error.read()!r}")
                        return
            except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError):
                pass
            else:
                with self._lock:
                    self.acknowledged[key].add(report)
                return
            self.retried.add(key)
            time.sleep(0.1)
        self.surprises.append(f"{key}: never answered")

    def stop(self) -> None:
        self.stopping.set()
        for thread in self._threads:
            thread.join()


def kill_everything(home: Path) -> None:
    server = psutil.Process(json.loads((home / "server.json").read_text())["pid"])
    victims = [server.pid, *(child.pid for child in server.children(recursive=True))]
    victims += processes_of(home / "pg")
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.long
@pytest.mark.timeout(900)
def test_acknowledged_reports_survive_kill_9(home: Path, run: Run) -> None:
    environment = {"GRIDSVC_HOME": home, "GRIDSVC_SERVER_TEST_MODE": "false"}

    def up(port: str) -> str:
        begun = run("up", "--detach", "--workers", "2", "--port", port, env=environment)
        assert begun.status == 0, begun.stderr
        return begun.stdout.splitlines()[0].removeprefix("ready ")

    assert run("db", "start", env=environment).status == 0
    engine = open_engine(Cluster(Settings(home=home)).url)
    with engine.begin() as connection:
        district = make_town(connection)
    address = up("0")
    key = run("token", "add", "load", "--role", "collector", env=environment).stdout.strip()
    lon, lat = district.place(0.5, 0.5)
    load = Load(address, key, {"lon": lon, "lat": lat, "class": "0201"})
    try:
        for _ in range(KILLS):
            before = len(load.acknowledged)
            time.sleep(LOAD_S)
            assert len(load.acknowledged) > before, "the load never began"
            kill_everything(home)
            assert up(address.rpartition(":")[2]) == address
        time.sleep(LOAD_S)
    finally:
        load.stop()
    assert load.surprises == []
    assert len(load.retried) >= KILLS, "the kills met no request under way"
    engine.dispose()  # what is left in the pool was killed as well
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT r.id, r.text, s.unit_code FROM report r LEFT JOIN resolution s ON s.report_id = r.id"
            )
        ).all()
    engine.dispose()
    stored: dict[str, list[int]] = defaultdict(list)
    for row in rows:
        stored[row.text].append(row.id)
        assert row.unit_code == "S-01", "a report without its resolution"
    assert all(len(ids) == 1 for ids in load.acknowledged.values()), "one key, two answers"
    assert {key: ids for key, ids in stored.items() if len(ids) != 1} == {}
    assert {key: min(ids) for key, ids in load.acknowledged.items()} == {
        key: ids[0] for key, ids in stored.items()
    }
    assert run("down", env=environment).status == 0
    assert subprocess.run(["pgrep", "-f", str(home / "pg")], capture_output=True, check=False).stdout == b""
