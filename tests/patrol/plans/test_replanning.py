"""Plans made anew within a shift, without a database: what was done, who is left, where the time went."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely

from gridsvc.errors import Conflict, InputRefused
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Plan, PlannedRoute, PlannedStop
from gridsvc.patrol.plans.changing import Change
from gridsvc.patrol.plans.keeping import KeptPlan
from gridsvc.patrol.plans.making import make_plan
from gridsvc.patrol.plans.material import FloorZones
from gridsvc.patrol.plans.replanning import replan
from gridsvc.patrol.plans.request import PatrolAsked, Spot
from gridsvc.patrol.value.merging import no_places
from gridsvc.patrol.value.places import Places
from tests.patrol.plans.planned import BEGINS, asked, at, lattice, material, patrol, scattered


@pytest.fixture(scope="module")
def streets() -> Streets:
    return lattice()


def kept_plan(streets: Streets, places: Places, *patrols: PatrolAsked, **said: Any) -> KeptPlan:
    wanted = asked(*patrols, iterations=40, **said)
    plan, whole = make_plan(material(streets, places), wanted)
    return KeptPlan(replace(plan, id=1), wanted, whole, None, "甲", None, None)


def anew(
    kept: KeptPlan,
    streets: Streets,
    minutes: float,
    *,
    urgent: Places | None = None,
    positions: dict[str, Spot] | None = None,
    absent: tuple[str, ...] = (),
    done: tuple[str, ...] | None = None,
    floors: FloorZones | None = None,
) -> KeptPlan:
    change = Change(
        BEGINS + timedelta(minutes=minutes),
        no_places() if urgent is None else urgent,
        positions or {},
        frozenset(absent),
        None if done is None else frozenset(done),
    )
    plan, wanted, whole = replan(kept, change, streets, (), made_at=BEGINS, floors=floors)
    return KeptPlan(replace(plan, id=(kept.plan.id or 0) + 1), wanted, whole, None, "甲", kept.plan.id, None)


def urgent_at(spot: Spot, key: str = "urgent:1:given:1") -> Places:
    place = scattered(1)
    place.lon[0], place.lat[0], place.value[0] = spot.lon, spot.lat, 1.0
    place.key[0], place.kind[0], place.required[0] = key, "urgent", True
    return place


def working(route: PlannedRoute) -> list[PlannedStop]:
    return [stop for stop in route.stops if stop.kind != "break"]


def adds_up(plan: Plan) -> None:
    """Hold clocks, sums and ways of every route together."""
    for route in plan.routes:
        clock = route.leaves
        for stop in route.stops:
            assert clock <= stop.arrives <= stop.begins <= stop.leaves, (route.patrol.name, stop.name)
            clock = stop.leaves
        assert clock <= route.returns or not route.stops
        sums, away = route.totals, (route.returns - route.leaves).total_seconds() / 60
        spent = sums.travel_minutes + sums.dwell_minutes + sums.idle_minutes + sums.break_minutes
        assert spent == pytest.approx(away, abs=0.02), route.patrol.name
        metres = sum(stop.way_m + stop.along_m for stop in route.stops) + route.home_m
        assert sums.km == pytest.approx(metres / 1000, abs=1e-6)
        assert [stop.number for stop in working(route)] == list(range(1, len(working(route)) + 1))
    made = [stop for route in plan.routes for stop in route.stops]
    assert plan.value == pytest.approx(sum(stop.value for stop in made))
    assert plan.value <= plan.bound + 1e-6
    keys = [stop.key for stop in made if stop.kind != "break"]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("minutes", [-30.0, 0.0, 7.3, 41.7, 95.2, 180.0, 236.0])
def test_a_plan_made_anew_adds_up_at_any_time(streets: Streets, minutes: float) -> None:
    kept = kept_plan(
        streets, scattered(50), patrol(1), patrol(2, mode="walk", pause=True), replace(patrol(3), end=None)
    )
    first = anew(kept, streets, minutes)
    adds_up(first.plan)
    adds_up(anew(first, streets, min(minutes + 11.0, 238.0)).plan)
    now = BEGINS + timedelta(minutes=minutes)
    for before, after in zip(kept.plan.routes, first.plan.routes, strict=True):
        had = [stop.key for stop in before.stops if stop.begins <= now]
        assert [stop.key for stop in after.stops][: len(had)] == had


def test_who_fell_out_stays_out(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(40), patrol(1), patrol(2))
    first = anew(kept, streets, 60.0, absent=("2号",))
    second = anew(first, streets, 90.0)
    made = [stop.key for stop in second.plan.routes[1].stops]
    assert made == [stop.key for stop in first.plan.routes[1].stops]
    assert all(stop.leaves <= BEGINS + timedelta(minutes=60) for stop in second.plan.routes[1].stops)
    adds_up(second.plan)
    with pytest.raises(InputRefused) as refused:
        anew(first, streets, 90.0, positions={"2号": at(0.0, 0.0)})
    assert [fault.code for fault in refused.value.faults] == ["fell_out"]


def test_what_was_driven_by_an_earlier_change_is_not_planned_again(streets: Streets) -> None:
    first = anew(kept_plan(streets, scattered(20), patrol(1)), streets, 90.25)
    with pytest.raises(Conflict) as refused:
        anew(first, streets, 60.0)
    assert refused.value.code == "before_replan"
    assert "第 2 号" in refused.value.message.zh
    assert "18:30:15" in refused.value.message.zh
    assert refused.value.remedy
    assert "18:31" in refused.value.remedy.zh
    adds_up(anew(first, streets, 90.25).plan)
    # A plan that was kept before it said when it was made anew is planned anew at any time.
    adds_up(anew(replace(first, plan=replace(first.plan, replanned_at=None)), streets, 95.0).plan)


def test_a_patrol_told_elsewhere_breaks_its_visit_off_and_one_beside_it_ends_it(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(40), patrol(1))
    stop = working(kept.plan.routes[0])[1]
    minutes = (stop.begins - BEGINS).total_seconds() / 60 + 2
    there = Spot(stop.lon, stop.lat)
    beside = anew(kept, streets, minutes, positions={"1号": there})
    adds_up(beside.plan)
    assert working(beside.plan.routes[0])[1].leaves == stop.leaves
    away = anew(kept, streets, minutes, positions={"1号": at(0.0, 0.0)})
    adds_up(away.plan)
    assert working(away.plan.routes[0])[1].leaves == BEGINS + timedelta(minutes=minutes)


def test_nobody_begins_before_the_shift(streets: Streets) -> None:
    late = replace(patrol(1), begins=BEGINS + timedelta(hours=1))
    kept = kept_plan(streets, scattered(30), late)
    made = anew(kept, streets, 20.0, positions={"1号": at(400.0, 400.0)})
    assert made.plan.routes[0].stops
    assert made.plan.routes[0].leaves >= late.begins


def test_what_is_told_to_be_done_stays_and_what_is_not_is_planned_again(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(40), patrol(1), patrol(2))
    minutes, now = 60.0, BEGINS + timedelta(minutes=60)
    had, ahead = (
        [s for s in working(kept.plan.routes[0]) if (s.begins <= now) is so] for so in (True, False)
    )
    made = anew(kept, streets, minutes, done=(had[0].key, ahead[0].key)).plan
    adds_up(made)
    stops = working(made.routes[0])
    assert [stop.key for stop in stops[:2]] == [had[0].key, ahead[0].key]
    assert stops[1].leaves == now
    again = {stop.key for route in made.routes for stop in working(route)}
    again |= {place.key for place in made.omitted}
    assert {stop.key for stop in had[1:]} <= again
    nothing = anew(kept, streets, minutes, done=()).plan
    adds_up(nothing)
    assert all(stop.begins >= now for route in nothing.routes for stop in working(route))
    with pytest.raises(InputRefused) as refused:
        anew(kept, streets, minutes, done=("p:none",))
    assert [fault.code for fault in refused.value.faults] == ["unknown_place"]


def test_time_under_way_counts_from_setting_out(streets: Streets) -> None:
    """A patrol of two hours that leaves after one has not used any of them up before it left."""
    places = scattered(12)
    places.opens[:], places.windowed[:] = 90.0, True
    kept = kept_plan(streets, places, replace(patrol(1), most_minutes=120.0))
    assert kept.plan.routes[0].leaves > BEGINS + timedelta(minutes=60)
    before = len(working(kept.plan.routes[0]))
    made = anew(kept, streets, 95.0).plan
    assert len(working(made.routes[0])) >= before
    assert made.routes[0].returns - made.routes[0].leaves <= timedelta(minutes=120, seconds=1)


def test_a_break_not_had_yet_is_had_and_one_that_nobody_needs_is_not(streets: Streets) -> None:
    spot = at(400.0, 400.0)
    idle = kept_plan(streets, scattered(0), patrol(1, pause=True))
    assert not idle.plan.routes[0].stops
    early = anew(idle, streets, 30.0, urgent=urgent_at(spot))
    assert [stop.kind for stop in early.plan.routes[0].stops].count("break") == 1
    late = anew(idle, streets, 200.0, urgent=urgent_at(spot))
    assert [stop.kind for stop in late.plan.routes[0].stops] == ["urgent"]


def test_who_has_nothing_more_to_do_goes_home_and_is_met_on_the_way(streets: Streets) -> None:
    far = at(1600.0, 1600.0)
    places = scattered(1)
    places.lon[0], places.lat[0] = far.lon, far.lat
    kept = kept_plan(streets, places, patrol(1, mode="walk", start=at(0.0, 0.0)))
    stop = working(kept.plan.routes[0])[0]
    minutes = (stop.leaves - BEGINS).total_seconds() / 60
    home = anew(kept, streets, minutes - 1)
    adds_up(home.plan)
    route = home.plan.routes[0]
    assert route.home_m == pytest.approx(3200, abs=10)
    assert route.returns > stop.leaves + timedelta(minutes=30)
    second = anew(home, streets, minutes + 20, urgent=urgent_at(far))
    adds_up(second.plan)
    way = working(second.plan.routes[0])[1].way
    # It turns where it is: half an hour's walk from the far corner it is not at home.
    assert shapely.get_coordinates(way)[0] == pytest.approx((stop.lon, stop.lat), abs=1e-6)
    assert working(second.plan.routes[0])[1].way_m == pytest.approx(2 * 20 * 60 * 1.3, rel=0.1)


def test_floors_are_told_anew(streets: Streets) -> None:
    places = scattered(1)
    floors = FloorZones(
        ("Z0",), ("一区",), np.array([np.nan]), np.array([np.nan]), np.zeros((7, 1), np.int64), np.full(1, 7)
    )
    wanted = asked(patrol(1), patrol(2), floor=1, iterations=40)
    plan, whole = make_plan(material(streets, places, zones=["Z0"], floors=floors), wanted)
    assert [floor.met for floor in plan.floors] == [True]
    goes = next(route.patrol.name for route in plan.routes if route.stops)
    kept = KeptPlan(replace(plan, id=1), wanted, whole, None, "甲", None, None)
    lost = anew(kept, streets, 239.0, done=(), absent=(goes,), floors=floors).plan
    assert [(floor.met, floor.planned) for floor in lost.floors] == [(False, 0)]
    assert lost.floors[0].because


def test_instants_of_another_zone_change_nothing(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(20), patrol(1))
    here = anew(kept, streets, 45.0).plan
    utc = datetime.fromisoformat("2026-11-23T09:45:00+00:00")
    change = Change(utc, no_places(), {})
    there, _, _ = replan(kept, change, streets, (), made_at=BEGINS)
    assert [s.key for r in there.routes for s in r.stops] == [s.key for r in here.routes for s in r.stops]
    assert "17:45" in there.remarks[0].zh


def test_what_is_urgent_is_reached_soon(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(60), patrol(1), patrol(2))
    spot = at(200.0, 1400.0)
    made = anew(kept, streets, 70.0, urgent=urgent_at(spot)).plan
    (stop,) = [stop for route in made.routes for stop in route.stops if stop.kind == "urgent"]
    # 1.6 km at 4 m/s are 7 minutes, a visit that has begun is ended first, and ten more are granted.
    assert stop.begins <= BEGINS + timedelta(minutes=70 + 12 + 7 + 10)


def test_two_urgent_places_at_once_are_both_made(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(60), patrol(1))
    both = urgent_at(at(0.0, 0.0)).joined(urgent_at(at(1600.0, 1600.0), "urgent:1:given:2"))
    made = anew(kept, streets, 70.0, urgent=both).plan
    assert made.dropped == ()
    assert len([stop for route in made.routes for stop in route.stops if stop.kind == "urgent"]) == 2


def visits_of(plan: Plan, key: str) -> list[PlannedStop]:
    made = [stop for route in plan.routes for stop in route.stops if stop.key == key]
    return sorted(made, key=lambda stop: stop.begins)


def test_visits_made_before_count_among_the_repeats(streets: Streets) -> None:
    """Two visits are asked of each place in four hours: in the first of them, and in the last."""
    kept = kept_plan(streets, scattered(3), patrol(1), repeats=2)
    keys = kept.places.key.tolist()
    assert [len(visits_of(kept.plan, key)) for key in keys] == [2, 2, 2]
    first = anew(kept, streets, 100.0)
    second = anew(first, streets, 200.0)
    for each in (first, second):
        assert [len(visits_of(each.plan, key)) for key in keys] == [2, 2, 2]
        assert not each.plan.omitted
        for key in keys:
            one, other = visits_of(each.plan, key)
            assert other.begins - one.leaves >= timedelta(minutes=100)
    at_the_end = anew(first, streets, 239.0)
    assert [len(visits_of(at_the_end.plan, key)) for key in keys] == [2, 2, 2]


def test_what_was_missed_is_visited_when_it_can_be_and_no_oftener_than_asked(streets: Streets) -> None:
    kept = kept_plan(streets, scattered(3), patrol(1), repeats=2)
    keys = kept.places.key.tolist()
    missed = anew(kept, streets, 100.0, done=(keys[0],))
    counts = [len(visits_of(missed.plan, key)) for key in keys]
    assert counts == [2, 1, 1]  # at 100 minutes one visit, two hours before the end, is what is left
    assert all(visits_of(missed.plan, key)[0].begins < BEGINS + timedelta(minutes=180) for key in keys[1:])
    # Its second visit is told to be made already: there is no third.
    twice = anew(missed, streets, 235.0, done=tuple(keys))
    assert [len(visits_of(twice.plan, key)) for key in keys] == [2, 1, 1]
    assert not twice.plan.omitted
