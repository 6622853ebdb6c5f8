"""Single calls: POST /api/v1/resolve against a constant, and against PostGIS asked for each report."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import orjson
from sqlalchemy import Engine

from benchmarks.app import QUESTION
from benchmarks.load import Measured, measure
from benchmarks.table import print_table, verdict
from gridsvc.access import add_key
from gridsvc.settings import Settings

HOST = "127.0.0.1"
CLIENTS = 16
ROUNDS = 3


def compare(settings: Settings, engine: Engine, seconds: float) -> bool:
    """Load the three endpoints in turn, several rounds, and print the ratios of the best rounds."""
    with engine.begin() as connection:
        key = add_key(connection, f"bench-{os.getpid()}-{time.time_ns()}", "dispatcher")
    port = _free_port()
    url = engine.url.render_as_string(hide_password=False)
    server = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", "--factory", "benchmarks.app:create_benchmark_app",
            "--host", HOST, "--port", str(port), "--log-level", "warning", "--no-access-log",
        ],
        env=os.environ | {"GRIDSVC_DATABASE_URL": url, "GRIDSVC_TIME_ZONE": settings.time_zone},
    )  # fmt: skip
    paths = ("/bench/constant", "/api/v1/resolve", "/bench/postgis")
    body = orjson.dumps(QUESTION)
    best: dict[str, Measured] = {}
    try:
        _wait(port)
        for _ in range(ROUNDS):
            for path in paths:
                found = measure(HOST, port, path, key, body, CLIENTS, seconds)
                if path not in best or found.per_second > best[path].per_second:
                    best[path] = found
    finally:
        server.terminate()
        server.wait(20)
    print_table(
        f"Single calls: {CLIENTS} clients, one worker, best of {ROUNDS} rounds of {seconds:g} s",
        ("endpoint", "requests per second", "median ms", "p99 ms", "answer bytes"),
        [
            (path, f"{m.per_second:,.0f}", f"{m.median_ms:.1f}", f"{m.p99_ms:.1f}", str(m.answer_bytes))
            for path, m in best.items()
        ],
    )
    constant, ours, postgis = (best[path].per_second for path in paths)
    return all(
        [
            verdict("resolve's rate as a share of the constant's", ours / constant, 0.5),
            verdict("resolve's rate over PostGIS asked per request", ours / postgis, 5.0),
        ]
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(port: int) -> None:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://{HOST}:{port}/health/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
    raise RuntimeError("the server did not become ready")
