"""Before and after a campaign: nothing is claimed from chance, a city-wide fall, or a return to the mean."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.spots.campaigns import campaign_effect

RNG = np.random.default_rng(20261123)


def weeks(mean: float, n: int = 8) -> np.ndarray:
    return RNG.poisson(mean, n)


def test_a_city_wide_fall_is_no_success() -> None:
    found = campaign_effect(np.full(8, 20), np.full(8, 10), np.full(8, 400), np.full(8, 200))
    assert found is not None
    assert found.ratio == pytest.approx(1.0, abs=0.01)
    assert found.low < 1 < found.high
    assert found.p > 0.9


def test_a_halving_is_found_with_its_interval() -> None:
    found = campaign_effect(np.full(10, 20), np.full(10, 10), np.full(10, 400), np.full(10, 400))
    assert found is not None
    assert found.dispersion == 1.0
    # ln 0.5013 ± t(36, .975)·sqrt(1/100.5 + 1/200.5 + 2/4000.5), worked by hand
    assert found.ratio == pytest.approx(100.5 / 200.5, rel=1e-12)
    assert (found.low, found.high) == pytest.approx((0.389597, 0.644894), abs=2e-6)
    assert found.p < 1e-4


def test_it_holds_its_level_when_nothing_was_done_even_with_bursts() -> None:
    wrong = 0
    for _ in range(600):
        # Negative binomial weeks, variance three times the mean.
        draws = [RNG.negative_binomial(6, 1 / 3, 8), RNG.negative_binomial(6, 1 / 3, 8)]
        rest = [RNG.negative_binomial(120, 1 / 3, 8), RNG.negative_binomial(120, 1 / 3, 8)]
        found = campaign_effect(*draws, *rest)
        assert found is not None
        wrong += not found.low <= 1 <= found.high
    assert wrong / 600 <= 0.05 + 3 * (0.05 * 0.95 / 600) ** 0.5


def test_regression_to_the_mean_is_taken_out() -> None:
    # 2,000 places of gamma rates, nothing done: the worst 20 fall, and empirical Bayes expects it.
    rates = RNG.gamma(2.0, 2.0, 2000)
    before, after = RNG.poisson(rates * 8 / 8), RNG.poisson(rates * 8 / 8)
    worst = np.argsort(-before)[:20]
    mean, variance = before.mean(), before.var()
    shrink = max(0.0, 1 - mean / variance)
    expected = float((mean + shrink * (before[worst] - mean)).sum())
    rest = np.setdiff1d(np.arange(2000), worst)
    split = np.array([0.5, 0.5])
    found = campaign_effect(
        (before[worst].sum() * split).astype(np.int64),
        (after[worst].sum() * split).astype(np.int64),
        (before[rest].sum() * split).astype(np.int64),
        (after[rest].sum() * split).astype(np.int64),
        expected_before=expected,
    )
    assert found is not None
    assert found.regressed is not None
    assert found.ratio < 0.85
    assert found.regressed == pytest.approx(1.0, abs=0.15)


def test_what_moved_next_door_is_told() -> None:
    before, after = np.full(8, 20), np.full(8, 10)
    rest = np.full(8, 400)
    moved = campaign_effect(before, after, rest, rest, ring_before=np.full(8, 5), ring_after=np.full(8, 15))
    spread = campaign_effect(before, after, rest, rest, ring_before=np.full(8, 6), ring_after=np.full(8, 3))
    worse = campaign_effect(after, before, rest, rest, ring_before=rest, ring_after=rest)
    assert moved is not None
    assert spread is not None
    assert worse is not None
    assert moved.displacement == pytest.approx(-1.0, abs=0.02)
    assert spread.displacement == pytest.approx(0.3, abs=0.02)
    assert worse.displacement is None


@pytest.mark.parametrize(("before", "after"), [([9], [9, 9]), ([1, 1], [0, 0]), ([], [])])
def test_too_little_is_not_answered(before: list[int], after: list[int]) -> None:
    rest = np.array([10, 10])
    assert campaign_effect(np.array(before, np.int64), np.array(after, np.int64), rest, rest) is None


def test_nothing_left_after_is_no_zero_and_no_infinity() -> None:
    found = campaign_effect(np.full(4, 5), np.zeros(4, np.int64), np.full(4, 50), np.full(4, 50))
    assert found is not None
    assert 0 < found.low < found.ratio < found.high < 1
    assert all(np.isfinite(value) for value in found.as_dict().values() if value is not None)
