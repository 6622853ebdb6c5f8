"""Limits that wait for their season, against somebody who turns the pages of a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gridsvc.handling.calendar import LAST_YEAR
from gridsvc.responsibility.seasons import Seasons

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEIRUT = ZoneInfo("Asia/Beirut")  # puts its clocks forward at midnight
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# Days as the database takes them: 02-30 is among them.
days = st.tuples(st.integers(1, 12), st.integers(1, 31)).map(lambda day: f"{day[0]:02d}-{day[1]:02d}")


def micro(at: datetime) -> int:
    return (at - EPOCH) // timedelta(microseconds=1)


def turned(first: str, last: str, at: datetime, zone: ZoneInfo) -> tuple[datetime, bool] | None:
    """The start by hand, and whether it waits; None for a season that no day of these years is in."""
    day = at.astimezone(zone).date()
    for waited in range(366 * 8):
        shown = f"{day + timedelta(days=waited):%m-%d}"
        if first <= shown <= last if first <= last else shown >= first or shown <= last:
            if not waited:
                return at, False
            begin = datetime.combine(day + timedelta(days=waited), time(0), zone)
            while begin.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != begin.replace(tzinfo=None):
                begin += timedelta(minutes=1)  # a midnight that the clocks skip
            return begin.astimezone(UTC), True
    return None


@settings(deadline=None, max_examples=400)
@given(
    days,
    days,
    st.datetimes(
        datetime.fromisoformat("2023-01-01T00:00:00"), datetime.fromisoformat("2029-12-31T23:59:59")
    ),
    st.sampled_from([SHANGHAI, BEIRUT]),
)
def test_a_limit_waits_for_the_next_first_day(first: str, last: str, at: datetime, zone: ZoneInfo) -> None:
    start = at.replace(tzinfo=UTC)
    expected = turned(first, last, start, zone)
    assume(expected is not None)
    assert expected is not None
    # A season of 02-29 alone comes every fourth year here and on 1 March in the others.
    assume(first != last or first != "02-29")
    seasons = Seasons.of([(first, last)], zone)
    counts, waits = seasons.start(np.array([0, -1], np.int32), np.array([micro(start)] * 2))
    assert (int(counts[0]), bool(waits[0])) == (micro(expected[0]), expected[1])
    assert (int(counts[1]), bool(waits[1])) == (micro(start), False)


@pytest.mark.parametrize(
    ("season", "at", "counts"),
    [
        (("03-01", "04-30"), "2026-03-01T00:00+08:00", "2026-03-01T00:00+08:00"),
        (("03-01", "04-30"), "2026-02-28T23:59+08:00", "2026-03-01T00:00+08:00"),
        (("03-01", "04-30"), "2026-04-30T23:59+08:00", "2026-04-30T23:59+08:00"),
        (("03-01", "04-30"), "2026-05-01T00:00+08:00", "2027-03-01T00:00+08:00"),
        (("11-15", "03-15"), "2026-12-31T23:59+08:00", "2026-12-31T23:59+08:00"),
        (("11-15", "03-15"), "2027-03-15T23:59+08:00", "2027-03-15T23:59+08:00"),
        (("11-15", "03-15"), "2027-03-16T00:00+08:00", "2027-11-15T00:00+08:00"),
        (("01-01", "12-31"), "2026-07-07T12:00+08:00", "2026-07-07T12:00+08:00"),
        (("02-29", "02-29"), "2026-01-01T00:00+08:00", "2026-03-01T00:00+08:00"),
        (("02-29", "02-29"), "2028-01-01T00:00+08:00", "2028-02-29T00:00+08:00"),
    ],
)
def test_seasons_that_offices_write(season: tuple[str, str], at: str, counts: str) -> None:
    start = np.array([micro(datetime.fromisoformat(at))])
    found, waits = Seasons.of([season], SHANGHAI).start(np.zeros(1, np.int32), start)
    assert EPOCH + timedelta(microseconds=int(found[0])) == datetime.fromisoformat(counts)
    assert bool(waits[0]) == (at != counts)


def test_many_seasons_in_one_call_are_each_their_own() -> None:
    given_seasons = [("03-01", "04-30"), ("11-15", "03-15"), ("06-01", "06-01")]
    seasons = Seasons.of(given_seasons, SHANGHAI)
    rng = np.random.default_rng(4)
    at = rng.integers(micro(datetime(2024, 1, 1, tzinfo=UTC)), micro(datetime(2028, 1, 1, tzinfo=UTC)), 3000)
    season = rng.integers(-1, 3, 3000).astype(np.int32)
    counts, waits = seasons.start(season, at)
    assert (counts[season < 0] == at[season < 0]).all()
    assert not waits[season < 0].any()
    for number, each in enumerate(given_seasons):
        rows = np.flatnonzero(season == number)
        alone = Seasons.of([each], SHANGHAI).start(np.zeros(len(rows), np.int32), at[rows])
        assert counts[rows].tolist() == alone[0].tolist()
        assert waits[rows].tolist() == alone[1].tolist()


def test_behind_the_last_year_nothing_is_invented() -> None:
    late = np.array([micro(datetime(LAST_YEAR + 3, 1, 1, tzinfo=UTC))])
    counts, waits = Seasons.of([("03-01", "04-30")], SHANGHAI).start(np.zeros(1, np.int32), late)
    assert counts.tolist() == late.tolist()
    assert not waits[0]
