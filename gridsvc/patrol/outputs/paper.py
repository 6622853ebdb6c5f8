"""From degrees to places on a sheet of paper, and where marks and names have room there.

Lengths on paper are points (1/72 inch), x to the right, y upwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.geography.projection import srid_for, to_degrees, to_millimetres

Floats = NDArray[np.float64]

_EDGE = 24.0
"""Room between the route and the edge of its map."""
_LEAST_M = 400.0
"""A route that stays at one place is drawn with so much around it."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle of the projected system EPSG:`srid` (metres) on `width` x `height` points of paper."""

    srid: int
    west: float
    south: float
    per_metre: float
    width: float
    height: float

    @classmethod
    def around(cls, degrees: Floats, width: float, heights: tuple[float, float]) -> Frame:
        """Return the largest frame of that width in which all places (lon, lat), shape (k, 2), have room.

        `heights`: between which its height may be.
        """
        srid = srid_for(*degrees.mean(axis=0).tolist())
        xy = _projected(srid, degrees)
        low, high = xy.min(axis=0), xy.max(axis=0)
        wide, tall = np.maximum(high - low, _LEAST_M).tolist()
        height = min(max((width - 2 * _EDGE) / wide * tall + 2 * _EDGE, heights[0]), heights[1])
        per_metre = min((width - 2 * _EDGE) / wide, (height - 2 * _EDGE) / tall)
        middle = (low + high) / 2
        west, south = (middle - np.array([width, height]) / 2 / per_metre).tolist()
        return cls(srid, west, south, per_metre, width, height)

    def placed(self, degrees: Floats) -> Floats:
        """Return where places (lon, lat), shape (k, 2), are on the paper."""
        on_paper: Floats = (_projected(self.srid, degrees) - (self.west, self.south)) * self.per_metre
        return on_paper

    def box(self) -> tuple[float, float, float, float]:
        """Return west, south, east, north of the frame in degrees."""
        x = np.array([0.0, self.width, self.width, 0.0]) / self.per_metre + self.west
        y = np.array([0.0, 0.0, self.height, self.height]) / self.per_metre + self.south
        lon, lat = to_degrees(
            self.srid, np.rint(x * 1000).astype(np.int64), np.rint(y * 1000).astype(np.int64)
        )
        return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())

    def holds(self, at: Floats, edge: float) -> bool:
        """Whether a place on the paper is `edge` or more inside the frame."""
        return bool((at >= edge).all() and (at <= np.array([self.width, self.height]) - edge).all())

    def round_length(self, most: float) -> int:
        """Return the longest of 1, 2, 5, 10 … metres that is at most `most` points long."""
        metres = most / self.per_metre
        unit = 10 ** int(np.floor(np.log10(metres)))
        return int(max(step * unit for step in (1, 2, 5) if step * unit <= metres))


def _projected(srid: int, degrees: Floats) -> Floats:
    x, y = to_millimetres(srid, degrees[:, 0], degrees[:, 1])
    return np.column_stack([x, y]) / 1000.0


def moved(line: Floats, aside: float) -> Floats:
    """Return a line, shape (k, 2), moved to the right of where it goes; its corners stay joined."""
    steps = np.diff(line, axis=0)
    long = np.hypot(steps[:, 0], steps[:, 1])
    kept = np.r_[True, long > 1e-3]
    line, steps, long = line[kept], steps[kept[1:]], long[kept[1:]]
    if not len(steps):
        return line
    right = np.column_stack([steps[:, 1], -steps[:, 0]]) / long[:, None]
    before, after = np.vstack([right[:1], right]), np.vstack([right, right[-1:]])
    both = before + after
    square = (both**2).sum(axis=1, keepdims=True)
    # Round a sharp corner the corner itself would be far away.
    offset = np.where(square < 0.36, before, 2 * both / np.maximum(square, 1e-9))
    shifted: Floats = line + aside * offset
    return shifted


def heads(line: Floats, every: float) -> list[tuple[tuple[float, float], float]]:
    """Return places along a line with the direction there (degrees, anticlockwise), `every` points apart."""
    steps = np.diff(line, axis=0)
    long = np.hypot(steps[:, 0], steps[:, 1])
    along = np.r_[0.0, np.cumsum(long)]
    number = int(along[-1] // every) or int(along[-1] > every / 2)
    found = []
    for wanted in (np.arange(number) + 0.5) * along[-1] / max(number, 1):
        step = min(int(np.searchsorted(along, wanted, "right")) - 1, len(steps) - 1)
        x, y = (line[step] + steps[step] * (wanted - along[step]) / max(long[step], 1e-9)).tolist()
        found.append(((x, y), float(np.degrees(np.arctan2(steps[step, 1], steps[step, 0])))))
    return found


def spread(places: Floats, apart: float, frame: Frame) -> Floats:
    """Return where marks of places, shape (k, 2), are drawn: there, or at the nearest free spot."""
    turns = np.arange(12) * np.pi / 6
    around = np.column_stack([np.cos(turns), np.sin(turns)])
    tries = np.vstack([np.zeros((1, 2)), *(ring * apart * around for ring in (1.05, 1.6, 2.2, 3.0, 4.0))])
    marks = np.empty_like(places)
    for number, place in enumerate(places):
        marks[number] = place
        for there in place + tries:
            taken = marks[:number]
            free = not len(taken) or np.hypot(*(taken - there).T).min() >= apart
            if free and frame.holds(there, apart / 2):
                marks[number] = there
                break
    return marks


def names_along(
    lines: list[Floats], names: list[str], frame: Frame, size: float, most: int = 40
) -> list[tuple[str, tuple[float, float], float]]:
    """Return names with place and turn (degrees): along each street's longest step, none over another."""
    best: dict[str, tuple[float, Floats, Floats]] = {}
    for line, name in zip(lines, names, strict=True):
        if not name:
            continue
        steps = np.diff(line, axis=0)
        for start, step in zip(line, steps, strict=False):
            long = float(np.hypot(*step))
            if long > best.get(name, (0.0,))[0] and frame.holds(start + step / 2, 3 * size):
                best[name] = (long, start + step / 2, step)
    found: list[tuple[str, tuple[float, float], float]] = []
    taken: list[tuple[Floats, float]] = []
    for name, (long, middle, step) in sorted(best.items(), key=lambda each: -each[1][0]):
        half = len(name) * size / 2
        if long < half or any(np.hypot(*(middle - at)) < half + other for at, other in taken):
            continue
        taken.append((middle, half))
        turn = (float(np.degrees(np.arctan2(step[1], step[0]))) + 90) % 180 - 90
        found.append((name, (float(middle[0]), float(middle[1])), turn))
        if len(found) == most:
            break
    return found
