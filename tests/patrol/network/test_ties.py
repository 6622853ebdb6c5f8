"""Links and the cells, zones and keepers that they belong to."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.ties import keepers, link_cells, link_groups, shapes_in_metres
from tests.patrol.network.drawn import ORIGIN, SRID, roads, town


def squares(side: float = 100.0, many: int = 3) -> np.ndarray:
    x0, y0 = ORIGIN
    return np.array(
        [
            shapely.box(x0 + side * x, y0 + side * y, x0 + side * (x + 1), y0 + side * (y + 1))
            for y in range(many)
            for x in range(many)
        ]
    )


def test_a_street_belongs_to_the_cells_that_it_faces() -> None:
    # Along the border of two rows, within one cell, and outside all.
    streets = build_streets(roads([(0, 100), (200, 100)], [(20, 50), (80, 50)], [(-300, 0), (-300, 90)]))
    ties = link_cells(streets, squares())
    said = {
        (int(streets.road[link]), int(cell)): metres
        for link, cell, metres in zip(ties.link, ties.area, ties.metres, strict=True)
    }
    want = {(0, 0): 50, (0, 1): 50, (0, 3): 50, (0, 4): 50, (1, 0): 60}
    assert said == pytest.approx(want, abs=0.01)
    assert streets.road[ties.link].tolist() == sorted(streets.road[ties.link].tolist())
    row = {int(road): k for k, road in enumerate(streets.road)}
    foremost = ties.foremost(len(streets))
    assert (foremost[row[1]], foremost[row[2]]) == (0, -1)


def test_metres_are_those_of_places_along_the_links() -> None:
    streets = build_streets(town(np.random.default_rng(5)))
    cells = squares(80, 7)
    ties = link_cells(streets, cells)
    total = np.bincount(ties.link, ties.metres, len(streets))
    assert (total <= streets.length_m + 1e-6).all()
    well_inside = shapely.contains(
        shapely.box(*(shapely.total_bounds(cells) + np.array([45, 45, -45, -45]))), streets.lines
    )
    assert well_inside.any()
    np.testing.assert_allclose(total[well_inside], streets.length_m[well_inside])
    # A link that keeps 40 m within one cell belongs to it alone.
    for k in np.flatnonzero(well_inside):
        for cell in ties.area[ties.link == k]:
            assert shapely.distance(streets.lines[k], cells[cell]) <= 40.01


def test_zones_are_sums_of_their_cells() -> None:
    streets = build_streets(town(np.random.default_rng(6)))
    ties = link_cells(streets, squares(100, 4))
    zones = [[0, 1, 4, 5], [2, 3, 6, 7], [], [5, 6]]
    found = link_groups(ties, zones)
    for number, zone in enumerate(zones):
        mine = found.area == number
        want = np.bincount(ties.link, ties.metres * np.isin(ties.area, zone), len(streets))
        np.testing.assert_allclose(np.bincount(found.link[mine], found.metres[mine], len(streets)), want)
    assert len(link_groups(ties, [])) == 0


def test_keepers_are_units_where_they_are_known() -> None:
    given = roads([(0, 0), (100, 0)], [(0, 50), (100, 50)], [(0, 90), (100, 90)])
    given.keepers[:2] = "市政公司", "环卫所"
    given.keeper_codes[0] = "U1"
    streets = build_streets(given)
    assert dict(zip(streets.road.tolist(), keepers(streets).tolist(), strict=True)) == {
        0: "U1",
        1: "环卫所",
        2: None,
    }


def test_cells_in_another_system_are_brought_into_that_of_the_streets() -> None:
    streets = build_streets(roads([(0, 50), (100, 50)]))
    here = squares(100, 1)
    np.testing.assert_allclose(
        shapely.get_coordinates(
            shapes_in_metres(streets, shapely.transform(here, lambda xy: xy * 1000), SRID)
        ),
        shapely.get_coordinates(here),
    )
    from gridsvc.geography.projection import to_degrees, to_millimetres

    there = shapely.transform(
        here,
        lambda xy: np.stack(
            to_millimetres(4546, *to_degrees(SRID, *np.rint(xy.T * 1000).astype(np.int64))), axis=1
        ),
    )
    found = shapely.get_coordinates(shapes_in_metres(streets, there, 4546))
    np.testing.assert_allclose(found, shapely.get_coordinates(here), atol=0.003)
    assert len(link_cells(streets, np.empty(0, object))) == 0
