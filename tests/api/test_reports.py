from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection, event, text

from gridsvc.access import Identity
from gridsvc.api.models import ReportRequest
from gridsvc.api.reports import once_of
from tests.api.conftest import Service
from tests.hotspots.district import SCHEME


def post(service: Service, body: dict[str, Any], key: str | None = None, role: str = "dispatcher") -> Any:
    headers = {} if key is None else {"Idempotency-Key": key}
    return service.call("POST", "/api/v1/reports", role=role, json=body, headers=headers)


def stored(service: Service, report_id: int) -> Any:
    with service.engine.connect() as connection:
        return connection.execute(
            text(
                "SELECT r.*, ST_X(r.geom) AS x, ST_Y(r.geom) AS y, s.cell_code, s.street_code, s.unit_code,"
                " s.clause_id, s.decision, s.deadline, s.answer, s.cell_edition_id, s.atlas"
                " FROM report r LEFT JOIN resolution s ON s.report_id = r.id WHERE r.id = :id"
            ),
            {"id": report_id},
        ).one()


def count(service: Service) -> int:
    with service.engine.connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM report")).scalar_one())


def test_a_report_is_stored_with_its_resolution(service: Service) -> None:
    body = service.question() | {
        "text": "围墙上贴满<b>小广告</b>",
        "address": "东门外",
        "source": "collector",
    }
    response = post(service, body)
    assert response.status_code == 201
    answer = response.json()
    assert {"id", "case_id", "resolution"} <= set(answer)
    assert answer["case_id"] is None
    assert response.headers["location"] == f"/api/v1/reports/{answer['id']}"
    resolved = service.call("POST", "/api/v1/resolve", json=service.question()).json()
    assert answer["resolution"] == resolved
    row = stored(service, answer["id"])
    assert (row.origin, row.text, row.source) == ("api", body["text"], "collector")
    assert row.answer == resolved
    assert (row.cell_code, row.unit_code, row.decision) == ("610103001001000", "S-01", "determined")
    assert row.deadline.isoformat() == "2026-11-23T07:00:00+00:00"
    assert row.cell_edition_id == service.district.edition
    assert row.atlas == resolved["atlas"]
    assert (row.x, row.y) == pytest.approx((body["lon"], body["lat"]))
    assert row.opened_at == service.now


def test_what_a_report_says_of_facts_and_its_component_is_stored(service: Service) -> None:
    body = service.question(facts={"位置": "人行道", "urgency": "A"}, component_id="P-1")
    response = post(service, body)
    assert response.status_code == 201
    with service.engine.connect() as connection:
        row = connection.execute(
            text(
                "SELECT r.facts, r.component_id, s.component_id AS matched, s.rule_id"
                " FROM report r JOIN resolution s ON s.report_id = r.id WHERE r.id = :id"
            ),
            {"id": response.json()["id"]},
        ).one()
    assert row.facts == {"surface": "人行道", "urgency": "A"}
    assert (row.component_id, row.matched, row.rule_id) == ("P-1", None, None)
    shown = service.call("GET", f"/api/v1/reports/{response.json()['id']}").json()
    assert (shown["facts"], shown["component_id"]) == (row.facts, "P-1")


def test_the_datum_is_kept_and_the_place_converted(service: Service) -> None:
    row = stored(service, post(service, service.question(datum="gcj02")).json()["id"])
    assert (row.lon, row.lat) == service.district.place(0.5, 0.5)
    assert 0.003 < row.lon - row.x < 0.007


def test_without_a_place_it_waits_for_one(service: Service) -> None:
    answer = post(service, {"class": "0201", "text": "东门外小广告"}).json()
    assert (answer["resolution"], answer["flags"]) == (None, ["needs_location"])
    assert stored(service, answer["id"]).flags == ["needs_location"]


@pytest.mark.parametrize("place", [True, False])
def test_the_class_that_was_meant_is_stored(service: Service, place: bool) -> None:
    body = service.question() if place else {}
    answer = post(service, body | {"class": " 0201 ", "source": " collector "}).json()
    row = stored(service, answer["id"])
    assert (row.scheme, row.kind, row.class_code, row.source) == (SCHEME, "event", "0201", "collector")


def test_outside_every_area_it_is_flagged(service: Service) -> None:
    answer = post(service, {"lon": 100.0, "lat": 30.0, "class": "0201"}).json()
    assert answer["flags"] == ["outside"]
    assert answer["resolution"]["decision"] == "needs_decision"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"class": " "}, "invalid_request"),
        ({"class": " \t\u3000"}, "invalid_request"),
        ({"source": " "}, "invalid_request"),
        ({"class": "9999", "lon": None, "lat": None}, "unknown_class"),
        ({"class": "0101", "lon": None, "lat": None}, "ambiguous_class"),
        ({"class": "0201", "kind": "component", "lon": None, "lat": None}, "unknown_class"),
        ({"accuracy_m": 5_001}, "bad_number"),
        ({"class": "9999"}, "unknown_class"),
        ({"class": "0101"}, "ambiguous_class"),
        ({"lat": None}, "no_place"),
        ({"text": "\x00"}, "bad_character"),
        ({"text": "x" * 20_001}, "invalid_request"),
        ({"text": "字" * 20_001}, "invalid_request"),
        ({"source": ""}, "invalid_request"),
        ({"unit": "S-01"}, "invalid_request"),
    ],
)
def test_a_faulty_report_is_refused_and_nothing_stored(
    service: Service, fields: dict[str, Any], code: str
) -> None:
    before = count(service)
    response = post(service, service.question() | fields, key=str(uuid4()))
    assert (response.status_code, response.json()["code"]) == (422, code)
    assert count(service) == before


def test_ten_megabytes_of_text_are_refused(service: Service) -> None:
    before = count(service)
    response = post(service, service.question() | {"text": "长" * 10_000_000})
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert count(service) == before


def test_the_same_key_and_body_give_the_first_answer(service: Service) -> None:
    key = str(uuid4())
    first = post(service, service.question() | {"text": "甲"}, key)
    # White space and order do not make another report.
    again = post(service, {"text": "甲"} | service.question(), key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(service: Service) -> None:
    key = str(uuid4())
    post(service, service.question() | {"text": "甲"}, key)
    before = count(service)
    response = post(service, service.question() | {"text": "乙"}, key)
    assert (response.status_code, response.json()["code"]) == (422, "idempotency_key_reused")
    assert count(service) == before


def test_keys_of_two_senders_do_not_meet(service: Service) -> None:
    key = str(uuid4())
    body = service.question()
    assert post(service, body, key).json()["id"] != post(service, body, key, role="collector").json()["id"]


def test_a_slash_in_a_name_or_key_joins_no_two_keys() -> None:
    """Names and keys may hold a slash: `a` with `b/c` and `a/b` with `c` are two senders."""
    asked = ReportRequest.model_validate({"class": "0201"})
    one = once_of(Identity("a", "dispatcher", "key"), "b/c", asked)
    other = once_of(Identity("a/b", "dispatcher", "key"), "c", asked)
    assert one is not None
    assert other is not None
    assert one.key != other.key


def test_the_same_key_at_once_makes_one(service: Service) -> None:
    before = count(service)
    keys = [str(uuid4()) for _ in range(5)]
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda key: (key, post(service, service.question(), key)), keys * 12))
    assert {response.status_code for _, response in answers} == {201}
    assert len({(key, response.json()["id"]) for key, response in answers}) == 5
    assert count(service) == before + 5


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "é"])
def test_a_key_has_a_form(service: Service, key: str) -> None:
    response = service.call(
        "POST",
        "/api/v1/reports",
        json=service.question(),
        headers={"Idempotency-Key": key.encode("latin-1")},
    )
    assert (response.status_code, response.json()["code"]) == (422, "bad_idempotency_key")


def test_one_report_is_read_back(service: Service) -> None:
    answer = post(service, service.question() | {"text": "<script>alert(1)</script>"}).json()
    response = service.call("GET", f"/api/v1/reports/{answer['id']}", role="leader")
    report = response.json()
    assert report["resolution"] == answer["resolution"]
    assert (report["class"], report["opened_at"]) == ("0201", "2026-11-23T09:00:00+08:00")
    assert report["text"] == "<script>alert(1)</script>"
    for unknown, status in (("987654321", 404), ("0", 422), ("x", 422), ("9" * 30, 422)):
        assert service.call("GET", f"/api/v1/reports/{unknown}").status_code == status


def test_reports_are_paged_without_gaps_or_doubles(service: Service) -> None:
    source = str(uuid4())
    made = [
        post(service, service.question(at=f"2026-11-{day:02d}T08:00:00") | {"source": source}).json()["id"]
        for day in (3, 1, 2, 2, 2, 5, 4)
    ]
    path: str | None = f"/api/v1/reports?source={source}&limit=2"
    seen: list[dict[str, Any]] = []
    while path is not None:
        page = service.call("GET", path).json()
        assert page["numberMatched"] == 7
        assert page["numberReturned"] == len(page["reports"]) <= 2
        seen += page["reports"]
        path = page["next"]
        # A report that comes in between two pages shifts nothing.
        post(service, service.question(at="2026-11-20T08:00:00") | {"source": "another"})
    assert sorted(report["id"] for report in seen) == sorted(made)
    keys = [(report["opened_at"], report["id"]) for report in seen]
    assert keys == sorted(keys, reverse=True)


def test_only_the_first_page_counts(service: Service) -> None:
    source = str(uuid4())
    for _ in range(3):
        post(service, service.question() | {"source": source})
    said: list[str] = []

    def note(*given: Any) -> None:
        said.append(given[2])

    event.listen(service.engine, "before_cursor_execute", note)
    try:
        first = service.call("GET", f"/api/v1/reports?source={source}&limit=1").json()
        assert sum("count(*)" in each and "FROM report" in each for each in said) == 1
        said.clear()
        second = service.call("GET", first["next"]).json()
    finally:
        event.remove(service.engine, "before_cursor_execute", note)
    assert not any("count(*)" in each for each in said)
    assert [first["numberMatched"], second["numberMatched"]] == [3, 3]


def test_a_listing_that_takes_too_long_is_stopped(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(connection: Connection, *_: Any, **__: Any) -> None:
        connection.execute(text("SELECT pg_sleep(60)"))

    monkeypatch.setattr("gridsvc.api.reports.list_reports", slow)
    monkeypatch.setattr("gridsvc.api.reports.LISTING_TIMEOUT_MS", 50)
    response = service.call("GET", "/api/v1/reports")
    assert (response.status_code, response.json()["code"]) == (503, "listing_timeout")


def test_reports_are_filtered(service: Service) -> None:
    source = str(uuid4())
    west = post(service, service.question(at="2026-11-01T08:00:00") | {"source": source}).json()["id"]
    east = post(service, service.question(column=5.5) | {"source": source}).json()["id"]
    lost = post(service, {"class": "0201", "source": source}).json()["id"]
    for query, wanted in (
        ("unit=S-01", {west}),
        ("street=610103002", {east}),
        ("flag=needs_location", {lost}),
        ("since=2026-11-10T00:00:00%2B08:00", {east, lost}),
        ("until=2026-11-10T00:00:00%2B08:00", {west}),
        ("class=0201&kind=event", {west, east, lost}),
        ("class=0102", set()),
        (f"number={west}", {west}),
        ("number=no-such", set()),
        (f"number={'9' * 30}", set()),
    ):
        page = service.call("GET", f"/api/v1/reports?source={source}&{query}").json()
        assert {report["id"] for report in page["reports"]} == wanted, query
        assert page["numberMatched"] == len(wanted)


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "unknown=1", "since=2026-11-10", "after=x", "after=MSAx", "kind=x"],
)
def test_a_faulty_query_is_a_problem(service: Service, query: str) -> None:
    response = service.call("GET", f"/api/v1/reports?{query}")
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]
