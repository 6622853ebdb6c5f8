"""The density of incidents as a surface with contours: for the eye, and with its bandwidth told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.density.adaptive import adaptive_bandwidths
from gridsvc.hotspots.density.bandwidth import GRID_M, Bandwidth, choose_bandwidth
from gridsvc.hotspots.density.cell_form import places_within
from gridsvc.hotspots.density.contours import checked_levels, contour_areas, head_tail_levels
from gridsvc.hotspots.density.kernels import Kernel, checked_kernel, mapped_bandwidth
from gridsvc.hotspots.density.planar import Edge, RasterDensity, raster_density
from gridsvc.hotspots.products.density_sheet import density_sheet
from gridsvc.hotspots.products.places_said import area_m, shapes_m
from gridsvc.hotspots.products.said import grid_plain, period_plain
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.places import Places, read_places
from gridsvc.hotspots.sheets.provenance import Provenance
from gridsvc.hotspots.sheets.sheet import Sheet

Floats = NDArray[np.float64]

MOST_BANDWIDTH_M = 5000.0
LEAST_HALF_LIFE_DAYS = 1.0
PIXELS_M = (5.0, 25.0)
_PIXELS_A_BANDWIDTH = 8
_MOST_PIXELS = 1 << 21
_PLACES_ACROSS = 8


@dataclass(frozen=True, slots=True, eq=False)
class DensityMap:
    """`raster` in incidents per km² in the period, weighted by age when there is a half-life.

    `per_km2[i]`: its mean over cell i, `incidents[i]`: how many lie there, shape (cells,). `bandwidths_m`: of
    each incident where they adapt. `choice`: how the bandwidth, the half-life or both were chosen, None when
    neither was.
    """

    places: Places
    raster: RasterDensity
    contours: Sequence[tuple[float, Any]]
    per_km2: Floats
    incidents: NDArray[np.int64]
    kernel: Kernel
    edge: Edge | None
    bandwidth_m: float
    choice: Bandwidth | None
    bandwidths_m: Floats | None
    half_life_days: float | None

    @property
    def bandwidth_asked(self) -> bool:
        """Return whether the bandwidth was left to the data (`choice` may be of the half-life alone)."""
        return self.choice is not None and len(self.choice.tried_m) > 1

    @property
    def spread_m(self) -> dict[str, float] | None:
        """Return the least, the median and the most of the adaptive bandwidths."""
        if self.bandwidths_m is None or not len(self.bandwidths_m):
            return None
        least, median, most = np.quantile(self.bandwidths_m, [0, 0.5, 1]).round(1).tolist()
        return {"least": least, "median": median, "most": most}

    def as_dict(self) -> dict[str, Any]:
        """Return the map without its pixels, for JSON."""
        codes = self.places.cells.layer.codes
        top = np.argsort(-self.per_km2, kind="stable")[:20]
        return {
            "classes": [each.as_dict() for each in self.places.classes],
            "period": period_plain(self.places.question),
            "incidents": len(self.places.report),
            "kernel": self.kernel,
            "bandwidth_m": round(self.bandwidth_m, 3),
            "bandwidth_given": not self.bandwidth_asked,
            "bandwidth_chosen": self.choice.as_dict() if self.choice is not None else None,
            "adaptive_m": self.spread_m,
            "half_life_days": self.half_life_days,
            "edge": self.edge,
            "unit": "incidents per km² in the period",
            "raster": {
                "rows": self.raster.values.shape[0],
                "columns": self.raster.values.shape[1],
                "pixel_m": self.raster.step_m,
                "west_m": self.raster.west_m,
                "north_m": self.raster.north_m,
                "srid": self.places.cells.layer.srid,
                "highest": round(float(np.nanmax(self.raster.values)), 6),
                "integral": round(self.raster.mass, 6),
                "error_share": round(self.raster.error_share, 6),
            },
            "outside": self.raster.outside,
            "contours": [
                {"per_km2": round(level, 6), "km2": round(float(shapely.area(shape)) / 1e6, 6)}
                for level, shape in self.contours
            ],
            "densest_cells": [
                {
                    "code": codes[i],
                    "per_km2": round(float(self.per_km2[i]), 6),
                    "incidents": int(self.incidents[i]),
                }
                for i in top.tolist()
                if self.per_km2[i] > 0
            ],
            "provenance": self.provenance().as_dict(),
        }

    def provenance(self) -> Provenance:
        """Return what the surface was computed from."""
        return Provenance(
            method=f"kernel density, {self.kernel}"
            + (", adaptive (Abramson)" if self.bandwidths_m is not None else ""),
            period=period_plain(self.places.question),
            snapshot=self.places.snapshot,
            grid=grid_plain(self.places.cells),
            parameters={
                "kernel": self.kernel,
                "bandwidth_m": self.bandwidth_m,
                "bandwidth": "given" if self.choice is None else self.choice.as_dict(),
                "adaptive_m": self.spread_m,
                "half_life_days": self.half_life_days,
                "edge": self.edge,
                "pixel_m": self.raster.step_m,
                "incidents": len(self.places.report),
                "seed": 0,
            },
        )

    def sheet(self) -> Sheet:
        """Return the surface with its contours over the cells, and the mean density of each cell."""
        return density_sheet(self)


def density_map(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    kernel: str = "quartic",
    bandwidth_m: float | None = None,
    adaptive: bool = False,
    half_life_days: float | None = None,
    choose_half_life: bool = False,
    edge: Edge | None = "diggle",
    pixel_m: float | None = None,
    levels: Sequence[float] | None = None,
    cells: Cells | None = None,
) -> DensityMap:
    """Return the density of the incidents of a question over its cells.

    Without `bandwidth_m` leave-one-out likelihood chooses it, with `choose_half_life` together with the
    half-life of the weights. `pixel_m`: default an eighth of the bandwidth, within PIXELS_M, larger for a
    large city. `levels` of the contours: default by head/tail breaks.

    Raises what `read_places` raises, WrongUsage (`bad_kernel`), InputRefused (`bad_bandwidth`, `bad_pixel`,
    `bad_half_life`, `bad_levels`).
    """
    named = checked_kernel(kernel)
    if bandwidth_m is not None:
        mapped_bandwidth(bandwidth_m, MOST_BANDWIDTH_M)
    given_levels = checked_levels(levels) if levels is not None else None
    _check_half_life(half_life_days)
    places = read_places(connection, question, now=now, snap_outside_m=snap_outside_m, cells=cells)
    x, y, area = places.x_m, places.y_m, area_m(places.cells)
    day = places.day + places.second / 86_400
    choice = None
    if bandwidth_m is None or choose_half_life:
        choice = choose_bandwidth(
            x,
            y,
            float(area.area),
            day=day if choose_half_life else None,
            kernel=named,
            tried_m=GRID_M if bandwidth_m is None else (bandwidth_m,),
        )
        half_life_days = choice.half_life_days if choose_half_life else half_life_days
    h = choice.bandwidth_m if choice is not None and bandwidth_m is None else float(bandwidth_m or 0)
    weights = None
    if half_life_days is not None:
        weights = 0.5 ** (((question.last - question.first).days + 1 - day) / half_life_days)
    each = adaptive_bandwidths(x, y, weights, bandwidth_m=h, kernel=named) if adaptive else None
    step = pixel_m if pixel_m is not None else _pixel(h, area)
    raster = raster_density(
        x,
        y,
        weights,
        area,
        bandwidth_m=h if each is None or not len(each) else each,
        step_m=step,
        kernel=named,
        edge=edge,
    )
    lines = given_levels if given_levels is not None else head_tail_levels(raster.values)
    return DensityMap(
        places=places,
        raster=raster,
        contours=contour_areas(raster, lines, area),
        per_km2=_over_cells(raster, shapes_m(places.cells)),
        incidents=np.bincount(places.cell, minlength=len(places.cells.layer.codes)).astype(np.int64),
        kernel=named,
        edge=edge,
        bandwidth_m=h,
        choice=choice,
        bandwidths_m=each,
        half_life_days=half_life_days,
    )


def _over_cells(raster: RasterDensity, cells: NDArray[Any]) -> Floats:
    """Return the mean of the raster over each cell, by the pixels of places spread evenly within it."""
    places, cell = places_within(cells, _PLACES_ACROSS)
    rows, columns = raster.values.shape
    row = np.clip(((raster.north_m - places[:, 1]) / raster.step_m).astype(np.int64), 0, rows - 1)
    column = np.clip(((places[:, 0] - raster.west_m) / raster.step_m).astype(np.int64), 0, columns - 1)
    values = raster.values[row, column]
    # A pixel without a fine one inside the area has no value; a cell of such pixels alone has none.
    known = np.isfinite(values)
    total = np.bincount(cell[known], values[known], minlength=len(cells))
    many = np.bincount(cell[known], minlength=len(cells))
    return np.asarray(total / np.maximum(many, 1))


def _pixel(bandwidth_m: float, area: Any) -> float:
    """Return an eighth of the bandwidth within PIXELS_M, or what keeps the pixels of a large area few."""
    west, south, east, north = shapely.bounds(area)
    fewest = float(np.sqrt((east - west) * (north - south) / _MOST_PIXELS))
    return max(float(np.clip(bandwidth_m / _PIXELS_A_BANDWIDTH, *PIXELS_M)), fewest)


def _check_half_life(days: float | None) -> None:
    # Of a shorter one nothing would be left after a few weeks.
    if days is None or (np.isfinite(days) and days >= LEAST_HALF_LIFE_DAYS):
        return
    raise InputRefused(
        "bad_half_life",
        Text(f"半衰期 {days:g} 天不可用：至少 1 天。", f"a half-life of {days:g} days is none: at least 1."),
        place=Place(column="half_life", value=f"{days:g}"),
        remedy=Text("例如 28；auto 由交叉验证选定。", "For instance 28; auto lets cross-validation choose."),
    )
