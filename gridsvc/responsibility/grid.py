"""The grid in force at one instant: from degrees to the cell and the areas above it."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from gridsvc.geography import Layer
from gridsvc.geography.projection import LocalProjection, to_degrees, to_millimetres
from gridsvc.responsibility.accuracy import Shares
from gridsvc.responsibility.locator import Locator

Floats = NDArray[np.float64]
Indexes = NDArray[np.int32]

UPPER_LEVELS = ("community", "street", "district")  # from below

# Index of the area at each level from the cell up, -1 for none. The cell's own index stands only where a unit
# answers for that very cell; it is NO_CELL for a place outside every cell.
TerritoryKey = tuple[int, int, int, int]
NO_CELL = -2
OUTSIDE: TerritoryKey = (NO_CELL, -1, -1, -1)
"""The areas of a place outside every area."""
_MARGIN_DEGREES = 0.02
_PLANE_M = 10_000
_NO_GAP = 1e-6  # share of an area that rounding its outline to millimetres may add
_GLOBE = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Places:
    """Where n places lie, shape (n,) each; an index counts in the codes of its level's layer, -1: none."""

    cell: Indexes
    areas: Mapping[str, Indexes]  # by upper level
    territory: NDArray[np.int64]  # index into `territories`
    territories: tuple[TerritoryKey, ...]
    on_boundary: NDArray[np.bool_]
    on_outer_boundary: NDArray[np.bool_]
    snapped_mm: Floats
    x: NDArray[np.int64]  # whole millimetres of the grid's `srid`; of no meaning for a place that is none
    y: NDArray[np.int64]

    def unsnapped(self) -> Indexes:
        """Return the cells that hold the places, -1 for one that is only near: it lies in none; (n,)."""
        snapped = np.flatnonzero(~np.isnan(self.snapped_mm))
        if not len(snapped):
            return self.cell
        cell = self.cell.copy()
        cell[snapped] = -1
        return cell


class Grid:
    """The layers in force together, by level; immutable."""

    def __init__(
        self,
        layers: Mapping[str, Layer],
        locators: Mapping[tuple[int, str], Locator] | None = None,
        *,
        snap_mm: int,
        unit_areas: Container[str] = (),
    ) -> None:
        """Take layers by level.

        `locators` of known editions are used again instead of built; `unit_areas` are the codes of the areas
        that some unit answers for.
        """
        self.layers = dict(layers)
        known = locators or {}
        self._ancestors = {level: self._ancestors_of(level) for level in ("cell", *UPPER_LEVELS)}
        # Levels that do not follow from the cell are located by themselves.
        self._located = [
            level for level in UPPER_LEVELS if level in layers and self._goes_beyond_cells(level)
        ]
        wanted = [level for level in ("cell", *self._located) if level in layers]
        if not wanted and layers:
            wanted = [min(layers, key=("cell", *UPPER_LEVELS).index)]
        self.locators = {
            layers[level].key: known.get(layers[level].key) or Locator(layers[level].geom_mm, snap_mm=snap_mm)
            for level in wanted
        }
        self._projections = {
            srid: LocalProjection(srid, _bounds([layer for layer in layers.values() if layer.srid == srid]))
            for srid in {layers[level].srid for level in wanted}
        }
        cells = layers["cell"].codes if "cell" in layers else []
        self._own_cell = np.array(
            [k if code in unit_areas else -1 for k, code in enumerate(cells)] + [NO_CELL], np.int32
        )
        self._cell_territory, self.territories = _distinct(
            [self._own_cell, *(self._ancestors["cell"][level] for level in UPPER_LEVELS)]
        )
        self._inside = _inside(self.territories)

    def place(self, lon: Floats, lat: Floats) -> Places:
        """Locate places given in degrees (WGS 84), shape (n,); NaN lies nowhere."""
        n = len(lon)
        somewhere = np.isfinite(lon) & np.isfinite(lat)
        if not somewhere.all():
            # A place far from every area: the answer is the same, and no projection meets a NaN.
            lon, lat = np.where(somewhere, lon, 0.0), np.where(somewhere, lat, -90.0)
        millimetres = {srid: p.to_millimetres(lon, lat) for srid, p in self._projections.items()}
        x, y = (np.zeros(n, np.int64),) * 2 if self.srid is None else millimetres[self.srid]
        if "cell" in self.layers:
            layer = self.layers["cell"]
            found = self.locators[layer.key].locate(*millimetres[layer.srid])
            cell, snapped = found.cell, found.snapped_mm
            on_boundary, on_outer = found.on_boundary, found.on_outer_boundary
        else:
            cell, snapped = np.full(n, -1, np.int32), np.full(n, np.nan)
            on_boundary = on_outer = np.zeros(n, bool)
        if not self._located:
            # Of no cell, -1, each of them has one row more.
            territory = self._cell_territory.take(cell)
            areas = {level: self._ancestors["cell"][level].take(cell) for level in UPPER_LEVELS}
            return Places(cell, areas, territory, self.territories, on_boundary, on_outer, snapped, x, y)
        areas = {}
        for level in UPPER_LEVELS:
            known = self._ancestors["cell"][level].take(cell)
            if level in self._located:
                layer = self.layers[level]
                found = self.locators[layer.key].locate(*millimetres[layer.srid])
                known = np.where(known < 0, found.cell, known)
                on_boundary = on_boundary | (found.on_boundary if "cell" not in self.layers else False)
            areas[level] = known
        territory, territories = _distinct([self._own_cell[cell], *(areas[level] for level in UPPER_LEVELS)])
        return Places(cell, areas, territory, territories, on_boundary, on_outer, snapped, x, y)

    def holds(self, places: Places) -> NDArray[np.bool_]:
        """Return which places lie in any area, shape (n,)."""
        inside = self._inside if places.territories is self.territories else _inside(places.territories)
        return inside.take(places.territory)

    def shares(self, lon: float, lat: float, sigma: float) -> list[tuple[int, TerritoryKey, float]]:
        """Return cell, territory and share, largest first, of a place with a standard deviation in mm."""
        layer = self.layers.get("cell")
        if layer is None:
            return []
        x, y = self._projections[layer.srid].to_millimetres(np.array([lon]), np.array([lat]))
        cells, shares = self._shares.at(int(x[0]), int(y[0]), sigma)
        keys = self._cell_territory[cells]
        return [
            (int(cell), self.territories[key], float(share))
            for cell, key, share in zip(cells, keys, shares, strict=True)
        ]

    def of_cells(self, cell: Indexes) -> tuple[dict[str, Indexes], NDArray[np.int64]]:
        """Return the areas of cells by level, "cell" with them, and the numbers of their territories."""
        above = {level: self._ancestors["cell"][level][cell] for level in UPPER_LEVELS}
        return {"cell": cell, **above}, self._cell_territory[cell]

    def cells_at(self, x: NDArray[np.int64], y: NDArray[np.int64]) -> Indexes:
        """Return the cells in which places in whole millimetres of `srid` lie, -1 for none: nothing snaps."""
        found = self.locators[self.layers["cell"].key].locate(x, y)
        return np.where(np.isnan(found.snapped_mm), found.cell, np.int32(-1))

    @cached_property
    def _shares(self) -> Shares:
        return Shares(self.layers["cell"])

    @cached_property
    def srid(self) -> int | None:
        """The system in which the finest level is decided; None without areas."""
        return next((layer.srid for layer in self._from_below()), None)

    def millimetres(self, lon: Floats, lat: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return whole millimetres in `srid` of finite degrees, shape (n,); there must be areas."""
        return self._projections[next(self._from_below()).srid].to_millimetres(lon, lat)

    def key_of(self, code: str) -> TerritoryKey | None:
        """Return the areas above an area and itself, a street's code first; None when none has the code."""
        for level in ("street", "district", "community", "cell"):
            if level not in self.layers or code not in self.layers[level].codes:
                continue
            index = self.layers[level].codes.index(code)
            above = {upper: int(found[index]) for upper, found in self._ancestors[level].items()}
            own = int(self._own_cell[index]) if level == "cell" else NO_CELL
            above[level] = index
            return own, above["community"], above["street"], above["district"]
        return None

    def name_of(self, code: str) -> str | None:
        """Return the name of an area of any level, a street's code first; None when none has the code."""
        for level in ("street", "district", "community", "cell"):
            if level in self.layers and code in self.layers[level].codes:
                return self.layers[level].names[self.layers[level].codes.index(code)]
        return None

    def street_of(self, cell: int) -> int:
        """Return the index of a cell's street, -1 when it has none."""
        return int(self._ancestors["cell"]["street"][cell])

    def touched(self, lon: float, lat: float, level: str) -> list[tuple[str, str]]:
        """Return code and name of the areas of a level that a place lies in or on the border of, by code."""
        layer = self.layers.get(level)
        if layer is None:
            return []
        x, y = to_millimetres(layer.srid, np.array([lon]), np.array([lat]))
        place = shapely.Point(int(x[0]), int(y[0]))
        found = np.flatnonzero(shapely.intersects(layer.geom_mm, place))
        return [(layer.codes[k], layer.names[k]) for k in found.tolist()]

    def _from_below(self) -> Iterator[Layer]:
        return (self.layers[level] for level in ("cell", *UPPER_LEVELS) if level in self.layers)

    def covers(self, lon: float, lat: float) -> bool:
        """Return whether a place lies in any area."""
        places = self.place(np.array([lon]), np.array([lat]))
        return bool(places.cell[0] >= 0 or any(area[0] >= 0 for area in places.areas.values()))

    def nearest(self, lon: float, lat: float) -> tuple[str, str, float] | None:
        """Return code, name and distance in metres of the area nearest to a place; None without areas."""
        layer = next((self.layers[level] for level in ("cell", *UPPER_LEVELS) if level in self.layers), None)
        if layer is None:
            return None
        x, y = self._projections[layer.srid].to_millimetres(np.array([lon]), np.array([lat]))
        index, distance = self.locators[layer.key].nearest(int(x[0]), int(y[0]))
        metres = distance / 1000
        if metres > _PLANE_M:
            # Far from its meridian a projected system stretches, and beyond the horizon it has no answer.
            line = shapely.shortest_line(layer.geom_mm[index], shapely.Point(int(x[0]), int(y[0])))
            there = to_degrees(layer.srid, *np.rint(shapely.get_coordinates(line)[:1]).astype(np.int64).T)
            metres = float(_GLOBE.inv(lon, lat, there[0][0], there[1][0])[2])
        return str(layer.codes[index]), str(layer.names[index]), metres

    def _goes_beyond_cells(self, level: str) -> bool:
        """Return whether some cell has no area of this level, or some place there has no cell."""
        cells, layer = self.layers.get("cell"), self.layers[level]
        if cells is None or cells.srid != layer.srid or (self._ancestors["cell"][level][:-1] < 0).any():
            return True
        covered, whole = (float(shapely.area(each.geom_mm).sum()) for each in (cells, layer))
        return whole > covered * (1 + _NO_GAP)

    def _ancestors_of(self, level: str) -> dict[str, Indexes]:
        """Return each area's area at each upper level (-1: unknown); one more row is all -1."""
        layer = self.layers.get(level)
        count = len(layer.codes) if layer is not None else 0
        above = {upper: np.full(count + 1, -1, np.int32) for upper in UPPER_LEVELS}
        if layer is None:
            return above
        settled = np.zeros(count, bool)
        start = UPPER_LEVELS.index(level) + 1 if level in UPPER_LEVELS else 0
        for position in range(start, len(UPPER_LEVELS)):
            upper = self.layers.get(UPPER_LEVELS[position])
            if upper is None:
                continue
            index = {str(code): row for row, code in enumerate(upper.codes)}
            named = layer.rules.ancestors(level, layer.codes, UPPER_LEVELS[position])
            found = np.fromiter(
                (
                    index.get(str(parent), index.get(str(own), -1))
                    for parent, own in zip(layer.parent_codes, named, strict=True)
                ),
                np.int32,
                count,
            )
            # A parent is the nearest one: where numbers repeat from level to level, as wards' and districts'
            # do, an area that has a parent already does not look for another of that number further up.
            mine = above[UPPER_LEVELS[position]]
            mine[:-1] = np.where(settled, mine[:-1], found)
            settled |= found >= 0
            beyond = self._ancestors_of(UPPER_LEVELS[position])
            for higher in UPPER_LEVELS[position + 1 :]:
                inherited = beyond[higher][mine[:-1]]
                above[higher][:-1] = np.where(above[higher][:-1] >= 0, above[higher][:-1], inherited)
        return above


def _distinct(columns: list[Indexes]) -> tuple[NDArray[np.int64], tuple[TerritoryKey, ...]]:
    """Return the number of each row's combination, and the combinations."""
    rows, number = np.unique(np.stack(columns, axis=1), axis=0, return_inverse=True)
    return number.ravel(), tuple((int(a), int(b), int(c), int(d)) for a, b, c, d in rows)


def _inside(territories: Sequence[TerritoryKey]) -> NDArray[np.bool_]:
    return np.array([key != OUTSIDE for key in territories], bool)


def _bounds(layers: list[Layer]) -> tuple[float, float, float, float]:
    boxes = np.array([shapely.total_bounds(layer.geom_mm) for layer in layers])
    x = np.array([boxes[:, 0].min(), boxes[:, 2].max()])
    y = np.array([boxes[:, 1].min(), boxes[:, 3].max()])
    lon, lat = to_degrees(layers[0].srid, np.repeat(x, 2), np.tile(y, 2))
    return (
        float(lon.min()) - _MARGIN_DEGREES,
        float(lat.min()) - _MARGIN_DEGREES,
        float(lon.max()) + _MARGIN_DEGREES,
        float(lat.max()) + _MARGIN_DEGREES,
    )
