"""Import of a unit list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select, text, update

from gridsvc.catalog.records import Record, cell_faults, read_records
from gridsvc.catalog.tables import unit, working_calendar
from gridsvc.catalog.unit_checks import area_doubts, contradictions
from gridsvc.catalog.unit_rows import LONGEST_OF_UNIT, UNIT_HEADERS, calendar_faults, unit_of_row
from gridsvc.catalog.units import FROM_SPECIFICATION, Unit, load_units, normalised_name
from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.postgres import announce_change

_GIVEN = ("name", "kind", "area_code", "parent_code", "contact", "calendar_code")


@dataclass(frozen=True, slots=True)
class UnitImport:
    """What a unit import did. `adopted`: units known by name only that now have the list's code."""

    added: int
    updated: int
    unchanged: int
    adopted: int
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class UnitPlan:
    """Rows of a unit list that may be stored: what is there already, and who takes over a code."""

    rows: Sequence[tuple[Record, Unit]]
    there: dict[str, Unit]
    adopted: Mapping[str, str]


def import_units(
    connection: Connection,
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    skip_invalid: bool = False,
) -> UnitImport:
    """Add the units of a CSV or XLSX file, and change those whose code is there already.

    A unit that a handling specification named before any list did takes over the list's code, and with it
    every clause that names it. A column that the file lacks leaves what is stored as it is.

    Raises InputRefused (unit_list_refused, and what reading the file raises).
    """
    records = read_records(path, UNIT_HEADERS, columns=columns or {}, needed=(("code", "name"),))
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    plan = plan_units(connection, records, refused, doubtful)
    if refused and not skip_invalid:
        raise InputRefused(
            "unit_list_refused",
            Text(
                f"{path.name}：{len(refused)} 处不能接受，数据库未改动",
                f"{path.name}: {len(refused)} cells cannot be taken; the database is unchanged",
            ),
            faults=refused,
        )
    added, changed = store_units(connection, plan)
    return UnitImport(
        added,
        changed,
        len(plan.rows) - added - changed,
        len(plan.adopted),
        tuple(refused),
        tuple(doubtful),
    )


def plan_units(
    connection: Connection, records: Sequence[Record], refused: list[Fault], doubtful: list[Fault]
) -> UnitPlan:
    """Check the rows of a unit list against each other and what is stored; change nothing.

    The table is locked until the transaction ends, so that the plan stays true.
    """
    connection.execute(text("LOCK TABLE unit IN SHARE ROW EXCLUSIVE MODE"))
    there = {each.code: each for each in load_units(connection)}
    calendars = frozenset(connection.scalars(select(working_calendar.c.code)))
    rows: list[tuple[Record, Unit]] = []
    for record in records:
        faults = cell_faults(record, LONGEST_OF_UNIT)
        made = None if faults else unit_of_row(record, there, faults, doubtful)
        if made is not None and not faults:
            faults.extend(calendar_faults(record, made, calendars))
        refused.extend(faults)
        if made is not None and not faults:
            rows.append((record, made))
    adopted = _adopted(rows, there)
    # A refused row may be the parent of others, so this is repeated until nothing more falls out.
    while wrong := list(contradictions(rows, there, adopted)):
        refused.extend(fault for _, fault in wrong)
        out = {id(record) for record, _ in wrong}
        rows = [each for each in rows if id(each[0]) not in out]
        adopted = _adopted(rows, there)
    doubtful.extend(area_doubts(connection, rows))
    return UnitPlan(rows, there, adopted)


def store_units(connection: Connection, plan: UnitPlan) -> tuple[int, int]:
    """Store the units of a plan; return how many were added and how many changed."""
    rows, there, adopted = plan.rows, dict(plan.there), plan.adopted
    for old, new in adopted.items():
        connection.execute(update(unit).where(unit.c.code == old).values(code=new))
        there[new] = replace(there.pop(old), code=new)
    added = [each for _, each in rows if each.code not in there]
    changed = [each for _, each in rows if each.code in there and there[each.code] != each]
    if added:
        # A name may move from one unit to another in the same file, so old names make way first.
        _free_names(connection, changed, there)
        connection.execute(insert(unit), [each.as_dict() for each in added])
    elif changed:
        _free_names(connection, changed, there)
    if changed:
        connection.execute(
            update(unit)
            .where(unit.c.code == bindparam("old_code"))
            .values({name: bindparam(name) for name in _GIVEN}),
            [{"old_code": each.code} | {name: getattr(each, name) for name in _GIVEN} for each in changed],
        )
    if added or changed or adopted:
        announce_change(connection, "units")
    return len(added), len(changed)


def _free_names(connection: Connection, changed: Sequence[Unit], there: Mapping[str, Unit]) -> None:
    renamed = [each.code for each in changed if there[each.code].name != each.name]
    if renamed:
        connection.execute(update(unit).where(unit.c.code.in_(renamed)).values(name="\x01" + unit.c.code))


def _adopted(rows: Sequence[tuple[Record, Unit]], there: Mapping[str, Unit]) -> dict[str, str]:
    """Return the new code of each unit that was known by name only: {old: new}."""
    nameless = {
        normalised_name(each.name): each.code for each in there.values() if each.kind == FROM_SPECIFICATION
    }
    return {
        old: each.code
        for _, each in rows
        if (old := nameless.get(normalised_name(each.name))) is not None and each.code not in there
    }
