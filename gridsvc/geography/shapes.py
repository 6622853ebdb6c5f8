"""Faults of single shapes: missing, empty, not polygons, self-crossing; and their repair."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.errors import Text
from gridsvc.geography.findings import Findings
from gridsvc.geography.rings import Geometries

_POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)

# What GEOS says is wrong with a polygon, and how a Chinese surveyor says it.
_REASONS = {
    "Self-intersection": "自相交",
    "Ring Self-intersection": "环自相接",
    "Hole lies outside shell": "洞在外环之外",
    "Holes are nested": "洞相互嵌套",
    "Interior is disconnected": "内部不连通",
    "Nested shells": "部件相互嵌套",
    "Duplicate Rings": "环重复",
    "Too few points in geometry component": "点数不足",
}
_REDRAW = Text("在源数据中改正该图形。", "Correct the shape in its source.")
_REPAIR = Text(
    "在源数据中改正，或加 --repair 由系统修复并列出。",
    "Correct it in its source, or add --repair to have it mended and listed.",
)


def read_shapes(wkb: npt.NDArray[Any], findings: Findings, *, repair: bool) -> Geometries:
    """Return one valid polygon or multipolygon per feature, None where it was refused.

    An invalid one (rings that cross themselves and the like) is refused, or with `repair` made valid
    (OGC Simple Features; the parts that are polygons are kept) and listed with what it gained or lost.
    """
    present = np.array([value is not None for value in wkb], dtype=bool)
    shapes = shapely.from_wkb(wkb, on_invalid="fix" if repair else "ignore")
    # A circular arc or a height has no place here; arcs become chords.
    types = shapely.get_type_id(shapes)
    for index in np.flatnonzero(~present):
        findings.refuse(
            "no_geometry",
            Text("该要素没有图形。", "The feature has no geometry."),
            Text("补画面，或删除该要素。", "Draw its polygon, or delete the feature."),
            features=(int(index),),
        )
    for index in np.flatnonzero(present & (types == -1)):
        findings.refuse(
            "broken_geometry",
            Text(
                "图形数据损坏，无法读取（如环未闭合、点数不足）。",
                "The geometry is broken and cannot be read (an open ring, too few points).",
            ),
            _REDRAW,
            features=(int(index),),
        )
    _refuse_empty(shapes, present, findings)
    shapes = _polygonal(shapes, findings, repair=repair)
    _refuse_infinite(shapes, findings)
    _mend(shapes, findings, repair=repair)
    return shapes


def _refuse(shapes: Geometries, index: int, findings: Findings, code: str, text: Text, remedy: Text) -> None:
    findings.refuse(code, text, remedy, features=(index,))
    shapes[index] = None


def _refuse_empty(shapes: Geometries, present: npt.NDArray[np.bool_], findings: Findings) -> None:
    for index in np.flatnonzero(present & shapely.is_empty(shapes)):
        _refuse(
            shapes,
            int(index),
            findings,
            "empty_geometry",
            Text("图形为空。", "The geometry is empty."),
            Text("补画面，或删除该要素。", "Draw its polygon, or delete the feature."),
        )


def _polygonal(shapes: Geometries, findings: Findings, *, repair: bool) -> Geometries:
    types = shapely.get_type_id(shapes)
    for index in np.flatnonzero((types != -1) & ~np.isin(types, _POLYGONAL)):
        kept = polygon_parts(shapes[index])
        kind = str(shapely.get_dimensions(shapes[index]))
        name = {"0": Text("点", "points"), "1": Text("线", "lines")}.get(kind, Text("混合图形", "mixed"))
        if repair and kept is not None:
            shapes[index] = kept
            findings.repair(
                "not_polygons",
                Text("只保留图形中的面。", "Only the polygons of the collection are kept."),
                features=(int(index),),
            )
            continue
        _refuse(
            shapes,
            int(index),
            findings,
            "not_polygons",
            Text(f"图形不是面，而是{name.zh}。", f"The geometry is not a polygon but {name.en}."),
            Text("区域须为面或多面。", "An area is a polygon or a multipolygon."),
        )
    return shapes


def _refuse_infinite(shapes: Geometries, findings: Findings) -> None:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    for index in np.unique(owner[~np.isfinite(xy).all(axis=1)]):
        _refuse(
            shapes,
            int(index),
            findings,
            "bad_number",
            Text("坐标中有非数值（NaN 或无穷大）。", "A coordinate is no number (NaN or infinite)."),
            _REDRAW,
        )


def _mend(shapes: Geometries, findings: Findings, *, repair: bool) -> None:
    present = ~shapely.is_missing(shapes)
    for index in np.flatnonzero(present & ~shapely.is_valid(shapes)):
        reason = Text(*invalid_reason(shapes[index]))
        if not repair:
            text = Text(f"面无效：{reason.zh}。", f"The polygon is invalid: {reason.en}.")
            _refuse(shapes, int(index), findings, "self_crossing", text, _REPAIR)
            continue
        before, mended = shapely.area(shapes[index]), valid_polygons(shapes[index])
        if mended is None:
            text = Text(
                f"面无效且修复后无面积：{reason.zh}。", f"Nothing is left of it once mended: {reason.en}."
            )
            _refuse(shapes, int(index), findings, "self_crossing", text, _REDRAW)
            continue
        after = shapely.area(mended)
        change = 100.0 * (after - before) / max(after, before)
        findings.repair(
            "self_crossing",
            Text(
                f"面无效（{reason.zh}），已修复，面积变化 {change:+.4f} %。",
                f"The polygon was invalid ({reason.en}) and was mended; its area changed by {change:+.4f} %.",
            ),
            features=(int(index),),
        )
        shapes[index] = mended


def invalid_reason(shape: Any) -> tuple[str, str]:
    """Return in Chinese and English what makes a polygon invalid, and where in the numbers of the file."""
    said = shapely.is_valid_reason(shape)
    kind, _, where = said.partition("[")
    at = where.rstrip("]").replace(" ", ", ")
    zh, en = _REASONS.get(kind, kind), kind.lower()
    return (f"{zh}，位于 ({at})", f"{en} at ({at})") if at else (zh, en)


def valid_polygons(shape: Any) -> Any:
    """Return the valid polygons that an invalid shape encloses, or None when it encloses nothing."""
    return polygon_parts(shapely.make_valid(shape, method="structure", keep_collapsed=False))


def polygon_parts(shape: Any) -> Any:
    """Return the polygons in a shape of any kind as one valid geometry, or None when there are none."""
    if shape.is_empty:
        return None
    parts = shapely.get_parts(shape)
    if (shapely.get_type_id(parts) == shapely.GeometryType.GEOMETRYCOLLECTION).any():
        parts = shapely.get_parts(parts)
    if (shapely.get_type_id(parts) == shapely.GeometryType.MULTIPOLYGON).any():
        parts = shapely.get_parts(parts)
    parts = parts[(shapely.get_type_id(parts) == shapely.GeometryType.POLYGON) & (shapely.area(parts) > 0)]
    if not len(parts):
        return None
    whole = shapely.multipolygons(parts) if len(parts) > 1 else parts[0]
    return whole if whole.is_valid else polygon_parts(shapely.make_valid(whole, method="structure"))
