"""Places that somebody names: one by one, or in a list with times, minutes and weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridsvc.errors import Fault, Place, Text

LONGEST_MINUTES = 480.0


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """A place to visit, degrees of WGS 84. `begins`, `ends`: when to be there (aware), None: any time.

    `minutes` of the visit; `weight`: what it is worth, 1: as much as a problem that is met for certain. Not
    `required`: only if it is worth it. `row`: where it stands in its list, from 1, None: told one by one.
    `id`: what its list calls it from day to day, "" where it has nothing for that.
    """

    lon: float
    lat: float
    name: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    minutes: float = 12.0
    weight: float = 1.0
    required: bool = True
    row: int | None = None
    id: str = ""


@dataclass(frozen=True, slots=True)
class GivenList:
    """What a list holds: the places that can be taken, and what is wrong with the other rows."""

    file: str
    places: tuple[GivenPlace, ...]
    refused: tuple[Fault, ...]


def given_fault(given: GivenPlace, number: int, begins: datetime, ends: datetime) -> Fault | None:
    """Return what is wrong with the `number`th place given for a shift; None when all is well."""
    wrong: tuple[str, str, object, Text] | None = None
    if not (-180 <= given.lon <= 180 and -90 <= given.lat <= 90):  # NaN is neither
        place = f"{given.lon},{given.lat}"
        wrong = "bad_place", "lon", place, Text("坐标不是有效的度数。", "The coordinates are not degrees.")
    elif not 0 < given.minutes <= LONGEST_MINUTES:
        said = Text("停留应为 8 小时以内的正数（分钟）。", "The minutes are positive, eight hours at most.")
        wrong = "bad_minutes", "minutes", given.minutes, said
    elif not 0 <= given.weight < 1e9:
        said = Text("权重应为不小于 0 的数。", "The weight is a number from 0 on.")
        wrong = "bad_weight", "weight", given.weight, said
    elif any(each is not None and each.tzinfo is None for each in (given.begins, given.ends)):
        wrong = "bad_time", "from", given.begins, Text("时间没有时区。", "The time has no zone.")
    elif given.begins and given.ends and given.ends < given.begins:
        wrong = "window_reversed", "to", given.ends, Text("结束早于开始。", "It ends before it begins.")
    elif (given.begins and given.begins >= ends) or (given.ends and given.ends <= begins):
        said = Text("时段不在班次之内。", "Its hours are none of the shift's.")
        wrong = "outside_shift", "from", given.begins or given.ends, said
    if wrong is None:
        return None
    code, column, value, message = wrong
    return Fault(code, message, Place(row=given.row or number, column=column, value=str(value)))
