"""Buildings and components that a border cuts, which no border of a unit cell should (domain/grid.md)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.errors import Text
from gridsvc.geography.checking.findings import Ledger
from gridsvc.geography.checking.layers import CheckedLayer, in_plane
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.findings import code_list
from gridsvc.geography.rings import Geometries, Integers
from gridsvc.geography.vector_file import VectorFile

# Half a millimetre of rounding in the point and in the border.
_ON_BORDER_MM = 1.0
_LINE_M = 0.5
# The columns in which inventories keep the id or name of a thing, the first one that is there.
_NAMES = (
    "id",
    "code",
    "bjid",
    "objcode",
    "标识码",
    "部件标识码",
    "建筑编码",
    "name",
    "名称",
    "fid",
    "osm_id",
)


@dataclass(frozen=True, slots=True, eq=False)
class Obstacles:
    """Things that a border must not cut, in millimetres of the layer's system (None: no geometry)."""

    kind: str
    labels: list[str]
    shapes: Geometries


def obstacles(file: VectorFile, srid: int, kind: str) -> Obstacles:
    """Bring a file of buildings or components (`kind`: the finding) to the system of the layer."""
    named = file.first_of(_NAMES)
    labels = [text or f"#{k + 1}" for k, text in enumerate(named or [""] * len(file))]
    shapes = np.array(in_plane(file.geometries, srid), dtype=object)
    invalid = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_valid(shapes))
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    return Obstacles(kind, labels, shapes)


def check_obstacles(
    layer: CheckedLayer, geometries: Geometries, things: Obstacles, limits: Limits, ledger: Ledger
) -> None:
    """Note things in more than one area: of a polygon more than `cut_m2` each, of a line half a metre.

    A point is noted when it lies on a border, within a millimetre. `geometries` is the layer without
    overlaps, so that a thing inside two areas that overlap is not taken for cut.
    """
    there = np.flatnonzero(~shapely.is_missing(things.shapes) & ~shapely.is_empty(things.shapes))
    shapes = things.shapes[there]
    tree = shapely.STRtree(geometries)
    dimension = shapely.get_dimensions(shapes)
    points = there[dimension == 0]
    _points(layer, tree, things, points, ledger)
    wide = shapes[dimension > 0]
    if not len(wide):
        return
    thing, area = tree.query(wide, predicate="intersects")
    several = np.bincount(thing, minlength=len(wide))[thing] > 1
    thing, area = thing[several], area[several]
    shared = shapely.intersection(wide[thing], geometries[area])
    of_area = shapely.get_dimensions(wide[thing]) == 2
    size = np.where(of_area, shapely.area(shared) / 1e6, shapely.length(shared) / 1e3)
    counts = size > np.where(of_area, limits.cut_m2, _LINE_M)
    thing, area, shared, size = thing[counts], area[counts], shared[counts], size[counts]
    starts = np.flatnonzero(np.diff(thing, prepend=-1))
    for group in np.split(np.arange(len(thing)), starts[1:]):
        if len(group) > 1:
            k = int(thing[group[0]])
            label = things.labels[there[dimension > 0][k]]
            _cut(layer, things.kind, label, wide[k], area[group], size[group], ledger)


def _cut(
    layer: CheckedLayer,
    kind: str,
    label: str,
    shape: Any,
    areas: Integers,
    sizes: npt.NDArray[np.float64],
    ledger: Ledger,
) -> None:
    order = np.argsort(-sizes, kind="stable")
    codes = [layer.codes[k] for k in areas[order]]
    is_area = shapely.get_dimensions(shape) == 2
    # What the border cuts off: all but the largest piece.
    off = float(sizes.sum() - sizes.max())
    what = Text("建筑", "Building") if kind == "cuts_building" else Text("部件", "Component")
    amount = f"{off:.6g} m²" if is_area else f"{off:.4g} m"
    ledger.note(
        kind,
        Text(
            f"{what.zh} {label} 被 {code_list(codes)} 的边界切割，切下 {amount}。",
            f"{what.en} {label} is cut by the borders of {code_list(codes)}: {amount} are cut off.",
        ),
        codes,
        rows=layer.rows_of(areas[order].tolist()),
        m2=off if is_area else None,
        length_m=None if is_area else off,
        share=off / float(sizes.sum()),
        shape=shape,
    )


def _points(
    layer: CheckedLayer, tree: shapely.STRtree, things: Obstacles, points: Integers, ledger: Ledger
) -> None:
    if not len(points):
        return
    geometries = tree.geometries
    near, area = tree.query(things.shapes[points], predicate="dwithin", distance=_ON_BORDER_MM)
    several = np.bincount(near, minlength=len(points))[near] > 1
    near, area = near[several], area[several]
    on = shapely.dwithin(things.shapes[points[near]], shapely.boundary(geometries[area]), _ON_BORDER_MM)
    near, area = near[on], area[on]
    starts = np.flatnonzero(np.diff(near, prepend=-1))
    for group in np.split(np.arange(len(near)), starts[1:]):
        if len(group) > 1:
            _on_border(layer, things, int(points[near[group[0]]]), np.sort(area[group]).tolist(), ledger)


def _on_border(layer: CheckedLayer, things: Obstacles, k: int, areas: Sequence[int], ledger: Ledger) -> None:
    codes = [layer.codes[each] for each in areas]
    ledger.note(
        "component_on_border",
        Text(
            f"{things.labels[k]} 恰好在 {code_list(codes)} 的公共边界上。",
            f"{things.labels[k]} lies exactly on the border of {code_list(codes)}.",
        ),
        codes,
        rows=layer.rows_of(areas),
        shape=things.shapes[k],
    )
