"""Reports of the sample district and of two real cities as cubes of cells and steps, without a database."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gridsvc.geography import Layer, code_profile
from gridsvc.geography.projection import to_millimetres
from gridsvc.hotspots.exposure.streets import street_km
from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps, monthly_steps, shift_steps, weekly_steps
from gridsvc.hotspots.products.step_counts import SHIFT_CHANGE_H, working_days
from gridsvc.hotspots.records.sinks import normalised
from gridsvc.responsibility.locator import Locator
from gridsvc.sample import SampleFiles

Floats = NDArray[np.float64]
SRID = 4545
_SNAP_MM = 30_000


@dataclass(frozen=True, slots=True, eq=False)
class City:
    """Reports of a city on its cells; `cell`, `day` (since `first`), `second` and `of` of shape (reports,).

    `metres`: x and y of each report in a projected system, shape (reports, 2). `classes[of]` is the class.
    `quarantined`: reports set aside at default coordinates; `nowhere`: without a usable place.
    """

    name: str
    ground: Ground
    first: np.datetime64
    days: int
    cell: NDArray[np.int64]
    day: NDArray[np.int64]
    second: NDArray[np.int64]
    metres: Floats
    classes: list[str]
    of: NDArray[np.int64]
    quarantined: int
    nowhere: int

    def rows(self, wanted: str) -> NDArray[np.bool_]:
        """Return which reports are of a class."""
        return np.asarray(self.of == self.classes.index(wanted))

    def cube(self, wanted: str, steps: Steps, step: NDArray[np.int64]) -> Cube:
        """Return the cube of a class; `step` of each report, -1 for those outside."""
        shape = (self.ground.cells, len(steps))
        inside = (step >= 0) & (step < len(steps))

        def counted(rows: NDArray[np.bool_]) -> NDArray[np.int64]:
            flat = self.cell[rows] * len(steps) + step[rows]
            return np.bincount(flat, minlength=shape[0] * shape[1]).reshape(shape)

        mine = self.rows(wanted)
        return Cube(self.ground, steps, counted(inside & mine), counted(inside & ~mine))

    def weekly(self, wanted: str) -> Cube:
        """Return the cube of whole weeks, the last of which ends with the last day."""
        weeks = self.days // 7
        skipped = self.days - 7 * weeks
        start = self.first + skipped
        working = working_days(start.astype(object), 7 * weeks).reshape(-1, 7).mean(axis=1)
        return self.cube(wanted, weekly_steps(start, weeks, working), np.floor_divide(self.day - skipped, 7))

    def shifts(self, wanted: str) -> Cube:
        """Return the cube of two shifts a day over whole weeks."""
        days = 7 * (self.days // 7)
        skipped = self.days - days
        start = self.first + skipped
        steps = shift_steps(start, days, 2, working_days(start.astype(object), days) > 0)
        late = (self.second >= SHIFT_CHANGE_H * 3600).astype(np.int64)
        step = np.where(self.day >= skipped, 2 * (self.day - skipped) + late, -1)
        return self.cube(wanted, steps, step)

    def monthly(self, wanted: str) -> Cube:
        """Return the cube of whole calendar months; the first may have begun before the reports."""
        months = (self.first + self.day).astype("datetime64[M]")
        first = self.first.astype("datetime64[M]")
        count = int(((self.first + self.days).astype("datetime64[M]") - first).astype(int))
        return self.cube(wanted, monthly_steps(first, count), (months - first).astype(np.int64))


def sample_city(files: SampleFiles, classes: Sequence[str]) -> City:
    """Return the sample district on its own irregular cells, with its streets; classes by `kind code`."""
    layer = _cells(files)
    locator = Locator(layer.geom_mm, snap_mm=_SNAP_MM)
    roads = json.loads(files.roads.read_text(encoding="utf-8"))
    lines = np.array([shapely.geometry.shape(each["geometry"]) for each in roads["features"]], object)
    shapes = layer.geom_mm
    middle = shapely.get_coordinates(shapely.centroid(shapes)) / 1000
    km = street_km(layer, locator, lines).km
    ground = Ground(middle[:, 0], middle[:, 1], shapely.area(shapes) / 1e12, km)
    with files.reports.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    placed = [row for row in rows if row["lon"]]
    lon, lat = (np.array([float(row[name]) for row in placed]) for name in ("lon", "lat"))
    x, y = to_millimetres(SRID, lon, lat)
    cell = locator.locate(x, y).cell.astype(np.int64)
    opened = np.array([row["opened"][:19] for row in placed], "datetime64[s]")
    named = [f"{row['kind']} {row['class']}" for row in placed]
    kept = cell >= 0
    return _city(
        "the sample district",
        ground,
        cell[kept],
        opened[kept],
        np.stack([x, y], axis=1)[kept] / 1000.0,
        [name for name, there in zip(named, kept, strict=True) if there],
        quarantined=0,
        nowhere=len(rows) - int(kept.sum()),
        classes=classes,
    )


def _cells(files: SampleFiles) -> Layer:
    found = json.loads(files.cells.read_text(encoding="utf-8"))["features"]
    found.sort(key=lambda each: each["properties"]["code"])
    codes = [each["properties"]["code"] for each in found]

    def whole(degrees: Floats) -> NDArray[np.int64]:
        return np.stack(to_millimetres(SRID, degrees[:, 0], degrees[:, 1]), axis=1)

    shapes = np.array([shapely.geometry.shape(each["geometry"]) for each in found], object)
    rules = code_profile("gbt")
    nobody: list[str | None] = [None] * len(codes)
    placed = shapely.multipolygons([[shape] for shape in shapely.transform(shapes, whole)])
    return Layer(1, "sample", "cell", None, rules, SRID, codes, codes, nobody, np.asarray(placed))


def real_city(
    name: str, path: Path, columns: dict[str, str], form: str, srid: int, side_m: float, tested: int
) -> City:
    """Return a city of a table of reports, on a lattice of `side_m`, sinks set aside.

    `columns` names class, opened, lat, lon, address; `form` that of the instants. The universe are the cells
    in which any report of any class lies before the last `tested` months: no tested one lets a cell in.
    """
    with path.open(encoding="utf-8", errors="replace") as file:
        rows = list(csv.DictReader(file))
    lon, lat = (_numbers(row[columns[axis]] for row in rows) for axis in ("lon", "lat"))
    usable = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) > 1)
    sink = usable & _at_sink(rows, columns, lon, lat)
    transformer = Transformer.from_crs(4326, srid, always_xy=True)
    kept = np.flatnonzero(usable & ~sink)
    x, y = (np.asarray(values) for values in transformer.transform(lon[kept], lat[kept]))
    opened = np.array(
        # Local time without a zone, as published: a clock is all that weeks and months need.
        [datetime.strptime(rows[row][columns["opened"]], form) for row in kept],  # noqa: DTZ007
        "datetime64[s]",
    )
    order = np.argsort(opened, kind="stable")
    kept, x, y, opened = kept[order], x[order], y[order], opened[order]
    column, line = np.floor(x / side_m).astype(np.int64), np.floor(y / side_m).astype(np.int64)
    key = column * 10_000_000 + line
    months = opened.astype("datetime64[M]")
    universe = np.unique(key[months < months[-1] - tested])
    ground = Ground(
        (universe // 10_000_000 + 0.5) * side_m,
        (universe % 10_000_000 + 0.5) * side_m,
        np.full(len(universe), side_m**2 / 1e6),
        np.ones(len(universe)),
    )
    at = np.searchsorted(universe, key)
    inside = (at < len(universe)) & (universe[np.minimum(at, len(universe) - 1)] == key)
    named = [rows[row][columns["class"]] for row in kept[inside]]
    return _city(
        name,
        ground,
        at[inside],
        opened[inside],
        np.stack([x, y], axis=1)[inside],
        named,
        quarantined=int(sink.sum()),
        nowhere=int((~usable).sum()) + int((~inside).sum()),
        classes=None,
        period=(opened[0], opened[-1]),
    )


def _city(
    name: str,
    ground: Ground,
    cell: NDArray[np.int64],
    opened: NDArray[np.datetime64],
    metres: Floats,
    named: list[str],
    *,
    quarantined: int,
    nowhere: int,
    classes: Sequence[str] | None,
    period: tuple[np.datetime64, np.datetime64] | None = None,
) -> City:
    day = opened.astype("datetime64[D]")
    first, last = (each.astype("datetime64[D]") for each in period or (opened.min(), opened.max()))
    found, of = np.unique(np.array(named), return_inverse=True)
    missing = [each for each in classes or () if each not in found]
    assert not missing, missing
    return City(
        name,
        ground,
        first,
        int((last - first).astype(int)) + 1,
        cell,
        (day - first).astype(np.int64),
        (opened - day).astype("timedelta64[s]").astype(np.int64),
        metres,
        found.tolist(),
        of.astype(np.int64),
        quarantined,
        nowhere,
    )


def _numbers(values: Any) -> Floats:
    return np.array([float(value) if value not in ("", "NA", None) else np.nan for value in values])


def _at_sink(
    rows: list[dict[str, str]], columns: dict[str, str], lon: Floats, lat: Floats
) -> NDArray[np.bool_]:
    """Return which reports lie at a default coordinate: the rule of `hotspots.md` section 2."""
    places: dict[tuple[float, float], list[int]] = {}
    for number, place in enumerate(zip(lon.tolist(), lat.tolist(), strict=True)):
        places.setdefault(place, []).append(number)
    found = np.zeros(len(rows), np.bool_)
    for held in places.values():
        if len(held) > max(20, 0.002 * len(rows)):
            addresses = {normalised(rows[number][columns["address"]]) for number in held}
            classes = {rows[number][columns["class"]] for number in held}
            found[held] = len(addresses) > 10 and len(classes) >= 2
    return found
