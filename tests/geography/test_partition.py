"""A partition drawn in degrees stays one on whole millimetres; what is none is found and mended."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from gridsvc.geography.coverage import find_gaps, find_overlaps, partition
from gridsvc.geography.millimetres import in_millimetres
from gridsvc.geography.rings import Rings, multipolygons
from gridsvc.geography.welding import weld
from tests.geography import paper

shifts = arrays.arrays(np.float64, (4, 4, 2), elements=st.floats(-24, 24))


def _array(shapes: Any) -> Any:
    return np.array(shapes, dtype=object)


def _lattice(shapes: Any) -> Any:
    """Drawn shapes (metres) as the import makes them: degrees, welded, whole millimetres."""
    rings = Rings.of(_array(paper.degrees(shapes)))
    return in_millimetres(weld(rings, (91_900_000.0, 111_320_000.0)), paper.SRID)[0]


def _doubled_area(shape: Any) -> int:
    """Twice the area in mm², exactly."""
    total = 0
    for part in shape.geoms:
        for ring, sign in ((part.exterior, 1), *((hole, -1) for hole in part.interiors)):
            points = [(int(x), int(y)) for x, y in ring.coords]
            assert [(Fraction(x), Fraction(y)) for x, y in ring.coords] == points
            turned = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(points))
            total += sign * abs(turned)
    return total


def _assert_partition(shapes: Any) -> None:
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)
    whole = shapely.coverage_union_all(shapes)
    assert sum(map(_doubled_area, shapes)) == _doubled_area(shapely.MultiPolygon(shapely.get_parts(whole)))


@given(shifts=shifts)
@settings(max_examples=60)
def test_a_jittered_grid_stays_a_partition(shifts: Any) -> None:
    shapes = _lattice(paper.jittered(3, 3, shifts))
    _assert_partition(shapes)
    assert find_gaps(shapes) == ()
    assert find_overlaps(shapes) == ()


@given(shifts=shifts, share=st.floats(0.01, 0.99), column=st.integers(0, 2), row=st.integers(0, 1))
@settings(max_examples=60)
def test_t_junctions_open_no_gap(shifts: Any, share: float, column: int, row: int) -> None:
    """One cell is cut in two by a line whose ends its neighbours know nothing of."""
    cells = paper.jittered(3, 3, shifts)
    chosen = column * 3 + row
    a, b, c, d = cells[chosen].exterior.coords[:4]

    def between(p: tuple[float, ...], q: tuple[float, ...]) -> tuple[float, float]:
        return (p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1]))

    left, right = between(d, a), between(c, b)
    halves = [shapely.Polygon([a, b, right, left]), shapely.Polygon([left, right, c, d])]
    shapes = _lattice([*cells[:chosen], *halves, *cells[chosen + 1 :]])
    _assert_partition(shapes)
    assert len(shapely.get_parts(shapely.coverage_union_all(shapes))) == 1
    assert find_gaps(shapes) == ()


@given(
    shifts=shifts,
    noise=arrays.arrays(np.float64, (9, 4, 2), elements=st.floats(-0.0004, 0.0004)),
)
@settings(max_examples=60)
def test_borders_that_differ_by_less_than_a_millimetre_are_one(shifts: Any, noise: Any) -> None:
    """Each cell has its own copy of its corners, up to 0.4 mm off."""
    cells = paper.jittered(3, 3, shifts)
    loose = [
        shapely.Polygon(np.asarray(cell.exterior.coords)[:4] + moved)
        for cell, moved in zip(cells, noise, strict=True)
    ]
    shapes = _lattice(loose)
    _assert_partition(shapes)
    assert find_gaps(shapes) == ()
    assert len(np.unique(shapely.get_coordinates(shapes), axis=0)) == 16


@given(shifts=shifts, order=st.permutations(range(9)), start=st.integers(0, 3), turned=st.booleans())
@settings(max_examples=40)
def test_order_of_areas_and_start_of_rings_do_not_matter(
    shifts: Any, order: list[int], start: int, turned: bool
) -> None:
    cells = paper.jittered(3, 3, shifts)
    redrawn = []
    for cell in cells:
        corners = np.roll(np.asarray(cell.exterior.coords)[:4], start, axis=0)
        redrawn.append(shapely.Polygon(corners[::-1] if turned else corners))
    plain = _lattice(cells)
    mixed = _lattice([redrawn[k] for k in order])
    for place, k in enumerate(order):
        assert shapely.equals_exact(plain[k], mixed[place])


@given(shifts=shifts, grown=st.floats(0.01, 20), which=st.integers(0, 8))
@settings(max_examples=40)
def test_an_overlap_goes_to_the_lower_and_leaves_a_partition(shifts: Any, grown: float, which: int) -> None:
    cells = paper.jittered(3, 3, shifts)
    cells[which] = shapely.buffer(cells[which], grown, join_style="mitre")
    shapes = _lattice(cells)
    before = shapely.union_all(shapes)
    found = partition(shapes, mend_gaps=False)
    _assert_partition(found.geometries)
    assert {overlap.second for overlap in found.overlaps} | {overlap.first for overlap in found.overlaps} >= {
        which
    }
    assert abs(shapely.union_all(found.geometries).area - before.area) < 2.0 * before.length
    for overlap in found.overlaps:
        place = shapely.Point(overlap.x, overlap.y)
        assert shapes[overlap.first].intersects(place)
        assert shapes[overlap.second].intersects(place)
        exact = shapely.intersection(shapes[overlap.first], shapes[overlap.second]).area / 1e6
        assert overlap.m2 == pytest.approx(exact, rel=0.02, abs=0.05)


@given(width=st.floats(0.004, 4.9))
@settings(max_examples=30)
def test_a_narrow_gap_is_found_and_closed(width: float) -> None:
    row = [
        paper.square(0, 0),
        paper.square(100 + width, 0),
        paper.square(0, 100, 300),
        paper.square(0, -50, 300, 50),
    ]
    shapes = _lattice(row)
    found = partition(shapes, mend_gaps=False)
    assert set(found.gaps[0].areas) >= {0, 1}
    assert found.gaps[0].m2 == pytest.approx(100 * width, rel=0.05, abs=0.05)
    assert shapely.equals(found.geometries, shapes).all()
    mended = partition(shapes, mend_gaps=True)
    _assert_partition(mended.geometries)
    assert find_gaps(mended.geometries) == ()
    assert sum(shapely.area(mended.geometries)) == pytest.approx(
        sum(shapely.area(shapes)) + sum(gap.m2 for gap in found.gaps) * 1e6, abs=1.0
    )


@given(
    shifts=shifts,
    noise=arrays.arrays(np.float64, (9, 4, 2), elements=st.floats(-1, 1)),
    size=st.sampled_from([0.001, 0.003, 0.01, 0.05, 0.3, 1.0]),
)
@settings(max_examples=40)
def test_any_careless_drawing_is_mended_to_a_partition(shifts: Any, noise: Any, size: float) -> None:
    """Every cell drawn by itself: overlaps and gaps along every border, from millimetres to metres."""
    cells = paper.jittered(3, 3, shifts)
    loose = [
        shapely.Polygon(np.asarray(cell.exterior.coords)[:4] + size * moved)
        for cell, moved in zip(cells, noise, strict=True)
    ]
    mended = partition(_lattice(loose), mend_gaps=True)
    _assert_partition(mended.geometries)
    assert [gap for gap in find_gaps(mended.geometries) if gap.mendable] == []
    for shape, cell in zip(mended.geometries, paper.projected(cells), strict=True):
        assert shape.area / 1e6 == pytest.approx(cell.area, abs=2 * size * cell.length + 0.2)


@given(depth=st.floats(0, 0.6), share=st.floats(0.2, 0.8))
@settings(max_examples=30)
def test_a_shallow_bay_of_the_outer_border_is_no_gap(depth: float, share: float) -> None:
    row = []
    for k in range(3):
        left, right = (depth if k > 0 else 0.0), (depth if k < 2 else 0.0)
        row.append(
            shapely.Polygon([(100 * k, left), (100 * k + 100, right), (100 * k + 100, 90), (100 * k, 90)])
        )
    bent = shapely.Polygon([(0, 90), (300, 90), (300, 180), (300 * share, 180 - depth), (0, 180)])
    shapes = _lattice([*row, bent])
    _assert_partition(shapes)
    assert find_gaps(shapes) == ()


def test_a_wide_gap_is_left() -> None:
    ring = [
        paper.square(0, 0, 300, 100),
        paper.square(0, 100, 100, 100),
        paper.square(200, 100, 100, 100),
        paper.square(0, 200, 300, 100),
    ]
    shapes = _lattice(ring)
    found = partition(shapes, mend_gaps=True)
    assert len(found.gaps) == 1
    assert not found.gaps[0].mendable
    assert found.gaps[0].m2 == pytest.approx(10_000, rel=0.001)
    assert shapely.equals(found.geometries, shapes).all()


def test_a_notch_open_to_the_outside_is_a_gap_between_two_areas_only() -> None:
    between_two = _lattice([paper.square(0, 0), paper.square(101, 0, 99), paper.square(0, 100, 200)])
    gaps = find_gaps(between_two)
    assert len(gaps) == 1
    assert gaps[0].m2 == pytest.approx(100, rel=0.01)
    slit = shapely.difference(paper.square(0, 0, 200), paper.square(100, 50, 1, 50))
    assert find_gaps(_lattice([slit, paper.square(0, -100, 200)])) == ()


def test_ground_between_areas_that_meet_in_points_only_is_enclosed() -> None:
    corner = shapely.Polygon([(0, 0), (97, 3), (100, 100), (0, 100)])
    rest = shapely.Polygon([(0, 0), (0, -100), (200, -100), (200, 100), (100, 100), (103, 3)])
    shapes = _lattice([corner, rest])
    (gap,) = find_gaps(shapes)
    assert (gap.m2, sorted(gap.areas)) == (pytest.approx(300, rel=0.001), [0, 1])
    assert gap.mendable  # though it is 6 m wide at its knee
    mended = partition(shapes, mend_gaps=True).geometries
    _assert_partition(mended)
    assert find_gaps(mended) == ()
    around = [paper.square(100, 0), paper.square(0, 100), paper.square(200, 100), paper.square(100, 200)]
    (yard,) = find_gaps(_lattice(around))
    assert (yard.m2, sorted(yard.areas)) == (pytest.approx(10_000, rel=0.001), [0, 1, 2, 3])


def test_a_hole_in_one_area_is_no_gap_but_ground_around_an_enclave_is() -> None:
    lake = shapely.difference(paper.square(0, 0, 300, 300), paper.square(50, 50, 200, 200))
    assert find_gaps(_lattice([lake, paper.square(300, 0)])) == ()
    filled = _lattice([lake, paper.square(50, 50, 200, 200)])
    _assert_partition(filled)
    assert find_gaps(filled) == ()
    around = find_gaps(_lattice([lake, paper.square(100, 100, 50, 50)]))
    assert [gap.areas for gap in around] == [(0, 1)]
    assert around[0].m2 == pytest.approx(200 * 200 - 50 * 50, rel=0.001)


def test_an_area_under_a_lower_one_has_no_ground() -> None:
    shapes = _lattice([paper.square(0, 0), paper.square(10, 10, 20, 20)])
    found = partition(shapes, mend_gaps=False)
    assert list(shapely.is_empty(found.geometries)) == [False, True]
    assert found.overlaps[0].m2 == pytest.approx(400, rel=0.001)


def test_what_rounding_breaks_is_mended_on_the_lattice() -> None:
    """A neck 0.2 mm wide, spikes and slivers: valid in degrees, not after rounding."""
    hourglass = shapely.Polygon([(0, 0), (100, 0), (50.0001, 50), (100, 100), (0, 100), (49.9999, 50)])
    spike = shapely.Polygon(
        [(200, 0), (300, 0), (300, 100), (250.0001, 100), (250, 150), (249.9999, 100), (200, 100)]
    )
    drawn = [hourglass, spike]
    assert shapely.is_valid(_array(drawn)).all()
    shapes = _lattice(drawn)
    assert shapely.is_valid(shapes).all()
    coordinates = shapely.get_coordinates(shapes)
    assert np.array_equal(coordinates, np.rint(coordinates))
    for shape, whole in zip(shapes, drawn, strict=True):
        assert shape.area / 1e6 == pytest.approx(whole.area, abs=0.2)


def test_a_speck_comes_out_empty_and_shifts_nothing() -> None:
    shapes = _lattice([paper.square(0, 0), paper.square(500, 500, 0.0003, 0.0003), paper.square(100, 0)])
    assert list(shapely.is_empty(shapes)) == [False, True, False]
    _assert_partition(shapes[[0, 2]])


def test_multipolygons_keep_their_places() -> None:
    empty = shapely.MultiPolygon()
    made = multipolygons(
        _array([empty, paper.square(0, 0), empty, shapely.MultiPolygon([paper.square(9, 9)]), empty])
    )
    assert [len(shape.geoms) for shape in made] == [0, 1, 0, 1, 0]
    back = Rings.of(made).geometries()
    assert shapely.equals(made, back).all()


def test_an_area_within_another_and_one_that_reaches_across_a_corner_overlap() -> None:
    """No edge of the outer area, nor of the one across the corner, shows that anything is wrong with it."""
    within = _lattice([paper.square(0, 0), paper.square(100, 0), paper.square(10, 10, 20, 20)])
    assert [(found.first, found.second) for found in find_overlaps(within)] == [(0, 2)]
    block = [paper.square(100 * column, 100 * row) for row in range(3) for column in range(3)]
    block[4] = paper.square(97, 97, 106, 106)
    found = find_overlaps(_lattice(block))
    assert {each.first + each.second - 4 for each in found} == {0, 1, 2, 3, 5, 6, 7, 8}
    assert sum(each.m2 for each in found) == pytest.approx(106**2 - 100**2, rel=1e-3)
