"""The table of interfaces.md section 2, column "standard", and what an answer says of systems and time."""

from __future__ import annotations

import itertools
from datetime import datetime
from urllib.parse import quote

import pyproj
import pytest

from gridsvc.features import CRS84
from tests.features.conftest import Site

CELLS = "/ogc/collections/cells/items"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
TOKEN = "WyIyMDI2LTExLTIzVDAxOjAwOjAwKzAwOjAwIiwzLCI2MSJd"


@pytest.mark.parametrize(
    "query",
    [
        "unknown=1", "limit=abc", "limit=0", "limit=-1", "limit=", "limit=1.5", "limit=+5", "limit=５",
        "limit=1&limit=1", "bbox=1,2,3", "bbox=a,b,c,d", "bbox=200,0,210,10", "bbox=1,2,3,91", "bbox=1,3,2,2",
        "bbox=nan,0,1,1", "bbox=inf,0,1,1", "bbox=1,2,3,4,5", "bbox=1,2,9,3,4,8", "bbox=", "bbox=1,2,3,1e999",
        "datetime=notadate", "datetime=2026-11-23", "datetime=2026-11-23T09:00:00", "datetime=",
        "datetime=2026-13-01T00:00:00Z", "datetime=2026-11-23T09:00:00+08:00",
        "datetime=2027-01-01T00:00:00Z/2026-01-01T00:00:00Z", "datetime=../../..",
        "filter=code=", "filter=code == 'x'", "filter=nothing = 1", "filter=code = 5", "filter=code",
        "filter=foo(code) = 'x'", "filter=code = '%00'", "filter=S_INTERSECTS(geometry,POINT(90 180))",
        "filter=S_INTERSECTS(geometry,POINT EMPTY)", "filter=S_INTERSECTS(code,POINT(1 2))",
        "filter=S_INTERSECTS(geometry,POLYGON((0 0,1 1,1 0,0 1,0 0)))", "filter=valid_from > DATE('2026-02-30')",
        "filter=area_m2 > 1e999", "filter=" + "(" * 9000 + "TRUE" + ")" * 9000, "filter=" + "NOT " * 9000 + "TRUE",
        "token=WyIwMDAxLTAxLTAxVDAwOjAwOjAwKzIzOjU5IiwxLCJ4Il0", "filter=" + "(" * 20 + "code='a'",
        "filter=S_INTERSECTS(geometry,POLYGON((0 0,1 1)))", "filter=T_AFTER(valid_from,INTERVAL('..'))",
        "filter=code LIKE 'a\\'", "filter=geometry = 1", "filter=code IN (1)", "filter=area_m2 BETWEEN 'a' AND 'b'",
        "filter=TRUE&filter-lang=sql", "filter={&filter-lang=cql2-json", "filter=[]&filter-lang=cql2-json",
        "filter=" + '{"op":"not","args":[' * 400 + "true" + "]}" * 400 + "&filter-lang=cql2-json",
        'filter={"op":"like","args":[{"property":"code"}]}&filter-lang=cql2-json',
        'filter={"op":"in","args":[{"property":"code"},3]}&filter-lang=cql2-json',
        f"crs={EPSG}32650", "crs=EPSG:4326", "crs=", f"bbox-crs={EPSG}1", f"filter-crs={EPSG}1",
        "token=x", "token=W10", "token=WzEsMiwzLDRd", "f=xml", "f=html", "area_m2=large", "synthetic=maybe",
        "valid_from=2026", "code=%00",
    ],
)  # fmt: skip
def test_a_faulty_query_is_a_400_that_names_its_parameter(site: Site, query: str) -> None:
    address = f"{CELLS}?{quote(query, safe='=&%+')}"
    response = site.get(address)
    assert response.status_code == 400, response.text[:300]
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["status"] == 400
    name = "filter-lang" if "lang=sql" in query else query.partition("=")[0]
    assert problem["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/ogc/collections/nothing", 404), ("/ogc/collections/nothing/items", 404),
        ("/ogc/collections/nothing/queryables", 404), (f"{CELLS}/1.nothing", 404), (f"{CELLS}/x", 404),
        (f"{CELLS}/99999999999999999999.x", 404), ("/ogc/collections/zones/items/01", 404),
        (f"/ogc/collections/zones/items/{'9' * 5000}", 404), (f"{CELLS}/{'9' * 5000}.x", 404),
        ("/ogc/collections/roads/items/x", 404), ("/ogc/nothing", 404), ("/ogc?x=1", 400),
        ("/ogc/collections?limit=1", 400), ("/ogc/conformance?x=1", 400), ("/ogc/api?f=yaml", 400),
        ("/ogc/collections/cells?x=1", 400), ("/ogc/collections/cells/queryables?x=1", 400),
        (f"{CELLS}/1.x?x=1", 400), (f"{CELLS}/1.x?crs=x", 400),
    ],
)  # fmt: skip
def test_other_addresses(site: Site, path: str, status: int) -> None:
    response = site.get(path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"


def test_without_a_key_there_is_nothing(site: Site) -> None:
    for path in ("/ogc", CELLS, "/tiles", "/tiles/cells.json", "/tiles/cells/14/1/1.mvt"):
        response = site.client.get(path)
        assert response.status_code == 401
        assert response.headers["content-type"] == "application/problem+json"


def test_methods_that_change_are_not_taken(site: Site) -> None:
    for path in ("/ogc", CELLS):
        assert site.get(path, method="POST").status_code == 405


def test_a_limit_above_the_most_is_the_most(site: Site) -> None:
    for limit in ("20000", "9" * 400, "10001"):
        response = site.get(f"{CELLS}?limit={limit}")
        assert response.status_code == 200
        assert response.json()["numberReturned"] == 16


def test_head_answers_as_get_does(site: Site) -> None:
    for path in ("/ogc", "/ogc/collections", CELLS, f"{CELLS}/{some_id(site)}", "/tiles/cells.json"):
        got, head = site.get(path), site.get(path, method="HEAD")
        assert (head.status_code, head.content) == (200, b"")
        for name in ("content-type", "etag", "content-length"):
            assert head.headers[name] == got.headers[name]


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    for path in (
        "/ogc",
        "/ogc/api",
        "/ogc/collections",
        CELLS,
        f"{CELLS}?limit=2",
        f"{CELLS}/{some_id(site)}",
    ):
        first = site.get(path)
        again = site.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    other = site.get(
        f"{CELLS}?limit=3", headers={"If-None-Match": site.get(f"{CELLS}?limit=2").headers["etag"]}
    )
    assert other.status_code == 200


def test_the_language_is_the_callers(site: Site) -> None:
    zh = site.get("/ogc/collections/cells", headers={"Accept-Language": "zh-CN"})
    en = site.get("/ogc/collections/cells", headers={"Accept-Language": "en"})
    assert (zh.json()["title"], en.json()["title"]) == ("单元网格", "Unit grid cells")
    assert (zh.headers["content-language"], en.headers["content-language"]) == ("zh", "en")
    assert zh.headers["etag"] != en.headers["etag"]


def some_id(site: Site) -> str:
    return str(site.get(f"{CELLS}?limit=1").json()["features"][0]["id"])


def ids(site: Site, query: str, collection: str = "cells") -> set[str]:
    response = site.get(f"/ogc/collections/{collection}/items?{query}")
    assert response.status_code == 200, response.text
    body = response.json()
    assert body["numberMatched"] == len(body["features"]) == body["numberReturned"]
    return {feature["id"] for feature in body["features"]}


# Time

BEFORE, SINCE = {1}, {3}
REDRAWN = "2026-03-01T00:00:00%2B08:00"


@pytest.mark.parametrize(
    ("when", "editions"),
    [
        (None, SINCE),
        ("2026-02-28T23:59:59%2B08:00", BEFORE),
        (REDRAWN, SINCE),
        ("2026-02-28T16:00:00Z", SINCE),
        ("2026-02-28T15:59:59.999999z", BEFORE),
        ("2026-02-28T11:00:00-05:00", SINCE),
        ("2026-02-28T10:59:60-05:00", SINCE),
        (f"2025-01-01T00:00:00Z/{REDRAWN}", BEFORE | SINCE),
        ("2025-01-01t00:00:00z/2026-01-01t00:00:00z", BEFORE),
        ("../2026-01-01T00:00:00Z", BEFORE),
        ("/2026-01-01T00:00:00Z", BEFORE),
        (f"{REDRAWN}/..", SINCE),
        (f"{REDRAWN}/", SINCE),
        ("2026-01-01T00:00:00Z/..", BEFORE | SINCE),
        ("../..", BEFORE | SINCE),
        ("0001-01-01T00:00:00Z", BEFORE),
    ],
)
def test_an_instant_selects_the_edition_in_force_and_an_interval_all_that_were(
    site: Site, when: str | None, editions: set[int]
) -> None:
    found = ids(site, f"limit=1000&datetime={when}" if when else "limit=1000")
    assert {int(each.partition(".")[0]) for each in found} == editions
    assert len(found) == sum({1: 36, 3: 16}[each] for each in editions)


def test_zones_by_their_own_dates(site: Site) -> None:
    def names(when: str) -> set[str]:
        body = site.get(f"/ogc/collections/zones/items?kind=sanitation&datetime={when}").json()
        return {each["properties"]["name"] for each in body["features"]}

    assert names("2025-06-01T00:00:00Z") == set()
    assert names("2026-06-30T23:59:59%2B08:00") == {"保洁标段"}
    assert names("2026-07-01T00:00:00%2B08:00") == {"保洁标段（续）"}
    assert names("2026-01-01T00:00:00Z/..") == {"保洁标段", "保洁标段（续）"}


def test_what_has_no_time_matches_every_time(site: Site) -> None:
    assert len(ids(site, "datetime=1990-01-01T00:00:00Z", "components")) == 7
    assert len(ids(site, "datetime=1990-01-01T00:00:00Z", "roads")) == 3


# Space


def cells_in(site: Site, west: float, south: float, east: float, north: float, extra: str = "") -> set[str]:
    return ids(site, f"limit=1000&bbox={west!r},{south!r},{east!r},{north!r}{extra}")


def test_a_box_that_touches_a_corner_includes_what_it_touches(site: Site) -> None:
    lon, lat = site.served.redrawn.place(1, 1)
    with site.engine.connect() as connection:
        # The corner to the last bit, as stored: where four cells meet.
        x, y = connection.exec_driver_sql(
            "SELECT ST_X(p), ST_Y(p) FROM (SELECT (ST_DumpPoints(geom)).geom AS p FROM area"
            " WHERE edition_id = 3 AND code = '610103001001005') AS points"
            f" ORDER BY abs(ST_X(p) - {lon}) + abs(ST_Y(p) - {lat}) LIMIT 1"
        ).one()
    assert "3.610103001001005" in cells_in(site, x - 1e-4, y - 1e-4, x, y)
    assert "3.610103001001005" not in cells_in(site, x - 1e-4, y - 1e-4, x - 1e-9, y - 1e-9)
    assert ids(site, f"bbox={x!r},{y!r},-5,{x!r},{y!r},5") == cells_in(site, x, y, x, y)


def test_a_box_across_the_antimeridian(site: Site) -> None:
    assert len(cells_in(site, 100, 30, -170, 40)) == 16
    assert len(cells_in(site, 170, 30, 109, 40)) == 16
    assert cells_in(site, 170, 30, -170, 40) == set()


@pytest.mark.parametrize("srid", [4326, 4490, 4545, 3857])
def test_a_box_in_each_system_with_its_own_order_of_axes(site: Site, srid: int) -> None:
    west, south = site.served.district.place(0.5, 0.5)
    east, north = site.served.district.place(2.5, 1.5)
    wanted = cells_in(site, west, south, east, north)
    assert len(wanted) == 6
    # PROJ gives coordinates in the order that the definition has.
    transformer = pyproj.Transformer.from_crs(4326, srid)
    first, second = transformer.transform(south, west), transformer.transform(north, east)
    box = ",".join(repr(each) for each in (*first, *second))
    assert ids(site, f"bbox={box}&bbox-crs={EPSG}{srid}") == wanted
    swapped = ",".join(repr(each) for each in (*first[::-1], *second[::-1]))
    refused = site.get(f"{CELLS}?bbox={swapped}&bbox-crs={EPSG}{srid}")
    assert refused.status_code == 400 or refused.json()["numberMatched"] == 0


@pytest.mark.parametrize("uri", [CRS84, *(f"{EPSG}{srid}" for srid in (4326, 4490, 4545, 3857))])
def test_an_answer_in_each_system(site: Site, uri: str) -> None:
    plain = site.get(f"{CELLS}?code=610103001001001").json()["features"][0]
    for path in (f"{CELLS}?code=610103001001001&crs={uri}", f"{CELLS}/{plain['id']}?crs={uri}"):
        response = site.get(path)
        assert response.headers["content-crs"] == f"<{uri}>"
        feature = response.json()
        feature = feature["features"][0] if "features" in feature else feature
        wanted = plain["geometry"]["coordinates"][0][0]
        if uri != CRS84:
            transformer = pyproj.Transformer.from_crs(4326, int(uri.rpartition("/")[2]))
            wanted = [list(transformer.transform(lat, lon)) for lon, lat in wanted]
        for got, point in zip(feature["geometry"]["coordinates"][0][0], wanted, strict=True):
            assert got == pytest.approx(point, abs=1e-8 if "4545" not in uri and "3857" not in uri else 0.001)
        assert "crs" not in feature
    assert site.get(CELLS).headers["content-crs"] == f"<{CRS84}>"


def test_rings_run_by_the_right_hand_and_lines_as_they_are_stored(site: Site) -> None:
    for feature in site.get(CELLS).json()["features"]:
        [[ring]] = feature["geometry"]["coordinates"]
        assert sum((b[0] - a[0]) * (b[1] + a[1]) for a, b in itertools.pairwise(ring)) < 0
        assert ring[0] == ring[-1]
    for feature in site.get("/ogc/collections/roads/items").json()["features"]:
        (west, _), (east, _) = feature["geometry"]["coordinates"]
        assert west < east


# Pages


@pytest.mark.parametrize("collection", ["cells", "zones", "components", "roads"])
def test_pages_visit_each_feature_once(site: Site, collection: str) -> None:
    path = f"/ogc/collections/{collection}/items?limit=2&f=json&crs={CRS84}"
    seen: list[str] = []
    whole = site.get(f"/ogc/collections/{collection}/items").json()
    pages = 0
    while path:
        body = site.get(path).json()
        assert body["numberMatched"] == whole["numberMatched"]
        assert body["numberReturned"] == len(body["features"]) <= 2
        seen += [each["id"] for each in body["features"]]
        following = [each for each in body["links"] if each["rel"] == "next"]
        assert len(following) <= 1
        path = following[0]["href"] if following else ""
        if path:
            assert "f=json" in path
            assert "limit=2" in path
            assert following[0]["type"] == "application/geo+json"
        pages += 1
    assert len(seen) == len(set(seen)) == whole["numberMatched"]
    assert seen == [each["id"] for each in whole["features"]]
    assert pages == -(-whole["numberMatched"] // 2)


def test_pages_of_one_walk_answer_for_one_instant(site: Site) -> None:
    """A new edition that takes effect between two pages does not get among them."""
    from gridsvc.api.ogc.parameters import read_token
    from gridsvc.features import find_collection

    body = site.get(f"{CELLS}?limit=2").json()
    [following] = [each["href"] for each in body["links"] if each["rel"] == "next"]
    pinned, keys = read_token(following.rpartition("token=")[2], find_collection("cells"))
    assert pinned == datetime.fromisoformat("2026-11-23T09:00:00+08:00")
    assert keys == (3, body["features"][-1]["properties"]["code"])


# Properties


@pytest.mark.parametrize(
    ("collection", "query", "count"),
    [
        ("cells", "code=610103001001001", 1), ("cells", "code=6101030010010", 0), ("cells", "synthetic=false", 16),
        ("cells", "area_m2=1e4", 16), ("cells", "name=%E7%BD%91%E6%A0%BC001&code=610103001001001", 1),
        ("zones", "kind=patrol&unit_code=S-01", 1), ("components", "state=damaged", 1),
        ("components", "surveyed_on=2025-03-15", 1), ("cells", "valid_from=2026-02-28T16:00:00Z", 16),
        ("cells", "code=610103001001001&filter=code%3D'610103001001004'", 0),
    ],
)  # fmt: skip
def test_properties_as_parameters(site: Site, collection: str, query: str, count: int) -> None:
    assert len(ids(site, query, collection)) == count
