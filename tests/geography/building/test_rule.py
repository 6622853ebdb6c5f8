"""Whatever the ground and the lines: an exact partition into single, sized, numbered cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography import import_areas
from gridsvc.geography.building import BuiltGrid, Sources, Wish, build_grid, write_grid
from gridsvc.geography.building.compounds import whole_compounds
from gridsvc.geography.building.following import KINDS, lengths_m
from gridsvc.geography.building.linework import flat
from gridsvc.geography.building.links import Roads
from gridsvc.geography.building.sources import GivenAreas
from gridsvc.geography.profiles import code_profile

EAST, NORTH = 587_000_000.0, 3_791_000_000.0


def place(shape: Any) -> Any:
    """Return a shape in metres as millimetres near Beilin, rounded."""
    return shapely.transform(shape, lambda xy: np.add(np.rint(xy * 1000.0), (EAST, NORTH)))


def sources(
    ground: Any,
    roads: list[Any] | None = None,
    *,
    one_way: bool = False,
    compounds: list[Any] | None = None,
    rivers: list[Any] | None = None,
    buildings: list[Any] | None = None,
    communities: list[tuple[str, Any]] | None = None,
) -> Sources:
    """Return sources as reading makes them; shapes in metres."""

    def placed(shapes: list[Any] | None) -> Any:
        return np.array([place(shape) for shape in shapes or []], dtype=object)

    lines = placed(roads)
    area = place(ground)
    given = communities or []
    return Sources(
        srid=4545,
        code="610103",
        name="试区",
        ground=area,
        exact=flat(shapely.boundary(np.array([area], dtype=object))),
        roads=Roads(lines, np.full(len(lines), one_way), len(lines), 0.0, {}),
        rivers=placed(rivers),
        walls=placed(None),
        compounds=whole_compounds(placed(compounds)),
        buildings=placed(buildings),
        communities=GivenAreas(placed([s for _, s in given]), [c for c, _ in given], [c for c, _ in given])
        if given
        else None,
        files={},
    )


def built(given: Sources, **options: Any) -> BuiltGrid:
    grid = build_grid(given, code_profile("gbt"), **options)
    cells = grid.cells.shapes
    assert shapely.coverage_is_valid(cells)
    assert shapely.is_valid(cells).all()
    assert set(shapely.get_type_id(cells)) == {shapely.GeometryType.POLYGON}
    assert shapely.symmetric_difference(shapely.union_all(cells), given.ground).area / 1e6 < 0.01
    assert shapely.area(cells).sum() == pytest.approx(given.ground.area, abs=1e4)
    one, other = shapely.STRtree(cells).query(cells, predicate="overlaps")
    assert shapely.area(shapely.intersection(cells[one], cells[other])).sum() < 1e3
    assert len(set(grid.cells.codes)) == len(cells)
    if len(given.compounds):
        inner = shapely.buffer(given.compounds, -2.0)
        inside = shapely.STRtree(cells).query(inner, predicate="intersects")[0]
        assert np.bincount(inside, minlength=len(inner)).max() == 1
    return grid


def areas(grid: BuiltGrid) -> Any:
    return shapely.area(grid.cells.shapes) / 1e6


numbers = st.integers(-1200, 1200)
segments = st.tuples(numbers, numbers, numbers, numbers).filter(lambda s: s[:2] != s[2:])


@st.composite
def grounds(draw: st.DrawFn) -> Any:
    """A star-shaped polygon of 10 to 400 ha, sometimes with a hole or a second part."""
    count = draw(st.integers(3, 9))
    radii = draw(st.lists(st.integers(250, 1000), min_size=count, max_size=count))
    turns = np.sort(draw(st.lists(st.integers(0, 359), min_size=count, max_size=count, unique=True)))
    turns = (turns + np.arange(count) * 0.0) * np.pi / 180
    ring = np.column_stack([radii * np.cos(turns), radii * np.sin(turns)])
    shape = shapely.buffer(shapely.Polygon(ring), 60, quad_segs=2)
    if draw(st.booleans()):
        shape = shape.difference(shapely.box(-90, -80, 60, 110))
    if draw(st.booleans()):
        shape = shape.union(shapely.box(1300, 0, 1600, 350))
    return shape


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ground=grounds(),
    lines=st.lists(segments, max_size=12),
    corners=st.lists(st.tuples(numbers, numbers, st.integers(40, 260), st.integers(40, 200)), max_size=5),
    one_way=st.booleans(),
)
def test_any_ground_becomes_a_partition(
    ground: Any, lines: list[Any], corners: list[Any], one_way: bool
) -> None:
    roads = [shapely.LineString([line[:2], line[2:]]) for line in lines]
    compounds = [shapely.box(x, y, x + w, y + h).intersection(ground) for x, y, w, h in corners]
    compounds = [shape for shape in compounds if shape.geom_type == "Polygon" and shape.area > 500]
    given = sources(ground, roads, one_way=one_way, compounds=compounds)
    grid = built(given)
    area = areas(grid)
    # Only compounds are larger; only what no neighbour can take in is smaller.
    assert area[grid.cell_compound < 0].max() <= 30_000
    assert np.mean(area >= 3_000) > 0.9 or len(area) < 20


def test_plain_ground_is_cut_into_near_squares() -> None:
    grid = built(sources(shapely.box(0, 0, 1000, 600)))
    area = areas(grid)
    assert 58 <= len(area) <= 62
    assert np.median(area) == pytest.approx(10_000, rel=0.01)
    assert area.min() > 6_000
    assert area.max() < 14_000
    lengths = lengths_m(grid.sides, grid.follows)
    assert lengths["road"] == 0
    assert lengths["boundary"] == pytest.approx(3200, abs=0.1)


def test_dual_carriageway_is_one_border_in_its_middle() -> None:
    """Two one-way links 24 m apart, drawn against each other: nothing is left between them."""
    roads = [shapely.LineString([(-50, 288), (1050, 288)]), shapely.LineString([(1050, 312), (-50, 312)])]
    grid = built(sources(shapely.box(0, 0, 1000, 600), roads, one_way=True))
    on_road = grid.sides.edges[grid.follows == KINDS.index("road")]
    height = (on_road[:, :, 1] - NORTH) / 1000
    np.testing.assert_allclose(height, 300, atol=1.5)
    assert lengths_m(grid.sides, grid.follows)["road"] == pytest.approx(1000, rel=0.01)
    assert areas(grid).min() > 5_000
    assert built(sources(shapely.box(0, 0, 1000, 600), roads, one_way=False)).lines.roads.size > 1


def test_small_opening_is_closed_and_dead_end_prolonged() -> None:
    ground = shapely.box(0, 0, 1000, 600)
    through = shapely.LineString([(-50, 300), (1050, 300)])
    nearly = shapely.LineString([(400, -50), (400, 280)])
    ends = shapely.LineString([(700, 650), (700, 450)])
    grid = built(sources(ground, [through, nearly, ends]))
    lengths = lengths_m(grid.sides, grid.follows)
    assert lengths["road"] == pytest.approx(1000 + 300 + 150, rel=0.01)
    prolonged = grid.lines.prolonged
    assert shapely.length(prolonged).sum() / 1000 == pytest.approx(150, abs=1)
    west, _, east, _ = shapely.total_bounds(prolonged) / 1000 - EAST / 1000
    assert (west, east) == pytest.approx((700, 700), abs=0.5)
    # A border runs along all of it, though the file has no road there.
    crossing = shapely.intersects(grid.cells.shapes, place(shapely.LineString([(699.5, 320), (700.5, 320)])))
    assert crossing.sum() == 2


def test_road_beside_the_border_makes_no_sliver() -> None:
    grid = built(sources(shapely.box(0, 0, 1000, 600), [shapely.LineString([(-9, 12), (1009, 12)])]))
    assert lengths_m(grid.sides, grid.follows)["road"] == 0
    assert areas(grid).min() > 6_000


def test_compounds_overlapping_are_one_and_road_ends_at_their_wall() -> None:
    compounds = [
        shapely.box(300, 200, 420, 320),
        shapely.box(400, 220, 480, 300),
        shapely.box(480, 220, 600, 320),
    ]
    road = shapely.LineString([(-50, 260), (1050, 260)])
    given = sources(shapely.box(0, 0, 1000, 600), [road], compounds=compounds)
    assert len(given.compounds) == 2
    grid = built(given)
    assert sorted(set(grid.cell_compound.tolist())) == [-1, 0, 1]
    lengths = lengths_m(grid.sides, grid.follows)
    assert lengths["road"] == pytest.approx(1000 - 300, rel=0.01)
    assert lengths["compound"] > 500


def test_large_compound_is_kept_whole_and_told() -> None:
    grid = built(sources(shapely.box(0, 0, 1000, 600), compounds=[shapely.box(200, 100, 700, 400)]))
    assert [fault.code for fault in grid.doubts] == ["cell_too_large"]
    assert areas(grid).max() == pytest.approx(150_000, rel=1e-6)


def test_cuts_go_round_buildings() -> None:
    buildings = [
        shapely.box(x + 35, y + 35, x + 65, y + 65) for x in range(50, 950, 100) for y in (50, 150, 250)
    ]
    ground = shapely.box(0, 0, 1000, 400)
    free, kept = (built(sources(ground, buildings=given)) for given in (None, buildings))
    houses = place(shapely.multipolygons(buildings))

    def through(grid: BuiltGrid) -> float:
        rims = shapely.union_all(shapely.boundary(grid.cells.shapes))
        return float(shapely.intersection(rims, shapely.buffer(houses, -1.0)).length) / 1000

    assert through(kept) < 0.2 * through(free)


def test_given_communities_are_kept_to_the_millimetre() -> None:
    west, east = shapely.box(0, 0, 433, 600), shapely.box(433, 0, 1000, 600)
    road = shapely.LineString([(-50, 300), (1050, 300)])
    grid = built(
        sources(
            shapely.box(0, 0, 1000, 600), [road], communities=[("610103002005", east), ("610103001002", west)]
        )
    )
    assert grid.placeholders == ()
    assert grid.levels["street"].codes == ["610103001", "610103002"]
    assert grid.levels["community"].codes == ["610103001002", "610103002005"]
    for shape, wanted in zip(grid.levels["community"].shapes, (west, east), strict=True):
        assert shapely.symmetric_difference(shape, place(wanted)).area < 1e3
    assert not any("占位" in name for level in grid.levels.values() for name in level.names)
    assert lengths_m(grid.sides, grid.follows)["parent"] == pytest.approx(600, abs=0.1)


def test_river_is_a_border() -> None:
    river = shapely.LineString([(-10, 100), (500, 220), (1010, 130)])
    grid = built(sources(shapely.box(0, 0, 1000, 600), rivers=[river]))
    assert lengths_m(grid.sides, grid.follows)["river"] == pytest.approx(
        river.intersection(shapely.box(0, 0, 1000, 600)).length, rel=0.01
    )


@pytest.mark.parametrize("wish", [Wish(10_000, 9_000, 30_000), Wish(10_000, 3_000, 9_000), Wish(0, 0, 0)])
def test_sizes_in_no_order_are_refused(wish: Wish) -> None:
    with pytest.raises(InputRefused) as refused:
        built(sources(shapely.box(0, 0, 1000, 600)), wish=wish)
    assert refused.value.code == "bad_sizes"


def test_more_cells_than_numbers_are_refused() -> None:
    ground = shapely.box(0, 0, 6000, 2500)
    given = sources(ground, communities=[("610103001002", ground)])
    with pytest.raises(InputRefused) as refused:
        built(given)
    assert refused.value.code == "sequence_exhausted"
    assert refused.value.faults[0].place.value == "610103001002"


def test_boundary_without_a_code_is_refused() -> None:
    from dataclasses import replace

    with pytest.raises(InputRefused) as refused:
        build_grid(replace(sources(shapely.box(0, 0, 500, 500)), code=None), code_profile("gbt"))
    assert refused.value.code == "no_district_code"


@pytest.mark.parametrize(
    ("ground", "enclave"),
    [
        (shapely.box(0, 0, 900, 700).difference(shapely.box(300, 200, 600, 450)), True),
        (shapely.union(shapely.box(0, 0, 600, 500), shapely.box(700, 0, 1100, 400)), False),
        (shapely.box(0, 0, 300, 200), False),
    ],
    ids=["hole", "two parts", "six cells"],
)
def test_what_is_written_is_imported(ground: Any, enclave: bool, connection: Any, tmp_path: Path) -> None:
    grid = built(sources(ground, [shapely.LineString([(-10, 250), (1200, 252)])]))
    assert [fault.code for fault in grid.doubts] == ["enclave"] * enclave
    write_grid(tmp_path / "grid.gpkg", grid)
    for level in ("district", "street", "community", "cell"):
        done = import_areas(
            connection,
            tmp_path / "grid.gpkg",
            level=level,
            layer=level,
            code_column="code",
            name_column="name",
        )
        # The hole of the district is none of the levels below: they are a partition of it.
        assert (done.refused, done.repaired, done.doubtful) == ((), (), ())
        assert done.areas == len(grid.levels[level].codes)
