"""RV10–RV12, and pymannkendall beside every other series."""

from __future__ import annotations

import csv
import warnings
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.hotspots.trends.mann_kendall import hamed_rao, mann_kendall, sen_slope

DATA = Path(__file__).parent.parent / "reference_time"


def read(name: str) -> np.ndarray:
    with (DATA / name).open() as file:
        return np.array([[float(row["value"]) for row in csv.DictReader(file)]])


def test_rv10_nile() -> None:
    found = mann_kendall(read("nile.csv"))
    assert found.s.tolist() == [-1387]
    assert found.variance[0] == pytest.approx(112728.3333, rel=1e-9)
    assert found.z[0] == pytest.approx(-4.1280665, rel=1e-7)
    assert found.p[0] == pytest.approx(3.658263e-05, rel=1e-6)
    assert found.tau_a[0] == pytest.approx(-0.2802020, rel=1e-6)
    assert found.tau_b[0] == pytest.approx(-0.2807413, rel=1e-6)
    assert found.slope[0] == pytest.approx(-2.6, rel=1e-12)


def test_rv11_lake_huron() -> None:
    found = mann_kendall(read("lake_huron.csv"))
    assert found.s.tolist() == [-1682]
    assert found.variance[0] == pytest.approx(106136.6667, rel=1e-9)
    assert found.z[0] == pytest.approx(-5.1598252, rel=1e-7)
    assert found.slope[0] == pytest.approx(-0.025125, rel=1e-6)


def test_rv12_constant_and_rising() -> None:
    found = mann_kendall(np.array([np.ones(10), np.arange(1.0, 11.0)]))
    assert found.s.tolist() == [0, 45]
    assert found.z == pytest.approx([0, 3.9354796], rel=1e-7)
    assert found.p == pytest.approx([1, 8.30307e-05], rel=1e-6)
    assert found.tau_b.tolist() == [0, 1]
    assert found.direction(0.05).tolist() == [0, 1]


SERIES = st.integers(3, 30).flatmap(
    lambda steps: st.lists(
        st.lists(st.integers(0, 5), min_size=steps, max_size=steps), min_size=1, max_size=6
    )
)


@settings(max_examples=60, deadline=None)
@given(SERIES)
def test_like_pymannkendall_on_tied_counts(rows: list[list[int]]) -> None:
    import pymannkendall

    found = mann_kendall(np.array(rows))
    for number, row in enumerate(rows):
        peer = pymannkendall.original_test(row)
        assert found.s[number] == peer.s
        assert found.variance[number] == pytest.approx(peer.var_s)
        assert (found.z[number], found.p[number]) == pytest.approx((peer.z, peer.p), abs=1e-12)
        assert (found.tau_a[number], found.slope[number]) == pytest.approx((peer.Tau, peer.slope), abs=1e-12)


@pytest.mark.parametrize("name", ["nile.csv", "lake_huron.csv"])
def test_hamed_rao_like_pymannkendall_on_published_series(name: str) -> None:
    import pymannkendall

    series = read(name)
    peer = pymannkendall.hamed_rao_modification_test(series[0])
    z, p = hamed_rao(series)
    assert (z[0], p[0]) == pytest.approx((peer.z, peer.p), rel=1e-9)


def test_hamed_rao_like_pymannkendall_on_random_walks() -> None:
    import pymannkendall

    rng = np.random.default_rng(5)
    series = np.concatenate([rng.normal(size=(40, 30)).cumsum(axis=1), rng.poisson(1.0, (40, 30))])
    z, p = hamed_rao(series)
    for row, z_row, p_row in zip(series, z, p, strict=True):
        with warnings.catch_warnings():
            warnings.simplefilter(
                "ignore"
            )  # it takes the root of a negative variance, and calls that no trend
            peer = pymannkendall.hamed_rao_modification_test(row)
        if np.isfinite(peer.z):
            assert (z_row, p_row) == pytest.approx((peer.z, peer.p), rel=1e-9, abs=1e-12)
        else:
            assert (z_row, p_row) == (0, 1)


def test_hamed_rao_without_variance_is_no_trend() -> None:
    z, p = hamed_rao(np.array([np.ones(12), np.arange(12.0)]))
    assert np.isfinite(z).all()
    assert p[0] == 1


def test_sen_slope_ignores_one_wild_value() -> None:
    series = np.arange(20.0)
    series[7] = 1e6
    assert sen_slope(series[None]) == pytest.approx([1.0])


@pytest.mark.parametrize(
    ("series", "code"),
    [
        (np.zeros((2, 2)), "too_few_steps"),
        (np.zeros(5), "too_few_steps"),
        (np.array([[1, 2, np.nan, 3]]), "not_finite"),
        (np.array([[1, 2, np.inf, 3]]), "not_finite"),
    ],
)
def test_refuses(series: np.ndarray, code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        mann_kendall(series)
    assert refused.value.code == code


def test_no_rows_give_no_trends() -> None:
    assert mann_kendall(np.zeros((0, 12))).z.shape == (0,)
