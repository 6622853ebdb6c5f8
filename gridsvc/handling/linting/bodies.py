"""Units that an edition names and nobody can reach, words that lead nowhere, names that changed."""

from __future__ import annotations

from collections.abc import Iterator

from gridsvc.catalog import FROM_SPECIFICATION, Unit, normalised_name
from gridsvc.errors import Place
from gridsvc.handling.expressions import UnitExpression
from gridsvc.handling.linting.findings import LintFinding, finding
from gridsvc.handling.linting.subject import Subject
from gridsvc.handling.linting.surroundings import Surroundings
from gridsvc.handling.near_names import near
from gridsvc.handling.specifications import Specification

# Kinds of units that are responsible for a part of the city only.
_TERRITORIAL_KINDS = ("street_office", "enforcement")
_BY_TERRITORY = ("street_office", "territorial_enforcement", "territorial_department")
_MOST_STREETS = 12


def find_unreachable_units(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find named units that the list lacks, or has without contact or territory."""
    if around.units is None:
        return
    units = {each.code: each for each in around.units}
    for name, (code, place, count) in _named(subject).items():
        unit = units.get(code) if code else None
        if unit is None:
            like = next((each for each in around.units if near(name, each.name)), None)
            hint = f"，与“{like.name}”（{like.code}）相近" if like else ""
            hint_en = f"; {like.name} ({like.code}) is like it" if like else ""
            yield finding(
                "unit_near_loaded" if like else "unit_not_listed",
                place,
                f"单位表中没有“{name}”（{count} 处）{hint}，导入时只按名称登记",
                f"the unit list has no {name} ({count} places){hint_en}; an import registers it by name only",
            )
        elif unit.kind == FROM_SPECIFICATION:
            yield finding(
                "unit_name_only",
                place,
                f"“{unit.name}”（{unit.code}，{count} 处）只知名称，没有类型、辖区和联系方式",
                f"{unit.name} ({unit.code}, {count} places) is known by name only, without kind or contact",
            )
        else:
            yield from _reach(unit, place)


def _named(subject: Subject) -> dict[str, tuple[str | None, Place, int]]:
    """Return the units that clauses and rules name, with the first cell and how many name them."""
    found: dict[str, tuple[str | None, Place, int]] = {}
    edition = subject.specification
    for clause in edition.clauses:
        for unit in clause.units:
            if unit.means == "named":
                code, place, count = found.get(
                    unit.text, (unit.unit_code, subject.clause_place(clause, "units", unit.text), 0)
                )
                found[unit.text] = code, place, count + 1
    for rule in edition.rules:
        for body in rule.units:
            if body.means == "named":
                code, place, count = found.get(
                    body.text, (body.unit_code, subject.rule_place(rule, body.role, body.text), 0)
                )
                found[body.text] = code, place, count + 1
    return found


def _reach(unit: Unit, place: Place) -> Iterator[LintFinding]:
    if not unit.contact:
        yield finding(
            "unit_without_contact",
            place,
            f"“{unit.name}”（{unit.code}）没有联系方式",
            f"{unit.name} ({unit.code}) has no contact",
        )
    if unit.kind in _TERRITORIAL_KINDS and unit.area_code is None:
        yield finding(
            "unit_without_territory",
            place,
            f"“{unit.name}”（{unit.code}，{unit.kind}）没有辖区",
            f"{unit.name} ({unit.code}, {unit.kind}) has no territory",
        )


def find_missing_territories(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find territorial words (所属街办, 属地住建局) that lead to no unit on some streets."""
    if around.unanswered is None:
        return
    edition = subject.specification
    found: dict[tuple[str, str], tuple[UnitExpression, Place, set[tuple[str, str]]]] = {}
    for clause in edition.clauses:
        for unit in clause.units:
            if unit.means in _BY_TERRITORY:
                place = subject.clause_place(clause, "units", unit.text)
                _, _, classes = found.setdefault((unit.means, unit.text), (unit, place, set()))
                classes.add((clause.kind, clause.class_code))
    for rule in edition.rules:
        # Of a rule for bodies that the clause lists, the clause's own words are read.
        for body in () if rule.listed_only else rule.units:
            if body.means in _BY_TERRITORY:
                place = subject.rule_place(rule, body.role, body.text)
                found.setdefault((body.means, body.text), (body, place, set()))
    for expression, place, classes in found.values():
        streets = around.unanswered(expression)
        if not streets:
            continue
        named = "、".join(streets[:_MOST_STREETS]) + (" …" if len(streets) > _MOST_STREETS else "")
        cases = None
        if around.reported is not None and len(streets) == around.streets:
            cases = sum(around.reported.get(each, 0) for each in classes)
        yield finding(
            "territory_missing",
            place,
            f"“{expression.text}”在 {around.streets} 个街道中的 {len(streets)} 个找不到单位：{named}",
            f"{expression.text} leads to no unit on {len(streets)} of {around.streets} streets: {named}",
            cases=cases,
        )


def find_renamed_units(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Find names that look like a name of the edition before which this one has no more."""
    if around.previous is None:
        return
    now, before = _named(subject), _names(around.previous)
    plain_before = {normalised_name(name): name for name in before}
    plain_now = {normalised_name(name) for name in now}
    gone = [name for plain, name in plain_before.items() if plain not in plain_now]
    for name, (_, place, count) in now.items():
        if normalised_name(name) in plain_before:
            continue
        like = next((each for each in gone if near(name, each)), None)
        if like is not None:
            yield finding(
                "unit_renamed",
                place,
                f"“{name}”（{count} 处）在上一版本“{around.previous.name}”中像是“{like}”",
                f"{name} ({count} places) looks like {like} of the edition before, {around.previous.name}",
            )


def _names(edition: Specification) -> list[str]:
    named = [unit.text for clause in edition.clauses for unit in clause.units if unit.means == "named"]
    named += [unit.text for rule in edition.rules for unit in rule.units if unit.means == "named"]
    return list(dict.fromkeys(named))


def find_refused_rules(subject: Subject, around: Surroundings) -> Iterator[LintFinding]:
    """Show the refusals that were upheld against rules, and against clauses where no rule decided."""
    edition = subject.specification
    rules = {rule.id: rule for rule in edition.rules}
    clauses = {clause.id: clause for clause in edition.clauses}
    for each in around.upheld:
        if each.rule in rules:
            rule = rules[each.rule]
            yield finding(
                "rule_refused",
                subject.rule_place(rule, "code"),
                f"规则 {rule.code} 派给“{each.unit}”的案件有 {each.count} 次退回成立",
                f"{each.count} refusals by {each.unit} of what rule {rule.code} gave it were upheld",
                cases=each.count,
            )
        elif each.rule is None and each.clause in clauses:
            clause = clauses[each.clause]
            yield finding(
                "rule_refused",
                subject.clause_place(clause, "units", clause.responsible_text),
                f"{subject.name(clause.kind, clause.class_code)} 按条款派给“{each.unit}”的案件有"
                f" {each.count} 次退回成立",
                f"{each.count} refusals by {each.unit} were upheld where the clause alone named it",
                cases=each.count,
            )
