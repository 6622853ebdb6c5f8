"""Modes and hours of shifts, as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.patrol.plan import Mode

_MODES: Mapping[str, Mode] = {
    **dict.fromkeys(("walk", "foot", "步行", "徒步"), "walk"),
    **dict.fromkeys(("ebike", "e-bike", "bike", "电动自行车", "电动车", "电瓶车", "自行车"), "ebike"),
    **dict.fromkeys(("car", "汽车", "机动车", "车"), "car"),
}


def parse_mode(given: str) -> Mode:
    """Return the mode that a word means; WrongUsage (`bad_mode`)."""
    mode = _MODES.get(given.strip().casefold())
    if mode is None:
        raise WrongUsage(
            "bad_mode",
            Text(
                f"交通方式 {given} 无效，应为 walk（步行）、ebike（电动自行车）或 car（汽车）。",
                f"the mode {given} is none of walk, ebike, car.",
            ),
            place=Place(column="mode", value=given),
        )
    return mode


def parse_span(given: str, day: date, zone: ZoneInfo, column: str = "shift") -> tuple[datetime, datetime]:
    """Return begin and end of `17:00-21:00` on a day; an end not after the begin is on the next day.

    Raises WrongUsage (`bad_span`).
    """
    match = re.fullmatch(r"\s*(\d{1,2}):(\d{2})\s*[-–~]\s*(\d{1,2}):(\d{2})\s*", given)
    numbers = [int(part) for part in match.groups()] if match else []
    if (
        not match
        or numbers[0] > 23
        or numbers[2] > 24
        or numbers[1] > 59
        or numbers[3] > 59 * (numbers[2] < 24)
    ):
        raise WrongUsage(
            "bad_span",
            Text(f"时段 {given} 无法识别。", f"the hours {given} cannot be read."),
            place=Place(column=column, value=given),
            remedy=Text(
                "请写成 17:00-21:00；跨零点写成 22:00-02:00。",
                "Write 17:00-21:00; 22:00-02:00 runs over midnight.",
            ),
        )
    first = datetime.combine(day, time(numbers[0], numbers[1]), zone)
    last_day = day if numbers[2] < 24 else day + timedelta(days=1)
    last = datetime.combine(last_day, time(numbers[2] % 24, numbers[3]), zone)
    return first, last if last > first else last + timedelta(days=1)
