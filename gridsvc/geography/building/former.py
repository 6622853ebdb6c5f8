"""The grid that a new one follows: unchanged cells keep their codes, and no code is given a second time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection

from gridsvc.geography.checking.upper import in_system, parents_from_file
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.editions import areas_in_force, codes_ever_used
from gridsvc.geography.hierarchy import level_layers
from gridsvc.geography.layers import load_layer
from gridsvc.geography.numbering import numbered
from gridsvc.geography.outlines import outlines_in_system
from gridsvc.geography.rings import Geometries

_MM = 0.001
_SAME_MM = 50.0  # borders that differ by this much on average are one and the same border


@dataclass(frozen=True, slots=True, eq=False)
class Former:
    """Cells in force before, in millimetres of the new grid's system, and every code that was ever used.

    `label` names the edition or the file.
    """

    label: str
    codes: list[str]
    shapes: Geometries
    used: frozenset[str]


@dataclass(frozen=True, slots=True)
class Renumbering:
    """How many cells kept their former codes, and how many used codes of their communities no cell bears."""

    label: str
    kept: int
    passed_over: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {"against": self.label, "kept": self.kept, "passed_over": self.passed_over}


def former_in_database(connection: Connection, srid: int, at: datetime) -> Former | None:
    """Return the cells in force at `at` with the codes of all editions; None when no cell was ever loaded."""
    used = codes_ever_used(connection, "cell")
    if not used:
        return None
    edition = areas_in_force(connection, "cell", at)
    if edition is None:
        return Former("database", [], np.empty(0, dtype=object), frozenset(used))
    layer = load_layer(connection, edition.id)
    shapes = outlines_in_system(layer.geom_mm, layer.srid, srid)
    return Former(layer.name, layer.codes, shapes, frozenset(used))


def former_in_file(path: Path, srid: int, *, code_column: str) -> Former:
    """Return the cells of a file (its layer of cells, if it has several); raises as `read_layer` does."""
    read = parents_from_file(
        path, level="cell", code_column=code_column, layer=level_layers(path).get("cell")
    )
    return Former(read.label, read.codes, in_system(read, srid).geom_mm, frozenset(read.codes))


def renumbered(
    cells: Geometries, above: Sequence[str], profile: CodeProfile, former: Former | None
) -> tuple[list[str], Renumbering | None]:
    """Return a code for each cell, in millimetres, of the community `above`.

    A cell with the ground of a former one of its community keeps that one's code. The others are numbered by
    the rule, past every code that was used, unless the profile allows to use them again. Raises as
    `numbered` does.
    """
    if former is None:
        return numbered(cells, above, profile, unit_m=_MM), None
    codes = _kept(cells, above, profile, former)
    kept = frozenset(codes.values())
    used = former.used if profile.reuse != "allow" else frozenset()
    fresh = [k for k in range(len(cells)) if k not in codes]
    given = numbered(cells[fresh], [above[k] for k in fresh], profile, unit_m=_MM, taken=used | kept)
    codes |= dict(zip(fresh, given, strict=True))
    mine, left = set(above), sorted(used - kept)
    parents = profile.ancestors("cell", left, "community")
    passed = sum(parent in mine for parent in parents)
    return [codes[k] for k in range(len(cells))], Renumbering(former.label, len(kept), passed)


def _kept(cells: Geometries, above: Sequence[str], profile: CodeProfile, former: Former) -> dict[int, str]:
    """Return the cells that are a former cell of their community, with its code."""
    inner = shapely.point_on_surface(cells)
    new, old = shapely.STRtree(former.shapes).query(inner, predicate="intersects")
    parents = profile.ancestors("cell", former.codes, "community")
    same = np.array([parents[j] == above[k] for k, j in zip(new, old, strict=True)], dtype=bool)
    new, old = new[same], old[same]
    apart = shapely.area(shapely.symmetric_difference(cells[new], former.shapes[old]))
    same = apart <= _SAME_MM * shapely.length(cells[new])
    found: dict[str, int] = {}
    for k, j in zip(new[same].tolist(), old[same].tolist(), strict=True):
        found.setdefault(former.codes[j], k)
    return {k: code for code, k in found.items()}
