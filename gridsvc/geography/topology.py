"""What a layer's overlaps and gaps mean under its profile: refused, mended, or left and listed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.coverage import Gap, Overlap, Partition, find_overlaps, partition
from gridsvc.geography.findings import Findings, code_list
from gridsvc.geography.projection import to_degrees
from gridsvc.geography.publishing import Areas
from gridsvc.geography.rings import Rings
from gridsvc.geography.upper_ground import UpperGround

_REPAIR = Text(
    "在源数据中改正，或加 --repair：重叠归编码小者，5 米以内的缝隙并入公共边最长的相邻区域。",
    "Correct it in its source, or add --repair: an overlap goes to the lower code, a gap of up to 5 m to"
    " the neighbour with the longest common border.",
)

_FILL = Text(
    f"{_REPAIR.zh}若该地属其他辖区（飞地），请先导入上级图层。",
    f"{_REPAIR.en} If the ground is another district's, load the level above first.",
)


def settle(
    areas: Areas,
    features: list[int],
    profile: CodeProfile,
    findings: Findings,
    *,
    repair: bool,
    skip_invalid: bool,
    upper: UpperGround | None = None,
) -> tuple[Areas, list[int]]:
    """Judge the layer by its profile and return the areas to publish, with their features in the file.

    Not strict: nothing changes, overlaps are doubtful (the lowest code owns). Strict: overlaps and gaps are
    refused, or mended with `repair`; slivers that rounding explains are mended without a word. With
    `skip_invalid` the higher code of an overlapping pair is left out, and gaps are doubtful. Ground outside
    `upper`, the level above, is no gap: an enclave belongs to another district.
    """
    if not areas.codes:
        return areas, features
    if not profile.strict:
        for overlap in find_overlaps(areas.geom_mm):
            _doubt_overlap(overlap, areas, features, findings)
        return areas, features
    incomplete = bool(findings.refused)
    result = partition(areas.geom_mm, mend_gaps=repair, upper=upper)
    if result.overlaps and not repair:
        for overlap in result.overlaps:
            _refuse_overlap(overlap, areas, features, findings)
        if not skip_invalid:
            _judge_gaps(result, areas, features, findings, repair=repair, doubt=incomplete)
            return areas, features
        lower = np.ones(len(areas.codes), dtype=bool)
        lower[[overlap.second for overlap in result.overlaps]] = False
        areas, features = areas.subset(lower), [f for f, stays in zip(features, lower, strict=True) if stays]
        result, incomplete = partition(areas.geom_mm, mend_gaps=repair, upper=upper), True
    for overlap in result.overlaps:
        _report_mended(overlap, areas, features, findings)
    _judge_gaps(result, areas, features, findings, repair=repair, doubt=incomplete or skip_invalid)
    return _mended(areas, features, result, findings, repair=repair)


def _mended(
    areas: Areas, features: list[int], result: Partition, findings: Findings, *, repair: bool
) -> tuple[Areas, list[int]]:
    """Return areas with the geometry of the partition; one with no ground left is refused."""
    gone = shapely.is_empty(result.geometries)
    for k in np.flatnonzero(gone).tolist():
        findings.refuse(
            "no_ground_left",
            Text(
                f"{areas.codes[k]} 完全被编码更小的区域覆盖。",
                f"{areas.codes[k]} is wholly covered by areas of lower codes.",
            ),
            Text("删除或改正该要素。", "Delete or correct the feature."),
            features=(features[k],),
            value=areas.codes[k],
        )
    given = areas.geometries.copy()
    if repair:
        changed = {overlap.second for overlap in result.overlaps}
        changed |= {gap.areas[0] for gap in result.gaps if gap.mendable}
        for k in changed:
            if not gone[k]:
                given[k] = _degrees(result.geometries[k], areas.srid)
    areas = areas.with_geometry(given, result.geometries)
    return areas.subset(~gone), [f for f, lost in zip(features, gone, strict=True) if not lost]


def _degrees(shape: Any, srid: int) -> Any:
    rings = Rings.of(np.array([shape], dtype=object))
    lon, lat = to_degrees(srid, rings.xy[:, 0].astype(np.int64), rings.xy[:, 1].astype(np.int64))
    return Rings(np.column_stack([lon, lat]), rings.rings, rings.parts, rings.areas).geometries()[0]


def _judge_gaps(
    result: Partition,
    areas: Areas,
    features: Sequence[int],
    findings: Findings,
    *,
    repair: bool,
    doubt: bool,
) -> None:
    for gap in result.gaps:
        codes = code_list([areas.codes[k] for k in gap.areas])
        at = _at(gap, areas.srid)
        size = f"{gap.m2:.6g} m²"
        text = Text(
            f"{codes} 之间有缝隙，面积 {size}，平均宽 {gap.width_m:.3g} m，位于 {at}",
            f"A gap of {size}, {gap.width_m:.3g} m wide on average, between {codes} at {at}",
        )
        touching = tuple(features[k] for k in gap.areas)
        if repair and gap.mendable:
            heir = areas.codes[gap.areas[0]]
            mended = Text(f"{text.zh}，已并入 {heir}。", f"{text.en} was given to {heir}.")
            findings.repair("gap", mended, features=touching, value=heir)
        elif repair or doubt:
            left = Text(f"{text.zh}，保留未动。", f"{text.en} was left as it is.")
            findings.doubt("gap", left, features=touching, value=size)
        else:
            refused = Text(f"{text.zh}。", f"{text.en}.")
            findings.refuse("gap", refused, _FILL, features=touching, value=size)


def _overlap_text(overlap: Overlap, areas: Areas) -> Text:
    first, second = areas.codes[overlap.first], areas.codes[overlap.second]
    at = _at(overlap, areas.srid)
    return Text(
        f"{second} 与 {first} 重叠 {overlap.m2:.6g} m²，位于 {at}",
        f"{second} overlaps {first} by {overlap.m2:.6g} m² at {at}",
    )


def _refuse_overlap(overlap: Overlap, areas: Areas, features: Sequence[int], findings: Findings) -> None:
    text = _overlap_text(overlap, areas)
    findings.refuse(
        "overlap",
        Text(f"{text.zh}。", f"{text.en}."),
        _REPAIR,
        features=(features[overlap.second], features[overlap.first]),
        value=areas.codes[overlap.second],
    )


def _doubt_overlap(overlap: Overlap, areas: Areas, features: Sequence[int], findings: Findings) -> None:
    text = _overlap_text(overlap, areas)
    owner = areas.codes[overlap.first]
    findings.doubt(
        "overlap",
        Text(f"{text.zh}；重叠处归编码小者 {owner}。", f"{text.en}; the lower code, {owner}, owns it."),
        features=(features[overlap.second], features[overlap.first]),
        value=areas.codes[overlap.second],
    )


def _report_mended(overlap: Overlap, areas: Areas, features: Sequence[int], findings: Findings) -> None:
    text = _overlap_text(overlap, areas)
    owner = areas.codes[overlap.first]
    findings.repair(
        "overlap",
        Text(f"{text.zh}；已划归编码小者 {owner}。", f"{text.en}; it was given to the lower code, {owner}."),
        features=(features[overlap.second], features[overlap.first]),
        value=areas.codes[overlap.second],
    )


def _at(found: Overlap | Gap, srid: int) -> str:
    lon, lat = to_degrees(srid, np.array([round(found.x)]), np.array([round(found.y)]))
    return f"({lon[0]:.6f}, {lat[0]:.6f})"
