"""Facts that a report gives itself: read as people write them, and numbered for the resolver."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault, Place, Text
from gridsvc.handling import FACTS, Fact, likeness, read_fact_value
from gridsvc.responsibility.limit_book import GRADES
from gridsvc.responsibility.queries import Words

Ints = NDArray[np.int64]

MAY_BE_GIVEN: tuple[str, ...] = tuple(name for name, fact in FACTS.items() if fact.may_be_given)
"""Names of the facts that a report may give."""

OTHER = "其他"
"""Stands for every given value of an open fact that no rule and no zone names: all of them answer alike."""

_BAD = -1
_LONGEST = 64


class GivenBook:
    """The values that facts may be given; a value's number counts from 1, 0 is not given. Immutable."""

    def __init__(self, named: Mapping[str, Iterable[str]]) -> None:
        """Take the values of open facts that rules and zones name."""
        self.values: dict[str, tuple[str, ...]] = {}
        self._numbers: dict[str, dict[str, int]] = {}
        for name in MAY_BE_GIVEN:
            fact = FACTS[name]
            if fact.form == "closed":
                known = list(fact.words)
            else:
                known = sorted({*named.get(name, ()), *(GRADES if name == "management_grade" else ())})
                known.append(OTHER)
            self.values[name] = tuple(known)
            numbered = [(likeness(name, value), number) for number, value in enumerate(known, 1)]
            self._numbers[name] = dict(reversed(numbered))

    def codes(self, name: str, words: Words) -> Ints:
        """Return the number of each row's value, -1 where it means none; shape (n,)."""
        return self._table(name, words)[words.codes]

    def _table(self, name: str, words: Words) -> Ints:
        return np.array([self._number(name, word) for word in words.values], np.int64)

    def _number(self, name: str, word: str | None) -> int:
        if word is None:
            return 0
        if name not in self._numbers or len(word) > _LONGEST:
            return _BAD
        value = read_fact_value(FACTS[name], word)
        if value is None:
            return _BAD
        numbers = self._numbers[name]
        return numbers.get(likeness(name, value), len(self.values[name]))


def fact_fault(facts: Mapping[str, Words], row: int) -> Fault:
    """Return the fault of the first given fact of a row that is not known, or whose value is not."""
    said = ((name, words[row]) for name, words in facts.items())
    return next(fault for name, word in said if word and (fault := fact_fault_of(name, word)))


def fact_fault_of(name: str, value: str) -> Fault | None:
    """Return the fault of a given fact: no such fact may be given, or the value means none; else None."""
    if name not in MAY_BE_GIVEN:
        return _unknown_fact(name, value)
    if len(value) > _LONGEST or read_fact_value(FACTS[name], value) is None:
        return _unknown_value(FACTS[name], value)
    return None


def _unknown_fact(name: str, value: str) -> Fault:
    listed = _listed((each, FACTS[each].title.zh) for each in MAY_BE_GIVEN)
    return Fault(
        "bad_fact",
        Text(
            f"“{name[:40]}”不是可以上报的事实。",
            f"{name[:40]!r} is no fact that a report may give.",
        ),
        Place(column=f"facts.{name[:40]}", value=value[:_LONGEST]),
        Text(f"可用：{listed}。", f"Use one of {', '.join(MAY_BE_GIVEN)}."),
    )


def _unknown_value(fact: Fact, word: str) -> Fault:
    place = Place(column=f"facts.{fact.name}", value=word[:_LONGEST])
    if fact.form != "closed":
        return Fault(
            "bad_fact",
            Text(
                f"{fact.title.zh}的值过长或为空。",
                f"The value of {fact.title.en} is empty, or longer than {_LONGEST} characters.",
            ),
            place,
        )
    listed = _listed((value, words.zh) for value, words in fact.words.items())
    return Fault(
        "bad_fact",
        Text(
            f"{fact.title.zh}没有“{word[:_LONGEST]}”这个值。",
            f"{fact.title.en} has no value {word[:_LONGEST]!r}.",
        ),
        place,
        Text(f"可用：{listed}。", f"Use one of {', '.join(fact.words)}."),
    )


def _listed(pairs: Iterable[tuple[str, str]]) -> str:
    return "、".join(f"{value}（{words}）" for value, words in pairs)


def _plain(text: str) -> str:
    return "".join(text.split()).casefold()


def fact_named(text: str) -> str | None:
    """Return the fact that may be given and has a name or a Chinese title, None when none has."""
    plain = _plain(text)
    for name in MAY_BE_GIVEN:
        if plain in (name, _plain(FACTS[name].title.zh), _plain(FACTS[name].title.en)):
            return name
    return None


def named_values(pairs: Iterable[tuple[str, Sequence[str]]]) -> dict[str, set[str]]:
    """Return the values of each fact of (fact, values)."""
    found: dict[str, set[str]] = {}
    for name, values in pairs:
        found.setdefault(name, set()).update(values)
    return found
