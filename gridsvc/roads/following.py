"""Roads that run along the border of two areas: where, and which area lies left of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.ops import substring

from gridsvc.geography import Layer
from gridsvc.roads.centring import CentreLines
from gridsvc.roads.contested import contested

Geometries = NDArray[np.object_]

WITHIN_M, AT_LEAST_M = 30.0, 100.0
_GAP_M = 90.0  # a border that leaves the road for less than a block comes back to it
_PARALLEL = 0.6  # of a run's length the border has at least this much beside it
_STEP_M = 20.0
_BEYOND_M = 15.0


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """A stretch of a road along a border; `line` in metres, areas seen along it."""

    name: str
    left_code: str
    right_code: str
    line: Any
    half_width_m: float


class Borders:
    """The areas of a layer in metres, and the borders that two of them share."""

    def __init__(self, layer: Layer, srid: int) -> None:
        """Take a layer in force; `srid` is the system of the metres."""
        self.layer = layer
        to_plane = Transformer.from_crs(layer.srid, srid, always_xy=True).transform

        def metres(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            east, north = xy[:, 0] / 1000, xy[:, 1] / 1000
            return np.column_stack((east, north) if layer.srid == srid else to_plane(east, north))

        self._shapes = shapely.transform(layer.geom_mm, metres)
        self._tree = shapely.STRtree(self._shapes)
        self._shared: dict[tuple[int, int], Any] | None = None

    def areas_at(self, xy: NDArray[np.float64]) -> NDArray[np.int64]:
        """Return the index of the area at each place in metres, shape (n,); -1: none."""
        area = np.full(len(xy), -1, np.int64)
        place, found = self._tree.query(shapely.points(xy), predicate="intersects")
        area[place[::-1]] = found[::-1]
        return area

    def shared(self) -> dict[tuple[int, int], Any]:
        """Return the common border, as lines in metres, of each two areas that have one."""
        if self._shared is None:
            self._shared = {}
            one, other = self._tree.query(self._shapes, predicate="intersects")
            rims = shapely.boundary(self._shapes)
            for a, b in zip(one.tolist(), other.tolist(), strict=True):
                if a < b:
                    border = shapely.intersection(rims[a], rims[b])
                    if shapely.length(border) > 0:
                        self._shared[a, b] = shapely.union_all(
                            [each for each in shapely.get_parts(border) if each.length > 0]
                        )
        return self._shared

    def sides(self, line: Any, offset_m: float) -> tuple[list[int], list[int]]:
        """Return the areas at places left and right of a line, every so often, `offset_m` from it."""
        steps = np.arange(_STEP_M / 2, line.length, _STEP_M) if line.length > _STEP_M else [line.length / 2]
        middle = shapely.get_coordinates(shapely.line_interpolate_point(line, steps))
        ahead = shapely.get_coordinates(shapely.line_interpolate_point(line, np.asarray(steps) + 0.5))
        behind = shapely.get_coordinates(
            shapely.line_interpolate_point(line, np.maximum(np.asarray(steps) - 0.5, 0))
        )
        along = ahead - behind
        along /= np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)[:, None]
        normal = np.column_stack([-along[:, 1], along[:, 0]]) * offset_m
        return self.areas_at(middle + normal).tolist(), self.areas_at(middle - normal).tolist()


def runs_along_borders(
    borders: Borders,
    centres: CentreLines,
    *,
    within_m: float = WITHIN_M,
    at_least_m: float = AT_LEAST_M,
    names: Collection[str] | None = None,
    between: Collection[frozenset[str]] | None = None,
) -> list[Run]:
    """Return the stretches of named roads that run within `within_m` of a border for `at_least_m` or more.

    A road that only crosses a border is none: the border must run beside the stretch. `names` and `between`
    (pairs of area codes) leave out other roads and borders. A run ends where its border does: at the crossing
    where another pair's begins; and none runs along another (`contested`): cut for that, it may be half as
    long. Ordered by road, pair and place.
    """
    codes = borders.layer.codes
    shared = {
        pair: border
        for pair, border in borders.shared().items()
        if between is None or frozenset(codes[k] for k in pair) in between
    }
    if not shared:
        return []
    reach = shapely.buffer(shapely.union_all(list(shared.values())), within_m + 2 * _GAP_M)
    shapely.prepare(reach)
    found = []
    for name in sorted(names) if names is not None else centres.names:
        if not shapely.intersects(centres.links_of(name), reach).any():
            continue
        for line in centres.of(name):
            for pair, border in shared.items():
                if not shapely.dwithin(line, border, within_m):
                    continue
                for stretch in _stretches(line, border, within_m, at_least_m):
                    run = _sided(borders, centres, name, pair, stretch, within_m)
                    if run is not None:
                        found.append(run)
    return _apart(_once(found), at_least_m / 2)


def _once(runs: list[Run]) -> list[Run]:
    """Leave out a run that lies beside a longer one of the same road: a side road too far off to be one."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda each: -each.line.length):
        ground = [shapely.buffer(each.line, each.half_width_m) for each in kept if each.name == run.name]
        beside = shapely.length(shapely.intersection(run.line, shapely.union_all(ground)))
        if beside < run.line.length / 2:
            kept.append(run)
    return kept


def _stretches(line: Any, border: Any, within_m: float, at_least_m: float) -> Iterator[Any]:
    beside = shapely.intersection(line, shapely.buffer(border, within_m))
    parts = [part for part in shapely.get_parts(beside) if part.length > 0]
    if not parts:
        return
    spans = sorted(
        tuple(
            sorted(
                (line.project(shapely.Point(part.coords[0])), line.project(shapely.Point(part.coords[-1])))
            )
        )
        for part in parts
    )
    merged = [list(spans[0])]
    for begin, end in spans[1:]:
        if begin - merged[-1][1] <= _GAP_M:
            merged[-1][1] = max(end, merged[-1][1])
        else:
            merged.append([begin, end])
    for begin, end in merged:
        if end - begin < at_least_m:
            continue
        stretch = substring(line, begin, end)
        near = shapely.intersection(border, shapely.buffer(stretch, within_m + 1, cap_style="flat"))
        if shapely.length(near) >= _PARALLEL * stretch.length:
            yield _beside(stretch, near)


def _beside(stretch: Any, border: Any) -> Any:
    """Return the stretch from where the border begins to where it ends: there another pair's begins."""
    ends = shapely.line_locate_point(stretch, shapely.points(shapely.get_coordinates(border)))
    return substring(stretch, float(ends.min()), float(ends.max()))


def _apart(runs: list[Run], at_least_m: float) -> list[Run]:
    """Cut runs, the shorter of two, where they run along each other; what is left shorter is left out."""
    kept: list[Run] = []
    for run in sorted(runs, key=lambda each: -each.line.length):
        rest = run.line
        for each in kept:
            if contested(run.line, run.half_width_m, each.line, each.half_width_m) is not None:
                half_m = max(run.half_width_m, each.half_width_m)
                rest = shapely.difference(rest, shapely.buffer(each.line, half_m, cap_style="flat"))
        for part in shapely.get_parts(rest):
            cut = replace(run, line=part)
            if rest is run.line or (part.length >= at_least_m and not _contests(cut, kept)):
                kept.append(cut)
    return _in_order(kept)


def _contests(run: Run, kept: list[Run]) -> bool:
    return any(
        contested(run.line, run.half_width_m, each.line, each.half_width_m) is not None for each in kept
    )


def _in_order(runs: list[Run]) -> list[Run]:
    return sorted(runs, key=lambda run: (run.name, run.left_code, run.right_code, run.line.coords[0]))


def _sided(
    borders: Borders, centres: CentreLines, name: str, pair: tuple[int, int], line: Any, within_m: float
) -> Run | None:
    """Return the run with its areas left and right, drawn eastwards or northwards."""
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    east, north = x1 - x0, y1 - y0
    if (east if abs(east) >= abs(north) else north) < 0:
        line = shapely.reverse(line)
    left, right = borders.sides(line, within_m + _BEYOND_M)
    a, b = pair
    straight = left.count(a) + right.count(b)
    swapped = left.count(b) + right.count(a)
    if not straight and not swapped:
        return None
    codes = borders.layer.codes
    one, other = (codes[a], codes[b]) if straight >= swapped else (codes[b], codes[a])
    return Run(name, one, other, line, centres.half_width(name, line))
