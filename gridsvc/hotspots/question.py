"""What is asked of the reports: classes, whole days, hours, channels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gridsvc.errors import InputRefused, Place, Text, WrongUsage

MOST_CLASSES = 200
MOST_DAYS = 7_305
"""Twenty years: counts by cell and day of more would not fit the memory of the service."""
_EARLIEST, _LATEST = date(1900, 1, 1), date(2199, 12, 31)


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
            `too_many_classes`: more than 200; `period_reversed`: the period ends before it begins;
            `period_too_long`: more than twenty years, or a day before 1900 or after 2199.
        """
        words = [word.strip() for given in classes for word in re.split("[,，、]", given)]
        wanted = tuple(dict.fromkeys(word for word in words if word))
        if not wanted:
            raise WrongUsage("no_class", Text("没有给出类别。", "no class is given."))
        if len(wanted) > MOST_CLASSES:
            raise InputRefused(
                "too_many_classes",
                Text(
                    f"给出了 {len(wanted)} 个类别，最多 {MOST_CLASSES} 个。",
                    f"{len(wanted)} classes are given; {MOST_CLASSES} at most.",
                ),
                place=Place(column="class"),
                remedy=Text("请分几次查询。", "Ask in several questions."),
            )
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
                remedy=Text("请交换起止日期。", "Exchange the two days."),
            )
        if (last - first).days >= MOST_DAYS or first < _EARLIEST or last > _LATEST:
            raise InputRefused(
                "period_too_long",
                Text(
                    f"时段 {first} 至 {last} 过长：最多二十年，且须在 1900 至 2199 年之间。",
                    f"the period {first} – {last} is too long: twenty years at most, between 1900 and 2199.",
                ),
                place=Place(column="from", value=str(first)),
                remedy=Text("请缩短时段。", "Shorten the period."),
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
