"""Editions of areas as a vector file: one level or the whole tree, in any format, system and datum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import Text, WrongUsage
from gridsvc.geography.datum import check_datum, from_wgs84
from gridsvc.geography.editions import AreaEdition, editions, validity
from gridsvc.geography.rings import Geometries
from gridsvc.geography.writing import VectorLayer, format_of, write_vector_layers

_SHIFTED = ("gcj02", "bd09")


@dataclass(frozen=True, slots=True)
class AreaExport:
    """What was written: the files, and how many areas of which edition."""

    files: tuple[Path, ...]
    areas: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"files": [str(file) for file in self.files], "areas": dict(self.areas)}


def export_areas(
    connection: Connection,
    path: Path,
    chosen: Sequence[AreaEdition],
    *,
    zone: tzinfo,
    srid: int = 4326,
    datum: str = "wgs84",
    overwrite: bool = False,
    encoding: str | None = None,
) -> AreaExport:
    """Write editions, one of a level each, to one file: a layer for each level where the format has layers.

    Columns: `code, name, parent_code, level, edition, effective_from, effective_to, withdrawn_at,
    area_m2` (m² on the spheroid; dates in `zone`; blank: from ever, until further notice). An edition
    that was withdrawn is never in force, and has no end of its own. In GCJ-02 or BD-09 the file declares
    no system, so that nobody can take it for WGS 84 unawares: a column `datum` says what it is, and so does
    the name of each layer. Raises what `write_vector_file` raises, and `WrongUsage` (`datum_and_srid`).
    """
    check_datum(datum)
    shifted = datum in _SHIFTED
    if shifted and srid != 4326:
        raise WrongUsage(
            "datum_and_srid",
            Text(
                f"{datum} 只能写成经纬度，不能投影。", f"{datum} is written as lon/lat only, never projected."
            ),
            remedy=Text("去掉 --crs 或 --datum。", "Drop --crs or --datum."),
        )
    periods = validity(editions(connection))
    layers = {
        edition.level: _layer(connection, edition, periods.get(edition.id, (None, None))[1], zone)
        for edition in chosen
    }
    counts = {edition.name: len(layers[edition.level].geometries) for edition in chosen}
    if shifted:
        layers = {f"{level}_{datum}": _in_datum(layer, datum) for level, layer in layers.items()}
    if len(layers) > 1 and not format_of(path).layers:
        layers = {path.stem: _together(list(layers.values()))}
    written = write_vector_layers(
        path, layers, srid=None if shifted else srid, overwrite=overwrite, encoding=encoding
    )
    return AreaExport(tuple(written), counts)


def _layer(connection: Connection, edition: AreaEdition, until: datetime | None, zone: tzinfo) -> VectorLayer:
    rows = connection.execute(_AREAS, {"edition_id": edition.id}).all()
    since, withdrawn = edition.effective_from, edition.withdrawn_at
    columns: dict[str, Sequence[Any]] = {
        "code": [row.code for row in rows],
        "name": [row.name for row in rows],
        "parent_code": [row.parent_code for row in rows],
        "level": [edition.level] * len(rows),
        "edition": [edition.name] * len(rows),
        "effective_from": [None if since is None else since.astimezone(zone)] * len(rows),
        "effective_to": [None if until is None else until.astimezone(zone)] * len(rows),
        "withdrawn_at": [None if withdrawn is None else withdrawn.astimezone(zone)] * len(rows),
        "area_m2": [row.area_m2 for row in rows],
    }
    shapes = shapely.from_wkb([bytes(row.shape) for row in rows])
    # As it was given: one polygon is no multipolygon of one.
    single = shapely.get_num_geometries(shapes) == 1
    shapes[single] = shapely.get_geometry(shapes[single], 0)
    return VectorLayer(columns, shapes)


_AREAS = text(
    "SELECT code, name, parent_code, area_m2, ST_AsBinary(geom) AS shape"
    ' FROM area WHERE edition_id = :edition_id ORDER BY code COLLATE "C"'
)


def _in_datum(layer: VectorLayer, datum: str) -> VectorLayer:
    shapes: Geometries = np.asarray(
        shapely.transform(layer.geometries, lambda xy: np.column_stack(from_wgs84(datum, xy[:, 0], xy[:, 1])))
    )
    return VectorLayer({**layer.columns, "datum": [datum] * len(shapes)}, shapes)


def _together(layers: Sequence[VectorLayer]) -> VectorLayer:
    columns = {
        name: [value for layer in layers for value in layer.columns[name]] for name in layers[0].columns
    }
    return VectorLayer(columns, [shape for layer in layers for shape in layer.geometries])
