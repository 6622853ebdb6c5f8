"""The units that a specification names: found among the loaded ones by name, or registered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from gridsvc.catalog import FROM_SPECIFICATION, load_units, normalised_name, register_units
from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass, DraftRule
from gridsvc.handling.findings import MOST_NAMES_COMPARED
from gridsvc.handling.forms import FormRow
from gridsvc.handling.near_names import near


def named_units(
    connection: Connection,
    drafts: Sequence[DraftClass],
    rules: Sequence[DraftRule],
    doubtful: list[Fault],
) -> tuple[dict[str, str], list[str]]:
    """Return the codes of the named units that are loaded, by name, and the names that are not.

    A name that looks like a loaded unit's is doubtful, and so is one that no loaded list has.
    """
    loaded = load_units(connection)
    exact = {each.name: each.code for each in loaded}
    alike = {normalised_name(each.name): each.code for each in loaded}
    first: dict[str, tuple[FormRow | None, str]] = {}
    for name, row, field in _names(drafts, rules):
        first.setdefault(name, (row, field))
    codes = {
        name: code
        for name in first
        if (code := exact.get(name) or alike.get(normalised_name(name))) is not None
    }
    missing = [name for name in first if name not in codes]
    listed = any(each.kind != FROM_SPECIFICATION for each in loaded)
    for name in missing if loaded and len(missing) <= MOST_NAMES_COMPARED else ():
        row, field = first[name]
        if row is None:
            continue
        close = next((each for each in loaded if near(name, each.name)), None)
        if close is not None:
            doubtful.append(
                row.fault(
                    "unit_near_loaded",
                    field,
                    f"“{name}”与已有单位“{close.name}”（{close.code}）可能相同，另行登记",
                    f"“{name}” may be the unit “{close.name}” ({close.code}); registered by itself",
                    Text("统一名称后重新导入", "make the names agree and import again"),
                )
            )
        elif listed:
            doubtful.append(
                row.fault(
                    "unit_not_listed",
                    field,
                    f"单位表中没有“{name}”，仅登记名称",
                    f"the unit list has no “{name}”; it was registered by name only",
                    Text("用 unit import 补上，或改正名称", "add it by unit import, or correct the name"),
                )
            )
    return codes, missing


def registered(
    connection: Connection, codes: dict[str, str], missing: Sequence[str]
) -> tuple[dict[str, str], int]:
    """Register the missing units; return the codes of all, and how many were new."""
    # Two spellings that differ only in blanks or width are one unit.
    spelt: dict[str, str] = {}
    for name in missing:
        spelt.setdefault(normalised_name(name), name)
    new = register_units(connection, list(spelt.values()))
    return codes | {name: new[spelt[normalised_name(name)]] for name in missing}, len(new)


def _names(
    drafts: Sequence[DraftClass], rules: Sequence[DraftRule]
) -> Iterator[tuple[str, FormRow | None, str]]:
    for draft in drafts:
        for clause in draft.clauses:
            for unit in clause.units:
                if unit.means == "named" and unit.code is None:
                    yield unit.text, clause.units_row, "units"
    for rule in rules:
        for unit in rule.units:
            if unit.means == "named" and unit.code is None:
                yield unit.text, rule.row, unit.role
