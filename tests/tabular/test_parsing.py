"""Columns of text to numbers and instants."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.tabular import MISSING_INSTANT, instants, numbers

SHANGHAI = ZoneInfo("Asia/Shanghai")
LOS_ANGELES = ZoneInfo("America/Los_Angeles")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def column(*words: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(words, pa.string())])


def number(word: str | None) -> tuple[float, bool]:
    values, unreadable = numbers(column(word))
    return float(values[0]), bool(unreadable[0])


def instant(word: str | None, zone: ZoneInfo = SHANGHAI) -> datetime | None:
    found, unreadable = instants(column(word), zone)
    if found[0] == MISSING_INSTANT:
        return None
    assert not unreadable[0]
    return EPOCH + timedelta(microseconds=int(found[0]))


def unreadable(word: str, zone: ZoneInfo = SHANGHAI) -> bool:
    found, bad = instants(column(word), zone)
    assert (found[0] == MISSING_INSTANT) == bad[0]
    return bool(bad[0])


@settings(max_examples=300, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=30))
def test_every_float_comes_back(given_numbers: list[float]) -> None:
    values, bad = numbers(column(*[repr(each) for each in given_numbers]))
    assert values.tolist() == given_numbers
    assert not bad.any()


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("108.95", 108.95),
        (" 108.95 ", 108.95),
        ("\t34\u00a0", 34.0),
        ("１０８．９５", 108.95),
        ("+5", 5.0),
        ("-0", 0.0),
        (".5", 0.5),
        ("-.5", -0.5),
        ("5.", 5.0),
        ("1e2", 100.0),
        ("1E-2", 0.01),
        ("+1.5e+1", 15.0),
        ("00012", 12.0),
    ],
)
def test_numbers_that_people_write(word: str, value: float) -> None:
    assert number(word) == (value, False)


@pytest.mark.parametrize(
    "word",
    [
        "nan", "NaN", "inf", "-inf", "Infinity", "null", "none", "-", "", "1,5", "1_000", "0x10", "12 5",
        "108.95E", "e5", "１2abc", "東", "1.2.3", "--1", "+-1", "1e", "1e400", "-1e400", "٣", "½", "1\n2",
    ],
)  # fmt: skip
def test_words_that_are_no_numbers(word: str) -> None:
    value, bad = number(word)
    assert math.isnan(value)
    assert bad == (word != "")


def test_blanks_are_missing_and_not_unreadable() -> None:
    values, bad = numbers(column(None, "", "   ", "\u3000", "7"))
    assert np.isnan(values[:4]).all()
    assert values[4] == 7
    assert not bad.any()


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=12)), max_size=40))
def test_no_text_at_all_raises(words: list[str | None]) -> None:
    clean = [word if word is None else word.encode("utf-8", "ignore").decode() for word in words]
    values, bad = numbers(column(*clean))
    assert len(values) == len(bad) == len(clean)
    assert np.isnan(values[bad]).all()
    assert np.isfinite(values[~np.isnan(values)]).all()
    for zone in (SHANGHAI, LOS_ANGELES):
        found, bad = instants(column(*clean), zone)
        assert len(found) == len(bad) == len(clean)
        assert (found[bad] == MISSING_INSTANT).all()


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.datetimes(datetime.fromisoformat("1950-01-01"), datetime.fromisoformat("2199-01-01")),
            st.sampled_from(["T", " "]),
            st.sampled_from(["", "Z", "+08:00", "-0330", "+00:00"]),
            st.sampled_from(["auto", "seconds", "minutes"]),
        ),
        max_size=20,
    ),
    st.sampled_from([SHANGHAI, LOS_ANGELES, ZoneInfo("UTC")]),
)
def test_iso_times_mean_what_python_says(times: list[tuple[datetime, str, str, str]], zone: ZoneInfo) -> None:
    words = [at.isoformat(between, spec) + offset for at, between, offset, spec in times]
    found, bad = instants(column(*words), zone)
    assert not bad.any()
    for word, value in zip(words, found.tolist(), strict=True):
        at = datetime.fromisoformat(word)
        at = at if at.tzinfo else at.replace(tzinfo=zone)
        # A time that the clock skips moves to the end of the gap; Python counts it by the offset before.
        skipped = at.astimezone(UTC).astimezone(at.tzinfo).replace(tzinfo=None) != at.replace(tzinfo=None)
        if not skipped:
            assert EPOCH + timedelta(microseconds=value) == at, word


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("2026-11-22T10:00:00+08:00", "2026-11-22T10:00+08:00"),
        ("2026-11-22T10:00:00+08", "2026-11-22T10:00+08:00"),
        ("2026-11-22T10:00:00 +08:00", "2026-11-22T10:00+08:00"),
        ("2026-11-22T02:00:00Z", "2026-11-22T10:00+08:00"),
        ("2026-11-22T02:00:00z", "2026-11-22T10:00+08:00"),
        ("2026-11-22 10:00", "2026-11-22T10:00+08:00"),
        ("2026-11-22 10:00:00.5", "2026-11-22T10:00:00.5+08:00"),
        ("2026-11-22", "2026-11-22T00:00+08:00"),
        ("2026/11/22 10:00:00", "2026-11-22T10:00+08:00"),
        ("2026/1/5 9:05", "2026-01-05T09:05+08:00"),
        ("2026-1-5 9:05:07", "2026-01-05T09:05:07+08:00"),
        ("2026/1/5", "2026-01-05T00:00+08:00"),
        ("２０２６-11-22 10:00", "2026-11-22T10:00+08:00"),
        (" 2026-11-22 10:00 ", "2026-11-22T10:00+08:00"),
        ("20261122", "2026-11-22T00:00+08:00"),
        ("22/11/2026", "2026-11-22T00:00+08:00"),
        ("11/22/2026 10:00:00 PM", "2026-11-22T22:00+08:00"),
        ("22-11-2026 10:30", "2026-11-22T10:30+08:00"),
        ("2026年11月22日 10时00分", "2026-11-22T10:00+08:00"),
    ],
)
def test_times_that_files_hold(word: str, expected: str) -> None:
    assert instant(word) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    "word",
    ["now", "today", "NaT", "nan", "None", "yesterday", "10:00", "2026-13-01", "2026-02-30",
     "2026-11-22T25:00", "2026-11-22T10:00:00+99:00", "10/11/2026", "1e9", "44887.5",
     "0000-00-00", "下午三点"],
)  # fmt: skip
def test_words_that_are_no_times(word: str) -> None:
    assert unreadable(word)


def test_one_unreadable_time_among_others_harms_none() -> None:
    words = [
        "2026-11-22 10:00",
        "today",
        "2026-11-22T10:00+08",
        "2026-11-22T02:00:00Z",
        None,
        "",
        "x",
        "2026/1/5 9:05",
    ]
    found, bad = instants(column(*words), SHANGHAI)
    assert bad.tolist() == [False, True, False, False, False, False, True, False]
    assert found[0] == found[2] == found[3]
    assert (found[[1, 4, 5, 6]] == MISSING_INSTANT).all()


def test_a_date_that_may_be_day_first_or_month_first_is_not_guessed() -> None:
    _, bad = instants(column("10/11/2026", "2026-11-22", "3/4/2026 10:00"), SHANGHAI)
    assert bad.tolist() == [True, False, True]
    _, bad = instants(column("10/11/2026", "22/11/2026"), SHANGHAI)  # the second tells the order of both
    assert not bad.any()


def test_the_hour_that_a_clock_skips_moves_forward() -> None:
    assert instant("2026-03-08 02:30", LOS_ANGELES) == datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # 03:00 PDT


def test_the_hour_that_a_clock_repeats_is_its_first_pass() -> None:
    assert instant("2026-11-01 01:30", LOS_ANGELES) == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # PDT
    found, bad = instants(
        column("2026-11-01 01:30", "2026-11-01 00:30", "2026-11-01T01:30:00-08:00", "2026-11-01 02:30", "x"),
        LOS_ANGELES,
    )
    hours = (found[:4] - found[1]) / 3_600_000_000
    assert hours.tolist() == [1.0, 0.0, 2.0, 3.0]
    assert bad.tolist() == [False, False, False, False, True]


def test_the_years_in_which_china_had_summer_time() -> None:
    """1986 to 1991: Shanghai's clock was an hour ahead in summer."""
    assert instant("1988-07-01 12:00") == datetime(1988, 7, 1, 3, 0, tzinfo=UTC)
    assert instant("1988-01-01 12:00") == datetime(1988, 1, 1, 4, 0, tzinfo=UTC)


def test_a_column_without_rows() -> None:
    values, bad = numbers(column())
    assert len(values) == len(bad) == 0
    found, bad = instants(column(), SHANGHAI)
    assert len(found) == len(bad) == 0
