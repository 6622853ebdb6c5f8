"""The coverage matrix as rows: one for each class, situation and street."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gridsvc.errors import Text
from gridsvc.responsibility.candidates import DECISION_WORDS, Verdict
from gridsvc.responsibility.coverage.matrix import Coverage, Line, Tally, is_hole

MARKS: Mapping[str, tuple[str, Text]] = {
    decision: (letter, DECISION_WORDS[decision])
    for decision, letter in (
        ("determined", "D"),
        ("ranked", "R"),
        ("fallback", "F"),
        ("needs_decision", "N"),
    )
}
"""Letter and words of each decision in a cell of the matrix."""


def by_fallback(tallies: Mapping[Any, Tally]) -> list[tuple[Any, Tally]]:
    """Return tallies by the cases that the fallback caught, most first."""
    return sorted(tallies.items(), key=lambda item: (-item[1].decided["fallback"], -item[1].total, item[0]))


def share_of(cases: int, reports: int | None) -> float | None:
    """Return a share of the reports, None where none were looked at."""
    return round(cases / reports, 6) if reports else None


def lead_of(verdict: Verdict) -> str | None:
    """Return the name of the unit that leads, None for none."""
    return next((each.name for each in verdict.candidates if each.unit and each.unit == verdict.unit), None)


def why(verdict: Verdict) -> Text:
    """Return why a verdict is what it is: its reason, and the rules that were passed over."""
    passed = verdict.passed[:4]
    return Text(
        "".join([verdict.reason.zh, *(each.why.zh for each in passed)]),
        " ".join([verdict.reason.en, *(each.why.en for each in passed)]),
    )


def facts_of(coverage: Coverage, line: Line) -> list[str | None]:
    """Return the words of each axis, None where the class does not hang on it."""
    return [line.facts[name].zh if name in line.facts else None for name in coverage.titles]


def long_rows(coverage: Coverage, *, holes: bool) -> Iterator[list[Any]]:
    """Return a row for each class, situation and street; `holes`: only where something is left open."""
    for line in coverage.lines:
        for street, verdict, cases in zip(coverage.streets, line.verdicts, line.cases, strict=True):
            if holes and not is_hole(verdict):
                continue
            told = why(verdict)
            yield [
                line.class_.kind,
                line.class_.code,
                line.class_.name,
                street.code,
                street.name,
                *facts_of(coverage, line),
                verdict.decision,
                verdict.unit,
                lead_of(verdict),
                verdict.rule.code if verdict.rule else None,
                cases if coverage.reports is not None else None,
                share_of(cases, coverage.reports),
                told.zh,
                told.en,
            ]


def long_header(coverage: Coverage) -> list[str]:
    """Return the header of `long_rows`."""
    return [
        "类型 kind",
        "小类 class",
        "名称 name",
        "街道 street",
        "街道名 street_name",
        *(f"{title.zh} {name}" for name, title in coverage.titles.items()),
        "判定 decision",
        "单位 unit",
        "单位名 unit_name",
        "规则 rule",
        "案件数 cases",
        "占比 share",
        "原因",
        "why",
    ]
