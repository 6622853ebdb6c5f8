"""The `datetime` parameter: an instant or an interval of RFC 3339 (OGC API – Features Part 1, 7.15.4)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from gridsvc.errors import Place, Text, WrongUsage

_INSTANT = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(\.\d+)?([Zz]|[+-]\d\d:\d\d)",
    re.ASCII,
)
_FULL_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_OPEN = ("", "..")


@dataclass(frozen=True, slots=True)
class Span:
    """A closed interval of time; None is open. An instant begins and ends at once."""

    start: datetime | None
    end: datetime | None

    @classmethod
    def at(cls, instant: datetime) -> Span:
        """Return the span of one aware instant."""
        return cls(instant, instant)


def read_instant(text: str) -> datetime:
    """Read an RFC 3339 date-time, zone included; raise ValueError."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        raise ValueError(text)
    day, hours, seconds, fraction, zone = match.groups()
    # A leap second is a second that Python does not have: it is the first of the next minute.
    leap = seconds == "60"
    fraction = (fraction or "")[:7]
    zone = "+00:00" if zone in "Zz" else zone
    found = datetime.fromisoformat(
        f"{day}T{hours}:{'59' if leap else seconds}{fraction.ljust(7, '0') if fraction else ''}{zone}"
    )
    found = found.astimezone(UTC)
    return found + timedelta(seconds=1) if leap else found


def read_date(text: str) -> date:
    """Read `YYYY-MM-DD`; raise ValueError."""
    if _FULL_DATE.fullmatch(text) is None:
        raise ValueError(text)
    return date.fromisoformat(text)


def read_span(text: str) -> Span:
    """Read an instant, `a/b`, `../b`, `/b`, `a/..` or `a/`; `../..` is all time.

    Raises:
        WrongUsage: `bad_datetime`.
    """
    try:
        if "/" not in text:
            return Span.at(read_instant(text))
        first, last = text.split("/")
        start = None if first in _OPEN else read_instant(first)
        end = None if last in _OPEN else read_instant(last)
    except (ValueError, OverflowError):
        raise _bad(text) from None
    if start is not None and end is not None and start > end:
        raise _bad(text)
    return Span(start, end)


def _bad(text: str) -> WrongUsage:
    return WrongUsage(
        "bad_datetime",
        Text(
            "datetime 应为带时区的 RFC 3339 时刻，或 起/止 区间（.. 表示不限，起不晚于止）。",
            "datetime is an RFC 3339 instant with its zone, or start/end (.. is open, start not after end).",
        ),
        place=Place(column="datetime", value=text),
        remedy=Text("网址中的 + 要写成 %2B。", "In an address, + is written %2B."),
    )
