"""Layers drawn for the tests: squares in metres at a place in Xi'an, jittered grids, vector files."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import shapely

from gridsvc.geography import Layer, code_profile

# CGCS2000 / 3-degree Gauss-Krüger 108 E: metres from here are what the tests draw in.
SRID = 4545
ORIGIN = (588_000.0, 3_790_000.0)
COMMUNITY = "610103001001"

_to_degrees = pyproj.Transformer.from_crs(SRID, 4326, always_xy=True)


def square(x: float, y: float, width: float = 100.0, height: float = 100.0) -> shapely.Polygon:
    """A rectangle with its lower left corner x, y metres from the origin."""
    return shapely.box(x, y, x + width, y + height)


def projected(shapes: Sequence[Any]) -> list[Any]:
    """Drawn shapes in metres of EPSG:4545."""
    return [None if shape is None else shapely.transform(shape, lambda xy: xy + ORIGIN) for shape in shapes]


def degrees(shapes: Sequence[Any], digits: int = 10) -> list[Any]:
    """Drawn shapes in degrees, rounded as files are."""

    def convert(xy: Any) -> Any:
        return np.round(np.column_stack(_to_degrees.transform(xy[:, 0], xy[:, 1])), digits)

    return [None if shape is None else shapely.transform(shape, convert) for shape in projected(shapes)]


def cell_codes(count: int) -> list[str]:
    """Standard codes of the first cells of one community."""
    return [f"{COMMUNITY}{k + 1:03d}" for k in range(count)]


def jittered(columns: int, rows: int, shifts: Any, step: float = 100.0) -> list[shapely.Polygon]:
    """A partition into quadrangles; `shifts` (columns + 1, rows + 1, 2) moves the corners, in metres."""
    x, y = np.meshgrid(np.arange(columns + 1) * step, np.arange(rows + 1) * step, indexing="ij")
    corners = np.stack([x, y], axis=-1) + shifts
    return [
        shapely.Polygon([corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]])
        for i in range(columns)
        for j in range(rows)
    ]


def layer(
    areas: Sequence[tuple[str, Any]],
    *,
    names: Mapping[str, str] | None = None,
    parents: Mapping[str, str] | None = None,
    profile: str = "gbt",
) -> Layer:
    """A layer of cells: codes and drawn shapes."""
    codes = [code for code, _ in areas]
    shapes = np.empty(len(areas), object)
    shapes[:] = [shapely.transform(shape, lambda xy: np.rint((xy + ORIGIN) * 1000)) for _, shape in areas]
    return Layer(
        edition_id=1,
        name="edition",
        level="cell",
        effective_from=None,
        rules=code_profile(profile),
        srid=SRID,
        codes=codes,
        names=[(names or {}).get(code, code) for code in codes],
        parent_codes=[(parents or {}).get(code) for code in codes],
        geom_mm=shapes,
    )


def write(
    path: Path,
    shapes: Sequence[Any],
    *,
    crs: str | None = "EPSG:4326",
    encoding: str | None = None,
    **columns: Any,
) -> Path:
    """Write a vector file of the format that the suffix names and return its path."""
    fields = list(columns)
    values = [np.asarray(columns[name], dtype=None if _numeric(columns[name]) else object) for name in fields]
    wkb = np.array([None if shape is None else shapely.to_wkb(shape) for shape in shapes], dtype=object)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a layer without a system is what some tests want
        pyogrio.raw.write(
            path,
            wkb,
            values,
            fields,
            geometry_type="Unknown" if path.suffix != ".shp" else "Polygon",
            crs=crs,
            encoding=encoding,
        )
    return path


def _numeric(values: Sequence[Any]) -> bool:
    return all(isinstance(value, int | float) for value in values)
