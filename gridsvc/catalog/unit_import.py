"""Import of a unit list."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, bindparam, insert, select, text, update

from gridsvc.catalog.records import Record, cell_faults, read_records
from gridsvc.catalog.tables import unit, working_calendar
from gridsvc.catalog.unit_kinds import UNIT_KINDS, kind_of_words
from gridsvc.catalog.units import FROM_SPECIFICATION, Unit, load_units, normalised_name
from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.postgres import announce_change

UNIT_HEADERS: Mapping[str, Sequence[str]] = {
    "code": ("code", "unit_code", "单位编码", "单位代码", "部门编码", "部门代码", "编码", "代码", "编号"),
    "name": ("name", "unit_name", "单位名称", "部门名称", "责任单位", "名称", "单位", "部门"),
    "kind": ("kind", "type", "单位类型", "部门类型", "类型", "类别"),
    "area_code": (
        "area_code",
        "区域编码",
        "区域代码",
        "所属区域",
        "辖区编码",
        "辖区代码",
        "街道编码",
        "街道代码",
    ),
    "parent_code": (
        "parent_code",
        "parent",
        "上级编码",
        "上级代码",
        "上级单位编码",
        "上级单位代码",
        "上级单位",
    ),
    "contact": ("contact", "phone", "联系方式", "联系电话", "联系人", "电话"),
    "calendar_code": ("calendar_code", "calendar", "工作日历", "日历编码", "日历代码", "日历"),
}
LONGEST_OF_UNIT = {"contact": 500}
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
        made = None if faults else _unit(record, there, faults, doubtful)
        if made is not None and not faults:
            faults.extend(_calendar_faults(record, made, calendars))
        refused.extend(faults)
        if made is not None and not faults:
            rows.append((record, made))
    adopted = _adopted(rows, there)
    # A refused row may be the parent of others, so this is repeated until nothing more falls out.
    while wrong := list(_wrong(rows, there, adopted)):
        refused.extend(fault for _, fault in wrong)
        out = {id(record) for record, _ in wrong}
        rows = [each for each in rows if id(each[0]) not in out]
        adopted = _adopted(rows, there)
    doubtful.extend(_doubts(connection, rows))
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


def _unit(
    record: Record, there: Mapping[str, Unit], refused: list[Fault], doubtful: list[Fault]
) -> Unit | None:
    code, name = record.text("code"), re.sub(r"\s*[\r\n]+\s*", "", record.text("name"))
    for field, value in (("code", code), ("area_code", record.text("area_code"))):
        if re.fullmatch(r"[0-9]\.?[0-9]*[eE]\+?[0-9]+", value):
            refused.append(
                Fault(
                    "number_rounded",
                    Text(
                        "编码被 Excel 写成科学记数，末位已丢失",
                        "Excel wrote the code as 1E+14 and lost its digits",
                    ),
                    record.place(field),
                    Text("把列设为文本格式后重新输入", "make the column text and type the code again"),
                )
            )
    if not code:
        refused.append(Fault("missing_code", Text("没有编码", "there is no code"), record.place("code")))
    elif len(code) > 64:
        refused.append(
            Fault(
                "bad_code", Text("编码最多 64 字", "a code has at most 64 characters"), record.place("code")
            )
        )
    if not name:
        refused.append(Fault("missing_name", Text("没有名称", "there is no name"), record.place("name")))
    if refused:
        return None
    if name != record.cells["name"].text:
        doubtful.append(
            Fault(
                "name_blanks",
                Text("名称前后有空白或中间换行，已去掉", "blanks or line breaks in the name were taken out"),
                record.place("name"),
            )
        )
    old = there.get(code) or Unit(code, name, "", None, None, None)
    kind = _kind(record.text("kind"), name) if "kind" in record.headers or not old.kind else old.kind
    return Unit(
        code=code,
        name=name,
        kind=kind,
        area_code=_given(record, "area_code", old.area_code),
        parent_code=_given(record, "parent_code", old.parent_code),
        contact=_given(record, "contact", old.contact),
        calendar_code=_given(record, "calendar_code", old.calendar_code),
    )


def _calendar_faults(record: Record, made: Unit, calendars: frozenset[str]) -> Iterator[Fault]:
    if made.calendar_code is not None and made.calendar_code not in calendars:
        yield Fault(
            "unknown_calendar",
            Text("没有这个编码的工作日历", "there is no working calendar with this code"),
            record.place("calendar_code"),
            Text("先用 calendar import 载入日历", "load it by calendar import first"),
        )


def _given(record: Record, field: str, old: str | None) -> str | None:
    return (record.text(field) or None) if field in record.headers else old


def _kind(word: str, name: str) -> str:
    """Return the kind as the service knows it; words that it does not know stay as they are."""
    if word.casefold() in UNIT_KINDS.values():
        return word.casefold()
    return kind_of_words(word or name) or word or "other"


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


def _wrong(
    rows: Sequence[tuple[Record, Unit]], there: Mapping[str, Unit], adopted: Mapping[str, str]
) -> Iterator[tuple[Record, Fault]]:
    """Find rows that contradict each other or what is stored."""
    codes: dict[str, Record] = {}
    names: dict[str, Record] = {}
    for record, each in rows:
        for seen, value, field, zh, en in (
            (codes, each.code, "code", "编码", "code"),
            (names, normalised_name(each.name), "name", "名称", "name"),
        ):
            before = seen.setdefault(value, record)
            if before is not record:
                yield (
                    record,
                    Fault(
                        f"duplicate_{field}",
                        Text(f"{zh}与第 {before.row} 行相同", f"the same {en} as in row {before.row}"),
                        record.place(field),
                    ),
                )
                break
    kept = {each.name: code for code, each in there.items() if code not in codes and code not in adopted}
    parents = {code: each.parent_code for code, each in there.items()}
    parents |= {each.code: each.parent_code for _, each in rows}
    for record, each in rows:
        if each.name in kept:
            yield (
                record,
                Fault(
                    "name_taken",
                    Text(
                        f"名称已属于单位 {kept[each.name]}", f"unit {kept[each.name]} has this name already"
                    ),
                    record.place("name"),
                ),
            )
        elif each.parent_code is not None and each.parent_code not in parents:
            yield (
                record,
                Fault(
                    "unknown_parent",
                    Text("上级单位不在文件中，也不在库中", "the parent is neither in the file nor stored"),
                    record.place("parent_code"),
                ),
            )
        elif _in_circle(each.code, parents):
            yield (
                record,
                Fault(
                    "parent_circle",
                    Text("上级关系成环", "the units are each other's parents"),
                    record.place("parent_code"),
                ),
            )


def _in_circle(code: str, parents: Mapping[str, str | None]) -> bool:
    seen, at = {code}, parents.get(code)
    while at is not None and at not in seen:
        seen.add(at)
        at = parents.get(at)
    return at == code


def _doubts(connection: Connection, rows: Sequence[tuple[Record, Unit]]) -> Iterator[Fault]:
    # The areas are another room's; here only their codes matter, and only to say that one is unknown.
    areas = set(
        connection.scalars(
            text(
                "SELECT DISTINCT area.code FROM area JOIN area_edition ON area_edition.id = area.edition_id"
                " WHERE area_edition.withdrawn_at IS NULL AND area.code = ANY(:codes)"
            ),
            {"codes": sorted({each.area_code for _, each in rows if each.area_code})},
        )
    )
    for record, each in rows:
        if each.area_code and each.area_code not in areas:
            yield Fault(
                "unknown_area",
                Text("没有这个编码的区域", "no area with this code is loaded"),
                record.place("area_code"),
                Text("用 area import 载入，或改正编码", "load it by area import, or correct the code"),
            )
        elif each.kind == "street_office" and not each.area_code:
            yield Fault(
                "street_office_without_area",
                Text(
                    "街道办没有区域编码，“所属街办”找不到它",
                    "without an area code 所属街办 cannot find this office",
                ),
                record.place("area_code"),
                Text("填街道的区域编码", "give the code of its street"),
            )
