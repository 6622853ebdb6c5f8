"""The small version of E2, E3 and E5; the whole of E2 is in tests/long."""

import numpy as np
import pytest

from benchmarks import calibration
from benchmarks.calibration import Ground, false_hot, limit, power, reporting, square
from gridsvc.hotspots.significance.bayes import global_bayes

MAPS = 60


@pytest.fixture(scope="module")
def ground() -> Ground:
    return square(25)


@pytest.mark.parametrize("rate", [0.03, 0.3, 3.0])
@pytest.mark.parametrize("null", ["poisson", "exposure", "effort"])
def test_maps_of_chance_are_not_above_the_rate(ground: Ground, null: str, rate: float) -> None:
    assert false_hot(ground, null, rate, maps=MAPS, seed=7).rates <= limit(MAPS)


@pytest.mark.parametrize("rate", [0.03, 0.3, 3.0])
@pytest.mark.parametrize("null", ["poisson", "nb1"])
def test_bursts_are_no_clusters(ground: Ground, null: str, rate: float) -> None:
    assert false_hot(ground, null, rate, maps=MAPS, seed=7).clusters <= limit(MAPS)


def test_textbook_finds_hot_spots_in_chance(ground: Ground) -> None:
    """RV15: what this room is for."""
    assert false_hot(ground, "poisson", 0.03, maps=20, seed=7).textbook >= 0.9


def test_second_stage_finds_nothing_more_in_chance(ground: Ground) -> None:
    for null in ("poisson", "nb1"):
        one = false_hot(ground, null, 0.3, maps=MAPS, seed=7)
        two = false_hot(ground, null, 0.3, maps=MAPS, seed=7, against="rest")
        assert two.rates <= one.rates
        assert two.clusters <= one.clusters


def test_planted_blocks_are_found() -> None:
    """E3, first row of hotspots.md 6.2: TPR 0.488; the second stage finds 15 % more at FDP ≤ 0.05."""
    city, rest, clusters, *_ = power(square(), "block", 0.1, 10.0, calibration.TESTS[:3], maps=25, seed=3)
    assert 0.42 < city.tpr < 0.56
    assert rest.tpr > 1.1 * city.tpr
    assert clusters.tpr > 0.2
    assert max(city.fdp, rest.fdp, clusters.fdp) < 0.08


def test_exposure_mends_what_reporting_bends() -> None:
    """E5: rank correlation with the truth, raw and corrected."""
    raw, corrected = np.mean([reporting(900, seed=seed) for seed in range(3)], axis=0)
    assert corrected >= raw + 0.15


def test_few_reports_never_lead_the_list() -> None:
    """E5: by smoothed rate, none of the first ten cells has fewer than five reports."""
    generator = np.random.default_rng(4)
    exposure = generator.lognormal(0, 1.5, 2500)
    counts = generator.poisson(exposure * generator.gamma(3.0, 1.0, 2500))
    assert counts[np.argsort(-counts / exposure)[:10]].min() < 5
    assert counts[np.argsort(-global_bayes(counts, exposure))[:10]].min() >= 5
