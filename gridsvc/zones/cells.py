"""The cells that zones are made of: those of one edition, as arrays, and the larger areas that hold them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.geography import AreaEdition, areas_in_force, editions
from gridsvc.zones.nesting import UPPER, cells_of_areas

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

# COLLATE "C": the database may sort text by a language, Python sorts by code point.
_CELLS = text(
    "SELECT code, parent_code, area_m2, ST_AsBinary(geom_mm) FROM area"
    ' WHERE edition_id = :edition_id ORDER BY code COLLATE "C"'
)
_UPPER = text("SELECT code, parent_code FROM area WHERE edition_id = :edition_id")
_ELSEWHERE = text(
    "SELECT DISTINCT area.code, area_edition.level = 'cell' FROM area"
    " JOIN area_edition ON area_edition.id = area.edition_id"
    " WHERE area_edition.withdrawn_at IS NULL AND area.edition_id <> :edition_id"
)


@dataclass(frozen=True)
class Cells:
    """The cells of one edition, sorted by code; `m2` on the spheroid, `geom_mm` in millimetres of its system.

    `upper` are the larger areas in force then by level, each code with its parent; `above` the codes of all
    larger areas that are loaded, whenever they hold; `other` those of cells of other editions.
    """

    edition: AreaEdition
    codes: list[str]
    parents: list[str | None]
    m2: Floats
    geom_mm: Shapes
    upper: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    above: frozenset[str] = field(default=frozenset())
    other: frozenset[str] = field(default=frozenset())

    @cached_property
    def number(self) -> dict[str, int]:
        """Return where each code stands."""
        return {code: k for k, code in enumerate(self.codes)}

    @cached_property
    def within(self) -> dict[str, list[frozenset[str]]]:
        """Return the cells of each larger area, see `cells_of_areas`."""
        return cells_of_areas(self.codes, self.parents, self.upper, self.edition.rules)

    @cached_property
    def named(self) -> frozenset[str]:
        """Return every code that a list may hold: of cells and of larger areas."""
        return self.above.union(self.number, self.within)

    @cached_property
    def _partition(self) -> bool:
        return bool(shapely.coverage_is_valid(self.geom_mm))

    def union(self, numbers: Sequence[int] | None = None) -> shapely.MultiPolygon:
        """Return the union of some cells (by default of all) in whole millimetres."""
        chosen = self.geom_mm if numbers is None else self.geom_mm[list(numbers)]
        # Cells of a free edition may overlap: then only a union on the lattice stays on it. Where none do,
        # common edges are left out, which is twenty times as fast.
        whole = (
            shapely.coverage_union_all(chosen)
            if self._partition
            else shapely.union_all(chosen, grid_size=1.0)
        )
        return shapely.MultiPolygon(list(shapely.get_parts(whole)))

    def beginning(self, prefix: str) -> list[str]:
        """Return the cells whose code begins with `prefix`."""
        start = bisect_left(self.codes, prefix)
        end = start
        while end < len(self.codes) and self.codes[end].startswith(prefix):
            end += 1
        return self.codes[start:end]


def load_cells(connection: Connection, at: datetime | None) -> Cells | None:
    """Return the cells in force at `at` (None, or before the first edition: those of the earliest one)."""
    edition = _in_force(connection, "cell", at)
    if edition is None:
        return None
    rows = connection.execute(_CELLS, {"edition_id": edition.id}).all()
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = shapely.from_wkb([bytes(row[3]) for row in rows])
    upper: dict[str, dict[str, str | None]] = {}
    for level in UPPER:
        larger = _in_force(connection, level, at)
        if larger is not None:
            found = connection.execute(_UPPER, {"edition_id": larger.id}).all()
            upper[level] = {row[0]: row[1] for row in found}
    elsewhere = connection.execute(_ELSEWHERE, {"edition_id": edition.id}).all()
    return Cells(
        edition=edition,
        codes=[row[0] for row in rows],
        parents=[row[1] for row in rows],
        m2=np.array([row[2] for row in rows], dtype=np.float64),
        geom_mm=shapes,
        upper=upper,
        above=frozenset(code for code, is_cell in elsewhere if not is_cell),
        other=frozenset(code for code, is_cell in elsewhere if is_cell),
    )


def _in_force(connection: Connection, level: str, at: datetime | None) -> AreaEdition | None:
    edition = None if at is None else areas_in_force(connection, level, at)
    return edition or next((each for each in editions(connection) if each.level == level), None)
