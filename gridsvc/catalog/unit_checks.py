"""What rows of a unit list say against each other, against the stored units and against the areas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sqlalchemy import Connection, text

from gridsvc.catalog.records import Record
from gridsvc.catalog.units import Unit, normalised_name
from gridsvc.errors import Fault, Text


def contradictions(
    rows: Sequence[tuple[Record, Unit]], there: Mapping[str, Unit], adopted: Mapping[str, str]
) -> Iterator[tuple[Record, Fault]]:
    """Find rows that contradict each other or what is stored: codes, names, units above."""
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


def area_doubts(connection: Connection, rows: Sequence[tuple[Record, Unit]]) -> Iterator[Fault]:
    """Say of a unit that its area is not loaded, or that a street office has none."""
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
