"""Where two boundary roads run along each other: ground for which both would say who keeps it.

Corridors that only cross share the corner of a crossing, and there the nearer centre line has each place
(`responsibility.corridors`): that contradicts nothing. Roads whose lines run the same way, one in the
other's corridor, are the same road twice.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

_SAME_WAY = 0.5
"""The sine of 30°: lines at a greater angle cross."""
_STEP_M = 4.0
_HALF_WIDTHS = 2.0
"""They may run along each other as far as a crossing is wide: nobody draws the end of a section better."""


def contested(one: Any, one_half_m: float, other: Any, other_half_m: float) -> Any | None:
    """Return the part of one of two lines (metres) that runs along the other in its corridor; None: no more
    than at a crossing.

    Half widths in metres; a corridor ends square at the ends of its line. More than at a crossing is longer
    than the corridor is wide, or than half of the line.
    """
    if shapely.distance(one, other) > max(one_half_m, other_half_m):
        return None
    for line, ground, half_m in ((one, other, other_half_m), (other, one, one_half_m)):
        along = _along(line, ground, half_m)
        if along is not None and along.length > min(line.length / 2, _HALF_WIDTHS * half_m):
            return along
    return None


def _along(line: Any, ground: Any, half_m: float) -> Any | None:
    """Return what of a line lies in the corridor of another and goes its way, forwards or backwards."""
    inside = shapely.intersection(line, shapely.buffer(ground, half_m, cap_style="flat"))
    parts = shapely.segmentize(shapely.get_parts(inside), _STEP_M)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    together = part[1:] == part[:-1]
    start, end = xy[:-1][together], xy[1:][together]
    if not len(start):
        return None
    at = shapely.line_locate_point(ground, shapely.points((start + end) / 2))
    before = shapely.line_interpolate_point(ground, np.maximum(at - 1.0, 0.0))
    behind = shapely.line_interpolate_point(ground, np.minimum(at + 1.0, ground.length))
    way, its = end - start, shapely.get_coordinates(behind) - shapely.get_coordinates(before)
    sine = np.abs(way[:, 0] * its[:, 1] - way[:, 1] * its[:, 0])
    same = sine < _SAME_WAY * np.hypot(*way.T) * np.hypot(*its.T)
    if not same.any():
        return None
    pieces = np.stack([start[same], end[same]], axis=1)
    return shapely.line_merge(shapely.MultiLineString(pieces.tolist()))
