"""The faults that the check of zones knows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely

from gridsvc.errors import Text
from gridsvc.zones.cells import Cells
from gridsvc.zones.kinds import NEEDS_VALUE
from gridsvc.zones.overlay import Overlay
from gridsvc.zones.report import ZoneFault
from gridsvc.zones.zones import Zone

TOLERANCE_MM2 = 1e6
"""A square metre: what a border drawn twice may leave of a cell, and not be worth a word."""


@dataclass(frozen=True, slots=True)
class Ground:
    """How much of a cell is in no zone (`gap`) and in several, in mm²; `share` m² on the spheroid each."""

    code: str
    gap: float
    several: float
    share: float


def faults_of_cell(ground: Ground, zones: tuple[str, ...]) -> list[ZoneFault]:
    """Return what is wrong with a cell that `zones` hold more than the tolerance of."""
    code, shown = ground.code, ", ".join(zones)
    gap, several = ground.gap * ground.share, ground.several * ground.share
    found: list[ZoneFault] = []
    if not zones:
        text = Text(f"{code} 不属于任何责任网格。", f"The cell {code} is in no zone.")
        return [ZoneFault("cell_in_no_zone", text, code, (), gap)]
    if ground.gap > TOLERANCE_MM2:
        text = Text(f"{code} 有 {gap:.1f} m² 不属于任何责任网格。", f"{gap:.1f} m² of {code} are in no zone.")
        found.append(ZoneFault("cell_partly_in_no_zone", text, code, zones, gap))
    if ground.several > TOLERANCE_MM2:
        text = Text(
            f"{code} 有 {several:.1f} m² 同属 {shown}。",
            f"{several:.1f} m² of {code} are in several zones: {shown}.",
        )
        found.append(ZoneFault("cell_in_several_zones", text, code, zones, several))
    elif len(zones) > 1:
        text = Text(f"{code} 被 {shown} 分割。", f"The cell {code} is divided between {shown}.")
        found.append(ZoneFault("cell_divided", text, code, zones))
    return found


def faults_of_zones(zones: Sequence[Zone], cells: Cells, laid: Overlay) -> list[ZoneFault]:
    """Return what is wrong with zones: no unit, several parts, retired cells, ground outside the grid."""
    found: list[ZoneFault] = []
    grid = cells.union() if any(zone.given_as == "polygon" for zone in zones) else None
    for zone, shape, retired in zip(zones, laid.shapes, laid.retired, strict=True):
        one = (zone.code,)
        if zone.unit_code is None and zone.kind not in NEEDS_VALUE:
            text = Text(f"责任网格 {zone.code} 没有责任单位。", f"The zone {zone.code} has no unit.")
            found.append(ZoneFault("zone_without_unit", text, None, one))
        parts = len(zone.geom_mm.geoms)
        if parts > 1:
            text = Text(
                f"责任网格 {zone.code} 不连通，分为 {parts} 块。",
                f"The zone {zone.code} is in {parts} parts.",
            )
            found.append(ZoneFault("zone_not_connected", text, None, one))
        if retired:
            listed = ", ".join(retired[:5]) + (" …" if len(retired) > 5 else "")
            text = Text(
                f"责任网格 {zone.code} 的 {len(retired)} 个单元网格已不在现行版本：{listed}。",
                f"{len(retired)} cells of the zone {zone.code} are not in the edition in force: {listed}.",
            )
            found.append(ZoneFault("zone_with_retired_cells", text, None, one))
        if zone.given_as == "polygon" and grid is not None:
            outside = float(shapely.area(shapely.difference(shape, grid)))
            if outside > TOLERANCE_MM2:
                m2 = outside / 1e6
                text = Text(
                    f"责任网格 {zone.code} 有 {m2:.1f} m² 在单元网格之外。",
                    f"{m2:.1f} m² of the zone {zone.code} lie outside the grid.",
                )
                found.append(ZoneFault("zone_outside_grid", text, None, one, m2))
    return found
