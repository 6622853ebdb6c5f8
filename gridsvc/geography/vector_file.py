"""A vector file of any kind of features, lines and points included, in degrees of WGS 84."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.column_text import TextColumns
from gridsvc.geography.findings import Findings, faults
from gridsvc.geography.georeference import check_places, georeference
from gridsvc.geography.reading import declared_crs, find_column, read_table
from gridsvc.geography.rings import Geometries


@dataclass(frozen=True, slots=True, eq=False)
class VectorFile:
    """The features of one layer in the order of the file; row n of the file is feature n, from 1.

    `columns` holds every attribute as stripped text, nothing as ''; asking for one raises `InputRefused`
    (`number_rounded`) when it is of floating-point numbers that cannot be told apart. `geometries` are
    two-dimensional shapely geometries of any type in lon, lat of WGS 84; None where the file has none.
    """

    file: str
    layer: str | None
    columns: Mapping[str, list[str]]
    geometries: Geometries

    def __len__(self) -> int:
        return len(self.geometries)

    def column(self, name: str) -> list[str]:
        """Return a column, without regard to case; raises `InputRefused` (`unknown_column`)."""
        names = list(self.columns)
        return self.columns[names[find_column(Path(self.file), names, name)]]

    def first_of(self, names: Sequence[str]) -> list[str] | None:
        """Return the first column that bears one of `names`, without regard to case; None when none does."""
        known = {name.casefold(): name for name in self.columns}
        found = next((known[name.casefold()] for name in names if name.casefold() in known), None)
        return None if found is None else self.columns[found]


def read_vector_file(path: Path, *, datum: str | None = None, layer: str | None = None) -> VectorFile:
    """Read a layer with all its columns; GCJ-02 and BD-09 (`datum`) are converted at every vertex.

    Raises `InputRefused`: what `reading.read_table` and `georeference` raise, `no_geometry`, and
    `swapped_axes` or `wrong_crs` when the numbers cannot be what the file declares.
    """
    table = read_table(path, layer)
    if table.shapes is None or not any(shape is not None for shape in table.shapes):
        raise InputRefused(
            "no_geometry",
            Text("文件没有几何图形。", "The file has no geometry."),
            remedy=Text("给出带图形的矢量文件。", "Give a vector file with geometry."),
            place=Place(file=path.name),
        )
    reference = georeference(declared_crs(path, table), datum, path.name)
    # What is no geometry at all is None, as where the file has none: whoever needs it names the feature.
    given = shapely.force_2d(shapely.from_wkb(table.shapes, on_invalid="ignore"))
    findings = Findings(path.name, table.layer)
    check_places(reference, shapely.bounds(given), np.empty((0, 4)), findings)
    if findings.refused:
        raise InputRefused(
            "places_refused",
            Text("坐标不可信，未导入任何要素。", "The coordinates cannot be right; nothing was imported."),
            place=Place(file=path.name, sheet=table.layer),
            faults=faults(findings.refused),
        )
    geometries = np.array(
        shapely.transform(
            given, lambda xy: np.column_stack(reference.to_wgs84(xy[:, 0].copy(), xy[:, 1].copy()))
        ),
        dtype=object,
    )
    columns = TextColumns(table.columns, table.values, file=path.name, layer=table.layer)
    return VectorFile(path.name, table.layer, columns, geometries)
