"""`check_zones`: do the zones of a kind cover the grid once, in one piece each, and whose are they."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import shapely
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Text
from gridsvc.zones.cells import Cells, load_cells
from gridsvc.zones.faults import TOLERANCE_MM2, Ground, faults_of_cell, faults_of_zones
from gridsvc.zones.overlay import Overlay, lay_over
from gridsvc.zones.report import ZoneCheck, ZoneRow
from gridsvc.zones.zones import load_zones


def check_zones(connection: Connection, kind: str, at: datetime) -> ZoneCheck:
    """Hold the zones of `kind` that are in force at `at` against the cells in force then.

    Every cell should lie in exactly one zone, every zone inside the grid and in one piece: cells that touch
    at a corner only are two (every cell of a management grid must touch another, domain/grid.md). What is
    less than `TOLERANCE_MM2` of a cell does not count. Raises InputRefused (`no_zones`, `no_cells_loaded`).
    """
    zones = load_zones(connection, kind, at)
    if not zones:
        raise InputRefused(
            "no_zones",
            Text(f"此时没有“{kind[:40]}”类责任网格。", f"No zones of the kind {kind[:40]!r} hold then."),
            remedy=Text("用 gridsvc zone list 查看。", "See gridsvc zone list."),
        )
    cells = load_cells(connection, at)
    if cells is None:
        raise InputRefused(
            "no_cells_loaded",
            Text("尚未导入单元网格。", "No cells are loaded."),
            remedy=Text("先用 area import --level cell 导入。", "Import them by area import --level cell."),
        )
    laid = lay_over(zones, cells)
    faults = faults_of_zones(zones, cells, laid)
    once, several = np.zeros(len(cells.codes)), np.zeros(len(cells.codes))
    starts = np.searchsorted(laid.cell, np.arange(len(cells.codes) + 1))
    whole = shapely.area(cells.geom_mm)
    names = [zone.code for zone in zones]
    share = cells.m2 / whole
    for k, code in enumerate(cells.codes):
        here = slice(int(starts[k]), int(starts[k + 1]))
        once[k], several[k] = _covered(laid, here, cells, k, whole[k])
        holders = laid.zone[here][laid.mm2[here] > TOLERANCE_MM2]
        ground = Ground(code, whole[k] - once[k] - several[k], several[k], share[k])
        faults += faults_of_cell(ground, tuple(names[zone] for zone in holders.tolist()))
    counted = laid.mm2 > TOLERANCE_MM2
    held = np.bincount(laid.zone[counted], minlength=len(zones))
    rows = [
        ZoneRow(
            zone.code,
            zone.name,
            zone.unit_code,
            zone.unit_name,
            int(held[k]),
            zone.m2,
            len(zone.geom_mm.geoms),
        )
        for k, zone in enumerate(zones)
    ]
    return ZoneCheck(
        kind=kind,
        at=at,
        edition=cells.edition.name,
        cells=len(cells.codes),
        grid_m2=float(cells.m2.sum()),
        once_m2=float((once * share).sum()),
        several_m2=float((several * share).sum()),
        uncovered_m2=float(((whole - once - several) * share).sum()),
        zones=tuple(rows),
        faults=tuple(faults),
    )


def _covered(laid: Overlay, here: slice, cells: Cells, k: int, whole: float) -> tuple[float, float]:
    """Return the mm² of cell `k` that are in exactly one zone and those in more than one."""
    mm2 = laid.mm2[here]
    if len(mm2) < 2:
        return float(mm2.sum()), 0.0
    if (mm2 == whole).all():
        return 0.0, whole
    parts = shapely.intersection(laid.shapes[laid.zone[here]], cells.geom_mm[k])
    # A zone given as cells holds the whole cell, whatever its outline was when it was drawn.
    parts[mm2 == whole] = cells.geom_mm[k]
    union, twice = parts[0], shapely.MultiPolygon()
    for part in parts[1:]:
        twice = shapely.union(twice, shapely.intersection(union, part))
        union = shapely.union(union, part)
    several = float(shapely.area(twice))
    return float(shapely.area(union)) - several, several
