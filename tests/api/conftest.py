"""A served town: the whole application on a database of the module's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.testclient import TestClient

from gridsvc.access import ROLES, add_key
from gridsvc.api import POOL_SIZE, create_api
from gridsvc.postgres import open_engine
from gridsvc.settings import Settings
from tests.hotspots.district import District
from tests.throwaway import Server
from tests.town import make_town

# A Monday morning, a working day.
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


@dataclass
class Service:
    """A running application, a client without a key, and one key for each role."""

    app: FastAPI
    engine: Engine
    client: TestClient
    keys: dict[str, str]
    district: District
    now: datetime = NOW

    def call(self, method: str, path: str, *, role: str | None = "dispatcher", **given: Any) -> Any:
        """Send a request with the key of `role`."""
        headers = dict(given.pop("headers", {}))
        if role is not None:
            headers["Authorization"] = f"Bearer {self.keys[role]}"
        return self.client.request(method, path, headers=headers, **given)

    def question(self, column: float = 0.5, row: float = 0.5, **fields: Any) -> dict[str, Any]:
        """Return a question about a place counted in cells from the south-west corner."""
        lon, lat = self.district.place(column, row)
        return {"lon": lon, "lat": lat, "class": "0201"} | fields


@pytest.fixture(scope="module")
def service(server: Server) -> Iterator[Service]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url, pool_size=POOL_SIZE)
        with engine.begin() as connection:
            district = make_town(connection)
            keys = {role: add_key(connection, f"{role}-key", role) for role in ROLES}
        app = create_api(engine, Settings(home="/nonexistent"), clock=lambda: NOW)
        with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as client:
            yield Service(app, engine, client, keys, district)
        engine.dispose()
