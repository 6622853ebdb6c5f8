"""The seventeen categories against a plain reading of the definition; the cube against plain sums."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from gridsvc.errors import InputRefused
from gridsvc.hotspots.neighbours import from_pairs, lattice
from gridsvc.hotspots.trends.bins import bin_scores, judge_bins
from gridsvc.hotspots.trends.categories import CATEGORIES, classify
from gridsvc.hotspots.trends.emerging import NOT_EXPOSED, emerging

UP, NONE, DOWN = 1, 0, -1


def named(hot: list[int], cold: list[int], trend: int) -> str:
    """Read section 3.6 of hotspots.md row by row, for one place."""
    if hot[-1]:
        return one_side(hot, cold, trend, "hot")
    if cold[-1]:
        return one_side(cold, hot, -trend, "cold")
    for steps, side in ((hot, "hot"), (cold, "cold")):
        if Fraction(sum(steps), len(steps)) >= Fraction(9, 10):
            return f"historical_{side}"
    return "no_pattern"


def one_side(mine: list[int], other: list[int], trend: int, side: str) -> str:
    share = Fraction(sum(mine), len(mine))
    run = 0
    while run < len(mine) and mine[-1 - run]:
        run += 1
    if sum(mine) == 1:
        word = "new"
    elif run >= 2 and run == sum(mine) and share < Fraction(9, 10):
        word = "consecutive"
    elif share >= Fraction(9, 10):
        word = {UP: "intensifying", NONE: "persistent", DOWN: "diminishing"}[trend]
    elif sum(other) == 0:
        word = "sporadic"
    else:
        word = "oscillating"
    return f"{word}_{side}"


def test_2000_generated_vectors_and_every_category_among_them() -> None:
    rng = np.random.default_rng(16)
    seen = set()
    for steps in (10, 20, 26, 30):
        hot, cold, trend = [], [], []
        for _ in range(500):
            # States that last: runs, and much of one side, are as common as the rules that speak of them.
            stay = rng.uniform(0, 1)
            liking = rng.dirichlet([0.5, 0.5, 0.5])
            states = [rng.choice([-1, 0, 1], p=liking)]
            for _ in range(steps - 1):
                states.append(states[-1] if rng.random() < stay else rng.choice([-1, 0, 1], p=liking))
            if rng.random() < 0.3:
                states[-1] = rng.choice([-1, 0, 1])
            hot.append([state == 1 for state in states])
            cold.append([state == -1 for state in states])
            trend.append(rng.choice([UP, NONE, DOWN]))
        found = classify(np.array(hot), np.array(cold), np.array(trend, np.int8))
        for number, category in enumerate(found):
            expected = named(hot[number], cold[number], trend[number])
            assert CATEGORIES[category].name == expected
            seen.add(expected)
    assert seen == {category.name for category in CATEGORIES}


H, O, C = 1, 0, -1  # noqa: E741


@pytest.mark.parametrize(
    ("states", "trend", "expected"),
    [
        # RV16, in the order of its row: what section 8 says pyehsa calls otherwise, and a plain last run.
        ([C] * 20, UP, "diminishing_cold"),
        ([H] * 19 + [O], NONE, "historical_hot"),
        ([H, O] * 10, NONE, "no_pattern"),
        ([C] * 6 + [O] * 13 + [H], NONE, "new_hot"),
        ([C] * 6 + [O] * 11 + [H] * 3, NONE, "consecutive_hot"),
        ([O] * 17 + [H] * 3, NONE, "consecutive_hot"),
        # Ambiguity (c), and its mirror.
        ([C] * 19 + [H], UP, "new_hot"),
        ([H] * 19 + [C], DOWN, "new_cold"),
        # 0.9 exactly is often; one less is not.
        ([O] * 2 + [H] * 18, UP, "intensifying_hot"),
        ([O] * 3 + [H] * 17, UP, "consecutive_hot"),
        ([H] * 20, DOWN, "diminishing_hot"),
        ([C] * 20, DOWN, "intensifying_cold"),
        ([H, O] * 9 + [O, H], NONE, "sporadic_hot"),
        ([C, H] * 10, NONE, "oscillating_hot"),
        ([O] * 20, UP, "no_pattern"),
    ],
)
def test_pinned(states: list[int], trend: int, expected: str) -> None:
    series = np.array([states])
    found = classify(series == H, series == C, np.array([trend], np.int8))
    assert CATEGORIES[found[0]].name == expected


def test_scores_and_exact_p_are_those_of_plain_sums() -> None:
    rng = np.random.default_rng(3)
    near = lattice(4, 5)
    counts = rng.poisson(2.0, (20, 12))
    exposure = rng.uniform(0.5, 3.0, 20)
    z = bin_scores(counts, near, steps_back=2)
    bins = judge_bins(counts, near, exposure, steps_back=2, alpha=0.05, test="exact")
    p = np.empty(counts.shape)
    n, mean, spread = counts.size, counts.mean(), counts.std()
    for cell in range(20):
        for step in range(12):
            back = slice(max(step - 2, 0), step + 1)
            around = counts[near.of(cell), back]
            w = around.size
            plain = (around.sum() - mean * w) / (spread * np.sqrt((n * w - w**2) / (n - 1)))
            assert z[cell, step] == pytest.approx(plain)
            share = exposure[near.of(cell)].sum() * around.shape[1] / (exposure.sum() * 12)
            null = stats.binom(counts.sum(), share)
            p[cell, step] = null.sf(around.sum()) + null.pmf(around.sum()) / 2
            assert bins.sums[cell, step] == around.sum()
            assert bins.expected[cell, step] == pytest.approx(null.mean())
    for found, expected in ((bins.q_hot, p), (bins.q_cold, 1 - p)):
        assert found.ravel() == pytest.approx(stats.false_discovery_control(expected.ravel()))


def test_what_began_is_consecutive_and_what_ended_is_not() -> None:
    rng = np.random.default_rng(1)
    counts = rng.poisson(0.5, (400, 20))
    begun, always = 20 * 5 + 5, 20 * 14 + 14
    counts[begun, -3:] += 40
    counts[always] += 40
    found = emerging(counts, lattice(20, 20))
    assert CATEGORIES[found.category[begun]].name == "consecutive_hot"
    assert CATEGORIES[found.category[always]].name == "persistent_hot"
    assert CATEGORIES[found.category[0]].name == "no_pattern"


@pytest.mark.parametrize("mean", [0.03, 0.3, 3.0])
def test_noise_has_no_pattern(mean: float) -> None:
    rng = np.random.default_rng(26)
    near = lattice(50, 50)
    patterned = sum(emerging(rng.poisson(mean, (2500, 26)), near).category.any() for _ in range(8))
    assert patterned <= 1


def test_the_compatible_test_calls_sparse_chance_a_pattern() -> None:
    rng = np.random.default_rng(26)
    near = lattice(50, 50)
    cubes = rng.poisson(0.03, (6, 2500, 26))
    assert sum(emerging(cube, near, test="arcgis").category.any() for cube in cubes) == 6
    assert sum(emerging(cube, near).category.any() for cube in cubes) == 0


def test_noise_against_exposure_has_no_pattern() -> None:
    rng = np.random.default_rng(27)
    exposure = rng.lognormal(size=2500)
    exposure[:100] = 0
    counts = rng.poisson(exposure[:, None] * np.ones(26))
    found = emerging(counts, lattice(50, 50), exposure)
    assert (found.category[:100] == NOT_EXPOSED).all()
    assert not found.category[100:].any()


def test_reports_where_nothing_is_exposed_are_left_out() -> None:
    counts = np.ones((25, 12), int)
    counts[0] = 500
    exposure = np.ones(25)
    exposure[0] = 0
    found = emerging(counts, lattice(5, 5), exposure)
    assert found.category[0] == NOT_EXPOSED
    assert not found.category[1:].any()


@pytest.mark.parametrize("counts", [np.zeros((9, 12), int), np.ones((9, 12), int), np.zeros((0, 12), int)])
def test_where_nothing_varies_nothing_emerges(counts: np.ndarray) -> None:
    near = lattice(3, 3) if len(counts) else from_pairs(np.array([], int), np.array([], int), 0, "none")
    found = emerging(counts, near)
    assert not found.category.any()
    assert np.isfinite(found.bins.z).all()


def test_one_cell_with_everything_and_an_island() -> None:
    counts = np.zeros((3, 12), int)
    counts[2] = 1_000_000
    found = emerging(counts, from_pairs(np.array([0]), np.array([1]), 3, "an island"))
    assert CATEGORIES[found.category[2]].name == "persistent_hot"
    assert CATEGORIES[found.category[0]].name == "persistent_cold"


@pytest.mark.parametrize(
    ("counts", "code"),
    [
        (np.zeros((4, 9), int), "too_few_steps"),
        (np.full((4, 12), np.nan), "bad_counts"),
        (np.full((4, 12), -1), "bad_counts"),
        (np.full((4, 12), 0.5), "bad_counts"),
    ],
)
def test_refuses(counts: np.ndarray, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        emerging(counts, lattice(2, 2))
    assert refused.value.code == code
