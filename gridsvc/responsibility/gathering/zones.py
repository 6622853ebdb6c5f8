"""What zones say of places: in which of one kind they lie, decided on whole millimetres.

Where zones overlap the lowest code has the place. Most cells lie wholly in one zone or in none: that is
worked out once, and only the places of the others are held against outlines, whose border is their own. A
place on the border of two cells is judged as its own cell is, so that zones made of cells need no rule.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography import Layer, outlines_in_system
from gridsvc.responsibility.covering import FAR, MIXED
from gridsvc.responsibility.gathering.zone_squares import ZoneSquares
from gridsvc.responsibility.line_squares import runs
from gridsvc.zones import Zone

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]

_EVER, _NEVER = np.iinfo(np.int64).min, np.iinfo(np.int64).max
_SEVERAL = -2
_PARTLY = -3  # a cell that has part of zone k, and no other zone, holds _PARTLY - k


class FactZones:
    """All zones of one kind, whenever they hold. Immutable, safe to share between threads."""

    def __init__(self, zones: Sequence[Zone], srid: int, cells: Layer | None) -> None:
        """Take zones sorted by code; `srid`: the system of the places, `cells`: what locates them."""
        self.zones = tuple(zones)
        self._since = np.array([_instant(each.effective_from, _EVER) for each in zones], np.int64)
        self._until = np.array([_instant(each.effective_to, _NEVER) for each in zones], np.int64)
        self._timeless = bool((self._since == _EVER).all() and (self._until == _NEVER).all())
        self.known_since = int(self._since.min(initial=_NEVER))
        """Before the first zone began nobody said anything; afterwards a place in none is in none."""
        self._shapes = np.empty(len(zones), object)
        for k, zone in enumerate(zones):
            self._shapes[k] = outlines_in_system(np.array([zone.geom_mm], object), zone.srid, srid)[0]
        self._tree = shapely.STRtree(self._shapes)
        shapely.prepare(self._shapes)
        # A prepared outline builds its index when it is first asked, and threads must not do that at once.
        for shape, (x, y) in zip(
            self._shapes,
            shapely.get_coordinates(shapely.point_on_surface(self._shapes)).tolist(),
            strict=True,
        ):
            shapely.intersects_xy(shape, x, y)
        self._squares = ZoneSquares(self._shapes)
        self._start: Ints | None = None
        if cells is not None and cells.srid == srid:
            self._lay_over(cells)

    def find(self, x: Ints, y: Ints, cell: Indexes, at: Ints, rows: Ints) -> Indexes:
        """Return the zone, by number, of places in whole millimetres at instants (µs UTC), -1 for none.

        `rows`, shape (k,) as what is returned, says which of the places, cells and instants, shape (n,), are
        asked. `cell`: the cells that hold the places, -1 for one that lies in none (nothing snaps).
        """
        if self._start is None:
            return self._among(rows, x, y, at)
        found: Indexes = self._alone.take(cell.take(rows))
        if not self._timeless:
            single = np.flatnonzero(found >= 0)
            held = self._holds(found[single], at[rows[single]])
            found[single[~held]] = -1
        open_ = np.flatnonzero(found <= _SEVERAL)
        if not len(open_):
            return found
        of_cell, row = found.take(open_), rows.take(open_)
        part = np.flatnonzero(of_cell <= _PARTLY)
        if len(part):
            zone, there = _PARTLY - of_cell[part], row[part]
            inside = self._contains(zone, x[there], y[there])
            if not self._timeless:
                inside &= self._holds(zone, at[there])
            of_cell[part] = np.where(inside, zone, np.int32(-1))
        several = np.flatnonzero(of_cell == _SEVERAL)
        if len(several):
            inside = cell[row[several]] >= 0
            outside, several = several[~inside], several[inside]
            of_cell[outside] = self._among(row[outside], x, y, at)
            of_cell[several] = self._by_cell(row[several], x, y, cell, at)
        found[open_] = of_cell
        return found

    def _by_cell(self, rows: Ints, x: Ints, y: Ints, cell: Indexes, at: Ints) -> Indexes:
        """Return the zones of places whose cell has several, or part of one."""
        assert self._start is not None
        if not len(rows):
            return np.empty(0, np.int32)
        place, pair, _ = runs(self._start, cell[rows])
        zone, row = self._zone[pair], rows[place]
        holds = self._holds(zone, at[row])
        open_ = np.flatnonzero(holds & ~self._whole[pair])
        holds[open_] = self._contains(zone[open_], x[row[open_]], y[row[open_]])
        return _lowest(place[holds], zone[holds], len(rows))

    def _among(self, rows: Ints, x: Ints, y: Ints, at: Ints) -> Indexes:
        """Return the zones of places by their outlines alone."""
        px, py = x.take(rows), y.take(rows)
        found = self._squares.at(px, py)
        # Where zones come and go, a square says of the lowest alone that it holds it whole.
        asked = np.flatnonzero(found <= MIXED if self._timeless else found != FAR)
        if len(asked):
            points = shapely.points(px[asked].astype(np.float64), py[asked].astype(np.float64))
            place, zone = self._tree.query(points, predicate="intersects")
            holds = self._holds(zone, at[rows[asked[place]]])
            found[asked] = _lowest(place[holds], zone[holds], len(asked))
        return found

    def _contains(self, zone: Indexes, x: Ints, y: Ints) -> NDArray[np.bool_]:
        """Return whether zones hold places, on their borders too; shape (k,)."""
        found = self._squares.at(x, y)
        inside: NDArray[np.bool_] = found == zone
        asked = np.flatnonzero(~inside & (found != FAR))
        if len(asked):
            inside[asked] = shapely.intersects_xy(self._shapes[zone[asked]], x[asked], y[asked])
        return inside

    def _holds(self, zone: NDArray[np.signedinteger], at: Ints) -> NDArray[np.bool_]:
        return np.asarray((self._since[zone] <= at) & (at < self._until[zone]))

    def _lay_over(self, cells: Layer) -> None:
        """Work out which zones have ground in common with each cell, and which have all of it.

        A zone given as cells has the whole of each that the layer still has, whatever its outline was.
        """
        cell, zone = self._tree.query(cells.geom_mm, predicate="intersects")
        common = ~shapely.touches(self._shapes[zone], cells.geom_mm[cell])
        cell, zone = cell[common], zone[common]
        whole = shapely.covers(self._shapes[zone], cells.geom_mm[cell])
        number = {code: k for k, code in enumerate(cells.codes)}
        listed = np.array(
            [(number[code], k) for k, each in enumerate(self.zones) for code in each.cells if code in number],
            np.int64,
        ).reshape(-1, 2)
        cell, zone = np.concatenate([cell, listed[:, 0]]), np.concatenate([zone, listed[:, 1]])
        whole = np.concatenate([whole, np.ones(len(listed), bool)])
        order = np.lexsort((~whole, zone, cell))
        cell, zone, whole = cell[order], zone[order], whole[order]
        once = np.ones(len(cell), bool)
        once[1:] = (cell[1:] != cell[:-1]) | (zone[1:] != zone[:-1])
        cell, zone, whole = cell[once], zone[once], whole[once]
        if self._timeless:
            # Behind the first zone that has the whole cell no other one is ever the lowest.
            settled = np.cumsum(whole) - whole
            first = np.searchsorted(cell, cell)
            seen = settled == settled[first]
            cell, zone, whole = cell[seen], zone[seen], whole[seen]
        self._zone, self._whole = zone.astype(np.int32), whole
        self._start = np.searchsorted(cell, np.arange(len(cells.codes) + 1))
        counts = np.diff(self._start)
        # One more row: a place in no cell is held against the outlines.
        self._alone = np.full(len(cells.codes) + 1, _SEVERAL, np.int32)
        self._alone[:-1][counts == 0] = -1
        single = np.flatnonzero(counts == 1)
        only = self._start[single]
        self._alone[single] = np.where(self._whole[only], self._zone[only], _PARTLY - self._zone[only])


def _lowest(place: Ints, zone: NDArray[np.signedinteger], n: int) -> Indexes:
    found = np.full(n, np.iinfo(np.int32).max, np.int32)
    np.minimum.at(found, place, zone.astype(np.int32))
    found[found == np.iinfo(np.int32).max] = -1
    return found


def _instant(at: datetime | None, otherwise: int) -> int:
    return otherwise if at is None else round(at.timestamp() * 1_000_000)
