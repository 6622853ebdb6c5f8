"""Which street a patrol was on: a hidden Markov chain over the links near each fix.

Newson and Krumm 2009 ("Hidden Markov map matching through noise and sparseness") with two changes. A fix may
be on no street at all, for a patrol walks yards and parks too. And the way between two links is not searched
in a network (which lies above this room): a link goes on in those that it touches, and to go to any other
costs the more, the nearer the two fixes are to each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.roads import Roads
from gridsvc.tracks.fixes import Floats, Track

REACH_M = 60.0
"""A link further from a fix is not the street that it was on."""
SIGMA_M = 18.0
"""How far fixes lie from the street: the simulated cars of Xi'an have a median of 22 m from the nearest."""
OFF_STREET_M = 45.0
"""A fix is on no street rather than on one this far away, all else being equal."""

_BETA_M = 20.0  # how much two ways may differ: along the street, and as the fixes have it
_TURN = 0.7  # to go on in a link that this one touches
_LEAP = 5.0  # to go on in one that it does not
_FREE_M = 60.0  # after so long a way it costs half as much: there was a link between them
_LEAVE = 3.0  # from a street to no street, or back
_ACROSS = 3.0  # a walk straight across a street, at a right angle to it
_TOUCH_M = 2.0
_CANDIDATES = 7
_STILL_M = 5.0
_HEADING_M = 8.0
_STRIDE_M = 30.0  # the walk about a step, from whose ends its heading is taken
_AT_ONCE = 2_000


class StreetLines:
    """The road layer ready for matching: lines in metres of one projected system, and which touch."""

    def __init__(self, roads: Roads) -> None:
        """Take the road layer; it must have links."""
        # The middle one: a single line at 0, 0 must not choose the system.
        west, south, _, _ = np.nanmedian(shapely.bounds(roads.geometries), axis=0).tolist()
        self.srid = srid_for(west, south)
        self.ids = roads.ids
        moved: Any = shapely.transform(
            roads.geometries, lambda xy: np.column_stack(self.metres(xy[:, 0], xy[:, 1]))
        )
        self.lines: NDArray[Any] = moved
        self.lengths = shapely.length(self.lines)
        self.tree = shapely.STRtree(self.lines)

    def metres(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return x, y in metres of EPSG:`srid`."""
        x, y = to_millimetres(self.srid, lon, lat)
        return x / 1000.0, y / 1000.0

    @cached_property
    def touching(self) -> NDArray[np.int64]:
        """Return the pairs of links that touch, as sorted numbers `first * links + second`."""
        first, second = self.tree.query(self.lines, predicate="dwithin", distance=_TOUCH_M)
        return np.unique(first.astype(np.int64) * len(self.lines) + second)

    def touch(self, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return whether links touch, any one shape."""
        key = first * len(self.lines) + second
        at = np.minimum(np.searchsorted(self.touching, key), len(self.touching) - 1)
        return np.asarray(self.touching[at] == key)


def match_track(track: Track, streets: StreetLines) -> NDArray[np.int64]:
    """Return the index of the link on which each fix was, −1 on no street, shape (n,).

    The likeliest chain of each run of joined fixes (Viterbi). Who stands still stays where they are.
    """
    link = np.full(len(track), -1, np.int64)
    x, y = streets.metres(track.lon, track.lat)
    for first, last in track.spans:
        rows = np.arange(first, last + 1)
        moving = _moving(x[rows], y[rows])
        steps = rows[moving]
        found = _chain(x[steps], y[steps], streets)
        link[rows] = found[np.cumsum(moving) - 1]
    return link


def _moving(x: Floats, y: Floats) -> NDArray[np.bool_]:
    """Return the first fix and those `_STILL_M` or more from the last one returned, shape (n,)."""
    kept = np.zeros(len(x), bool)
    at_x, at_y = np.inf, np.inf
    for row, (east, north) in enumerate(zip(x.tolist(), y.tolist(), strict=True)):
        if not (abs(east - at_x) < _STILL_M and abs(north - at_y) < _STILL_M):
            kept[row] = True
            at_x, at_y = east, north
    return kept


@dataclass(frozen=True, slots=True, eq=False)
class _Candidates:
    """Links near each step, shape (steps, candidates); the last is no street. `link` −1: none."""

    link: NDArray[np.int64]
    cost: Floats
    along: Floats


def _chain(x: Floats, y: Floats, streets: StreetLines) -> NDArray[np.int64]:
    """Return the cheapest chain of links of steps in metres, shape (n,)."""
    near = _candidates(x, y, streets)
    steps = len(x)
    total = near.cost[0]
    back = np.zeros((steps, near.link.shape[1]), np.int8)
    for begin in range(1, steps, _AT_ONCE):
        end = min(begin + _AT_ONCE, steps)
        moves = _moves(near, np.hypot(np.diff(x), np.diff(y)), begin, end, streets)
        for step in range(begin, end):
            costs = total[:, None] + moves[step - begin]
            back[step] = costs.argmin(axis=0)
            total = costs.min(axis=0) + near.cost[step]
    chosen = np.empty(steps, np.int64)
    chosen[-1] = total.argmin()
    for step in range(steps - 1, 0, -1):
        chosen[step - 1] = back[step, chosen[step]]
    return near.link[np.arange(steps), chosen]


def _candidates(x: Floats, y: Floats, streets: StreetLines) -> _Candidates:
    places: Any = shapely.points(np.column_stack([x, y]))
    step, link = streets.tree.query(places, predicate="dwithin", distance=REACH_M)
    away = shapely.distance(places[step], streets.lines[link])
    order = np.lexsort((link, away, step))
    step, link, away = step[order], link[order], away[order]
    begin = np.searchsorted(step, np.arange(len(x)))
    rank = np.arange(len(step)) - begin[step]
    kept = rank < _CANDIDATES
    step, link, away, rank = step[kept], link[kept], away[kept], rank[kept]
    along: Floats = np.asarray(shapely.line_locate_point(streets.lines[link], places[step]), np.float64)
    cost = (away / SIGMA_M) ** 2 / 2 + _ACROSS * _crossing(x, y, step, link, along, streets)
    shape = (len(x), _CANDIDATES + 1)
    links, costs, alongs = np.full(shape, -1, np.int64), np.full(shape, np.inf), np.zeros(shape)
    links[step, rank], costs[step, rank], alongs[step, rank] = link, cost, along
    costs[:, -1] = (OFF_STREET_M / SIGMA_M) ** 2 / 2
    return _Candidates(links, costs, alongs)


def _crossing(
    x: Floats,
    y: Floats,
    step: NDArray[np.int64],
    link: NDArray[np.int64],
    along: Floats,
    streets: StreetLines,
) -> Floats:
    """Return the squared sine of the angle between the walk about a step and the street, weighted; (pairs,).

    Ways of less than the noise of the fixes say little of where somebody goes.
    """
    way_so_far = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    each = np.arange(len(x))
    before = np.searchsorted(way_so_far, way_so_far - _STRIDE_M)
    before = np.minimum(before, np.maximum(each - 1, 0))
    after = np.searchsorted(way_so_far, way_so_far + _STRIDE_M, side="right") - 1
    after = np.maximum(after, np.minimum(each + 1, len(x) - 1))
    east, north = (x[after] - x[before])[step], (y[after] - y[before])[step]
    lines, length = streets.lines[link], streets.lengths[link]
    ends = [
        shapely.get_coordinates(shapely.line_interpolate_point(lines, np.clip(along + shift, 0, length)))
        for shift in (-_HEADING_M, _HEADING_M)
    ]
    way = ends[1] - ends[0]
    walked, street = np.hypot(east, north), np.hypot(way[:, 0], way[:, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        sine = np.abs(east * way[:, 1] - north * way[:, 0]) / (walked * street)
    sure = walked**2 / (walked**2 + (2 * SIGMA_M) ** 2)
    return np.asarray(np.nan_to_num(sine) ** 2 * sure, np.float64)


def _moves(near: _Candidates, walked: Floats, begin: int, end: int, streets: StreetLines) -> Floats:
    """Return what it costs to go from each candidate of a step to each of the next, (steps, from, to)."""
    before, after = near.link[begin - 1 : end - 1, :, None], near.link[begin:end, None, :]
    nowhere_before, nowhere_after = before < 0, after < 0
    same = (before == after) & ~nowhere_before
    touching = streets.touch(np.maximum(before, 0), np.maximum(after, 0))
    far = walked[begin - 1 : end - 1, None, None]
    cost = np.where(touching, _TURN, _TURN + (_LEAP - _TURN) / (1.0 + (far / _FREE_M) ** 2))
    along = np.abs(near.along[begin:end, None, :] - near.along[begin - 1 : end - 1, :, None])
    off = np.abs(along - far)
    # Noise alone makes the fixes of somebody who walks slowly go further than the street.
    cost = np.where(same, np.minimum(off / _BETA_M, _LEAP), cost)
    cost = np.where(nowhere_before != nowhere_after, _LEAVE, cost)
    return np.where(nowhere_before & nowhere_after, 0.0, cost)
