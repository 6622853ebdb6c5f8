"""Rows of a calendar list: calendars with rule and hours, and the days that differ from the rule."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from gridsvc.catalog import Record, cell_faults
from gridsvc.errors import Fault, Text
from gridsvc.handling.calendar import FIRST_YEAR, LAST_YEAR, read_hours
from gridsvc.handling.calendars import CalendarDay, CalendarDefinition

HEADERS: Mapping[str, Sequence[str]] = {
    "code": ("code", "calendar_code", "calendar", "日历编码", "日历代码", "工作日历", "编码", "代码"),
    "name": ("name", "日历名称", "名称"),
    "rule": ("rule", "工作日规则", "日历规则", "规则"),
    "hours": ("hours", "工作时间", "作息时间", "上班时间", "时间"),
    "date": ("date", "day", "日期"),
    "note": ("note", "备注", "说明"),
}
RULE_WORDS: Mapping[str, str] = {
    "法定工作日": "china",
    "国家法定": "china",
    "国务院安排": "china",
    "周一至周五": "weekdays",
    "双休": "weekdays",
    "每天": "every_day",
    "每日": "every_day",
    "全年无休": "every_day",
}
OFF_WORDS = ("", "休", "休息", "放假", "off")
WORKED_WORDS = ("上班", "班", "正常上班", "work")
BY_RULE_WORDS = ("按规则", "by_rule")

_LONGEST = {"code": 32, "name": 100, "note": 500}
_CODE = re.compile(r"[0-9A-Za-z_-]{1,32}")
_DATE = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|年(\d{1,2})月(\d{1,2})日|(\d\d)(\d\d))"
)
_MOST_DAYS = 366


@dataclass(slots=True)
class CalendarList:
    """What a list says, as it is read: calendars by code, and what cannot be taken or is doubtful."""

    calendars: dict[str, CalendarDefinition]
    """Those that were there before, as the list changes them."""
    named: dict[str, Record] = field(default_factory=dict)
    refused: list[Fault] = field(default_factory=list)


def read_calendars(
    records: Sequence[Record], there: Mapping[str, CalendarDefinition], source: str
) -> CalendarList:
    """Read a list over the calendars that are `there`; `source` is kept with those that it changes.

    A row without a date is a calendar, one with a date (or 2026-02-15至2026-02-23) gives days of one. A
    calendar may stand behind its days. Nothing is raised: what is wrong is in `refused`, with its place.
    """
    found = CalendarList(dict(there))
    days: list[Record] = []
    for record in records:
        faults = cell_faults(record, _LONGEST)
        if not faults and not _CODE.fullmatch(record.text("code")):
            faults.append(
                _fault(
                    record,
                    "code",
                    "bad_code",
                    Text(
                        "日历编码应为 1 至 32 位字母、数字、- 或 _",
                        "a calendar's code has 1 to 32 letters, digits, - or _",
                    ),
                )
            )
        found.refused.extend(faults)
        if faults:
            continue
        if record.text("date"):
            days.append(record)
        else:
            _read_calendar(record, there, source, found)
    _read_days(days, source, found)
    return found


def _read_calendar(
    record: Record, there: Mapping[str, CalendarDefinition], source: str, found: CalendarList
) -> None:
    code = record.text("code")
    old = there.get(code)
    before = found.named.setdefault(code, record)
    if before is not record:
        found.refused.append(
            _fault(
                record,
                "code",
                "duplicate_code",
                Text(f"编码与第 {before.row} 行相同", f"the same code as in row {before.row}"),
            )
        )
        return
    word = record.text("rule")
    rule = old.rule if old and not word else RULE_WORDS.get(word or "法定工作日", word.casefold())
    hours, name = record.text("hours") or (old.hours if old else ""), record.text("name")
    faults = []
    if rule not in RULE_WORDS.values():
        faults.append(
            _fault(
                record,
                "rule",
                "unknown_rule",
                Text(f"没有规则“{word}”", f"there is no rule “{word}”"),
                Text(
                    "可用：法定工作日 china、周一至周五 weekdays、每天 every_day",
                    "there are: china (announced holidays), weekdays, every_day",
                ),
            )
        )
    plain = _plain_hours(hours)
    if plain is None:
        faults.append(_bad_hours(record, hours))
    if not name and old is None:
        faults.append(_fault(record, "name", "missing_name", Text("没有名称", "there is no name")))
    found.refused.extend(faults)
    if faults or plain is None:
        return
    made = CalendarDefinition(
        code, name or (old.name if old else ""), rule, plain, source, old.days if old else ()
    )
    same = old is not None and replace(made, source=old.source) == old
    found.calendars[code] = old if same and old is not None else made


def _read_days(records: Sequence[Record], source: str, found: CalendarList) -> None:
    seen: dict[tuple[str, date], Record] = {}
    changes: dict[str, dict[date, CalendarDay | None]] = {}
    for record in records:
        calendar = found.calendars.get(record.text("code"))
        if calendar is None:
            found.refused.append(_unknown_calendar(record))
            continue
        days = read_dates(record.text("date"))
        hours = _day_hours(record.text("hours"), calendar)
        fault = None
        if days is None:
            fault = _fault(
                record,
                "date",
                "bad_date",
                Text(
                    f"不是 {FIRST_YEAR} 至 {LAST_YEAR} 年的日期",
                    f"no date of the years {FIRST_YEAR} to {LAST_YEAR}",
                ),
                Text(
                    "写成 2026-02-15 或 2026-02-15至2026-02-23", "write 2026-02-15 or 2026-02-15~2026-02-23"
                ),
            )
        elif hours is None:
            fault = _bad_hours(record, record.text("hours"))
        else:
            twice = next((seen[calendar.code, day] for day in days if (calendar.code, day) in seen), None)
            if twice is not None:
                fault = _fault(
                    record,
                    "date",
                    "duplicate_day",
                    Text(f"与第 {twice.row} 行是同一天", f"the same day as in row {twice.row}"),
                )
        if fault is not None or days is None or hours is None:
            found.refused.extend([fault] if fault else [])
            continue
        note = record.text("note") or None
        of_calendar = changes.setdefault(calendar.code, {})
        for day in days:
            seen[calendar.code, day] = record
            of_calendar[day] = None if hours in BY_RULE_WORDS else CalendarDay(day, hours, note)
    for code, changed in changes.items():
        old = found.calendars[code]
        merged = {each.day: each for each in old.days} | changed
        days_now = tuple(each for _, each in sorted(merged.items()) if each is not None)
        if days_now != old.days:
            found.calendars[code] = replace(old, days=days_now, source=source)


def read_dates(text: str) -> list[date] | None:
    """Return the days of a date or of a range 2026-02-15至2026-02-23 (both inside); None for what is none."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    ends = [_date(part) for part in re.split(r"[~–—至到]+", plain)]
    if len(ends) > 2 or any(each is None for each in ends):
        return None
    first, last = ends[0], ends[-1]
    if first is None or last is None or not 0 <= (last - first).days < _MOST_DAYS:
        return None
    if first.year < FIRST_YEAR or last.year > LAST_YEAR:
        return None
    return [first + timedelta(days=k) for k in range((last - first).days + 1)]


def _date(text: str) -> date | None:
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups() if part is not None))
    except ValueError:
        return None


def _plain_hours(text: str) -> str | None:
    """Return hours as they are stored, None for what is none."""
    try:
        sessions = read_hours(text)
    except ValueError:
        return None
    return ",".join(f"{_clock(opens)}-{_clock(closes)}" for opens, closes in sessions)


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _day_hours(text: str, calendar: CalendarDefinition) -> str | None:
    """Return a day's hours as they are stored (empty: off), a word of BY_RULE_WORDS, or None for neither."""
    word = text.casefold()
    if word in OFF_WORDS:
        return ""
    if word in WORKED_WORDS:
        return calendar.hours
    return word if word in BY_RULE_WORDS else _plain_hours(text)


def _unknown_calendar(record: Record) -> Fault:
    return _fault(
        record,
        "code",
        "unknown_calendar",
        Text("没有这个编码的工作日历", "there is no working calendar with this code"),
        Text(
            "为日历另加一行：没有日期，有名称、规则和工作时间",
            "add a row for the calendar: no date, but name, rule and hours",
        ),
    )


def _bad_hours(record: Record, text: str) -> Fault:
    return _fault(
        record,
        "hours",
        "bad_hours" if text else "missing_hours",
        Text("工作时间无法识别", "these are no working hours")
        if text
        else Text("没有工作时间", "there are no working hours"),
        Text(
            "写成 08:00-12:00,14:00-18:00，从早到晚；夜班写成 00:00-06:00,22:00-24:00",
            "write 08:00-12:00,14:00-18:00, from early to late; a night shift is 00:00-06:00,22:00-24:00",
        ),
    )


def _fault(record: Record, column: str, code: str, message: Text, remedy: Text | None = None) -> Fault:
    return Fault(code, message, record.place(column), remedy)
