"""The exact binomial test against rational arithmetic, and its edges."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from gridsvc.hotspots.significance.exact import SMALLEST, mid_tails, mid_tails_of_distinct


def by_fractions(s: int, n: int, q: float) -> tuple[float, float]:
    share = Fraction(q)
    mass = [comb(n, t) * share**t * (1 - share) ** (n - t) for t in range(n + 1)]
    return float(sum(mass[s + 1 :]) + mass[s] / 2), float(sum(mass[:s]) + mass[s] / 2)


@given(st.integers(0, 60), st.data(), st.floats(1e-6, 1 - 1e-6))
def test_mid_p_is_that_of_rational_arithmetic(n, data, q):
    s = data.draw(st.integers(0, n))
    hot, cold = mid_tails([s], n, [q])
    exact_hot, exact_cold = by_fractions(s, n, q)
    assert hot[0] == pytest.approx(max(exact_hot, SMALLEST), rel=1e-9)
    assert cold[0] == pytest.approx(max(exact_cold, SMALLEST), rel=1e-9)


@pytest.mark.parametrize(("s", "n", "q"), [(60, 500, 0.004), (290, 300, 0.09), (12, 400, 0.3), (0, 300, 0.3)])
def test_far_tails_keep_their_digits(s, n, q):
    hot, cold = mid_tails([s], n, [q])
    assert (hot[0], cold[0]) == tuple(pytest.approx(value, rel=1e-9) for value in by_fractions(s, n, q))


def test_terms_and_beta_function_agree():
    """Few incidents go term by term, many by the beta function: at the limit both are asked."""
    s = np.arange(90, 112)
    hot, cold = mid_tails(s, 100_000, 0.0008)
    assert hot == pytest.approx(binom.sf(s, 100_000, 0.0008) + binom.pmf(s, 100_000, 0.0008) / 2, rel=1e-8)
    assert cold == pytest.approx(
        binom.cdf(s - 1, 100_000, 0.0008) + binom.pmf(s, 100_000, 0.0008) / 2, rel=1e-8
    )


def test_no_tail_becomes_nothing():
    hot, cold = mid_tails([300, 0], [2000, 1_000_000], [0.0036, 0.5])
    assert hot[0] == SMALLEST
    assert cold[1] == SMALLEST


def test_edges_have_values():
    # Nothing counted; all in one neighbourhood; a neighbourhood of the whole city; one of no exposure.
    hot, cold = mid_tails([0, 7, 7, 0], [0, 7, 7, 7], [0.1, 0.1, 1.0, 0.0])
    assert hot == pytest.approx([0.5, 0.5e-7, 0.5, 0.5])
    assert cold == pytest.approx([0.5, 1 - 0.5e-7, 0.5, 0.5])


@given(st.integers(0, 2**32))
def test_table_of_distinct_pairs_is_the_same(seed):
    generator = np.random.default_rng(seed)
    sums, group = generator.integers(0, 9, 40), generator.integers(0, 3, 40)
    shares = np.array([0.01, 0.2, 0.5])
    hot, cold, row, cells = mid_tails_of_distinct(sums, group, 50, shares)
    straight = mid_tails(sums, 50, shares[group])
    assert (hot[row] == straight[0]).all()
    assert (cold[row] == straight[1]).all()
    assert cells.sum() == 40
    assert len(hot) == len(set(zip(sums, group, strict=True)))
