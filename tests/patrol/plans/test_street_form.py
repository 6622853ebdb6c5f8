"""Streets walked either way: directions, times and lines walked again by networkx on towns of chance."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import networkx as nx
import numpy as np
import orjson
import pytest

from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.modes import SPEEDS, speeds_of, ways_of
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.plans.places_kept import pieces_of, places_json
from gridsvc.patrol.plans.posing import pose
from gridsvc.patrol.plans.request import PatrolAsked, PlanAsked, Spot
from gridsvc.patrol.plans.street_form import PosedStreets, pose_streets
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Effort
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.solving import solve
from gridsvc.patrol.value.dwell import dwell_factor
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_places import street_places
from gridsvc.patrol.value.street_values import StreetPieces, spread_over_links
from gridsvc.patrol.value.walking import LOOKING, looking_minutes, walked
from tests.patrol.network.drawn import roads, town
from tests.patrol.value.test_street_values import cell_places, chessboard

BEGINS = datetime(2026, 11, 23, 9, tzinfo=UTC)
TOLERANCE = 8
"""Deciseconds: places lie on whole decimetres and arcs take whole deciseconds."""


def spot_on(streets: Streets, mode: Mode, draw: np.random.Generator) -> Spot:
    """A place in the middle of a link from which one can come and go."""
    link = int(draw.choice(np.flatnonzero(mode_network(streets, mode).main)))
    lon, lat = degrees_of(streets, link, streets.length_m[link] / 2)
    return Spot(lon, lat, "depot")


def degrees_of(streets: Streets, link: int, along_m: float) -> tuple[float, float]:
    from gridsvc.geography.projection import to_degrees

    point = streets.lines[link].interpolate(along_m)
    lon, lat = to_degrees(streets.srid, np.array([round(point.x * 1000)]), np.array([round(point.y * 1000)]))
    return float(lon[0]), float(lat[0])


def asked_of(patrols: list[PatrolAsked], hours: float = 1.0) -> PlanAsked:
    ends = BEGINS + timedelta(hours=hours)
    return PlanAsked(BEGINS.date(), BEGINS, ends, UTC, tuple(patrols))  # type: ignore[arg-type]


def patrol(mode: Mode, start: Spot, end: Spot | None, minutes: float = 40.0, **more: object) -> PatrolAsked:
    return PatrolAsked("", mode, BEGINS, BEGINS + timedelta(minutes=minutes), start, end, **more)  # type: ignore[arg-type]


def town_of_streets(
    seed: int, modes: tuple[Mode, ...], *, points: int = 0
) -> tuple[Streets, StreetPieces, Places, PosedStreets, PlanAsked]:
    """A town with values by chance, a patrol for each mode, and some points to be visited too."""
    draw = np.random.default_rng(seed)
    streets = build_streets(town(draw))
    shapes = chessboard(5)
    value = np.where(draw.random(len(shapes)) < 0.4, draw.random(len(shapes)), 0.0)
    spread = spread_over_links(streets, shapes, value, value, piece_m=80)
    pieces = walked(streets, spread, value, value, tuple(dict.fromkeys(modes)))
    cells = cell_places(*(f"c{number}" for number in range(len(shapes))))
    cells.opens[:], cells.closes[:] = 0, 60
    spots = [Spot(*degrees_of(streets, link, 10.0)) for link in draw.integers(len(streets), size=points)]
    visited = cell_places(*(f"p{number}" for number in range(points)))
    visited.opens[:], visited.closes[:] = 0, 60
    visited.lon[:], visited.lat[:] = [each.lon for each in spots], [each.lat for each in spots]
    along = street_places(streets, pieces, cells)
    along.opens[:], along.closes[:] = draw.integers(0, 10, len(pieces)), draw.integers(20, 60, len(pieces))
    places = visited.joined(along)
    patrols = []
    for number, mode in enumerate(modes):
        start = spot_on(streets, mode, draw)
        patrols.append(patrol(mode, start, start if number % 2 else None))
    asked = asked_of(patrols)
    posed = pose(streets, visited, asked)
    return streets, pieces, places, pose_streets(posed, streets, pieces, places, asked), asked


class Walk:
    """The streets for one mode as a graph of networkx, cut where places lie; what is one-way has one arc."""

    def __init__(self, streets: Streets, mode: str, positions: list[tuple[int, float]]) -> None:
        along, against = ways_of(streets, mode)
        pace = speeds_of(streets.roads, mode)[streets.road]
        self.graph = nx.DiGraph()
        cuts: dict[int, set[float]] = {}
        for link, at in positions:
            cuts.setdefault(link, set()).add(round(at, 1))
        for link in range(len(streets)):
            ends = [(-1.0, ("node", int(streets.start[link]))), (1e9, ("node", int(streets.end[link])))]
            stops = sorted(ends + [(at, ("cut", link, at)) for at in cuts.get(link, ())])
            for (low, a), (high, b) in pairwise(stops):
                metres = min(high, float(streets.length_m[link])) - max(low, 0.0)
                time = max(metres, 0.0) / pace[link] * 10
                for may, tail, head in ((along[link], a, b), (against[link], b, a)):
                    if may and time < self.graph.get_edge_data(tail, head, {"t": 1e9})["t"]:
                        self.graph.add_edge(tail, head, t=time)

    def time(self, a: tuple[int, float], b: tuple[int, float]) -> float:
        tail, head = (("cut", link, round(at, 1)) for link, at in (a, b))
        return 0.0 if tail == head else nx.dijkstra_path_length(self.graph, tail, head, weight="t")


def replay(streets: Streets, posed: PosedStreets, solution: Solution) -> int:
    """Walk every route again; return how many pieces were walked."""
    problem, walked = posed.problem, 0
    every = [
        (int(link), float(at))
        for each in posed.snapped
        for link, at in zip(each.link, each.along_m, strict=True)
    ]
    every += [
        (int(posed.pieces.link[k]), float(end[k]))
        for k in range(len(posed.pieces))
        for end in (posed.pieces.from_m, posed.pieces.to_m)
    ]
    for number, route in enumerate(solution.routes):
        mode = int(problem.patrols.mode[number])
        walk = Walk(streets, posed.modes[mode], every)
        along, against = ways_of(streets, posed.modes[mode])
        row, here, now = int(problem.patrols.start[number]), None, route.leaves
        where = posed.snapped[mode]
        here = (int(where.link[row]), float(where.along_m[row]))
        for timed in route.visits:
            visit = timed.visit
            to = int(problem.visits.at[visit])
            there = (int(where.link[to]), float(where.along_m[to]))
            leg = problem.leg(number, row, to)
            check_leg(leg, walk, here, there, posed.modes[mode])
            assert timed.arrives == now + leg
            assert timed.leaves - timed.begins == problem.visits.service[visit]
            check_drawn(posed, mode, row, to, leg)
            here = there
            piece = int(posed.piece[visit])
            if piece >= 0:
                walked += 1
                link, low, high = (
                    int(posed.pieces.link[piece]),
                    posed.pieces.from_m[piece],
                    posed.pieces.to_m[piece],
                )
                assert (along if posed.forward[visit] else against)[link]
                enter, leave = (low, high) if posed.forward[visit] else (high, low)
                assert there == (link, enter)
                here = (link, float(leave))
                pace = (
                    speeds_of(streets.roads, posed.modes[mode])[streets.road[link]]
                    * LOOKING[posed.modes[mode]]
                )
                assert problem.visits.service[visit] == pytest.approx((high - low) / pace * 10, abs=2)
                line, metres = posed.along(visit)
                assert metres == pytest.approx(high - low)
                assert line.coords[0] == pytest.approx(degrees_of(streets, link, enter), abs=1e-7)
                assert line.coords[-1] == pytest.approx(degrees_of(streets, link, leave), abs=1e-7)
            row, now = to, timed.leaves
        end = int(problem.patrols.end[number])
        if end != NOWHERE and route.visits:
            place = (int(where.link[end]), float(where.along_m[end]))
            check_leg(problem.leg(number, row, end), walk, here, place, posed.modes[mode])
    return walked


def check_leg(leg: int, walk: Walk, here: tuple[int, float], there: tuple[int, float], mode: str) -> None:
    assert leg < NEVER
    shortest = walk.time(here, there)
    assert leg >= shortest - TOLERANCE
    if mode != "car":  # cars turn at crossings alone
        assert leg <= shortest + TOLERANCE


def check_drawn(posed: PosedStreets, mode: int, row: int, to: int, leg: int) -> None:
    way = posed.ground[mode].ways([(row, to)])[0]
    assert way is not None
    assert way.time == leg
    if way.line is not None:
        where = posed.snapped[mode]
        assert way.line.coords[-1] == pytest.approx((where.lon[to], where.lat[to]), abs=2e-6)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("modes", [("walk",), ("ebike", "ebike"), ("car",), ("walk", "ebike", "car")])
def test_plans_are_walked_again_and_never_against_one_way_streets(seed: int, modes: tuple[Mode, ...]) -> None:
    streets, _, _, posed, _ = town_of_streets(seed, modes, points=3)
    solution = greedy(posed.problem)
    assert faults(posed.problem, solution) == []
    assert replay(streets, posed, solution) > 0


@pytest.mark.parametrize("seed", range(3))
def test_the_engine_walks_each_piece_once_and_gains_on_the_simple_plan(seed: int) -> None:
    streets, pieces, _, posed, _ = town_of_streets(seed, ("walk", "ebike"))
    found = solve(posed.problem, Effort(iterations=60)).solution
    assert faults(posed.problem, found) == []
    replay(streets, posed, found)
    walked = posed.piece[found.made()]
    assert len(set(walked.tolist())) == len(walked)
    assert found.value(posed.problem) >= greedy(posed.problem).value(posed.problem) - 1e-9
    assert found.value(posed.problem) <= pieces.value.sum() + 1e-9


def drawn(*, direction: str = "both", grade: str | None = None) -> tuple[Streets, StreetPieces]:
    """A street of 100 m from west to east, in a square of streets for all."""
    streets = build_streets(
        roads(
            [(0, 0), (100, 0)], [(100, 0), (100, 100), (0, 100), (0, 0)],
            direction={0: direction}, grade={} if grade is None else {0: grade},
        )
    )  # fmt: skip
    link = np.array([0])
    share = (np.array([0]), np.array([0]), np.ones(1))
    length = streets.length_m[link]
    return streets, StreetPieces(link, np.zeros(1), length, np.ones(1), np.ones(1), share, length)


@pytest.mark.parametrize(
    ("mode", "direction", "grade", "expected"),
    [
        ("walk", "forward", None, [True, False]),
        ("ebike", "forward", None, [True]),
        ("ebike", "backward", None, [False]),
        ("car", "both", None, [True, False]),
        ("car", "forward", None, [True]),
        ("car", "both", "footway", []),
    ],
)
def test_a_piece_is_a_visit_for_each_direction_that_is_allowed(
    mode: Mode, direction: str, grade: str | None, expected: list[bool]
) -> None:
    streets, pieces = drawn(direction=direction, grade=grade)
    posed = pose_alone(streets, pieces, [mode])
    assert posed.forward.tolist() == expected
    assert posed.off.tolist() == [not expected]
    visits = posed.problem.visits
    assert visits.group.tolist() == ([0, 0] if len(expected) == 2 else [-1] * len(expected))
    speed = {"walk": SPEEDS.walk, "ebike": SPEEDS.ebike, "car": SPEEDS.car}[mode]
    length = float(streets.length_m[0])
    assert visits.service.tolist() == pytest.approx(
        [length / speed / LOOKING[mode] * 10] * len(expected), abs=2
    )


def pose_alone(streets: Streets, pieces: StreetPieces, modes: list[Mode], **more: object) -> PosedStreets:
    depot = Spot(*degrees_of(streets, 1, 150.0))
    asked = asked_of([patrol(mode, depot, depot, **more) for mode in modes])  # type: ignore[arg-type]
    if not pieces.gains:
        pieces = replace(pieces, gains={mode: np.ones(1) for mode in modes})
    places = street_places(streets, pieces, cell_places("A"))
    return pose_streets(
        pose(streets, cell_places(), asked), streets, pieces, places, asked, [frozenset({"z"})]
    )


def test_leaving_a_street_begins_where_it_ends() -> None:
    streets, pieces = drawn()
    posed = pose_alone(streets, pieces, ["walk"])
    forward, backward = posed.problem.visits.at
    travel, depot = posed.problem.travel[0], int(posed.problem.patrols.start[0])
    metre = 10 / SPEEDS.walk
    # The depot is in the middle of the 300 m from the street's end over two corners to its beginning.
    assert travel[depot, [forward, backward]] == pytest.approx([150 * metre, 150 * metre], abs=3)
    assert travel[[forward, backward], depot] == pytest.approx([150 * metre, 150 * metre], abs=3)
    assert travel[forward, backward] == travel[backward, forward] == 0
    streets, pieces = drawn(direction="forward")
    posed = pose_alone(streets, pieces, ["car"])
    (forward,) = posed.problem.visits.at
    assert travel_car(posed, forward) == pytest.approx((150 / SPEEDS.car * 10, 150 / SPEEDS.car * 10), abs=3)


def travel_car(posed: PosedStreets, row: int) -> tuple[int, int]:
    travel, depot = posed.problem.travel[0], int(posed.problem.patrols.start[0])
    return int(travel[row, depot]), int(travel[depot, row])


def test_a_visit_earns_what_its_mode_takes_time_for() -> None:
    streets, pieces = drawn()
    one = np.ones(1)
    posed = pose_alone(streets, walked(streets, pieces, one, one, ("ebike", "walk")), ["ebike", "walk"])
    minutes = [float(looking_minutes(streets, pieces, mode)[0]) for mode in ("ebike", "walk")]
    assert posed.problem.visits.value == pytest.approx(np.repeat([dwell_factor(m) for m in minutes], 2))
    assert posed.problem.visits.service / 600 == pytest.approx(np.repeat(minutes, 2), abs=0.001)


def test_a_patrol_keeps_to_its_mode_and_its_zones() -> None:
    streets, pieces = drawn()
    both = pose_alone(streets, pieces, ["walk", "ebike"])
    assert both.problem.visits.allowed.tolist() == [[True, False]] * 2 + [[False, True]] * 2
    assert both.problem.visits.group.tolist() == [0] * 4
    assert pose_alone(streets, pieces, ["walk"], zones=("z",)).problem.visits.allowed.all()
    away = pose_alone(streets, pieces, ["walk"], zones=("y",))
    assert not away.problem.visits.allowed.any()


def test_what_each_mode_earns_is_kept_with_the_plan() -> None:
    _, pieces, places, posed, asked = town_of_streets(2, ("walk", "car"))
    kept = pieces_of(orjson.loads(places_json(places, pieces)))
    assert kept is not None
    again = pose_streets(pose(posed.streets, cell_places(), asked), posed.streets, kept, places, asked)
    assert again.problem.visits.value.tolist() == posed.problem.visits.value.tolist()
    assert {gain < 1 for gain in kept.gains["car"].tolist()} == {True}
    assert {gain == 1 for gain in kept.gains["walk"].tolist()} == {True}
