"""Evaluation E5: who reports three times as fast is seen by the repeats, and the map is set right by it."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from gridsvc.hotspots.exposure.reporting_rates import reported_share, reporting_rates
from gridsvc.hotspots.significance.bayes import global_bayes

GROUPS = tuple(f"街道{number}" for number in range(8))
STAYS_H = 60.0


def _watched(
    rng: np.random.Generator, group: np.ndarray, rate: np.ndarray, stays_h: float = STAYS_H
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Simulate incidents: which are reported, their repeats before the end, and the hours from first to end."""
    first = rng.exponential(1 / rate[group])
    reported = first < stays_h
    hours = np.where(reported, stays_h - first, 0.0)
    return reported, rng.poisson(rate[group] * hours), hours


def test_the_rate_is_found_again_with_an_interval_that_covers_it() -> None:
    rng = np.random.default_rng(3)
    truth = np.geomspace(0.005, 0.05, len(GROUPS))
    covered = []
    for _ in range(60):
        group = rng.integers(len(GROUPS), size=6_000)
        reported, repeats, hours = _watched(rng, group, truth)
        found = reporting_rates(
            group[reported],
            np.zeros(reported.sum(), np.int64),
            repeats[reported],
            hours[reported],
            groups=GROUPS,
            fewest=20,
        )
        assert found.rate == pytest.approx(truth, rel=0.5)
        covered.append((found.rate_low <= truth) & (truth <= found.rate_high))
    assert 0.91 <= np.mean(covered) <= 0.99


def test_a_street_with_much_reported_classes_is_no_talkative_street() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1], 4_000)
    kind = (rng.random(8_000) < np.where(group == 0, 0.9, 0.1)).astype(np.int64)
    rate = np.array([0.004, 0.04])
    reported, repeats, hours = _watched(rng, kind, rate)
    found = reporting_rates(
        group[reported], kind[reported], repeats[reported], hours[reported], groups=GROUPS[:2]
    )
    assert found.rate[0] / found.rate[1] > 2
    assert found.ratio == pytest.approx([1.0, 1.0], abs=0.08)


def test_too_few_incidents_give_no_rate() -> None:
    group = np.array([0] * 199 + [1] * 200 + [-1] * 50)
    ones = np.ones(len(group), np.int64)
    found = reporting_rates(group, ones * 0, ones, ones * 10.0, groups=GROUPS[:3])
    assert np.isnan(found.ratio[[0, 2]]).all()
    assert found.ratio[1] == pytest.approx(1.0)
    rows = found.as_dict()
    assert [row["enough"] for row in rows] == [False, True, False]
    assert (rows[0]["rate"], rows[2]["incidents"]) == (None, 0)


def test_nothing_and_nobody() -> None:
    none, no_hours = np.zeros(0, np.int64), np.zeros(0)
    assert np.isnan(reporting_rates(none, none, none, no_hours, groups=GROUPS).ratio).all()
    many = np.zeros(500, np.int64)
    silent = reporting_rates(many, many, many, np.full(500, 5.0), groups=GROUPS[:1])
    assert np.isnan(silent.ratio[0])
    never = reporting_rates(many, many, many + 1, np.zeros(500), groups=GROUPS[:1])
    assert never.incidents[0] == 0


def test_the_share_that_is_reported() -> None:
    assert reported_share(np.array([0.0, 0.01]), 0.0).tolist() == [0.0, 0.0]
    assert reported_share(np.array([0.02]), 50.0) == pytest.approx([1 - np.exp(-1)])


def test_the_corrected_map_is_nearer_to_the_truth() -> None:
    """Threefold reporting rates over equal incident rates of the offices; cells differ within each."""
    rng = np.random.default_rng(5)
    cells, offices = 2_400, len(GROUPS)
    office = np.arange(cells) % offices
    rate = np.geomspace(0.004, 0.012, offices)
    gains = []
    for _ in range(10):
        truth = rng.gamma(12.0, 100 / 12, cells)
        number = rng.poisson(truth)
        cell = np.repeat(np.arange(cells), number)
        group = office[cell]
        reported, repeats, hours = _watched(rng, group, rate)
        raw = np.bincount(cell[reported], minlength=cells)
        found = reporting_rates(
            group[reported],
            np.zeros(reported.sum(), np.int64),
            repeats[reported],
            hours[reported],
            groups=GROUPS,
        )
        corrected = raw / reported_share(found.rate, STAYS_H)[office]
        gains.append(stats.spearmanr(corrected, truth)[0] - stats.spearmanr(raw, truth)[0])
    assert min(gains) >= 0.15


def test_shrunk_rates_are_nearer_to_the_truth_than_crude_ones() -> None:
    rng = np.random.default_rng(6)
    for reports in (0.5, 2.0):
        truth = rng.gamma(2.0, 0.5, 2_500)
        exposure = rng.lognormal(0, 0.7, 2_500) * reports
        counts = rng.poisson(truth * exposure)
        crude = np.mean((counts / exposure - truth) ** 2)
        shrunk = np.mean((global_bayes(counts, exposure) - truth) ** 2)
        assert shrunk <= 0.7 * crude
