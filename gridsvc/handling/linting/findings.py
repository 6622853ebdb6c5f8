"""One finding of lint, and the report that they add up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gridsvc.errors import Fault, Place, Text
from gridsvc.handling.linting.kinds import KINDS, SEVERITIES, Kind, Severity, kind_of


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing found. `place` says where: in the file, or where the stored edition had it from.

    `cases`: how many of the reports looked at it touches; None where that has no sense or none were.
    """

    kind: str
    severity: Severity
    title: Text
    place: Place
    message: Text
    remedy: Text
    cases: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "kind": self.kind,
            "severity": self.severity,
            "sheet": self.place.sheet,
            "row": self.place.row,
            "column": self.place.column,
            "value": self.place.value,
            "cases": self.cases,
            "message": self.message.zh,
            "message_en": self.message.en,
            "remedy": self.remedy.zh,
            "remedy_en": self.remedy.en,
        }


def finding(
    kind: str, place: Place, zh: str, en: str, *, cases: int | None = None, remedy: Text | None = None
) -> LintFinding:
    """Return a finding as bad as its kind is."""
    known = KINDS[kind]
    return LintFinding(kind, known.severity, known.title, place, Text(zh, en), remedy or known.remedy, cases)


def of_fault(fault: Fault, *, refused: bool = False) -> LintFinding:
    """Return what an import would refuse, or take with a doubt, as a finding."""
    known: Kind = kind_of(fault.code, refused=refused)
    return LintFinding(
        fault.code, known.severity, known.title, fault.place, fault.message, fault.remedy or known.remedy
    )


@dataclass(frozen=True, slots=True)
class LintReport:
    """What was found in one file or edition, from the worst to the least, and in the order of the rows.

    `edition` None: a file. `reports`: how many reports the shares of cases are of; None: none were looked at.
    """

    source: str
    edition: str | None
    scheme: str
    clauses: int
    classes: int
    rules: int
    reports: int | None
    findings: tuple[LintFinding, ...]

    def count(self, severity: Severity) -> int:
        """Return how many findings are as bad as that."""
        return sum(each.severity == severity for each in self.findings)

    def reaches(self, severity: Severity) -> bool:
        """Return whether anything is as bad as that, or worse."""
        worse = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return any(each.severity in worse for each in self.findings)

    def summary(self) -> list[tuple[LintFinding, int]]:
        """Return one finding of each kind and how many there are of it, the worst first."""
        counts: dict[tuple[str, str], list[LintFinding]] = {}
        for each in self.findings:
            counts.setdefault((each.kind, each.severity), []).append(each)
        return [(alike[0], len(alike)) for alike in counts.values()]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "source": self.source,
            "edition": self.edition,
            "scheme": self.scheme,
            "clauses": self.clauses,
            "classes": self.classes,
            "rules": self.rules,
            "reports": self.reports,
            **{f"{severity}s": self.count(severity) for severity in SEVERITIES},
            "summary": [
                {
                    "kind": each.kind,
                    "severity": each.severity,
                    "title": each.title.zh,
                    "title_en": each.title.en,
                    "count": count,
                }
                for each, count in self.summary()
            ],
            "findings": [each.as_dict() for each in self.findings],
        }


def in_order(found: Iterable[LintFinding]) -> tuple[LintFinding, ...]:
    """Return findings from the worst to the least, kind by kind, in the order of sheets and rows.

    The same cell is told once of each kind, however many ways led to it.
    """
    unique = {(each.kind, each.place, each.message): each for each in found}
    kinds = {code: number for number, code in enumerate(KINDS)}
    sheets: dict[str | None, int] = {}
    for each in unique.values():
        sheets.setdefault(each.place.sheet, len(sheets))
    return tuple(
        sorted(
            unique.values(),
            key=lambda each: (
                SEVERITIES.index(each.severity),
                kinds.get(each.kind, -1),
                each.kind,
                -(each.cases or 0),
                sheets[each.place.sheet],
                each.place.row or 0,
                each.place.column or "",
            ),
        )
    )
