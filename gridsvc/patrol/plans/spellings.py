"""Modes and hours of shifts, as people write them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, tzinfo

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.plans.request import Pause, Spot
from gridsvc.tabular.times import YEARS

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


def parse_span(
    given: str, day: date, zone: tzinfo | None, column: str = "shift"
) -> tuple[datetime, datetime]:
    """Return begin and end of `17:00-21:00` on a day; an end not after the begin is on the next day.

    Raises WrongUsage (`bad_span`, `bad_day`).
    """
    if not YEARS[0] <= day.year < YEARS[1]:
        raise WrongUsage(
            "bad_day",
            Text(
                f"日期 {day} 无效，年份应在 {YEARS[0]} 至 {YEARS[1] - 1} 之间。",
                f"the day {day} is none: the year is from {YEARS[0]} to {YEARS[1] - 1}.",
            ),
            place=Place(column="date", value=str(day)),
        )
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


def parse_patrol_span(given: str, shift_begins: datetime) -> tuple[datetime, datetime]:
    """Return the hours of one patrol of a shift that begins then: those that end before it does are of the
    next day. WrongUsage (`bad_span`).
    """
    first, last = parse_span(given, shift_begins.date(), shift_begins.tzinfo)
    if last <= shift_begins:  # after midnight
        first, last = first + timedelta(days=1), last + timedelta(days=1)
    return first, last


def parse_spot(given: str) -> Spot:
    """Return the place that `108.95,34.25` or `108.95,34.25,name` means; WrongUsage (`bad_place`)."""
    parts = re.split(r"\s*[,，]\s*", given.strip(), maxsplit=2)
    try:
        lon, lat = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        lon = lat = float("nan")
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise WrongUsage(
            "bad_place",
            Text(f"位置 {given} 无法识别。", f"the place {given} cannot be read."),
            place=Place(column="depot", value=given),
            remedy=Text(
                "请写成 经度,纬度 或 经度,纬度,名称。", "Write longitude,latitude or longitude,latitude,name."
            ),
        )
    return Spot(lon, lat, parts[2] if len(parts) > 2 else f"{lon:.5f}, {lat:.5f}")


def parse_pause(given: str, begins: datetime, ends: datetime) -> Pause:
    """Return the break that `30` or `30@19:00-20:00` means in a shift; WrongUsage (`bad_break`, `bad_span`).

    Without hours it begins in the middle third of the shift.
    """
    minutes, _at, hours = given.partition("@")
    if not re.fullmatch(r"\s*\d{1,3}\s*", minutes) or not int(minutes):
        raise WrongUsage(
            "bad_break",
            Text(f"休息 {given} 无法识别。", f"the break {given} cannot be read."),
            place=Place(column="break", value=given),
            remedy=Text("请写成 30 或 30@19:00-20:00。", "Write 30, or 30@19:00-20:00."),
        )
    if not hours:
        third = (ends - begins) / 3
        return Pause(float(minutes), begins + third, ends - third)
    first, last = parse_span(hours, begins.date(), begins.tzinfo, "break")
    if last <= begins:  # after midnight
        first, last = first + timedelta(days=1), last + timedelta(days=1)
    return Pause(float(minutes), max(first, begins), last)
