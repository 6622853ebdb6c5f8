"""The feedback guard: rates per effort and per readiness to report, and the loop of E7."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.hotspots.forecasting.feedback import DEFAULT, NAIVE, POLICIES, added, simulate
from gridsvc.hotspots.forecasting.guard import (
    Seen,
    choose_cells,
    corrected_rates,
    reporting_rate,
    reporting_rates,
)


@given(st.floats(0.02, 5.0))
def test_the_reporting_rate_comes_back_from_the_mean_number_of_reports(theta: float) -> None:
    mean = theta / (1 - np.exp(-theta))
    assert reporting_rate(1000.0, 1000.0 * mean) == pytest.approx(1 - np.exp(-theta), rel=1e-6)


def test_nothing_repeated_tells_no_rate() -> None:
    assert reporting_rate(500, 500) == 0.0
    assert reporting_rate(0, 0) == 0.0


def test_an_area_of_few_incidents_takes_the_rate_of_the_city() -> None:
    incidents = np.array([1000.0, 1000.0, 10.0])
    reports = np.array([1050.0, 1200.0, 30.0])
    rates = reporting_rates(incidents, reports, np.array([0, 1, 2]))
    assert rates[2] == pytest.approx(reporting_rate(2010, 2280))
    assert rates[0] < rates[2] < rates[1]


def test_finds_count_per_visit() -> None:
    """Two cells alike; one was visited ten times as often and had ten times the finds."""
    visits = np.array([100.0, 10.0] + [20.0] * 98)
    seen = Seen(np.zeros(100), 0.4 * visits, np.full(100, 100.0), visits)
    rates, _shape = corrected_rates(seen, np.full(100, 0.01))
    assert rates[0] == pytest.approx(rates[1], rel=0.1)


def test_corrected_rates_rank_as_the_truth_does_where_readiness_to_report_differs() -> None:
    """E5: some report three times as readily; the corrected map must be nearer to the truth by 0.15 and more."""
    rng = np.random.default_rng(5)
    truth = rng.gamma(4.0, 0.25, 600)
    area = np.arange(600) % 6
    often = -np.log1p(-np.array([0.1, 0.1, 0.15, 0.2, 0.3, 0.3])[area])
    incidents = rng.poisson(truth * 104)
    reported = rng.binomial(incidents, 1 - np.exp(-often))
    reports = reported * often / (1 - np.exp(-often))
    rates = reporting_rates(reported.astype(float), reports, area)
    seen = Seen(reported.astype(float), np.zeros(600), np.full(600, 104.0), np.zeros(600))
    corrected = corrected_rates(seen, rates)[0]

    def ranks(values: np.ndarray) -> np.ndarray:
        return np.argsort(np.argsort(values))

    raw = np.corrcoef(ranks(reported), ranks(truth))[0, 1]
    assert np.corrcoef(ranks(corrected), ranks(truth))[0, 1] >= raw + 0.15


def test_a_share_of_the_visits_explores() -> None:
    rng = np.random.default_rng(1)
    rate = np.arange(100.0)
    chosen = choose_cells(rate, 20, 0.1, rng)
    assert len(set(chosen.tolist())) == 20
    assert set(chosen[:18].tolist()) == set(range(82, 100))
    assert (chosen[18:] < 82).all()
    assert set(choose_cells(rate, 20, 0.0, rng).tolist()) == set(range(80, 100))


def test_the_default_policy_does_not_run_away() -> None:
    """E7 with few runs; tests/long has the 60 of the target."""
    outcomes = {policy: added([simulate(policy, seed) for seed in range(6)]) for policy in POLICIES}
    assert outcomes[DEFAULT].share >= 0.90
    assert 0.8 <= outcomes[DEFAULT].ratio <= 1.25
    assert outcomes[NAIVE].concentration > 0.98
    assert outcomes[NAIVE].share < 0.87
    assert outcomes[NAIVE].ratio < 0.5


def test_a_run_repeats_itself() -> None:
    assert simulate(DEFAULT, 3) == simulate(DEFAULT, 3)
