"""Days of the year in a specification's words: 3月1日至4月30日, 3-5月, 11-15..03-15."""

from __future__ import annotations

import re
import unicodedata

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TO = r"(?:\.\.|~|-|—|–|至|到)"
_BETWEEN = re.compile(
    # 3月1日至4月30日, 3月至次年5月, 3-5月
    rf"(?P<m1>\d{{1,2}})(?:月(?:份)?(?:(?P<d1>\d{{1,2}})(?:日|号))?)?(?:起)?{_TO}(?:次年|翌年|第二年)?"
    r"(?P<m2>\d{1,2})月(?:份)?(?:(?P<d2>\d{1,2})(?:日|号))?(?:止|底)?"
    # 11-15..03-15, 3.1-4.30
    rf"|(?P<m3>\d{{1,2}})[-/.](?P<d3>\d{{1,2}})(?:\.\.|~|—|–|至|到|-)(?P<m4>\d{{1,2}})[-/.](?P<d4>\d{{1,2}})"
)


def days_between(text: str) -> tuple[str, str, str, str] | None:
    """Find a span of the year: its first and last day as MM-DD, and the text before and behind it.

    Without a day of the month it begins with the first and ends with the last. None when there is none, or a
    day that no year has.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    for match in _BETWEEN.finditer(plain):
        first = _day(match["m1"] or match["m3"], match["d1"] or match["d3"], last=False)
        last = _day(match["m2"] or match["m4"], match["d2"] or match["d4"], last=True)
        if first is not None and last is not None:
            return first, last, plain[: match.start()], plain[match.end() :]
    return None


def _day(month: str, day: str | None, *, last: bool) -> str | None:
    number = int(month)
    if not 1 <= number <= 12:
        return None
    longest = _DAYS[number - 1]
    on = int(day) if day else longest if last else 1
    return f"{number:02d}-{on:02d}" if 1 <= on <= longest else None
