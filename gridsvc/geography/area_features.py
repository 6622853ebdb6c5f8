"""The features of a vector file that are to become areas: codes, names, parents and shapes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt
import pyproj

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.reading import VectorTable, declared_crs, texts_of


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """The features of one layer in the order of the file; `shapes` is WKB (None: no geometry).

    `names` and `parents` are None when no such column was asked for. Coordinates are x (east, longitude)
    before y (north, latitude), whatever the axis order of `crs` says. `numbers`: those in the file, from 1.
    """

    layer: str | None
    codes: list[str]
    names: list[str] | None
    parents: list[str] | None
    shapes: npt.NDArray[Any]
    crs: pyproj.CRS | None
    numbers: list[int]


def features_of(
    path: Path,
    table: VectorTable,
    *,
    code_column: str,
    name_column: str | None = None,
    parent_column: str | None = None,
) -> Features:
    """Return the features of a table that was read, its codes, names and parents as text.

    Column names are found without regard to case when only one fits. Raises `InputRefused`
    (`unknown_column`, `number_rounded`, `no_geometry`, `no_areas`).
    """
    wanted = [column for column in (code_column, name_column, parent_column) if column is not None]
    if table.shapes is None or not len(table.shapes):
        message = (
            ("no_geometry", Text("文件没有几何图形。", "The file has no geometry."))
            if table.shapes is None
            else ("no_areas", Text("文件中没有任何要素。", "The file has no features."))
        )
        raise InputRefused(
            *message,
            remedy=Text("给出带面要素的矢量文件。", "Give a vector file with polygons."),
            place=Place(file=path.name),
        )
    texts = {column: texts_of(path, table, column) for column in set(wanted)}
    return Features(
        layer=table.layer,
        codes=texts[code_column],
        names=None if name_column is None else texts[name_column],
        parents=None if parent_column is None else texts[parent_column],
        shapes=table.shapes,
        crs=declared_crs(path, table),
        numbers=table.numbers or list(range(1, len(table.shapes) + 1)),
    )
