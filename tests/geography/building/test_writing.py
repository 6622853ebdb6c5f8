"""A built grid as a file."""

from __future__ import annotations

from pathlib import Path

import geopandas
import pytest
import shapely
from pyproj import Geod

from gridsvc.geography.building import write_grid
from tests.geography.building.test_rule import built, sources


@pytest.mark.parametrize("suffix", ["gpkg", "geojson"])
def test_areas_are_on_the_spheroid(tmp_path: Path, suffix: str) -> None:
    grid = built(sources(shapely.box(0, 0, 600, 500)))
    write_grid(tmp_path / f"grid.{suffix}", grid)
    layer = {"layer": "cell"} if suffix == "gpkg" else {}
    frame = geopandas.read_file(tmp_path / f"grid.{suffix}", **layer)
    sizes = [abs(Geod(ellps="WGS84").geometry_area_perimeter(shape)[0]) for shape in frame.geometry]
    assert frame["area_m2"].tolist() == pytest.approx(sizes, abs=0.06)
    plane = shapely.area(grid.levels["district"].shapes)[0] / 1e6
    assert abs(plane - sum(frame[frame["code"].str.len() == 15]["area_m2"])) > 30
