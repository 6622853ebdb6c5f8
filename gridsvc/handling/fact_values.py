"""Values of facts: read as people write them, said as people read them, and held against conditions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from gridsvc.errors import Text
from gridsvc.handling.facts import FACTS, Fact
from gridsvc.handling.grades import grade_of_ground
from gridsvc.handling.rules import Condition

_CLOCK = re.compile(r"(\d{1,2})[:：](\d{2})(?:-|~|—|–|至|到)(\d{1,2})[:：](\d{2})")
_SEASON = re.compile(
    r"(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:\.\.|~|—|–|至|到)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?"
)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def read_fact_value(fact: Fact, text: str) -> str | None:
    """Return the value that a text means in a condition or as a given fact, None when it means none.

    Closed facts: the id, or the Chinese or English words. Windows: 22:00-06:00 and 11-15..03-15, with their
    ends told apart (an empty window means none). Open values and codes: the text without outer blanks.
    """
    plain = _plain(text)
    if not plain:
        return None
    if fact.form == "closed":
        return next((value for value, words in fact.words.items() if plain in _names(value, words)), None)
    if fact.form == "clock":
        return _read_clock(plain)
    if fact.form == "season":
        return _read_season(plain)
    return unicodedata.normalize("NFKC", text).strip()


def fact_value_text(name: str, value: str) -> Text:
    """Return the words for a value of a fact."""
    return FACTS[name].words.get(value, Text(value, value))


def condition_text(condition: Condition) -> Text:
    """Return a condition in words: 位置为人行道或绿地."""
    title = FACTS[condition.fact].title
    words = [fact_value_text(condition.fact, value) for value in condition.values]
    zh, en = "或".join(each.zh for each in words), " or ".join(each.en for each in words)
    return Text(
        f"{title.zh}{'不为' if condition.negated else '为'}{zh}",
        f"{title.en} is {'not ' if condition.negated else ''}{en}",
    )


def fulfils(condition: Condition, value: str | None) -> bool | None:
    """Return whether a value (as in `Situation.facts`) fulfils a condition, None when it is unknown."""
    if value is None:
        return None
    form = FACTS[condition.fact].form
    if form == "clock":
        met = any(_within(each, "-", value, last_inside=False) for each in condition.values)
    elif form == "season":
        met = any(_within(each, "..", value, last_inside=True) for each in condition.values)
    elif form == "code":
        met = not set(value.split("/")).isdisjoint(condition.values)
    elif form == "open":
        met = likeness(condition.fact, value) in {likeness(condition.fact, each) for each in condition.values}
    else:
        met = value in condition.values
    return met != condition.negated


def likeness(name: str, value: str) -> str:
    """Return what two values of an open fact share when they mean the same.

    Blanks, widths and letter case do not count; of a management grade A类, 一类区域 and A are one.
    """
    grade = grade_of_ground(value) if name == "management_grade" else None
    return grade or _plain(value)


def window_starts(conditions: Iterable[Condition], form: str) -> list[str]:
    """Return where the intervals begin into which all windows of a form cut the day, or the year.

    Sorted, HH:MM or MM-DD; the first is the beginning of the day or the year. All instants of one interval
    fulfil the same conditions, so its beginning stands for them.
    """
    starts = {"00:00" if form == "clock" else "01-01"}
    for condition in conditions:
        if FACTS[condition.fact].form != form:
            continue
        for window in condition.values:
            first, last = window.split("-" if form == "clock" else "..")
            starts |= {first, last if form == "clock" else _day_after(last)}
    return sorted(starts - {"24:00"})


def _within(window: str, between: str, value: str, *, last_inside: bool) -> bool:
    first, last = window.split(between)
    before_end = value <= last if last_inside else value < last
    return first <= value and before_end if first <= last else first <= value or before_end


def _read_clock(plain: str) -> str | None:
    match = _CLOCK.fullmatch(plain)
    if not match:
        return None
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    first, last = (f"{hour:02d}:{minute:02d}" for hour, minute in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or first > "23:59" or last > "24:00" or first == last:
        return None
    return f"{first}-{'24:00' if last == '00:00' else last}"


def _read_season(plain: str) -> str | None:
    match = _SEASON.fullmatch(plain)
    if not match:
        return None
    months, days = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    if not all(
        1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] for month, day in zip(months, days, strict=True)
    ):
        return None
    return "..".join(f"{month:02d}-{day:02d}" for month, day in zip(months, days, strict=True))


def _day_after(day: str) -> str:
    month, number = int(day[:2]), int(day[3:])
    if number < _DAYS[month - 1]:
        return f"{month:02d}-{number + 1:02d}"
    return f"{month % 12 + 1:02d}-01"


def _names(value: str, words: Text) -> set[str]:
    names = {_plain(value), _plain(words.zh), _plain(words.en)}
    # Specifications write all of these for one thing.
    if value == "unknown":
        names |= {"未知", "不清", "无主", "不详"}
    return names


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
