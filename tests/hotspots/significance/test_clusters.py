"""Sums of dealt-out counts against all deals, and against rational arithmetic."""

from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.hotspots.neighbours import lattice
from gridsvc.hotspots.significance.clusters import cluster_p, sum_of_cells, sums_of_hands
from gridsvc.hotspots.significance.exact import SMALLEST

SMALL = st.lists(st.integers(0, 4), min_size=3, max_size=6)


def masses(deals) -> np.ndarray:
    sums = np.array([sum(deal) for deal in deals])
    return np.bincount(sums) / len(sums)


@given(SMALL, st.integers(1, 3))
def test_deals_with_replacement(counts, size):
    expected = masses(product(counts, repeat=size))
    found = sum_of_cells(np.array(counts), size)
    assert found[: len(expected)] == pytest.approx(expected)
    assert found.sum() == pytest.approx(1)


@given(SMALL, st.integers(1, 3))
def test_deals_without_replacement(counts, size):
    expected = masses(combinations(counts, size))
    found = sums_of_hands(np.array(counts), 3)[size]  # of all sizes at once
    assert found[: len(expected)] == pytest.approx(expected)
    assert found.sum() == pytest.approx(1)


def test_a_hand_of_all_cells_has_one_sum():
    found = sums_of_hands(np.array([3, 0, 1, 5]), 4)[4]
    assert found == pytest.approx(np.eye(10)[9], abs=1e-12)


def test_far_tail_keeps_its_digits():
    counts = np.array([0] * 2000 + [1] * 499 + [40])
    found = sum_of_cells(counts, 9)
    assert found[360] == pytest.approx(float(Fraction(1, 2500) ** 9), rel=1e-9)
    assert found[359] == 0  # eight of 40 and one of 39, which no cell has
    assert found[321] == pytest.approx(float(9 * Fraction(1, 2500) ** 8 * Fraction(499, 2500)), rel=1e-9)


def test_one_cell_of_a_million_reports():
    counts = np.zeros(400, np.int64)
    counts[210] = 1_000_000
    near = lattice(20, 20)
    p = cluster_p(counts, near.sums(counts).astype(np.int64), near.sizes)
    assert np.isfinite(p).all()
    assert p.min() > 0.005  # one cell is no cluster: some neighbourhood always has it


def test_more_than_any_deal_has_the_smallest_p():
    counts = np.array([0, 0, 0, 1, 50])
    p = cluster_p(counts, np.array([0, 0, 0, 51, 51]), np.full(5, 2), pool=counts < 50)
    assert p[4] == SMALLEST


@settings(max_examples=30)
@given(st.integers(0, 2**32))
def test_strata_of_the_same_make_no_difference_to_the_order(seed):
    """Counts dealt out within two strata: each neighbourhood's null is the two strata's convolved."""
    generator = np.random.default_rng(seed)
    counts = generator.poisson(1.0, 30)
    strata = np.arange(30) % 2
    members = generator.integers(1, 3, (30, 2))
    sums = generator.integers(0, 8, 30)
    p = cluster_p(counts, sums, members, strata=strata, drawn="with replacement")
    for cell in range(5):
        mass = np.convolve(
            sum_of_cells(counts[::2], int(members[cell, 0])),
            sum_of_cells(counts[1::2], int(members[cell, 1])),
        )
        at = sums[cell]
        expected = mass[at + 1 :].sum() + (mass[at] / 2 if at < len(mass) else 0)
        assert p[cell] == pytest.approx(max(expected, SMALLEST), rel=1e-9)
