"""Which components may be within reach of a place: lists by class and square, from a table."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.responsibility.line_squares import runs

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

_EMPTY = np.int64(-1)
_SPREAD = np.uint64(0x9E3779B97F4A7C15)  # 2^64 / golden ratio: neighbouring squares fall far apart
_ROOM = 4  # places in the table for each square


@dataclass(frozen=True, slots=True, eq=False)
class Things:
    """m components that can be matched, in the inventory's order: shape (m,) each.

    `component` is the index in the inventory, `class_` a number of the class. `x`, `y` are millimetres from
    `origin`, of anything but a point some place on it; `shape` is a geometry in mm from `origin`, None for a
    point. `variance` (mm²) is what the survey and the size of such things add to a report's error.
    """

    origin: tuple[int, int]
    component: NDArray[np.int32]
    class_: Ints
    x: Ints
    y: Ints
    shape: NDArray[np.object_]
    variance: Floats

    @classmethod
    def of(
        cls,
        *,
        component: NDArray[np.int32],
        class_: Ints,
        x: Ints,
        y: Ints,
        shape: NDArray[np.object_],
        variance: Floats,
    ) -> Things:
        """Take places and shapes in mm of the projected system, and count them from a corner."""
        origin = (int(x.min()), int(y.min())) if len(x) else (0, 0)
        moved = shapely.transform(shape, lambda xy: xy - np.array(origin))
        return cls(origin, component, class_, x - origin[0], y - origin[1], moved, variance)

    def geometries(self) -> NDArray[np.object_]:
        """Return every thing's geometry in mm from the origin, points too."""
        points = np.asarray(shapely.points(self.x.astype(np.float64), self.y.astype(np.float64)))
        return np.where(shapely.is_missing(self.shape), points, self.shape)


class Squares:
    """The things within 2**shift mm of any place of each square of that side, class by class.

    The lists are `entry[start[k]:start[k + 1]]`, numbers of things in their order; `variance` and
    the places stand beside them, so that a list is read in one stretch of memory. A hashed table leads from
    (class, row, column) to k: there are as many squares as things have neighbours, however large the city.
    """

    def __init__(self, things: Things, shift: int) -> None:
        self._shift = shift
        reach = 1 << shift
        low, high = (np.array([extreme(things.x), extreme(things.y)]) for extreme in (np.min, np.max))
        shaped = np.flatnonzero(~shapely.is_missing(things.shape))
        if len(shaped):
            bounds = shapely.total_bounds(things.shape[shaped]).astype(np.int64)
            low, high = np.minimum(low, bounds[:2]), np.maximum(high, bounds[2:])
        # Two squares beyond the outermost thing: the first may hold lists, the second never does.
        self._corner = low - 2 * reach
        self._columns, self._rows = (((high - self._corner) >> shift) + 3).tolist()
        thing, column, row = self._reached(things, reach, shaped)
        key = self._key(things.class_[thing], column, row)
        order = np.lexsort((thing, key))
        thing, key = thing[order], key[order]
        self.entry = thing.astype(np.int32)
        self.variance = things.variance[thing]
        self._x, self._y = things.x[thing], things.y[thing]
        self._shape = things.shape if len(shaped) else None
        first = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        self.start = np.append(first, len(key)).astype(np.int64)
        self._fill(key[first])

    def lists(self, class_: Ints, x: Ints, y: Ints) -> NDArray[np.int32]:
        """Return the number of the list of each place (mm from the origin), -1: nothing is within reach."""
        column = _within((x - self._corner[0]) >> self._shift, self._columns - 1)
        row = _within((y - self._corner[1]) >> self._shift, self._rows - 1)
        key = self._key(class_, column, row)
        slot = self._slot(key)
        held = self._keys.take(slot)
        found = np.where(held == key, self._list.take(slot), np.int32(-1))
        pending = ((held != key) & (held != _EMPTY)).nonzero()[0]
        while len(pending):
            slot[pending] = (slot[pending] + 1) & self._mask
            held = self._keys[slot[pending]]
            hit = held == key[pending]
            found[pending[hit]] = self._list[slot[pending[hit]]]
            pending = pending[~hit & (held != _EMPTY)]
        return found

    def runs(self, number: NDArray[np.int32], most: int) -> list[slice]:
        """Cut places with these lists into runs of some `most` pairs: thousands may stand at one place."""
        work = (self.start.take(number + 1) - self.start.take(number)).cumsum()
        if work[-1] <= most:
            return [slice(0, len(number))]
        cuts = np.flatnonzero(np.diff(work // most)) + 1
        return [slice(first, last) for first, last in pairwise([0, *cuts.tolist(), len(number)])]

    def pairs(self, number: NDArray[np.int32], x: Ints, y: Ints) -> tuple[Ints, Ints, Floats]:
        """Return the pairs of k places (mm from the origin) and entries of their lists.

        That is: which place, ascending; which entry, ascending within a place; and the squared distance in
        mm², to the nearest point of a line, and 0 within an outline.
        """
        which, at, _ = runs(self.start, number)
        east, north = self._x.take(at) - x.take(which), self._y.take(at) - y.take(which)
        distance2 = (east * east + north * north).astype(np.float64)
        if self._shape is not None:
            shape = self._shape[self.entry[at]]
            shaped = np.flatnonzero(~shapely.is_missing(shape))
            places = shapely.points(x[which[shaped]], y[which[shaped]])
            distance2[shaped] = shapely.distance(shape[shaped], places) ** 2
        return which, at, distance2

    def _key(self, class_: Ints, column: Ints, row: Ints) -> Ints:
        return np.asarray((class_ * self._rows + row) * self._columns + column)

    def _slot(self, key: Ints) -> Ints:
        hashed: Ints = ((key.view(np.uint64) * _SPREAD) >> self._drop).view(np.int64)
        return hashed

    def _fill(self, keys: Ints) -> None:
        bits = max(int(_ROOM * len(keys) - 1).bit_length(), 1)
        self._drop, self._mask = np.uint64(64 - bits), np.int64((1 << bits) - 1)
        self._keys = np.full(1 << bits, _EMPTY)
        self._list = np.full(1 << bits, -1, np.int32)
        pending = np.arange(len(keys))
        slot = self._slot(keys)
        while len(pending):
            # Of those that want one empty place the first gets it; the others look at the next.
            free = self._keys[slot] == _EMPTY
            taken, which = np.unique(slot[free], return_index=True)
            winner = np.flatnonzero(free)[which]
            self._keys[taken], self._list[taken] = keys[pending[winner]], pending[winner]
            kept = np.ones(len(pending), bool)
            kept[winner] = False
            pending, slot = pending[kept], (slot[kept] + 1) & self._mask

    def _reached(self, things: Things, reach: int, shaped: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the pairs of things and squares that have places within reach of each other."""
        parts = [self._reached_by_points(things, reach, np.setdiff1d(np.arange(len(things.x)), shaped))]
        parts += [self._reached_by_shape(things.shape[k], reach, k) for k in shaped.tolist()]
        thing, column, row = (np.concatenate(each) for each in zip(*parts, strict=True))
        return thing, column, row

    def _reached_by_points(self, things: Things, reach: int, points: Ints) -> tuple[Ints, Ints, Ints]:
        x = things.x[points] - self._corner[0]
        y = things.y[points] - self._corner[1]
        parts = []
        for step_x in (-1, 0, 1):
            for step_y in (-1, 0, 1):
                # How far the point is from the square beside its own.
                off_x = self._off(x, step_x, reach)
                off_y = self._off(y, step_y, reach)
                within = off_x**2 + off_y**2 <= reach**2
                parts.append(
                    (
                        points[within],
                        (x[within] >> self._shift) + step_x,
                        (y[within] >> self._shift) + step_y,
                    )
                )
        thing, column, row = (np.concatenate(each) for each in zip(*parts, strict=True))
        return thing, column, row

    def _off(self, at: Ints, step: int, side: int) -> Ints:
        inside = at & (side - 1)
        return np.zeros_like(at) if step == 0 else inside if step < 0 else side - inside

    def _reached_by_shape(self, shape: Any, reach: int, thing: int) -> tuple[Ints, Ints, Ints]:
        left, bottom, right, top = shapely.bounds(shape).tolist()
        columns = np.arange(
            (int(left) - reach - 1 - self._corner[0]) >> self._shift,
            ((int(right) + reach + 1 - self._corner[0]) >> self._shift) + 1,
        )
        rows = np.arange(
            (int(bottom) - reach - 1 - self._corner[1]) >> self._shift,
            ((int(top) + reach + 1 - self._corner[1]) >> self._shift) + 1,
        )
        column, row = (each.ravel() for each in np.meshgrid(columns, rows))
        west, south = column * reach + self._corner[0], row * reach + self._corner[1]
        squares = shapely.box(west, south, west + reach, south + reach)
        shapely.prepare(shape)
        near = np.flatnonzero(shapely.dwithin(shape, squares, float(reach)))
        return np.full(len(near), thing), column[near], row[near]


def _within(number: Ints, last: int) -> Ints:
    return np.minimum(np.maximum(number, 0), last)  # np.clip takes five times as long on a single one
