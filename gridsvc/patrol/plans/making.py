"""From the material to the plan: no database, no clock, the same again for the same seed and iterations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from importlib.metadata import version

import numpy as np

from gridsvc.errors import Text
from gridsvc.patrol.plan import FloorState, OmittedPlace, Plan, PlannedRoute
from gridsvc.patrol.plans.covering import Coverage, cover, states
from gridsvc.patrol.plans.doubts import doubts_of
from gridsvc.patrol.plans.ground import ZonesOfPlaces
from gridsvc.patrol.plans.leaving_out import given_up, left_out
from gridsvc.patrol.plans.material import Material
from gridsvc.patrol.plans.posing import Posed, pose
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.patrol.plans.request_faults import check_request
from gridsvc.patrol.plans.slots import Night
from gridsvc.patrol.plans.street_form import pose_streets
from gridsvc.patrol.plans.telling import tell_routes, total_of
from gridsvc.patrol.plans.varying import fresh_seed, vary
from gridsvc.patrol.routing.balancing import balance
from gridsvc.patrol.routing.bounding import upper_bound
from gridsvc.patrol.routing.exchanging import exchanged
from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.problem import Effort
from gridsvc.patrol.routing.relaxing import Relaxed, relax
from gridsvc.patrol.routing.solving import engines
from gridsvc.patrol.value.places import Places

Progress = Callable[[float], None]


def make_plan(
    material: Material,
    asked: PlanAsked,
    *,
    progress: Progress | None = None,
) -> tuple[Plan, Places]:
    """Return the plan, and the places that it chose from, those that floors added included.

    Raises
    ------
    InputRefused
        `bad_request`, `depot_off_network`. Whatever else cannot be had is in the plan, with its reason.
    """
    check_request(asked)
    tell = progress or (lambda _done: None)
    seed = fresh_seed() if asked.seed is None else asked.seed
    coverage = _covered(material, asked)
    places = coverage.places if coverage else material.places
    zones = coverage.zones if coverage else material.zones
    posed = _posed(material, places, asked, zones)
    tell(0.1)
    effort = _effort(asked, len(posed.problem.visits), seed)
    relaxed = _elastic(posed, places, _part(effort, 0.4))
    best = relaxed.solution
    tell(0.5)
    if asked.balance is not None and len(asked.patrols) > 1:
        best = balance(relaxed.problem, best, _part(effort, 0.1), spread=asked.balance).solution
    tell(0.6)
    solution = best = exchanged(relaxed.problem, best)
    doubts = doubts_of(asked, material.made_at, anew=material.had is not None)
    remarks = [*doubts, *material.remarks, *places.remarks]
    if asked.within > 0:
        varied = vary(
            relaxed.problem,
            _part(effort, 0.5),
            Night(posed.place, places.key, _minute_of_day(asked.begins)),
            seed=seed,
            within=asked.within,
            history=material.history,
            best=best,
        )
        solution = varied.solution
        if varied.strength is None and len(best.made()):
            remarks.append(
                Text(
                    "没有价值足够接近的其他方案：本次按最优方案，未作变化",
                    "No other plan comes near enough in value: this is the best one, not varied",
                )
            )
    tell(0.9)
    routes = tell_routes(posed, solution, places, asked, zones.floor)
    dropped = given_up(posed, relaxed, places)
    omitted = left_out(posed, relaxed.problem, solution, places, dropped, varied=solution is not best)
    plan = Plan(
        day=asked.day,
        zone=asked.zone,
        begins=asked.begins,
        ends=asked.ends,
        form=asked.form,
        routes=routes,
        omitted=omitted,
        dropped=dropped,
        floors=_floors(material, coverage, routes, (*dropped, *omitted)),
        totals=total_of(routes),
        value=solution.value(posed.problem),
        possible=_possible(posed),
        bound=upper_bound(relaxed.problem, known=best.value(relaxed.problem)).value,
        greedy=greedy(relaxed.problem).value(posed.problem),
        seed=seed,
        made_at=material.made_at,
        versions=_versions(material, places),
        remarks=tuple(dict.fromkeys(remarks)),
        synthetic=material.synthetic,
    )
    tell(1.0)
    return plan, places


_GIVES_WAY = ("exploration", "coverage")
"""Kinds that a plan is asked to visit of its own accord: they give way to a case, in this order."""


def _elastic(posed: Posed, places: Places, effort: Effort) -> Relaxed:
    """Return the plan with as many required visits as can be, where no case is given up for a floor.

    Visits count alike when they are relaxed: two quiet grids nearby would outweigh a case further off.
    """
    kind = places.kind[posed.place]
    problem = posed.problem
    relaxed = relax(problem, effort)
    for soft in _GIVES_WAY:
        lost = [each for each in relaxed.dropped if each.constraint in ("conflict", "together")]
        weak = problem.visits.required & (kind == soft)
        if not weak.any() or all(kind[each.visit] in _GIVES_WAY for each in lost):
            continue
        required = problem.visits.required & ~weak
        problem = replace(problem, visits=replace(problem.visits, required=required))
        relaxed = relax(problem, effort)
    return relaxed


def _covered(material: Material, asked: PlanAsked) -> Coverage | None:
    if material.floors is None or not asked.floor:
        return None
    made = cover(
        material.places, material.zones, material.floors, asked.floor, asked.minutes, len(asked.patrols)
    )
    # The points that floors add come last; the pieces of street must.
    pieces, before = len(material.pieces or ()), len(material.places)
    order = np.concatenate(
        [np.arange(before - pieces), np.arange(before, len(made.places)), np.arange(before - pieces, before)]
    )
    return made.taking(order)


def _posed(material: Material, places: Places, asked: PlanAsked, zones: ZonesOfPlaces) -> Posed:
    if material.pieces is None:
        return pose(material.streets, places, asked, zones.all, had=material.had, speeds=material.speeds)
    points = np.arange(len(places) - len(material.pieces))
    posed = pose(
        material.streets,
        places.only(points),
        asked,
        zones.all[: len(points)],
        had=material.had.only(points) if material.had else None,
        speeds=material.speeds,
    )
    return pose_streets(
        posed, material.streets, material.pieces, places, asked, zones.all, speeds=material.speeds
    )


_MANY = 900
"""Visits from which on what surrounds the search takes seconds of its own."""


def _effort(asked: PlanAsked, visits: int, seed: int) -> Effort:
    """Return the effort of the search; of many visits less, so that the plan as a whole takes no longer."""
    if asked.iterations:
        return Effort(asked.iterations, None, seed % (1 << 31))
    return Effort(None, asked.seconds * min(1.0, _MANY / max(visits, 1)), seed % (1 << 31))


def _part(effort: Effort, share: float) -> Effort:
    return replace(
        effort,
        iterations=None if effort.iterations is None else max(1, round(effort.iterations * share)),
        seconds=None if effort.seconds is None else effort.seconds * share,
    )


def _minute_of_day(instant: datetime) -> float:
    return instant.hour * 60 + instant.minute + instant.second / 60


def _possible(posed: Posed) -> float:
    """Return the value of all places: the best visit of each and of each of its repeats."""
    visits = posed.problem.visits
    if not len(visits):
        return 0.0
    family = posed.place * (int(posed.copy.max()) + 1) + posed.copy
    best = np.zeros(int(family.max()) + 1)
    np.maximum.at(best, family, visits.value)
    return float(best.sum())


def _floors(
    material: Material,
    coverage: Coverage | None,
    routes: tuple[PlannedRoute, ...],
    not_visited: tuple[OmittedPlace, ...],
) -> tuple[FloorState, ...]:
    if coverage is None or material.floors is None:
        return ()
    zone_of = dict(zip(coverage.places.key.tolist(), coverage.zones.floor, strict=True))
    return states(coverage.due, coverage.nowhere, material.floors, routes, not_visited, zone_of)


def _versions(material: Material, places: Places) -> Mapping[str, str]:
    return {
        "gridsvc": version("gridsvc"),
        "engines": ", ".join(engines()),
        "network": material.streets.version,
        **places.versions,
        **material.versions,
    }
