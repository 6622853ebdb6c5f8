"""Layers as arrays: what an atlas is built from."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.editions import AreaEdition, editions


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """One edition with its areas, sorted by code (by code point, as Python sorts text).

    `geom_mm` holds shapely multipolygons whose coordinates are whole millimetres (x east, y north) in the
    projected system EPSG:`srid`: the geometry that decides.
    """

    edition_id: int
    name: str
    level: str
    effective_from: datetime | None
    rules: CodeProfile
    srid: int
    codes: list[str]
    names: list[str]
    parent_codes: list[str | None]
    geom_mm: npt.NDArray[Any]
    digest: str = ""
    """Of the edition's content: two installations may give one id to different areas."""

    @property
    def profile(self) -> str:
        """The name of the code profile."""
        return self.rules.name

    @property
    def key(self) -> tuple[int, str]:
        """What two layers share exactly when they hold the same areas."""
        return self.edition_id, self.digest


def load_layers(connection: Connection) -> list[Layer]:
    """Return every edition that is not withdrawn, from the highest level to cells, each level by date."""
    return [_load(connection, edition) for edition in editions(connection)]


def load_layer(connection: Connection, edition_id: int) -> Layer:
    """Return one edition with its areas; raises `KeyError` when there is none of that id."""
    for edition in editions(connection, withdrawn=True):
        if edition.id == edition_id:
            return _load(connection, edition)
    raise KeyError(edition_id)


# COLLATE "C": the database may sort text by a language, Python sorts by code point.
_AREAS = text(
    "SELECT code, name, parent_code, ST_AsBinary(geom_mm) FROM area"
    ' WHERE edition_id = :edition_id ORDER BY code COLLATE "C"'
)


def _load(connection: Connection, edition: AreaEdition) -> Layer:
    rows = connection.execute(_AREAS, {"edition_id": edition.id}).all()
    geometries = np.empty(len(rows), dtype=object)
    if rows:
        geometries[:] = shapely.from_wkb([bytes(row[3]) for row in rows])
    return Layer(
        edition_id=edition.id,
        name=edition.name,
        level=edition.level,
        effective_from=edition.effective_from,
        rules=edition.rules,
        srid=edition.srid,
        codes=[row[0] for row in rows],
        names=[row[1] for row in rows],
        parent_codes=[row[2] for row in rows],
        geom_mm=geometries,
        digest=edition.digest,
    )
