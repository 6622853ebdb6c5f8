"""Rates by hand and against esda."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

from gridsvc.hotspots.products.rates import crude_rates, smoothed_rates


def test_a_cell_without_exposure_has_no_rate() -> None:
    counts, exposure = np.array([2, 0, 3]), np.array([0.5, 2.0, 0.0])
    assert crude_rates(counts, exposure).tolist()[:2] == [4.0, 0.0]
    assert np.isnan(crude_rates(counts, exposure)[2])
    assert np.isnan(smoothed_rates(counts, exposure)[2])
    assert np.isnan(smoothed_rates(counts, np.zeros(3))).all()


def test_smoothed_rates_are_marshalls() -> None:
    """Oracle: esda's Empirical_Bayes, which is Marshall's global estimator too."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from esda.smoothing import Empirical_Bayes
    rng = np.random.default_rng(7)
    exposure = rng.lognormal(0, 1, 300) * 20
    counts = rng.poisson(rng.gamma(2, 0.2, 300) * exposure)
    expected = np.asarray(Empirical_Bayes(counts, exposure).r).ravel()
    assert smoothed_rates(counts, exposure) == pytest.approx(expected, rel=1e-9)


def test_without_more_spread_than_chance_every_rate_is_the_citys() -> None:
    counts, exposure = np.full(10, 4), np.full(10, 2.0)
    assert smoothed_rates(counts, exposure) == pytest.approx(2.0)


def test_smoothing_halves_the_error_of_small_cells() -> None:
    """evaluation.md E5: mean square error below the crude rate's by 30 % at least."""
    rng = np.random.default_rng(7)
    truth = rng.gamma(2.0, 0.5, 2000)
    exposure = rng.lognormal(0, 0.7, 2000)
    counts = rng.poisson(truth * exposure)
    crude = np.mean((crude_rates(counts, exposure) - truth) ** 2)
    smoothed = np.mean((smoothed_rates(counts, exposure) - truth) ** 2)
    assert smoothed <= 0.7 * crude
