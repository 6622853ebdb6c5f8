"""Refusals over HTTP: who may, what is answered, what is refused."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import text

from gridsvc.access import add_key
from gridsvc.handling.refusals import upheld_counts
from tests.api.conftest import Service


@pytest.fixture(scope="module")
def unit_keys(service: Service) -> dict[str, str]:
    """The keys of two units: each has its unit's code as its name."""
    with service.engine.begin() as connection:
        return {code: add_key(connection, code, "unit") for code in ("S-01", "S-02")}


def report(service: Service) -> int:
    return int(service.call("POST", "/api/v1/reports", json=service.question()).json()["id"])


def refuse(service: Service, made: int, role: str = "dispatcher", **body: Any) -> Any:
    return service.call(
        "POST", f"/api/v1/reports/{made}/refusals", role=role, json={"reason": "非我辖区"} | body
    )


def as_unit(service: Service, key: str, method: str, path: str, **given: Any) -> Any:
    return service.client.request(method, path, headers={"Authorization": f"Bearer {key}"}, **given)


def test_a_refusal_is_made_and_upheld(service: Service) -> None:
    made = report(service)
    answer = refuse(service, made, instead="S-02")
    assert answer.status_code == 201
    refusal = answer.json()
    assert (refusal["report_id"], refusal["state"]) == (made, "open")
    assert (refusal["unit"]["code"], refusal["instead"]["code"]) == ("S-01", "S-02")
    assert refusal["made_by"] == "dispatcher-key"
    assert refusal["made_at"] == "2026-11-23T09:00:00+08:00"
    settled = service.call(
        "POST", f"/api/v1/refusals/{refusal['id']}/uphold", role="shift_leader", json={"note": "属实"}
    )
    assert settled.status_code == 200
    assert (settled.json()["state"], settled.json()["note"]) == ("upheld", "属实")
    assert settled.json()["settled_by"] == "shift_leader-key"
    again = service.call("POST", f"/api/v1/refusals/{refusal['id']}/dismiss", role="shift_leader", json={})
    assert (again.status_code, again.json()["code"]) == (409, "already_settled")
    twice = refuse(service, made)
    assert (twice.status_code, twice.json()["code"]) == (409, "already_refused")
    with service.engine.connect() as connection:
        assert sum(upheld_counts(connection).values()) == 1


def test_the_answer_names_the_same_unit_after_a_refusal_was_upheld(service: Service) -> None:
    def asked() -> Any:
        return service.call("POST", "/api/v1/resolve", json=service.question()).json()["unit"]

    before = asked()
    refusal = refuse(service, report(service)).json()
    service.call("POST", f"/api/v1/refusals/{refusal['id']}/uphold", role="shift_leader", json={})
    assert asked() == before == {"code": "S-01", "name": "甲街道办事处"}


def test_a_units_key_speaks_for_its_unit_alone(service: Service, unit_keys: dict[str, str]) -> None:
    made = report(service)
    path = f"/api/v1/reports/{made}/refusals"
    body = {"reason": "非我辖区"}
    other = as_unit(service, unit_keys["S-02"], "POST", path, json=body)
    assert (other.status_code, other.json()["code"]) == (422, "not_named")
    forged = as_unit(service, unit_keys["S-02"], "POST", path, json=body | {"unit": "S-01"})
    assert (forged.status_code, forged.json()["code"]) == (403, "not_your_unit")
    assert as_unit(service, unit_keys["S-01"], "POST", path, json=body).status_code == 201
    own = as_unit(service, unit_keys["S-01"], "GET", "/api/v1/refusals").json()["refusals"]
    assert {each["unit"]["code"] for each in own} == {"S-01"}
    assert as_unit(service, unit_keys["S-02"], "GET", "/api/v1/refusals").json()["refusals"] == []
    asked = as_unit(service, unit_keys["S-02"], "GET", "/api/v1/refusals?unit=S-01")
    assert asked.status_code == 403
    settled = as_unit(service, unit_keys["S-01"], "POST", f"/api/v1/refusals/{own[0]['id']}/uphold", json={})
    assert settled.status_code == 403


@pytest.mark.parametrize(
    ("role", "write", "settle", "read"),
    [
        (None, 401, 401, 401),
        ("collector", 403, 403, 403),
        ("acceptor", 403, 403, 200),
        ("leader", 403, 403, 200),
        ("dispatcher", 404, 403, 200),
        ("shift_leader", 404, 404, 200),
        ("administrator", 404, 404, 200),
    ],
)
def test_roles(service: Service, role: str | None, write: int, settle: int, read: int) -> None:
    body = {"reason": "x"}
    assert service.call("POST", "/api/v1/reports/999999/refusals", role=role, json=body).status_code == write
    assert service.call("POST", "/api/v1/refusals/999999/uphold", role=role, json={}).status_code == settle
    assert service.call("GET", "/api/v1/refusals", role=role).status_code == read


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, None),
        ({"reason": "  "}, 422, None),
        ({"reason": "长" * 2001}, 422, None),
        ({"reason": "a\x00"}, 422, "bad_character"),
        ({"reason": "x", "colour": "red"}, 422, None),
        ({"reason": "x", "instead": "S-99"}, 422, "unknown_unit"),
        ({"reason": "x", "instead": "S-01"}, 422, "same_unit"),
        ({"reason": "x", "unit": "E-01"}, 422, "not_named"),
    ],
)
def test_bad_refusals_are_problems(
    service: Service, body: dict[str, Any], status: int, code: str | None
) -> None:
    made = report(service)
    answer = service.call("POST", f"/api/v1/reports/{made}/refusals", json=body)
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert answer.json()["code"] == (code or "invalid_request")
    with service.engine.connect() as connection:
        stored = connection.execute(text("SELECT count(*) FROM refusal WHERE report_id = :id"), {"id": made})
        assert stored.scalar_one() == 0


def test_other_paths_and_verbs_are_not_found(service: Service) -> None:
    refusal = refuse(service, report(service)).json()["id"]
    for path in (
        f"/api/v1/refusals/{refusal}/delete",
        "/api/v1/refusals/0/uphold",
        "/api/v1/refusals/x/uphold",
    ):
        answer = service.call("POST", path, role="shift_leader", json={})
        assert answer.status_code in (404, 422)
        assert answer.json()["code"]
    waits = service.call("POST", "/api/v1/reports", json={"class": "0201"}).json()["id"]
    nothing = refuse(service, waits)
    assert (nothing.status_code, nothing.json()["code"]) == (422, "nothing_to_refuse")


def test_of_many_at_once_one_counts(service: Service) -> None:
    made = report(service)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: refuse(service, made), range(4)))
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    (refusal,) = [each.json()["id"] for each in answers if each.status_code == 201]

    def settle(verb: str) -> int:
        path = f"/api/v1/refusals/{refusal}/{verb}"
        return int(service.call("POST", path, role="shift_leader", json={}).status_code)

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(settle, ["uphold", "dismiss"] * 2)) == [200, 409, 409, 409]


def test_pages_follow_one_another(service: Service) -> None:
    made = [refuse(service, report(service)).json()["id"] for _ in range(5)]
    seen: list[int] = []
    path: str | None = "/api/v1/refusals?limit=2&state=open"
    while path is not None:
        page = service.call("GET", path).json()
        seen += [each["id"] for each in page["refusals"]]
        path = page["next"]
    assert seen == sorted(seen, reverse=True)
    assert set(made) <= set(seen)
    assert len(seen) == len(set(seen))
    assert service.call("GET", f"/api/v1/refusals?report={10**6}").json() == {"refusals": [], "next": None}


def test_the_endpoints_are_described(service: Service) -> None:
    document = service.client.get("/openapi.json").json()
    assert {"RefusalRequest", "SettlementRequest", "RefusalView", "RefusalPage"} <= set(
        document["components"]["schemas"]
    )
    posted = document["paths"]["/api/v1/reports/{report_id}/refusals"]["post"]
    assert posted["requestBody"]["content"]["application/json"]["schema"] == {
        "$ref": "#/components/schemas/RefusalRequest"
    }
    assert set(posted["responses"]) == {"201", "default"}
