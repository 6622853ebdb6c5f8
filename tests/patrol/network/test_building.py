"""Lines as people draw them become a network: what meets, what does not, and what is thrown away."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridsvc.errors import NotFound
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.streets import Streets
from gridsvc.roads import Roads
from tests.patrol.network.drawn import ORIGIN, roads, town


def degree(streets: Streets) -> list[int]:
    return sorted(np.bincount(np.concatenate([streets.start, streets.end])).tolist())


def test_lines_without_nodes_are_joined_where_they_cross() -> None:
    found = build_streets(roads([(0, 0), (100, 0)], [(40, -50), (40, 50)]))
    assert degree(found) == [1, 1, 1, 1, 4]
    assert sorted(found.length_m.tolist()) == pytest.approx([40, 50, 50, 60], abs=0.003)
    assert found.cleaned["crossings_joined"] == 1


def test_in_a_layer_with_nodes_a_crossing_without_one_is_a_bridge() -> None:
    lattice = [[(x, y), (x + 100, y)] for x in range(0, 400, 100) for y in range(0, 500, 100)]
    lattice += [[(x, y), (x, y + 100)] for x in range(0, 500, 100) for y in range(0, 400, 100)]
    bridge = [(50.0, -50.0), (50.0, 50.0)]
    found = build_streets(roads(*lattice, bridge))
    assert found.cleaned["crossings_left"] == 1
    assert len(found) == len(lattice) + 1
    assert found.part.max() == 1
    # Another survey shares no nodes with this one: its lines meet those of this one.
    other = build_streets(roads(*lattice, bridge, source={len(lattice): "other"}))
    assert other.part.max() == 0
    assert len(other) == len(lattice) + 3


def test_lines_of_one_source_meet_at_vertices_that_they_share() -> None:
    found = build_streets(roads([(0, 0), (50, 0), (100, 0)], [(50, -50), (50, 0), (50, 50)]))
    assert degree(found) == [1, 1, 1, 1, 4]
    assert found.cleaned["crossings_joined"] == found.cleaned["crossings_left"] == 0


@pytest.mark.parametrize(
    ("role", "name"),
    [("elevated", "二环高架"), ("ramp", "二环入口"), ("turn", None), ("road", "G30连霍高速")],
)
def test_what_leads_over_joins_at_its_ends_alone(role: str, name: str | None) -> None:
    over = roads(
        [(0, 0), (100, 0)], [(40, -50), (40, 50)], [(40, 50), (40, 90)],
        role={1: role}, name={1: name} if name else None,
    )  # fmt: skip
    found = build_streets(over)
    assert degree(found) == [1, 1, 1, 1, 2]
    assert found.part.tolist().count(0) == 3


def test_what_ends_below_a_viaduct_does_not_end_on_it_but_its_ramp_does() -> None:
    lines = [[(0, 0), (100, 0)], [(40, 0.2), (40, 50)]]
    apart = build_streets(roads(*lines, role={0: "elevated"}))
    assert apart.part.max() == 1
    together = build_streets(roads(*lines, role={0: "elevated", 1: "ramp"}))
    assert together.part.max() == 0


def test_near_ends_are_joined_and_far_ones_are_not() -> None:
    found = build_streets(roads([(0, 0), (100, 0)], [(100.3, 0.3), (200, 0)], [(40, 0.4), (40, 60)]))
    assert degree(found) == [1, 1, 1, 2, 3]
    assert found.cleaned["joined_ends"] >= 2
    assert build_streets(roads([(0, 0), (100, 0)], [(100.6, 0), (200, 0)])).part.max() == 1
    xy = shapely.get_coordinates(shapely.get_point(found.lines, 0))
    np.testing.assert_array_equal(xy, found.xy[found.start])


def test_what_sticks_out_is_cut_off_and_a_dead_end_is_not() -> None:
    found = build_streets(roads([(0, 0), (101, 0)], [(100, -50), (100, 50)]))
    assert found.cleaned["stubs"] == 1
    assert degree(found) == [1, 1, 1, 3]
    assert build_streets(roads([(0, 0), (110, 0)], [(100, -50), (100, 50)])).cleaned["stubs"] == 0


def test_twins_are_one_and_there_and_back_is_both_ways() -> None:
    a, b = [(0.0, 0.0), (50.0, 5.0), (100.0, 0.0)], [(100.0, 0.0), (50.0, 5.0), (0.0, 0.0)]
    found = build_streets(roads(a, a, b, name={1: "和平路"}))
    assert (len(found), found.cleaned["twins"], found.way.tolist()) == (1, 2, [0])
    assert found.roads.names[found.road].tolist() == ["和平路"]
    there_and_back = build_streets(roads(a, b, direction={0: "forward", 1: "forward"}))
    assert there_and_back.way.tolist() == [0]
    twice = build_streets(roads(a, b, direction={0: "forward", 1: "backward"}))
    assert (len(twice), twice.way.tolist()) == (1, [1])
    contradiction = build_streets(roads(a, b, direction={1: "forward"}))
    assert (contradiction.way.tolist(), contradiction.cleaned["contradictions"]) == ([-1], 1)
    apart = build_streets(roads(a, [(0, 0), (50, -5), (100, 0)]))
    assert len(apart) == 2
    above = build_streets(roads(a, a, role={1: "elevated"}))
    assert len(above) == 2


def test_a_line_that_crosses_itself_meets_itself_but_no_spiral_ramp() -> None:
    loop = [(0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (50.0, 50.0), (50.0, -50.0)]
    found = build_streets(roads(loop))
    assert found.cleaned["self_crossings"] == 1
    assert degree(found)[-1] == 4
    assert found.length_m.sum() == pytest.approx(300, abs=0.01)
    assert degree(build_streets(roads(loop, role={0: "ramp"}))) == [1, 1]
    ring = build_streets(roads([(0, 0), (50, 0), (50, 50), (0, 0)]))
    assert (len(ring), len(ring.xy), ring.cleaned["self_crossings"]) == (1, 1, 0)


def test_directions_follow_the_lines_through_every_cut() -> None:
    found = build_streets(
        roads([(0, 0), (100, 0)], [(40, -50), (40, 50)], direction={0: "forward", 1: "backward"})
    )
    for line, way in zip(found.lines, found.way, strict=True):
        (x0, y0), (x1, y1) = shapely.get_coordinates(line) - ORIGIN
        assert (way == 1 and x1 > x0) or (way == -1 and y1 > y0)


def odd() -> Roads:
    given = roads(
        [(0, 0), (100, 0)],
        [(5, 5), (5, 5)],
        [(0, 9), (1, 9)],
        [(0, 8), (1, 8)],
        [(0, 7), (1, 7)],
        [(9, 0), (9, 9)],
    )
    given.geometries[2] = None
    given.geometries[3] = shapely.Point(108.9, 34.2)
    given.geometries[4] = shapely.LineString()
    with np.errstate(invalid="ignore"):
        given.geometries[5] = shapely.LineString([(108.0, 34.0), (np.nan, 34.0)])
    return given


def test_what_is_no_line_is_left_out_and_multi_lines_are_taken_apart() -> None:
    found = build_streets(odd())
    assert len(found) == 1
    assert (found.cleaned["no_line"], found.cleaned["no_length"]) == (4, 1)
    many = roads([(0, 0), (100, 0)])
    two = roads([(0, 0), (100, 0)], [(0, 200), (100, 200)]).geometries
    many.geometries[0] = shapely.MultiLineString(list(two))
    assert len(build_streets(many)) == 2


def test_no_roads_are_a_reason() -> None:
    with pytest.raises(NotFound) as refused:
        build_streets(roads())
    assert refused.value.code == "no_roads"
    with pytest.raises(NotFound):
        build_streets(odd().subset(np.arange(1, 6)))


def test_a_line_at_zero_zero_does_not_choose_the_system() -> None:
    given = roads(*[[(0, 100 * k), (100, 100 * k)] for k in range(5)])
    given.geometries[4] = shapely.LineString([(0, 0), (0.001, 0)])
    assert build_streets(given).srid == 4545


def test_the_version_names_the_content() -> None:
    one = build_streets(roads([(0, 0), (100, 0)]))
    assert one.version == build_streets(roads([(0, 0), (100, 0)])).version
    assert one.version != build_streets(roads([(0, 0), (100, 0)], direction={0: "forward"})).version
    assert one.version != build_streets(roads([(0, 0), (100, 1)])).version


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 14))
def test_no_length_is_lost_and_links_hang_on_their_nodes(seed: int, many: int) -> None:
    rng = np.random.default_rng(seed)
    drawn = [[tuple(p) for p in rng.uniform(0, 300, (int(rng.integers(2, 5)), 2))] for _ in range(many)]
    given = roads(*drawn)
    found = build_streets(given)
    # Two slivers that lie on each other may be drawn by chance.
    assume(not found.cleaned["twins"])
    whole = sum(shapely.LineString(line).length for line in drawn)
    lost = found.cleaned["stubs"] * 2.0 + 2.0 * many
    assert whole - lost <= found.length_m.sum() <= whole + 0.1 * many + 1
    for k in (0, -1):
        ends = shapely.get_coordinates(shapely.get_point(found.lines, k))
        np.testing.assert_array_equal(ends, found.xy[found.start if k == 0 else found.end])
    np.testing.assert_allclose(found.length_m, shapely.length(found.lines))
    # Whatever crosses does so at a node.
    tree = shapely.STRtree(found.lines)
    one, other = tree.query(found.lines, predicate="crosses")
    if len(one):
        at = shapely.intersection(found.lines[one], found.lines[other])
        nodes = shapely.multipoints(found.xy)
        assert (shapely.distance(shapely.get_parts(at), nodes) <= 0.6).all()


def test_the_same_lines_in_another_order_are_the_same_streets() -> None:
    given = town(np.random.default_rng(3))
    order = np.random.default_rng(4).permutation(len(given))
    one, other = build_streets(given), build_streets(given.subset(order))
    assert len(one) == len(other)
    assert len(one.xy) == len(other.xy)
    assert sorted(one.length_m.round(3).tolist()) == sorted(other.length_m.round(3).tolist())
