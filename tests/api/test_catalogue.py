from __future__ import annotations

import itertools

import pytest
from sqlalchemy import text

from tests.api.conftest import Service
from tests.hotspots.district import SCHEME


def test_cells_as_geojson(service: Service) -> None:
    response = service.call("GET", "/api/v1/areas")
    assert response.headers["content-type"] == "application/geo+json"
    collection = response.json()
    assert collection["type"] == "FeatureCollection"
    assert len(collection["features"]) == 36
    assert collection["edition"] == {"name": "网格 2026", "source": "made for a test", "synthetic": False}
    west, south, east, north = collection["bbox"]
    first = collection["features"][0]
    assert first["id"] == first["properties"]["code"] == "610103001001000"
    assert set(first["properties"]) == {"code", "name", "parent_code"}
    for feature in collection["features"]:
        [[ring]] = feature["geometry"]["coordinates"]
        assert all(west <= x <= east and south <= y <= north for x, y in ring)
        # RFC 7946: the outer ring runs counter-clockwise.
        assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in itertools.pairwise(ring)) < 0


def test_a_box_selects(service: Service) -> None:
    lon, lat = service.district.place(0.5, 0.5)
    box = f"{lon - 1e-5},{lat - 1e-5},{lon + 1e-5},{lat + 1e-5}"
    collection = service.call("GET", f"/api/v1/areas?bbox={box}").json()
    assert [feature["id"] for feature in collection["features"]] == ["610103001001000"]


def test_a_map_that_has_not_changed_is_not_sent_again(service: Service) -> None:
    first = service.call("GET", "/api/v1/areas?level=street")
    assert {each["properties"]["name"] for each in first.json()["features"]} == {"甲街道", "乙街道"}
    again = service.call(
        "GET", "/api/v1/areas?level=street", headers={"If-None-Match": first.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")
    plain = service.call("GET", "/api/v1/areas?level=street", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == first.json()


def test_a_level_that_is_not_loaded_is_empty(service: Service) -> None:
    collection = service.call("GET", "/api/v1/areas?level=community").json()
    assert (collection["features"], collection["edition"]) == ([], None)


def test_the_grid_of_any_date_and_edition(service: Service) -> None:
    now = service.call("GET", "/api/v1/areas")
    named = service.call("GET", "/api/v1/areas?edition=网格 2026")
    assert named.json() == now.json()
    assert named.headers["etag"] == now.headers["etag"]
    [older] = service.call("GET", "/api/v1/areas?level=street&at=2025-06-01").json()["features"][:1]
    assert older["properties"]["name"] in {"甲街道", "乙街道"}
    with service.engine.begin() as connection:
        since = connection.scalar(text("SELECT effective_from FROM area_edition WHERE name = '网格 2026'"))
    at = (since or service.now).isoformat().replace("+", "%2B")
    assert service.call("GET", f"/api/v1/areas?at={at}").json() == now.json()
    missing = service.call("GET", "/api/v1/areas?edition=nothing")
    assert (missing.status_code, missing.json()["code"]) == (404, "no_such_edition")
    both = service.call("GET", "/api/v1/areas?edition=x&at=2026-01-01")
    assert (both.status_code, both.json()["code"]) == (422, "edition_and_at")


def test_the_level_of_an_edition_is_its_own(service: Service) -> None:
    streets = service.call("GET", "/api/v1/areas?level=street").json()
    name = streets["edition"]["name"]
    assert service.call("GET", "/api/v1/areas", params={"edition": name}).json() == streets
    agreeing = service.call("GET", "/api/v1/areas", params={"edition": name, "level": "street"})
    assert agreeing.json() == streets
    other = service.call("GET", "/api/v1/areas", params={"edition": name, "level": "cell"})
    assert (other.status_code, other.json()["code"]) == (422, "level_and_edition")
    assert "level=street" in other.json()["detail"]
    assert other.json()["errors"][0]["pointer"] == "/level"


@pytest.mark.parametrize(
    "query",
    [
        "bbox=1,2,3",
        "bbox=a,b,c,d",
        "bbox=200,0,210,10",
        "bbox=2,0,1,1",
        "bbox=nan,0,1,1",
        "level=city",
        "at=yesterday",
    ],
)
def test_faulty_queries(service: Service, query: str) -> None:
    response = service.call("GET", f"/api/v1/areas?{query}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "/" + query.partition("=")[0]


def test_classes(service: Service) -> None:
    answer = service.call("GET", "/api/v1/classes").json()
    assert answer["schemes"] == ["cjt214-2007", SCHEME]
    assert answer["in_force"] == SCHEME
    assert {(each["scheme"], each["kind"], each["code"]) for each in answer["classes"]} >= {
        (SCHEME, "event", "0201"),
        (SCHEME, "component", "0101"),
    }
    components = service.call("GET", f"/api/v1/classes?scheme={SCHEME}&kind=component").json()["classes"]
    assert [each["code"] for each in components] == ["0101"]
    found = service.call("GET", "/api/v1/classes?q=小广告").json()["classes"]
    assert [each["code"] for each in found] == ["0201"]
    assert found[0]["because"].endswith("小广告”")
    assert found[0]["confidence"] in ("found", "inferred", "remembered", "local")
    assert [each["code"] for each in service.call("GET", "/api/v1/classes?q=fxgg").json()["classes"]] == [
        "0201"
    ]
    links = service.call("GET", f"/api/v1/classes/{SCHEME}/event/0201/crosswalk")
    assert links.status_code == 200
    assert all(each["from_code"] == "0201" for each in links.json()["links"])
