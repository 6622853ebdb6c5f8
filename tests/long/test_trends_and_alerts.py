"""Chance makes no pattern and few alerts, and an outbreak is found in time (evaluation.md E2, E3; goals H5)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from gridsvc.hotspots.alerts.space_time import space_time_scan
from gridsvc.hotspots.alerts.zones import circles
from gridsvc.hotspots.neighbours import lattice
from gridsvc.hotspots.trends.emerging import emerging

pytestmark = pytest.mark.long

SIDE = 20


def test_500_cubes_of_noise_have_no_pattern() -> None:
    rng = np.random.default_rng(500)
    near = lattice(50, 50)
    patterned = 0
    for number in range(500):
        mean = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0)[number % 6]
        if number % 2:
            patterned += bool(emerging(rng.poisson(mean, (2500, 26)), near).category.any())
        else:
            exposure = rng.lognormal(size=2500)
            counts = rng.poisson(mean * exposure[:, None] * np.ones(26))
            patterned += bool(emerging(counts, near, exposure).category.any())
    assert patterned <= 25


@pytest.mark.timeout(1200)
def test_thousand_days_on_which_nothing_began() -> None:
    """Each day is the end of its own base of 120 days: cells of unequal rates, quiet weekends."""
    rng = np.random.default_rng(3)
    x, y = np.indices((SIDE, SIDE)).reshape(2, -1) * 100.0
    zones = circles(x, y, most_m=1000.0, most_share=0.05)
    week = np.array([1.2, 1, 1, 1, 1, 0.7, 0.5])[np.arange(120) % 7]
    p = []
    for day in range(1000):
        rate = rng.gamma(1.0, 0.03, SIDE * SIDE)
        counts = rng.poisson(rate[:, None] * week)
        scan = space_time_scan(counts, zones, permutations=499, seed=day)
        p.append(scan.clusters[0].p)
    alerts = sum(1 / each >= 365 for each in p)
    expected = 1 / 365
    assert alerts / 1000 <= expected + 3 * math.sqrt(expected * (1 - expected) / 1000)
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_fivefold_outbreak_is_found_within_a_week() -> None:
    """One report a week in each cell, five in the nine cells of the outbreak; scanned daily, alert at 365 d."""
    rng = np.random.default_rng(5)
    near = lattice(SIDE, SIDE)
    x, y = np.indices((SIDE, SIDE)).reshape(2, -1) * 100.0
    zones = circles(x, y, most_m=1000.0, most_share=0.05)
    days = []
    for run in range(15):
        counts = rng.poisson(1 / 7, (SIDE * SIDE, 180 + 20))
        centre = int(rng.integers(3, SIDE - 3) * SIDE + rng.integers(3, SIDE - 3))
        struck = near.of(centre)
        counts[struck, 180:] += rng.poisson(4 / 7, (len(struck), 20))
        for day in range(1, 21):
            scan = space_time_scan(counts[:, day : 180 + day], zones, seed=run * 100 + day)
            if any(np.isin(alert.cells, struck).any() for alert in scan.alerts()):
                break
        days.append(day)
    assert np.median(days) <= 7
