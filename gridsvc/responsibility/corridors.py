"""Boundary roads as ground: which section's corridor a place lies in, and on which side of the centre line.

The corridor of a section is what lies within its half width of the centre line and not beyond the ends: the
perpendicular at an end is its last place. Where corridors meet, the nearer centre line has the place, of
equally near ones that of the lower code. The side is decided on whole millimetres by the sign of a cross
product, never by a distance, so that a place lies left, right, or on the line itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_millimetres
from gridsvc.responsibility.line_squares import Pieces, SquareTable, listed, runs
from gridsvc.roads import BoundarySection

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Numbers = NDArray[np.signedinteger[Any]]

LEFT, ON_THE_LINE, RIGHT = 1, 0, -1

_SHIFT = 13  # squares of 2**13 mm = 8 m
_MOST_SQUARES = 4_000_000
_CHUNK = 262_144
_ARC = 32  # a quarter circle of a bend in so many pieces: at most 0.03 % of the half width is cut off


@dataclass(frozen=True, slots=True)
class Hits:
    """What `Corridors.find` found, shape (n,) each; `section` -1: in no corridor.

    `side`: LEFT, ON_THE_LINE or RIGHT of the line's direction. `mm`: distance to the line. `bearing`: of the
    line where the place is nearest, degrees clockwise from the north of the grid.
    """

    section: NDArray[np.int32]
    side: NDArray[np.int8]
    mm: Floats
    bearing: Floats


class Corridors:
    """The sections in force together, in whole millimetres of one system.

    Fixed once made; a section's corridor is cut when it is first asked for.
    """

    @classmethod
    def of(cls, sections: Sequence[BoundarySection], srid: int) -> Corridors:
        """Take sections ordered by code; `srid` is the system of the places that will be asked for."""
        lines = []
        for each in sections:
            lon, lat = shapely.get_coordinates(each.geometry).T
            lines.append(np.stack(to_millimetres(srid, lon.copy(), lat.copy()), axis=1))
        return cls(sections, lines)

    def __init__(self, sections: Sequence[BoundarySection], lines: Sequence[Ints]) -> None:
        """Take sections ordered by code with their lines in whole millimetres, shape (points, 2) each."""
        self.sections = tuple(sections)
        points, section = [], []
        for number, whole in enumerate(lines):
            # A point given twice is no piece of the line.
            distinct = whole[np.append(True, (whole[1:] != whole[:-1]).any(axis=1))]
            points.append(distinct)
            section.append(np.full(len(distinct), number, np.int32))
        xy = np.concatenate(points) if points else np.empty((0, 2), np.int64)
        of = np.concatenate(section) if section else np.empty(0, np.int32)
        joined = np.flatnonzero(of[1:] == of[:-1])
        self._begin, self._end, self._section = xy[joined], xy[joined + 1], of[joined]
        self._along = self._end - self._begin
        self._unit = self._along / np.hypot(*self._along.T)[:, None]
        first = np.append(True, self._section[1:] != self._section[:-1])[: len(joined)]
        last = np.append(self._section[1:] != self._section[:-1], True)[: len(joined)]
        self._first, self._last = first, last
        # Which way the line turns where a piece begins: the outer side of a bend is where the place lies
        # whose nearest point is the bend itself.
        turn = np.zeros(len(joined), np.int64)
        if len(joined) > 1:
            before, after = self._along[:-1], self._along[1:]
            turn[1:] = np.sign(before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0])
        self._turn_in = np.where(first, 0, turn)
        self._turn_out = np.where(last, 0, np.append(turn[1:], 0)[: len(joined)])
        self._half_width = np.array([1000 * each.half_width_m for each in sections], np.float64)
        reach = self._half_width[self._section]
        low, high = np.minimum(self._begin, self._end), np.maximum(self._begin, self._end)
        self._boxes = np.hstack([low - reach[:, None], high + reach[:, None]])
        self._tree = shapely.STRtree(np.asarray(shapely.box(*self._boxes.T)))
        self._points = points
        self._sides: dict[int, tuple[tuple[int, shapely.Geometry], ...]] = {}
        self._list_squares()

    def __len__(self) -> int:
        return len(self.sections)

    def find(self, x: Ints, y: Ints) -> Hits:
        """Return the section whose corridor each place lies in; places in whole millimetres, shape (n,)."""
        n = len(x)
        hits = Hits(np.full(n, -1, np.int32), np.zeros(n, np.int8), np.full(n, np.nan), np.full(n, np.nan))
        if not len(self._section):
            return hits
        for start in range(0, n, _CHUNK):
            part = slice(start, start + _CHUNK)
            number = self._table.at(x[part], y[part], otherwise=-1)
            near = np.flatnonzero(number >= 0)
            if len(near):
                self._find_near(number[near], x[start + near], y[start + near], start + near, hits)
        return hits

    def near(self, x: int, y: int, reach_mm: float) -> list[int]:
        """Return the sections, by number, whose corridor lies, or nearly, within `reach_mm` of a place."""
        if not len(self._section):
            return []
        found = self._tree.query(shapely.box(x - reach_mm, y - reach_mm, x + reach_mm, y + reach_mm))
        place = np.array([[x, y]], np.int64)
        mm, _, _ = self._measure(np.zeros(len(found), np.int64), found, place[:, 0], place[:, 1])
        within = self._section[found[mm <= reach_mm + self._half_width[self._section[found]]]]
        return sorted({int(each) for each in within})

    def bearing(self, section: int, x: int, y: int) -> float:
        """Return the bearing of a section's line where it is nearest to a place, in degrees."""
        pieces = np.flatnonzero(self._section == section)
        place = np.array([[x, y]], np.int64)
        mm, _, _ = self._measure(np.zeros(len(pieces), np.int64), pieces, place[:, 0], place[:, 1])
        return float(_bearings(self._along[pieces[np.argmin(mm)]][None])[0])

    def sides(self, section: int) -> tuple[tuple[int, shapely.Geometry], ...]:
        """Return the pieces of a section's corridor in mm with the side on which each lies."""
        # Cut when first asked for: a city has many sections, and a report waits.
        if section not in self._sides:
            self._sides[section] = self._cut(section, self._points[section])
        return self._sides[section]

    def _cut(self, number: int, xy: Ints) -> tuple[tuple[int, shapely.Geometry], ...]:
        """Cut a corridor by its centre line."""
        if len(xy) < 2:
            return ()
        origin = xy[0]
        line = shapely.linestrings((xy - origin).astype(np.float64))
        half = float(self._half_width[number])
        whole = shapely.buffer(line, half, cap_style="flat", join_style="round", quad_segs=_ARC)
        cuts = shapely.get_parts(shapely.union(shapely.boundary(whole), line))
        pieces = shapely.get_parts(shapely.polygonize(cuts.tolist()))
        inner = shapely.point_on_surface(pieces)
        kept = np.flatnonzero(shapely.covers(whole, inner))
        places = np.rint(shapely.get_coordinates(inner)).astype(np.int64) + origin
        return tuple(
            (
                self._side_of(number, places[k : k + 1]),
                shapely.transform(pieces[k], lambda each: each + origin),
            )
            for k in kept.tolist()
        )

    def _side_of(self, section: int, place: Ints) -> int:
        pieces = np.flatnonzero(self._section == section)
        mm, side, _ = self._measure(np.zeros(len(pieces), np.int64), pieces, place[:, 0], place[:, 1])
        return int(side[np.argmin(mm)])

    def _list_squares(self) -> None:
        """List the pieces by the squares into which their corridors reach."""
        low = np.floor(self._boxes[:, :2].min(axis=0, initial=np.inf if len(self._boxes) else 0))
        high = np.ceil(self._boxes[:, 2:].max(axis=0, initial=-np.inf if len(self._boxes) else 0))
        low, high = low.astype(np.int64) - 2, high.astype(np.int64) + 2
        self._table = SquareTable.over(low, high, _SHIFT, _MOST_SQUARES, otherwise=-1)
        begin, end = (self._begin - low).astype(np.float64), (self._end - low).astype(np.float64)
        pieces = Pieces.of(begin, end, self._half_width[self._section])
        lists = listed(pieces, self._table.shift, self._table.columns, nearest=False)
        self._table.number[lists.square] = np.arange(len(lists.square), dtype=np.int32)
        self._start, self._piece = lists.start, lists.piece

    def may_hit(self, x: Ints, y: Ints) -> NDArray[np.bool_]:
        """Return which places, in whole millimetres, lie near enough to a corridor to be looked at; (n,)."""
        return self._table.at(x, y, otherwise=-1) >= 0

    def _find_near(self, number: NDArray[np.int32], x: Ints, y: Ints, rows: Ints, hits: Hits) -> None:
        # Pieces are numbered along each section, so that pairs stand by place, section and piece.
        place, at, _ = runs(self._start, number)
        piece = self._piece.take(at)
        ahead = np.flatnonzero(self._beside(place, piece, x, y))
        if not len(ahead):
            return
        place, piece = place[ahead], piece[ahead]
        mm, side, beyond = self._measure(place, piece, x, y)
        section = self._section[piece]
        # Of each section the piece that is nearest: where that is an end, the place is beyond the section.
        nearest = _least(mm, place, section)
        inside = nearest[~beyond[nearest] & (mm[nearest] <= self._half_width[section[nearest]])]
        if not len(inside):
            return
        best = inside[_least(mm[inside], place[inside])]
        at = rows[place[best]]
        hits.section[at] = section[best]
        hits.side[at] = side[best]
        hits.mm[at] = mm[best]
        hits.bearing[at] = _bearings(self._along[piece[best]])

    def _beside(self, place: Ints, piece: Numbers, x: Ints, y: Ints) -> NDArray[np.bool_]:
        """Return which places are as near to the piece's endless line as its corridor is wide, or nearly."""
        begin, unit = self._begin.take(piece, axis=0), self._unit.take(piece, axis=0)
        across = unit[:, 0] * (y.take(place) - begin[:, 1]) - unit[:, 1] * (x.take(place) - begin[:, 0])
        return np.asarray(np.abs(across) <= self._half_width[self._section.take(piece)] + 1.0)

    def _measure(
        self, place: Ints, piece: Numbers, x: Ints, y: Ints
    ) -> tuple[Floats, NDArray[np.int8], NDArray[np.bool_]]:
        """Return of each pair of place and piece the distance, the side, and whether it is beyond an end."""
        ax, ay = self._along.take(piece, axis=0).T
        bx, by = self._begin.take(piece, axis=0).T
        px, py = x.take(place) - bx, y.take(place) - by
        dot = px * ax + py * ay
        length2 = ax**2 + ay**2
        cross = ax * py - ay * px
        before, after = dot < 0, dot > length2
        mm = np.abs(cross) / np.sqrt(length2)
        mm = np.where(before, np.hypot(px, py), mm)
        mm = np.where(after, np.hypot(px - ax, py - ay), mm)
        turn = np.where(before, self._turn_in[piece], np.where(after, self._turn_out[piece], 0))
        side = np.where(turn != 0, -turn, np.sign(cross)).astype(np.int8)
        beyond = (before & self._first[piece]) | (after & self._last[piece])
        return mm, side, beyond


def _bearings(along: Ints) -> Floats:
    return np.asarray(np.degrees(np.arctan2(along[:, 0], along[:, 1])) % 360)


def _least(mm: Floats, *sorted_by: NDArray[np.integer[Any]]) -> Ints:
    """Return the row of the least distance in each run of equal rows of the columns, of equals the first."""
    fresh = np.ones(len(mm), bool)
    fresh[1:] = np.any([each[1:] != each[:-1] for each in sorted_by], axis=0)
    least = np.minimum.reduceat(mm, np.flatnonzero(fresh))
    run = np.cumsum(fresh) - 1
    at = np.flatnonzero(mm == least[run])
    first = np.ones(len(at), bool)
    first[1:] = run[at[1:]] != run[at[:-1]]
    return at[first]
