"""The negative binomial, against scipy.stats."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gridsvc.hotspots.forecasting.predictive import Predictive


def reference(mean: float, spread: float) -> stats.rv_discrete:
    if spread < 1e-9:
        return stats.poisson(mean)
    return stats.nbinom(1 / spread, 1 / (1 + spread * mean))


means, spreads = st.floats(0.001, 60.0), st.sampled_from([0.0, 0.02, 0.4, 3.2])


@given(mean=means, spread=spreads, count=st.integers(0, 80))
def test_probabilities_are_those_of_scipy(mean: float, spread: float, count: int) -> None:
    one = Predictive(np.array([mean]), np.array([spread]))
    known = reference(mean, spread)
    assert one.log_scores(np.array([count]))[0] == pytest.approx(known.logpmf(count), rel=1e-6, abs=1e-9)
    assert one.below(np.array([count]))[0] == pytest.approx(known.cdf(count), rel=1e-6, abs=1e-12)


@given(mean=means, spread=spreads, level=st.floats(0.01, 0.99))
def test_quantiles_are_those_of_scipy(mean: float, spread: float, level: float) -> None:
    found = int(Predictive(np.array([mean]), np.array([spread])).quantile(level)[0])
    known = reference(mean, spread)
    assert known.cdf(found) >= level - 1e-9
    assert found == 0 or known.cdf(found - 1) < level + 1e-9


def test_nothing_lies_below_zero() -> None:
    assert Predictive(np.array([2.0]), np.array([0.5])).below(np.array([-1]))[0] == 0.0


def test_an_interval_holds_at_least_its_share() -> None:
    rng = np.random.default_rng(2)
    mean = rng.gamma(1.0, 2.0, 4000)
    one = Predictive(mean, np.full(4000, 0.3))
    low, high = one.interval(0.8)
    counts = rng.poisson(mean * rng.gamma(1 / 0.3, 0.3, 4000))
    assert ((low <= counts) & (counts <= high)).mean() > 0.79
