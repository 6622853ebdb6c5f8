from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.patrol.value.dwell import DWELL, DwellCurve, dwell_factor, dwell_options
from tests.patrol.value.made_places import SHIFT, made_places


def test_the_curve_of_the_science() -> None:
    assert [dwell_factor(each) for each in (0, 5, 12, 20, 60)] == [0.0, 0.45, 1.0, 1.1, 1.1]
    assert dwell_factor(8.5) == pytest.approx(0.725)


@given(st.floats(0, 120), st.floats(0, 120))
def test_longer_is_never_worth_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert DWELL.factor(low) <= DWELL.factor(high)


def test_dwells_of_a_place_are_one_group() -> None:
    options = dwell_options(made_places([(0, 0), (100, 0)], value=[2.0, 1.0]))
    assert options.place.tolist() == [0, 0, 0, 1, 1, 1]
    assert options.minutes.tolist() == [5, 12, 20] * 2
    assert options.value.tolist() == pytest.approx([0.9, 2.0, 2.2, 0.45, 1.0, 1.1])
    assert options.group.tolist() == [0, 0, 0, 1, 1, 1]


def test_what_must_be_done_has_its_own_minutes() -> None:
    options = dwell_options(made_places([(0, 0)], required=True, dwell=35.0), repeats=2)
    assert (options.minutes.tolist(), options.value.tolist()) == ([35.0], [1.0])


@given(
    st.integers(1, 4),
    st.floats(0, 200),
    st.floats(1, 600),
)
def test_repeats_are_two_hours_apart(repeats: int, opens: float, length: float) -> None:
    places = made_places([(0, 0)], window=(opens, opens + length))
    options = dwell_options(places, (12.0,), repeats=repeats)
    assert len(options) in (1, repeats)
    assert options.opens[0] == pytest.approx(opens)
    assert options.closes[-1] == pytest.approx(opens + length)
    assert np.all(options.opens[1:] - options.closes[:-1] >= DWELL.again_minutes - 1e-9)
    assert len(set(options.group.tolist())) == len(options)


def test_another_curve_can_be_given() -> None:
    curve = DwellCurve(minutes=(10.0, 30.0), factors=(1.0, 2.0), usual=10.0)
    options = dwell_options(made_places([(0, 0)], dwell=10.0), (10.0, 20.0), curve=curve)
    assert options.value.tolist() == [1.0, 1.5]
    assert options.closes.tolist() == [SHIFT, SHIFT]


def test_no_places_have_no_options() -> None:
    assert len(dwell_options(made_places([]))) == 0
