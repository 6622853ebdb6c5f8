"""Limits that say less than they seem to: undeclared units, grades and stages in the wrong order."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from gridsvc.handling.limits import Limit
from gridsvc.handling.linting.findings import LintFinding, finding
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import Surroundings
from gridsvc.handling.specifications import Clause, Specification

_ZH = {"hour": "小时", "day": "天"}
# Hours by the wall clock that a limit takes on average: eight working hours a day, five days a week.
_HOURS = {
    "urgent_hour": Decimal(1),
    "urgent_day": Decimal(24),
    "work_hour": Decimal(24) / 8 * 7 / 5,
    "work_day": Decimal(24) * 7 / 5,
}


def find_times(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find plain units that nobody declared, and limits that contradict each other."""
    yield from _undeclared(subject, around)
    for clause in subject.specification.clauses:
        yield from _grades(subject, clause)
        yield from _emergency(subject, clause)
        yield from _stages(subject, clause)


def _undeclared(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Say of plain 小时 and 天 how many clauses, and how many reports, hang on what they mean.

    A report is counted by the first clause of its class, which stands until a person chooses.
    """
    edition = subject.specification
    first: dict[tuple[str, str], Clause] = {}
    for clause in edition.clauses:
        first.setdefault((clause.kind, clause.class_code), clause)
    for unit, declared, means in (
        ("hour", edition.hour_declared, edition.hour_means),
        ("day", edition.day_declared, edition.day_means),
    ):
        having = [clause for clause in edition.clauses if unit in _units(clause)]
        if declared or not having:
            continue
        cases, share = None, ""
        share_en = ""
        if around.reported:
            cases = sum(
                count for key, count in around.reported.items() if key in first and unit in _units(first[key])
            )
            part = cases / sum(around.reported.values())
            share, share_en = (
                f"，近期案件的 {part:.1%} 由它定截止时间",
                f", and so do {part:.1%} of the reports",
            )
        zh = "昼夜连续计" if means == "through" else "只计工作时间"
        en = "through nights and holidays" if means == "through" else "in working time only"
        yield finding(
            f"{unit}_undeclared",
            subject.clause_place(having[0], "limit", having[0].limit_text),
            f"“{_ZH[unit]}”未说明，按{zh}；{len(having)} 条（{len(having) / len(edition.clauses):.0%}）"
            f"的时限取决于它{share}",
            f"nobody said what plain {_ZH[unit]} counts, and it is taken {en}; {len(having)} clauses"
            f" ({len(having) / len(edition.clauses):.0%}) hang on it{share_en}",
            cases=cases,
        )


def _units(clause: Clause) -> set[str]:
    limits = [
        clause.limit,
        *(limit for _, _, limit in clause.graded),
        *(each.limit for each in clause.stages),
    ]
    return {limit.unit for limit in limits if limit is not None}


def _grades(subject: Subject, clause: Clause) -> Iterator[LintFinding]:
    readable = [(grade, limit) for grade, _, limit in clause.graded if limit is not None]
    for (graver, shorter), (milder, longer) in pairwise(readable):
        if _hours(shorter, subject.specification) > _hours(longer, subject.specification):
            yield finding(
                "grades_not_ascending",
                subject.clause_place(clause, "limit", f"{graver} {shorter.text}；{milder} {longer.text}"),
                f"{graver} 级时限“{shorter.text}”比 {milder} 级“{longer.text}”更长",
                f"the limit of grade {graver}, {shorter.text}, is longer than that of grade {milder},"
                f" {longer.text}",
            )


def _emergency(subject: Subject, clause: Clause) -> Iterator[LintFinding]:
    """Find an emergency limit that gives more time than an ordinary one of the same clause."""
    if clause.limit is None:
        return
    edition = subject.specification
    for grade, _, limit in clause.graded:
        if limit is None or not limit.unit.startswith("urgent") or clause.limit.unit.startswith("urgent"):
            continue
        if _hours(limit, edition) > _hours(clause.limit, edition):
            yield finding(
                "emergency_longer",
                subject.clause_place(clause, "limit", limit.text),
                f"{grade} 级的紧急时限“{limit.text}”比一般时限“{clause.limit.text}”更长",
                f"the emergency limit {limit.text} (grade {grade}) is longer than the ordinary one,"
                f" {clause.limit.text}",
            )


def _stages(subject: Subject, clause: Clause) -> Iterator[LintFinding]:
    """Find a stage, counted from the start, that is to be done no later than the one before it."""
    edition = subject.specification
    done = Decimal(0)
    before = ""
    for stage in clause.stages:
        hours = _hours(stage.limit, edition) + (done if stage.counts_from == "previous" else 0)
        if before and hours <= done:
            yield finding(
                "stages_out_of_order",
                subject.clause_place(clause, "stages", f"{stage.name} {stage.limit.text}"),
                f"阶段“{stage.name}”（{stage.limit.text}）不晚于前一阶段“{before}”",
                f"the stage {stage.name} ({stage.limit.text}) is due no later than {before} before it",
            )
        done, before = max(done, hours), stage.name


def _hours(limit: Limit, edition: Specification) -> Decimal:
    """Return how long a limit is by the wall clock, on average, in hours."""
    unit = limit.unit
    if unit in ("hour", "day"):
        means = edition.hour_means if unit == "hour" else edition.day_means
        unit = f"{'urgent' if means == 'through' else 'work'}_{unit}"
    return limit.value * _HOURS[unit]
