"""What a ranking catches: ties, fractional cells, area, all against brute force."""

from __future__ import annotations

from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.hotspots.forecasting.curves import hit_curve


def in_order(order: tuple[int, ...], caught: list[int], budget: float) -> float:
    """Take cells of size 1 in order, the last by the part that fits."""
    total = 0.0
    for cell in order:
        part = min(1.0, budget)
        total += part * caught[cell]
        budget -= part
        if budget <= 0:
            break
    return total


def brute_force(score: list[int], caught: list[int], budget: float) -> float:
    """Average over every order of all cells that respects the scores."""
    orders = [
        order
        for order in permutations(range(len(score)))
        if all(score[a] >= score[b] for a, b in pairwise(order))
    ]
    return sum(in_order(order, caught, budget) for order in orders) / len(orders)


@given(
    cells=st.lists(st.tuples(st.integers(0, 2), st.integers(0, 4)), min_size=1, max_size=6),
    share=st.floats(0.01, 1.0),
)
def test_ties_are_the_mean_over_all_orders(cells: list[tuple[int, int]], share: float) -> None:
    score, caught = [s for s, _ in cells], [c for _, c in cells]
    curve = hit_curve(np.array(score, float), np.array(caught, float), np.ones(len(cells)))
    assert curve.at(share) == pytest.approx(brute_force(score, caught, share * len(cells)))


@given(
    cells=st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 3), st.integers(1, 2)), min_size=1, max_size=4
    ),
    share=st.floats(0.01, 1.0),
)
def test_by_length_every_metre_of_a_tie_is_as_likely(cells: list[tuple[int, int, int]], share: float) -> None:
    """A street of two metres is two pieces with half of its reports each."""
    score = [s for s, _, size in cells for _ in range(size)]
    if len(score) > 6:
        return
    pieces = [caught * 2 // size for _, caught, size in cells for _ in range(size)]
    curve = hit_curve(
        np.array([s for s, _, _ in cells], float),
        np.array([c for _, c, _ in cells], float),
        np.array([size for _, _, size in cells], float),
    )
    assert curve.at(share) == pytest.approx(brute_force(score, pieces, share * len(score)) / 2)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=2, max_size=30))
def test_the_area_is_the_integral_of_the_curve(cells: list[tuple[int, int]]) -> None:
    score, caught = np.array(cells, float).T
    curve = hit_curve(score, caught, np.ones(len(cells)))
    fine = np.linspace(0, 0.3, 2_001)
    values = np.array([curve.at(share) for share in fine])
    assert curve.area(0.3) == pytest.approx(np.trapezoid(values, fine) / 0.3, abs=1e-2)


def test_a_sum_in_another_order_does_not_break_a_tie() -> None:
    one, other = 0.1 + 0.2 + 0.3, 0.3 + 0.2 + 0.1
    assert one != other
    curve = hit_curve(np.array([one, other]), np.array([1.0, 0.0]), np.ones(2))
    assert curve.at(0.5) == pytest.approx(0.5)


def test_the_order_of_cells_never_matters() -> None:
    rng = np.random.default_rng(5)
    score, caught = rng.integers(0, 3, 200).astype(float), rng.poisson(1.0, 200).astype(float)
    shuffled = rng.permutation(200)
    one = hit_curve(score, caught, np.ones(200))
    other = hit_curve(score[shuffled], caught[shuffled], np.ones(200))
    assert [one.at(s) for s in (0.005, 0.01, 0.05)] == pytest.approx(
        [other.at(s) for s in (0.005, 0.01, 0.05)]
    )


def test_cells_without_street_are_never_flagged() -> None:
    curve = hit_curve(np.array([9.0, 1.0]), np.array([7.0, 2.0]), np.array([0.0, 1.0]))
    assert curve.at(1.0) == 2.0
