"""Gi, Gi*, Moran and empirical Bayes: properties, and esda beside them where it is right."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from gridsvc.hotspots.neighbours import lattice
from gridsvc.hotspots.significance.bayes import global_bayes, local_bayes, standardised_rates
from gridsvc.hotspots.significance.gistar import gi, gi_star, without_self
from gridsvc.hotspots.significance.moran import global_moran, local_moran, row_standardised

SEEDS = st.integers(0, 2**32)


def some_weights(generator: np.random.Generator, size: int) -> sparse.csr_array:
    chosen = (generator.random((size, size)) < 0.3) * generator.uniform(0.5, 2, (size, size))
    return sparse.csr_array(chosen + np.eye(size))


@given(SEEDS)
def test_scaling_a_row_never_changes_a_score(seed):
    generator = np.random.default_rng(seed)
    weights, values = some_weights(generator, 12), generator.poisson(2.0, 12) + generator.random(12)
    scaled = sparse.csr_array(sparse.diags_array(generator.uniform(0.1, 10, 12)) @ weights)
    assert gi_star(values, scaled) == pytest.approx(gi_star(values, weights), rel=1e-9, nan_ok=True)
    assert gi(values, scaled) == pytest.approx(gi(values, weights), rel=1e-9, nan_ok=True)


@given(SEEDS)
def test_shift_and_unit_never_change_a_score(seed):
    generator = np.random.default_rng(seed)
    weights, values = some_weights(generator, 12), generator.random(12)
    for score in (gi_star, gi):
        moved = score(values * 3.7 + 1000, weights)
        assert moved == pytest.approx(score(values, weights), rel=1e-6, abs=1e-6, nan_ok=True)


def test_many_maps_at_once_are_each_map():
    generator = np.random.default_rng(1)
    weights, maps = some_weights(generator, 15), generator.poisson(1.0, (15, 4)).astype(float)
    for number in range(4):
        assert gi_star(maps, weights)[:, number] == pytest.approx(gi_star(maps[:, number], weights))
        assert gi(maps, weights)[:, number] == pytest.approx(gi(maps[:, number], weights))


def test_what_cannot_be_compared_has_no_score():
    weights = sparse.csr_array(np.array([[1.0, 1, 1, 1], [0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 1]]))
    assert np.isnan(gi_star(np.full(4, 3.3), weights)).all()
    star = gi_star(np.array([1.0, 2, 3, 9]), weights)
    assert np.isnan(star[0])  # all cells are its neighbours
    assert np.isfinite(star[1:]).all()
    alone = gi(np.array([1.0, 2, 3, 9]), weights)
    assert np.isnan(alone[3])  # an island
    assert np.isnan(gi(np.array([5.0, 5, 5, 9]), weights)[3])


def libpysal_weights(matrix: sparse.csr_array):
    from libpysal.weights import WSP

    return WSP(sparse.csr_matrix(matrix)).to_W(silence_warnings=True)


@settings(deadline=None, max_examples=25)
@given(SEEDS)
def test_moran_is_that_of_esda(seed):
    import esda

    generator = np.random.default_rng(seed)
    values = generator.random(25)
    weights = row_standardised(without_self(lattice(5, 5).matrix))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = esda.Moran(values, libpysal_weights(weights), transformation="r", permutations=0)
    found = global_moran(values, weights)
    assert (found.value, found.z_rand, found.z_norm) == (
        pytest.approx(peer.I),
        pytest.approx(peer.z_rand),
        pytest.approx(peer.z_norm),
    )
    assert found.p_rand == pytest.approx(peer.p_rand)


def test_local_moran_is_that_of_esda():
    import esda

    values = np.random.default_rng(3).gamma(1.0, 1.0, 100)
    weights = row_standardised(without_self(lattice(10, 10).matrix))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = esda.Moran_Local(values, libpysal_weights(weights), permutations=0)
    found = local_moran(values, weights, moment="esda", permutations=0)
    assert found.values == pytest.approx(peer.Is)
    assert [
        int(q) for q in np.select([peer.q == k for k in (1, 3, 4, 2)], range(4))
    ] == found.quadrant.tolist()
    assert local_moran(values, weights, permutations=99, seed=5).p.min() >= 2 / 100


def test_conditional_permutation_is_over_all_deals():
    """Five cells in a row: the p of many hands comes to that of all of them."""
    from itertools import permutations

    values = np.array([1.0, 5, 2, 8, 3])
    links = np.array(
        [[0, 1, 0, 0, 0], [1, 0, 2, 0, 0], [0, 1, 0, 3, 0], [0, 0, 1, 0, 1], [0, 0, 0, 1, 0]], float
    )
    found = local_moran(values, sparse.csr_array(links), permutations=40_000, seed=2)
    z = values - values.mean()
    for cell in range(5):
        others = np.delete(z, cell)
        row = np.delete(links[cell], cell)
        lags = np.array([row @ np.array(deal) for deal in permutations(others)])
        own = links[cell] @ z
        tail = min((lags <= own + 1e-9).mean(), (lags >= own - 1e-9).mean())
        assert found.p[cell] == pytest.approx(min(2 * tail, 1), abs=0.02)


def test_islands_and_equal_values_have_no_local_moran():
    links = np.zeros((5, 5))
    links[0, 1] = links[1, 0] = links[1, 2] = links[2, 1] = 1
    found = local_moran(np.array([1.0, 2, 3, 4, 5]), sparse.csr_array(links), permutations=99)
    assert np.isnan(found.values[3:]).all()
    assert np.isnan(found.p[3:]).all()
    assert np.isnan(local_moran(np.full(5, 2.0), sparse.csr_array(links)).values).all()
    assert global_moran(np.full(5, 2.0), sparse.csr_array(links)) is None
    assert global_moran(np.arange(5.0), sparse.csr_array((5, 5))) is None


def test_the_same_seed_gives_the_same_p():
    weights, values = row_standardised(lattice(6, 6).matrix), np.random.default_rng(0).random(36)
    one, other = (local_moran(values, weights, permutations=199, seed=7).p for _ in range(2))
    assert (one == other).all()


def test_bayes_is_that_of_esda():
    from esda.smoothing import Empirical_Bayes

    generator = np.random.default_rng(0)
    exposure = generator.lognormal(3, 1, 60)
    counts = generator.poisson(exposure * generator.gamma(2, 0.2, 60))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = Empirical_Bayes(counts, exposure).r.ravel()
    assert global_bayes(counts, exposure) == pytest.approx(peer)


def test_bayes_of_one_neighbourhood_of_all_is_the_global_one():
    generator = np.random.default_rng(1)
    exposure, counts = generator.lognormal(0, 1, 20), generator.poisson(2.0, 20)
    whole = sparse.csr_array(np.ones((20, 20)))
    assert local_bayes(counts, exposure, whole) == pytest.approx(global_bayes(counts, exposure))


def test_bayes_has_no_rate_without_exposure():
    found = global_bayes(np.array([3, 0, 5]), np.array([0.0, 1, 2]))
    assert np.isnan(found[0])
    assert np.isfinite(found[1:]).all()
    assert (standardised_rates(np.zeros(3), np.ones(3)) == 0).all()


def test_bayes_errs_less_than_crude_rates():
    """E5: on rates from a gamma distribution the mean square error is 30 % less at least."""
    generator = np.random.default_rng(2)
    exposure = generator.lognormal(0, 1, 2500)
    rate = generator.gamma(2.0, 0.5, 2500)
    counts = generator.poisson(rate * exposure)
    crude = ((counts / exposure - rate) ** 2).mean()
    shrunk = ((global_bayes(counts, exposure) - rate) ** 2).mean()
    assert shrunk < 0.7 * crude
