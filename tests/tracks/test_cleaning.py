"""From the mess that devices write to a track."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.geography import from_wgs84
from gridsvc.tabular import MISSING_INSTANT
from gridsvc.tracks.cleaning import FASTEST_M_S, GAP_S, clean, parted
from gridsvc.tracks.fixes import Fixes, Track

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
START = int(datetime(2026, 11, 19, 1, tzinfo=UTC).timestamp()) * 1_000_000
LON, LAT = 108.95, 34.24
METRE = 1 / 92_000  # degrees of longitude there, roughly


def fixes(seconds: list[float], metres: list[float]) -> Fixes:
    """Fixes on one line to the east."""
    at = START + np.round(np.array(seconds) * 1e6).astype(np.int64)
    return Fixes("甲", "甲", at, LON + np.array(metres) * METRE, np.full(len(at), LAT))


def cleaned(given: Fixes, datum: str = "wgs84") -> Track:
    return clean(given, datum=datum, now=NOW)


def test_an_orderly_walk_is_left_as_it_is() -> None:
    given = fixes([0, 10, 20, 30], [0, 12, 25, 40])
    found = cleaned(given)
    assert found.at.tolist() == given.at.tolist()
    assert (found.dropped, found.unordered, found.joined.tolist()) == ({}, False, [True] * 3)
    assert (found.minutes, found.gap_minutes, found.spans) == (0.5, 0.0, [(0, 3)])


def test_each_fix_that_cannot_be_is_left_out_and_counted() -> None:
    given = fixes([30, 0, 10, 10, 20, 25, 40, 50, 60], [40, 0, 12, 12, 25, 30, 50, 60, 70])
    given.at[5] = MISSING_INSTANT
    given.lon[6], given.lat[6] = 0.0, 0.0
    given.lat[7] = np.nan
    given.at[8] = int((NOW + timedelta(hours=1)).timestamp()) * 1_000_000
    found = cleaned(given)
    assert found.dropped == {"no_time": 1, "no_place": 2, "in_future": 1, "repeated": 1}
    assert found.unordered
    assert ((found.at - START) / 1e6).tolist() == [0, 10, 20, 30]
    old = fixes([0, 10], [0, 10])
    old.at[0] = 86_400_000_000
    assert cleaned(old).dropped == {"too_old": 1}


@pytest.mark.parametrize(
    ("metres", "left"),
    [
        ([0, 10, 5000, 30, 40, 50], [0, 10, 30, 40, 50]),
        ([0, 10, 5000, 5010, 40, 50, 60], [0, 10, 40, 50, 60]),
        ([9000, 10, 20, 30], [10, 20, 30]),
        ([0, 10, 20, 9000], [0, 10, 20]),
        ([0, 10, 5000, -9000, 700000, 50, 60, 70], [0, 10, 50, 60, 70]),
    ],
)
def test_jumps_are_thrown_out(metres: list[float], left: list[float]) -> None:
    found = cleaned(fixes([5.0 * k for k in range(len(metres))], metres))
    assert ((found.lon - LON) / METRE).round().tolist() == left
    assert found.dropped == {"jump": len(metres) - len(left)}
    assert found.joined.all()


def test_a_device_that_was_really_elsewhere_is_cut_not_thrown_away() -> None:
    there = [0.0, 10, 20, 30, 40, 50]
    found = cleaned(fixes([5.0 * k for k in range(12)], [*there, *(9000 + each for each in there)]))
    assert found.dropped == {}
    assert found.spans == [(0, 5), (6, 11)]


def test_time_without_fixes_counts_nowhere() -> None:
    found = cleaned(fixes([0, GAP_S, 2 * GAP_S + 1, 2 * GAP_S + 31], [0, 100, 200, 230]))
    assert found.joined.tolist() == [True, False, True]
    assert (found.minutes, found.gap_minutes) == (2.5, pytest.approx(121 / 60))


def test_another_track_begins_after_a_rest() -> None:
    given = fixes([0, 10, 20, 20_000, 20_010], [0, 10, 20, 30, 40])
    given.at[1] = given.at[0]
    first, second = parted(cleaned(given))
    assert (len(first), len(second)) == (2, 2)
    assert (first.dropped, second.dropped) == ({"repeated": 1}, {})
    assert first.joined.tolist() == second.joined.tolist() == [True]


def test_nothing_is_no_track() -> None:
    assert len(cleaned(fixes([], []))) == 0
    one = cleaned(fixes([0], [0]))
    assert (len(one), one.spans, one.minutes) == (1, [], 0.0)


def test_what_a_map_of_china_shows_is_brought_back() -> None:
    true = fixes([0, 10, 20], [0, 10, 20])
    lon, lat = from_wgs84("gcj02", true.lon, true.lat)
    found = cleaned(Fixes("甲", "甲", true.at, lon, lat), "gcj02")
    assert found.lon == pytest.approx(true.lon, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(-20_000, 20_000)), min_size=0, max_size=40))
def test_whatever_comes_what_is_joined_could_be_walked(given: list[tuple[int, int]]) -> None:
    read = fixes([float(at) for at, _ in given], [float(metre) for _, metre in given])
    found = cleaned(read)
    assert len(found) + sum(found.dropped.values()) == len(read)
    assert (np.diff(found.at) > 0).all()
    step = np.diff(found.at)[found.joined] / 1e6
    metres = np.abs(np.diff(found.lon))[found.joined] / METRE
    assert (step <= GAP_S).all()
    assert (metres <= (step + 0.5) * FASTEST_M_S * 1.02 + 31).all()
    assert found.minutes + found.gap_minutes == pytest.approx(
        (found.at[-1] - found.at[0]) / 60e6 if len(found) else 0
    )
    assert sum(map(len, parted(found))) == len(found)
