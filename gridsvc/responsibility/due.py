"""By when, in words: which limit counted, from when, on which calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridsvc.errors import Text
from gridsvc.handling import Clause, Limit
from gridsvc.responsibility.limit_book import GRADES
from gridsvc.responsibility.resolutions import Resolutions

Answer = dict[str, Any]

_THROUGH = Text("连续计时（含夜间和节假日）", "runs through nights and holidays")
_WORKING = Text("只计工作时间", "counts working time only")
_GRADED_BY = {"area": Text("区域", "area"), "urgency": Text("紧急程度", "urgency")}


def local_time(instant: int, zone: ZoneInfo) -> datetime:
    """Return an instant in microseconds UTC as local time.

    Deadlines end on whole seconds for a reader: the fraction of the report's own second is dropped.
    """
    return datetime.fromtimestamp(instant // 1_000_000, UTC).astimezone(zone)


def deadline_reason(
    result: Resolutions, row: int, clause: Clause, deadline: str | None, language: str
) -> Answer:
    """Return the reason of a row's deadline, which is `deadline` (ISO) or none."""
    limit = result.limit_of(row)
    if limit is None:
        text = Text("规范未给出可识别的处置时限。", "The specification gives no limit that can be read.")
        return {"step": "deadline", "text": text.in_language(language)}
    if deadline is None:
        text = Text(
            f"时限“{limit.text}”超出工作日历的范围，无法计算截止时间。",
            f"The limit {limit.text} ends beyond the working calendar: there is no deadline.",
        )
        return {"step": "deadline", "text": text.in_language(language)}
    atlas = result.atlas
    begun = int(result.queries.at[row])
    counts_from, waits = atlas.allowance.season_start(
        result.clause[row : row + 1], np.array([begun], np.int64)
    )
    begin = _to_the_minute(local_time(int(counts_from[0]), atlas.calendar.zone).isoformat())
    counted, graded = _counting(result, row, limit), _graded(result, row, clause, limit)
    end = _to_the_minute(deadline)
    zh = f"{graded.zh}时限“{limit.text}”{counted.zh}，自 {begin} 起算，至 {end} 止。"
    en = f"{graded.en}Limit {limit.text} ({counted.en}) from {begin} ends {end}."
    if waits[0]:
        season = f"{clause.season_from} – {clause.season_to}"
        zh += f"该工作只能在季节 {season} 内进行，时限自下一个季节开始起算。"
        en += f" The work is possible in the season {season} only: the limit counts from its next first day."
    if result.provisional[row]:
        zh += "该年度放假安排尚未公布，暂按周一至周五计算。"
        en += " The holidays of that year are not published: Monday to Friday were counted."
    return {"step": "deadline", "text": Text(zh, en).in_language(language)}


def _to_the_minute(instant: str) -> str:
    return f"{instant[:10]} {instant[11:16]}"


def _counting(result: Resolutions, row: int, limit: Limit) -> Text:
    """Return how a limit is counted: by its unit, by the edition's word, and on whose calendar."""
    if limit.unit.startswith("urgent"):
        return _THROUGH
    by_edition = limit.unit in ("hour", "day")
    working = not by_edition
    if by_edition:
        edition = result.atlas.clauses.edition[int(result.clause[row])]
        working = (edition.hour_means if limit.unit == "hour" else edition.day_means) == "working"
    counted = _WORKING if working else _THROUGH
    if by_edition:
        counted = Text("按本版规范" + counted.zh, counted.en + " by this edition")
    verdict = result.verdict_of(row)
    calendars = result.atlas.unit_calendars
    code = calendars.codes[calendars.number_of(None if verdict is None else verdict.unit)]
    if working and code is not None:
        counted = Text(
            f"{counted.zh}（按责任单位的工作日历 {code}）", f"{counted.en}, on the unit's calendar {code}"
        )
    return counted


def _graded(result: Resolutions, row: int, clause: Clause, limit: Limit) -> Text:
    """Return by which grade the limit is the one that it is, nothing where it is the plain one."""
    edition = result.atlas.clauses.edition[int(result.clause[row])]
    by = _GRADED_BY.get(edition.grade_means or "")
    number = int(result.atlas.verdicts.grades(result.case[row : row + 1])[0])
    grade = GRADES[number] if number >= 0 else None
    if by is None or not any(each == grade and own == limit for each, _, own in clause.graded):
        return Text("", "")
    return Text(f"{by.zh}等级 {grade}，", f"Grade {grade} by {by.en}: ")
