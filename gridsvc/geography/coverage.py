"""Is a layer a partition? Overlaps and gaps on whole millimetres, and what can be mended of them.

Everything is decided on an arrangement: all borders cut at all their crossings (snap rounding keeps every
node on the lattice), and the faces between them. A face inside two areas is an overlap, one inside none and
enclosed is a gap. Faces no wider than two millimetres come from rounding and are mended without a word.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.rings import Geometries, Integers, multipolygons
from gridsvc.geography.upper_ground import UpperGround

_ROUNDING_MM = 2.0
# Wider gaps are not slips of a digitiser: nobody can say to whom the ground belongs.
WIDEST_MENDED_MM = 5_000.0
# An open gap is a notch between two areas, ≥ 20 times as long as wide: a sharper corner (< 6°) than a
# border turns, and more than 0.1 m². Areas lie along nearly all of its rim: along half of it they would only
# form a shallow bay of the outer border.
_LEAST_SLENDERNESS = 20.0
_LEAST_OPEN_GAP_MM2 = 1e5
_MOST_OF_ONE_AREA = 0.75
_LEAST_RIM_SHARE = 0.8
# Closing one gap may narrow another until it counts.
_MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Overlap:
    """Areas `first` and `second` (indexes, first < second) share this much; `x`, `y` lie in it (mm)."""

    first: int
    second: int
    m2: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground between areas that none of them has; `areas` touch it, longest border first."""

    areas: tuple[int, ...]
    m2: float
    width_m: float
    x: float
    y: float
    shape: Any

    @property
    def is_rounding(self) -> bool:
        """Whether rounding alone explains it."""
        return self.width_m * 1000.0 <= _ROUNDING_MM

    @property
    def mendable(self) -> bool:
        """Whether it is narrow enough to be given to a neighbour."""
        return self.width_m * 1000.0 <= WIDEST_MENDED_MM


@dataclass(frozen=True, slots=True, eq=False)
class Partition:
    """The layer without overlaps (the lower index keeps the ground), and what was found on the way."""

    geometries: Geometries
    overlaps: tuple[Overlap, ...]
    gaps: tuple[Gap, ...]


def partition(geometries: Geometries, *, mend_gaps: bool, upper: UpperGround | None = None) -> Partition:
    """Return areas that share exact borders and no ground; gaps narrower than 5 m are closed if asked.

    `geometries` are valid multipolygons in whole millimetres, and so are the returned ones; an area whose
    ground belongs wholly to lower ones comes out empty. A closed gap goes to the neighbour with the longest
    common border (the lowest index of equals). Ground outside `upper` is no gap.
    """
    overlaps: tuple[Overlap, ...] = ()
    if not shapely.coverage_is_valid(geometries):
        faces = _Faces(geometries)
        overlaps = faces.overlaps()
        geometries = faces.areas()
    seen: list[Gap] = []
    for _ in range(_MOST_ROUNDS):
        gaps = find_gaps(geometries, upper)
        closed = [gap for gap in gaps if gap.is_rounding or (mend_gaps and gap.mendable)]
        seen += [gap for gap in closed if not gap.is_rounding]
        if not closed:
            break
        geometries = _filled(geometries, closed)
    left = [gap for gap in gaps if not (gap.is_rounding or (mend_gaps and gap.mendable))]
    return Partition(geometries, overlaps, tuple(seen + left))


def _filled(geometries: Geometries, gaps: list[Gap]) -> Geometries:
    """Give each gap to the area with the longest border on it."""
    fillers = np.array([gap.shape for gap in gaps], dtype=object)
    together = np.concatenate([geometries, multipolygons(fillers)])
    heirs = np.array([*range(len(geometries)), *(gap.areas[0] for gap in gaps)], dtype=np.int64)
    return _Faces(together, heirs, len(geometries)).areas()


def find_overlaps(geometries: Geometries) -> tuple[Overlap, ...]:
    """Return the pairs of areas that share ground wider than rounding, without changing anything."""
    suspects = np.flatnonzero(~shapely.is_empty(shapely.coverage_invalid_edges(geometries)))
    if not len(suspects):
        return ()
    # An area that lies inside another crosses none of its edges: only the inner one is suspect.
    one, other = shapely.STRtree(geometries).query(geometries[suspects], predicate="intersects")
    pairs = np.column_stack([suspects[one], other])
    one, other = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0).T
    shared, pair = shapely.get_parts(
        shapely.intersection(geometries[one], geometries[other]), return_index=True
    )
    size = shapely.area(shared)
    wide = np.flatnonzero((size > 0) & (_width(shared) > _ROUNDING_MM))
    found = []
    for k in np.unique(pair[wide]):
        parts = wide[pair[wide] == k]
        largest = shared[parts[size[parts].argmax()]]
        found.append(_overlap(int(one[k]), int(other[k]), float(size[parts].sum()), largest))
    return tuple(sorted(found, key=lambda overlap: (overlap.first, overlap.second)))


def find_gaps(geometries: Geometries, upper: UpperGround | None = None) -> tuple[Gap, ...]:
    """Return the ground between the areas of a valid coverage: enclosed, or a narrow notch between two.

    A hole inside one area only is not between areas and is not returned. Nor is ground outside `upper`, the
    level above: an enclave of another district is nobody's here.
    """
    whole = shapely.coverage_union_all(geometries)
    outlines = shapely.get_parts(whole)
    outlines = outlines[shapely.get_type_id(outlines) == shapely.GeometryType.POLYGON]
    if not len(outlines):
        return ()
    enclosed = _enclosed(outlines)
    shells = shapely.polygons(shapely.get_exterior_ring(outlines))
    notches = _notches(np.concatenate([shells, enclosed]))
    found = [*((part, False) for part in enclosed), *((part, True) for part in notches)]
    tree = shapely.STRtree(geometries)
    if upper is not None:
        found = [(part, is_open) for shape, is_open in found for part in _confined(shape, upper)]
    gaps = (_gap(shape, is_open, geometries, tree) for shape, is_open in found)
    return tuple(gap for gap in gaps if gap is not None)


def _enclosed(outlines: Geometries) -> Geometries:
    """Return the ground that the outlines enclose and none of them has.

    It is in no hole of theirs where they meet in points only, as at both ends of a gap between points of the
    outer border: so their rings are cut at these points.
    """
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(shapely.boundary(outlines))]))
    inner = shapely.point_on_surface(faces)
    taken = shapely.STRtree(outlines).query(inner, predicate="intersects")[0]
    return np.asarray(np.delete(faces, taken))


def _confined(shape: Any, upper: UpperGround) -> list[Any]:
    """Return the parts of a gap that lie inside of the level above; a rim as wide as rounding is none."""
    within = upper.inside(shape)
    if wide_parts(shapely.difference(shape, within)).is_empty:
        return [shape]
    return list(wide_parts(within).geoms)


def _notches(outlines: Geometries) -> list[Any]:
    """Return the slender ground within narrow inlets of the outlines."""
    half = WIDEST_MENDED_MM / 2
    outside = shapely.union_all(outlines)
    closed = outside.buffer(half, join_style="mitre").buffer(-half, join_style="mitre")
    parts = shapely.get_parts(shapely.difference(closed, outside))
    parts = parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]
    size, around = shapely.area(parts), shapely.length(parts)
    slender = (size >= _LEAST_OPEN_GAP_MM2) & ((around / 2) ** 2 >= _LEAST_SLENDERNESS * size)
    return list(parts[slender])


def _gap(shape: Any, is_open: bool, geometries: Geometries, tree: shapely.STRtree) -> Gap | None:
    near = np.sort(tree.query(shape, "dwithin", distance=1.0))
    if len(near) < 2:
        return None
    # The mouth of an open gap was computed, so its sides touch the areas only nearly.
    ring = shape.boundary
    # Only what is near is buffered: an area may have a million vertices.
    around = shapely.clip_by_rect(geometries[near], *np.add(shape.bounds, (-2.0, -2.0, 2.0, 2.0)))
    borders = shapely.length(shapely.intersection(ring, shapely.buffer(around, 0.5)))
    touching = near[borders > 1.0]
    lengths = borders[borders > 1.0]
    if len(touching) < 2:
        return None
    if is_open and (
        lengths.max() > _MOST_OF_ONE_AREA * lengths.sum()
        or lengths.sum() < _LEAST_RIM_SHARE * ring.length
        or float(_width(shape)) <= _ROUNDING_MM
    ):
        return None
    inside = shape.point_on_surface()
    return Gap(
        areas=tuple(int(k) for k in touching[np.argsort(-lengths, kind="stable")]),
        m2=shape.area / 1e6,
        width_m=float(_width(shape)) / 1000.0,
        x=inside.x,
        y=inside.y,
        shape=shape,
    )


def wide_parts(shape: Any) -> Any:
    """Return the polygons in a shape that are wider than rounding explains, as one multipolygon."""
    parts = shapely.get_parts(shape)
    return shapely.MultiPolygon(list(parts[(shapely.area(parts) > 0) & (_width(parts) > _ROUNDING_MM)]))


def _width(shapes: Any) -> Any:
    """Return the mean width of long thin shapes: twice the area by the perimeter."""
    around = shapely.length(shapes)
    return np.divide(2.0 * shapely.area(shapes), around, out=np.zeros_like(around), where=around > 0)


def _overlap(first: int, second: int, mm2: float, shape: Any) -> Overlap:
    inside = shape.point_on_surface()
    return Overlap(first, second, mm2 / 1e6, inside.x, inside.y)


class _Faces:
    """The arrangement of the borders of areas; areas from `extras` on are fillers that give way to others.

    `heirs` names for each input the area that its ground goes to.
    """

    def __init__(self, geometries: Geometries, heirs: Integers | None = None, count: int | None = None):
        self.count = len(geometries) if count is None else count
        heirs = np.arange(len(geometries)) if heirs is None else heirs
        lines = shapely.union_all(shapely.boundary(geometries), grid_size=1.0)
        self.faces: npt.NDArray[Any] = shapely.get_parts(shapely.polygonize([lines]))
        inner = shapely.point_on_surface(self.faces)
        face, area = shapely.STRtree(geometries).query(inner, predicate="intersects")
        order = np.lexsort((area, face))
        self.face, self.area = face[order], area[order]
        self.holder = np.full(len(self.faces), -1, dtype=np.int64)
        lowest = np.unique(self.face, return_index=True)
        self.holder[lowest[0]] = heirs[self.area[lowest[1]]]
        self._close_slivers()

    def overlaps(self) -> tuple[Overlap, ...]:
        """Return the pairs that share faces wider than rounding, with the area of all of them."""
        wide = _width(self.faces) > _ROUNDING_MM
        counts = np.bincount(self.face, minlength=len(self.faces))
        sizes: dict[tuple[int, int], float] = {}
        where: dict[tuple[int, int], int] = {}
        for face in np.flatnonzero((counts > 1) & wide):
            start = int(np.searchsorted(self.face, face))
            members = [int(k) for k in self.area[start : start + counts[face]]]
            size = float(shapely.area(self.faces[face]))
            for second in members[1:]:
                pair = (members[0], second)
                if size > sizes.get(pair, 0.0):
                    where[pair] = int(face)
                sizes[pair] = sizes.get(pair, 0.0) + size
        return tuple(_overlap(*pair, sizes[pair], self.faces[where[pair]]) for pair in sorted(sizes))

    def areas(self) -> Geometries:
        """Return for each area the union of the faces that it holds, empty for one that holds none."""
        held = np.flatnonzero(self.holder >= 0)
        held = held[np.argsort(self.holder[held], kind="stable")]
        holders, starts, sizes = np.unique(self.holder[held], return_index=True, return_counts=True)
        merged: npt.NDArray[Any] = np.full(self.count, shapely.MultiPolygon(), dtype=object)
        alone = sizes == 1
        merged[holders[alone]] = multipolygons(self.faces[held[starts[alone]]])
        together = [
            shapely.coverage_union_all(self.faces[held[start : start + size]])
            for start, size in zip(starts[~alone], sizes[~alone], strict=True)
        ]
        merged[holders[~alone]] = multipolygons(np.array(together, dtype=object))
        return np.asarray(shapely.normalize(merged))

    def _close_slivers(self) -> None:
        """Give faces that no area has and that are as thin as rounding to a neighbour."""
        thin = np.flatnonzero((self.holder < 0) & (_width(self.faces) <= _ROUNDING_MM))
        if not len(thin):
            return
        tree = shapely.STRtree(self.faces)
        held = self.holder.copy()
        for face in thin:
            near = tree.query(self.faces[face], predicate="touches")
            near = near[held[near] >= 0]
            if len(near):
                rim = shapely.boundary(self.faces[face])
                border = shapely.length(shapely.intersection(rim, shapely.boundary(self.faces[near])))
                best = near[border == border.max()]
                self.holder[face] = held[best].min()
