from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.patrol.value.merging import merge, no_places
from tests.patrol.value.made_places import SHIFT, made_places


def must(*at: tuple[float, float], **chosen: object) -> object:
    return made_places(list(at), kind="must_visit", required=True, label="must", **chosen)  # type: ignore[arg-type]


def test_a_must_visit_beside_a_hotspot_is_one_stop_that_says_both() -> None:
    hot = made_places([(20, 0), (200, 0)], value=[0.4, 0.7], dwell=20.0, label="hot")
    whole = merge(hot, must((0, 0), value=1.0, dwell=12.0))
    assert whole.key.tolist() == ["must:0", "hot:1"]
    assert whole.required.tolist() == [True, False]
    assert whole.value.tolist() == pytest.approx([1.4, 0.7])
    assert whole.dwell.tolist() == [20.0, 20.0]
    assert [line.en for line in whole.because[0]] == ["because of must0", "because of hot0"]
    assert whole.classes[0][0].number == pytest.approx(1.4)
    # The lists that went in are as they were.
    assert hot.value.tolist() == [0.4, 0.7]


def test_hotspots_side_by_side_stay_two() -> None:
    assert len(merge(made_places([(0, 0), (5, 0)]), must((500, 0)))) == 3


def test_the_distance_is_in_metres() -> None:
    assert len(merge(must((0, 0)), made_places([(29.9, 0)]))) == 1
    assert len(merge(must((0, 0)), made_places([(30.1, 0)]))) == 2


def test_must_visits_whose_hours_do_not_meet_stay_two() -> None:
    early, late = must((0, 0), window=(0.0, 60.0)), must((1, 0), window=(120.0, 180.0))
    assert len(merge(early, late)) == 2
    both = merge(must((0, 0)), late)
    assert (both.opens.tolist(), both.closes.tolist(), both.windowed.tolist()) == ([120.0], [180.0], [True])


def test_three_must_visits_do_not_end_without_a_common_hour() -> None:
    """The first and the second fit, the first and the third do: all three do not."""
    whole = merge(must((0, 0)), must((1, 0), window=(0.0, 60.0)), must((2, 0), window=(180.0, 240.0)))
    assert len(whole) == 2
    assert (whole.closes > whole.opens).all()


def test_the_hours_of_a_must_visit_stay_when_a_hotspot_joins_it() -> None:
    bands = [[0.2, 0.2, 0.2, 1.0]]
    hot = made_places([(0, 0)], value=1.0, window=(180.0, 240.0), bands=bands)
    late = merge(must((1, 0), window=(120.0, 240.0)), hot)
    assert (late.opens[0], late.closes[0]) == (120.0, 240.0)
    assert late.value[0] == pytest.approx(1.0 + 0.6)
    # In the must-visit's hours the hotspot is worth little: it stays for its own.
    assert len(merge(must((1, 0), window=(0.0, 120.0)), hot)) == 2


def test_nothing_with_nothing() -> None:
    assert len(merge()) == 0
    assert len(merge(no_places(), no_places())) == 0
    assert len(merge(no_places(), made_places([(0, 0)]))) == 1


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 120), st.floats(0, 120), st.booleans()), min_size=1, max_size=12),
)
def test_nothing_is_lost_by_merging(points: list[tuple[float, float, bool]]) -> None:
    parts = [
        made_places([(x, y)], required=required, value=number + 1.0, label=f"n{number}")
        for number, (x, y, required) in enumerate(points)
    ]
    whole = merge(*parts)
    assert whole.value.sum() == pytest.approx(sum(range(1, len(points) + 1)))
    assert sum(len(each) for each in whole.because) == len(points)
    assert set(whole.closes) == {SHIFT}
    # Of required places no two are left side by side, and what was required is.
    assert whole.required.any() == any(required for *_at, required in points)
    assert np.all(np.diff(whole.required.astype(int)) <= 0)
