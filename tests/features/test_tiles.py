"""Vector tiles, decoded by an independent decoder; TileJSON; what is sent again and what is not."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from sqlalchemy import text
from starlette.testclient import TestClient

from gridsvc.api import create_api
from gridsvc.features import LAYERS, find_layer, tile, tile_source
from gridsvc.postgres import announce_change
from gridsvc.settings import Settings
from tests.features.conftest import NOW, Site

EXTENT, BUFFER = 4096, 64


def numbers(lon: float, lat: float, z: int) -> tuple[int, int]:
    """Column and row of the tile of a place; the row counts from the north."""
    x, y = fractions(lon, lat, z)
    return int(x), int(y)


def fractions(lon: float, lat: float, z: int) -> tuple[float, float]:
    across = (lon + 180) / 360
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return across * 2**z, down * 2**z


def decode(content: bytes) -> Any:
    return mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})


def at(site: Site, layer: str, column: float, row: float, z: int) -> Any:
    lon, lat = site.served.redrawn.place(column, row)
    x, y = numbers(lon, lat, z)
    return site.get(f"/tiles/{layer}/{z}/{x}/{y}.mvt"), (x, y)


@pytest.mark.parametrize("layer", [each.id for each in LAYERS if each.id not in ("districts", "communities")])
@pytest.mark.parametrize("z", [13, 14, 16])
def test_a_tile_decodes(site: Site, layer: str, z: int) -> None:
    response, _ = at(site, layer, 1.1, 0.75 if layer == "components" else 1.99, z)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    assert list(decode(response.content)) == [layer]
    [found] = decode(response.content).values()
    assert (found["version"], found["extent"]) == (2, EXTENT)
    assert found["features"]
    known = {*find_layer(layer).fields, "count"}
    for feature in found["features"]:
        assert set(feature["properties"]) <= known
        shape = shapely.geometry.shape(feature["geometry"])
        west, south, east, north = shape.bounds
        assert min(west, south) >= -BUFFER
        assert max(east, north) <= EXTENT + BUFFER
        for polygon in shapely.get_parts(shape) if "Polygon" in shape.geom_type else []:
            # Surveyor's formula with y down: the outer ring is positive, which with y up is clockwise.
            assert signed_area(np.asarray(polygon.exterior.coords)) > 0


def signed_area(ring: Any) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


def test_chinese_attributes_and_whole_ids(site: Site) -> None:
    response, _ = at(site, "cells", 1.5, 1.5, 16)
    cells = {each["id"]: each["properties"] for each in decode(response.content)["cells"]["features"]}
    assert cells[610103001001005] == {
        "code": "610103001001005", "name": "网格005", "parent_code": "610103001001",
    }  # fmt: skip
    roads = decode(at(site, "roads", 1.5, 2.0, 16)[0].content)["roads"]["features"]
    assert {"name": "太乙路", "grade": "次干路", "direction": "both"} in [
        each["properties"] for each in roads
    ]


def test_a_place_lies_in_the_right_column_and_row(site: Site) -> None:
    """An asymmetric feature: the corner cell, north of which and west of which there is nothing."""
    lon, lat = site.served.redrawn.place(0.5, 3.5)
    z = 18
    across, down = fractions(lon, lat, z)
    response = site.get(f"/tiles/cells/{z}/{int(across)}/{int(down)}.mvt")
    inside = [
        each["properties"]["code"]
        for each in decode(response.content)["cells"]["features"]
        if shapely.geometry.shape(each["geometry"]).covers(
            shapely.Point((across - int(across)) * EXTENT, (down - int(down)) * EXTENT)
        )
    ]
    assert inside == ["610103001001012"]
    mirrored = site.get(f"/tiles/cells/{z}/{int(across)}/{2**z - 1 - int(down)}.mvt")
    assert mirrored.status_code == 204


@pytest.mark.parametrize("z", [15, 16, 17])
def test_neighbouring_tiles_and_neighbouring_cells_agree(site: Site, z: int) -> None:
    """A corner is at one place of the world's grid in whichever tile and of whichever cell it is seen."""
    lon, lat = site.served.redrawn.place(2, 2)
    x, y = numbers(lon, lat, z)
    seen: dict[tuple[int, str], set[tuple[int, int]]] = {}
    for dx in (-1, 0, 1):
        for dy in (-1, 0, 1):
            response = site.get(f"/tiles/cells/{z}/{x + dx}/{y + dy}.mvt")
            if response.status_code == 204:
                continue
            for feature in decode(response.content)["cells"]["features"]:
                corners = shapely.get_coordinates(shapely.geometry.shape(feature["geometry"])).astype(int)
                # What lies on the edge of the margin was cut there, and is no corner of the cell.
                own = ((corners > -BUFFER) & (corners < EXTENT + BUFFER)).all(axis=1)
                world = corners[own] + np.array([(x + dx) * EXTENT, (y + dy) * EXTENT])
                seen.setdefault((dx + 3 * dy, feature["properties"]["code"]), set()).update(map(tuple, world))
    codes = {code for _, code in seen}
    assert len(codes) >= 4
    lattice: set[tuple[int, int]] = set().union(*seen.values())
    # 5 × 5 corners, each at one place: no two places are within a grid step or two of each other.
    points = np.array(sorted(lattice))
    gaps = np.abs(points[:, None] - points[None]).max(axis=2)
    assert (gaps[~np.eye(len(points), dtype=bool)] > 2).all()


def test_nothing_there_and_out_of_range(site: Site) -> None:
    empty = site.get("/tiles/cells/14/0/0.mvt")
    assert (empty.status_code, empty.content) == (204, b"")
    assert site.get("/tiles/communities/14/0/0.mvt").status_code == 204
    for path in (
        "cells/9/0/0", "cells/19/0/0", "cells/14/16384/0", "cells/14/0/16384", "cells/14/-1/0", "cells/a/0/0",
        "nothing/14/0/0", "cells/99999999999999999999/0/0", "cells/14/" + "9" * 5000 + "/0", "cells/14/0/٣",
    ):  # fmt: skip
        response = site.get(f"/tiles/{path}.mvt")
        assert response.status_code == 404
        assert response.headers["content-type"] == "application/problem+json"
    for query in ("x=1", "at=yesterday", "at=../..", "at=2026-01-01T00:00:00Z&edition=y"):
        assert site.get(f"/tiles/cells/14/0/0.mvt?{query}").status_code == 400
        assert site.get(f"/tiles/cells.json?{query}").status_code == 400
    assert site.get("/tiles/cells/14/0/0.mvt?edition=nothing").status_code == 404
    assert site.get("/tiles/zones.json?edition=nothing").status_code == 404


def test_an_edition_or_a_time_can_be_named(site: Site) -> None:
    lon, lat = site.served.district.place(5.5, 5.5)
    x, y = numbers(lon, lat, 16)
    now = site.get(f"/tiles/cells/16/{x}/{y}.mvt")
    assert now.status_code == 204 or "610103002001035" not in now.text
    for query in ("at=2026-01-01T00:00:00Z", "edition=%E7%BD%91%E6%A0%BC 2026"):
        then = site.get(f"/tiles/cells/16/{x}/{y}.mvt?{query}")
        assert 610103002001035 in [each["id"] for each in decode(then.content)["cells"]["features"]]
    assert "immutable" in then.headers["cache-control"]
    assert "no-cache" in now.headers["cache-control"]


def test_a_tile_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    first, (x, y) = at(site, "cells", 1.5, 1.5, 14)
    again = site.get(f"/tiles/cells/14/{x}/{y}.mvt", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    plain = site.get(f"/tiles/cells/14/{x}/{y}.mvt", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert first.headers["content-encoding"] == "gzip"
    assert plain.content == first.content


@pytest.fixture
def written(site: Site) -> Iterator[Any]:
    """A connection that commits; what it adds is taken away afterwards."""
    with site.engine.connect() as connection:
        yield connection
        connection.rollback()
        connection.execute(text("DELETE FROM component WHERE source = 'added'"))
        connection.commit()


def test_a_change_of_components_is_seen(site: Site, written: Any) -> None:
    before, (x, y) = at(site, "components", 0.25, 0.75, 17)
    written.execute(
        text(
            "INSERT INTO component (id, scheme, class_code, geom, source) SELECT '6101032101029999', scheme,"
            " class_code, geom, 'added' FROM component WHERE id = '6101032101020000'"
        )
    )
    announce_change(written, "components")
    written.commit()
    until = time.monotonic() + 5
    while True:
        after = site.get(
            f"/tiles/components/17/{x}/{y}.mvt", headers={"If-None-Match": before.headers["etag"]}
        )
        if after.status_code == 200:
            break
        assert time.monotonic() < until, "the change was not seen"
        time.sleep(0.05)
    codes = [each["id"] for each in decode(after.content)["components"]["features"]]
    assert 6101032101029999 not in codes  # a 16-digit id is more than JavaScript counts exactly
    found = [each["properties"]["id"] for each in decode(after.content)["components"]["features"]]
    assert "6101032101029999" in found


def test_points_are_thinned_below_their_zoom(site: Site, written: Any) -> None:
    written.execute(
        text(
            "INSERT INTO component (id, scheme, class_code, geom, source) SELECT 'X' || n, scheme, class_code,"
            " ST_SetSRID(ST_MakePoint(ST_X(geom) + n * 1e-6, ST_Y(geom)), 4326), 'added'"
            " FROM component, generate_series(1, 500) AS n WHERE id = '6101032101020000'"
        )
    )
    source = tile_source(written, find_layer("components"), NOW)
    lon, lat = site.served.redrawn.place(0.25, 0.75)
    low = decode(tile(written, source, 13, *numbers(lon, lat, 13)))["components"]["features"]
    high = decode(tile(written, source, 16, *numbers(lon, lat, 16)))["components"]["features"]
    assert len(low) < 20 < 500 <= len(high)
    assert sum(each["properties"]["count"] for each in low) == 507
    assert all("count" not in each["properties"] for each in high)


def test_tilejson(site: Site) -> None:
    listed = site.get("/tiles").json()["layers"]
    assert [each["id"] for each in listed] == [each.id for each in LAYERS]
    for each in listed:
        described = site.get(each["tilejson"]).json()
        assert described["tilejson"] == "3.0.0"
        assert described["tiles"] == [f"http://testserver/tiles/{each['id']}/{{z}}/{{x}}/{{y}}.mvt"]
        assert 0 <= described["minzoom"] <= described["maxzoom"] <= 30
        [layer] = described["vector_layers"]
        assert layer["id"] == each["id"]
        assert all(isinstance(value, str) for value in layer["fields"].values())
        assert described["scheme"] == "xyz"
        assert len(described["version"].split(".")) == 3
        if "bounds" in described:
            west, south, east, north = described["bounds"]
            lon, lat, zoom = described["center"]
            assert -180 <= west <= lon <= east <= 180
            assert -90 <= south <= lat <= north <= 90
            assert described["minzoom"] <= zoom <= described["maxzoom"]
    pinned = site.get("/tiles/cells.json?edition=%E7%BD%91%E6%A0%BC 2026").json()
    assert pinned["tiles"][0].endswith(".mvt?edition=%E7%BD%91%E6%A0%BC+2026")
    assert pinned["edition"]["name"] == "网格 2026"


def test_links_behind_a_proxy_are_the_ones_that_work_there(site: Site) -> None:
    told = Settings(home="/nonexistent", public_url="https://city.example/grid/")
    app = create_api(site.engine, told, clock=lambda: NOW)
    headers = {"Authorization": f"Bearer {site.key}"}
    with TestClient(app, headers=headers) as client:
        assert client.get("/tiles/cells.json").json()["tiles"] == [
            "https://city.example/grid/tiles/cells/{z}/{x}/{y}.mvt"
        ]
        for path in ("/ogc", "/ogc/collections", "/ogc/collections/cells/items?limit=1"):
            for link in client.get(path).json()["links"]:
                assert link["href"].startswith("https://city.example/grid/ogc")
    # A prefix that the server itself is told of (uvicorn --root-path).
    with TestClient(site.app, headers=headers, root_path="/grid") as client:
        described = client.get("/grid/tiles/cells.json").json()
        assert described["tiles"] == ["http://testserver/grid/tiles/cells/{z}/{x}/{y}.mvt"]


def test_the_cache_keeps_within_its_bounds() -> None:
    from gridsvc.api.tiles.cache import TileCache

    cache = TileCache(10_000)
    for n in range(100):
        cache.put(n, b"x" * 1_000)
        cache.get(0)
        assert cache.size <= 10_000
    assert cache.get(0) == b"x" * 1_000  # the one that is asked for stays
    assert cache.get(50) is None
    assert len(cache) == 7
    cache.put("large", b"x" * 20_000)
    assert cache.get("large") is None
