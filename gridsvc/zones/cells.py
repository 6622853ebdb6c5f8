"""The cells that zones are made of: those of one edition, as arrays, and how a list of them is written."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.geography import AreaEdition, areas_in_force, editions

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]

# COLLATE "C": the database may sort text by a language, Python sorts by code point.
_CELLS = text(
    "SELECT code, parent_code, area_m2, ST_AsBinary(geom_mm) FROM area"
    ' WHERE edition_id = :edition_id ORDER BY code COLLATE "C"'
)
_ELSEWHERE = text(
    "SELECT DISTINCT area.code, area_edition.level = 'cell' FROM area"
    " JOIN area_edition ON area_edition.id = area.edition_id"
    " WHERE area_edition.withdrawn_at IS NULL AND area.edition_id <> :edition_id"
)


@dataclass(frozen=True)
class Cells:
    """The cells of one edition, sorted by code; `m2` on the spheroid, `geom_mm` in millimetres of its system.

    `above` are the codes of the larger areas that are loaded, `other` those of cells of other editions.
    """

    edition: AreaEdition
    codes: list[str]
    parents: list[str | None]
    m2: Floats
    geom_mm: Shapes
    above: frozenset[str] = field(default=frozenset())
    other: frozenset[str] = field(default=frozenset())

    @cached_property
    def number(self) -> dict[str, int]:
        """Return where each code stands."""
        return {code: k for k, code in enumerate(self.codes)}

    @cached_property
    def within(self) -> dict[str, list[str]]:
        """Return the cells right below each parent."""
        below: dict[str, list[str]] = {}
        for code, parent in zip(self.codes, self.parents, strict=True):
            if parent is not None:
                below.setdefault(parent, []).append(code)
        return below

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
    edition = None if at is None else areas_in_force(connection, "cell", at)
    if edition is None:
        edition = next((each for each in editions(connection) if each.level == "cell"), None)
    if edition is None:
        return None
    rows = connection.execute(_CELLS, {"edition_id": edition.id}).all()
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = shapely.from_wkb([bytes(row[3]) for row in rows])
    elsewhere = connection.execute(_ELSEWHERE, {"edition_id": edition.id}).all()
    return Cells(
        edition=edition,
        codes=[row[0] for row in rows],
        parents=[row[1] for row in rows],
        m2=np.array([row[2] for row in rows], dtype=np.float64),
        geom_mm=shapes,
        above=frozenset(code for code, is_cell in elsewhere if not is_cell),
        other=frozenset(code for code, is_cell in elsewhere if is_cell),
    )


@dataclass(frozen=True, slots=True)
class Unread:
    """A part of a list of cells that names none: `unknown_cell`, `retired_cell` or `bad_range`."""

    code: str
    item: str


_SEPARATORS = re.compile(r"[,，、;；|\r\n]+")
_RANGE = re.compile(r"\s*(?:[~～〜—–至到]|(?<=\s)-(?=\s))\s*")


def read_cell_list(given: str, cells: Cells) -> tuple[list[str], list[Unread]]:
    """Return the codes that a text names, in its order and as often as it names them, and what names none.

    Codes stand between commas, semicolons, 、 or blanks. A range is `first-last`, `first~last` or 第一至最后,
    the last one whole or its end digits only; it holds every code of the edition between the two. The code
    of a community or of any larger area is all its cells, and so is `610103001*`, all codes that begin so.
    """
    found: list[str] = []
    unread: list[Unread] = []
    for item in _items(unicodedata.normalize("NFKC", given), cells):
        codes = _meant(item, cells)
        if isinstance(codes, str):
            unread.append(Unread(codes, item))
        else:
            found += codes
    return found, unread


def _items(given: str, cells: Cells) -> list[str]:
    items: list[str] = []
    for part in _SEPARATORS.split(given):
        whole = part.strip()
        # A code of a city's own may hold blanks and 至; only what is no code is taken apart at them.
        items += [whole] if whole in cells.named else _RANGE.sub("~", whole).split()
    return items


def _meant(item: str, cells: Cells) -> list[str] | str:
    if item in cells.number:
        return [item]
    if item.endswith("*"):
        return cells.beginning(item[:-1]) or "unknown_cell"
    if item in cells.above or item in cells.within:
        return cells.within.get(item) or cells.beginning(item) or "unknown_cell"
    for sign in "~-":
        first, between, last = item.rpartition(sign) if sign == "~" else _halves(item, cells)
        if between:
            return _range(first.strip(), last.strip(), cells)
    return "retired_cell" if item in cells.other else "unknown_cell"


def _halves(item: str, cells: Cells) -> tuple[str, str, str]:
    """Divide at the hyphen after a whole code; codes of a city's own may hold hyphens themselves."""
    for match in re.finditer("-", item):
        if item[: match.start()] in cells.number:
            return item[: match.start()], "-", item[match.end() :]
    return item, "", ""


def _range(first: str, last: str, cells: Cells) -> list[str] | str:
    if len(last) < len(first):
        last = first[: len(first) - len(last)] + last
    for end in (first, last):
        if end not in cells.number:
            return "retired_cell" if end in cells.other else "unknown_cell"
    if len(first) != len(last) or first > last:
        return "bad_range"
    between = cells.codes[bisect_left(cells.codes, first) : bisect_right(cells.codes, last)]
    return [code for code in between if len(code) == len(first)]
