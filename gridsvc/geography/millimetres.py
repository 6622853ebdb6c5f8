"""The geometry that decides: whole millimetres in a projected system (assignment.md section 1, rule 1)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely

from gridsvc.geography.projection import to_millimetres
from gridsvc.geography.rings import Geometries, Rings
from gridsvc.geography.shapes import polygon_parts, valid_polygons
from gridsvc.geography.welding import weld

_MOST_ROUNDS = 4


def in_millimetres(rings: Rings, srid: int) -> tuple[Geometries, Geometries]:
    """Project rings in degrees of WGS 84 and return (geometry, rounded).

    `rounded` has each vertex rounded half to even and nothing else. In `geometry` vertices and edges less
    than a millimetre apart are one (see `weld`), and what rounding made invalid is valid again, on the same
    lattice; an area smaller than the lattice comes out empty.
    """
    points, which = np.unique(_pairs(rings), return_inverse=True)
    x, y = to_millimetres(srid, points.real.copy(), points.imag.copy())
    rings = replace(rings, xy=np.column_stack([x, y]).astype(np.float64)[which])
    rounded = rings.geometries()
    welded = weld(rings)
    for _ in range(_MOST_ROUNDS):
        geometries = welded.geometries()
        if not _mend(geometries):
            return shapely.normalize(geometries), rounded
        # A mended ring may have got vertices that its neighbours lack.
        welded = weld(Rings.of(geometries))
    geometries = welded.geometries()
    _mend(geometries)
    return shapely.normalize(geometries), rounded


def _mend(geometries: Geometries) -> bool:
    """Make invalid geometries valid on the lattice, in place; return whether there were any."""
    invalid = np.flatnonzero(~shapely.is_valid(geometries))
    for index in invalid:
        geometries[index] = on_lattice(geometries[index])
    return len(invalid) > 0


def on_lattice(shape: shapely.MultiPolygon | shapely.Polygon) -> shapely.MultiPolygon:
    """Return the polygons of a shape with whole coordinates, valid; empty when it is too small."""
    mended = valid_polygons(shape)
    if mended is not None:
        # Rounds, nodes again where rounding made edges cross, and drops what collapsed.
        mended = polygon_parts(shapely.set_precision(mended, 1.0))
    if mended is None:
        return shapely.MultiPolygon()
    parts = [mended] if mended.geom_type == "Polygon" else list(mended.geoms)
    return shapely.MultiPolygon(parts)


def _pairs(rings: Rings) -> np.ndarray[tuple[int], np.dtype[np.complex128]]:
    return np.ascontiguousarray(rings.xy).view(np.complex128)[:, 0]
