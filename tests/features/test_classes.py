"""Every requirement class that `/ogc/conformance` declares, and the documents that the classes ask for."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from gridsvc.api.ogc.conformance import CLASSES
from gridsvc.features import COLLECTIONS, CRS84, LANGUAGES
from tests.features.conftest import Site

QUERYABLES = "http://www.opengis.net/def/rel/ogc/1.0/queryables"
OPENAPI = "application/vnd.oai.openapi+json;version=3.0"
IDS = [each.id for each in COLLECTIONS]


def total(site: Site, query: str, collection: str = "cells") -> int:
    response = site.get(f"/ogc/collections/{collection}/items?{query}")
    assert response.status_code == 200, response.text
    return int(response.json()["numberMatched"])


def core(site: Site) -> None:
    landing = site.get("/ogc")
    assert landing.headers["content-type"] == "application/json"
    relations = {each["rel"] for each in landing.json()["links"]}
    assert {"service-desc", "conformance", "data"} <= relations
    assert set(site.get("/ogc/conformance").json()) == {"conformsTo"}
    listed = site.get("/ogc/collections").json()
    assert [each["id"] for each in listed["collections"]] == IDS
    assert {"self"} <= {each["rel"] for each in listed["links"]}
    for each in listed["collections"]:
        assert each == site.get(f"/ogc/collections/{each['id']}").json()
        assert each["itemType"] == "feature"
        assert [link["type"] for link in each["links"] if link["rel"] == "items"] == ["application/geo+json"]
    items = site.get("/ogc/collections/cells/items?limit=3").json()
    assert items["timeStamp"] == "2026-11-23T01:00:00Z"
    assert (items["numberMatched"], items["numberReturned"], len(items["features"])) == (16, 3, 3)


def geojson(site: Site) -> None:
    response = site.get("/ogc/collections/components/items")
    assert response.headers["content-type"] == "application/geo+json"
    for feature in response.json()["features"]:
        assert feature["type"] == "Feature"
        assert {"id", "geometry", "properties"} <= set(feature)
        single = site.get(f"/ogc/collections/components/items/{feature['id']}")
        assert single.headers["content-type"] == "application/geo+json"
        assert {**single.json(), "links": None} == {**feature, "links": None}
        assert {each["rel"] for each in single.json()["links"]} >= {"self", "collection"}


def oas30(site: Site) -> None:
    response = site.get("/ogc/api")
    assert response.headers["content-type"] == OPENAPI
    assert response.json()["openapi"].startswith("3.0")


def crs(site: Site) -> None:
    for each in site.get("/ogc/collections").json()["collections"]:
        assert each["crs"][0] == CRS84
        assert each["storageCrs"] in each["crs"]
        for uri in each["crs"]:
            response = site.get(f"/ogc/collections/{each['id']}/items?limit=1&crs={uri}")
            assert response.headers["content-crs"] == f"<{uri}>"


def queryables(site: Site) -> None:
    for identifier in IDS:
        links = site.get(f"/ogc/collections/{identifier}").json()["links"]
        [link] = [each for each in links if each["rel"] == QUERYABLES]
        response = site.get(link["href"])
        assert response.headers["content-type"] == link["type"] == "application/schema+json"
        schema = response.json()
        jsonschema.Draft202012Validator.check_schema(schema)
        assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
        assert schema["$id"] == link["href"]
        assert schema["type"] == "object"
        geometry = schema["properties"].pop("geometry")
        assert geometry["format"] in ("geometry-multipolygon", "geometry-linestring", "geometry-any")
        assert "type" not in geometry
        features = site.get(f"/ogc/collections/{identifier}/items").json()["features"]
        for feature in features:
            told = {name: value for name, value in feature["properties"].items() if value is not None}
            jsonschema.validate(told, schema)


def query_parameters(site: Site) -> None:
    assert total(site, "code=610103001001001") == 1
    assert total(site, "code=610103001001001&name=x") == 0
    assert site.get("/ogc/collections/cells/items?codes=1").status_code == 400


def filtering(site: Site) -> None:
    assert total(site, "filter=code='610103001001001'") == 1
    assert total(site, "filter=code='610103001001001'&filter-lang=cql2-text&filter-crs=" + CRS84) == 1
    assert site.get("/ogc/collections/cells/items?filter=nothing=1").status_code == 400


def features_filter(site: Site) -> None:
    assert total(site, "filter=code>'610103002'&bbox=0,0,1,1") == 0
    assert total(site, "filter=code>'610103002'") + total(site, "filter=NOT code>'610103002'") == 16


def cql2_text(site: Site) -> None:
    assert total(site, "filter=name = '网格001' OR \"name\" = '网格002'") == 2


def cql2_json(site: Site) -> None:
    written = '{"op":"in","args":[{"property":"name"},["网格001","网格002"]]}'
    assert total(site, f"filter-lang=cql2-json&filter={written}") == 2


def basic_cql2(site: Site) -> None:
    for sign, count in (("=", 16), ("<>", 0), ("<", 0), (">", 0), ("<=", 16), (">=", 16)):
        assert total(site, f"filter=area_m2 {sign.replace('=', '%3D')} 10000") == count
    assert total(site, "filter=unit_code IS NULL", "zones") == 1
    assert total(site, "filter=unit_code = 'S-01' OR NOT unit_code = 'S-01'", "zones") == 2
    assert total(site, "filter=valid_from = TIMESTAMP('2026-02-28T16:00:00Z') AND TRUE") == 16
    assert total(site, "filter=surveyed_on >= DATE('2025-05-15')", "components") == 3


def advanced(site: Site) -> None:
    assert total(site, "filter=name LIKE '网格_0%25'") == 10
    assert total(site, "filter=name NOT LIKE '%251'") == 14
    assert total(site, "filter=area_m2 BETWEEN 9999 AND 10001") == 16
    assert total(site, "filter=name NOT IN ('网格001','网格002')") == 14


def spatial(site: Site) -> None:
    lon, lat = site.served.redrawn.place(0.5, 0.5)
    assert total(site, f"filter=S_INTERSECTS(geometry,POINT({lon} {lat}))") == 1
    assert total(site, f"filter=S_INTERSECTS(geometry,BBOX({lon},{lat},{lon},{lat}))") == 1
    assert (
        site.get("/ogc/collections/cells/items?filter=S_INTERSECTS(geometry,POINT(90 180))").status_code
        == 400
    )


def spatial_plus(site: Site) -> None:
    lon, lat = site.served.redrawn.place(0.5, 0.5)
    point = f"POINT({lon} {lat})"
    assert total(site, f"filter=S_INTERSECTS(geometry,GEOMETRYCOLLECTION({point}))") == 1
    assert total(site, f"filter=S_INTERSECTS(geometry,MULTIPOINT(({lon} {lat})))") == 1


def temporal(site: Site) -> None:
    assert total(site, "filter=T_AFTER(valid_from,TIMESTAMP('2026-01-01T00:00:00Z'))") == 16
    assert total(site, "filter=T_INTERSECTS(valid_from,INTERVAL('..','2026-01-01'))") == 0


def property_property(site: Site) -> None:
    assert total(site, "filter=code = code") == 16
    assert total(site, "filter='610103001001001' = code") == 1


PROOFS = {
    "features-1/1.0/conf/core": core, "features-1/1.0/conf/geojson": geojson, "features-1/1.0/conf/oas30": oas30,
    "features-2/1.0/conf/crs": crs, "features-3/1.0/conf/queryables": queryables,
    "features-3/1.0/conf/queryables-query-parameters": query_parameters, "features-3/1.0/conf/filter": filtering,
    "features-3/1.0/conf/features-filter": features_filter, "cql2/1.0/conf/cql2-text": cql2_text,
    "cql2/1.0/conf/cql2-json": cql2_json, "cql2/1.0/conf/basic-cql2": basic_cql2,
    "cql2/1.0/conf/advanced-comparison-operators": advanced, "cql2/1.0/conf/basic-spatial-functions": spatial,
    "cql2/1.0/conf/basic-spatial-functions-plus": spatial_plus, "cql2/1.0/conf/temporal-functions": temporal,
    "cql2/1.0/conf/property-property": property_property,
}  # fmt: skip


@pytest.mark.parametrize("declared", CLASSES)
def test_a_declared_class_holds(site: Site, declared: str) -> None:
    assert declared in site.get("/ogc/conformance").json()["conformsTo"]
    [proof] = [proof for tail, proof in PROOFS.items() if declared.endswith(tail)]
    proof(site)


def links_of(content: Any) -> list[dict[str, str]]:
    if isinstance(content, list):
        return [link for each in content for link in links_of(each)]
    if not isinstance(content, dict):
        return []
    own = [content] if {"href", "rel"} <= set(content) else []
    return own + [link for each in content.values() for link in links_of(each)]


def test_every_link_resolves_with_the_type_that_it_states(site: Site) -> None:
    waiting, seen = ["http://testserver/ogc"], set()
    while waiting:
        address = waiting.pop()
        if address in seen or "/api" in address:
            continue
        seen.add(address)
        for link in links_of(site.get(address).json()):
            assert link["type"]
            response = site.get(link["href"])
            assert response.status_code == 200, link
            assert response.headers["content-type"] == link["type"], link
            waiting.append(link["href"])
    assert len(seen) > 3 * len(IDS)


def test_the_extent_contains_every_feature_of_every_time(site: Site) -> None:
    for identifier in IDS:
        described = site.get(f"/ogc/collections/{identifier}").json()
        features = site.get(f"/ogc/collections/{identifier}/items?limit=10000&datetime=../..").json()[
            "features"
        ]
        if not features:
            assert "extent" not in described
            continue
        [[west, south, east, north]] = described["extent"]["spatial"]["bbox"]
        for feature in features:
            for lon, lat in places(feature["geometry"]["coordinates"]):
                # Nine decimals in the answer, all of them in the extent.
                assert west - 1e-9 <= lon <= east + 1e-9
                assert south - 1e-9 <= lat <= north + 1e-9


def places(coordinates: Any) -> list[tuple[float, float]]:
    if isinstance(coordinates[0], int | float):
        return [tuple(coordinates)]
    return [place for each in coordinates for place in places(each)]


@pytest.mark.parametrize("identifier", IDS)
def test_the_description_lists_exactly_the_parameters_that_are_taken(site: Site, identifier: str) -> None:
    document = site.get("/ogc/api").json()
    operation = document["paths"][f"/collections/{identifier}/items"]["get"]
    listed = {each["name"] for each in operation["parameters"]}
    refused = site.get(
        f"/ogc/collections/{identifier}/items?unknown=1", headers={"Accept-Language": "en"}
    ).json()
    taken = refused["detail"].partition("Those there are: ")[2].rstrip(".").split(", ")
    assert listed == set(taken)
    for each in operation["parameters"]:
        assert {"name", "in", "required", "schema"} <= set(each)
    [limit] = [each["schema"] for each in operation["parameters"] if each["name"] == "limit"]
    assert (limit["minimum"], limit["default"], limit["maximum"]) == (1, 100, 10_000)
    [language] = [each["schema"] for each in operation["parameters"] if each["name"] == "filter-lang"]
    assert language["enum"] == list(LANGUAGES)


def test_the_description_describes_every_address(site: Site) -> None:
    document = site.get("/ogc/api").json()
    for path, operations in document["paths"].items():
        if "{" not in path:
            response = site.get("/ogc" + path.rstrip("/"))
            assert response.status_code == 200
            [media_type] = operations["get"]["responses"]["200"]["content"]
            assert response.headers["content-type"] == media_type
    operations = [each["get"]["operationId"] for each in document["paths"].values()]
    assert len(operations) == len(set(operations))
    assert document["servers"] == [{"url": "http://testserver/ogc"}]
