"""The served town behind a real server, for clients that speak HTTP by themselves."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from gridsvc.access import add_key
from gridsvc.api import POOL_SIZE, create_api
from gridsvc.postgres import open_engine
from gridsvc.server import wait_until_ready
from gridsvc.settings import Settings
from tests.conftest import ROOT
from tests.features.served import Served, make_served
from tests.throwaway import Server

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Site:
    """The application over the served town, and a key of a responsible unit, which may do least."""

    app: FastAPI
    engine: Engine
    client: TestClient
    key: str
    served: Served
    url: str

    def get(self, path: str, *, method: str = "GET", **given: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"} | dict(given.pop("headers", {}))
        return self.client.request(method, path, headers=headers, **given)


@pytest.fixture(scope="module")
def site(server: Server) -> Iterator[Site]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url, pool_size=POOL_SIZE)
        with engine.begin() as connection:
            served = make_served(connection)
            key = add_key(connection, "unit-key", "unit")
        app = create_api(engine, Settings(home="/nonexistent"), clock=lambda: NOW)
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            yield Site(app, engine, client, key, served, url)
        engine.dispose()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    """The address of a uvicorn over the same database, in a process apart: GDAL reads without letting go."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    own = {name: value for name, value in os.environ.items() if not name.startswith("GRIDSVC_")}
    server = subprocess.Popen(
        [
            sys.executable, "-m", "uvicorn", "--factory", "gridsvc.server:create_app",
            "--port", str(port), "--log-level", "warning", "--no-access-log",
        ],
        env=own | {"GRIDSVC_DATABASE_URL": site.url, "GRIDSVC_HOME": "/nonexistent"},
        cwd=ROOT,
    )  # fmt: skip
    told = f"http://127.0.0.1:{port}"
    try:
        assert wait_until_ready(told, 60, lambda *_: None, lambda: server.poll() is not None)
        yield told
    finally:
        server.terminate()
        server.wait(20)
