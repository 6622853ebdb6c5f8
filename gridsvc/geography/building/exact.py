"""The outer border put back as it was given, and the last look at the grid before anybody gets it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import shapely

from gridsvc.errors import Fault, Place, Text
from gridsvc.geography.building.coverage_sides import sides_of
from gridsvc.geography.building.levels import Level
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.rings import Floats, Geometries

_NEAR_MM = 3.0
_LEAST_DIFFERENCE_M2 = 0.5


def on_exact_border(levels: dict[str, Level], exact: Geometries) -> dict[str, Level]:
    """Return levels whose outer vertices lie on the border as given, not on whole millimetres.

    Rounding moves a border of 28 km by a third of a millimetre here and there, which makes some square
    metres in all. Vertices of the border go back to where they were given, those between them onto its
    edges; `exact` are its rings in unrounded millimetres.
    """
    cells = levels["cell"].shapes
    outer = sides_of(cells)
    places = np.unique(outer.edges[outer.areas[:, 0] < 0].reshape(-1, 2), axis=0)
    moved = _onto(places, exact)
    table = {tuple(place): new for place, new in zip(places.tolist(), moved.tolist(), strict=True)}

    def back(xy: Floats) -> Floats:
        return np.array([table.get((x, y), [x, y]) for x, y in xy.tolist()]).reshape(-1, 2)

    return {
        name: replace(level, shapes=np.asarray(shapely.transform(level.shapes, back), dtype=object))
        for name, level in levels.items()
    }


def _onto(places: Floats, rings: Geometries) -> Floats:
    """Return the vertex of the rings that rounds to each place, else the nearest point of the rings."""
    points: Any = shapely.points(places)
    vertices = np.unique(shapely.get_coordinates(rings), axis=0)
    found = places.copy()
    known: Any = shapely.points(vertices)
    which, at = shapely.STRtree(known).query_nearest(points, max_distance=1.0, all_matches=False)
    found[which] = vertices[at]
    rest = np.setdiff1d(np.arange(len(places)), which)
    if len(rest):
        xy = shapely.get_coordinates(rings)
        of = shapely.get_coordinates(rings, return_index=True)[1]
        same = of[1:] == of[:-1]
        edges: Any = shapely.linestrings(np.stack([xy[:-1][same], xy[1:][same]], axis=1))
        which, at = shapely.STRtree(edges).query_nearest(
            points[rest], max_distance=_NEAR_MM, all_matches=False
        )
        on = shapely.line_interpolate_point(
            edges[at], shapely.line_locate_point(edges[at], points[rest[which]])
        )
        found[rest[which]] = shapely.get_coordinates(on)
    return found


def faults_of(levels: dict[str, Level], exact: Geometries, profile: CodeProfile) -> list[Fault]:
    """Return why a grid may not leave the house: codes, parents, polygons, coverage, the same ground."""
    found = _orphans(levels)
    ground = shapely.build_area(shapely.multilinestrings([*exact]))
    for name, level in levels.items():
        for code, shape in zip(level.codes, level.shapes, strict=True):
            fault = profile.fault(name, code)
            if fault is not None:
                found.append(Fault(fault.code, fault.message, Place(sheet=name, value=code)))
            if not shape.is_valid or (name == "cell" and shape.geom_type != "Polygon"):
                found.append(
                    Fault(
                        "bad_shape",
                        Text("图形无效或不连通。", "The shape is invalid or in pieces."),
                        Place(sheet=name, value=code),
                    )
                )
        if len(set(level.codes)) != len(level.codes):
            text = Text("编码重复。", "Codes are not unique.")
            found.append(Fault("duplicate_code", text, Place(sheet=name)))
        if not shapely.coverage_is_valid(level.shapes):
            text = Text("区域重叠或公共边不一致。", "Areas overlap or do not share their borders.")
            found.append(Fault("no_coverage", text, Place(sheet=name)))
        difference = shapely.symmetric_difference(shapely.coverage_union_all(level.shapes), ground)
        if difference.area / 1e6 > _LEAST_DIFFERENCE_M2:
            text = Text(
                f"与边界相差 {difference.area / 1e6:.2f} m²。",
                f"Differs from the boundary by {difference.area / 1e6:.2f} m².",
            )
            found.append(Fault("not_the_boundary", text, Place(sheet=name)))
    return found


def _orphans(levels: dict[str, Level]) -> list[Fault]:
    """Return the areas whose parent is not among those of the level above, which no import takes."""
    found = []
    above: set[str] = set()
    for name, level in levels.items():
        for code, parent in zip(level.codes, level.parents, strict=True):
            if parent not in (above or {""}):
                text = Text(f"没有上级区域“{parent}”。", f"There is no area {parent!r} above it.")
                found.append(Fault("unknown_parent", text, Place(sheet=name, value=code)))
        above = set(level.codes)
    return found
