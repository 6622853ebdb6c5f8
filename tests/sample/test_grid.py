"""The grid of the sample: a partition, nested levels on shared vertices, codes by the rule."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.sample import SampleFiles
from gridsvc.sample.grid import FIRST_COMMUNITY, ROW_M, reading_order
from gridsvc.sample.names import STREETS
from tests.sample.conftest import Layer, read_layer


def edges(shapes: np.ndarray) -> Counter[tuple[tuple[int, int], ...]]:
    """Count every edge of the rings, in whole millimetres, whichever way it runs."""
    found: Counter[tuple[tuple[int, int], ...]] = Counter()
    for shape in shapes:
        for ring in (shape.exterior, *shape.interiors):
            points = [(int(x), int(y)) for x, y in ring.coords]
            found.update(tuple(sorted(pair)) for pair in pairwise(points))
    return found


def test_about_2300_cells_of_about_10000_square_metres(cells: Layer) -> None:
    area = shapely.area(cells.millimetres) / 1e6
    assert 2200 <= len(cells.rows) <= 2400
    assert 23.2e6 <= area.sum() <= 23.6e6
    assert 9_000 <= np.median(area) <= 11_000
    assert area.min() > 4_000
    compounds = area > 30_000
    assert 10 <= compounds.sum() <= 30
    assert area.max() < 100_000


def test_lies_in_beilins_place(district: Layer) -> None:
    assert district.rows == [{"code": "610103", "name": "碑林区"}]
    assert shapely.contains_xy(district.degrees[0], 108.955, 34.245)


def test_every_edge_inside_has_exactly_two_cells(cells: Layer, district: Layer) -> None:
    counted = edges(cells.millimetres)
    assert set(counted.values()) <= {1, 2}
    rim = {edge for edge, count in counted.items() if count == 1}
    assert rim == set(edges(district.millimetres))
    assert not district.millimetres[0].interiors


def test_cells_are_valid_and_their_areas_add_up_to_the_district(cells: Layer, district: Layer) -> None:
    assert shapely.is_valid(cells.millimetres).all()
    assert (shapely.get_type_id(cells.millimetres) == 3).all()
    # Twice the area of a polygon on whole numbers is a whole number; so the sum can be exact.
    twice = sum(round(2 * area) for area in shapely.area(cells.millimetres))
    assert abs(twice - 2 * shapely.area(district.millimetres[0])) <= 2 * 23e12 * 1e-15 * len(cells.rows)


def test_upper_levels_are_unions_of_cells_that_keep_every_vertex(
    cells: Layer, communities: Layer, streets: Layer, district: Layer
) -> None:
    for upper, digits in ((communities, 12), (streets, 9), (district, 6)):
        prefix = np.array([code[:digits] for code in cells.column("code")])
        for code, shape in zip(upper.column("code"), upper.millimetres, strict=True):
            counted = edges(cells.millimetres[prefix == code])
            assert {edge for edge, count in counted.items() if count == 1} == set(edges(np.array([shape])))


def test_every_area_is_in_one_piece_and_none_surrounds_another(communities: Layer, streets: Layer) -> None:
    for level in (communities, streets):
        assert (shapely.get_type_id(level.millimetres) == 3).all()
        assert not shapely.get_num_interior_rings(level.millimetres).any()


def test_codes_are_nested_and_parents_say_so(cells: Layer, communities: Layer, streets: Layer) -> None:
    assert [(row["code"], row["name"]) for row in streets.rows] == list(STREETS)
    for level, above, digits in ((cells, communities, 15), (communities, streets, 12)):
        known = set(above.column("code"))
        for row in level.rows:
            assert len(row["code"]) == digits
            assert row["code"].isdigit()
            assert row["parent_code"] == row["code"][: digits - 3]
            assert row["parent_code"] in known
        assert set(level.column("parent_code")) == known
    assert 90 <= len(communities.rows) <= 110
    assert len(set(communities.column("name"))) == len(communities.rows)


def test_numbers_run_without_holes_west_to_east_and_rows_north_to_south(
    cells: Layer, communities: Layer
) -> None:
    for level, first in ((cells, 1), (communities, FIRST_COMMUNITY)):
        centres = shapely.get_coordinates(shapely.centroid(level.millimetres)) / 1000
        parents = np.array(level.column("parent_code"))
        numbers = np.array([int(code[-3:]) for code in level.column("code")])
        for parent in np.unique(parents):
            here = parents == parent
            order = np.argsort(numbers[here])
            assert (numbers[here][order] == first + np.arange(here.sum())).all()
            x, y = centres[here][order].T
            row = np.floor((y.max() - y) / ROW_M)
            for k in range(len(x) - 1):
                assert (row[k], x[k]) < (row[k + 1], x[k + 1])


@given(
    st.lists(
        st.tuples(st.integers(-5000, 5000), st.integers(-5000, 5000)), min_size=1, max_size=40, unique=True
    )
)
def test_reading_order_takes_every_area_once_and_rows_downwards(points: list[tuple[int, int]]) -> None:
    centres = np.array(points, dtype=np.float64)
    order = reading_order(centres)
    assert sorted(order) == list(range(len(points)))
    assert centres[order[0], 1] > centres[:, 1].max() - ROW_M
    rows = np.floor((centres[:, 1].max() - centres[order, 1]) / ROW_M)
    assert (np.diff(rows) >= 0).all()


def test_roads_meet_at_shared_nodes_and_follow_the_cells(files: SampleFiles, cells: Layer) -> None:
    roads = read_layer(files.roads)
    ends: dict[int, tuple[float, ...]] = {}
    for row, line in zip(roads.rows, roads.millimetres, strict=True):
        for node, point in ((row["from_node"], line.coords[0]), (row["to_node"], line.coords[-1])):
            assert ends.setdefault(node, point) == point
    assert len(set(ends.values())) == len(ends)
    corners = {tuple(point) for shape in cells.millimetres for point in shape.exterior.coords}
    inside = [tuple(p) for line in roads.millimetres for p in line.coords]
    assert np.mean([p in corners for p in inside]) > 0.95
