"""The level above that a layer is held against: from the database or from a file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from gridsvc.geography.checking.layers import read_layer
from gridsvc.geography.editions import LEVELS, areas_in_force
from gridsvc.geography.layers import load_layer
from gridsvc.geography.outlines import outlines_in_system
from gridsvc.geography.profiles import code_profile
from gridsvc.geography.rings import Geometries


@dataclass(frozen=True, slots=True, eq=False)
class Parents:
    """Areas of `level` in millimetres of EPSG:`srid`; `label` says which file or edition they are."""

    label: str
    level: str
    codes: list[str]
    names: list[str]
    geom_mm: Geometries
    srid: int


def parents_in_force(connection: Connection, level: str, at: datetime) -> Parents | None:
    """Return the nearest level above `level` that is in force at `at`, None when there is none."""
    for above in reversed(LEVELS[: LEVELS.index(level)]):
        edition = areas_in_force(connection, above, at)
        if edition is not None:
            layer = load_layer(connection, edition.id)
            return Parents(layer.name, above, layer.codes, layer.names, layer.geom_mm, layer.srid)
    return None


def parents_from_file(
    path: Path, *, level: str, code_column: str | None, datum: str | None = None, layer: str | None = None
) -> Parents:
    """Return the areas of a file as the level above; raises `InputRefused` as `read_layer` does."""
    read = read_layer(
        path, level=level, rules=code_profile("free"), code_column=code_column, datum=datum, layer=layer
    ).layer
    label = path.name if layer is None else f"{path.name}:{layer}"
    return Parents(label, level, read.codes, read.names, read.geom_mm, read.srid)


def in_system(parents: Parents, srid: int) -> Parents:
    """Return parents in millimetres of EPSG:`srid`."""
    if parents.srid == srid:
        return parents
    return replace(parents, geom_mm=outlines_in_system(parents.geom_mm, parents.srid, srid), srid=srid)
