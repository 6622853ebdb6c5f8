"""Components that are due to be looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import Text, WrongUsage
from gridsvc.hotspots.classes import CountedClass, choose_classes
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.required import MustStop

Floats = NDArray[np.float64]
Passed = Callable[[Floats, Floats, int], NDArray[np.datetime64]]
"""Of places (lon, lat, shape (n,)) the day on which a track last came near, of so many days before the shift;
NaT where none did.
"""

NEAR_M = 30.0
MOST = 40
_ROUNDS = 2
"""Tracks of so many cycles are looked at: what was missed for longer is due, however long it was."""
_LONGEST_DAYS = 3_650

# A component that is lost or gone is a case, and nothing to inspect.
_COMPONENTS = text(
    "SELECT id, coalesce(name, '') AS name, ST_X(p.at) AS lon, ST_Y(p.at) AS lat FROM component,"
    " LATERAL (SELECT ST_PointOnSurface(geom) AS at) p"
    " WHERE scheme = :scheme AND class_code = :code AND state IN ('in_use', 'damaged')"
    ' ORDER BY id COLLATE "C"'
)


def components_due(
    connection: Connection,
    asked: Asked,
    inspect: Mapping[str, int],
    *,
    now: datetime,
    passed: Passed | None = None,
    most: int = MOST,
) -> tuple[list[MustStop], list[Text]]:
    """Return a stop for each component that nobody passed for so many days, first those overdue for most
    cycles: a week too late is much where one in seven days is asked, and little where one in thirty is.

    `inspect`: days by class, code or name. Without any track (`passed` None) nobody knows who was where: then
    each component has its own day of the cycle, told by its identifier, and is due on that.

    Raises
    ------
    InputRefused
        `unknown_class`, `ambiguous_class`.
    WrongUsage
        `bad_inspection`: not 1 to 3,650 days.
    """
    found: list[tuple[float, str, MustStop]] = []
    for word, days in inspect.items():
        if not 1 <= days <= _LONGEST_DAYS:
            raise WrongUsage(
                "bad_inspection",
                Text(f"{word}：检查周期应为 1 至 3650 天。", f"{word}: inspected every 1 to 3,650 days."),
            )
        (kind,) = choose_classes(connection, [word], asked.scheme, "component", now)
        found += _due(connection, asked, kind, days, passed)
    found.sort(key=lambda each: (-each[0], each[1]))
    remarks = []
    if len(found) > most:
        remarks.append(
            Text(
                f"另有 {len(found) - most:,} 个到期部件未列入必到（只列按周期拖得最久的 {most} 个）",
                f"{len(found) - most:,} more components are due;"
                f" those {most} are listed that are overdue for most cycles",
            )
        )
    return [stop for _cycles, _id, stop in found[:most]], remarks


def _due(
    connection: Connection, asked: Asked, kind: CountedClass, days: int, passed: Passed | None
) -> list[tuple[float, str, MustStop]]:
    """Return the components of a class that are due: for how many cycles, which, and the stop."""
    rows = connection.execute(_COMPONENTS, {"scheme": kind.scheme, "code": kind.code}).all()
    if not rows:
        return []
    if passed is None:
        turn = asked.day.toordinal() % days
        due = [row for row in rows if crc32(row.id.encode()) % days == turn]
        said = Text(f"每 {days} 天查一次，今日轮到", f"seen every {days} days, today is its turn")
        return [(1.0, row.id, _stop(row, kind, said)) for row in due]
    back = _ROUNDS * days
    last = passed(np.array([row.lon for row in rows]), np.array([row.lat for row in rows]), back)
    today = np.datetime64(asked.day, "D")
    never = np.isnat(last)
    ago = (today - np.where(never, today, last)).astype(np.int64)
    cycles = np.where(never, back + 1, np.minimum(ago, back)) / days
    return [
        (float(cycles[number]), rows[number].id, _stop(rows[number], kind, _said(last[number], days, back)))
        for number in np.flatnonzero(cycles >= 1).tolist()
    ]


def _said(last: np.datetime64, days: int, back: int) -> Text:
    if np.isnat(last):
        return Text(
            f"每 {days} 天查一次，近 {back} 天没有到访轨迹",
            f"seen every {days} days, no track came near in the last {back}",
        )
    day: date = last.astype("datetime64[D]").item()
    return Text(f"每 {days} 天查一次，上次经过 {day}", f"seen every {days} days, last passed on {day}")


def _stop(row: object, kind: CountedClass, said: Text) -> MustStop:
    identifier, name = row.id, row.name  # type: ignore[attr-defined]
    words = name or kind.name.zh
    return MustStop(
        key=f"component:{identifier}",
        lon=row.lon,  # type: ignore[attr-defined]
        lat=row.lat,  # type: ignore[attr-defined]
        because=(
            Text(f"部件 {words}（{identifier}）：{said.zh}", f"component {words} ({identifier}): {said.en}"),
        ),
        minutes=5.0,
    )
