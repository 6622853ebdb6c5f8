"""Knox's table against plain loops, and its moments against all exchanges of a few dates."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from gridsvc.errors import InputRefused
from gridsvc.hotspots.trends import near_repeat
from gridsvc.hotspots.trends.near_repeat import DAYS, DISTANCES_M, near_repeats


def plain(x: np.ndarray, y: np.ndarray, day: np.ndarray) -> np.ndarray:
    table = np.zeros((len(DISTANCES_M), len(DAYS)), int)
    for i, j in itertools.combinations(range(len(x)), 2):
        far, gap = np.hypot(x[i] - x[j], y[i] - y[j]), abs(int(day[i]) - int(day[j]))
        if far <= DISTANCES_M[-1] and gap <= DAYS[-1]:
            row = next(k for k, edge in enumerate(DISTANCES_M) if far <= edge)
            table[row, next(k for k, edge in enumerate(DAYS) if gap <= edge)] += 1
    return table


def made(rng: np.random.Generator, n: int, side: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, y = rng.uniform(-side, side, (2, n))
    x[: n // 4], y[: n // 4] = x[-(n // 4) :], y[-(n // 4) :]  # reports of the same place
    return x, y, rng.integers(0, 60, n)


@pytest.mark.parametrize("side", [200.0, 3000.0])
def test_table_is_that_of_plain_loops(side: float) -> None:
    x, y, day = made(np.random.default_rng(1), 150, side)
    found = near_repeats(x, y, day, permutations=9)
    assert (found.observed == plain(x, y, day)).all()
    assert found.observed[0].sum() > 0


def test_mean_and_variance_are_those_of_all_exchanges() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.uniform(0, 400, (2, 6))
    day = np.array([0, 0, 1, 4, 9, 30])
    tables = np.array([plain(x, y, np.array(dates)) for dates in itertools.permutations(day)])
    found = near_repeats(x, y, day, permutations=9)
    assert found.expected == pytest.approx(tables.mean(axis=0))
    order, _, dates, begin, end = near_repeat._sorted(x, y, day, 1000.0)
    assert len(order) == 6
    spatial, degree = np.zeros(11, np.int64), np.zeros((6, 11), np.int64)
    gaps = np.searchsorted(DAYS, np.arange(29))
    near_repeat_kernel()(
        *near_repeat._sorted(x, y, day, 1000.0)[:2],
        dates,
        begin,
        end,
        np.array(DISTANCES_M),
        gaps,
        np.zeros((11, 5), np.int64),
        spatial,
        degree,
    )
    _, variance = near_repeat._moments(spatial, degree, dates, gaps, 5)
    assert variance == pytest.approx(tables.var(axis=0), abs=1e-9)


def near_repeat_kernel():  # type: ignore[no-untyped-def]
    from gridsvc.hotspots.trends.pair_kernels import count_pairs

    return count_pairs


def test_moments_and_permutations_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y, day = made(np.random.default_rng(5), 400, 700.0)
    counted = near_repeats(x, y, day, permutations=1999, seed=2)
    monkeypatch.setattr(near_repeat, "_MOST_COUNTED", 0)
    by_moments = near_repeats(x, y, day, permutations=1999)
    assert (counted.method, by_moments.method) == ("permutation", "moments")
    assert by_moments.p == pytest.approx(counted.p, abs=0.04)
    assert (by_moments.ratio == counted.ratio).all()


def test_repeats_are_found_where_they_were_planted_and_nowhere_in_chance() -> None:
    rng = np.random.default_rng(8)
    x, y = rng.uniform(0, 4000, (2, 600))
    day = rng.integers(0, 365, 600)
    chance = near_repeats(x, y, day, seed=1)
    assert chance.near_repeat.sum() <= 4
    assert chance.p_family.min() > 0.05
    assert (chance.p_family >= chance.p).all()
    children = rng.choice(600, 120, replace=False)
    x = np.concatenate([x, x[children] + rng.uniform(-60, 60, 120)])
    y = np.concatenate([y, y[children] + rng.uniform(-60, 60, 120)])
    day = np.concatenate([day, day[children] + rng.integers(0, 4, 120)])
    planted = near_repeats(x, y, day, seed=1)
    assert planted.near_repeat[1, :2].all()
    assert planted.ratio[1, 0] > 3
    assert planted.p[1, 0] == 0.001
    rows = planted.as_dict()["table"]
    assert rows[5] == {
        "metres": "1–100",
        "days": "0–1",
        "observed": int(planted.observed[1, 0]),
        "expected": planted.expected[1, 0],
        "ratio": planted.ratio[1, 0],
        "p": 0.001,
        "p_family": 0.001,
        "near_repeat": True,
    }
    assert planted.bands()[1] == ("0–1", "2–3", "4–7", "8–14", "15–28")


def test_result_is_the_same_for_any_number_of_threads() -> None:
    x, y, day = made(np.random.default_rng(5), 200, 700.0)
    one, three = (near_repeats(x, y, day, permutations=99, seed=7, threads=n) for n in (1, 3))
    assert (one.p == three.p).all()


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_incidents_give_a_table_without_infinities(n: int) -> None:
    found = near_repeats(np.zeros(n), np.zeros(n), np.zeros(n, int), permutations=19)
    assert found.observed.sum() == n * (n - 1) // 2
    assert np.isfinite(found.p).all()
    assert not found.near_repeat.any()
    assert all(row["ratio"] is None or row["ratio"] == 1 for row in found.as_dict()["table"])


def test_refuses() -> None:
    with pytest.raises(InputRefused) as refused:
        near_repeats(np.array([0.0, np.nan]), np.zeros(2), np.zeros(2, int))
    assert refused.value.code == "bad_places"
    with pytest.raises(InputRefused) as refused:
        near_repeats(np.zeros(100_000), np.zeros(100_000), np.zeros(100_000, int))
    assert refused.value.code == "too_many_pairs"
