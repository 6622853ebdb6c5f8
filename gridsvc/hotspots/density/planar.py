"""Kernel density on the plane: exactly at given points, and fast on a raster (hotspots.md 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.density.kernels import (
    M2_PER_KM2,
    checked_bandwidth,
    checked_kernel,
    plane_kernel,
    reach,
)
from gridsvc.hotspots.density.raster import Canvas, frame_of

Floats = NDArray[np.float64]
Edge = Literal["diggle", "uniform"]

FINE_PIXELS = 16
"""A bandwidth has at least so many fine pixels, unless there would be more than MOST_FINE_PIXELS."""
MOST_PIXELS = 1 << 24
LARGEST_PIXEL_M = 1000.0
_MOST_PIXELS_OF_A_KERNEL = 3000
"""From a kernel's middle to its rim: a square of them with twice that side is held in memory."""
_LEVEL_RATIO = 2**0.25
_PAIRS_AT_ONCE = 2_000_000
_HARDLY_INSIDE = 1e-3
"""Less of a kernel than this in the area: dividing by it would lose the report, or make a spike of it."""


@dataclass(frozen=True, slots=True, eq=False)
class RasterDensity:
    """`values[row, column]`: mean density of a pixel in weights per km², row 0 in the north, NaN outside.

    `west_m`, `north_m`: outer corner in the system of the area, metres; `step_m`: side of a pixel.
    `coverage`: share of each pixel inside the area. `counted`: weight of the reports on the map; `outside`:
    how many reports lay outside the area and were left out. `error_share`: bound of the error that binning
    makes in any one report's density, as a share of that report's own peak.
    """

    values: Floats
    coverage: Floats
    west_m: float
    north_m: float
    step_m: float
    counted: float
    outside: int
    error_share: float

    @property
    def mass(self) -> float:
        """Return the integral over the area: with Diggle's correction, the weight of the reports."""
        return float(np.nansum(self.values * self.coverage) * self.step_m**2 / M2_PER_KM2)


def raster_density(
    x_m: Floats,
    y_m: Floats,
    weights: Floats | None,
    area: Any,
    *,
    bandwidth_m: float | Floats,
    step_m: float,
    kernel: str = "quartic",
    edge: Edge | None = "diggle",
) -> RasterDensity:
    """Return the kernel density of reports over `area` (shapely polygon, metres) on pixels of `step_m`.

    `x_m`, `y_m`, `weights`: shape (n,), `weights` None for 1 each. `bandwidth_m`: one, or one for each report
    (Abramson's adaptive density). `edge`: "diggle" divides each report by the share of its kernel that lies
    inside, so that the integral over the area is the weight of the reports; "uniform" divides each place by
    the share of a kernel there that lies inside; None lets what falls outside be lost. Reports more than a
    pixel outside the area are left out and counted.

    With "diggle", a report beside the area whose kernel hardly reaches it is put on the nearest place inside.
    Reports are shared among the four nearest of fine pixels and summed by Fourier transform. That moves no
    mass and no centre of mass; it adds up to fine²/4 to the variance along each axis, which changes a quartic
    by at most (fine/h)² of its peak and a Gaussian by a quarter of that: `error_share`.

    Raises InputRefused: `bad_bandwidth`, `bad_pixel`, `bad_area`, `bad_coordinates`.
    """
    named = checked_kernel(kernel)
    if not np.size(bandwidth_m):
        bandwidth_m = step_m * FINE_PIXELS  # of no report
    smallest, widest = (checked_bandwidth(float(of(bandwidth_m))) for of in (np.min, np.max))
    _check_pixel(area, step_m, reach(named, widest))
    _check_reports(x_m, y_m, weights)
    held = np.ones(len(x_m)) if weights is None else np.asarray(weights, np.float64)
    near = _within(area, x_m, y_m, step_m)
    single = np.ndim(bandwidth_m) == 0
    levels = _levels(np.asarray(bandwidth_m)[near] if not single else None, held[near], smallest)
    canvas = Canvas(frame_of(area, step_m, smallest / (FINE_PIXELS if single else FINE_PIXELS / 2)), area)
    density = np.zeros(canvas.frame.fine_shape)
    for level, shares in levels:
        some = shares > 0
        binned = canvas.bin(x_m[near][some], y_m[near][some], shares[some])
        if edge == "diggle":
            share = canvas.share_inside(named, level)
            binned = canvas.drawn_in(binned, share < _HARDLY_INSIDE)
            density += canvas.smooth(binned / share, named, level)
        elif edge == "uniform":
            density += canvas.smooth(binned, named, level) / canvas.share_inside(named, level)
        else:
            density += canvas.smooth(binned, named, level)
    covered = canvas.pooled(canvas.inside.astype(np.float64))
    frame = canvas.frame
    with np.errstate(invalid="ignore"):
        means = canvas.pooled(np.where(canvas.inside, density, 0.0)) / covered
    return RasterDensity(
        values=np.where(covered > 0, means * (M2_PER_KM2 / frame.fine_m**2), np.nan),
        coverage=canvas.coverage,
        west_m=frame.west_m,
        north_m=frame.north_m,
        step_m=frame.step_m,
        counted=float(held[near].sum()),
        outside=int(len(x_m) - near.sum()),
        error_share=(frame.fine_m / smallest) ** 2 / (1 if named == "quartic" else 4),
    )


def point_density(
    at_x_m: Floats,
    at_y_m: Floats,
    x_m: Floats,
    y_m: Floats,
    weights: Floats | None = None,
    *,
    bandwidth_m: float | Floats,
    kernel: str = "quartic",
) -> Floats:
    """Return f(s) = Σ_r K_h(d(s, s_r))·c_r in weights per km² at each place, shape (places,), summed exactly.

    `bandwidth_m` is one, or one for each report. Reports at one place with one bandwidth are summed once.
    """
    named = checked_kernel(kernel)
    bands = np.broadcast_to(np.asarray(bandwidth_m, np.float64), len(x_m))
    held = np.ones(len(x_m)) if weights is None else np.asarray(weights, np.float64)
    total = np.zeros(len(at_x_m))
    if not len(x_m) or not len(at_x_m):
        return total
    checked_bandwidth(float(bands.min()))
    rows, which = np.unique(np.stack([x_m, y_m, bands], axis=1), axis=0, return_inverse=True)
    held = np.bincount(which.ravel(), held).astype(np.float64)
    # Largest first: a block of reports is looked up by its own largest reach.
    order = np.argsort(-rows[:, 2], kind="stable")
    rows, held = rows[order], held[order]
    places = cKDTree(np.stack([at_x_m, at_y_m], axis=1))
    start = 0
    while start < len(rows):
        radius = reach(named, rows[start, 2])
        counts = places.query_ball_point(rows[start : start + 4096, :2], radius, return_length=True)
        size = max(int(np.searchsorted(np.cumsum(counts), _PAIRS_AT_ONCE)), 1)
        block = slice(start, start + min(size, len(counts)))
        near = cKDTree(rows[block, :2]).sparse_distance_matrix(places, radius, output_type="ndarray")
        values = plane_kernel(named, near["v"], rows[block, 2][near["i"]]) * held[block][near["i"]]
        total += np.bincount(near["j"], values, minlength=len(total))
        start = block.stop
    return total * M2_PER_KM2


def _levels(bandwidths: Floats | None, weights: Floats, smallest: float) -> list[tuple[float, Floats]]:
    """Return bandwidths of a ladder, each with the weight that every report has on it.

    A report between two rungs is shared by them so that its weight and its variance stay what they were.
    """
    if bandwidths is None:
        return [(smallest, weights)]
    if not len(bandwidths):
        return []
    rung = np.log(bandwidths / bandwidths.min()) / np.log(_LEVEL_RATIO)
    lower = np.floor(rung + 1e-9).astype(np.int64)
    ladder = bandwidths.min() * _LEVEL_RATIO ** np.arange(lower.max() + 2)
    low, high = np.square(ladder[lower]), np.square(ladder[lower + 1])
    upper_share = np.clip((np.square(bandwidths) - low) / (high - low), 0, 1)
    shares = [
        weights * (np.where(lower == k, 1 - upper_share, 0) + np.where(lower + 1 == k, upper_share, 0))
        for k in range(len(ladder))
    ]
    return [(float(step), share) for step, share in zip(ladder, shares, strict=True) if (share > 0).any()]


def _within(area: Any, x_m: Floats, y_m: Floats, step_m: float) -> NDArray[np.bool_]:
    """Return which reports lie in the area or at most a pixel outside."""
    shapely.prepare(area)
    inside = np.asarray(shapely.intersects_xy(area, x_m, y_m))
    rest = np.flatnonzero(~inside)
    inside[rest] = shapely.dwithin(area, shapely.points(x_m[rest], y_m[rest]), step_m)
    return inside


def _check_pixel(area: Any, step_m: float, reach_m: float) -> None:
    if area is None or shapely.is_empty(area) or not shapely.area(area) > 0:
        raise InputRefused(
            "bad_area",
            Text("区域为空，没有可画的面。", "the area is empty: nothing to map."),
            remedy=Text("请先导入单元网格。", "Import cells first."),
        )
    west, south, east, north = shapely.bounds(area)
    if not (np.isfinite(step_m) and 0 < step_m <= LARGEST_PIXEL_M):
        why = Text(
            f"应大于 0、至多 {LARGEST_PIXEL_M:g} 米", f"it is above 0 and at most {LARGEST_PIXEL_M:g} m"
        )
    elif (east - west) * (north - south) / step_m**2 > MOST_PIXELS:
        why = Text(
            f"过小，图幅超过 {MOST_PIXELS:,} 个像元",
            f"too small, for there would be more than {MOST_PIXELS:,}",
        )
    elif reach_m / step_m > _MOST_PIXELS_OF_A_KERNEL:
        why = Text(
            f"相对带宽过小，核的半径超过 {_MOST_PIXELS_OF_A_KERNEL:,} 个像元",
            f"too small for the bandwidth: a kernel would reach over more than {_MOST_PIXELS_OF_A_KERNEL:,}",
        )
    else:
        return
    raise InputRefused(
        "bad_pixel",
        Text(
            f"像元边长 {step_m:g} 米不可用：{why.zh}。", f"pixels of {step_m:g} m cannot be taken: {why.en}."
        ),
        place=Place(column="pixel", value=f"{step_m:g}"),
        remedy=Text(
            "请给出 5 到 25 米，或不给出，按带宽选定。",
            "Give 5 to 25 m, or none: the bandwidth then decides.",
        ),
    )


def _check_reports(x_m: Floats, y_m: Floats, weights: Floats | None) -> None:
    numbers = [x_m, y_m] if weights is None else [x_m, y_m, weights]
    bad = ~np.logical_and.reduce([np.isfinite(each) for each in numbers])
    if bad.any():
        row = int(np.argmax(bad))
        raise InputRefused(
            "bad_coordinates",
            Text(
                f"{int(bad.sum())} 件的坐标或权重不是数。",
                f"{int(bad.sum())} reports have a place or a weight that is no number.",
            ),
            place=Place(row=row + 1, column="x, y", value=f"{x_m[row]:g}, {y_m[row]:g}"),
        )
