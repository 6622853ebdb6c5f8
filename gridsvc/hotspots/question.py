"""What is asked of the reports: classes, whole days, hours, channels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridsvc.errors import InputRefused, Place, Text, WrongUsage


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of the day, first inclusive, last exclusive; 21 to 5 runs over midnight."""

    first: int
    last: int

    @classmethod
    def parse(cls, given: str) -> Hours:
        """Read `17-21`."""
        match = re.fullmatch(r"\s*(\d{1,2})\s*[-–~]\s*(\d{1,2})\s*", given)
        if match:
            first, last = int(match[1]), int(match[2])
            if first <= 23 and last <= 24 and first != last:
                return cls(first, last)
        raise WrongUsage(
            "bad_hours",
            Text(f"时段 {given} 无法识别。", f"the hours {given} cannot be read."),
            place=Place(column="hours", value=given),
            remedy=Text(
                "请写成 17-21（17:00 起，至 21:00 前）；跨零点写成 21-5。",
                "Write 17-21 for 17:00 until before 21:00; 21-5 runs over midnight.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first:02d}:00–{self.last:02d}:00"


@dataclass(frozen=True, slots=True)
class Question:
    """Which reports are counted.

    `classes` are codes or exact names. The period runs from `first` to `last`, both days inclusive, in
    `zone`. Without `sources` every channel counts, without `hours` the whole day.
    """

    classes: tuple[str, ...]
    first: date
    last: date
    zone: ZoneInfo
    scheme: str | None = None
    kind: str | None = None
    sources: tuple[str, ...] = ()
    hours: Hours | None = None

    @classmethod
    def of(
        cls,
        classes: Sequence[str],
        first: date,
        last: date,
        zone: ZoneInfo,
        *,
        scheme: str | None = None,
        kind: str | None = None,
        sources: Sequence[str] = (),
        hours: str | None = None,
    ) -> Question:
        """Check and build a question; a word of `classes` may hold several, with commas between.

        Raises
        ------
        WrongUsage
            `no_class`, `bad_kind`, `bad_hours`.
        InputRefused
            `period_reversed`: the period ends before it begins.
        """
        words = [word.strip() for given in classes for word in re.split("[,，、]", given)]
        wanted = tuple(dict.fromkeys(word for word in words if word))
        if not wanted:
            raise WrongUsage("no_class", Text("没有给出类别。", "no class is given."))
        if kind not in (None, "component", "event"):
            raise WrongUsage(
                "bad_kind",
                Text(
                    f"类型 {kind} 无效，应为 component（部件）或 event（事件）。",
                    f"the kind {kind} is neither component nor event.",
                ),
                place=Place(column="kind", value=kind),
            )
        if last < first:
            raise InputRefused(
                "period_reversed",
                Text(
                    f"起始日期 {first} 晚于结束日期 {last}。",
                    f"the period begins on {first}, after its end {last}.",
                ),
                place=Place(column="from", value=str(first)),
                remedy=Text("请交换 --from 与 --to。", "Exchange --from and --to."),
            )
        return cls(
            wanted, first, last, zone, scheme, kind, tuple(sources), Hours.parse(hours) if hours else None
        )

    @property
    def start(self) -> datetime:
        """Return the instant at which the period begins."""
        return datetime.combine(self.first, time(), self.zone)

    @property
    def end(self) -> datetime:
        """Return the instant before which the period ends: midnight after the last day."""
        return datetime.combine(self.last + timedelta(days=1), time(), self.zone)
