"""Where things stand along the streets: every side of every road, as one long line to draw places from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.grid import Grid
from gridsvc.sample.network import WIDTHS_M

Numbers = NDArray[np.int64]
Metres = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Spots:
    """Places drawn: coordinates in EPSG:4545 metres, shape (n, 2), with the cell and the road of each.

    `road` counts in `Grid.street_names`, -1 where there is none. `side` counts in the Frontage.
    """

    xy: Metres
    cell: Numbers
    road: Numbers
    side: Numbers


class Frontage:
    """Both sides of every piece of border: the line, the cell on that side, and the way into the cell."""

    def __init__(self, grid: Grid) -> None:
        count = len(grid.edges.lines)
        line = np.concatenate([np.arange(count), np.arange(count)])
        cell = grid.edge_cells.T.ravel()
        inside = cell >= 0
        self.grid = grid
        self.line, self.cell = line[inside], cell[inside]
        self.kind = grid.edges.kind[self.line]
        self.road = grid.edges.street[self.line]
        self.length = shapely.length(grid.edges.lines)[self.line]
        middle, left = self._walk(np.arange(len(self.line)), self.length / 2)
        try_left = shapely.points(middle + 0.5 * left)
        here = shapely.contains(grid.cells.shapes[self.cell], try_left)
        self.sign = np.where(here, 1.0, -1.0)

    def _walk(self, side: Numbers, along: Metres) -> tuple[Metres, Metres]:
        """Return the points `along` metres from the start of each side's line, and the unit normals left."""
        lines = self.grid.edges.lines[self.line[side]]
        step = np.minimum(0.5, self.length[side] / 4)
        points = shapely.line_interpolate_point(lines, along)
        before = shapely.get_coordinates(shapely.line_interpolate_point(lines, np.maximum(along - step, 0)))
        after = shapely.get_coordinates(shapely.line_interpolate_point(lines, along + step))
        forward = after - before
        forward /= np.hypot(forward[:, 0], forward[:, 1])[:, None]
        return shapely.get_coordinates(points), np.stack([-forward[:, 1], forward[:, 0]], axis=1)

    def draw(
        self, rng: np.random.Generator, count: int, weight: Metres, *, even: bool = False
    ) -> tuple[Numbers, Metres]:
        """Draw `count` stations: the side and the metres along its line.

        `weight` is per side and metre. With `even` the stations follow each other at equal steps of weight,
        as lamps and trees do, with a little unevenness; otherwise each is independent.
        """
        reach = np.cumsum(self.length * weight)
        loose = rng.random(count)
        steps = (np.arange(count) + 0.3 + 0.4 * loose) / count if even else loose
        target = steps * reach[-1]
        side = np.searchsorted(reach, target, "right")
        into = (target - np.concatenate([[0.0], reach])[side]) / np.maximum(weight[side], 1e-12)
        return side, np.clip(into, 0, self.length[side])

    def place(self, side: Numbers, along: Metres, beyond: Metres, *, kerb: bool = True) -> Spots:
        """Return the places at stations, `beyond` metres from the kerb (or from the middle of the road)."""
        points, left = self._walk(side, along)
        half = np.array(WIDTHS_M)[self.kind[side]] / 2 if kerb else np.zeros(len(side))
        xy = points + left * (self.sign[side] * (half + beyond))[:, None]
        return Spots(xy, self.cell[side], self.road[side], side)


def inside_cells(grid: Grid, rng: np.random.Generator, cells: Numbers) -> Metres:
    """Return a random point well inside each of `cells` (convex but for a little bending)."""
    centre = shapely.get_coordinates(shapely.centroid(grid.cells.shapes))[cells]
    corners, owner = shapely.get_coordinates(grid.cells.shapes, return_index=True)
    first = np.searchsorted(owner, cells)
    length = np.searchsorted(owner, cells, "right") - first - 1
    a = corners[first + (rng.random(len(cells)) * length).astype(np.int64)]
    b = corners[first + (rng.random(len(cells)) * length).astype(np.int64)]
    u, v = np.sqrt(rng.random((1, len(cells), 1)))[0], rng.random((len(cells), 1))
    return np.asarray(centre + 0.85 * u * ((1 - v) * (a - centre) + v * (b - centre)))
