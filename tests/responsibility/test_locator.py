"""Exactly one owner: the locator against the written rule in whole numbers and fractions."""

from __future__ import annotations

import math
import tracemalloc
from collections.abc import Iterable
from fractions import Fraction

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.responsibility.locator import Location, Locator
from tests.responsibility.partitions import Geometries, any_cells, drawn, merged, meshes, moved, partitions
from tests.responsibility.rule import Judge, Point, cell_of, edges_of, touches

SNAP = 30_000

thorough = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def located(locator: Locator, places: Iterable[Point]) -> Location:
    xy = np.array(list(places), np.int64).reshape(-1, 2)
    return locator.locate(xy[:, 0], xy[:, 1])


def vertices(cells: Geometries) -> list[Point]:
    xy = np.unique(shapely.get_coordinates(cells), axis=0)
    return [(int(x), int(y)) for x, y in xy]


def midpoints(cells: Geometries) -> list[Point]:
    """The middles of edges that are whole: both sums even."""
    return sorted(
        {
            ((a[0] + b[0]) // 2, (a[1] + b[1]) // 2)
            for geometry in cells
            for a, b in edges_of(cell_of(geometry))
            if (a[0] + b[0]) % 2 == 0 and (a[1] + b[1]) % 2 == 0
        }
    )


def one_millimetre_off(places: Iterable[Point]) -> list[Point]:
    return sorted({(x + dx, y + dy) for x, y in places for dx in (-1, 0, 1) for dy in (-1, 0, 1)})


def random_places(cells: Geometries, count: int, seed: int, beyond: int = 40_000) -> list[Point]:
    random = np.random.default_rng(seed)
    x0, y0, x1, y1 = shapely.total_bounds(cells).astype(np.int64)
    x = random.integers(x0 - beyond, x1 + beyond + 1, count)
    y = random.integers(y0 - beyond, y1 + beyond + 1, count)
    return list(zip(x.tolist(), y.tolist(), strict=True))


def some(places: list[Point], count: int, seed: int) -> list[Point]:
    if len(places) <= count:
        return places
    chosen = np.random.default_rng(seed).choice(len(places), count, replace=False)
    return [places[k] for k in chosen]


def check(cells: Geometries, places: list[Point], *, overlapping: bool = False) -> None:
    judge = Judge([cell_of(geometry) for geometry in cells], SNAP)
    found = located(Locator(cells, snap_mm=SNAP), places)
    for k, place in enumerate(places):
        expected = judge(*place)
        # Among equally near ones the lowest code, as far as floating point knows that they are.
        assert found.cell[k] in expected.owners, place
        assert found.on_boundary[k] == expected.on_boundary, place
        # Where cells overlap, a place on the rings of several at once may be called outer and lie inside.
        if not overlapping or sum(touches(judge.cells[near], *place) for near in judge.near(*place)) < 2:
            assert found.on_outer_boundary[k] == expected.on_outer, place
        assert found.snapped_mm[k] == pytest.approx(expected.snapped_mm, abs=1e-5, nan_ok=True), place


@thorough
@given(partitions(), st.integers(0, 2**32 - 1))
def test_every_place_of_a_partition_follows_the_written_rule(cells: Geometries, seed: int) -> None:
    corners = some(vertices(cells), 40, seed)
    middles = some(midpoints(cells), 40, seed)
    check(
        cells,
        [
            *corners,
            *middles,
            *some(one_millimetre_off([*corners[:10], *middles[:10]]), 90, seed),
            *random_places(cells, 40, seed),
        ],
    )


@thorough
@given(any_cells(), st.integers(0, 2**32 - 1))
def test_overlapping_cells_follow_the_written_rule(cells: Geometries, seed: int) -> None:
    corners = some(vertices(cells), 25, seed)
    near = some(one_millimetre_off([*corners, *some(midpoints(cells), 20, seed)]), 80, seed)
    check(cells, [*near, *random_places(cells, 30, seed, beyond=35_000)], overlapping=True)


@thorough
@given(partitions())
def test_exactly_one_owner_on_every_vertex_and_edge_middle(cells: Geometries) -> None:
    places = [*vertices(cells), *midpoints(cells)]
    found = located(Locator(cells, snap_mm=SNAP), places)
    assert (found.cell >= 0).all()
    assert found.on_boundary.all()
    assert np.isnan(found.snapped_mm).all()
    # The owner is one of those that touch the place.
    owner = cells[found.cell]
    assert shapely.intersects(owner, shapely.points(np.array(places, float))).all()


@thorough
@given(meshes(6), st.integers(0, 2**32 - 1))
def test_a_millimetre_left_and_right_of_an_edge_belongs_to_its_two_sides(
    cells: Geometries, seed: int
) -> None:
    cells = np.asarray(shapely.transform(cells, lambda xy: xy * 2))  # every middle is whole
    owners: dict[tuple[Point, Point], int] = {}
    for number, geometry in enumerate(shapely.orient_polygons(cells)):
        for a, b in edges_of(cell_of(geometry)):
            owners[a, b] = number  # the cell lies to the left of a → b
    locator = Locator(cells, snap_mm=0)
    for a, b in some_edges(list(owners), 40, seed):
        x, y = (a[0] + b[0]) // 2, (a[1] + b[1]) // 2
        if a[1] == b[1] or not alone(x, y, [edge for edge in owners if edge not in ((a, b), (b, a))]):
            continue
        west, on, east = located(locator, [(x - 1, y), (x, y), (x + 1, y)]).cell
        left, right = owners[a, b], owners.get((b, a), -1)
        assert (west, east) == ((left, right) if b[1] > a[1] else (right, left)), (a, b)
        assert on == (east if east >= 0 else west)


def some_edges(edges: list[tuple[Point, Point]], count: int, seed: int) -> list[tuple[Point, Point]]:
    if len(edges) <= count:
        return edges
    return [edges[k] for k in np.random.default_rng(seed).choice(len(edges), count, replace=False)]


def alone(x: int, y: int, others: Iterable[tuple[Point, Point]]) -> bool:
    """Whether none of the other edges comes within a millimetre east or west of a place."""
    for (x0, y0), (x1, y1) in others:
        if not min(y0, y1) <= y <= max(y0, y1):
            continue
        at = {x0, x1} if y0 == y1 else {x0 + Fraction((y - y0) * (x1 - x0), y1 - y0)}
        if min(at) <= x + 1 and max(at) >= x - 1:
            return False
    return True


@thorough
@given(partitions(), st.randoms(use_true_random=False), st.integers(-(10**10), 10**10), st.integers(0, 99))
def test_neither_order_nor_ring_start_nor_translation_changes_an_owner(
    cells: Geometries, random: object, shift: int, seed: int
) -> None:
    places = [*some(vertices(cells), 40, seed), *some(midpoints(cells), 40, seed)]
    places += random_places(cells, 60, seed)
    before = located(Locator(cells, snap_mm=SNAP), places)

    # The same order of codes: the geometry alone is written differently.
    turned = np.array([_turned(geometry, random) for geometry in cells], object)
    after = located(Locator(turned, snap_mm=SNAP), places)
    _same(before, after)

    by = np.array([shift, -shift // 3])
    shifted = np.asarray(shapely.transform(cells, lambda xy: xy + by))
    _same(before, located(Locator(shifted, snap_mm=SNAP), np.array(places) + by))

    # Another order of codes: every place that the half-open rule decides keeps its owner.
    order = np.random.default_rng(seed).permutation(len(cells))
    after = located(Locator(cells[order], snap_mm=SNAP), places)
    inner = (before.cell >= 0) & ~before.on_outer_boundary & np.isnan(before.snapped_mm)
    assert (order[after.cell[inner]] == before.cell[inner]).all()
    assert (after.on_boundary == before.on_boundary).all()
    assert (after.on_outer_boundary == before.on_outer_boundary).all()
    assert ((after.cell < 0) == (before.cell < 0)).all()


def _same(a: Location, b: Location) -> None:
    assert (a.cell == b.cell).all()
    assert (a.on_boundary == b.on_boundary).all()
    assert (a.on_outer_boundary == b.on_outer_boundary).all()
    np.testing.assert_allclose(a.snapped_mm, b.snapped_mm, atol=1e-4)


def _turned(geometry: object, random: object) -> object:
    """The same cell: parts in another order, rings begun elsewhere and run the other way."""

    def ring(coords: list[tuple[float, float]]) -> list[tuple[float, float]]:
        open_ring = list(coords)[:-1]
        start = random.randrange(len(open_ring))  # type: ignore[attr-defined]
        open_ring = open_ring[start:] + open_ring[:start]
        if random.random() < 0.5:  # type: ignore[attr-defined]
            open_ring.reverse()
        return open_ring

    parts = [
        shapely.Polygon(ring(part.exterior.coords), [ring(hole.coords) for hole in part.interiors])
        for part in shapely.get_parts(geometry)
    ]
    random.shuffle(parts)  # type: ignore[attr-defined]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


@thorough
@given(partitions(), st.integers(0, 2**32 - 1))
def test_snapping_measures_as_geos_does(cells: Geometries, seed: int) -> None:
    places = random_places(cells, 400, seed, beyond=45_000)
    found = located(Locator(cells, snap_mm=SNAP), places)
    distance = shapely.distance(cells[:, None], shapely.points(np.array(places, float))[None, :]).min(axis=0)
    outside = distance > 0
    reached = outside & (distance <= SNAP)
    assert (np.isfinite(found.snapped_mm) == reached).all()
    np.testing.assert_allclose(found.snapped_mm[reached], distance[reached], atol=1e-6, rtol=1e-12)
    assert (found.cell[outside & ~reached] == -1).all()
    assert (found.cell[reached] >= 0).all()


@pytest.mark.parametrize("snap", [0, 1, 30_000, 250_000])
def test_the_reach_of_snapping_includes_its_end(snap: int) -> None:
    locator = Locator(np.array([shapely.box(0, 0, 50_000, 50_000)], object), snap_mm=snap)
    found = located(locator, [(50_000 + snap, 25_000), (50_001 + snap, 25_000), (-snap, 0), (-snap - 1, 0)])
    assert found.cell.tolist() == [0, -1, 0, -1]
    expected = [snap, math.nan, snap, math.nan] if snap else [math.nan] * 4
    np.testing.assert_array_equal(found.snapped_mm, expected)


def test_far_negative_and_huge_places_lie_nowhere() -> None:
    locator = Locator(np.array([shapely.box(0, 0, 9, 9)], object), snap_mm=SNAP)
    far = [(10**12, 10**12), (-(10**12), 5), (5, -(10**12)), (10**12, -(10**12)), (2**40, 0), (0, -(2**40))]
    found = located(locator, far)
    assert (found.cell == -1).all()
    assert not found.on_boundary.any()
    assert not found.on_outer_boundary.any()
    assert np.isnan(found.snapped_mm).all()


def test_no_places_at_all() -> None:
    found = located(Locator(np.array([shapely.box(0, 0, 9, 9)], object), snap_mm=SNAP), [])
    assert len(found.cell) == len(found.on_boundary) == len(found.snapped_mm) == 0


def test_a_state_of_a_thousand_kilometres() -> None:
    """Buckets grow far beyond four metres; edges of 1,000 km leave products within 63 bits."""
    million = 1_000_000_000
    cells = np.array(
        [
            shapely.Polygon([(0, 0), (million, 0), (million, 3), (7, million)]),
            shapely.Polygon([(million, 3), (million, million), (7, million)]),
        ],
        object,
    )
    diagonal = [(million - k * (million - 7) // 7, 3 + k * (million - 3) // 7) for k in range(8)]
    check(cells, [*vertices(cells), *midpoints(cells), *one_millimetre_off(diagonal)])
    check(cells, random_places(cells, 500, 1))


def test_a_layer_beyond_exact_arithmetic_is_refused() -> None:
    """Never a wrong cell without a word: beyond 63 bits the rule cannot be computed."""
    side = 6 * 10**9
    with pytest.raises(InputRefused) as refused:
        Locator(np.array([shapely.box(0, 0, side, side)], object), snap_mm=SNAP)
    assert refused.value.code == "areas_too_large"


def test_two_hundred_cells() -> None:
    random = np.random.default_rng(5)
    xs = np.arange(0, 21 * 90_000, 90_000)
    ys = np.arange(0, 11 * 110_000, 110_000)
    x = xs[None, :] + random.integers(-30_000, 30_000, (11, 21))
    y = ys[:, None] + random.integers(-30_000, 30_000, (11, 21))
    cells = np.array(
        [
            shapely.Polygon([(x[a], y[a]) for a in ((j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i))])
            for j in range(10)
            for i in range(20)
        ],
        object,
    )
    check(cells, [*vertices(cells), *midpoints(cells), *random_places(cells, 600, 2)])


def test_a_shore_with_a_thousand_bends_needs_no_memory_for_all_of_them_at_once() -> None:
    """One row of buckets holds thousands of edges of one cell, and each place there meets them all."""
    teeth = 1_000
    xs = np.arange(2 * teeth + 1) * 500
    top = np.where(np.arange(2 * teeth + 1) % 2, 3_900, 200)
    comb = shapely.Polygon([*zip(xs, top, strict=True), (int(xs[-1]), -9_000), (0, -9_000)])
    random = np.random.default_rng(3)
    x, y = random.integers(0, int(xs[-1]) + 1, 15_000), random.integers(0, 4_096, 15_000)
    locator = Locator(np.array([comb], object), snap_mm=0)
    tracemalloc.start()
    found = locator.locate(x, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_000_000_000
    # All coordinates are below 2^24, so that floating point decides the boundary exactly, too.
    assert ((found.cell == 0) == shapely.intersects_xy(comb, x.astype(float), y.astype(float))).all()


PICTURES = {
    "four corners": (
        """
        A B
        C D
        """,
        {"1,1": "B", "1,2": "A", "0,1": "A", "2,1": "B", "1,0": "D", "0,0": "C", "2,2": "B", "0,2": "A"},
    ),
    "codes against the compass": (
        """
        D C
        B A
        """,
        {"1,1": "C", "2,2": "C", "1,2": "C", "2,1": "A", "2,0": "A", "1,0": "A", "0,1": "D"},
    ),
    "an island": (
        """
        A A A
        A B A
        A A A
        """,
        {"1,1": "B", "2,1": "A", "1,2": "A", "2,2": "A", "3,3": "A", "0,0": "A"},
    ),
    "a lake": (
        """
        A A B
        A . B
        C C C
        """,
        {"1,1": "A", "2,1": "B", "1,2": "A", "2,2": "B", "2,3": "A", "3,3": "B", "3,0": "C"},
    ),
    "a cell in two parts that touch in a corner": (
        """
        A B
        B A
        """,
        {"1,1": "B", "1,0": "A", "0,1": "A", "2,1": "A", "1,2": "A", "2,0": "A", "0,2": "A", "2,2": "B"},
    ),
    "a spiral": (
        """
        A A A A
        B B B A
        A A B A
        A B B A
        A A A A
        """,
        {"1,1": "B", "2,2": "B", "3,3": "A", "0,4": "A", "0,3": "B", "3,1": "A"},
    ),
}


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(name: str) -> None:
    picture, expected = PICTURES[name]
    letters, cells, corners = drawn(picture)
    found = located(Locator(cells, snap_mm=SNAP), [corners[at] for at in expected])
    assert [letters[k] for k in found.cell] == list(expected.values())
    assert found.on_boundary.all()
    check(cells, [*corners.values(), *midpoints(cells), *one_millimetre_off(corners.values())])


def test_the_open_outer_side_belongs_to_the_lowest_code_that_touches_it() -> None:
    letters, cells, corners = drawn(
        """
        . C A .
        B B B B
        """
    )
    found = located(Locator(cells, snap_mm=SNAP), [corners[at] for at in ("1,2", "2,2", "3,2", "3,1", "4,1")])
    assert [letters[k] for k in found.cell] == ["C", "A", "A", "A", "B"]
    assert found.on_outer_boundary.all()


def test_a_corner_on_a_neighbours_edge_is_no_outer_border() -> None:
    """Layers that nobody noded: the long side of one cell is the sides of two others."""
    cells = np.array(
        [shapely.box(0, 0, 100, 300), shapely.box(100, 0, 200, 150), shapely.box(100, 150, 200, 300)], object
    )
    found = located(Locator(cells, snap_mm=SNAP), [(100, 150), (100, 70), (100, 0), (100, 300)])
    assert found.cell.tolist() == [2, 1, 1, 0]
    assert found.on_outer_boundary.tolist() == [False, False, True, True]


def test_cells_published_twice_still_have_an_outer_border_and_snap() -> None:
    box = shapely.box(0, 0, 100_000, 100_000)
    found = located(
        Locator(np.array([box, box], object), snap_mm=SNAP),
        [(100_000, 5), (110_000, 5), (5, 5), (131_000, 5)],
    )
    assert found.cell.tolist() == [0, 0, 0, -1]
    assert found.on_outer_boundary.tolist() == [True, False, False, False]
    assert found.snapped_mm[1] == 10_000


def test_a_park_along_the_border_of_the_district_that_holds_it() -> None:
    """Both have the same edge on the same side: it stays an outer one."""
    cells = np.array([shapely.box(0, 0, 300, 300), shapely.box(200, 0, 300, 300)], object)
    found = located(Locator(cells, snap_mm=SNAP), [(300, 150), (310, 150), (200, 150)])
    assert found.cell.tolist() == [0, 0, 0]
    assert found.on_outer_boundary.tolist() == [True, False, False]


def test_a_vertex_given_twice_changes_nothing() -> None:
    """Snapping to millimetres can make two vertices one."""
    once = drawn("A B")[1]
    twice = np.array(
        [
            shapely.Polygon([(0, 0), (10_000, 0), (10_000, 0), (10_000, 10_000), (0, 10_000), (0, 10_000)]),
            shapely.Polygon([(10_000, 0), (20_000, 0), (20_000, 10_000), (10_000, 10_000), (10_000, 10_000)]),
        ],
        object,
    )
    places = one_millimetre_off([*vertices(once), *midpoints(once)])
    _same(
        located(Locator(once, snap_mm=SNAP), places),
        located(Locator(twice, snap_mm=SNAP), places),
    )
    # A doubled vertex in the middle of a shared edge is no outer border either.
    inner = np.array(
        [
            shapely.Polygon([(0, 0), (10, 0), (10, 5), (10, 5), (10, 10), (0, 10)]),
            shapely.Polygon([(10, 0), (20, 0), (20, 10), (10, 10), (10, 5)]),
        ],
        object,
    )
    assert not located(Locator(inner, snap_mm=SNAP), [(10, 5)]).on_outer_boundary[0]


def test_a_corner_that_only_touches_the_rim_shares_its_snapping() -> None:
    """The nearest point may be a vertex at which a cell has no outer edge: its code counts, too."""
    cells = merged(
        np.array(
            [
                shapely.Polygon([(0, 0), (10_000, 10_000), (-10_000, 10_000)]),  # touches the rim in (0, 0)
                shapely.Polygon([(0, 0), (10_000, 10_000), (10_000, 1_000)]),
                shapely.Polygon([(0, 0), (-10_000, 10_000), (-10_000, 1_000)]),
            ],
            object,
        ),
        [0, 1, 2],
    )
    found = located(Locator(cells, snap_mm=SNAP), [(0, -100)])
    assert found.cell.tolist() == [0]
    check(cells, [(0, -100), (0, -1), (0, 0), (50, -100)])


@settings(max_examples=40, deadline=None)
@given(st.one_of(moved(meshes(4)), any_cells()), st.integers(0, 99))
def test_a_batch_is_its_places_one_by_one(cells: Geometries, seed: int) -> None:
    places = [*vertices(cells)[:20], *random_places(cells, 60, seed)]
    locator = Locator(cells, snap_mm=SNAP)
    together = located(locator, places)
    for k, place in enumerate(places):
        alone = located(locator, [place])
        assert alone.cell[0] == together.cell[k]
        assert alone.on_boundary[0] == together.on_boundary[k]
        assert alone.on_outer_boundary[0] == together.on_outer_boundary[k]
        np.testing.assert_array_equal(alone.snapped_mm[0], together.snapped_mm[k])


@settings(max_examples=30, deadline=None)
@given(any_cells(), st.sampled_from([1, 7, 60]), st.integers(0, 99))
def test_built_in_narrow_bands_the_covering_is_the_same(cells: Geometries, pieces: int, seed: int) -> None:
    places = [*vertices(cells)[:40], *random_places(cells, 100, seed)]
    whole = located(Locator(cells, snap_mm=SNAP), places)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gridsvc.responsibility.covering._PIECES_AT_ONCE", pieces)
        banded = located(Locator(cells, snap_mm=SNAP), places)
    for name in ("cell", "on_boundary", "on_outer_boundary", "snapped_mm"):
        np.testing.assert_array_equal(getattr(banded, name), getattr(whole, name))


@settings(max_examples=30, deadline=None)
@given(moved(meshes(4)), st.integers(0, 99))
def test_the_nearest_cell_of_a_place_far_away(cells: Geometries, seed: int) -> None:
    judge = Judge([cell_of(geometry) for geometry in cells], 0)
    locator = Locator(cells, snap_mm=SNAP)
    for x, y in random_places(cells, 10, seed, beyond=10**9):
        if min(judge(x, y).owners) >= 0:
            continue
        squares = [float(shapely.distance(cell, shapely.Point(x, y))) for cell in cells]
        number, distance = locator.nearest(x, y)
        assert distance == pytest.approx(min(squares), rel=1e-12, abs=1e-6)
        assert squares[number] == pytest.approx(distance, rel=1e-12, abs=1e-6)
