"""From the shapes of a file to the areas of an edition: degrees as given, and millimetres that decide."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.findings import Findings
from gridsvc.geography.georeference import Georeference
from gridsvc.geography.millimetres import in_millimetres
from gridsvc.geography.projection import srid_for
from gridsvc.geography.publishing import Areas
from gridsvc.geography.rings import Geometries, Rings
from gridsvc.geography.shapes import valid_polygons
from gridsvc.geography.welding import weld

_ROUNDING_MM = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The features that nothing was found against, sorted by code; shapes in the numbers of the file."""

    features: list[int]
    codes: list[str]
    names: list[str]
    parents: list[str | None]
    shapes: Geometries


def converted(
    chosen: Chosen, reference: Georeference, srid: int | None, findings: Findings
) -> tuple[Areas, list[int]]:
    """Bring shapes to degrees and to millimetres of EPSG:`srid` (None: `srid_for` their middle).

    Returns the areas and their features; what is smaller than a millimetre is refused in `findings`.
    """
    given = Rings.of(shapely.normalize(chosen.shapes))
    middle = (given.xy.min(axis=0) + given.xy.max(axis=0)) / 2
    # Borders are welded where they are straight: in the numbers of the file.
    welded = weld(given, reference.scale(float(middle[1])))
    degrees = _in_degrees(given, reference)
    geometries = degrees.geometries()
    for k in np.flatnonzero(~shapely.is_valid(geometries)):
        # Converting vertices may let edges closer than a millimetre cross.
        geometries[k] = valid_polygons(geometries[k]) or geometries[k]
    if srid is None:
        west, south, east, north = shapely.total_bounds(geometries)
        srid = srid_for((west + east) / 2, (south + north) / 2)
    geom_mm, rounded = in_millimetres(_in_degrees(welded, reference), srid)
    small = shapely.is_empty(geom_mm)
    for k in np.flatnonzero(small):
        findings.refuse(
            "too_small",
            Text("面小于一毫米，无法成图。", "The polygon is smaller than a millimetre."),
            Text("删除该要素，或检查坐标单位。", "Delete the feature, or check the unit of its coordinates."),
            features=(chosen.features[k],),
        )
    _list_changes(geom_mm, rounded, chosen, findings)
    areas = Areas(chosen.codes, chosen.names, chosen.parents, geometries, geom_mm, srid)
    return areas.subset(~small), [
        feature for feature, gone in zip(chosen.features, small, strict=True) if not gone
    ]


def _in_degrees(rings: Rings, reference: Georeference) -> Rings:
    lon, lat = reference.to_wgs84(rings.xy[:, 0].copy(), rings.xy[:, 1].copy())
    return replace(rings, xy=np.column_stack([lon, lat]))


def _list_changes(geom_mm: Geometries, rounded: Geometries, chosen: Chosen, findings: Findings) -> None:
    change = shapely.area(geom_mm) - shapely.area(rounded)
    large = np.abs(change) > _ROUNDING_MM * shapely.length(rounded)
    for k in np.flatnonzero(large & ~shapely.is_empty(geom_mm)):
        findings.repair(
            "rounding",
            Text(
                f"取整到毫米后修复了图形，面积变化 {change[k] / 1e6:+.6f} m²。",
                f"Mended after rounding to millimetres; its area changed by {change[k] / 1e6:+.6f} m².",
            ),
            features=(chosen.features[k],),
            value=chosen.codes[k],
        )
