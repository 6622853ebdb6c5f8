"""The console on a real server: the whole application on a port of its own, with a small town."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

import pytest
import uvicorn
from sqlalchemy import Connection, text

from gridsvc.access import add_key
from gridsvc.api import POOL_SIZE, create_api
from gridsvc.postgres import open_engine
from gridsvc.settings import Settings
from gridsvc.web import routes, sign_in_page
from tests.hotspots.district import ZONE, District
from tests.throwaway import Server
from tests.town import make_town

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZONE)  # a Monday morning, a working day


class Console(NamedTuple):
    """Where the console is, a key that opens it, and the district that it shows."""

    address: str
    key: str
    district: District


@contextmanager
def served(url: str) -> Iterator[str]:
    """Run the application on a free port of this machine."""
    engine = open_engine(url, pool_size=POOL_SIZE)
    app = create_api(
        engine,
        Settings(home="/nonexistent"),
        pages=routes(),
        sign_in_page=sign_in_page,
        clock=lambda: NOW,
    )
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.02)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
            engine.dispose()


@pytest.fixture(scope="module")
def console(server: Server) -> Iterator[Console]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            district = make_town(connection)
            _say_synthetic(connection)
            key = add_key(connection, "派遣员", "dispatcher")
        engine.dispose()
        with served(url) as address:
            yield Console(address, key, district)


@pytest.fixture(scope="module")
def empty_console(server: Server) -> Iterator[Console]:
    """A console of an installation into which nothing was imported yet."""
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            key = add_key(connection, "派遣员", "dispatcher")
        engine.dispose()
        with served(url) as address:
            yield Console(address, key, District(0, 0))


def _say_synthetic(connection: Connection) -> None:
    connection.execute(text("UPDATE area_edition SET source = 'synthetic: ' || source"))
