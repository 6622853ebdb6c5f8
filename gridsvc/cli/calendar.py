"""`gridsvc calendar`: when units work."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.handling.calendar import WorkingCalendar
    from gridsvc.handling.calendars import CalendarDefinition

app = typer.Typer(no_args_is_help=True, help="Working calendars of units · 工作日历")

RULES = {
    "china": Text("法定工作日", "announced holidays and make-up days"),
    "weekdays": Text("周一至周五", "Monday to Friday"),
    "every_day": Text("每天", "every day"),
}


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK) or XLSX with a header row.")],
    column: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=NAME", help="Column of a field: code, name, rule, hours, date, note."),
    ] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load calendars: a row without a date is a calendar, one with a date a day that differs from its rule.

    Days that the file does not name stay; 按规则 (by_rule) as hours takes a day out again.
    """
    from gridsvc.handling.calendar_import import import_calendars

    columns = dict(pairs(column, "--column"))
    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("added", 0) if as_json else None
    ) as (connection, reject):
        done = import_calendars(connection, file, columns=columns, skip_invalid=skip_invalid is not None)
        reject(done.refused)
    if as_json:
        print_json(
            {
                "added": done.added,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "days": done.days,
                "refused": [fault.as_dict() for fault in done.refused],
                "doubtful": [fault.as_dict() for fault in done.doubtful],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"日历：新增 {done.added}，更新 {done.updated}，未变 {done.unchanged}；改动 {done.days} 天，"
                f"拒绝 {len(done.refused)} 处，存疑 {len(done.doubtful)} 处",
                f"calendars: {done.added} added, {done.updated} updated, {done.unchanged} unchanged;"
                f" {done.days} days changed, {len(done.refused)} refused, {len(done.doubtful)} doubtful",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the calendars, and how many units are on each."""
    from gridsvc.catalog import load_units
    from gridsvc.handling.calendars import load_calendars

    with transaction() as connection:
        calendars, units = load_calendars(connection), load_units(connection)
    on = [sum(unit.calendar_code == each.code for unit in units) for each in calendars]
    if as_json:
        print_json([each.as_dict() | {"units": count} for each, count in zip(calendars, on, strict=True)])
        return
    for each, count in zip(calendars, on, strict=True):
        rule = say(RULES[each.rule])
        units_on = say(Text(f"{count} 个单位", f"{count} units"))
        days = say(Text(f"另定 {len(each.days)} 天", f"{len(each.days)} days of its own"))
        print("\t".join((each.code, each.name, rule, each.hours, days, units_on)))


@app.command("show")
def show(
    code: Annotated[str, typer.Argument(help="Code of a calendar; `default` is that of the settings.")],
    year: Annotated[int | None, typer.Option("--year", help="The year to show; else this one.")] = None,
    as_json: AsJson = False,
) -> None:
    """Show a year day by day: what is worked, what is off, and whether the year is announced."""
    from gridsvc.handling.calendar import FIRST_YEAR, LAST_YEAR
    from gridsvc.handling.calendars import CalendarDefinition, load_calendars

    settings = get_settings()
    if year is None:
        year = datetime.now(settings.zone).year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise WrongUsage(
            "bad_year",
            Text(f"--year 应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间", f"--year is {FIRST_YEAR} to {LAST_YEAR}"),
        )
    if code == "default":
        found = CalendarDefinition(
            code,
            say(Text("系统日历", "settings")),
            settings.calendar,
            settings.working_hours,
            "GRIDSVC_CALENDAR",
        )
    else:
        with transaction() as connection:
            stored = {each.code: each for each in load_calendars(connection)}
        if code not in stored:
            raise NotFound(
                "unknown_calendar",
                Text(f"没有工作日历“{code}”。", f"There is no working calendar “{code}”."),
                remedy=Text("calendar list 列出全部。", "`calendar list` lists them."),
            )
        found = stored[code]
    calendar = found.build(settings.zone)
    days = _days(found, calendar, year, settings.zone)
    worked = [each for each in days if each["hours"]]
    if as_json:
        print_json(
            {
                "code": found.code,
                "name": found.name,
                "rule": found.rule,
                "hours": found.hours,
                "year": year,
                "provisional": year not in calendar.published_years,
                "working_days": len(worked),
                "days": days,
            }
        )
        return
    print(f"{found.code}\t{found.name}\t{say(RULES[found.rule])}\t{found.hours}")
    print(say(Text(f"{year} 年工作 {len(worked)} 天", f"{len(worked)} working days in {year}")))
    if year not in calendar.published_years:
        print(
            say(
                Text(
                    "这一年的放假安排尚未公布，截止时间为暂定",
                    "the holidays of this year are not announced: deadlines are provisional",
                )
            )
        )
    for month in range(1, 13):
        first, length = date(year, month, 1), monthrange(year, month)[1]
        begin = (first - date(year, 1, 1)).days
        marks = "".join("●" if each["hours"] else "·" for each in days[begin : begin + length])
        print(f"{month:02d}  {marks}")
    for each in days:
        if each["differs"]:
            hours = each["hours"] or say(Text("休", "off"))
            print("\t".join(filter(None, (each["date"], hours, each["note"]))))


def _days(
    found: CalendarDefinition, calendar: WorkingCalendar, year: int, zone: ZoneInfo
) -> list[dict[str, Any]]:
    """Return each day of a year with the hours that are worked, and whether they are not the usual ones."""
    from gridsvc.handling.calendar import instant_at

    notes = {each.day: each.note for each in found.days}
    answer = []
    day = date(year, 1, 1)
    while day.year == year:
        begin, end = instant_at(day, 0, zone), instant_at(day + timedelta(days=1), 0, zone)
        hours = ",".join(
            f"{_clock(opens, day, zone)}-{_clock(closes, day, zone)}"
            for opens, closes in calendar.sessions(begin, end)
        )
        usual = found.rule == "every_day" or day.weekday() < 5
        answer.append(
            {
                "date": day.isoformat(),
                "hours": hours,
                "differs": hours != (found.hours if usual else ""),
                "note": notes.get(day),
            }
        )
        day += timedelta(days=1)
    return answer


def _clock(instant: int, day: date, zone: ZoneInfo) -> str:
    """Return the time of the wall clock; the end of the day is 24:00."""
    local = datetime.fromtimestamp(instant / 1e6, zone)
    return "24:00" if local.date() > day else f"{local:%H:%M}"
