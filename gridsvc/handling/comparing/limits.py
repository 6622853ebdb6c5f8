"""Whether one limit is longer than another, as far as that does not depend on when it starts."""

from __future__ import annotations

from decimal import Decimal

from gridsvc.errors import Text
from gridsvc.handling.limits import Limit
from gridsvc.handling.specifications import Specification

WORKING_DAY_HOURS = 8
"""A working day in working hours (domain/handling.md: 08-12 and 14-18)."""

_MODES = {
    "through": Text("连续计时", "running through"),
    "working": Text("只计工作时间", "working time only"),
}


def counted(limit: Limit, edition: Specification) -> tuple[str, Decimal]:
    """Return what a limit counts (through or working) and how many hours of it."""
    hours = limit.unit in ("urgent_hour", "work_hour", "hour")
    declared = edition.hour_means if hours else edition.day_means
    mode = {"urgent": "through", "work": "working"}.get(limit.unit.split("_")[0], declared)
    day = WORKING_DAY_HOURS if mode == "working" else 24
    return mode, limit.value * (1 if hours else day)


def limit_change(
    before: Limit, after: Limit, old: Specification, new: Specification
) -> tuple[str, Text | None]:
    """Return which of limit_longer, limit_shorter, limit_counted_otherwise or limit_reworded holds.

    Working time never ends before as much time that runs through: 24工作时 are longer than 24小时 wherever
    they start. The other way about it depends on the start (8工作时 may end today or after the holidays), and
    that is `limit_counted_otherwise`. The text says what each counts, where they count differently.
    """
    (mode, hours), (mode_after, hours_after) = counted(before, old), counted(after, new)
    if mode == mode_after:
        if hours == hours_after:
            return "limit_reworded", None
        return ("limit_longer" if hours_after > hours else "limit_shorter"), None
    note = Text(
        f"原{_MODES[mode].zh}，现{_MODES[mode_after].zh}",
        f"was {_MODES[mode].en}, is {_MODES[mode_after].en}",
    )
    if mode_after == "working" and hours_after >= hours:
        return "limit_longer", note
    if mode == "working" and hours >= hours_after:
        return "limit_shorter", note
    return "limit_counted_otherwise", note
