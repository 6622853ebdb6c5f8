"""Clauses that can never win, and parts of clauses that are never used."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from gridsvc.handling.linting.findings import LintFinding, finding
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import Surroundings
from gridsvc.handling.specifications import Clause

_GRADES = ("A", "B", "C", "D")
_WITHOUT_WORDS = re.compile(r"[\s，。；、,.;：:（）()的]+")


def find_unused_clauses(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find what no report can ever come to.

    A clause is chosen by its condition, else the first of its class stands: of two with one condition the
    second is never chosen. Conditions equal to the letter are a doubt of the import (condition_twice); here
    they are compared without blanks, points and particles.
    """
    yield from _grades_undeclared(subject, around)
    seen: dict[tuple[str, str, str], Clause] = {}
    exact: set[tuple[str, str, str]] = set()
    for clause in subject.specification.clauses:
        cases = around.cases(clause.kind, clause.class_code)
        words = _words(clause.filing_condition)
        literal = clause.kind, clause.class_code, re.sub(r"\s+", "", clause.filing_condition)
        first = seen.setdefault((clause.kind, clause.class_code, words), clause)
        if first is not clause and literal not in exact:
            yield finding(
                "clause_never_chosen",
                subject.clause_place(clause, "condition", clause.filing_condition),
                f"与{_row(first)}的立案条件只差标点，永远轮不到这一条",
                f"differs from the condition in {_row_en(first)} by points only, and is never chosen",
                cases=cases,
            )
        exact.add(literal)
        yield from _plain_unused(subject, clause)
        if clause.season_from and clause.season_to and _whole_year(clause.season_from, clause.season_to):
            yield finding(
                "season_whole_year",
                subject.clause_place(clause, "season", f"{clause.season_from}..{clause.season_to}"),
                f"季节 {clause.season_from} 至 {clause.season_to} 是全年，不起作用",
                f"a season from {clause.season_from} to {clause.season_to} is the whole year: no season",
            )
        if clause.units and not any(unit.role == "lead" for unit in clause.units):
            yield finding(
                "unit_no_lead",
                subject.clause_place(clause, "units", clause.responsible_text),
                "只有配合单位而无牵头单位，时限落不到任何人",
                "there are bodies that assist and none that leads: the limit binds nobody",
                cases=cases,
            )


def _grades_undeclared(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Say once that nobody knows by what graded limits go, and how many clauses and reports have some."""
    graded = [clause for clause in subject.specification.clauses if clause.graded]
    if subject.specification.grade_means is not None or not graded:
        return
    grades = "、".join(sorted({grade for clause in graded for grade, _, _ in clause.graded}))
    classes = {(clause.kind, clause.class_code) for clause in graded}
    yield finding(
        "grade_means_unknown",
        subject.clause_place(graded[0], "limit", "；".join(text for _, text, _ in graded[0].graded)),
        f"未说明 {grades} 指区域还是紧急程度，{len(graded)} 条的分级时限用不上",
        f"nobody said what grades {grades} go by; the graded limits of {len(graded)} clauses are never used",
        cases=None if around.reported is None else sum(around.reported.get(each, 0) for each in classes),
    )


def _plain_unused(subject: Subject, clause: Clause) -> Iterator[LintFinding]:
    readable = {grade for grade, _, limit in clause.graded if limit is not None}
    if subject.specification.grade_means and clause.limit is not None and readable == set(_GRADES):
        yield finding(
            "plain_limit_unused",
            subject.clause_place(clause, "limit", clause.limit_text),
            "A 至 D 级都有时限，统一时限只在等级不明时用",
            "every grade from A to D has a limit; the plain one is for unknown grades only",
        )


def _whole_year(first: str, last: str) -> bool:
    """Say whether the day after the last one is the first one again."""
    days = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    month, day = int(last[:2]), int(last[3:])
    after = (month, day + 1) if day < days[month - 1] else (month % 12 + 1, 1)
    return after == (int(first[:2]), int(first[3:])) or (last == "02-28" and first == "03-01")


def _words(condition: str) -> str:
    return _WITHOUT_WORDS.sub("", unicodedata.normalize("NFKC", condition)).casefold()


def _row(clause: Clause) -> str:
    return f"第 {clause.row} 行" if clause.row else f"第 {clause.ordinal} 条"


def _row_en(clause: Clause) -> str:
    return f"row {clause.row}" if clause.row else f"clause {clause.ordinal}"
