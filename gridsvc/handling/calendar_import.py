"""Import of working calendars."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import Connection, delete, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert

from gridsvc.catalog import read_records
from gridsvc.catalog.tables import calendar_day, working_calendar
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.handling.calendar import LEGAL_HOLIDAYS, published_years
from gridsvc.handling.calendar_rows import HEADERS, read_calendars
from gridsvc.handling.calendars import CalendarDefinition, load_calendars
from gridsvc.postgres import announce_change


@dataclass(frozen=True, slots=True)
class CalendarImport:
    """What an import of calendars did; `days` counts the days that were added, changed or taken out."""

    added: int
    updated: int
    unchanged: int
    days: int
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]


def import_calendars(
    connection: Connection,
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    skip_invalid: bool = False,
) -> CalendarImport:
    """Add the calendars of a CSV or XLSX file, and change those whose code is there already.

    A row without a date is a calendar (code, name, rule, hours), one with a date a day of it that differs
    from the rule (empty hours: off). Days that the file does not name stay as they are, so that a list of
    next year's holidays leaves last year's; 按规则 as hours takes a day out.

    Raises InputRefused (calendar_list_refused, and what reading the file raises).
    """
    records = read_records(path, HEADERS, columns=columns or {}, needed=(("code", "hours"), ("code", "date")))
    connection.execute(text("LOCK TABLE working_calendar IN SHARE ROW EXCLUSIVE MODE"))
    there = {each.code: each for each in load_calendars(connection)}
    found = read_calendars(records, there, path.name)
    if found.refused and not skip_invalid:
        raise InputRefused(
            "calendar_list_refused",
            Text(
                f"{path.name}：{len(found.refused)} 处不能接受，数据库未改动",
                f"{path.name}: {len(found.refused)} cells cannot be taken; the database is unchanged",
            ),
            faults=found.refused,
        )
    touched = {record.text("code") for record in records} & set(found.calendars)
    listed = [found.calendars[code] for code in sorted(touched)]
    days = store_calendars(connection, listed, there)
    added = sum(each.code not in there for each in listed)
    same = sum(there.get(each.code) == each for each in listed)
    return CalendarImport(
        added,
        len(listed) - added - same,
        same,
        days,
        tuple(found.refused),
        tuple(doubtful_years(listed, path.name)),
    )


def store_calendars(
    connection: Connection,
    calendars: Sequence[CalendarDefinition],
    there: Mapping[str, CalendarDefinition],
) -> int:
    """Make the stored calendars, which are `there`, what `calendars` say; returns how many days changed."""
    changed = [each for each in calendars if there.get(each.code) != each]
    if not changed:
        return 0
    statement = upsert(working_calendar)
    fields = ("name", "rule", "hours", "source")
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["code"], set_={name: statement.excluded[name] for name in fields}
        ),
        [{"code": each.code} | {name: getattr(each, name) for name in fields} for each in changed],
    )
    count = 0
    for each in changed:
        old = {day.day: day for day in there[each.code].days} if each.code in there else {}
        new = {day.day: day for day in each.days}
        gone = [day for day in old if new.get(day) != old[day]]
        fresh = [day for key, day in new.items() if old.get(key) != day]
        if gone:
            connection.execute(
                delete(calendar_day).where(
                    calendar_day.c.calendar_code == each.code, calendar_day.c.day.in_(gone)
                )
            )
        if fresh:
            connection.execute(
                insert(calendar_day),
                [
                    {"calendar_code": each.code, "day": day.day, "hours": day.hours, "note": day.note}
                    for day in fresh
                ],
            )
        count += len({*gone, *(day.day for day in fresh)})
    announce_change(connection, "calendars")
    return count


def doubtful_years(calendars: Iterable[CalendarDefinition], file: str) -> Iterable[Fault]:
    """Say of which years a calendar lists some holidays of an unannounced year, but fewer than the law gives.

    Deadlines in such a year stay provisional.
    """
    for each in calendars:
        if each.rule != "china":
            continue
        off: dict[int, list[date]] = {}
        for day in each.days:
            if not day.hours:
                off.setdefault(day.day.year, []).append(day.day)
        for year, days in sorted(off.items()):
            if year not in published_years(each.rule) and len(days) < LEGAL_HOLIDAYS:
                yield Fault(
                    "year_incomplete",
                    Text(
                        f"日历 {each.code} 的 {year} 年只列了 {len(days)} 天放假，法定 {LEGAL_HOLIDAYS} 天；"
                        "该年的截止时间仍标为暂定",
                        f"calendar {each.code} lists {len(days)} days off in {year}, the law gives"
                        f" {LEGAL_HOLIDAYS}; deadlines in that year stay provisional",
                    ),
                    Place(file=file, column="date", value=str(year)),
                    Text(
                        "放假通知里的每一天都要列出，周末也列",
                        "list every day off of the notice, weekends too",
                    ),
                )
