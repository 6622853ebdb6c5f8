"""Polygons that are no partition (zones, compounds): checked, and brought to the millimetres that decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.findings import Findings
from gridsvc.geography.millimetres import in_millimetres
from gridsvc.geography.projection import srid_for, to_degrees
from gridsvc.geography.rings import Geometries, Rings, multipolygons
from gridsvc.geography.shapes import read_shapes


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Multipolygons in degrees of WGS 84 and in whole millimetres of EPSG:`srid`; None where refused.

    `srid` is 0 when none was named and everything was refused.
    """

    geometries: Geometries
    geom_mm: Geometries
    srid: int


def read_outlines(
    given: Geometries, findings: Findings, *, srid: int | None = None, repair: bool = False
) -> Outlines:
    """Check polygons in degrees of WGS 84 one by one and return them with their millimetres.

    `given` are shapely geometries of any type, None where the file has none. What is missing, empty, no
    polygon or invalid is refused in `findings` (or mended with `repair`), and what is smaller than a
    millimetre. `srid`: the projected system; by default `srid_for` the middle of all.
    """
    shapes = read_shapes(np.array(shapely.to_wkb(given), dtype=object), findings, repair=repair)
    there = np.flatnonzero([shape is not None for shape in shapes])
    geometries: Geometries = np.full(len(shapes), None, dtype=object)
    geom_mm: Geometries = np.full(len(shapes), None, dtype=object)
    if not len(there):
        return Outlines(geometries, geom_mm, srid or 0)
    if srid is None:
        west, south, east, north = shapely.total_bounds(shapes[there])
        srid = srid_for((west + east) / 2, (south + north) / 2)
    geometries[there] = multipolygons(shapely.normalize(shapes[there]))
    geom_mm[there] = in_millimetres(Rings.of(geometries[there]), srid)[0]
    for k in there[shapely.is_empty(geom_mm[there])]:
        geometries[k] = geom_mm[k] = None
        findings.refuse(
            "too_small",
            Text("面小于一毫米，无法成图。", "The polygon is smaller than a millimetre."),
            Text("删除该要素，或检查坐标单位。", "Delete the feature, or check the unit of its coordinates."),
            features=(int(k),),
        )
    return Outlines(geometries, geom_mm, srid)


def outlines_in_degrees(geom_mm: Geometries, srid: int) -> Geometries:
    """Return multipolygons in degrees of WGS 84 of those in millimetres of EPSG:`srid`."""
    return np.asarray(
        shapely.transform(
            geom_mm, lambda xy: np.column_stack(to_degrees(srid, *xy.T.astype(np.int64))), include_z=False
        ),
        dtype=object,
    )


def outlines_in_system(geom_mm: Geometries, srid: int, other: int) -> Geometries:
    """Return multipolygons in millimetres of EPSG:`other` of those in EPSG:`srid`."""
    if srid == other:
        return geom_mm
    return in_millimetres(Rings.of(outlines_in_degrees(geom_mm, srid)), other)[0]
