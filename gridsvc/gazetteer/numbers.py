"""House numbers of a street: known ones, and those between known ones of the same side."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from dataclasses import dataclass

_NUMBER = re.compile(r"(\d{1,5})")
_METRES_A_NUMBER = 8.0
"""Frontage of two numbers, half of them on each side: 16 m, common for shops."""
_FARTHEST_BEYOND = 20
"""So many numbers beyond the last known one are still placed beside it, ever less exactly."""
LEAST_M = 10.0


@dataclass(frozen=True, slots=True)
class House:
    """A known house number; metres in the gazetteer's system."""

    number: int
    text: str
    x: float
    y: float
    accuracy_m: float
    source: str


@dataclass(frozen=True, slots=True)
class Found:
    """Where a number is: `how` is `known`, `between` or `beyond` the known ones `a` and `b`."""

    x: float
    y: float
    accuracy_m: float
    how: str
    a: House
    b: House | None = None


def number_of(text: str) -> int | None:
    """Return the number that orders a house among its neighbours: 68 of 68号, 甲68号 and 68-2号."""
    match = _NUMBER.search(text)
    return int(match[1]) if match else None


def written_number(text: str) -> str:
    """Return a normalised house number in one way of writing: 68, 68# and 68号 are 68号."""
    text = text.replace("#", "号")
    return text if "号" in text else f"{text}号"


class HouseNumbers:
    """The known numbers of one street. Odd and even ones stand on opposite sides, as is the custom."""

    def __init__(self, houses: list[House]) -> None:
        ordered = sorted(houses, key=lambda house: (house.number, house.text))
        self._by_text = {house.text: house for house in reversed(ordered)}
        self._sides: tuple[list[House], list[House]] = ([], [])
        for house in ordered:
            side = self._sides[house.number % 2]
            if not side or side[-1].number != house.number:
                side.append(house)

    def find(self, text: str) -> Found | None:
        """Return where the number written `text` is, or None when nothing near it is known.

        Between two known numbers of the same parity the place is taken in proportion; the error is taken as
        a third of the gap to the nearer one, beyond the last known one as the whole frontage.
        """
        text = written_number(text)
        number = number_of(text)
        if number is None:
            return None
        exact = self._by_text.get(text)
        if exact is not None:
            return Found(exact.x, exact.y, exact.accuracy_m, "known", exact)
        side = self._sides[number % 2]
        if not side:
            return None
        at = bisect_left(side, number, key=lambda house: house.number)
        if at < len(side) and side[at].number == number:
            # 68-2 or 甲68: at the house whose number it carries.
            house = side[at]
            return Found(house.x, house.y, house.accuracy_m + LEAST_M, "known", house)
        if 0 < at < len(side):
            a, b = side[at - 1], side[at]
            share = (number - a.number) / (b.number - a.number)
            gap = math.hypot(b.x - a.x, b.y - a.y)
            error = max(LEAST_M, min(share, 1 - share) * gap / 3, gap / 20)
            return Found(
                a.x + share * (b.x - a.x),
                a.y + share * (b.y - a.y),
                math.hypot(error, max(a.accuracy_m, b.accuracy_m)),
                "between",
                a,
                b,
            )
        house = side[0] if at == 0 else side[-1]
        missing = abs(number - house.number)
        if missing > _FARTHEST_BEYOND:
            return None
        return Found(house.x, house.y, house.accuracy_m + missing * _METRES_A_NUMBER, "beyond", house)
