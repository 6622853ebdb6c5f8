"""What was built, in numbers: for the terminal, for JSON, and for the page."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gridsvc.geography.building.following import BOUNDARY, KINDS, ROAD, RULE, lengths_m
from gridsvc.geography.building.plan import BuiltGrid, Wish
from gridsvc.geography.building.sources import Sources
from gridsvc.geography.building.writing import in_degrees
from gridsvc.geography.publishing import spheroid_m2

_STEPS_M2 = (0, 3_000, 5_000, 8_000, 12_000, 15_000, 20_000, 30_000)


def summary(grid: BuiltGrid, sources: Sources, wish: Wish) -> dict[str, Any]:
    """Return plain values; lengths in metres, areas in m², shares from 0 to 1.

    `borders`: metres by what they follow, each border between two cells once. `road_share` is that of
    roads among the inner borders. Areas are on the spheroid. Shapes are 4πA/P² of cells: 0.785 for a square.
    """
    shapes = grid.cells.shapes
    plane, around = shapely.area(shapes) / 1e6, shapely.length(shapes) / 1e3
    area = spheroid_m2(in_degrees(shapes, grid.srid))
    # The grid was built in the plane, and is held against what was wished for there.
    within = (plane >= wish.smallest_m2) & (plane <= wish.largest_m2)
    borders = lengths_m(grid.sides, grid.follows)
    inner = sum(length for kind, length in borders.items() if kind != BOUNDARY)
    compact = 4 * np.pi * plane / around**2
    steps = [step for step in _STEPS_M2 if step < area.max()]
    counts = np.histogram(area, [*steps, np.inf])[0].tolist()
    return {
        "srid": grid.srid,
        "district": grid.levels["district"].codes[0],
        "counts": {name: len(level.codes) for name, level in grid.levels.items()},
        "placeholders": list(grid.placeholders),
        "area_m2": round(float(area.sum()), 1),
        "difference_m2": round(float(abs(plane.sum() - _ground_m2(sources))), 3),
        "cells": {
            "within": int(within.sum()),
            "share_within": round(float(within.mean()), 4),
            "smallest_m2": round(float(area.min()), 1),
            "median_m2": round(float(np.median(area)), 1),
            "mean_m2": round(float(area.mean()), 1),
            "largest_m2": round(float(area.max()), 1),
            "limits_m2": [wish.smallest_m2, wish.target_m2, wish.largest_m2],
            "histogram_m2": [{"from": low, "cells": n} for low, n in zip(steps, counts, strict=True)],
            "median_shape": round(float(np.median(compact)), 3),
            "worst_shape": round(float(compact.min()), 3),
        },
        "borders": {
            **borders,
            "inner_m": round(inner, 1),
            "road_share": round(borders[ROAD] / inner, 4) if inner else 0.0,
            "rule_share": round(borders[RULE] / inner, 4) if inner else 0.0,
        },
        "cells_without_road": _without_road(grid),
        "roads": {
            "links": sources.roads.given,
            "length_m": round(sources.roads.given_m, 1),
            "left_out": sources.roads.left_out,
            "centre_lines_m": round(float(shapely.length(grid.lines.roads).sum()) / 1e3, 1),
            "prolonged_m": round(float(shapely.length(grid.lines.prolonged).sum()) / 1e3, 1),
        },
        "compounds": {
            "given": len(sources.compounds),
            "cells": int((grid.cell_compound >= 0).sum()),
        },
        "former": None if grid.renumbering is None else grid.renumbering.as_dict(),
        "files": sources.files,
        "doubts": [fault.as_dict() for fault in grid.doubts],
    }


def _ground_m2(sources: Sources) -> float:
    return float(shapely.build_area(shapely.multilinestrings([*sources.exact])).area) / 1e6


def _without_road(grid: BuiltGrid) -> int:
    """Count the cells of which no border follows a road."""
    with_road = np.unique(grid.sides.areas[grid.follows == KINDS.index(ROAD)])
    return len(grid.cells.codes) - int((with_road >= 0).sum())
