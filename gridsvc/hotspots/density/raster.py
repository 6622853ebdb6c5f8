"""A raster over an area: which pixels lie in it, and sums of kernels by Fourier transform."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import fft
from scipy.ndimage import distance_transform_edt

from gridsvc.hotspots.density.kernels import Kernel, plane_kernel, reach

Floats = NDArray[np.float64]

MOST_FINE_PIXELS = 1 << 22


@dataclass(frozen=True, slots=True)
class Frame:
    """Pixels of `step_m` over an area, each divided into `parts` × `parts` fine ones; row 0 in the north."""

    west_m: float
    north_m: float
    step_m: float
    rows: int
    columns: int
    parts: int

    @property
    def fine_m(self) -> float:
        """Return the side of a fine pixel in metres."""
        return self.step_m / self.parts

    @property
    def fine_shape(self) -> tuple[int, int]:
        """Return rows and columns of fine pixels."""
        return self.rows * self.parts, self.columns * self.parts


def frame_of(area: Any, step_m: float, finest_m: float) -> Frame:
    """Return the pixels that cover `area` (shapely, metres), their parts no longer than `finest_m`.

    There are at most MOST_FINE_PIXELS fine pixels, unless the pixels asked for are more: then one part each.
    """
    west, south, east, north = shapely.bounds(area)
    west, north = np.floor(west / step_m) * step_m, np.ceil(north / step_m) * step_m
    columns = max(int(np.ceil((east - west) / step_m)), 1)
    rows = max(int(np.ceil((north - south) / step_m)), 1)
    most = max(int(np.sqrt(MOST_FINE_PIXELS / (rows * columns))), 1)
    parts = min(max(int(np.ceil(step_m / finest_m)), 1), most)
    return Frame(float(west), float(north), float(step_m), rows, columns, parts)


class Canvas:
    """The fine pixels of a frame, those inside `area` by their centres, and kernel sums over them."""

    def __init__(self, frame: Frame, area: Any) -> None:
        self.frame = frame
        self.inside = _inside(frame, area)

    def bin(self, x_m: Floats, y_m: Floats, weights: Floats) -> Floats:
        """Return the weights shared among the four nearest fine pixels: sum and centre of mass are kept.

        What lies beyond the canvas is put on its margin.
        """
        rows, columns = self.frame.fine_shape
        fine = self.frame.fine_m
        across = np.clip((x_m - self.frame.west_m) / fine - 0.5, 0, columns - 1)
        down = np.clip((self.frame.north_m - y_m) / fine - 0.5, 0, rows - 1)
        left = np.minimum(across.astype(np.int64), max(columns - 2, 0))
        top = np.minimum(down.astype(np.int64), max(rows - 2, 0))
        right_share, low_share = across - left, down - top
        total = np.zeros(rows * columns)
        for row, row_share in ((top, 1 - low_share), (np.minimum(top + 1, rows - 1), low_share)):
            for column, share in (
                (left, 1 - right_share),
                (np.minimum(left + 1, columns - 1), right_share),
            ):
                total += np.bincount(
                    row * columns + column, weights * row_share * share, minlength=rows * columns
                )
        return total.reshape(rows, columns)

    def smooth(self, grid: Floats, kernel: Kernel, bandwidth_m: float) -> Floats:
        """Return the sum of kernels around fine pixels; the kernel's own sum is made exactly 1."""
        fine = self.frame.fine_m
        pixels = int(np.ceil(reach(kernel, bandwidth_m) / fine))
        offsets = np.arange(-pixels, pixels + 1) * fine
        stamp = plane_kernel(kernel, np.hypot(offsets[:, None], offsets[None, :]), bandwidth_m)
        # A kernel narrower than a pixel has nothing beyond its own.
        stamp = stamp / stamp.sum()
        shape = [fft.next_fast_len(size + 2 * pixels, real=True) for size in grid.shape]
        product = fft.rfft2(grid, shape) * fft.rfft2(stamp, shape)
        whole = fft.irfft2(product, shape)[pixels : pixels + grid.shape[0], pixels : pixels + grid.shape[1]]
        # The transform leaves noise of 1e-16 of the largest value where nothing is.
        return np.where(whole > np.abs(whole).max() * 1e-13, whole, 0.0)

    def share_inside(self, kernel: Kernel, bandwidth_m: float) -> Floats:
        """Return for every fine pixel how much of a kernel on it lies in the area."""
        return np.maximum(self.smooth(self.inside.astype(np.float64), kernel, bandwidth_m), 1e-12)

    def drawn_in(self, grid: Floats, wanted: NDArray[np.bool_]) -> Floats:
        """Return the grid with the weight of the `wanted` fine pixels on the nearest ones inside the area."""
        wanted = wanted & (grid > 0)
        if not wanted.any():
            return grid
        row, column = distance_transform_edt(~self.inside, return_distances=False, return_indices=True)
        drawn = np.where(wanted, 0.0, grid)
        np.add.at(drawn, (row[wanted], column[wanted]), grid[wanted])
        return drawn

    @cached_property
    def coverage(self) -> Floats:
        """Return the share of every pixel inside the area, by its fine pixels."""
        return self.pooled(self.inside.astype(np.float64)) / self.frame.parts**2

    def pooled(self, grid: Floats) -> Floats:
        """Return the sums over the fine pixels of every pixel."""
        frame = self.frame
        blocks = grid.reshape(frame.rows, frame.parts, frame.columns, frame.parts)
        return np.asarray(blocks.sum(axis=(1, 3)))


def _inside(frame: Frame, area: Any) -> NDArray[np.bool_]:
    """Return which fine pixels have their centre in the area; at least one, for a sliver between centres."""
    rows, columns = frame.fine_shape
    x = frame.west_m + (np.arange(columns) + 0.5) * frame.fine_m
    y = frame.north_m - (np.arange(rows) + 0.5) * frame.fine_m
    inside = np.zeros((rows, columns), np.bool_)
    # Every scan line meets the area in a few stretches: cheaper than asking for every centre.
    west, east = x[0] - frame.step_m, x[-1] + frame.step_m
    ends = np.stack([np.repeat([[west, east]], rows, axis=0), np.repeat(y[:, None], 2, axis=1)], axis=2)
    lines = shapely.linestrings(ends)
    met, line = shapely.get_parts(shapely.intersection(lines, area), return_index=True)
    bounds = shapely.bounds(met)
    first = np.searchsorted(x, bounds[:, 0], side="left")
    last = np.searchsorted(x, bounds[:, 2], side="right")
    steps = np.zeros((rows, columns + 1), np.int32)
    np.add.at(steps, (line, first), 1)
    np.add.at(steps, (line, last), -1)
    inside = np.cumsum(steps, axis=1)[:, :columns] > 0
    if not inside.any():
        within = shapely.point_on_surface(area)
        row = int(np.clip((frame.north_m - within.y) / frame.fine_m, 0, rows - 1))
        inside[row, int(np.clip((within.x - frame.west_m) / frame.fine_m, 0, columns - 1))] = True
    return inside
