"""Columns of a form that are no field of ours: kept by their header, as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from gridsvc.catalog import Sheet, cell_fault, shown
from gridsvc.errors import Fault, Place, Text
from gridsvc.handling.form_columns import Columns

LONGEST = 4000


def other_cells(
    path: Path,
    sheet: Sheet,
    columns: Columns,
    merged: Mapping[tuple[int, int], int],
    doubtful: list[Fault],
) -> dict[int, dict[str, str]]:
    """Return the texts of the columns that are no field, by row and header; merged cells hold for each row.

    What cannot be kept (a formula, an Excel error, a text longer than LONGEST) is left out, since nothing
    hangs on it, and said once for its column.
    """
    found: dict[int, dict[str, str]] = {}
    left_out: dict[int, list[Fault]] = {}
    for row, line in sheet.rows.items():
        if row <= columns.last:
            continue
        for column, header in columns.other.items():
            cell = line.get(column)
            if cell is None or not cell.text.strip():
                continue
            place = Place(path.name, sheet.name, row, header, shown(cell.text))
            fault = cell_fault(cell, place, LONGEST)
            if fault is None:
                found.setdefault(row, {})[header] = cell.text.strip()
            else:
                left_out.setdefault(column, []).append(fault)
    for (row, column), above in merged.items():
        header = columns.other.get(column, "")
        if row > columns.last and header in found.get(above, {}):
            found.setdefault(row, {})[header] = found[above][header]
    doubtful.extend(_said(faults) for faults in left_out.values())
    return found


def _said(faults: list[Fault]) -> Fault:
    first = min(faults, key=lambda fault: fault.place.row or 0)
    why, count = first.message, len(faults)
    return replace(
        first,
        code="other_left_out",
        message=Text(
            f"这一列不是规范的栏目，{count} 格未保留：{why.zh}",
            f"no column of the form; {count} of its cells were not kept: {why.en}",
        ),
    )
