"""Discovery control against scipy, and figures from which a reader can work it out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import false_discovery_control

from gridsvc.hotspots.significance.discoveries import harmonic, q_values, ranked

P = st.lists(st.sampled_from([1e-300, 1e-9, 0.001, 0.01, 0.02, 0.3, 0.5, 1.0]), min_size=1, max_size=40)


@given(P, st.sampled_from(["bh", "by"]))
def test_q_is_that_of_scipy(p, method):
    expected = false_discovery_control(p, method=method)
    assert q_values(np.array(p), method=method) == pytest.approx(expected, rel=1e-9)


@given(P)
def test_a_table_of_distinct_p_is_the_same(p):
    distinct, row, cells = np.unique(p, return_inverse=True, return_counts=True)
    assert q_values(distinct, cells=cells)[row] == pytest.approx(q_values(np.array(p)), rel=1e-12)


@given(P, st.sampled_from(["bh", "by"]))
def test_a_reader_can_work_out_q(p, method):
    given_p = np.array(p)
    found = ranked(given_p, method=method)
    factor = harmonic(found.tests) if method == "by" else 1.0
    by_hand = np.minimum(found.set_by_p * found.tests / found.set_by_rank * factor, 1)
    assert by_hand == pytest.approx(q_values(given_p, method=method), rel=1e-12)
    assert (found.rank == (given_p[None, :] <= given_p[:, None]).sum(axis=1)).all()


def test_no_tests_have_no_q():
    assert len(q_values(np.zeros(0))) == 0
    assert ranked(np.zeros(0)).tests == 0


def test_harmonic():
    assert harmonic(4) == pytest.approx(1 + 1 / 2 + 1 / 3 + 1 / 4)
