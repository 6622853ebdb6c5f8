"""What is watched: a question that is asked again every week."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from sqlalchemy import Connection, Row, text

from gridsvc.errors import Conflict, NotFound, Place, Text, WrongUsage
from gridsvc.hotspots.classes import choose_classes
from gridsvc.hotspots.question import Question

MOST_WEEKS = 52


@dataclass(frozen=True, slots=True)
class Series:
    """A watched question: `weeks` whole weeks up to a Sunday."""

    id: int
    name: str
    classes: tuple[str, ...]
    scheme: str | None
    kind: str | None
    sources: tuple[str, ...]
    hours: str | None
    exposure: str | None
    weeks: int
    watched: bool

    def question(self, last: date, zone: ZoneInfo) -> Question:
        """Return the question of the run that ends with `last`, a Sunday."""
        return Question.of(
            self.classes,
            last - timedelta(days=7 * self.weeks - 1),
            last,
            zone,
            scheme=self.scheme,
            kind=self.kind,
            sources=self.sources,
            hours=self.hours,
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the series as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "id"}


def last_whole_week(now: datetime, zone: ZoneInfo) -> date:
    """Return the Sunday that ended the last whole local week before `now`."""
    today = now.astimezone(zone).date()
    return today - timedelta(days=today.weekday() + 1)


def last_report_day(connection: Connection, zone: ZoneInfo) -> date | None:
    """Return the local day of the latest report of any class, None without any.

    What comes after it was not recorded: its zeros are no data, and would look like success.
    """
    latest = connection.scalar(text("SELECT max(opened_at) FROM report"))
    return latest.astimezone(zone).date() if latest is not None else None


def last_recorded_week(connection: Connection, now: datetime, zone: ZoneInfo) -> date:
    """Return the Sunday of the last whole local week that is over and has reports until its Friday.

    A weekend may pass without any; a week whose working days have none was not recorded.
    """
    over = last_whole_week(now, zone)
    recorded = last_report_day(connection, zone)
    if recorded is None:
        return over
    friday = recorded - timedelta(days=(recorded.weekday() - 4) % 7)
    return min(over, friday + timedelta(days=2))


def watch(
    connection: Connection, question: Question, *, name: str, exposure: str | None, weeks: int, now: datetime
) -> Series:
    """Ask the question's classes, channels and hours again every week, under `name`.

    Raises
    ------
    InputRefused
        `unknown_class`, `ambiguous_class`.
    WrongUsage
        `bad_weeks`: not 1 to 52; `bad_name`.
    Conflict
        `already_watched`: another series has the name.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise WrongUsage(
            "bad_weeks",
            Text(f"周数应为 1 至 {MOST_WEEKS}。", f"The weeks are 1 to {MOST_WEEKS}."),
            place=Place(column="weeks", value=str(weeks)),
        )
    if not name.strip() or len(name) > 200:
        raise WrongUsage(
            "bad_name",
            Text("名称应为 1 至 200 个字符。", "A name has 1 to 200 characters."),
            place=Place(column="name", value=name[:80]),
        )
    # Unknown classes are told now, not every night; what the words meant today is what stays asked.
    chosen = choose_classes(connection, question.classes, question.scheme, question.kind, now)
    schemes, kinds = {each.scheme for each in chosen}, {each.kind for each in chosen}
    asked = {
        "classes": [each.code for each in chosen],
        "scheme": schemes.pop() if len(schemes) == 1 else question.scheme,
        "kind": kinds.pop() if len(kinds) == 1 else question.kind,
        "sources": list(question.sources),
        "hours": f"{question.hours.first}-{question.hours.last}" if question.hours else None,
        "exposure": exposure,
    }
    row = connection.execute(
        text(
            "INSERT INTO hotspot_series (name, asked, weeks, made_at) VALUES (:name, :asked, :weeks, :now)"
            " ON CONFLICT (name) DO NOTHING RETURNING *"
        ),
        {"name": name.strip(), "asked": orjson.dumps(asked).decode(), "weeks": weeks, "now": now},
    ).one_or_none()
    if row is None:
        raise Conflict(
            "already_watched",
            Text(f"已有名为“{name}”的热点系列。", f"There is a series {name!r} already."),
            place=Place(column="name", value=name),
            remedy=Text("请换一个名称。", "Give another name."),
        )
    return _series(row)


def unwatch(connection: Connection, name: str) -> None:
    """Stop asking; what was found stays. Raises NotFound (unknown_series)."""
    series = series_named(connection, name)
    connection.execute(text("UPDATE hotspot_series SET watched = false WHERE id = :id"), {"id": series.id})


def all_series(connection: Connection) -> list[Series]:
    """Return every series by name, those no longer watched too."""
    return [
        _series(row)
        for row in connection.execute(text('SELECT * FROM hotspot_series ORDER BY name COLLATE "C"'))
    ]


def series_named(connection: Connection, name: str) -> Series:
    """Return one series; raises NotFound (unknown_series)."""
    row = connection.execute(
        text("SELECT * FROM hotspot_series WHERE name = :name"), {"name": name}
    ).one_or_none()
    if row is None:
        raise NotFound(
            "unknown_series",
            Text(f"没有名为“{name}”的热点系列。", f"There is no series {name!r}."),
            place=Place(column="series", value=name),
            remedy=Text(
                "可用 gridsvc hotspot watch --list 查看。", "gridsvc hotspot watch --list shows them."
            ),
        )
    return _series(row)


def _series(row: Row[Any]) -> Series:
    asked = row.asked
    return Series(
        id=row.id,
        name=row.name,
        classes=tuple(asked["classes"]),
        scheme=asked["scheme"],
        kind=asked["kind"],
        sources=tuple(asked["sources"]),
        hours=asked["hours"],
        exposure=asked["exposure"],
        weeks=row.weeks,
        watched=row.watched,
    )


def unknown_hotspot(number: int) -> NotFound:
    """Return the refusal of a number that no hotspot has."""
    return NotFound(
        "unknown_hotspot",
        Text(f"没有编号为 {number} 的热点。", f"There is no hotspot {number}."),
        place=Place(column="hotspot", value=str(number)),
        remedy=Text("编号见 gridsvc hotspot list 系列名。", "gridsvc hotspot list SERIES shows them."),
    )
