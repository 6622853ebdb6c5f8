from __future__ import annotations

from pathlib import Path

import orjson
import pytest
from sqlalchemy import text

from gridsvc.geography.profiles import code_profile, profile_document
from tests.api.conftest import Service
from tests.zones.paperwork import day, load, table


@pytest.fixture(scope="module", autouse=True)
def zones(service: Service, tmp_path_factory: pytest.TempPathFactory) -> None:
    """From ever one beat for both streets; from 2026-06-01 one each. Squads from ever."""
    folder: Path = tmp_path_factory.mktemp("zones")
    with service.engine.begin() as connection:
        # With its whole rules: a street is named for its cells.
        connection.execute(
            text("UPDATE area_edition SET code_rules = CAST(:rules AS jsonb)"),
            {"rules": orjson.dumps(profile_document(code_profile("gbt"))).decode()},
        )
        load(connection, table(folder / "a.csv", [["全", "E-01", "610103001;610103002"]]))
        rows = [["东", "S-02", "610103002"], ["西", "S-01", "610103001"]]
        load(connection, table(folder / "b.csv", rows), effective=day("2026-06-01"))
        load(connection, table(folder / "c.csv", [["队", "", "610103001"]]), "enforcement")


def codes(service: Service, query: str = "") -> list[str]:
    response = service.call("GET", f"/api/v1/zones{query}")
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/geo+json"
    return [feature["properties"]["code"] for feature in response.json()["features"]]


def test_zones_in_force_at_any_date(service: Service) -> None:
    assert codes(service) == ["队", "东", "西"]
    assert codes(service, "?kind=patrol") == ["东", "西"]
    assert codes(service, "?kind=patrol&at=2026-05-31") == ["全"]
    assert codes(service, "?kind=patrol&at=2026-05-31T16:00:00Z") == ["东", "西"]
    assert codes(service, "?kind=duty") == []
    feature = service.call("GET", "/api/v1/zones?kind=patrol").json()["features"][0]
    assert feature["geometry"]["type"] == "MultiPolygon"
    assert feature["properties"] | {"effective_from": None} == {
        "kind": "patrol",
        "code": "东",
        "name": "东",
        "unit_code": "S-02",
        "unit_name": "乙街道办事处",
        "value": None,
        "effective_from": None,
        "effective_to": None,
        "given_as": "cells",
        "cells": 18,
    }


def test_a_box_selects(service: Service) -> None:
    lon, lat = service.district.place(0.5, 0.5)
    box = f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}"
    assert codes(service, f"?kind=patrol&bbox={box}") == ["西"]


def test_what_has_not_changed_is_not_sent_again(service: Service) -> None:
    first = service.call("GET", "/api/v1/zones?kind=patrol")
    tag = {"If-None-Match": first.headers["etag"]}
    again = service.call("GET", "/api/v1/zones?kind=patrol", headers=tag)
    assert (again.status_code, again.content) == (304, b"")
    # Compared weakly, and whole: a tag that only holds this one is another.
    strong = {"If-None-Match": f'"other", {first.headers["etag"].removeprefix("W/")}'}
    assert service.call("GET", "/api/v1/zones?kind=patrol", headers=strong).status_code == 304
    longer = {"If-None-Match": first.headers["etag"][:-1] + '-other"'}
    assert service.call("GET", "/api/v1/zones?kind=patrol", headers=longer).status_code == 200
    assert service.call("GET", "/api/v1/zones?kind=patrol&at=2026-01-01", headers=tag).status_code == 200
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE unit SET name = '乙街办' WHERE code = 'S-02'"))
    changed = service.call("GET", "/api/v1/zones?kind=patrol", headers=tag)
    assert changed.status_code == 200
    assert changed.json()["features"][0]["properties"]["unit_name"] == "乙街办"


@pytest.mark.parametrize("query", ["kind=Patrol", "kind=巡查", "at=yesterday", "at=9999-01-01", "bbox=1,2,3"])
def test_faulty_queries(service: Service, query: str) -> None:
    response = service.call("GET", f"/api/v1/zones?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_a_key_is_needed(service: Service) -> None:
    assert service.call("GET", "/api/v1/zones", role=None).status_code == 401
