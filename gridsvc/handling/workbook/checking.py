"""What the rules and clauses of a workbook name, held against what there is: classes and units."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from gridsvc.catalog import Class, Unit, normalised_name, shown
from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass, DraftRule, DraftSpecification
from gridsvc.handling.expressions import DraftUnit
from gridsvc.handling.forms import FormRow


def check_rule_classes(
    rules: Iterable[DraftRule], drafts: Iterable[DraftClass], classes: Iterable[Class], refused: list[Fault]
) -> None:
    """Refuse codes and patterns of rules that no class of the scheme, and none of the workbook, has.

    `classes` are those of the edition's scheme.
    """
    known = {(each.kind, each.code) for each in classes} | {(each.kind, each.code) for each in drafts}
    for rule in rules:
        codes = {code for kind, code in known if rule.kind in (None, kind)}
        for pattern in rule.class_codes:
            met = (
                any(code.startswith(pattern[:-1]) for code in codes)
                if pattern.endswith("*")
                else pattern in codes
            )
            if not met and rule.row is not None:
                refused.append(
                    rule.row.fault(
                        "unknown_class",
                        "classes",
                        f"“{pattern}”不是任何类别" + ("的开头" if pattern.endswith("*") else ""),
                        f"no class {'begins with' if pattern.endswith('*') else 'has the code'}"
                        f" “{pattern.removesuffix('*')}”",
                    )
                )


def check_units(
    rules: Iterable[DraftRule],
    drafts: Iterable[DraftClass],
    units: Sequence[Unit],
    *,
    listed: bool,
    refused: list[Fault],
) -> None:
    """Refuse names of rules, and where the workbook lists its units those of clauses, that no unit has.

    `units` are those loaded, the workbook's own included; `listed`: it has any. A workbook without a list
    names its units in its clauses, as the municipal form does.
    """
    known = {normalised_name(each.name) for each in units}
    for rule in rules:
        if rule.row is not None:
            for role in ("lead", "assist"):
                _check(rule.row, role, [unit for unit in rule.units if unit.role == role], known, refused)
    if not listed:
        return
    for draft in drafts:
        for clause in draft.clauses:
            _check(clause.units_row, "units", clause.units, known, refused)


def leave_out(specification: DraftSpecification, refused: Iterable[Fault]) -> None:
    """Take out of a workbook's drafts every clause and rule of whose row something is refused."""
    bad = {(fault.place.sheet, fault.place.row) for fault in refused}
    for draft in specification.classes:
        draft.clauses = [each for each in draft.clauses if (each.row.sheet, each.row.row) not in bad]
    specification.classes = [draft for draft in specification.classes if draft.clauses]
    if specification.rules is None:
        return
    specification.rules = [
        rule for rule in specification.rules if rule.row is None or (rule.row.sheet, rule.row.row) not in bad
    ]


def _check(
    row: FormRow, field: str, units: Iterable[DraftUnit], known: Collection[str], refused: list[Fault]
) -> None:
    for unit in units:
        if unit.means == "named" and unit.code is None and normalised_name(unit.text) not in known:
            refused.append(
                row.fault(
                    "unknown_unit",
                    field,
                    f"“{shown(unit.text, 60)}”不在单位表中，也不在系统中",
                    f"“{shown(unit.text, 60)}” is neither in the sheet 单位 nor loaded",
                    Text("在单位表中补上，或改正名称", "add it to the sheet 单位, or correct the name"),
                )
            )
