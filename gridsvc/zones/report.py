"""What the check of zones answers with."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridsvc.errors import Text

ERRORS = frozenset(
    {"cell_in_no_zone", "cell_partly_in_no_zone", "cell_in_several_zones", "zone_with_retired_cells"}
)
"""Faults that leave ground to nobody or to several; of the others the city may have its reasons."""


@dataclass(frozen=True, slots=True)
class ZoneFault:
    """One thing that the check found: about a cell or about a zone, with the ground that it concerns."""

    code: str
    message: Text
    cell: str | None = None
    zones: tuple[str, ...] = ()
    m2: float | None = None

    @property
    def severity(self) -> str:
        """Return `error` or `warning`."""
        return "error" if self.code in ERRORS else "warning"

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as plain values, for JSON."""
        return {
            "code": self.code,
            "severity": self.severity,
            "cell": self.cell,
            "zones": list(self.zones),
            "m2": None if self.m2 is None else round(self.m2, 1),
            "reason": self.message.zh,
            "reason_en": self.message.en,
        }


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """One zone in the report: how many cells it holds (whole or in part), its ground, its parts."""

    code: str
    name: str
    unit_code: str | None
    unit_name: str | None
    cells: int
    m2: float
    parts: int


@dataclass(frozen=True, slots=True)
class ZoneCheck:
    """The report on one kind at one instant. m² are on the spheroid; `grid_m2` is all cells together.

    `once_m2`, `several_m2` and `uncovered_m2` are the ground in exactly one zone, in more and in none: they
    add up to the grid.
    """

    kind: str
    at: datetime
    edition: str
    cells: int
    grid_m2: float
    once_m2: float
    several_m2: float
    uncovered_m2: float
    zones: tuple[ZoneRow, ...]
    faults: tuple[ZoneFault, ...]

    @property
    def errors(self) -> int:
        """Return how many of the faults are errors."""
        return sum(fault.severity == "error" for fault in self.faults)

    def counts(self) -> dict[str, int]:
        """Return how many faults there are of each code."""
        return dict(sorted(Counter(fault.code for fault in self.faults).items()))

    def by_unit(self) -> list[dict[str, Any]]:
        """Return zones, cells and m² for each unit; that of no unit is None."""
        rows: dict[str | None, dict[str, Any]] = {}
        for each in self.zones:
            row = rows.setdefault(
                each.unit_code,
                {"unit": each.unit_code, "name": each.unit_name, "zones": 0, "cells": 0, "m2": 0.0},
            )
            row["zones"] += 1
            row["cells"] += each.cells
            row["m2"] = round(row["m2"] + each.m2, 1)
        return [rows[code] for code in sorted(rows, key=lambda code: (code is None, code or ""))]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "kind": self.kind,
            "at": self.at.isoformat(),
            "edition": self.edition,
            "cells": self.cells,
            "grid_m2": round(self.grid_m2, 1),
            "once_m2": round(self.once_m2, 1),
            "several_m2": round(self.several_m2, 1),
            "uncovered_m2": round(self.uncovered_m2, 1),
            "errors": self.errors,
            "counts": self.counts(),
            "zones": [
                {
                    "code": each.code,
                    "name": each.name,
                    "unit": each.unit_code,
                    "cells": each.cells,
                    "m2": round(each.m2, 1),
                    "parts": each.parts,
                }
                for each in self.zones
            ],
            "units": self.by_unit(),
            "faults": [fault.as_dict() for fault in self.faults],
        }
