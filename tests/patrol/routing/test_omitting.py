from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import Text
from gridsvc.patrol.plan import OMITTED_WORDS
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.exchanging import exchanged
from gridsvc.patrol.routing.greedy import greedy
from gridsvc.patrol.routing.omitting import Omission, because, reasons
from gridsvc.patrol.routing.problem import MINUTE, NEVER, NOWHERE, Patrols, Problem, Visits
from gridsvc.patrol.routing.solution import Solution
from gridsvc.patrol.routing.timing import time_route
from tests.patrol.town_of_chance import town_of_chance


def _name(visit: int) -> Text:
    return Text(f"第{visit}处", f"place {visit}")


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.sampled_from([1.0, 2.0, 4.0]), st.integers(1, 3))
def test_each_visit_that_is_not_made_has_one_reason_and_it_is_true(
    seed: int, hours: float, patrols: int
) -> None:
    problem = town_of_chance(seed, visits=14, patrols=patrols, hours=hours, closed=0.3).problem
    simple = greedy(problem)
    solution = exchanged(problem, simple)
    assert [fault for fault in faults(problem, solution) if "required" not in fault] == []
    assert solution.value(problem) >= simple.value(problem) - 1e-9
    omissions = reasons(problem, solution)
    left = sorted(visit for omission in omissions for visit in omission.visits)
    group, made = problem.visits.group, set(solution.made().tolist())
    taken = {int(group[visit]) for visit in made if group[visit] >= 0}
    assert left == [v for v in range(14) if v not in made and int(group[v]) not in taken]
    for omission in omissions:
        assert omission.code in OMITTED_WORDS
        sentence = because(omission, _name)
        assert sentence.zh
        assert sentence.en
        assert _is_true(problem, solution, omission)


def _is_true(problem: Problem, solution: Solution, omission: Omission) -> bool:
    """Whether the reason holds, by trying with the timing of whole routes."""
    patrols, allowed = range(len(problem.patrols)), problem.visits.allowed
    wide = replace(problem, visits=replace(problem.visits, allowed=np.ones_like(allowed)))
    reached = [(v, p) for v in omission.visits for p in patrols if _reaches(problem, v, p)]
    alone = [(v, p) for v in omission.visits for p in patrols if time_route(problem, p, [v]) is not None]
    match omission.code:
        case "unreachable" | "mode":
            return not reached
        case "zones":
            return bool(reached) and not any(allowed[v, p] for v, p in reached)
        case "window":
            free = replace(
                wide.visits,
                opens=np.zeros(len(allowed), np.int64),
                closes=np.full(len(allowed), 10**6),
                allowed=allowed,
            )
            at_any_time = replace(problem, visits=free)
            return not alone and any(
                time_route(at_any_time, p, [v]) is not None for v in omission.visits for p in patrols
            )
    if "alone" in omission.facts:
        return not alone
    if not alone:
        return False
    if not omission.facts.get("instead"):
        return omission.code == "no_time" or problem.visits.value[omission.visit] == 0
    return _would_fit(problem, solution, omission)


def _reaches(problem: Problem, visit: int, patrol: int) -> bool:
    row, end = int(problem.visits.at[visit]), int(problem.patrols.end[patrol])
    out = problem.leg(patrol, int(problem.patrols.start[patrol]), row)
    return out < NEVER and (end == NOWHERE or problem.leg(patrol, row, end) < NEVER)


def _would_fit(problem: Problem, solution: Solution, omission: Omission) -> bool:
    """Whether the visit fits where the visits named are now, and these are worth what is said, and more."""
    instead = list(omission.facts["instead"])
    patrol = next(p for p, visits in enumerate(solution.sequences) if instead[0] in visits)
    sequence = list(solution.sequences[patrol])
    first = sequence.index(instead[0])
    assert sequence[first : first + len(instead)] == instead
    worth = float(problem.visits.value[instead].sum())
    assert omission.facts["instead_value"] == pytest.approx(worth)
    assert worth >= omission.facts["value"] - 1e-9
    own = omission.facts["value"] / max(omission.facts["minutes"], 1e-9)
    if omission.code == "lower_value":
        assert own <= worth / max(omission.facts["instead_minutes"], 1e-9) + 1e-9
    changed = [*sequence[:first], omission.visit, *sequence[first + len(instead) :]]
    return time_route(problem, patrol, changed) is not None


def _one(minutes: int, **changes: object) -> Problem:
    """One visit, one minute away from a patrol with two hours, or as `minutes` says; two modes."""
    travel = np.array([[0, minutes * MINUTE], [minutes * MINUTE, 0]], np.int64)
    visits = Visits(
        at=np.array([1]),
        service=np.array([12 * MINUTE]),
        opens=np.array([0]),
        closes=np.array([120 * MINUTE]),
        value=np.array([1.0]),
        group=np.array([-1]),
        required=np.array([False]),
        allowed=np.array([[True]]),
    )
    hours = 120 * MINUTE
    patrols = Patrols(
        *(np.array([k], np.int64) for k in (0, 0, 0, 0, hours, hours, 0, 0, 0)),
    )
    return Problem(
        (travel, np.minimum(travel, MINUTE)),
        replace(visits, **{k: v for k, v in changes.items() if k in Visits.__slots__}),
        patrols,
    )


@pytest.mark.parametrize(
    ("problem", "code", "word"),
    [
        (_one(60), "no_time", "132 minutes"),
        (_one(NEVER // MINUTE + 1), "mode", "another mode"),
        (_one(1, allowed=np.array([[False]])), "zones", "in charge"),
        (_one(30, closes=np.array([20 * MINUTE])), "window", "hours"),
        (_one(1, value=np.array([0.0])), "lower_value", "Nothing"),
    ],
)
def test_the_reasons_one_by_one(problem: Problem, code: str, word: str) -> None:
    (omission,) = reasons(problem, exchanged(problem, greedy(problem)))
    assert omission.code == code
    assert word in because(omission, _name).en


def test_no_way_by_any_mode() -> None:
    problem = _one(NEVER // MINUTE + 1)
    problem = replace(problem, travel=problem.travel[:1])
    (omission,) = reasons(problem, greedy(problem))
    assert omission.code == "unreachable"
