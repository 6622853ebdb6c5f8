"""What a method learns of its own errors: level, even share, spread."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.forecasting.calibration import Calibrator
from gridsvc.hotspots.forecasting.methods import Estimate

CELLS = 200


def learned(mean: float, seen: float, spread: float = 0.0, steps: int = 40) -> Calibrator:
    """Return what is learned of a method that expects `mean` everywhere where `seen` comes."""
    rng = np.random.default_rng(4)
    calibrator = Calibrator()
    for _ in range(steps):
        each = seen * (rng.gamma(1 / spread, spread, CELLS) if spread else np.ones(CELLS))
        calibrator.observe(Estimate(np.full(CELLS, mean)), rng.poisson(each), 0, 1)
    return calibrator


def test_a_method_that_expects_half_is_raised() -> None:
    found = learned(1.0, 2.0)
    # Eight steps that had twice as much, drawn to 1 by two more.
    assert found.level(0) == pytest.approx((8 * 2 + 2) / 10, rel=0.05)
    assert found.level(1) == 1.0
    assert found.apply(Estimate(np.full(CELLS, 1.0)), 0).mean == pytest.approx(found.level(0))


def test_the_spread_is_that_of_the_counts() -> None:
    even = learned(2.0, 2.0).apply(Estimate(np.full(CELLS, 2.0)), 0)
    wide = learned(2.0, 2.0, spread=0.8).apply(Estimate(np.full(CELLS, 2.0)), 0)
    assert even.spread.max() <= 0.02
    assert wide.spread[0] == pytest.approx(0.8)


def test_ranks_do_not_change() -> None:
    rng = np.random.default_rng(5)
    mean = rng.gamma(1.0, 1.0, CELLS)
    found = learned(1.0, 3.0).apply(Estimate(mean), 0)
    assert (np.argsort(found.mean) == np.argsort(mean)).all()


def test_the_first_reports_of_a_class_are_no_reason_to_expect_millions() -> None:
    """Nothing was expected of any step, and then something came."""
    calibrator = Calibrator()
    nothing = Estimate(np.zeros(CELLS))
    for _ in range(7):
        calibrator.observe(nothing, np.zeros(CELLS, np.int64), 0, 1)
    first = np.bincount([3, 3, 9], minlength=CELLS)
    calibrator.observe(nothing, first, 0, 1)
    assert calibrator.level(0) <= 10
    assert calibrator.apply(Estimate(first / 4), 0).mean.sum() < 10
