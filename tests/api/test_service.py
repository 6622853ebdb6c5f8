from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, event, text
from starlette.testclient import TestClient

from gridsvc.access import add_link
from gridsvc.api import create_api
from gridsvc.api.atlas import AtlasHolder
from gridsvc.postgres import announce_change, open_engine
from gridsvc.responsibility import load_atlas
from gridsvc.settings import Settings
from tests.api.conftest import NOW, Service


def test_health(service: Service) -> None:
    assert service.client.get("/health/live").json() == {"status": "live"}
    ready = service.client.get("/health/ready")
    assert ready.status_code == 200
    answer = ready.json()
    assert (answer["status"], answer["database"], answer["atlas"]["stale"]) == ("ready", "ok", False)
    assert answer["atlas"]["version"].startswith("atlas-")
    assert service.client.head("/health/ready").status_code == 200


def test_an_empty_database_is_ready_and_says_that_nothing_is_loaded(database_url: str) -> None:
    engine = open_engine(database_url)
    with TestClient(create_api(engine, Settings())) as client:
        assert client.get("/health/ready").status_code == 200
    engine.dispose()


def test_a_database_that_is_gone_is_told(database_url: str) -> None:
    engine = open_engine(database_url)
    app = create_api(engine, Settings())
    with TestClient(app, raise_server_exceptions=False) as client:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE alembic_version RENAME TO gone"))
            connection.execute(text("ALTER TABLE access_key RENAME TO gone_too"))
        ready = client.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "unavailable")
        assert client.get("/health/live").status_code == 200
        answer = client.get("/api/v1/session", headers={"Authorization": "Bearer gsk_" + "A" * 43})
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert "gone" not in answer.text
    engine.dispose()


def wait_for(condition: Any) -> None:
    until = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < until, "nothing happened"
        time.sleep(0.05)


def version(service: Service) -> str:
    return str(service.client.get("/health/ready").json()["atlas"]["version"])


def test_a_change_swaps_the_atlas(service: Service) -> None:
    before = version(service)
    with service.engine.begin() as connection:
        connection.execute(text("UPDATE unit SET name = '甲街道办（新）' WHERE code = 'S-01'"))
        announce_change(connection, "units")
    wait_for(lambda: version(service) != before)
    answer = service.call("POST", "/api/v1/resolve", json=service.question()).json()
    assert answer["unit"]["name"] == "甲街道办（新）"


def test_a_reload_that_fails_keeps_the_last_good_atlas(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = version(service)

    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr("gridsvc.api.atlas.load_atlas", fail)
    with service.engine.begin() as connection:
        announce_change(connection, "areas")
    wait_for(lambda: service.client.get("/health/ready").json()["status"] == "degraded")
    ready = service.client.get("/health/ready")
    assert (ready.status_code, ready.json()["atlas"]["stale"]) == (200, True)
    answer = service.call("POST", "/api/v1/resolve", json=service.question())
    assert (answer.status_code, answer.json()["atlas"]) == (200, before)
    monkeypatch.undo()
    with service.engine.begin() as connection:
        announce_change(connection, "areas")
    wait_for(lambda: service.client.get("/health/ready").json()["status"] == "ready")


def test_without_any_atlas_nothing_is_guessed(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    holder: AtlasHolder = service.app.state.context.holder
    monkeypatch.setattr(holder, "_atlas", None)
    assert service.client.get("/health/ready").status_code == 503
    for path in ("/api/v1/resolve", "/api/v1/reports"):
        answer = service.call("POST", path, json=service.question())
        assert (answer.status_code, answer.json()["code"]) == (503, "atlas_missing")


def test_a_reload_that_failed_is_tried_again(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody announces a change twice."""
    tries = 0

    def fail_twice(*given: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries <= 2:
            raise RuntimeError("broken")
        return load_atlas(*given)

    monkeypatch.setattr("gridsvc.api.atlas.load_atlas", fail_twice)
    with service.engine.begin() as connection:
        announce_change(connection, "areas")
    wait_for(lambda: service.client.get("/health/ready").json()["status"] == "degraded")
    wait_for(lambda: service.client.get("/health/ready").json()["status"] == "ready")
    assert tries == 3


def test_a_first_load_that_failed_is_tried_again(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    engine = open_engine(database_url)
    with monkeypatch.context() as patch:
        patch.setattr("gridsvc.api.atlas.load_atlas", fail)
        client = TestClient(create_api(engine, Settings()))
        client.__enter__()
        assert client.get("/health/ready").status_code == 503
    wait_for(lambda: client.get("/health/ready").status_code == 200)
    client.__exit__(None, None, None)
    engine.dispose()


def test_a_stopped_holder_tries_no_more(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[None] = []

    def fail(*_: Any) -> None:
        tries.append(None)
        raise RuntimeError("broken")

    monkeypatch.setattr("gridsvc.api.atlas.load_atlas", fail)
    monkeypatch.setattr("gridsvc.api.atlas._FIRST_RETRY_S", 0.05)
    holder = AtlasHolder(engine, Settings(), lambda: NOW, lambda: None)
    holder.start()
    wait_for(lambda: len(tries) >= 2)
    holder.stop()
    stopped = len(tries)
    time.sleep(0.5)
    assert len(tries) == stopped


def test_strangers_take_no_turns_of_those_who_are_known(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on, entered = threading.Event(), threading.Semaphore(0)

    def slow(*_: Any) -> None:
        entered.release()
        go_on.wait(30)

    monkeypatch.setattr("gridsvc.api.doorkeeper.verify_key", slow)
    turns = service.app.state.context.database_turns
    with ThreadPoolExecutor(12) as pool:
        asked = [
            pool.submit(
                service.client.get, "/api/v1/session", headers={"Authorization": f"Bearer gsk_{number:043d}"}
            )
            for number in range(12)
        ]
        try:
            assert entered.acquire(timeout=30)
            assert turns.borrowed_tokens == 0
            assert service.client.get("/health/ready").status_code == 200
            assert turns.borrowed_tokens == 0
        finally:
            go_on.set()
        assert {each.result().status_code for each in asked} == {401}


def test_readiness_is_remembered_for_a_second(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("gridsvc.api.health.monotonic", lambda: now)
    asked: list[str] = []
    own = open_engine(database_url)

    def note(*given: Any) -> None:
        if "alembic_version" in given[2]:
            asked.append(given[2])

    with TestClient(create_api(own, Settings())) as client:
        event.listen(own, "before_cursor_execute", note)
        for _ in range(5):
            assert client.get("/health/ready").status_code == 200
        assert len(asked) == 1
        now += 1.1
        assert client.get("/health/ready").status_code == 200
        assert len(asked) == 2
    own.dispose()


@pytest.mark.parametrize(
    "path",
    [
        "/health/live",
        "/docs",
        "/openapi.json",
        "/sign-in",
        "/api/v1/session",
        "/api/v1/reports",
        "/api/v1/classes",
    ],
)
def test_head_is_get_without_content(service: Service, path: str) -> None:
    got, head = service.call("GET", path), service.call("HEAD", path)
    assert got.status_code == 200
    assert (head.status_code, head.content) == (200, b"")
    same = ("content-type", "content-length", "cache-control")
    assert [head.headers.get(name) for name in same] == [got.headers.get(name) for name in same]


def test_head_where_there_is_no_get(service: Service) -> None:
    assert service.call("HEAD", "/api/v1/resolve").status_code == 405
    assert service.call("HEAD", "/api/v1/nowhere").status_code == 404
    assert service.call("HEAD", "/api/v1/reports", role=None).status_code == 401


def test_head_does_not_use_up_a_sign_in_link(service: Service) -> None:
    with service.engine.begin() as connection:
        token = add_link(connection, service.now)
    looked = service.client.head(f"/sign-in?token={token}")
    assert (looked.status_code, "set-cookie" in looked.headers) == (200, False)
    assert service.client.get(f"/sign-in?token={token}").status_code == 303
    service.client.cookies.clear()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "not_found"),
        ("DELETE", "/api/v1/reports", 405, "method_not_allowed"),
        ("GET", "/api/v1/resolve", 405, "method_not_allowed"),
        ("GET", "/api/v1/resolve/", 404, "not_found"),
    ],
)
def test_every_error_is_a_problem(service: Service, method: str, path: str, status: int, code: str) -> None:
    response = service.call(method, path)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)
    assert problem["detail"]
    english = service.call(method, path, headers={"Accept-Language": "en"}).json()
    assert english["detail"] != problem["detail"]


def test_a_failure_inside_tells_nothing_of_the_inside(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("gridsvc.api.gathering.resolve", fail)
    response = service.call("POST", "/api/v1/resolve", json=service.question())
    assert (response.status_code, response.json()["code"]) == (500, "internal_error")
    assert response.headers["content-type"] == "application/problem+json"
    assert "secret" not in response.text


def test_the_description(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    request = schemas["ResolveRequest"]
    assert set(request["required"]) == {"lon", "lat", "class"}
    assert request["additionalProperties"] is False
    assert all(field.get("description") for field in request["properties"].values())
    assert set(schemas["Resolution"]["properties"]) >= {"cell", "cells", "candidates", "reasons", "deadline"}

    def references(node: Any) -> Any:
        if isinstance(node, dict):
            yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            for child in node.values():
                yield from references(child)
        elif isinstance(node, list):
            for child in node:
                yield from references(child)

    assert {name.rpartition("/")[2] for name in references(document)} <= set(schemas)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            assert operation["summary"], path
            assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_the_documentation_names_no_other_site(service: Service) -> None:
    page = service.client.get("/docs").text + service.client.get("/docs/start.js").text
    assert "//" not in page.replace("<!doctype", "")
    assert "/assets/swagger-ui-dist/swagger-ui-bundle.js" in page
