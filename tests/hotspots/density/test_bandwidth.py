"""The bandwidth is that of the likelihood, duplicates and strays notwithstanding."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.hotspots.density.bandwidth import FALLBACK_M, GRID_M, choose_bandwidth
from gridsvc.hotspots.density.kernels import plane_kernel

AREA_M2 = 25e6


def clusters(seed: int, spread: float, many: int = 40, each: int = 20) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    middle = np.repeat(rng.uniform(0, 5000, (many, 2)), each, axis=0)
    return tuple((middle + rng.normal(0, spread, middle.shape)).T)  # type: ignore[return-value]


@pytest.mark.parametrize("kernel", ["quartic", "gaussian"])
def test_scores_are_the_plain_leave_one_out_likelihood(kernel: str) -> None:
    x, y = clusters(1, 80, 10, 12)
    found = choose_bandwidth(x, y, AREA_M2, kernel=kernel, background=0.05)
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    for h, score in zip(found.tried_m, found.scores[:, 0], strict=True):
        kernels = plane_kernel(kernel, distance, h)  # type: ignore[arg-type]
        np.fill_diagonal(kernels, 0)
        f = kernels.sum(axis=1) / (len(x) - 1)
        assert score == pytest.approx(np.log(0.95 * f + 0.05 / AREA_M2).mean(), rel=1e-9)
    assert found.bandwidth_m == found.tried_m[int(found.scores.argmax())]
    assert found.judged == len(x)


def test_the_grid_is_logarithmic_from_50_to_800_m() -> None:
    assert (GRID_M[0], GRID_M[-1]) == (50, 800)
    ratios = np.diff(np.log(GRID_M))
    assert np.ptp(ratios) < 0.02


def test_wide_clusters_want_a_wide_bandwidth() -> None:
    narrow, wide = (choose_bandwidth(*clusters(2, spread), AREA_M2).bandwidth_m for spread in (25, 150))
    assert narrow < 120 < wide


def test_many_reports_on_one_point_do_not_shrink_it() -> None:
    x, y = clusters(3, 120)
    alone = choose_bandwidth(x, y, AREA_M2).bandwidth_m
    # Each place reported five times to the centimetre.
    rng = np.random.default_rng(0)
    again = np.repeat(np.stack([x, y]).round(0), 5, axis=1) + rng.uniform(-0.01, 0.01, (2, 5 * len(x)))
    found = choose_bandwidth(again[0], again[1], AREA_M2)
    assert found.bandwidth_m == pytest.approx(alone, rel=0.2)
    assert found.places == pytest.approx(len(x), abs=5)
    assert found.judged == 5 * len(x)


def test_one_stray_report_does_not_widen_it() -> None:
    x, y = clusters(4, 40)
    alone = choose_bandwidth(x, y, AREA_M2).bandwidth_m
    with_stray = choose_bandwidth(np.append(x, 1e5), np.append(y, 1e5), AREA_M2)
    assert with_stray.bandwidth_m == alone
    assert np.isfinite(with_stray.scores).all()


@pytest.mark.parametrize("many", [0, 1, 1000])
def test_fewer_than_two_places_leave_nothing_to_choose(many: int) -> None:
    found = choose_bandwidth(np.full(many, 7.0), np.full(many, 7.0), AREA_M2)
    assert (found.bandwidth_m, found.chosen, found.places) == (FALLBACK_M, False, min(many, 1))
    assert found.as_dict()["how"] == "fallback: fewer than two places"
    assert not found.at_limit


def test_a_best_at_the_limit_is_told() -> None:
    found = choose_bandwidth(*clusters(5, 5), AREA_M2)
    assert found.bandwidth_m == 50
    assert found.at_limit


def test_a_sample_of_the_reports_is_drawn_by_the_seed() -> None:
    x, y = clusters(6, 60, 40, 50)
    one, same, whole = (
        choose_bandwidth(x, y, AREA_M2, seed=1, pairs=pairs) for pairs in (30_000, 30_000, 10**8)
    )
    assert one.judged < len(x) == whole.judged
    np.testing.assert_array_equal(one.scores, same.scores)
    np.testing.assert_allclose(one.scores, whole.scores, atol=0.3)


def test_the_half_life_is_chosen_with_it() -> None:
    # The problem moves to another street every thirty days: old reports mislead.
    rng = np.random.default_rng(8)
    day = np.sort(rng.uniform(0, 300, 2000))
    middle = rng.uniform(0, 5000, (10, 2))[(day // 30).astype(int)]
    x, y = (middle + rng.normal(0, 60, middle.shape)).T
    moving = choose_bandwidth(x, y, AREA_M2, day=day)
    assert moving.half_life_days is not None
    assert moving.half_life_days <= 28
    settled = choose_bandwidth(*clusters(9, 60, 20, 60), AREA_M2, day=rng.uniform(0, 300, 1200))
    assert settled.half_life_days is None or settled.half_life_days >= 91


def test_with_days_every_report_is_judged_by_those_before_it() -> None:
    rng = np.random.default_rng(10)
    x, y = rng.uniform(0, 600, (2, 60))
    x[:10], y[:10] = x[0], y[0]
    day = rng.permutation(60) / 3.0
    found = choose_bandwidth(
        x, y, AREA_M2, day=day, tried_m=(100.0, 200.0), half_lives=(None, 5.0), background=0.02
    )
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    age = day[:, None] - day
    other = (age > 0) & (distance > 0.2)
    for i, h in enumerate(found.tried_m):
        for j, life in enumerate(found.half_lives):
            weight = np.where(other, 1.0 if life is None else 0.5 ** (age / life), 0.0)
            total = weight.sum(axis=1)
            sums = (plane_kernel("quartic", distance, h) * weight).sum(axis=1)
            f = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
            assert found.scores[i, j] == pytest.approx(np.log(0.98 * f + 0.02 / AREA_M2).mean(), rel=1e-9)
