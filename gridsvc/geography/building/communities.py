"""What may be wrong with the communities that a grid is to be built in: every fault with its row."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.attributes import check_codes
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.findings import Findings
from gridsvc.geography.overlaps import square_metres, wider_than
from gridsvc.geography.rings import Geometries

_DRAWN_TWICE_M = 1.0


def check_communities(
    codes: Sequence[str],
    shapes: Geometries,
    ground: shapely.Geometry,
    profile: CodeProfile,
    district: str | None,
    findings: Findings,
    *,
    column: str,
) -> None:
    """Refuse codes that break the profile, come twice or name another district, and ground given twice.

    `shapes` in millimetres, None where a feature was refused already. Of another district may be what lies
    outside the `ground`: a file of the whole city will do. Where two communities overlap by no more than
    borders that were drawn twice (a metre wide), nothing is said.
    """
    check_codes(profile, "community", codes, findings, column=column)
    inside = np.asarray(shapely.intersection(shapes, ground), dtype=object)
    there = np.flatnonzero(~shapely.is_missing(inside) & ~shapely.is_empty(inside))
    here = there[wider_than(inside[there], _DRAWN_TWICE_M)]
    if district is not None and profile.fault("district", district) is None:
        named = profile.ancestors("community", codes, "district")
        for k in here.tolist():
            if named[k] is not None and named[k] != district:
                findings.refuse(
                    "other_district",
                    Text(
                        f"社区 {codes[k]} 属于 {named[k]}，却在 {district} 的边界内。",
                        f"The community {codes[k]} is of {named[k]} but lies inside {district}.",
                    ),
                    Text(
                        "改正编码；邻区的社区请先按边界裁剪。",
                        "Correct the code; cut communities of a neighbouring district off at the boundary.",
                    ),
                    features=(k,),
                    column=column,
                    value=codes[k],
                )
    _refuse_overlaps(codes, inside[here], here.tolist(), findings, column)


def _refuse_overlaps(
    codes: Sequence[str], shapes: Geometries, features: list[int], findings: Findings, column: str
) -> None:
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    one, other = one[one > other], other[one > other]
    common = shapely.intersection(shapes[one], shapes[other])
    wide = wider_than(common, _DRAWN_TWICE_M)
    for a, b, m2 in zip(
        one[wide].tolist(), other[wide].tolist(), square_metres(common[wide]).tolist(), strict=True
    ):
        later, first = features[a], features[b]
        findings.refuse(
            "overlapping_communities",
            Text(
                f"社区 {codes[later]} 与第 {first + 1} 个要素 {codes[first]} 重叠 {m2:,.0f} m²。",
                f"{codes[later]} overlaps feature {first + 1}, {codes[first]}, by {m2:,.0f} m².",
            ),
            Text(
                "改正公共边界；area repair 可把重叠归于编码较小者。",
                "Correct their border; area repair gives an overlap to the lower code.",
            ),
            features=(later,),
            column=column,
            value=codes[later],
        )
