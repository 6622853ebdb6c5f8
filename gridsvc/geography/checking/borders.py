"""What neighbours fail to share: gaps, overlaps, the same ground twice, holes, vertices beside a border."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.checking.findings import Ledger
from gridsvc.geography.checking.layers import CheckedLayer
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.vertices import WELDED_MM, NearMisses, clusters, near_misses
from gridsvc.geography.coverage import Gap, find_overlaps, partition, wide_parts
from gridsvc.geography.editions import LEVELS
from gridsvc.geography.findings import code_list
from gridsvc.geography.rings import Geometries, Integers, Rings
from gridsvc.geography.upper_ground import UpperGround


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """The layer without overlaps, for what is judged against its ground; all in millimetres."""

    geometries: Geometries
    ground: Any
    gaps: tuple[Gap, ...]


def check_borders(
    layer: CheckedLayer, limits: Limits, ledger: Ledger, upper: UpperGround | None = None
) -> Coverage:
    """Note what is wrong between the areas and return their coverage (a later duplicate has no ground).

    Ground outside `upper`, the level above, is neither gap nor hole.
    """
    geometries = layer.geom_mm.copy()
    for k in _duplicates(layer, ledger):
        geometries[k] = shapely.MultiPolygon()
    clean = partition(geometries, mend_gaps=False, upper=upper)
    covered = set(np.flatnonzero(shapely.is_empty(clean.geometries) & ~shapely.is_empty(geometries)).tolist())
    spoilt = _overlaps(layer, geometries, covered, limits, ledger)
    _gaps(layer, clean.gaps, limits, ledger)
    spoilt += [gap.shape for gap in clean.gaps]
    _near_misses(layer, geometries, spoilt, limits, ledger)
    _holes(layer, clean.geometries, ledger, upper)
    ground = shapely.coverage_union_all(clean.geometries)
    _separate(layer, clean.geometries, ground, clean.gaps, ledger)
    return Coverage(clean.geometries, ground, clean.gaps)


def _duplicates(layer: CheckedLayer, ledger: Ledger) -> list[int]:
    """Note areas with one and the same shape (`geom_mm` is normal); return all but the first of each."""
    first: dict[bytes, int] = {}
    again: dict[int, list[int]] = {}
    for k, wkb in enumerate(shapely.to_wkb(layer.geom_mm).tolist()):
        earlier = first.setdefault(wkb, k)
        if earlier != k:
            again.setdefault(earlier, []).append(k)
    for earlier, later in again.items():
        alike = [earlier, *later]
        codes = [layer.codes[k] for k in alike]
        ledger.note(
            "duplicate_geometry",
            Text(f"{code_list(codes)} 的图形完全相同。", f"{code_list(codes)} have one and the same shape."),
            codes,
            rows=layer.rows_of(alike),
            m2=layer.geom_mm[earlier].area / 1e6,
            shape=layer.geom_mm[earlier],
        )
    return [k for later in again.values() for k in later]


def _overlaps(
    layer: CheckedLayer, geometries: Geometries, covered: set[int], limits: Limits, ledger: Ledger
) -> list[Any]:
    """Note the pairs that overlap; an area of which lower codes leave nothing is told of as covered, once."""
    pairs = find_overlaps(geometries)
    if not pairs:
        return []
    one = geometries[[pair.first for pair in pairs]]
    other = geometries[[pair.second for pair in pairs]]
    shapes = [wide_parts(shape) for shape in shapely.intersection(one, other)]
    told: set[int] = set()
    for pair, shape in zip(pairs, shapes, strict=True):
        if pair.second in covered:
            if pair.second not in told:
                _covered(layer, pair.second, ledger)
                told.add(pair.second)
            continue
        first, second = layer.codes[pair.first], layer.codes[pair.second]
        length, width = _size(shape)
        share = pair.m2 / (geometries[pair.second].area / 1e6)
        ledger.note(
            "sliver_overlap" if width <= limits.sliver_m else "overlap",
            Text(
                f"{second} 与 {first} 重叠 {pair.m2:.6g} m²，平均宽 {width:.3g} m。",
                f"{second} overlaps {first} by {pair.m2:.6g} m², {width:.3g} m wide on average.",
            ),
            (second, first),
            rows=layer.rows_of((pair.second, pair.first)),
            m2=pair.m2,
            length_m=length,
            width_m=width,
            share=share,
            shape=shape,
        )
    return shapes


def _covered(layer: CheckedLayer, k: int, ledger: Ledger) -> None:
    m2 = layer.geom_mm[k].area / 1e6
    ledger.note(
        "covered_area",
        Text(
            f"{layer.codes[k]}（{m2:.6g} m²）完全被编码更小的区域覆盖。",
            f"{layer.codes[k]} ({m2:.6g} m²) is wholly covered by areas of lower codes.",
        ),
        (layer.codes[k],),
        rows=layer.rows_of((k,)),
        m2=m2,
        share=1.0,
        shape=layer.geom_mm[k],
    )


def _gaps(layer: CheckedLayer, gaps: tuple[Gap, ...], limits: Limits, ledger: Ledger) -> None:
    for gap in gaps:
        codes = [layer.codes[k] for k in gap.areas]
        length, _ = _size(gap.shape)
        kind = "gap" if gap.mendable else "wide_gap"
        ledger.note(
            "sliver_gap" if gap.width_m <= limits.sliver_m else kind,
            Text(
                f"{code_list(codes)} 之间有缝隙，面积 {gap.m2:.6g} m²，平均宽 {gap.width_m:.3g} m，"
                f"长约 {length:.3g} m。",
                f"A gap of {gap.m2:.6g} m², {gap.width_m:.3g} m wide on average and about {length:.3g} m"
                f" long, between {code_list(codes)}.",
            ),
            codes,
            rows=layer.rows_of(gap.areas),
            m2=gap.m2,
            length_m=length,
            width_m=gap.width_m,
            shape=gap.shape,
        )


def _size(shape: Any) -> tuple[float, float]:
    """Return half the perimeter and the mean width (2 · area / perimeter) of something thin, in metres."""
    around = shape.length
    return around / 2e3, (2e-3 * shape.area / around if around else 0.0)


def _near_misses(
    layer: CheckedLayer, geometries: Geometries, spoilt: list[Any], limits: Limits, ledger: Ledger
) -> None:
    """Note the vertices beside a border, one a place, where no gap or overlap was told of already."""
    tolerance = limits.snap_m * 1000.0
    rings = Rings.of(geometries)
    misses = near_misses(rings, tolerance)
    misses = misses.only(misses.distance > WELDED_MM)
    if len(misses) and spoilt:
        told = shapely.STRtree(spoilt).query(misses.places(), predicate="dwithin", distance=tolerance)[0]
        fresh = np.ones(len(misses), dtype=bool)
        fresh[told] = False
        misses = misses.only(fresh)
    if not len(misses):
        return
    places = misses.places()
    label = clusters(shapely.get_coordinates(places), tolerance)
    areas = _areas_at(rings, misses)
    order = np.lexsort((misses.distance, label))
    starts = np.flatnonzero(np.diff(label[order], prepend=-1))
    for group in np.split(order, starts[1:]):
        alike = sorted({area for k in group.tolist() for area in areas[k]})
        codes = [layer.codes[k] for k in alike]
        distance = float(misses.distance[group].max()) / 1000.0
        ledger.note(
            "near_miss",
            Text(
                f"{code_list(codes)} 的公共边界上有节点未对齐，相距 {distance * 1000:.3g} 毫米。",
                f"Vertices of {code_list(codes)} lie {distance * 1000:.3g} mm beside their common border.",
            ),
            codes,
            rows=layer.rows_of(alike),
            width_m=distance,
            shape=places[group[0]],
        )


def _areas_at(rings: Rings, misses: NearMisses) -> list[set[int]]:
    """Return for each miss the areas of its vertex and of its edge."""
    area = rings.area_of_ring()[rings.ring_of_vertex()]
    order = np.argsort(misses.which, kind="stable")
    first = np.searchsorted(misses.which[order], misses.vertex, side="left")
    last = np.searchsorted(misses.which[order], misses.vertex, side="right")
    return [
        {int(area[edge]), *area[order[start:end]].tolist()}
        for edge, start, end in zip(misses.edge, first, last, strict=True)
    ]


def _holes(layer: CheckedLayer, geometries: Geometries, ledger: Ledger, upper: UpperGround | None) -> None:
    """Note holes that nobody fills, and areas that lie in a hole of another.

    A hole of the topmost level is what it leaves to other districts: it is told of, as a remark.
    """
    rings = Rings.of(geometries)
    inner = np.flatnonzero(~rings.is_shell())
    if not len(inner):
        return
    ends = np.stack([rings.rings[inner], rings.rings[inner + 1]], axis=1)
    holes = np.array([shapely.Polygon(rings.xy[start:end]) for start, end in ends], dtype=object)
    owner = rings.area_of_ring()[inner]
    within = np.flatnonzero(~shapely.is_empty(geometries))
    points = shapely.point_on_surface(geometries[within])
    hole, area = shapely.STRtree(points).query(holes, predicate="contains")
    area = within[area]
    hole, area = hole[area != owner[hole]], area[area != owner[hole]]
    for k, shape in enumerate(holes):
        outer, m2 = layer.codes[owner[k]], shape.area / 1e6
        inside = np.sort(area[hole == k]).tolist()
        codes = [layer.codes[each] for each in inside]
        if inside:
            kind, text = (
                "enclave",
                Text(
                    f"{code_list(codes)} 完全位于 {outer} 之内。",
                    f"{code_list(codes)} lies wholly within {outer}.",
                ),
            )
        elif upper is not None and wide_parts(upper.inside(shape)).is_empty:
            continue
        else:
            kind, text = (
                "hole" if layer.level != LEVELS[0] else "open_ground",
                Text(
                    f"{outer} 内有空洞，面积 {m2:.6g} m²，不属于任何区域。",
                    f"{outer} has a hole of {m2:.6g} m² that belongs to no area.",
                ),
            )
        ledger.note(
            kind,
            text,
            (*codes, outer),
            rows=layer.rows_of((*inside, int(owner[k]))),
            m2=m2,
            shape=shape,
        )


def _separate(
    layer: CheckedLayer, geometries: Geometries, ground: Any, gaps: tuple[Gap, ...], ledger: Ledger
) -> None:
    """Note the parts of the layer's ground apart from the largest; a gap between two parts joins them."""
    if len(shapely.get_parts(ground)) > 1 and gaps:
        ground = shapely.union_all([ground, *shapely.buffer([gap.shape for gap in gaps], 1.0)])
    parts = shapely.get_parts(ground)
    if len(parts) < 2:
        return
    within = np.flatnonzero(~shapely.is_empty(geometries))
    point, part = shapely.STRtree(parts).query(
        shapely.point_on_surface(geometries[within]), predicate="intersects"
    )
    members: list[Integers] = [np.sort(within[point[part == k]]) for k in range(len(parts))]
    main = int(shapely.area(parts).argmax())
    for k, alike in enumerate(members):
        # A lesser part of an area whose chief part lies elsewhere is told of as a multipart area.
        if k == main or not len(alike):
            continue
        codes = [layer.codes[each] for each in alike]
        m2 = parts[k].area / 1e6
        ledger.note(
            "separate",
            Text(
                f"{code_list(codes)}（共 {len(codes)} 个）与图层主体不相连。",
                f"{code_list(codes)} ({len(codes)} in all) is apart from the rest of the layer.",
            ),
            codes,
            rows=layer.rows_of(alike.tolist()),
            m2=m2,
            shape=parts[k],
        )
