"""The order of rules: numbers, and 先于 R20 or 后于 R10, which become numbers.

A rule that is said to come after others gets the next number after the last of them; one that only comes
before others gets the number before the first of them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise

LARGEST = 1_000_000
_FIRST, _STEP = 10, 10
_RELATIVE = re.compile(r"(?P<word>先于|后于|before|after)[:：]?(?P<codes>.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """What a 优先级 cell says: a number, or the codes of rules that come later (`before`) or earlier."""

    number: int | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Impossible:
    """Rules that no order satisfies: `circle` in the order in which each comes before the next."""

    circle: tuple[str, ...]


@dataclass(slots=True)
class Numbers:
    """The priority of each rule by its code, or the rules that cannot have one."""

    of: dict[str, int] = field(default_factory=dict)
    impossible: Impossible | None = None
    no_room: str | None = None
    """A rule between whose neighbours there is no number left."""


def read_order(text: str) -> Order | None:
    """Read a 优先级 cell, None for one that says no order."""
    plain = unicodedata.normalize("NFKC", text).strip()
    if re.fullmatch(r"\d{1,7}", plain):
        number = int(plain)
        return Order(number) if number <= LARGEST else None
    before: list[str] = []
    after: list[str] = []
    for part in re.split(r"[;\r\n]+|(?=先于|后于)", plain):
        if not part.strip():
            continue
        match = _RELATIVE.fullmatch(part.strip())
        if match is None:
            return None
        codes = [code for each in re.split(r"[、,]+", match["codes"]) if (code := each.strip())]
        if not codes:
            return None
        (before if match["word"].casefold() in ("先于", "before") else after).extend(codes)
    return Order(before=tuple(before), after=tuple(after)) if before or after else None


def number_rules(orders: Mapping[str, Order]) -> Numbers:
    """Give every rule its number; codes in `orders` that are no key of it have to be refused before."""
    earlier: dict[str, set[str]] = {code: set() for code in orders}
    for code, order in orders.items():
        earlier[code] |= set(order.after)
        for each in order.before:
            earlier[each].add(code)
    fixed = sorted((order.number, code) for code, order in orders.items() if order.number is not None)
    # The numbers are an order, too: of each rule after the next smaller one.
    by_number: dict[int, list[str]] = {}
    for number, code in fixed:
        by_number.setdefault(number, []).append(code)
    steps = [by_number[number] for number in sorted(by_number)]
    with_numbers = {code: set(before) for code, before in earlier.items()}
    for smaller, larger in pairwise(steps):
        for code in larger:
            with_numbers[code] |= set(smaller)
    try:
        # Sorted: of several circles it is always the same one that is found.
        graph = {code: sorted(before) for code, before in sorted(with_numbers.items())}
        sequence = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        return Numbers(impossible=Impossible(tuple(error.args[1][:-1])))
    return _numbered(orders, earlier, sequence)


def _numbered(
    orders: Mapping[str, Order], earlier: Mapping[str, set[str]], sequence: Sequence[str]
) -> Numbers:
    later: dict[str, set[str]] = {code: set() for code in orders}
    for code, before in earlier.items():
        for each in before:
            later[each].add(code)
    numbers = {code: order.number for code, order in orders.items() if order.number is not None}
    for code in sequence:  # what follows something that has a number
        known = [numbers[each] for each in earlier[code] if each in numbers]
        if code not in numbers and known:
            numbers[code] = max(known) + 1
    for code in reversed(sequence):  # what only comes before something
        known = [numbers[each] for each in later[code] if each in numbers]
        if code not in numbers and known:
            numbers[code] = min(known) - 1
    free = max(numbers.values(), default=_FIRST - _STEP) + _STEP
    for code in sequence:  # what has to do with none of them
        if code not in numbers:
            numbers[code] = max([free, *(numbers[each] + _STEP for each in earlier[code])])
    for code in sequence:
        fits = all(numbers[each] < numbers[code] for each in earlier[code])
        if not fits or not 0 <= numbers[code] <= LARGEST:
            squeezed = (each for each in (code, *sorted(earlier[code])) if orders[each].number is None)
            return Numbers(no_room=next(squeezed, code))
    return Numbers(of=numbers)
