"""Sides and distances of corridors, against rational arithmetic and PostGIS."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text

from gridsvc.geography.projection import to_degrees
from gridsvc.responsibility.corridors import LEFT, ON_THE_LINE, RIGHT, Corridors
from tests.responsibility import worlds
from tests.responsibility.roadside import section

HALF_M = 20.0
Point = tuple[int, int]


CORNER = np.array([worlds.EAST, worlds.NORTH], np.int64)


def corridors(*lines: list[Point], half: float = HALF_M) -> Corridors:
    """Corridors of lines in whole millimetres from the world's corner."""
    made = [section(code=f"R{k}", id=k, half_width_m=half) for k in range(len(lines))]
    return Corridors(made, [np.array(line, np.int64) + CORNER for line in lines])


def find(found: Corridors, places: list[Point]) -> list[tuple[int, int, float]]:
    xy = np.array(places, np.int64) + CORNER
    hits = found.find(xy[:, 0].copy(), xy[:, 1].copy())
    return list(zip(hits.section.tolist(), hits.side.tolist(), hits.mm.tolist(), strict=True))


def oracle(line: list[Point], place: Point) -> tuple[int | None, Fraction]:
    """Side and squared distance by rational arithmetic; None: beyond an end, or the side is a tie."""
    best: tuple[Fraction, set[int | None]] | None = None
    for k, ((x0, y0), (x1, y1)) in enumerate(pairwise(line)):
        dx, dy, px, py = x1 - x0, y1 - y0, place[0] - x0, place[1] - y0
        t = Fraction(px * dx + py * dy, dx * dx + dy * dy)
        clamped = min(max(t, Fraction(0)), Fraction(1))
        away = (px - clamped * dx) ** 2 + (py - clamped * dy) ** 2
        cross = dx * py - dy * px
        side: int | None = (cross > 0) - (cross < 0)
        if (t < 0 and k == 0) or (t > 1 and k == len(line) - 2):
            side = None
        elif t < 0 or t > 1:
            (ax, ay), (bx, by), (cx, cy) = line[k - 1 : k + 2] if t < 0 else line[k : k + 3]
            turn = (bx - ax) * (cy - by) - (by - ay) * (cx - bx)
            if turn:
                side = -1 if turn > 0 else 1
        if best is None or away < best[0]:
            best = (away, {side})
        elif away == best[0]:
            best[1].add(side)
    assert best is not None
    assume(len(best[1]) == 1)
    return next(iter(best[1])), best[0]


coordinate = st.integers(0, 120_000)
bends = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6)


@settings(max_examples=400, deadline=None)
@given(line=bends, place=st.tuples(coordinate, coordinate))
def test_side_and_distance_are_those_of_rational_arithmetic(line: list[Point], place: Point) -> None:
    assume(all(a != b for a, b in pairwise(line)))
    assume(shapely.LineString(line).is_simple)
    side, squared = oracle(line, place)
    limit = Fraction(int(HALF_M * 1000)) ** 2
    assume(abs(squared - limit) > 1)
    (section_, found, mm), = find(corridors(line), [place])  # fmt: skip
    if side is None or squared > limit:
        assert section_ == -1
    else:
        assert (section_, found) == (0, side)
        assert abs(mm - float(squared) ** 0.5) < 1e-6


@settings(max_examples=100, deadline=None)
@given(
    x=st.integers(-(10**6), 10**6),
    y=st.integers(-(10**6), 10**6),
    far=st.integers(1, 40),
    part=st.integers(0, 40),
)
def test_a_millimetre_beside_a_long_line_is_a_side(x: int, y: int, far: int, part: int) -> None:
    """A lattice point on a long slanting line is on it; its neighbours a millimetre away are not."""
    assume((x, y) != (0, 0))
    line = [(0, 0), (x * 41, y * 41)]
    on = (x * min(part, 40), y * min(part, 40))
    assert find(corridors(line), [on])[0][:2] == (0, ON_THE_LINE)
    step = (0, 1) if abs(x) >= abs(y) else (1, 0)
    beside = (on[0] + step[0], on[1] + step[1])
    cross = x * step[1] - y * step[0]
    hit = find(corridors(line), [beside])[0]
    if 0 < part < 40:
        assert hit[:2] == (0, LEFT if cross > 0 else RIGHT)
    assert find(corridors(line), [(on[0] + far * 10**7, on[1])])[0][0] in (-1, 0)


def test_the_outer_side_of_a_bend_is_one_side() -> None:
    """Beyond a sharp bend the two pieces of the line disagree about the side; the turn tells."""
    line = [(0, 0), (100_000, 0), (0, 10_000)]  # a sharp turn to the left
    found = find(corridors(line), [(105_000, y) for y in (-3_000, -1, 0, 1, 3_000, 9_000)])
    assert {each[:2] for each in found} == {(0, RIGHT)}


def test_equally_near_lines_of_two_sections_go_to_the_lower_code() -> None:
    lines = [[(0, 0), (0, 100_000)], [(30_000, 0), (30_000, 100_000)]]
    found = find(corridors(*lines), [(15_000, 50_000), (15_001, 50_000), (14_999, 50_000)])
    assert [each[0] for each in found] == [0, 1, 0]


def test_a_short_last_piece_does_not_reach_beyond_the_end() -> None:
    line = [(0, 0), (50_000, 0), (50_000, 1_000)]
    assert find(corridors(line), [(50_000, 1_001), (52_000, 1_500), (49_000, 1_500)])[0][0] == -1
    assert find(corridors(line), [(52_000, 1_000)])[0][0] == 0


def test_a_million_places_agree_with_one_by_one_and_with_squares_far_away() -> None:
    generator = np.random.default_rng(3)
    lines = [[(0, 0), (90_000, 40_000), (200_000, 35_000)], [(60_000, -50_000), (70_000, 150_000)]]
    found = corridors(*lines)
    places = [tuple(each) for each in generator.integers(-80_000, 280_000, (3_000, 2)).tolist()]
    together = find(found, places)
    for k in range(0, 3_000, 17):
        one = find(found, [places[k]])[0]
        assert one[:2] == together[k][:2]
        assert one[2] == together[k][2] or (np.isnan(one[2]) and np.isnan(together[k][2]))
    assert {each[0] for each in together} == {-1, 0, 1}
    assert find(found, [(10**9, 10**9)])[0][0] == -1


def test_who_is_in_a_corridor_agrees_with_postgis(connection: Connection) -> None:
    """ST_DWithin in the plane of millimetres, with the places beyond the ends taken out by their projection."""
    generator = np.random.default_rng(11)
    line = [(0, 0), (90_000, 40_000), (200_000, 35_000), (260_000, 90_000)]
    places = generator.integers(-40_000, 300_000, (4_000, 2))
    found = find(corridors(line), [tuple(each) for each in places.tolist()])
    wkt = "LINESTRING(" + ",".join(f"{x} {y}" for x, y in line) + ")"
    rows = connection.execute(
        text(
            "SELECT ST_DWithin(l, p, 20000), ST_Distance(l, p), ST_LineLocatePoint(l, p)"
            " FROM ST_GeomFromText(:wkt) l, unnest(CAST(:x AS int[]), CAST(:y AS int[])) WITH ORDINALITY"
            " AS t(x, y, n), ST_MakePoint(x, y) p ORDER BY n"
        ),
        {"wkt": wkt, "x": places[:, 0].tolist(), "y": places[:, 1].tolist()},
    ).all()
    seen = 0
    for (section_, _, mm), (within, away, along) in zip(found, rows, strict=True):
        if 0 < along < 1:
            assert (section_ == 0) == within
            if within:
                assert abs(mm - away) < 1e-3
                seen += 1
    assert seen > 200


def test_the_pieces_of_a_corridor_are_the_places_of_its_sides() -> None:
    line = [(0, 0), (90_000, 40_000), (200_000, 35_000), (210_000, 120_000)]
    found = corridors(line)
    generator = np.random.default_rng(5)
    places = generator.integers(-40_000, 250_000, (4_000, 2)) + CORNER
    hits = found.find(places[:, 0].copy(), places[:, 1].copy())
    points = shapely.points(places.astype(float))
    for side in (LEFT, RIGHT):
        region = shapely.union_all([piece for each, piece in found.sides(0) if each == side])
        # An arc is a polygon: 6 mm at 20 m, and what lies on the line is nobody's piece.
        sure = shapely.distance(shapely.boundary(region), points) > 10
        inside = shapely.contains(region, points)
        assert (inside == ((hits.section == 0) & (hits.side == side)))[sure].all()
        assert inside.sum() > 100


def test_lines_come_from_degrees_as_places_do() -> None:
    lon, lat = to_degrees(worlds.SRID, np.array([worlds.EAST + 300_000]), np.array([worlds.NORTH + 200_000]))
    found = Corridors.of([section()], worlds.SRID)
    hits = found.find(np.array([worlds.EAST + 300_000]), np.array([worlds.NORTH + 200_000]))
    assert (float(lon[0]), float(lat[0])) == worlds.place(3, 2)
    assert (hits.section[0], hits.side[0], hits.mm[0]) == (0, ON_THE_LINE, 0.0)
    assert Corridors.of([], worlds.SRID).find(np.array([0]), np.array([0])).section.tolist() == [-1]
