"""Classes that the specification says nothing of."""

from __future__ import annotations

from collections.abc import Iterator

from gridsvc.catalog import KINDS
from gridsvc.handling.linting.findings import LintFinding, finding
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import Surroundings

_ZH = {"component": "部件", "event": "事件"}


def find_missing_classes(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find classes of the scheme, and classes that reports have, without a clause.

    Of a kind that the edition leaves out altogether another edition may speak: that is said once. Classes
    that some other specification added locally are wanted only where reports have them.
    """
    edition = subject.specification
    covered = {(each.kind, each.class_code) for each in edition.clauses}
    reported = around.reported or {}
    total = sum(reported.values())
    for kind in KINDS:
        if kind not in edition.kinds:
            count = sum(n for (of, _), n in reported.items() if of == kind)
            yield finding(
                "kind_without_clauses",
                subject.whole(),
                f"没有任何{_ZH[kind]}条款",
                f"there is no clause for any {kind}",
                cases=None if around.reported is None else count,
            )
    for (kind, code), count in sorted(reported.items(), key=lambda item: (-item[1], item[0])):
        if kind in edition.kinds and (kind, code) not in covered:
            named = subject.name(kind, code)
            yield finding(
                "reported_class_without_clause",
                subject.whole("小类代码"),
                f"{_ZH[kind]} {named} 没有条款，近期有 {count:,} 件（{count / total:.1%}）",
                f"{kind} {named} has no clause, and {count:,} reports ({count / total:.1%})",
                cases=count,
            )
    for each in around.classes:
        key = each.kind, each.code
        if each.scheme != edition.scheme or each.confidence == "local" or each.kind not in edition.kinds:
            continue
        if key not in covered and key not in reported:
            yield finding(
                "class_without_clause",
                subject.whole("小类代码"),
                f"{_ZH[each.kind]} {each.code} {each.name} 没有条款",
                f"{each.kind} {each.code} {each.name} has no clause",
                cases=None if around.reported is None else 0,
            )
