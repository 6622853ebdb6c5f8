"""The measures of hotspots.md 3.10, on numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.forecasting.predictive import Predictive
from gridsvc.hotspots.forecasting.scores import accuracy, calibration_slope, catch, honesty, joined


def test_measures_by_hand() -> None:
    """200 cells: 1 % is two cells. The ranking has 6 of 10 reports there, the best two cells 8."""
    score, counts, earlier = np.zeros(200), np.zeros(200), np.zeros(200)
    score[:4] = [4, 3, 2, 1]
    counts[:4] = [6, 0, 2, 2]
    earlier[:4] = [2, 1, 1, 0]
    found = accuracy(catch(score, counts, earlier, np.ones(200), np.full(200, 0.01)))
    at = 1
    assert found.hit[at] == pytest.approx(0.6)
    assert found.pai[at] == pytest.approx(60.0)
    assert found.pei[at] == pytest.approx(6 / 8)
    assert found.precision[at] == pytest.approx(0.5)
    assert found.ser[at] == pytest.approx(6 / 0.02)
    assert found.rri[at] == pytest.approx((6 / 3) / (10 / 4))
    assert found.ppai[at] == pytest.approx(0.6 / 0.01**0.5)


def test_sums_over_weeks_and_not_means_of_ratios() -> None:
    """A week with 1 report all caught and one with 9 none caught: one tenth, not a half."""
    score = np.array([1.0] + [0.0] * 199)
    first, second = np.zeros(200), np.zeros(200)
    first[0], second[100] = 1, 9
    parts = [catch(score, week, first, np.ones(200), np.ones(200)) for week in (first, second)]
    assert accuracy(joined(parts)).hit[0] == pytest.approx(0.1)


def test_an_oracle_has_pei_one_by_cells_and_by_length() -> None:
    rng = np.random.default_rng(3)
    counts, size = rng.poisson(0.3, 500).astype(float), rng.gamma(2.0, 1.0, 500)
    for of in (np.ones(500), size):
        found = accuracy(catch(counts, counts, counts, of, np.ones(500)))
        assert found.pei == pytest.approx(np.ones(4))


def test_nothing_to_catch_is_not_a_number_of_its_own() -> None:
    found = accuracy(catch(np.arange(50.0), np.zeros(50), np.zeros(50), np.ones(50), np.ones(50)))
    assert np.isnan(found.hit).all()
    assert np.isnan(found.pei).all()


def test_right_probabilities_are_called_honest() -> None:
    rng = np.random.default_rng(4)
    mean = rng.gamma(1.0, 1.5, (3000, 4))
    counts = rng.poisson(mean * rng.gamma(2.0, 0.5, mean.shape))
    steps = [Predictive(mean[:, k], np.full(3000, 0.5)) for k in range(4)]
    found = honesty(steps, counts)
    assert found.pit == pytest.approx(np.full(10, 0.1), abs=0.012)
    assert found.covered == pytest.approx(0.8, abs=0.015)
    assert found.inside >= 0.8
    assert found.slope == pytest.approx(1.0, abs=0.05)


def test_too_sure_is_seen() -> None:
    rng = np.random.default_rng(4)
    mean = rng.gamma(1.0, 3.0, 4000)
    counts = rng.poisson(mean * rng.gamma(1.0, 1.0, 4000))
    found = honesty([Predictive(mean, np.zeros(4000))], counts[:, None])
    assert found.covered < 0.7
    assert found.pit[0] > 0.15


def test_the_slope_of_exaggerated_forecasts_is_below_one() -> None:
    rng = np.random.default_rng(6)
    mean = rng.gamma(1.0, 2.0, 5000) + 0.05
    assert calibration_slope(mean**2, rng.poisson(mean)) == pytest.approx(0.5, abs=0.03)
    assert np.isnan(calibration_slope(np.ones(10), np.zeros(10, np.int64)))
