"""Every pair near in place and time is compared, once, and the work is bounded whatever the data."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.cases.duplicates.blocking import MOST_IN_BLOCK, REACH_M, WINDOW_S, candidate_pairs
from gridsvc.cases.duplicates.evidence import FEATURES, gather_evidence
from gridsvc.cases.duplicates.told import Told
from tests.cases.duplicates.told_reports import make_told


def _found(told: Told) -> set[tuple[int, int]]:
    every = np.arange(len(told))
    return {
        pair
        for part in candidate_pairs(told, every)
        for pair in zip(part.later.tolist(), part.earlier.tolist(), strict=True)
    }


_report = st.tuples(
    st.floats(-250, 250, allow_nan=False),
    st.floats(-250, 250, allow_nan=False),
    st.floats(0, 1500, allow_nan=False),
    st.integers(0, 2),
)


@given(st.lists(_report, max_size=MOST_IN_BLOCK))
@settings(deadline=None, max_examples=150)
def test_the_pairs_are_those_of_comparing_each_with_each(
    reports: list[tuple[float, float, float, int]],
) -> None:
    reports = sorted(reports, key=lambda each: each[2])
    told = make_told(
        [each[:2] for each in reports],
        [each[2] for each in reports],
        group=[each[3] for each in reports],
    )
    wanted = {
        (one, other)
        for one in range(len(reports))
        for other in range(one)
        if told.group[one] == told.group[other]
        and told.opened[one] - told.opened[other] <= WINDOW_S
        and np.hypot(told.x_m[one] - told.x_m[other], told.y_m[one] - told.y_m[other]) <= REACH_M
    }
    assert _found(told) == wanted


def test_nothing_and_a_single_report_have_no_pair() -> None:
    assert _found(make_told([], [])) == set()
    assert _found(make_told([(0, 0)], [0])) == set()


def test_a_hundred_thousand_reports_on_one_point_stay_bounded() -> None:
    size = 100_000
    hours = np.sort(np.random.default_rng(1).uniform(0, 365 * 24, size)).tolist()
    told = make_told([(0.0, 0.0)] * size, hours, words=["墙上贴满小广告"] * size)
    count = 0
    for part in candidate_pairs(told, np.arange(size)):
        assert len(part) <= 8_192 * 9 * MOST_IN_BLOCK
        count += len(part)
    assert 0.99 * size * MOST_IN_BLOCK <= count <= size * MOST_IN_BLOCK
    few = np.arange(size - 2_000, size)
    for evidence in gather_evidence(told, few):
        assert np.isfinite(evidence.values).all()
        assert evidence.values.shape == (len(evidence.pairs), len(FEATURES))
