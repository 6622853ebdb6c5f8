"""Pieces of a track: their time, their length, their day."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.tracks.fixes import Track
from gridsvc.tracks.sampling import PIECE_M, local_days, pieces_of, summed

START = int(datetime(2026, 11, 19, 1, tzinfo=UTC).timestamp()) * 1_000_000


def track(seconds: list[float], lon: list[float], joined: list[bool]) -> Track:
    at = START + np.round(np.array(seconds) * 1e6).astype(np.int64)
    return Track("甲", "甲", at, np.array(lon), np.full(len(lon), 34.24), np.array(joined, bool), {}, False)


def test_pieces_share_the_time_and_the_way_between_two_fixes() -> None:
    found = pieces_of(track([0, 60, 120, 500], [108.95, 108.951, 108.951, 108.96], [True, True, False]))
    assert found.minutes.sum() == pytest.approx(2)
    assert found.metres.sum() == pytest.approx(92.13, abs=0.05)
    # The way of 92 m in ten pieces, who stands still in one.
    assert len(found) == 11
    assert (found.metres <= PIECE_M).all()
    assert found.metres[-1] == 0
    assert found.lon[-1] == 108.951
    assert found.fix.tolist() == [0] * 5 + [1] * 5 + [2]
    assert (np.diff(found.at) > 0).all()


def test_nothing_joined_gives_no_piece() -> None:
    assert len(pieces_of(track([0, 500], [108.95, 108.951], [False]))) == 0


@given(
    st.lists(st.integers(0, 2**51), min_size=1, max_size=20),
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]),
)
def test_days_are_those_of_the_clock_on_the_wall(at: list[int], name: str) -> None:
    zone = ZoneInfo(name)
    found = local_days(np.array(at, np.int64), zone).astype("datetime64[D]").tolist()
    assert found == [datetime.fromtimestamp(each / 1e6, UTC).astimezone(zone).date() for each in at]


def test_sums_by_two_keys() -> None:
    keys, (total,) = summed((np.array([1, 1, 0, 1]), np.array([5, 5, 5, 4])), np.array([1.0, 2.0, 4.0, 8.0]))
    assert [each.tolist() for each in keys] == [[0, 1, 1], [5, 4, 5]]
    assert total.tolist() == [4, 8, 3]
