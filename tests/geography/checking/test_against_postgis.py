"""PostGIS as the oracle of gaps and overlaps, on layers whose every cell was drawn by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sqlalchemy import Connection, text

from gridsvc.geography.checking import Limits
from gridsvc.geography.checking.layers import read_layer
from gridsvc.geography.profiles import code_profile
from tests.geography import paper
from tests.geography.checking.layers import report_on, write_layer

# m² between the cells inside the square in which all lie, and shared by pairs of them.
_ORACLE = text(
    "WITH cell AS (SELECT k, ST_GeomFromWKB(wkb) AS shape FROM unnest(:shapes) WITH ORDINALITY AS t(wkb, k))"
    " SELECT ST_Area(ST_Difference(ST_GeomFromWKB(:square), (SELECT ST_Union(shape) FROM cell))) / 1e6,"
    " (SELECT coalesce(sum(ST_Area(ST_Intersection(a.shape, b.shape))), 0) / 1e6"
    "  FROM cell a JOIN cell b ON a.k < b.k AND ST_Intersects(a.shape, b.shape))"
)


def careless(size: float, noise: Any) -> list[Any]:
    """A square of 4 × 4 cells; every cell has its own copy of the inner corners, up to `size` metres off."""
    cells = paper.jittered(4, 4, np.zeros((5, 5, 2)))
    drawn = []
    for cell, moved in zip(cells, noise, strict=True):
        corners = np.asarray(cell.exterior.coords)[:4]
        inner = (corners > 0).all(axis=1) & (corners < 400).all(axis=1)
        drawn.append(shapely.Polygon(corners + size * moved * inner[:, None]))
    return drawn


noises = arrays.arrays(np.float64, (16, 4, 2), elements=st.floats(-1, 1))

# One corner 6 m off opens a gap that ends in a point of the outer border on either side.
_APART = np.ones((16, 4, 2))
_APART[3, 1] = (-1, 1)


@example(size=3.0, noise=_APART)
@given(size=st.sampled_from([0.02, 0.3, 3.0]), noise=noises)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_gaps_and_overlaps_add_up_to_those_of_postgis(
    connection: Connection, tmp_path: Path, size: float, noise: Any
) -> None:
    (tmp_path / "cells.gpkg").unlink(missing_ok=True)
    file = write_layer(tmp_path, careless(size, noise))
    read = read_layer(
        file, level="cell", rules=code_profile("gbt"), code_column="code", srid=paper.SRID
    ).layer
    square = shapely.box(*shapely.total_bounds(read.geom_mm))
    gaps, overlaps = connection.execute(
        _ORACLE, {"shapes": shapely.to_wkb(read.geom_mm).tolist(), "square": shapely.to_wkb(square)}
    ).one()
    report = report_on(file, limits=Limits(least_m2=500))
    # What is no wider than two millimetres along 2.4 km of inner borders is rounding, and not reported.
    assert report.total_m2 == pytest.approx(square.area / 1e6 - gaps, abs=5.0)
    found = dict.fromkeys(("gap", "overlap"), 0.0)
    for each in report.findings:
        for kind in found:
            found[kind] += each.m2 if each.kind in (kind, f"sliver_{kind}", f"wide_{kind}") else 0.0
    assert found["gap"] == pytest.approx(gaps, abs=5.0)
    assert found["overlap"] == pytest.approx(overlaps, abs=5.0)
