"""Where a patrol of a plan is when: its way as places with instants."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from gridsvc.patrol.outputs.lines import Floats, pieces
from gridsvc.patrol.plan import PlannedRoute

Passed = tuple[tuple[float, float], datetime]
"""(lon, lat) in degrees of WGS 84, and when (UTC)."""

_APART_M = 150.0
"""A step so long between two known ways was not drawn by anyone: a place lies at most 60 m off its street."""
_M_PER_DEGREE = 111_195.0


def passages(route: PlannedRoute) -> list[list[Passed]]:
    """Return where the patrol is when, at even speed between stops, in unbroken pieces of two places or more.

    A way that is not known parts a piece from the next. Lengths are those of a sphere: they share out the
    time of a way only.
    """
    trace = _Trace()
    trace.stand(route.patrol.start, route.leaves, route.leaves)
    leaves = route.leaves
    for stop in route.stops:
        trace.walk(pieces(stop.way), leaves, stop.arrives)
        if along := pieces(stop.along):
            lon, lat = along[0][0].tolist()
            trace.stand((lon, lat), stop.arrives, stop.begins)
            trace.walk(along, stop.begins, stop.leaves)
        else:
            trace.stand((stop.lon, stop.lat), stop.arrives, stop.leaves)
        leaves = stop.leaves
    if route.patrol.end is not None and route.stops:
        trace.walk(pieces(route.home), leaves, route.returns)
        trace.stand(route.patrol.end, route.returns, route.returns)
    return [piece for piece in trace.pieces if len(piece) > 1]


class _Trace:
    def __init__(self) -> None:
        self.pieces: list[list[Passed]] = [[]]

    def stand(self, here: tuple[float, float], arrives: datetime, leaves: datetime) -> None:
        self._add(here, arrives)
        self._add(here, leaves)

    def walk(self, way: list[Floats], leaves: datetime, arrives: datetime) -> None:
        if not way:
            return
        # On the clock of a zone an hour is missing or twice there; in UTC none is.
        leaves, arrives = leaves.astimezone(UTC), arrives.astimezone(UTC)
        steps = [_metres(piece) for piece in way]
        whole = sum(float(each.sum()) for each in steps)
        done = 0.0
        for piece, lengths in zip(way, steps, strict=True):
            shares = (done + np.concatenate([[0.0], np.cumsum(lengths)])) / whole
            done += float(lengths.sum())
            for step, ((lon, lat), share) in enumerate(zip(piece.tolist(), shares.tolist(), strict=True)):
                self._add((lon, lat), leaves + (arrives - leaves) * min(share, 1.0), new=step == 0)

    def _add(self, here: tuple[float, float], moment: datetime, *, new: bool = True) -> None:
        """Add a place; `new`: where it is far from the one before, a piece begins."""
        moment = moment.astimezone(UTC)
        piece = self.pieces[-1]
        if piece:
            if piece[-1] == (here, moment):
                return
            if new and float(_metres(np.array([piece[-1][0], here]))[0]) > _APART_M:
                piece = []
                self.pieces.append(piece)
        piece.append((here, moment))


def _metres(xy: Floats) -> Floats:
    """Return the lengths of the steps between places (lon, lat), shape (k - 1,)."""
    middle = np.radians((xy[1:, 1] + xy[:-1, 1]) / 2)
    lengths: Floats = _M_PER_DEGREE * np.hypot(np.diff(xy[:, 0]) * np.cos(middle), np.diff(xy[:, 1]))
    return lengths
