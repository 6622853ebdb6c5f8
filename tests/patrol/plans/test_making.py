"""Plans from their material: every figure of the plan is worked out again from its stops."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from gridsvc.errors import InputRefused, Text
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import Ground
from gridsvc.patrol.plan import OMITTED_WORDS, Plan, called
from gridsvc.patrol.plans.making import make_plan
from gridsvc.patrol.plans.material import FloorZones
from tests.patrol.network.drawn import roads
from tests.patrol.plans.planned import BEGINS, asked, at, lattice, material, patrol, scattered


@pytest.fixture(scope="module")
def streets() -> Streets:
    return lattice()


def walked_again(plan: Plan, streets: Streets) -> None:
    """Hold every stop to its clock: nobody arrives before the way takes, leaves early, or comes home late."""
    for route in plan.routes:
        patrol = route.patrol
        if not route.stops:
            continue
        points = [patrol.start, *((stop.lon, stop.lat) for stop in route.stops)]
        lon, lat = np.array(points).T
        times = Ground.of(streets, patrol.mode, snap(streets, lon, lat, patrol.mode, within_m=300)).times()
        clock = route.leaves
        assert clock >= patrol.begins
        for number, stop in enumerate(route.stops, 1):
            if stop.kind != "break":
                gone = (stop.arrives - clock) / timedelta(seconds=0.1)
                # A stop is told to the fifth decimal of a metre: one decisecond for each end.
                assert gone >= times[number - 1, number] - 2, stop.name
            assert clock <= stop.arrives <= stop.begins <= stop.leaves
            if stop.window:
                assert stop.window[0] <= stop.begins <= stop.window[1] + timedelta(seconds=0.1)
            clock = stop.leaves
        assert clock <= route.returns <= patrol.ends
        keys = [stop.key for stop in route.stops if stop.kind != "break"]
        assert len(set(keys)) == len(keys)


def test_a_plan_holds_clocks_and_sums_and_leaves_nothing_unsaid(streets: Streets) -> None:
    places = scattered(70)
    patrols = [
        patrol(1),
        patrol(2, mode="walk", pause=True, start=at(0.0, 0.0)),
        replace(patrol(3, hours=3.0), end=None),
    ]
    plan, whole = make_plan(material(streets, places), asked(*patrols))
    walked_again(plan, streets)
    visited = [stop.key for route in plan.routes for stop in route.stops if stop.kind != "break"]
    assert sorted([*visited, *(place.key for place in plan.omitted)]) == sorted(whole.key)
    assert {place.code for place in plan.omitted} <= set(OMITTED_WORDS)
    assert all(place.because.zh and place.because.en for place in plan.omitted)
    worth = dict(zip(places.key, places.value, strict=True))
    assert plan.value == pytest.approx(sum(worth[key] for key in visited))
    assert plan.possible == pytest.approx(places.value.sum())
    assert plan.greedy <= plan.value + 1e-9 <= plan.bound + 1e-6
    assert plan.totals.stops == len(visited)
    for route in plan.routes:
        away = (route.returns - route.leaves).total_seconds() / 60
        sums = route.totals
        assert (
            sums.travel_minutes + sums.dwell_minutes + sums.idle_minutes + sums.break_minutes
            == pytest.approx(away, abs=0.02)
        )
    breaks = [stop for stop in plan.routes[1].stops if stop.kind == "break"]
    assert [stop.dwell_minutes for stop in breaks] == [20.0]
    assert called("队部") == Text("队部", "Duibu (队部)")
    assert called("18:25 途中") == Text("18:25 途中", "18:25 on the way")
    assert BEGINS + timedelta(minutes=60) <= breaks[0].begins <= BEGINS + timedelta(minutes=120)


def test_ways_lead_from_stop_to_stop(streets: Streets) -> None:
    plan, _ = make_plan(material(streets, scattered(20)), asked(patrol(1), patrol(2, mode="walk")))
    for route in plan.routes:
        ends = [np.array(route.patrol.start)]
        for stop in route.stops:
            if stop.way is not None:
                line = np.array(stop.way.coords)
                assert np.allclose(line[0], ends[-1], atol=2e-6)
                assert np.allclose(line[-1], (stop.lon, stop.lat), atol=2e-6)
            ends.append(np.array((stop.lon, stop.lat)))
        for before, after in pairwise(route.stops):
            assert before.number < after.number


def test_the_same_request_gives_the_same_plan_and_another_seed_another(streets: Streets) -> None:
    stuff = material(streets, scattered(60))
    wanted = asked(patrol(1), patrol(2), within=0.05)
    first, second = (make_plan(stuff, wanted)[0] for _ in range(2))
    other = make_plan(stuff, replace(wanted, seed=6))[0]

    def told(plan: Plan) -> list[tuple[str, object]]:
        return [(stop.key, stop.begins) for route in plan.routes for stop in route.stops]

    assert told(first) == told(second)
    assert told(first) != told(other)
    best = make_plan(stuff, replace(wanted, within=0.0))[0]
    assert min(first.value, other.value) >= 0.95 * best.value - 1e-9


def test_patrols_keep_to_their_zones_and_say_so(streets: Streets) -> None:
    places = scattered(20)
    zones = ["西" if number % 2 else "东" for number in range(20)]
    plan, _ = make_plan(material(streets, places, zones=zones), asked(patrol(1, zones=("西",))))
    odd = set(places.key[1::2])
    visited = {stop.key for stop in plan.routes[0].stops}
    assert visited
    assert visited <= odd
    assert {place.code for place in plan.omitted if place.key not in odd} == {"zones"}


def test_floors_make_stops_and_are_told(streets: Streets) -> None:
    places = scattered(30)
    zones: list[str | None] = [f"Z{number % 5}" for number in range(30)]
    spot = at(400.0, 600.0)
    floors = FloorZones(
        codes=("Z0", "Z1", "Z2", "Z3", "Z4", "Z5", "Z6"),
        names=tuple(f"{number}区" for number in range(7)),
        lon=np.array([np.nan] * 5 + [spot.lon, np.nan]),
        lat=np.array([np.nan] * 5 + [spot.lat, np.nan]),
        visited=np.zeros((7, 7), np.int64),
        known=np.full(7, 7),
    )
    plan, whole = make_plan(
        material(streets, places, zones=zones, floors=floors), asked(patrol(1), patrol(2), floor=1)
    )
    walked_again(plan, streets)
    state = {floor.zone: floor for floor in plan.floors}
    assert len(state) == 7
    assert all(state[f"Z{number}"].met for number in range(6))
    assert not state["Z6"].met
    assert state["Z6"].because
    assert "道路" in state["Z6"].because.zh
    assert "zone:Z5" in set(whole.key)
    assert "zone:Z5" in {stop.key for route in plan.routes for stop in route.stops}


def test_floors_leave_half_of_the_time(streets: Streets) -> None:
    places = scattered(60)
    zones: list[str | None] = [f"Z{number}" for number in range(60)]
    floors = FloorZones(
        tuple(f"Z{number}" for number in range(60)), tuple(f"{number}区" for number in range(60)),
        np.full(60, np.nan), np.full(60, np.nan), np.zeros((7, 60), np.int64), np.full(60, 7),
    )  # fmt: skip
    plan, whole = make_plan(material(streets, places, zones=zones, floors=floors), asked(patrol(1), floor=1))
    assert 0 < (whole.kind == "coverage").sum() <= 10
    assert sum(not floor.met for floor in plan.floors) > 30


def test_a_case_is_not_given_up_for_quiet_grids(streets: Streets) -> None:
    """Three visits nearby or one far away fit into the shift: the far one is the case."""
    places = scattered(4)
    far, home = at(1600.0, 1600.0), at(0.0, 0.0)
    for row, spot in enumerate((far, at(200.0, 0.0), at(0.0, 200.0), at(200.0, 200.0))):
        places.lon[row], places.lat[row] = spot.lon, spot.lat
    places.required[:] = True
    places.value[:] = 0.0
    places.kind[:] = np.array(["urgent", "exploration", "coverage", "coverage"], object)
    wanted = asked(patrol(1, mode="walk", hours=1.75, start=home), hours=1.75, iterations=40)
    plan, _ = make_plan(material(streets, places), wanted)
    assert places.key[0] in {stop.key for stop in plan.routes[0].stops}
    assert {place.key for place in (*plan.omitted, *plan.dropped)} <= set(places.key[1:])


# What comes in that cannot be: a plan or a reason, never an exception.


def codes(plan: Plan) -> set[str]:
    return {place.code for place in (*plan.omitted, *plan.dropped)}


def test_more_patrols_than_work(streets: Streets) -> None:
    plan, _ = make_plan(material(streets, scattered(3)), asked(*(patrol(number) for number in range(1, 13))))
    assert plan.totals.stops == 3
    assert plan.value == pytest.approx(plan.possible)


def test_no_places_at_all(streets: Streets) -> None:
    plan, _ = make_plan(material(streets, scattered(0)), asked(patrol(1)))
    assert plan.totals.stops == 0
    assert plan.routes[0].stops == ()
    assert (plan.value, plan.bound, plan.gap) == (0.0, 0.0, 0.0)


def test_all_values_zero(streets: Streets) -> None:
    places = scattered(10)
    places.value[:] = 0.0
    plan, _ = make_plan(material(streets, places), asked(patrol(1), within=0.05))
    assert len(plan.omitted) == 10
    assert codes(plan) == {"lower_value"}


def test_a_shift_shorter_than_any_visit(streets: Streets) -> None:
    plan, _ = make_plan(material(streets, scattered(10)), asked(patrol(1, hours=0.1), hours=0.1))
    assert plan.totals.stops == 0
    assert codes(plan) <= {"no_time", "window"}
    assert len(plan.omitted) == 10


def test_no_patrols_is_refused_with_every_other_fault(streets: Streets) -> None:
    wanted = asked(most_places=0, exploration=0.9)
    with pytest.raises(InputRefused) as refused:
        make_plan(material(streets, scattered(3)), wanted)
    assert refused.value.code == "bad_request"
    assert {fault.code for fault in refused.value.faults} == {"no_patrols", "out_of_range"}


def test_a_depot_off_the_network_names_the_patrol(streets: Streets) -> None:
    wanted = asked(patrol(1), patrol(2, start=at(90_000.0, 0.0)))
    with pytest.raises(InputRefused) as refused:
        make_plan(material(streets, scattered(3)), wanted)
    assert refused.value.code == "depot_off_network"
    assert [(fault.place.row, fault.place.column) for fault in refused.value.faults] == [(2, "depot")]


def test_a_network_in_two_parts_and_a_must_visit_beyond() -> None:
    near = [[(0.0, k * 200.0), (1600.0, k * 200.0)] for k in range(9)]
    near += [[(k * 200.0, 0.0), (k * 200.0, 1600.0)] for k in range(9)]
    far = [[(3000.0, 0.0), (3400.0, 0.0)], [(3400.0, 0.0), (3400.0, 400.0)]]
    places = scattered(12)
    beyond = at(3200.0, 0.0)
    nowhere = at(2400.0, 300.0)
    places.lon[0], places.lat[0] = beyond.lon, beyond.lat
    places.lon[1], places.lat[1] = nowhere.lon, nowhere.lat
    places.required[:2] = True
    plan, _ = make_plan(material(build_streets(roads(*near, *far)), places), asked(patrol(1)))
    given = {place.key: place for place in plan.dropped}
    assert given["p:0"].code == "unreachable"
    assert given["p:1"].code == "off_network"
    assert all(place.required for place in plan.dropped)
    assert plan.totals.stops > 0


def test_a_one_way_street_is_never_gone_against() -> None:
    ring = [
        [(0.0, 0.0), (400.0, 0.0)],
        [(400.0, 0.0), (400.0, 400.0)],
        [(400.0, 400.0), (0.0, 400.0)],
        [(0.0, 400.0), (0.0, 0.0)],
    ]
    streets = build_streets(roads(*ring, direction=dict.fromkeys(range(4), "forward")))
    places = scattered(1)
    spot, home = at(390.0, 0.0), at(10.0, 0.0)
    places.lon[0], places.lat[0] = spot.lon, spot.lat
    plan, _ = make_plan(material(streets, places), asked(patrol(1, start=home)))
    route = plan.routes[0]
    # 380 m there; back only the long way round.
    assert route.stops[0].way_m == pytest.approx(380, abs=1)
    assert route.home_m == pytest.approx(1220, abs=1)


@pytest.mark.long
def test_two_thousand_places_make_a_plan(streets: Streets) -> None:
    wanted = asked(
        *(patrol(number) for number in range(1, 11)), iterations=None, seconds=3.0, most_places=2000
    )
    plan, _ = make_plan(material(streets, scattered(2000)), wanted)
    walked_again(plan, streets)
    assert plan.value >= plan.greedy
    assert plan.totals.stops + len(plan.omitted) == 2000
