"""A file of components as columns of text with shapes: vector files, tables with longitude and latitude."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.catalog.component_columns import choose_component_columns
from gridsvc.errors import Place
from gridsvc.geography import read_vector_file, to_wgs84

_TABLES = frozenset({".csv", ".txt", ".tsv", ".parquet", ".pq"})


@dataclass(frozen=True, slots=True, eq=False)
class ComponentFile:
    """Components in the order of the file.

    `fields` holds the known columns as stripped text, `other` the rest, `headers` the column of each field.
    `shapes` are shapely geometries in lon, lat of WGS 84, None where there is none. Component 0 stands in row
    `first_row` of the file.
    """

    file: str
    layer: str | None
    first_row: int
    headers: Mapping[str, str]
    fields: Mapping[str, list[str]]
    other: Mapping[str, list[str]]
    shapes: NDArray[Any]

    def __len__(self) -> int:
        return len(self.shapes)

    def place(self, k: int, field: str | None = None) -> Place:
        """Return where component `k`, or one field of it, stands."""
        if field is None or field not in self.headers:
            return Place(self.file, self.layer, self.first_row + k)
        value = self.fields[field][k][:200]
        return Place(self.file, self.layer, self.first_row + k, self.headers[field], value)


def read_components(
    path: Path, given: Mapping[str, str], *, datum: str | None, layer: str | None
) -> ComponentFile:
    """Read an inventory; `given` maps fields to columns, `datum` says what longitude and latitude mean.

    Raises as `read_vector_file`, `read_text_table` and `choose_component_columns` do.
    """
    if path.suffix.lower() in _TABLES:
        return _read_table(path, given, datum or "wgs84")
    file = read_vector_file(path, datum=datum, layer=layer)
    headers = choose_component_columns(file.file, list(file.columns), given, with_place=False)
    return _divided(file.file, file.layer, 1, headers, file.columns, file.geometries)


def _read_table(path: Path, given: Mapping[str, str], datum: str) -> ComponentFile:
    from gridsvc.tabular import numbers, read_text_table

    table = read_text_table(path)
    headers = choose_component_columns(path.name, table.column_names, given, with_place=True)
    lon, lat = (numbers(table[headers[field]])[0] for field in ("lon", "lat"))
    # What is no number, and what can be no degree, is no place: each row is then refused by itself.
    good = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    shapes = np.full(len(lon), None, dtype=object)
    shapes[good] = shapely.points(*to_wgs84(datum, lon[good], lat[good]))
    columns = {
        name: [(value or "").strip() for value in table[name].to_pylist()] for name in table.column_names
    }
    return _divided(path.name, None, 2, headers, columns, shapes)


def _divided(
    file: str,
    layer: str | None,
    first_row: int,
    headers: Mapping[str, str],
    columns: Mapping[str, list[str]],
    shapes: NDArray[Any],
) -> ComponentFile:
    # The cell is checked and kept as the file says it; a place that became a shape is not kept twice.
    own = {name for field, name in headers.items() if field != "cell"}
    return ComponentFile(
        file,
        layer,
        first_row,
        headers,
        {field: columns[name] for field, name in headers.items()},
        {name: values for name, values in columns.items() if name not in own},
        shapes,
    )
