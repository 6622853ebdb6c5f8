"""Outlines that go into a tile rounded and not rebuilt: what ST_AsMVTGeom makes of every one is the oracle."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import mapbox_vector_tile
import numpy as np
import numpy.typing as npt
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import shape
from sqlalchemy import Connection, text

from gridsvc.features import find_layer, tile, tile_source
from gridsvc.features.tiling import CLEAR_STEPS, EXTENT, WORLD_M
from tests.features.conftest import NOW, Site

CENTRE = (108.97, 34.25)
STEP_AT_0 = 2 * WORLD_M / EXTENT


def star(rng: np.random.Generator, corners: int, least: float) -> npt.NDArray[np.float64]:
    """A ring about the origin that does not cross itself; its corners lie `least` to 1 from there."""
    angles = np.sort([*rng.uniform(0, 2 * np.pi, corners - 3).tolist(), 0.1, 2.2, 4.3])
    return np.stack([np.cos(angles), np.sin(angles)], axis=-1) * rng.uniform(least, 1, corners)[:, None]


@given(st.integers(0, 2**32), st.integers(3, 40), st.booleans())
def test_an_outline_clear_enough_stays_itself_when_rounded(seed: int, corners: int, holed: bool) -> None:
    rng = np.random.default_rng(seed)
    hole = [star(rng, corners, 0.1) * 0.2] if holed else []
    outline = shapely.Polygon(star(rng, corners, 0.5), hole)
    clearance = shapely.minimum_clearance(outline)
    if not outline.is_valid or clearance < 1e-6:
        return
    grown = shapely.transform(outline, lambda at: at / clearance * CLEAR_STEPS * 1.000001 + rng.random(2))
    rounded = shapely.transform(grown, np.rint)
    assert rounded.is_valid
    assert shapely.is_ccw(rounded.exterior) == shapely.is_ccw(grown.exterior)


@pytest.fixture
def jagged(site: Site) -> Iterator[Connection]:
    """An edition of outlines of 2 to 300 m, coarse and fine, holed and in parts, wound either way."""
    rng = np.random.default_rng(11)
    outlines = []
    for _ in range(300):
        size = 2 * 150 ** rng.random() / 111_000
        corners = int(rng.integers(3, 40))
        middle = np.array(CENTRE) + rng.uniform(-0.02, 0.02, 2)
        ring = star(rng, corners, 0.5) * size + middle
        hole = [star(rng, corners, 0.1) * size * 0.2 + middle] if rng.random() < 0.3 else []
        parts = [shapely.Polygon(ring[:: rng.choice([-1, 1])], hole)]
        if rng.random() < 0.2:
            parts.append(shapely.Polygon(star(rng, corners, 0.5) * size + middle + 3 * size))
        outlines.append(shapely.MultiPolygon(parts))
    outlines = [each for each in outlines if each.is_valid]
    with site.engine.connect() as connection:
        edition = connection.execute(
            text(
                "INSERT INTO area_edition (name, level, profile, code_rules, srid, source, digest) VALUES"
                " ('jagged', 'community', 'free', '{\"name\": \"free\"}', 4545, 'test', 'jagged') RETURNING id"
            )
        ).scalar_one()
        connection.execute(
            text(
                "INSERT INTO area (edition_id, code, name, area_m2, geom, geom_mm) VALUES (:edition, :code, 'n', 1,"
                " ST_GeomFromWKB(:wkb, 4326), 'MULTIPOLYGON(((0 0,9 0,9 9,0 0)))')"
            ),
            [
                {"edition": edition, "code": str(n), "wkb": shapely.to_wkb(each)}
                for n, each in enumerate(outlines, 1)
            ],
        )
        yield connection
        connection.rollback()


# Made of every outline in the same way, valid and clipped.
ORACLE = (
    "SELECT ST_AsMVT(part, 'communities', 4096, 'shape') FROM (SELECT code, ST_AsMVTGeom(ST_Transform(geom,"
    " 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, TRUE) AS shape FROM area JOIN area_edition AS e"
    " ON e.id = edition_id WHERE e.name = 'jagged' AND ST_Transform(geom, 3857) &&"
    " ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096)) AS part"
)


def shapes(content: bytes) -> dict[str, Any]:
    if not content:
        return {}
    layer = mapbox_vector_tile.decode(content, default_options={"y_coord_down": True})["communities"]
    return {each["properties"]["code"]: shape(each["geometry"]) for each in layer["features"]}


def test_a_tile_is_what_rebuilding_every_outline_gives(jagged: Connection) -> None:
    source = tile_source(jagged, find_layer("communities"), NOW, "jagged")
    for z in range(10, 17):
        across = (CENTRE[0] + 180) / 360 * 2**z
        down = (1 - math.asinh(math.tan(math.radians(CENTRE[1]))) / math.pi) / 2 * 2**z
        for x, y in ((int(across) + dx, int(down) + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)):
            ours = shapes(tile(jagged, source, z, x, y))
            oracle = shapes(jagged.execute(text(ORACLE), {"z": z, "x": x, "y": y}).scalar_one() or b"")
            assert set(ours) == set(oracle)
            for code, outline in ours.items():
                assert outline.is_valid
                assert outline.equals(oracle[code])
                for part in shapely.get_parts(outline):
                    assert shapely.is_ccw(part.exterior)  # with y down: clockwise to the eye
                    assert not any(shapely.is_ccw(ring) for ring in part.interiors)


def test_most_outlines_are_rounded_at_high_zooms_and_few_at_low_ones(jagged: Connection) -> None:
    """The two ways are both taken by the test above."""
    share = [
        jagged.execute(
            text(
                "SELECT avg((web_clearance > :least)::int) FROM area JOIN area_edition AS e ON e.id = edition_id"
                " WHERE e.name = 'jagged'"
            ),
            {"least": CLEAR_STEPS * STEP_AT_0 / 2**z},
        ).scalar_one()
        for z in (10, 18)
    ]
    assert share[0] < 0.2 < 0.7 < share[1]
