"""What is wrong with single areas: parts, spikes, slivers, and sizes that no unit cell has."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.checking.findings import Ledger
from gridsvc.geography.checking.layers import CheckedLayer
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.vertices import spikes
from gridsvc.geography.findings import code_list
from gridsvc.geography.rings import Rings


@dataclass(frozen=True, slots=True)
class Sizes:
    """Areas of the cells in m²: how many there are, the quartiles, and the shares (0 to 1) in two bands.

    `in_draft_band` is the share within the tolerance of the draft standard, `in_band` that within the band
    in which cells can be worked with.
    """

    least: float
    lower_quartile: float
    median: float
    upper_quartile: float
    most: float
    in_draft_band: float
    in_band: float


def sizes_of(layer: CheckedLayer, limits: Limits) -> Sizes:
    """Return how large the areas of a layer are."""
    m2 = shapely.area(layer.geom_mm) / 1e6

    def share(band: tuple[float, float]) -> float:
        return float(((m2 >= band[0]) & (m2 <= band[1])).mean())

    least, lower, median, upper, most = np.quantile(m2, [0, 0.25, 0.5, 0.75, 1]).tolist()
    band = (limits.least_m2, limits.most_m2)
    return Sizes(least, lower, median, upper, most, share(limits.draft_band), share(band))


def check_single(layer: CheckedLayer, limits: Limits, ledger: Ledger) -> None:
    """Note the faults of single areas."""
    _parts(layer, {row for each in ledger.found if each.kind == "invalid_ring" for row in each.rows}, ledger)
    _spikes(layer, limits, ledger)
    thin = _slivers(layer, limits, ledger)
    if layer.level == "cell":
        _sizes(layer, limits, thin, ledger)


def _parts(layer: CheckedLayer, invalid: set[int], ledger: Ledger) -> None:
    """Note areas in several parts; the loops of an invalid ring that was told of are none."""
    for k in np.flatnonzero(shapely.get_num_geometries(layer.geom_mm) > 1).tolist():
        shape = layer.geom_mm[k]
        parts = sorted(shape.geoms, key=lambda part: -part.area)
        rest = shapely.MultiPolygon(parts[1:])
        apart = parts[0].distance(rest) / 1000.0
        if apart == 0 and invalid.intersection(layer.rows_of((k,))):
            continue
        m2 = rest.area / 1e6
        touching = Text("仅在一点相接", "meeting at a point only")
        where = touching if apart == 0 else Text(f"相距 {apart:.4g} m", f"{apart:.4g} m apart")
        ledger.note(
            "multipart",
            Text(
                f"{layer.codes[k]} 由 {len(parts)} 个部件组成（{where.zh}），主体以外共 {m2:.6g} m²。",
                f"{layer.codes[k]} has {len(parts)} parts ({where.en}); all but the largest"
                f" have {m2:.6g} m².",
            ),
            (layer.codes[k],),
            rows=layer.rows_of((k,)),
            m2=m2,
            length_m=apart,
            share=rest.area / shape.area,
            shape=rest,
        )


def _spikes(layer: CheckedLayer, limits: Limits, ledger: Ledger) -> None:
    """Note each spike once, for all areas that have it in their border."""
    rings = Rings.of(layer.geom_mm)
    at, lengths = spikes(rings, limits.snap_m * 1000.0)
    if not len(at):
        return
    owner = rings.area_of_ring()[rings.ring_of_vertex()[at]]
    places, label = np.unique(rings.xy[at], axis=0, return_inverse=True)
    for k, place in enumerate(places):
        alike = np.unique(owner[label == k]).tolist()
        codes = [layer.codes[each] for each in alike]
        length = float(lengths[label == k].max()) / 1000.0
        ledger.note(
            "spike",
            Text(
                f"{code_list(codes)} 的边界有长 {length:.3g} m 的尖刺。",
                f"The border of {code_list(codes)} has a spike {length:.3g} m long.",
            ),
            codes,
            rows=layer.rows_of(alike),
            length_m=length,
            shape=shapely.Point(place),
        )


def _slivers(layer: CheckedLayer, limits: Limits, ledger: Ledger) -> set[int]:
    area, around = shapely.area(layer.geom_mm), shapely.length(layer.geom_mm)
    width = 2e-3 * area / around
    thin = np.flatnonzero(width <= limits.sliver_m).tolist()
    for k in thin:
        ledger.note(
            "sliver_area",
            Text(
                f"{layer.codes[k]} 是细条：平均宽 {width[k]:.3g} m，面积 {area[k] / 1e6:.6g} m²。",
                f"{layer.codes[k]} is a sliver: {width[k]:.3g} m wide on average, {area[k] / 1e6:.6g} m².",
            ),
            (layer.codes[k],),
            rows=layer.rows_of((k,)),
            m2=float(area[k]) / 1e6,
            length_m=float(around[k]) / 2e3,
            width_m=float(width[k]),
            shape=layer.geom_mm[k],
        )
    return set(thin)


def _sizes(layer: CheckedLayer, limits: Limits, told: set[int], ledger: Ledger) -> None:
    least, most = limits.size_band
    m2 = shapely.area(layer.geom_mm) / 1e6
    for k in np.flatnonzero((m2 < least) | (m2 > most)).tolist():
        if k in told:
            continue
        kind = "small_area" if m2[k] < least else "large_area"
        if m2[k] > limits.huge_m2:
            kind = "huge_area"
        ledger.note(
            kind,
            Text(
                f"{layer.codes[k]} 面积 {m2[k]:,.0f} m²，不在 {least:,.0f} 至 {most:,.0f} m² 之间。",
                f"{layer.codes[k]} has {m2[k]:,.0f} m², not {least:,.0f} to {most:,.0f} m².",
            ),
            (layer.codes[k],),
            rows=layer.rows_of((k,)),
            m2=float(m2[k]),
            shape=layer.geom_mm[k],
        )
