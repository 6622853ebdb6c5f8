"""A built grid as a vector file: all levels and, where the format has layers, the borders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.building.following import KINDS
from gridsvc.geography.building.plan import BuiltGrid
from gridsvc.geography.projection import to_degrees
from gridsvc.geography.publishing import spheroid_m2
from gridsvc.geography.rings import Geometries
from gridsvc.geography.writing import VectorLayer, format_of, write_vector_file, write_vector_layers

PLACEHOLDER_SOURCE = "占位（非官方边界） placeholder"
BUILT_SOURCE = "gridsvc area build"


def write_grid(path: Path, grid: BuiltGrid, *, overwrite: bool = False) -> list[Path]:
    """Write the four levels in lon, lat of WGS 84; return the files.

    A format with layers (.gpkg, .gdb) gets a layer a level and one of `border`; any other one layer with a
    column `level`. `area_m2` is on the spheroid, as everywhere. Raises what `write_vector_layers` raises.
    """
    shapes = {name: in_degrees(level.shapes, grid.srid) for name, level in grid.levels.items()}
    levels = {name: _columns(grid, name, shapes[name]) for name in grid.levels}
    if format_of(path).layers:
        layers = {name: VectorLayer(levels[name], shapes[name]) for name in levels}
        layers["border"] = _borders(grid)
        return write_vector_layers(path, layers, overwrite=overwrite)
    together = {
        column: [value for name in levels for value in levels[name][column]] for column in levels["cell"]
    }
    together = {
        "level": [name for name, level in grid.levels.items() for _ in level.codes],
        **together,
    }
    return write_vector_file(
        path, together, np.concatenate([shapes[name] for name in levels]), overwrite=overwrite
    )


def in_degrees(shapes: Geometries, srid: int) -> Geometries:
    """Return shapes in millimetres as lon, lat."""

    def back(xy: Any) -> Any:
        return np.column_stack(to_degrees(srid, xy[:, 0], xy[:, 1]))

    return np.asarray(shapely.transform(shapes, back), dtype=object)


def _columns(grid: BuiltGrid, name: str, degrees: Geometries) -> dict[str, list[Any]]:
    level = grid.levels[name]
    count = len(level.codes)
    compound = grid.cell_compound >= 0 if name == "cell" else np.zeros(count, dtype=bool)
    return {
        "code": list(level.codes),
        "name": list(level.names),
        "parent_code": list(level.parents),
        "area_m2": np.round(spheroid_m2(degrees), 1).tolist(),
        "compound": compound.tolist(),
        "placeholder": [level.placeholder] * count,
        "source": [PLACEHOLDER_SOURCE if level.placeholder else BUILT_SOURCE] * count,
    }


def _borders(grid: BuiltGrid) -> VectorLayer:
    """Return the borders between each two cells, one line for each thing that they follow."""
    keys = np.column_stack([grid.sides.areas, grid.follows])
    rows, which = np.unique(keys, axis=0, return_inverse=True)
    which = which.ravel()
    order = np.argsort(which, kind="stable")
    lines: Any = shapely.linestrings(grid.sides.edges[order])
    merged: Any = shapely.line_merge(shapely.multilinestrings(lines, indices=which[order]))
    codes = np.array([*grid.cells.codes, ""], dtype=object)
    return VectorLayer(
        {
            "cell": codes[rows[:, 1]].tolist(),
            "other": codes[rows[:, 0]].tolist(),
            "follows": [KINDS[k] for k in rows[:, 2]],
            "length_m": np.round(shapely.length(merged) / 1e3, 2).tolist(),
        },
        in_degrees(merged, grid.srid),
    )
