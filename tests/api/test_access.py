from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute
from sqlalchemy import text

from gridsvc.access import PERMISSIONS, ROLES, add_key, add_link, revoke_key
from gridsvc.api.gate import COOKIE, is_open, session_secret
from gridsvc.api.problems import preferred_language
from gridsvc.api.sign_in import own_path
from tests.api.conftest import NOW, Service

OPEN = ["/health/live", "/health/ready", "/docs", "/docs/start.js", "/openapi.json", "/sign-in"]
CALLS = [
    ("POST", "/api/v1/resolve", "resolve"),
    ("POST", "/api/v1/resolve/batch", "resolve"),
    ("POST", "/api/v1/reports", "reports:write"),
    ("GET", "/api/v1/reports", "reports:read"),
    ("GET", "/api/v1/reports/1", "reports:read"),
    ("GET", "/api/v1/areas", "areas:read"),
    ("GET", "/api/v1/classes", "classes:read"),
    ("GET", "/api/v1/zones", "zones:read"),
]


@pytest.mark.parametrize("path", OPEN)
def test_open_without_a_key(service: Service, path: str) -> None:
    assert service.call("GET", path, role=None).status_code == 200


def test_all_else_is_closed(service: Service) -> None:
    routes = [route for route in service.app.routes if isinstance(route, APIRoute)]
    closed = [route for route in routes if not is_open(route.path)]
    assert {route.path for route in closed} >= {path for _, path, _ in CALLS if "1" not in path[-1]}
    for route in closed:
        for method in route.methods:
            response = service.call(method, route.path.replace("{report_id}", "1"), role=None)
            assert response.status_code == 401, route.path
            assert response.json()["code"] == "key_required"
            assert response.headers["www-authenticate"].startswith("Bearer")
    for path in ("/", "/nowhere", "/api/v1/nowhere", "/metrics", "/tiles/cells/1/1/1.mvt"):
        assert service.call("GET", path, role=None).status_code == 401


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path", "action"), CALLS)
def test_who_may_do_what(service: Service, role: str, method: str, path: str, action: str) -> None:
    given: dict[str, Any] = {"json": {}} if method == "POST" else {}
    response = service.call(method, path, role=role, **given)
    if role in PERMISSIONS[action]:
        assert response.status_code not in (401, 403)
    else:
        assert (response.status_code, response.json()["code"]) == (403, "role_may_not")


@pytest.mark.parametrize(
    "authorization",
    ["Bearer", "Bearer x", "Basic abc", "Bearer gsk_" + "A" * 43, "Bearer gsk_\u00ff" + "A" * 42],
)
def test_a_wrong_key(service: Service, authorization: str) -> None:
    response = service.client.get(
        "/api/v1/session", headers={"Authorization": authorization.encode("latin-1")}
    )
    assert (response.status_code, response.json()["code"]) == (401, "unknown_key")


def test_a_revoked_key_is_refused_within_two_seconds(service: Service) -> None:
    with service.engine.begin() as connection:
        key = add_key(connection, "short-lived", "planner")
    headers = {"Authorization": f"Bearer {key}"}
    assert service.client.get("/api/v1/session", headers=headers).json()["role"] == "planner"
    with service.engine.begin() as connection:
        revoke_key(connection, "short-lived")
    until = time.monotonic() + 2
    while service.client.get("/api/v1/session", headers=headers).status_code != 401:
        assert time.monotonic() < until, "still accepted"
        time.sleep(0.05)


def test_a_key_made_after_a_refusal_works_at_once(service: Service) -> None:
    """What was remembered about one key says nothing of another."""
    service.client.get("/api/v1/session", headers={"Authorization": "Bearer gsk_" + "B" * 43})
    with service.engine.begin() as connection:
        key = add_key(connection, "brand-new", "planner")
    assert (
        service.client.get("/api/v1/session", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    )


def link(service: Service, **given: Any) -> str:
    with service.engine.begin() as connection:
        return add_link(connection, NOW, **given)


@pytest.fixture
def browser(service: Service) -> Any:
    service.client.cookies.clear()
    yield service.client
    service.client.cookies.clear()


def test_a_link_works_once(service: Service, browser: Any) -> None:
    token = link(service)
    response = browser.get(f"/sign-in?token={token}")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith(f"{COOKIE}=")
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= {
        p.strip() for p in cookie.split(";")
    }
    session = browser.get("/api/v1/session").json()
    assert (session["name"], session["role"]) == ("console", "administrator")
    assert "reports:write" in session["may"]
    again = browser.get(f"/sign-in?token={token}", headers={"Accept-Language": "en"})
    assert again.status_code == 401
    assert "used or is too old" in again.text


def test_a_link_gets_too_old(service: Service, browser: Any) -> None:
    with service.engine.begin() as connection:
        token = add_link(connection, NOW - timedelta(minutes=11))
    assert browser.get(f"/sign-in?token={token}").status_code == 401
    assert browser.get("/sign-in?token=nonsense").status_code == 401


def test_a_link_is_not_a_session_nor_a_key(service: Service, browser: Any) -> None:
    token = link(service)
    assert browser.get("/api/v1/session", headers={"Cookie": f"{COOKIE}={token}"}).status_code == 401
    assert browser.get("/api/v1/session", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_signing_in_with_a_key_ends_with_the_key(service: Service, browser: Any) -> None:
    with service.engine.begin() as connection:
        key = add_key(connection, "desk", "acceptor")
    wrong = browser.post("/sign-in", data={"key": "gsk_" + "C" * 43})
    assert (wrong.status_code, "set-cookie" in wrong.headers) == (401, False)
    response = browser.post("/sign-in", data={"key": key, "next": "/docs"})
    assert (response.status_code, response.headers["location"]) == (303, "/docs")
    assert browser.get("/api/v1/session").json()["name"] == "desk"
    with service.engine.begin() as connection:
        revoke_key(connection, "desk")
        add_key(connection, "desk", "acceptor")
    until = time.monotonic() + 2
    while browser.get("/api/v1/session").status_code != 401:
        assert time.monotonic() < until, "the session outlived its key"
        time.sleep(0.05)


@pytest.mark.parametrize(
    "others", ["a=1", "a b=1", "{}=x; @=?", "flag", 'note="x y', "键=值", "", ";;", "a=1,b"]
)
def test_an_odd_cookie_of_another_does_not_hide_the_session(others: str) -> None:
    assert session_secret(f"{others}; {COOKIE}=secret") == "secret"
    assert session_secret(f"{COOKIE}=secret; {others}") == "secret"
    assert session_secret(others) is None


def test_signing_out_ends_the_session(service: Service, browser: Any) -> None:
    browser.get(f"/sign-in?token={link(service)}")
    secret = browser.cookies[COOKIE]
    assert browser.post("/sign-out", headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303
    assert browser.get("/api/v1/session", headers={"Cookie": f"{COOKIE}={secret}"}).status_code == 401


@pytest.mark.parametrize(
    ("headers", "accepted"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Origin": "http://testserver"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
    ],
)
def test_a_session_changes_things_only_from_our_own_page(
    service: Service, browser: Any, headers: dict[str, str], accepted: bool
) -> None:
    browser.get(f"/sign-in?token={link(service)}")
    response = browser.post("/api/v1/resolve", json=service.question(), headers=headers)
    if accepted:
        assert response.status_code == 200
    else:
        assert (response.status_code, response.json()["code"]) == (403, "cross_origin")


def test_another_site_cannot_sign_a_browser_in(service: Service, browser: Any) -> None:
    key = service.keys["leader"]
    response = browser.post("/sign-in", data={"key": key}, headers={"Origin": "http://evil.example"})
    assert response.status_code == 403


def test_a_page_leads_to_the_sign_in_form(service: Service) -> None:
    response = service.client.get("/?x=1", headers={"Accept": "text/html,*/*"})
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in?next=%2F%3Fx%3D1")


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (None, "/"),
        ("/map?x=1", "/map?x=1"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nSet-Cookie: x", "/"),
    ],
)
def test_where_a_sign_in_leads(given: str | None, path: str) -> None:
    assert own_path(given) == path


def test_every_answer_is_guarded(service: Service) -> None:
    page = service.client.get("/docs")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    answer = service.call("POST", "/api/v1/resolve", json=service.question())
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "zh"),
        ("", "zh"),
        ("en", "en"),
        ("en-US,en;q=0.9", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr,en;q=0.4,zh;q=0.5", "zh"),
        ("en;q=0", "zh"),
        ("*", "zh"),
        (";;q=,,", "zh"),
    ],
)
def test_language(header: str | None, language: str) -> None:
    assert preferred_language(header, "zh") == language


def test_no_secret_is_stored(service: Service) -> None:
    token = link(service)
    with service.engine.connect() as connection:
        stored = [
            *connection.execute(text("SELECT a::text FROM access_key a")).scalars(),
            *connection.execute(text("SELECT s::text FROM session s")).scalars(),
        ]
    for secret in (*service.keys.values(), token):
        assert not any(secret in row for row in stored)
