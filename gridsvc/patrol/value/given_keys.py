"""What a given place is called from day to day, in whatever order its list is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence

from gridsvc.patrol.value.given import GivenPlace

_LONGEST_NAME = 60


def given_keys(given: Sequence[GivenPlace]) -> list[str]:
    """Return a key for each place, no two alike: `given:id:7`, else `given:at:108.95000,34.25000`.

    An identifier that several have tells them not apart; then, and without one, the place itself is the key,
    to a metre. Of several there each has its name in it; of one name they are numbered by their hours. So a
    row that comes, goes or moves in the list changes no key of a place elsewhere.
    """
    ids = Counter(each.id for each in given)
    keys = [
        f"given:id:{each.id}" if each.id and ids[each.id] == 1 else f"given:at:{_degrees(each)}"
        for each in given
    ]
    there = Counter(keys)
    named = [
        f"{key}:{each.name[:_LONGEST_NAME]}" if there[key] > 1 and each.name else key
        for key, each in zip(keys, given, strict=True)
    ]
    alike: dict[str, list[int]] = defaultdict(list)
    for number, key in enumerate(named):
        alike[key].append(number)
    taken = set(alike)
    for key, numbers in sorted(alike.items()):
        count = 1
        for number in sorted(numbers, key=lambda number: _hours(given[number], number))[1:]:
            while (told := f"{key}:{(count := count + 1)}") in taken:
                pass
            taken.add(told)
            named[number] = told
    return named


def _degrees(each: GivenPlace) -> str:
    # A rounded -0 is 0.
    return f"{round(each.lon, 5) + 0.0:.5f},{round(each.lat, 5) + 0.0:.5f}"


def _hours(each: GivenPlace, number: int) -> tuple[float, float, float, int]:
    begins, ends = (at.timestamp() if at else 0.0 for at in (each.begins, each.ends))
    return begins, ends, each.minutes, number
