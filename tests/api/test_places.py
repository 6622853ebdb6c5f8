"""Places over HTTP, and reports placed by their address."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import text

from gridsvc.cases import Addresses
from tests.api.conftest import Service
from tests.gazetteer.streetscape import add_places, add_roads


@pytest.fixture(scope="module")
def mapped(service: Service) -> Service:
    """The served town with its streets; the gazetteer hears of them by a notice."""
    before = service.call("GET", "/api/v1/places", params={"q": "太乙路"}).json()
    assert before["verdict"] == "nothing"
    with service.engine.begin() as connection:
        add_roads(connection, service.district)
        add_places(connection, service.district, [("compound", "阳光小区", (1.4, 4.5))])
        add_places(
            connection,
            service.district,
            [("landmark", "肯德基", (0.5, 0.5)), ("landmark", "肯德基", (5.5, 5.5))],
        )
        connection.execute(text("SELECT pg_notify('gridsvc_changed', 'places')"))
    for _ in range(200):
        if (
            service.call("GET", "/api/v1/places", params={"q": "太乙路"}).json()["gazetteer"]
            != before["gazetteer"]
        ):
            break
        time.sleep(0.05)
    return service


def find(service: Service, q: str, **given: Any) -> Any:
    return service.call("GET", "/api/v1/places", params={"q": q, **given})


def report(service: Service, **fields: Any) -> Any:
    return service.call("POST", "/api/v1/reports", json={"class": "0201", **fields})


def test_an_address_is_answered_with_accuracy_source_and_reason(mapped: Service) -> None:
    answer = find(mapped, "友谊东路与太乙路十字西北角").json()
    assert answer["verdict"] == "certain"
    (place,) = answer["places"]
    assert place["kind"] == "crossing"
    assert (place["accuracy_m"], place["source"], place["score"]) == (15.0, "road layer", 1.0)
    assert "西北角" in place["because"]
    assert "north-west" in place["because_en"]
    lon, lat = mapped.district.place(4.0, 3.0)
    assert place["lon"] < lon
    assert place["lat"] > lat


def test_limit_and_near_are_heeded_and_checked(mapped: Service) -> None:
    lon, lat = mapped.district.place(5.0, 5.0)
    answer = find(mapped, "肯德基", near=f"{lon},{lat}", limit=1).json()
    assert answer["verdict"] == "ambiguous"
    (place,) = answer["places"]
    assert (place["lon"], place["lat"]) == pytest.approx(mapped.district.place(5.5, 5.5), abs=1e-6)
    for given in ({"near": "a,b"}, {"near": "200,10"}, {"limit": 0}, {"limit": 1000}):
        assert find(mapped, "肯德基", **given).status_code == 422
    assert find(mapped, "").status_code == 422
    assert find(mapped, "路" * 2001).status_code == 422
    assert find(mapped, "a\x00b").status_code == 422
    assert find(mapped, "路" * 2000).status_code == 200


def test_all_staff_may_ask_and_nobody_else(mapped: Service) -> None:
    for role, status in ((None, 401), ("unit", 403), ("collector", 200), ("leader", 200), ("planner", 200)):
        assert mapped.call("GET", "/api/v1/places", role=role, params={"q": "太乙路"}).status_code == status


def test_a_report_is_put_where_its_address_says(mapped: Service) -> None:
    answer = report(mapped, address="友谊东路与太乙路十字西北角", datum="gcj02").json()
    assert answer["flags"] == ["placed_by_address"]
    assert answer["placed_by"]["name"] == "友谊东路与太乙路十字"
    assert answer["placed_by"]["address"] == "友谊东路与太乙路十字西北角"
    assert answer["resolution"]["cell"]["code"] == mapped.district.code(3, 3)
    assert len(answer["resolution"]["cells"]) > 1
    stored = mapped.call("GET", f"/api/v1/reports/{answer['id']}").json()
    assert (stored["lon"], stored["lat"]) == (answer["placed_by"]["lon"], answer["placed_by"]["lat"])
    assert (stored["datum"], stored["accuracy_m"]) == ("wgs84", 15.0)
    assert stored["placed_by"] == answer["placed_by"]


@pytest.mark.parametrize(
    ("address", "verdict", "names"),
    [
        ("肯德基门口", "ambiguous", ["肯德基", "肯德基"]),
        ("太乙路", "certain", ["太乙路"]),
        ("友宜东路与太乙路十字", "uncertain", ["友谊东路与太乙路十字"]),
        ("老王家", "nothing", []),
    ],
)
def test_what_is_not_certain_waits_with_its_candidates(
    mapped: Service, address: str, verdict: str, names: list[str]
) -> None:
    answer = report(mapped, address=address).json()
    assert (answer["flags"], answer["resolution"]) == (["needs_location"], None)
    assert answer["placed_by"]["verdict"] == verdict
    assert [each["name"] for each in answer["placed_by"]["places"]][: len(names)] == names
    stored = mapped.call("GET", f"/api/v1/reports/{answer['id']}").json()
    assert (stored["lon"], stored["placed_by"]) == (None, answer["placed_by"])


def test_a_given_place_wins_and_a_far_one_is_flagged(mapped: Service) -> None:
    question = mapped.question(4.0, 3.0)
    near = report(mapped, **question | {"address": "友谊东路与太乙路十字"}).json()
    assert (near["flags"], near["placed_by"]) == ([], None)
    far = report(mapped, **mapped.question(0.2, 5.9) | {"address": "友谊东路与太乙路十字"}).json()
    assert far["flags"] == ["address_disagrees"]
    assert far["resolution"]["cell"]["code"] == mapped.district.code(0, 5)
    # A whole street is nowhere in particular: it contradicts nothing that lies within its length.
    street = report(mapped, **mapped.question(0.2, 5.9) | {"address": "太乙路"}).json()
    assert street["flags"] == []


def test_without_a_gazetteer_a_report_is_taken_with_its_address(
    mapped: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mapped.app.state.context.holder, "_gazetteer", None)
    assert find(mapped, "太乙路").status_code == 503
    answer = report(mapped, **mapped.question(0.5, 0.5) | {"address": "友谊东路与太乙路十字"}).json()
    assert (answer["flags"], answer["placed_by"]) == (["address_unread"], None)
    assert answer["resolution"]["cell"]["code"] == mapped.district.code(0, 0)
    nowhere = report(mapped, address="友谊东路与太乙路十字").json()
    assert (nowhere["flags"], nowhere["resolution"]) == (["address_unread", "needs_location"], None)
    stored = mapped.call("GET", f"/api/v1/reports/{nowhere['id']}").json()
    assert stored["address"] == "友谊东路与太乙路十字"


def test_an_address_is_read_before_the_transaction(mapped: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    real = Addresses.read

    def read(self: Addresses, address: str) -> Any:
        taken.append(mapped.engine.pool.checkedout())  # type: ignore[attr-defined]
        return real(self, address)

    # A key that was used a moment ago is remembered: the door asks the database for none.
    mapped.call("GET", "/api/v1/session")
    monkeypatch.setattr(Addresses, "read", read)
    listening = mapped.engine.pool.checkedout()  # type: ignore[attr-defined]
    assert report(mapped, address="友谊东路与太乙路十字").status_code == 201
    assert taken == [listening]


def test_a_retry_gets_the_same_answer(mapped: Service) -> None:
    body = {"class": "0201", "address": "友谊东路与太乙路十字"}
    headers = {"Idempotency-Key": "by-address-1"}
    first, second = (
        mapped.call("POST", "/api/v1/reports", json=body, headers=headers).json() for _ in range(2)
    )
    assert first == second
    assert first["placed_by"] is not None
