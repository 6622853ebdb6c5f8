"""Whether areas lie where their codes say: inside their parents, and all of these covered."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.checking.borders import Coverage
from gridsvc.geography.checking.findings import Ledger
from gridsvc.geography.checking.layers import CheckedLayer
from gridsvc.geography.checking.limits import Limits
from gridsvc.geography.checking.upper import Parents
from gridsvc.geography.codes import LEVEL_NAMES
from gridsvc.geography.coverage import wide_parts
from gridsvc.geography.findings import code_list
from gridsvc.geography.rings import Floats, Geometries, Integers

# More than this share of an area outside its parent: its code or its place is wrong, not its border.
_MOST_OUTSIDE = 0.5


def check_nesting(
    layer: CheckedLayer, coverage: Coverage, parents: Parents, limits: Limits, ledger: Ledger
) -> None:
    """Note areas outside their parents, parents that nobody names, and ground of theirs that nobody has."""
    named = [
        prefix or parent
        for prefix, parent in zip(
            layer.rules.ancestors(layer.level, layer.codes, parents.level), layer.parents, strict=True
        )
    ]
    number = {code: k for k, code in enumerate(parents.codes)}
    of = np.array([-1 if code is None else number.get(code, -1) for code in named], dtype=np.int64)
    level = LEVEL_NAMES[parents.level]
    _unknown(layer, named, of, parents, ledger)
    known = np.flatnonzero(of >= 0)
    if not any(named):
        return
    outside = _outside_m2(layer.geom_mm[known], parents.geom_mm[of[known]])
    shares = outside / (shapely.area(layer.geom_mm[known]) / 1e6)
    if len(known) > 1 and (shares > _MOST_OUTSIDE).all():
        _layer_away(layer, coverage, parents, ledger)
        return
    for k, m2, share in zip(known.tolist(), outside.tolist(), shares.tolist(), strict=True):
        if m2 > limits.outside_m2:
            _outside(layer, k, int(of[k]), m2, share, parents, ledger)
    _uncovered(layer, set(of[known].tolist()), coverage, parents, level, limits, ledger)


def _unknown(
    layer: CheckedLayer, named: Sequence[str | None], of: Integers, parents: Parents, ledger: Ledger
) -> None:
    level = LEVEL_NAMES[parents.level]
    lost: dict[str, list[int]] = {}
    for k in np.flatnonzero(of < 0).tolist():
        if (code := named[k]) is not None:
            lost.setdefault(code, []).append(k)
    for code, alike in lost.items():
        codes = [layer.codes[k] for k in alike]
        ledger.note(
            "unknown_parent",
            Text(
                f"{code_list(codes)}（共 {len(codes)} 个）的上级{level.zh} {code} 不在 {parents.label} 中。",
                f"The {level.en} {code} above {code_list(codes)} ({len(codes)} in all) is not in"
                f" {parents.label}.",
            ),
            codes,
            rows=layer.rows_of(alike),
            m2=float(shapely.area(layer.geom_mm[alike]).sum()) / 1e6,
            shape=shapely.union_all(layer.geom_mm[alike]),
        )


def _outside_m2(areas: Geometries, parents: Geometries) -> Floats:
    """Return how many m² of each area lie outside its parent."""
    shapely.prepare(parents)
    m2 = np.zeros(len(areas))
    out = np.flatnonzero(~shapely.covers(parents, areas))
    m2[out] = shapely.area(shapely.difference(areas[out], parents[out])) / 1e6
    return m2


def _outside(
    layer: CheckedLayer, k: int, parent: int, m2: float, share: float, parents: Parents, ledger: Ledger
) -> None:
    code, above = layer.codes[k], parents.codes[parent]
    level = LEVEL_NAMES[parents.level]
    shape = wide_parts(shapely.difference(layer.geom_mm[k], parents.geom_mm[parent]))
    if shape.is_empty:
        return
    ledger.note(
        "outside_parent" if share > _MOST_OUTSIDE else "partly_outside_parent",
        Text(
            f"{code} 有 {m2:.6g} m²（{share:.1%}）在其上级{level.zh} {above} 之外。",
            f"{m2:.6g} m² ({share:.1%}) of {code} lie outside the {level.en} {above} above it.",
        ),
        (code, above),
        rows=layer.rows_of((k,)),
        m2=m2,
        share=share,
        shape=shape,
    )


def _layer_away(layer: CheckedLayer, coverage: Coverage, parents: Parents, ledger: Ledger) -> None:
    level = LEVEL_NAMES[parents.level]
    apart = coverage.ground.distance(shapely.union_all(parents.geom_mm)) / 1000.0
    ledger.note(
        "layer_outside_parents",
        Text(
            f"整层 {len(layer.codes)} 个区域都不在其上级{level.zh}（{parents.label}）的范围内，"
            f"最近相距 {apart:,.0f} m。",
            f"All {len(layer.codes)} areas lie outside the {level.en} above them ({parents.label});"
            f" the nearest ones are {apart:,.0f} m apart.",
        ),
        layer.codes[:1],
        m2=coverage.ground.area / 1e6,
        length_m=apart,
        shape=coverage.ground.envelope,
    )


def _uncovered(
    layer: CheckedLayer,
    named: set[int],
    coverage: Coverage,
    parents: Parents,
    level: Text,
    limits: Limits,
    ledger: Ledger,
) -> None:
    """Note ground of parents that no area has; a gap between areas was told of already."""
    bare = np.flatnonzero(~shapely.covers(coverage.ground, parents.geom_mm))
    ground = shapely.difference(parents.geom_mm[bare], coverage.ground)
    below = LEVEL_NAMES[layer.level]
    told = shapely.union_all([gap.shape for gap in coverage.gaps]) if coverage.gaps else None
    for k, shape in zip(bare.tolist(), ground, strict=True):
        left = shape if told is None else shapely.difference(shape, told)
        parts = shapely.get_parts(wide_parts(left))
        open_ground = shapely.MultiPolygon(list(parts[shapely.area(parts) / 1e6 > limits.outside_m2]))
        if open_ground.is_empty:
            continue
        m2 = open_ground.area / 1e6
        share = open_ground.area / parents.geom_mm[k].area
        code, name = parents.codes[k], parents.names[k]
        call = code if code == name else f"{code} {name}"
        if k not in named:
            kind, text = (
                "parent_without_areas",
                Text(
                    f"{level.zh} {call} 内没有任何{below.zh}，{m2:.6g} m² 无归属。",
                    f"The {level.en} {call} has no {below.en} at all: {m2:.6g} m² belong to none.",
                ),
            )
        else:
            kind, text = (
                "parent_uncovered",
                Text(
                    f"{level.zh} {call} 有 {m2:.6g} m²（{share:.1%}）没有{below.zh}覆盖。",
                    f"{m2:.6g} m² ({share:.1%}) of the {level.en} {call} are covered by no {below.en}.",
                ),
            )
        ledger.note(kind, text, (code,), m2=m2, share=share, shape=open_ground)
