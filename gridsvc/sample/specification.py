"""The sample's handling specification: the reference, with the sample's bodies for its generic words."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

from gridsvc.handling import Bodies, kind_of_row, reference_clauses, write_reference
from gridsvc.sample.units import CALENDAR_ROWS, workbook_units
from gridsvc.settings import shipped

SCHEME = "gbt30428.2-2013"
"""The scheme that the sample's specification and reports speak."""
NAME = "示例处置规范 sample"
_KINDS = {"部件": "component", "事件": "event"}


@dataclass(frozen=True, slots=True)
class SpecificationRow:
    """One sub-condition with the sample's bodies."""

    kind: str
    class_code: str
    name: str
    units: str
    supervising: str
    filing_condition: str
    closing_condition: str
    limit: str
    confidence: str


def read_reference() -> list[SpecificationRow]:
    """Return every sub-condition of the sample's specification, components first."""
    bodies = _bodies()
    return [
        SpecificationRow(
            kind=kind_of_row(row),
            class_code=row["类别代码"],
            name=row["小类名称"],
            units=bodies[kind_of_row(row), row["类别代码"]].units,
            supervising=bodies[kind_of_row(row), row["类别代码"]].supervising,
            filing_condition=row["立案条件"],
            closing_condition=row["结案条件"],
            limit=row["处置时限"],
            confidence=row["置信度"],
        )
        for row in reference_clauses(SCHEME)
    ]


def write_workbook(path: Path) -> None:
    """Write the sample's specification as our own workbook: clauses, rules, units and calendars.

    The same bytes every time.
    """
    write_reference(
        path,
        SCHEME,
        name=NAME,
        bodies=_bodies(),
        units=workbook_units(),
        calendars=CALENDAR_ROWS,
        overwrite=True,
    )


def _bodies() -> dict[tuple[str, str], Bodies]:
    path = shipped("geodata") / "specification" / "sample_units.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (_KINDS[row["类型"]], row["类别代码"]): Bodies(row["处置单位"], row["主管部门"])
            for row in csv.DictReader(file)
        }
