from __future__ import annotations

from dataclasses import replace

import pytest

from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.fixed_round import fixed_round, usual_rounds
from gridsvc.patrol.routing.timing import time_route
from tests.patrol.town_of_chance import town_of_chance


@pytest.mark.parametrize("seed", range(10))
def test_a_round_is_walked_in_its_order_whatever_places_are_worth(seed: int) -> None:
    problem = town_of_chance(seed, visits=15, patrols=3, hours=4, required=0).problem
    walked = fixed_round(problem)
    assert faults(problem, walked) == []
    for visits, order in zip(walked.sequences, usual_rounds(problem), strict=True):
        assert list(visits) == [visit for visit in order if visit in visits]
    dearer = replace(problem, visits=replace(problem.visits, value=problem.visits.value[::-1].copy()))
    assert fixed_round(dearer) == walked


def test_what_does_not_fit_is_passed_by() -> None:
    problem = town_of_chance(4, visits=8, patrols=1, hours=3, groups=0, required=0, closed=0).problem
    order = list(range(8))
    (visits,) = fixed_round(problem, [order]).sequences
    gone: list[int] = []
    for visit in order:
        if visit in visits:
            gone.append(visit)
        else:
            assert time_route(problem, 0, [*gone, visit]) is None
    assert gone == list(visits)


def test_usual_rounds_share_the_places() -> None:
    problem = town_of_chance(3, visits=12, patrols=3, groups=0, closed=0).problem
    rounds = usual_rounds(problem)
    went = [visit for visits in rounds for visit in visits]
    assert len(went) == len(set(went))
    assert max(map(len, rounds)) - min(map(len, rounds)) <= 12
