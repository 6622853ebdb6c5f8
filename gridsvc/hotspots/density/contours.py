"""Contours of a raster density: nested, valid areas of what is at least so dense, cut at the border."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.density.planar import RasterDensity

Floats = NDArray[np.float64]

MOST_LEVELS = 6


def head_tail_levels(values: Floats, most: int = MOST_LEVELS) -> tuple[float, ...]:
    """Return levels by head/tail breaks: the mean, the mean of what is above it, and so on (Jiang 2013).

    `values`: densities inside the area, NaN outside. Zero takes no part, so the lowest level is the mean of
    where there is something at all. It ends when the head is no longer a minority (40 %).
    """
    head = values[np.isfinite(values) & (values > 0)]
    levels: list[float] = []
    while len(head) > 1 and len(levels) < most:
        mean = float(head.mean())
        above = head[head > mean]
        if not len(above) or (levels and len(above) > 0.4 * len(head)):
            break
        levels.append(mean)
        head = above
    return tuple(levels)


def checked_levels(levels: Sequence[float]) -> tuple[float, ...]:
    """Return levels of a fixed scale; raises InputRefused (`bad_levels`) unless rising, finite, above 0."""
    given = tuple(float(level) for level in levels)
    rising = all(low < high for low, high in pairwise(given))
    if rising and all(np.isfinite(level) and level > 0 for level in given):
        return given
    raise InputRefused(
        "bad_levels",
        Text("等值线的值应为递增的正数。", "contour levels must be positive and rise."),
        place=Place(column="levels", value=", ".join(f"{level:g}" for level in given)),
        remedy=Text("例如：10,50,100。", "For instance 10,50,100."),
    )


def contour_areas(density: RasterDensity, levels: Sequence[float], area: Any) -> list[tuple[float, Any]]:
    """Return (level, MultiPolygon) of where the density is at least `level`, from the lowest level up.

    The areas are valid, each lies within the one before, holes are holes, and all are cut at the border of
    `area` (shapely, the system of the raster, metres). A level that is reached nowhere is left out.
    """
    from contourpy import FillType, contour_generator
    from scipy.ndimage import distance_transform_edt

    if not len(levels):
        return []
    values = density.values
    # Beyond the border the nearest pixel inside goes on, so that a contour ends at the border, not before it.
    outside = np.isnan(values)
    if outside.all():
        return []
    nearest = distance_transform_edt(outside, return_distances=False, return_indices=True)
    filled = np.pad(values[tuple(nearest)], 1, mode="edge")
    rows, columns = filled.shape
    x = density.west_m + (np.arange(columns) - 0.5) * density.step_m
    y = density.north_m - (np.arange(rows) - 0.5) * density.step_m
    generator = contour_generator(x=x, y=y, z=filled, fill_type=FillType.OuterOffset)
    top = float(filled.max())
    found: list[tuple[float, Any]] = []
    within = area
    for level in checked_levels(levels):
        if level > top:
            break
        points, offsets = generator.filled(np.nextafter(level, 0), np.nextafter(top, np.inf))[:2]
        rings = [_polygon(np.asarray(a), np.asarray(b)) for a, b in zip(points, offsets, strict=True)]
        shape = shapely.union_all(rings)
        # Cutting at the contour below keeps them nested where rounding would let lines cross.
        within = _areal(shapely.intersection(shape, within))
        if within.is_empty:
            break
        found.append((level, within))
    return found


def _polygon(points: Floats, offsets: NDArray[np.integer]) -> Any:
    rings = [points[start:stop] for start, stop in pairwise(offsets)]
    return shapely.make_valid(shapely.Polygon(rings[0], rings[1:]))


def _areal(shape: Any) -> shapely.MultiPolygon:
    """Return the polygons of a shape as one multipolygon."""
    # Twice: what is made valid may be a collection with a multipolygon in it.
    parts = shapely.get_parts(shapely.get_parts(shapely.make_valid(shape)))
    return shapely.MultiPolygon([part for part in parts if part.geom_type == "Polygon" and part.area > 0])
