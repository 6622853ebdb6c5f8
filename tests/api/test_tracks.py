"""`/api/v1/tracks`: handing tracks in, and what they cover."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from gridsvc.api.track_answers import CoverageAnswer, TrackList, TracksTaken, TrackView
from tests.api.conftest import Service
from tests.api.test_answer_models import same_fields
from tests.tracks.walks import gpx, walk

PERIOD = {"from": "2026-11-16", "to": "2026-11-22"}


def hand_in(service: Service, content: bytes, role: str = "collector", **asked: Any) -> Any:
    return service.call(
        "POST",
        "/api/v1/tracks",
        role=role,
        params=asked,
        content=content,
        headers={"Content-Type": asked.pop("kind", "application/gpx+xml")},
    )


def test_a_track_is_handed_in_once(service: Service) -> None:
    content = gpx(service.district, walk([(0.5, 0.5), (1.5, 0.5)], every=20))
    first = hand_in(service, content, patrol="甲")
    assert first.status_code == 201, first.text
    same_fields(TracksTaken, first.json())
    number = first.json()["tracks"][0]["id"]
    assert first.headers["location"] == f"/api/v1/tracks/{number}"
    again = hand_in(service, content, patrol="甲")
    assert (again.status_code, again.json()["tracks"][0]["id"], again.json()["known"]) == (200, number, 1)

    listed = service.call("GET", "/api/v1/tracks", role="patrol_leader", params=PERIOD)
    same_fields(TrackList, listed.json())
    assert [each["id"] for each in listed.json()["tracks"]] == [number]
    shown = service.call("GET", f"/api/v1/tracks/{number}", role="patrol_leader")
    same_fields(TrackView, shown.json())
    drawn = service.call("GET", f"/api/v1/tracks/{number}?f=geojson", role="patrol_leader")
    assert drawn.headers["content-type"] == "application/geo+json"
    assert orjson.loads(drawn.content)["geometry"]["type"] == "MultiLineString"

    covered = service.call("GET", "/api/v1/tracks/coverage", params=PERIOD)
    same_fields(CoverageAnswer, covered.json())
    assert (covered.json()["visited"], covered.json()["tracks"]) == (2, 1)
    as_map = service.call("GET", "/api/v1/tracks/coverage", params=PERIOD | {"f": "geojson"})
    assert sum(not each["properties"]["never"] for each in as_map.json()["features"]) == 2

    gone = service.call("DELETE", f"/api/v1/tracks/{number}", role="patrol_leader")
    assert (gone.status_code, gone.content) == (204, b"")
    missing = service.call("GET", f"/api/v1/tracks/{number}", role="patrol_leader")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_track")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        (b"", "application/gpx+xml", 422, "not_gpx"),
        (b"<!DOCTYPE x><gpx/>", "application/gpx+xml", 422, "entities_refused"),
        (b'<gpx><rte><rtept lat="34" lon="108"/></rte></gpx>', "text/xml", 422, "routes_only"),
        (b"time,lon\n1,2\n", "text/csv", 422, "missing_column"),
        (b"{}", "application/json", 415, "unsupported_media_type"),
    ],
)
def test_what_is_no_track_is_refused(
    service: Service, content: bytes, kind: str, status: int, code: str
) -> None:
    answer = hand_in(service, content, kind=kind)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_track_of_another_city_is_refused_with_its_distance(service: Service) -> None:
    answer = hand_in(service, gpx(service.district, walk([(500, 0.5), (501, 0.5)])))
    assert (answer.status_code, answer.json()["code"]) == (422, "tracks_refused")
    assert "another_city" in answer.text


@pytest.mark.parametrize(
    ("method", "path", "role"),
    [
        ("POST", "", "unit"),
        ("POST", "", "dispatcher"),
        ("GET", "", "collector"),
        ("GET", "/1", "collector"),
        ("GET", "/coverage?from=2026-11-16&to=2026-11-22", "unit"),
        ("DELETE", "/1", "collector"),
        ("POST", "?replace=true", "collector"),
    ],
)
def test_where_a_colleague_was_is_not_everybodys_business(
    service: Service, method: str, path: str, role: str
) -> None:
    answer = service.call(method, f"/api/v1/tracks{path}", role=role)
    assert (answer.status_code, answer.json()["code"]) == (403, "role_may_not")


@pytest.mark.parametrize(
    "path", ["?limit=0", "?speed=3", "/coverage", "/coverage?from=2026-11-16&to=2026-11-22&by=tree", "/0"]
)
def test_questions_that_make_no_sense(service: Service, path: str) -> None:
    answer = service.call("GET", f"/api/v1/tracks{path}", role="planner")
    assert answer.status_code == 422, answer.text
