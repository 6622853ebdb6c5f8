"""Lint of a file that is not loaded, or of an edition that is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gridsvc.errors import Fault
from gridsvc.handling.linting.bodies import (
    find_missing_territories,
    find_refused_rules,
    find_renamed_units,
    find_unreachable_units,
)
from gridsvc.handling.linting.classes import find_missing_classes
from gridsvc.handling.linting.clauses import find_unused_clauses
from gridsvc.handling.linting.doubts import doubts_of
from gridsvc.handling.linting.findings import LintFinding, LintReport, in_order, of_fault
from gridsvc.handling.linting.rules import find_rule_faults
from gridsvc.handling.linting.subject import Subject, of_specification
from gridsvc.handling.linting.surroundings import NOTHING_AROUND, Surroundings, World
from gridsvc.handling.linting.times import find_times
from gridsvc.handling.linting.words import find_unused_words
from gridsvc.handling.specifications import Specification

_CHECKS = (
    find_missing_classes,
    find_unused_clauses,
    find_times,
    find_rule_faults,
    find_unused_words,
    find_unreachable_units,
    find_missing_territories,
    find_renamed_units,
    find_refused_rules,
)
_TOLD_ONCE = {"grade_means_unknown"}


def lint_subject(
    subject: Subject,
    around: Surroundings = NOTHING_AROUND,
    *,
    refused: Iterable[Fault] = (),
    doubtful: Iterable[Fault] = (),
    stored: bool = False,
) -> LintReport:
    """Return the report of a specification: what an import says of it, and every check of its own."""

    own = [each for check in _CHECKS for each in check(subject, around)]
    # What a check of the whole edition tells with its cases, a doubt about a cell need not tell again.
    told = {(each.kind, each.place.sheet, each.place.row) for each in own}
    once = {each.kind for each in own} & _TOLD_ONCE

    def found() -> Iterator[LintFinding]:
        for fault in refused:
            yield of_fault(fault, refused=True)
        for fault in doubtful:
            if fault.code not in once and (fault.code, fault.place.sheet, fault.place.row) not in told:
                yield of_fault(fault)
        yield from own

    edition = subject.specification
    return LintReport(
        source=edition.source,
        edition=edition.name if stored else None,
        scheme=edition.scheme,
        clauses=len(edition.clauses),
        classes=len({(each.kind, each.class_code) for each in edition.clauses}),
        rules=len(edition.rules),
        reports=around.reports,
        findings=in_order(found()),
    )


def lint_edition(edition: Specification, world: World) -> LintReport:
    """Return the report of a stored edition."""
    around = world.around_edition(edition)
    subject = of_specification(edition, around.classes)
    return lint_subject(subject, around, doubtful=doubts_of(subject, around.classes), stored=True)
