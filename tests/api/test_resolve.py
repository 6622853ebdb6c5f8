from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic_core import from_json

from tests.api.conftest import Service
from tests.hotspots.district import SCHEME

FIELDS = [
    "cell",
    "cells",
    "boundary_road",
    "component",
    "class",
    "clause",
    "clauses",
    "decision",
    "unit",
    "candidates",
    "confidence",
    "limit",
    "deadline",
    "stages",
    "provisional_calendar",
    "reasons",
    "atlas",
]


def resolve(service: Service, **fields: Any) -> Any:
    return service.call("POST", "/api/v1/resolve", json=service.question(**fields))


def test_an_answer_has_the_fields_of_the_contract(service: Service) -> None:
    response = resolve(service)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json"
    answer = response.json()
    assert list(answer) == FIELDS
    assert answer["cell"] == {
        "code": "610103001001000",
        "on_boundary": False,
        "on_outer_boundary": False,
        "snapped_outside_m": None,
        "community": None,
        "street": {"code": "610103001", "name": "甲街道"},
        "district": None,
    }
    assert answer["class"] == {
        "scheme": SCHEME,
        "kind": "event",
        "code": "0201",
        "name": "非法小广告",
        "major": answer["class"]["major"],
    }
    assert answer["class"]["major"]["code"] == "02"
    assert answer["clause"] == {
        "id": answer["clauses"][0]["id"],
        "edition": "规范 2026",
        "filing_condition": "零星张贴",
        "closing_condition": "恢复原状",
    }
    assert [each["filing_condition"] for each in answer["clauses"]] == ["零星张贴", "成片张贴"]
    assert answer["decision"] == "determined"
    assert answer["unit"] == {"code": "S-01", "name": "甲街道办事处"}
    assert answer["confidence"] == 1
    assert answer["limit"] == {"value": 4, "unit": "work_hour", "text": "4工作时"}
    # Monday 9:00 + 4 working hours of 8-12 and 14-18.
    assert answer["deadline"] == "2026-11-23T15:00:00+08:00"
    assert answer["provisional_calendar"] is False
    assert [reason["step"] for reason in answer["reasons"]] == ["place", "clause", "rule", "deadline"]
    assert answer["atlas"].startswith("atlas-")
    [candidate] = answer["candidates"]
    assert set(candidate) == {"unit", "share", "role", "because", "refused"}


def test_a_chosen_sub_condition_counts(service: Service) -> None:
    second = resolve(service).json()["clauses"][1]["id"]
    answer = resolve(service, clause_id=second).json()
    assert answer["clause"]["id"] == second
    assert answer["limit"]["unit"] == "work_day"


def test_the_place_decides_the_street_office(service: Service) -> None:
    assert resolve(service, column=5.5).json()["unit"]["code"] == "S-02"


def test_each_owner_needs_a_decision(service: Service) -> None:
    answer = resolve(service, **{"class": "0101", "kind": "component"}).json()
    assert (answer["decision"], answer["unit"]) == ("needs_decision", None)
    assert answer["candidates"][0]["refused"]


def test_reasons_follow_the_language(service: Service) -> None:
    question = service.question()
    english = service.call(
        "POST", "/api/v1/resolve", json=question, headers={"Accept-Language": "en-GB,en;q=0.9,zh;q=0.1"}
    )
    assert english.json()["reasons"][0]["text"].startswith("The place lies in cell")
    assert "单元网格" in resolve(service).json()["reasons"][0]["text"]


def test_a_time_without_a_zone_is_local(service: Service) -> None:
    local = resolve(service, at="2026-11-23T10:00:00").json()["deadline"]
    assert local == resolve(service, at="2026-11-23T02:00:00Z").json()["deadline"]


def test_outside_every_area_is_an_answer(service: Service) -> None:
    response = service.call("POST", "/api/v1/resolve", json={"lon": 100.0, "lat": 30.0, "class": "0201"})
    assert response.status_code == 200
    answer = response.json()
    assert (answer["cell"], answer["decision"]) == (None, "needs_decision")
    assert answer["reasons"][0]["facts"]["distance_m"] > 1000


def test_lon_and_lat_swapped_is_suspected(service: Service) -> None:
    lon, lat = service.district.place(0.5, 0.5)
    response = service.call(
        "POST",
        "/api/v1/resolve",
        json={"lon": lat, "lat": lon, "class": "0201"},
        headers={"Accept-Language": "en"},
    )
    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "bad_number"
    assert problem["errors"][0]["pointer"] == "/lat"
    assert "swapped" in problem["detail"]


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"lon": None}, "bad_number", "/lon"),
    ({"lon": "108.9"}, "bad_number", "/lon"),
    ({"lon": True}, "bad_number", "/lon"),
    ({"lon": 181}, "bad_number", "/lon"),
    ({"lat": -90.5}, "bad_number", "/lat"),
    ({"lon": 10**400}, "bad_number", "/lon"),
    ({"class": 201}, "invalid_request", "/class"),
    ({"class": ""}, "invalid_request", "/class"),
    ({"class": " "}, "invalid_request", "/class"),
    ({"class": "9999"}, "unknown_class", "/class"),
    ({"class": "0101"}, "ambiguous_class", "/class"),
    ({"class": "0201", "scheme": "cjt214-2007"}, "unknown_class", "/class"),
    ({"kind": "matter"}, "invalid_request", "/kind"),
    ({"datum": "nad27"}, "bad_datum", "/datum"),
    ({"accuracy_m": 0}, "bad_number", "/accuracy_m"),
    ({"accuracy_m": -3}, "bad_number", "/accuracy_m"),
    ({"accuracy_m": 5_000.5}, "bad_number", "/accuracy_m"),
    ({"at": "yesterday"}, "bad_time", "/at"),
    ({"at": 1700000000}, "bad_time", "/at"),
    ({"at": "0001-01-01T00:00:00Z"}, "bad_time", "/at"),
    ({"at": "2026-13-01T00:00:00Z"}, "bad_time", "/at"),
    ({"facts": {"surface": "lawn"}}, "bad_fact", "/facts"),
    ({"facts": {"weather": "rain"}}, "bad_fact", "/facts"),
    ({"facts": {"surface": "sidewalk", "位置": "绿地"}}, "bad_fact", "/facts"),
    ({"facts": {"surface": 3}}, "invalid_request", "/facts/surface"),
    ({"colour": "red"}, "invalid_request", "/colour"),
    ({"a/b~c": 1}, "invalid_request", "/a~1b~0c"),
]


@pytest.mark.parametrize(("fields", "code", "pointer"), BAD)
def test_a_faulty_question_is_a_problem(
    service: Service, fields: dict[str, Any], code: str, pointer: str
) -> None:
    response = service.call("POST", "/api/v1/resolve", json=service.question() | fields)
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert (response.status_code, problem["status"], problem["code"]) == (422, 422, code)
    assert {"type", "title", "detail"} <= set(problem)
    assert [each["pointer"] for each in problem["errors"]] == [pointer]


def test_a_missing_place_is_named(service: Service) -> None:
    problem = service.call("POST", "/api/v1/resolve", json={"class": "0201"}).json()
    assert problem["code"] == "no_place"
    assert [each["pointer"] for each in problem["errors"]] == ["/lon", "/lat"]


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999"])
def test_only_finite_numbers(service: Service, number: bytes) -> None:
    body = b'{"lon": %s, "lat": 34.2, "class": "0201"}' % number
    response = service.call(
        "POST", "/api/v1/resolve", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert response.json()["code"] in ("bad_json", "bad_number")


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"lon": 1,}', b"[" * 100_000])
def test_what_is_no_json(service: Service, body: bytes) -> None:
    response = service.call(
        "POST", "/api/v1/resolve", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.json()["code"] in ("bad_json", "too_large")


def test_json_that_is_no_object(service: Service) -> None:
    assert service.call("POST", "/api/v1/resolve", json=[1]).json()["code"] == "invalid_request"


def test_ten_megabytes_of_text(service: Service) -> None:
    response = service.call("POST", "/api/v1/resolve", json=service.question() | {"class": "x" * 10_000_000})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")


def test_a_form_is_no_json(service: Service) -> None:
    response = service.call("POST", "/api/v1/resolve", data={"lon": "108"})
    assert (response.status_code, response.json()["code"]) == (415, "unsupported_media_type")


def test_a_batch_answers_in_order_and_alone(service: Service) -> None:
    items = [
        service.question(),
        service.question() | {"class": "9999"},
        "no object",
        service.question(column=5.5),
        {"class": "0201"},
    ]
    response = service.call("POST", "/api/v1/resolve/batch", json=items)
    assert response.status_code == 200
    answers = response.json()
    assert [each.get("code") for each in answers] == [
        None,
        "unknown_class",
        "invalid_request",
        None,
        "no_place",
    ]
    assert answers[0] == resolve(service).json()
    assert answers[3]["unit"]["code"] == "S-02"


def test_a_batch_of_lines_answers_in_lines(service: Service) -> None:
    lines = [
        orjson.dumps(service.question()),
        b'{"lon": NaN, "lat": 1, "class": "0201"}',
        b"{oops",
        b"",
        orjson.dumps(service.question(column=5.5)),
    ]
    response = service.call(
        "POST",
        "/api/v1/resolve/batch",
        content=b"\n".join(lines),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert response.headers["content-type"] == "application/x-ndjson"
    answers = [json.loads(line) for line in response.text.splitlines()]
    assert [each.get("code") for each in answers] == [None, "bad_number", "bad_json", None]


def test_a_batch_with_different_facts_equals_single_calls(service: Service) -> None:
    items = [
        service.question(
            row=row / 2, at=f"2026-11-2{row}T10:00:00", datum=datum, **{"class": "0101", "kind": kind}
        )
        for row in range(1, 9)
        for datum in ("wgs84", "gcj02")
        for kind in ("event", "component")
    ]
    answers = service.call("POST", "/api/v1/resolve/batch", json=items).json()
    single = [service.call("POST", "/api/v1/resolve", json=item).json() for item in items]
    assert answers == single


def test_a_batch_has_limits(service: Service) -> None:
    response = service.call("POST", "/api/v1/resolve/batch", json=[1] * 10_001)
    assert (response.status_code, response.json()["code"]) == (413, "too_many_items")
    assert service.call("POST", "/api/v1/resolve/batch", json=[]).json() == []
    assert service.call("POST", "/api/v1/resolve/batch", json={}).json()["code"] == "invalid_request"


@pytest.mark.parametrize(
    ("kind", "line"), [("application/x-ndjson", b"1\n"), ("application/json", b"1,")], ids=["lines", "array"]
)
def test_a_batch_far_too_long_is_not_parsed_to_its_end(
    service: Service, monkeypatch: pytest.MonkeyPatch, kind: str, line: bytes
) -> None:
    parsed = 0

    def counting(raw: bytes) -> Any:
        nonlocal parsed
        found = from_json(raw)
        parsed += len(found) if isinstance(found, list) else 1
        return found

    monkeypatch.setattr("gridsvc.api.resolving.from_json", counting)
    body = line * 1_000_000
    if kind == "application/json":
        body = b"[" + body + b"1]"
    response = service.call("POST", "/api/v1/resolve/batch", content=body, headers={"Content-Type": kind})
    assert (response.status_code, response.json()["code"]) == (413, "too_many_items")
    assert parsed <= 10_000


def test_a_batch_may_have_ten_thousand_lines_and_blank_ones(service: Service) -> None:
    response = service.call(
        "POST",
        "/api/v1/resolve/batch",
        content=b"1\r\n \n\n" * 10_000,
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert len(response.text.splitlines()) == 10_000


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
NAMES = [
    "lon",
    "lat",
    "class",
    "kind",
    "scheme",
    "datum",
    "accuracy_m",
    "accuracy_kind",
    "heading_deg",
    "house_number",
    "component_id",
    "at",
]


@given(fields=st.dictionaries(st.sampled_from(NAMES), JSON, max_size=4))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_question_makes_it_fail(service: Service, fields: dict[str, Any]) -> None:
    body = json.dumps(service.question() | fields).encode("utf-8", "surrogatepass")
    headers = {"Content-Type": "application/json"}
    single = service.call("POST", "/api/v1/resolve", content=body, headers=headers)
    assert single.status_code in (200, 400, 422)
    batch = service.call("POST", "/api/v1/resolve/batch", content=b"[" + body + b"]", headers=headers)
    if batch.status_code == 200:
        [answer] = batch.json()
        assert (single.status_code == 200) == ("status" not in answer)
    else:
        assert (batch.status_code, single.status_code) == (400, 400)


@given(body=st.binary(max_size=60))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_bytes_make_it_fail(service: Service, body: bytes) -> None:
    for path in ("/api/v1/resolve", "/api/v1/resolve/batch", "/api/v1/reports"):
        for kind in ("application/json", "application/x-ndjson"):
            response = service.call("POST", path, content=body, headers={"Content-Type": kind})
            assert response.status_code < 500


def test_shares_and_confidence_are_shares(service: Service) -> None:
    answer = resolve(service).json()
    assert math.isclose(sum(each["share"] for each in answer["candidates"]), 1)


def test_callers_at_once_get_their_own_answers(service: Service) -> None:
    """Questions that arrive together are resolved together; nobody may get a neighbour's answer."""
    asked = [
        service.question(column=column + 0.5, row=row + 0.5, **{"class": code, "kind": "event"})
        for column in range(6)
        for row in range(6)
        for code in ("0201", "0101", "9999")
    ]
    alone = [service.call("POST", "/api/v1/resolve", json=each).json() for each in asked]
    with ThreadPoolExecutor(16) as pool:
        together = list(
            pool.map(lambda each: service.call("POST", "/api/v1/resolve", json=each).json(), asked * 3)
        )
    assert together == alone * 3
