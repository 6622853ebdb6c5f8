"""What is asked of the places of a shift."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from gridsvc.errors import Place, Text, WrongUsage

LONGEST = timedelta(hours=48)


@dataclass(frozen=True, slots=True)
class Asked:
    """Classes to look for in the shift from `begins` to `ends` (aware; it may run over midnight) of `day`.

    `weeks` of history before `day` are read. The `most` places of highest value are candidates. `weights`:
    how grave a problem of a class is, by its code or name, 1 where nothing is said. `handling`: minutes that
    one problem of a class takes when it is met, by code or name; nothing where that is not known.
    """

    classes: tuple[str, ...]
    scheme: str | None
    kind: str | None
    day: date
    begins: datetime
    ends: datetime
    zone: ZoneInfo
    weeks: int = 26
    most: int = 150
    weights: Mapping[str, float] = field(default_factory=dict)
    handling: Mapping[str, float] = field(default_factory=dict)

    @property
    def minutes(self) -> float:
        """Return the length of the shift."""
        # Python subtracts aware times of one zone by what their clocks show; instants need UTC.
        return (self.ends.astimezone(UTC) - self.begins.astimezone(UTC)).total_seconds() / 60

    def check(self) -> None:
        """Refuse what cannot be meant.

        Raises
        ------
        WrongUsage
            `bad_shift`: it has no time zone, ends before it begins, or is longer than two days; `bad_weeks`,
            `bad_most`, `bad_weight`.
        """
        aware = self.begins.tzinfo is not None and self.ends.tzinfo is not None
        if not aware or not 0 < self.minutes <= LONGEST.total_seconds() / 60:
            raise WrongUsage(
                "bad_shift",
                Text(
                    f"班次 {self.begins} 至 {self.ends} 无效。",
                    f"the shift from {self.begins} to {self.ends} is none.",
                ),
                place=Place(column="shift"),
                remedy=Text(
                    "结束应晚于开始，最长两天，并带时区。",
                    "It ends after it begins, within two days, and its times have a zone.",
                ),
            )
        if not 3 <= self.weeks <= 520:
            raise _bad("bad_weeks", "weeks", self.weeks, Text("3 至 520", "3 to 520"))
        if not 1 <= self.most <= 100_000:
            raise _bad("bad_most", "most", self.most, Text("1 至 100000", "1 to 100,000"))
        for given in (self.weights, self.handling):
            for word, number in given.items():
                if not 0 <= number < 1e9:  # NaN is neither
                    raise _bad("bad_weight", word, number, Text("不小于 0 的数", "a number from 0 on"))

    def of_class(self, given: Mapping[str, float], names: Sequence[str], otherwise: float) -> float:
        """Return the number given for a class by any of its `names`."""
        return next((float(given[name]) for name in names if name in given), otherwise)


def _bad(code: str, column: str, value: object, wanted: Text) -> WrongUsage:
    return WrongUsage(
        code,
        Text(f"{column} 为 {value}，应为{wanted.zh}。", f"{column} is {value}; it is {wanted.en}."),
        place=Place(column=column, value=str(value)),
    )
