"""A table of zones: rows with a zone and one or more of its cells; rows of one zone belong together."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from gridsvc.catalog import Record, cell_faults, read_records
from gridsvc.errors import Text
from gridsvc.zones.cell_lists import read_cell_list
from gridsvc.zones.cells import Cells
from gridsvc.zones.drafts import LONGEST, TABLE_WORDS, Draft, Notes

TABLES = frozenset({".csv", ".txt", ".tsv", ".xlsx", ".xlsm", ".xls"})
_ROUNDED = re.compile(r"[0-9]\.?[0-9]*[eE]\+?[0-9]+")
_MESSAGES = {
    "unknown_cell": (
        Text("现行单元网格中没有“{}”。", "No cell {!r} is in the edition of cells."),
        Text("改正编码，或先导入含它的网格版本。", "Correct the code, or import the edition that has it."),
    ),
    "retired_cell": (
        Text(
            "单元网格“{}”属于另一版本，此版本中没有。",
            "The cell {!r} is of another edition, not of this one.",
        ),
        Text("换成接替它的网格，或改正 --effective。", "Give those that follow it, or correct --effective."),
    ),
    "bad_range": (
        Text("范围“{}”首尾颠倒或长短不一。", "The range {!r} runs backwards, or its ends differ in length."),
        Text("写成 起始编码-终止编码。", "Write FIRST-LAST."),
    ),
    "area_of_several_levels": (
        Text(
            "“{}”是几个层级的编码，所含单元网格不同。",
            "{!r} is the code of areas of several levels, which hold different cells.",
        ),
        Text("逐个写出单元网格编码。", "Name the cells one by one."),
    ),
    "every_cell": (
        Text("“{}”没有编码，会包括全部单元网格。", "There is no code in {!r}: it would be every cell."),
        Text("写出区域编码，或编码的开头加 *。", "Name an area, or the beginning of a code before the *."),
    ),
}


def read_table_zones(path: Path, columns: Mapping[str, str], cells: Cells, notes: Notes) -> dict[str, Draft]:
    """Return the zones of a CSV or XLSX file by code, with their cells.

    A zone has one row for each of its cells, or one row with a list of them (`read_cell_list`), or both. Name
    and unit may stand in its first row only. Raises InputRefused as `read_records` does.
    """
    records = read_records(path, TABLE_WORDS, columns=columns, needed=(("code", "cells"), ("name", "cells")))
    if "unit" not in records[0].headers:
        notes.doubt(
            "no_unit_column",
            Text("没有责任单位列，责任网格将没有责任单位。", "No column of units: the zones will have none."),
            records[0].place(),
            Text("用 --unit 列名 指明。", "Name it by --unit."),
        )
    drafts: dict[str, Draft] = {}
    for record in records:
        faults = cell_faults(record, LONGEST)
        notes.refused.extend(faults)
        if not faults:
            _take(record, drafts, cells, notes)
    for draft in list(drafts.values()):
        if not draft.cells:
            # Its rows were refused one by one already, or they name no cell at all.
            del drafts[draft.code]
            notes.refuse(
                "empty_zone",
                Text(f"责任网格 {draft.code} 没有任何单元网格。", f"The zone {draft.code} has no cell."),
                draft.place,
                Text("填写单元网格编码，或删除该行。", "Give its cells, or delete the row."),
            )
    return drafts


def _take(record: Record, drafts: dict[str, Draft], cells: Cells, notes: Notes) -> None:
    code = record.text("code") or record.text("name")
    column = "code" if record.text("code") or "name" not in record.headers else "name"
    if not code:
        notes.refuse(
            "blank_code",
            Text("没有责任网格的编码。", "There is no code of the zone."),
            record.place(column),
            Text("补上编码。", "Fill it in."),
        )
        return
    if _ROUNDED.fullmatch(code) or _ROUNDED.fullmatch(record.text("cells")):
        notes.refuse(
            "number_rounded",
            Text("编码被 Excel 写成科学记数，末位已丢失。", "Excel wrote the code as 1E+14 and lost digits."),
            record.place(column if _ROUNDED.fullmatch(code) else "cells"),
            Text("把列设为文本格式后重新输入。", "Make the column text and type the code again."),
        )
        return
    draft = drafts.get(code)
    if draft is None:
        draft = drafts[code] = Draft(
            code, record.text("name"), record.text("unit"), record.text("value"), record.place(column),
            record.place("unit"), record.place("value"),
        )  # fmt: skip
    elif not _agrees(record, draft, notes):
        return
    found, unread = read_cell_list(record.text("cells"), cells)
    for each in unread:
        message, remedy = _MESSAGES[each.code]
        shown = each.item[:80]
        notes.refuse(
            each.code,
            Text(message.zh.format(shown), message.en.format(shown)),
            record.place("cells"),
            remedy,
        )
    if unread:
        return
    for cell in found:
        before = draft.cells.get(cell)
        if before is None:
            draft.cells[cell] = record.place("cells")
            continue
        notes.doubt(
            "repeated_cell",
            Text(
                f"单元网格 {cell} 在责任网格 {code} 中重复（第 {before.row} 行已有），只计一次。",
                f"The zone {code} names the cell {cell} again (row {before.row} did); it counts once.",
            ),
            record.place("cells"),
        )


def _agrees(record: Record, draft: Draft, notes: Notes) -> bool:
    """Take name and unit where the zone has none yet; refuse a row that contradicts an earlier one."""
    for field in ("name", "unit", "value"):
        said, had = record.text(field), getattr(draft, field)
        if said and not had:
            setattr(draft, field, said)
            if field == "unit":
                draft.unit_place = record.place("unit")
            elif field == "value":
                draft.value_place = record.place("value")
        elif said and said != had:
            notes.refuse(
                "contradicting_rows",
                Text(
                    f"责任网格 {draft.code} 在第 {draft.place.row} 行写的是“{had}”。",
                    f"Row {draft.place.row} says {had!r} of the zone {draft.code}.",
                ),
                record.place(field),
                Text("同一责任网格各行须一致。", "The rows of one zone must agree."),
            )
            return False
    return True
