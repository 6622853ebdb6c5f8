"""Ways as lines on the map, with their lengths and the streets that they follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.arcs import Arcs
from gridsvc.patrol.network.streets import Streets

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """A way: `line` in lon, lat (shapely; None where it has no length), its metres, deciseconds, and the
    names of the streets in order.
    """

    line: Any
    metres: float
    time: int
    names: tuple[str, ...]


def draw_ways(streets: Streets, arcs: Arcs, chains: Sequence[Integers | None]) -> list[Way | None]:
    """Return the way of every chain of arcs; None stays None."""
    chains = [None if chain is None else chain[arcs.link[chain] >= 0] for chain in chains]
    drawn = [None if chain is None else _points(streets, arcs.taking(chain)) for chain in chains]
    some = [xy for xy in drawn if xy is not None and len(xy) > 1]
    lines: list[Any] = []
    if some:
        whole = np.rint(np.concatenate(some) * 1000).astype(np.int64)
        lon, lat = to_degrees(streets.srid, whole[:, 0], whole[:, 1])
        of = np.repeat(np.arange(len(some)), [len(xy) for xy in some])
        lines = np.asarray(shapely.linestrings(np.stack([lon, lat], axis=1), indices=of), object).tolist()
    following = iter(lines)
    found: list[Way | None] = []
    for chain, xy in zip(chains, drawn, strict=True):
        if chain is None or xy is None:
            found.append(None)
            continue
        mine = arcs.taking(chain)
        found.append(
            Way(
                next(following) if len(xy) > 1 else None,
                float(np.abs(mine.to_m - mine.from_m).sum()),
                int(mine.time.sum()),
                _names(streets, mine.link),
            )
        )
    return found


def piece_points(line: Any, from_m: float, to_m: float) -> Floats:
    """Return the points of a line between two places along it, in the order from one to the other."""
    xy = shapely.get_coordinates(line)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    low, high = min(from_m, to_m), max(from_m, to_m)
    ends = np.stack([np.interp([low, high], along, xy[:, k]) for k in (0, 1)], axis=1)
    points = np.concatenate([ends[:1], xy[(along > low) & (along < high)], ends[1:]])
    return np.asarray(points if from_m <= to_m else points[::-1])


def _points(streets: Streets, arcs: Arcs) -> Floats:
    """Return the points of arcs that follow each other, none twice in a row, shape (points, 2)."""
    if not len(arcs.link):
        return np.empty((0, 2))
    lines = streets.lines[arcs.link]
    against = arcs.to_m < arcs.from_m
    lines[against] = shapely.reverse(lines[against])
    # Most are whole links; those at places are not.
    parts = np.flatnonzero(np.abs(arcs.to_m - arcs.from_m) < streets.length_m[arcs.link])
    for k in parts.tolist():
        points = piece_points(streets.lines[arcs.link[k]], arcs.from_m[k], arcs.to_m[k])
        lines[k] = shapely.linestrings(points)
    xy = np.round(shapely.get_coordinates(lines), 3)
    return np.asarray(xy[np.append(True, (xy[1:] != xy[:-1]).any(axis=1))])


def _names(streets: Streets, links: Integers) -> tuple[str, ...]:
    """Return the names of links in order, each once as long as the way stays on it."""
    found: list[str] = []
    for name in streets.roads.names[streets.road[links]]:
        if name is not None and (not found or found[-1] != name):
            found.append(str(name))
    return tuple(found)
