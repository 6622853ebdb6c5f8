"""Intervals of differences, from blocks of weeks."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.forecasting.resampling import (
    drawn_blocks,
    mean_difference,
    relative_gain,
    share_of,
)


def test_blocks_are_neighbours_on_a_circle() -> None:
    series = drawn_blocks(26, seed=1)
    assert series.shape == (1000, 26)
    assert np.isin(np.diff(series[:, :4], axis=1) % 26, [1]).all()
    assert np.array_equal(series, drawn_blocks(26, seed=1))
    assert np.bincount(series.ravel()).std() / np.bincount(series.ravel()).mean() < 0.1


def test_a_gain_of_every_week_is_decided_and_noise_is_not() -> None:
    rng = np.random.default_rng(1)
    series = drawn_blocks(26, seed=1)
    base = rng.poisson(50, 26).astype(float)
    gain = relative_gain(base * 1.2, base, series)
    assert gain.value == pytest.approx(0.2)
    assert gain.decided
    assert (gain.low, gain.high) == pytest.approx((0.2, 0.2))
    noise = mean_difference(rng.normal(size=26), rng.normal(size=26), series)
    assert not noise.decided


def test_the_interval_covers_the_truth() -> None:
    """A ratio of sums over weeks, 95 %: of 300 worlds some 280 or more hold the truth."""
    rng = np.random.default_rng(2)
    series = drawn_blocks(26, seed=1)
    held = 0
    for _ in range(300):
        one, other = rng.poisson(36, 26).astype(float), rng.poisson(30, 26).astype(float)
        found = relative_gain(one, other, series)
        held += found.low <= 0.2 <= found.high
    assert 0.88 <= held / 300 <= 0.99


def test_without_a_base_there_is_no_number() -> None:
    series = drawn_blocks(5, seed=1)
    found = share_of(np.zeros(5), np.zeros(5), series)
    assert found.as_dict() == {"value": None, "low": None, "high": None}
    assert not found.decided
