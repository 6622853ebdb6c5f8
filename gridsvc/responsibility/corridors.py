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
from gridsvc.roads import BoundarySection

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

LEFT, ON_THE_LINE, RIGHT = 1, 0, -1

_SHIFT = 13  # squares of 2**13 mm = 8 m, marked where a corridor may be
_MARKED_MM = 8_000  # a slanting line is marked in steps, not by one box around it
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
        self._mark_squares()

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
            near = np.flatnonzero(self.may_hit(x[part], y[part])) + start
            if len(near):
                self._find_near(x[near], y[near], near, hits)
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

    def _mark_squares(self) -> None:
        shift = _SHIFT
        low = np.floor(self._boxes[:, :2].min(axis=0, initial=0 if not len(self._boxes) else np.inf))
        high = np.ceil(self._boxes[:, 2:].max(axis=0, initial=0 if not len(self._boxes) else -np.inf))
        self._origin = low.astype(np.int64) - 1
        size = (high - self._origin).astype(np.int64) + 2
        while ((size[0] >> shift) + 1) * ((size[1] >> shift) + 1) > _MOST_SQUARES:
            shift += 1
        self._shift = shift
        self._squares = np.zeros(((size[1] >> shift) + 1, (size[0] >> shift) + 1), bool)
        steps = np.hypot(*self._along.T).astype(np.int64) // _MARKED_MM + 1
        piece = np.repeat(np.arange(len(steps)), steps)
        step = np.arange(len(piece)) - np.repeat(np.cumsum(steps) - steps, steps)
        along = self._along[piece] / steps[piece, None]
        begin = self._begin[piece] + along * step[:, None] - self._origin
        reach = self._half_width[self._section[piece], None] + 1.0
        corner = np.floor(np.minimum(begin, begin + along) - reach).astype(np.int64) >> shift
        far = np.ceil(np.maximum(begin, begin + along) + reach).astype(np.int64) >> shift
        corner = np.maximum(corner, 0)
        for (left, bottom), (right, top) in zip(corner.tolist(), far.tolist(), strict=True):
            self._squares[bottom : top + 1, left : right + 1] = True

    def may_hit(self, x: Ints, y: Ints) -> NDArray[np.bool_]:
        """Return which places, in whole millimetres, lie near enough to a corridor to be looked at; (n,)."""
        column = (x - self._origin[0]) >> self._shift
        row = (y - self._origin[1]) >> self._shift
        height, width = self._squares.shape
        within: NDArray[np.bool_] = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        if within.all():
            within[:] = self._squares[row, column]
            return within
        within[within] = self._squares[row[within], column[within]]
        return within

    def _find_near(self, x: Ints, y: Ints, rows: Ints, hits: Hits) -> None:
        place, piece = self._tree.query(shapely.points(x, y))
        # A slanting piece's box holds far more than its corridor; what is too far to count is not sorted.
        ahead = self._beside(place, piece, x, y)
        place, piece = place[ahead], piece[ahead]
        if not len(place):
            return
        mm, side, beyond = self._measure(place, piece, x, y)
        section = self._section[piece]
        # Of each section the piece that is nearest: where that is an end, the place is beyond the section.
        order = np.lexsort((piece, mm, section, place))
        nearest = order[_firsts(place[order], section[order])]
        inside = nearest[~beyond[nearest] & (mm[nearest] <= self._half_width[section[nearest]])]
        order = inside[np.lexsort((section[inside], mm[inside], place[inside]))]
        best = order[_firsts(place[order])]
        at = rows[place[best]]
        hits.section[at] = section[best]
        hits.side[at] = side[best]
        hits.mm[at] = mm[best]
        hits.bearing[at] = _bearings(self._along[piece[best]])

    def _beside(self, place: Ints, piece: Ints, x: Ints, y: Ints) -> NDArray[np.bool_]:
        """Return which places are as near to the piece's endless line as its corridor is wide, or nearly."""
        begin, unit = self._begin.take(piece, axis=0), self._unit.take(piece, axis=0)
        across = unit[:, 0] * (y.take(place) - begin[:, 1]) - unit[:, 1] * (x.take(place) - begin[:, 0])
        return np.asarray(np.abs(across) <= self._half_width[self._section.take(piece)] + 1.0)

    def _measure(
        self, place: Ints, piece: Ints, x: Ints, y: Ints
    ) -> tuple[Floats, NDArray[np.int8], NDArray[np.bool_]]:
        """Return of each pair of place and piece the distance, the side, and whether it is beyond an end."""
        along = self._along[piece]
        px, py = x[place] - self._begin[piece, 0], y[place] - self._begin[piece, 1]
        dot = px * along[:, 0] + py * along[:, 1]
        length2 = along[:, 0] ** 2 + along[:, 1] ** 2
        cross = along[:, 0] * py - along[:, 1] * px
        before, after = dot < 0, dot > length2
        mm = np.abs(cross) / np.sqrt(length2)
        mm = np.where(before, np.hypot(px, py), mm)
        mm = np.where(after, np.hypot(px - along[:, 0], py - along[:, 1]), mm)
        turn = np.where(before, self._turn_in[piece], np.where(after, self._turn_out[piece], 0))
        side = np.where(turn != 0, -turn, np.sign(cross)).astype(np.int8)
        beyond = (before & self._first[piece]) | (after & self._last[piece])
        return mm, side, beyond


def _bearings(along: Ints) -> Floats:
    return np.asarray(np.degrees(np.arctan2(along[:, 0], along[:, 1])) % 360)


def _firsts(*sorted_by: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
    """Return which rows differ from the one before, in any of the columns."""
    fresh = np.ones(len(sorted_by[0]), bool)
    fresh[1:] = np.any([each[1:] != each[:-1] for each in sorted_by], axis=0)
    return fresh
