"""Graffiti of San Francisco: real reports of another country, on a lattice, from import to picture.

`docs/images/san-francisco-graffiti.png` is what this test draws. The cases are the city's own, public domain
(PDDL): a random sample of 14,312 from 2008 to 2016. Neighbourhoods: see the folder's SOURCES.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from PIL import Image
from pyproj import Transformer

from tests.conftest import Run

SIDE_M = 300.0
SRID = 32610
GRAFFITI = "Graffiti Public Property,Graffiti Private Property"


def lattice_cells(tracts: Path) -> dict[str, Any]:
    """Return squares over the mainland of the city as GeoJSON, numbered from the south-west by rows."""
    to_metres = Transformer.from_crs(4326, SRID, always_xy=True)
    features = json.loads(tracts.read_text("utf-8"))["features"]
    land = shapely.union_all(
        [shapely.make_valid(shapely.geometry.shape(each["geometry"])) for each in features]
    )
    mainland = max(shapely.get_parts(land), key=lambda part: part.area)
    city = shapely.transform(mainland, lambda xy: np.column_stack(to_metres.transform(*xy.T)))
    west, south, east, north = city.bounds
    x, y = np.meshgrid(np.arange(west, east, SIDE_M), np.arange(south, north, SIDE_M))
    squares = shapely.box(x.ravel(), y.ravel(), x.ravel() + SIDE_M, y.ravel() + SIDE_M)
    kept = squares[shapely.area(shapely.intersection(squares, city)) >= 0.1 * SIDE_M**2]

    def degrees(metres: np.ndarray) -> np.ndarray:
        return np.round(np.column_stack(to_metres.transform(*metres.T, direction="INVERSE")), 9)

    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": f"SF{number:05d}"},
                "geometry": shapely.geometry.mapping(shapely.transform(square, degrees)),
            }
            for number, square in enumerate(kept, 1)
        ],
    }


@pytest.mark.long
@pytest.mark.timeout(900)
def test_graffiti_of_san_francisco(real_data: Path, database_url: str, run: Run, tmp_path: Path) -> None:
    env = {
        "GRIDSVC_DATABASE_URL": database_url,
        "GRIDSVC_TIME_ZONE": "America/Los_Angeles",
        "GRIDSVC_LANGUAGE": "en",
    }

    def done(*command: str | Path) -> str:
        outcome = run(*command, env=env)
        assert outcome.status == 0, outcome.stderr
        return outcome.stdout

    cells = tmp_path / "lattice.geojson"
    cells.write_text(json.dumps(lattice_cells(real_data / "sf_tracts_2010.geojson")), "utf-8")
    areas = real_data / "sf_neighborhoods_planning.geojson"
    free = ("--profile", "free", "--srid", str(SRID))
    done("area", "import", areas, "--level", "street", "--code", "name", "--name", "name", *free)
    done("area", "import", cells, "--level", "cell", "--code", "code", *free)
    done("case", "import", real_data / "sf311_cases.csv", "--time-zone", "America/Los_Angeles")

    picture = tmp_path / "san-francisco-graffiti.png"
    period = ("--from", "2008-07-01", "--to", "2016-01-27")
    told = json.loads(done("hotspot", "map", "--class", GRAFFITI, *period, "-o", picture, "--json"))
    assert told["reports"] == 1_375 + 1_072
    assert told["in_cells"] > 0.98 * told["reports"]
    assert told["synthetic"] is False
    assert told["hot_cells"] > 50
    assert sum(each["street"] is not None for each in told["counts"]) > 0.95 * len(told["counts"])
    # The Mission is where the city's own maps have it.
    assert any("Mission" in (each["street"] or "") for each in told["counts"][:10])
    with Image.open(picture) as drawn:
        assert min(drawn.size) > 1000


def test_the_lattice_covers_the_mainland(real_data: Path) -> None:
    found = lattice_cells(real_data / "sf_tracts_2010.geojson")["features"]
    assert len(found) * (SIDE_M / 1000) ** 2 == pytest.approx(121, rel=0.12)
