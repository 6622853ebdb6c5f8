"""What an exposure that somebody brings is said to be: its name, unit, floor and day."""

from __future__ import annotations

import re
from datetime import date

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.hotspots.exposure.reading import MEASURED, MINUTES_FLOOR


def check_description(
    name: str, *, unit: str | None, floor: float | None, as_of: date | None, by_day: bool
) -> None:
    """Refuse a name, unit or floor that is none, and what does not go with patrol minutes.

    `by_day`: whether a column of days is named.

    Raises
    ------
    WrongUsage
        `bad_name`, `reserved_name`, `bad_floor`, `bad_unit`, `not_of_patrol_minutes`, `no_days`.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", name):
        raise WrongUsage(
            "bad_name",
            Text(
                f"暴露量名称 {name[:80]} 无效：小写字母开头，仅含小写字母、数字、下划线，至多 32 位。",
                f"the name {name[:80]!r} is not 1–32 of a–z, 0–9 and _, a letter first.",
            ),
            place=Place(column="name", value=name),
            remedy=Text("例如 people、shops。", "For instance people or shops."),
        )
    if name in MEASURED:
        raise WrongUsage(
            "reserved_name",
            Text(f"{name} 由系统量算，不能导入。", f"{name} is measured, not imported."),
            place=Place(column="name", value=name),
            remedy=Text("请另取名称，例如 shops。", "Take another name, such as shops."),
        )
    if floor is not None and not 0 <= floor < float("inf"):
        raise WrongUsage(
            "bad_floor",
            Text("下限应为不小于 0 的数。", "the floor is a number of at least 0."),
            place=Place(column="floor", value=f"{floor:g}"),
        )
    if unit is not None and not 0 < len(unit) <= 32:
        raise WrongUsage(
            "bad_unit",
            Text("单位应为 1 至 32 个字。", "the unit has 1 to 32 characters."),
            place=Place(column="unit", value=unit[:80]),
        )
    if name == "patrol_minutes" and (unit, floor, as_of) != (None, None, None):
        raise WrongUsage(
            "not_of_patrol_minutes",
            Text(
                f"巡查分钟的单位固定为分钟，下限固定为 {MINUTES_FLOOR:g}，日期在各行中。",
                f"patrol minutes are minutes with a floor of {MINUTES_FLOOR:g}, and every row has its day.",
            ),
            remedy=Text("请去掉 --unit、--floor、--as-of。", "Leave out --unit, --floor and --as-of."),
        )
    if name != "patrol_minutes" and by_day:
        raise WrongUsage(
            "no_days",
            Text(f"{name} 不按日导入，没有日期列。", f"{name} is not by day and has no column of days."),
            remedy=Text(
                "请去掉 --day；按日的巡查分钟用 --name patrol_minutes。",
                "Leave out --day; minutes of patrol by day go by --name patrol_minutes.",
            ),
        )
