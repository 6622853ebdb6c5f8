"""The layer to check: a file as it is, faults and all, or an edition in the database."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.checking.findings import Ledger
from gridsvc.geography.checking.vertices import repeated_vertices
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.findings import Finding, Findings, faults
from gridsvc.geography.georeference import Georeference, check_places, georeference
from gridsvc.geography.layers import Layer
from gridsvc.geography.millimetres import in_millimetres
from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.geography.reading import VectorTable, declared_crs, read_table, texts_of
from gridsvc.geography.rings import Geometries, Rings
from gridsvc.geography.shapes import invalid_reason, read_shapes
from gridsvc.geography.welding import weld

_NUMBERED = "#{}"
_SPECK = Text("面小于一毫米，无法成图。", "The polygon is smaller than a millimetre.")
_AT = re.compile(r"\[([-+.\deE]+) ([-+.\deE]+)\]")
# What `read_shapes` and `check_places` call their refusals, where a check calls it otherwise.
_KINDS = {"self_crossing": "invalid_ring", "swapped_axes": "wrong_place", "wrong_crs": "wrong_place"}


@dataclass(frozen=True, slots=True, eq=False)
class CheckedLayer:
    """The areas of a layer that have a shape, sorted by code, then by their place in the file.

    `geom_mm`: valid multipolygons in whole millimetres of EPSG:`srid`, welded as import welds them.
    `rows`: numbers of the features in the file, from 1 (empty for an edition). Without a column of codes a
    feature is called by its number (`coded` is False), and codes are not judged.
    """

    source: str
    level: str
    rules: CodeProfile
    srid: int
    codes: list[str]
    names: list[str]
    parents: list[str | None]
    rows: list[int]
    geom_mm: Geometries
    coded: bool = True

    def rows_of(self, areas: Sequence[int]) -> tuple[int, ...]:
        """Return the features of some areas."""
        return tuple(self.rows[k] for k in areas) if self.rows else ()


def layer_of_edition(edition: Layer) -> CheckedLayer:
    """Return an edition as a layer to check."""
    return CheckedLayer(
        edition.name,
        edition.level,
        edition.rules,
        edition.srid,
        edition.codes,
        edition.names,
        edition.parent_codes,
        [],
        edition.geom_mm,
    )


@dataclass(frozen=True, slots=True, eq=False)
class FileToCheck:
    """A file as it was read: its table, all features' codes, and the areas with what single shapes lack.

    `index` tells for each area of `layer` its feature (from 0).
    """

    path: Path
    table: VectorTable
    reference: Georeference
    layer: CheckedLayer
    ledger: Ledger
    codes: list[str]
    parents: list[str] | None
    index: list[int]

    def given(self) -> Geometries:
        """Return the shapes of all features as they are, in lon, lat; None where nothing can be read."""
        assert self.table.shapes is not None
        raw = shapely.force_2d(shapely.from_wkb(self.table.shapes, on_invalid="fix"))

        def turned(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
            return np.column_stack(self.reference.to_wgs84(xy[:, 0].copy(), xy[:, 1].copy()))

        return np.array(shapely.transform(raw, turned), dtype=object)


def read_layer(
    path: Path,
    *,
    level: str,
    rules: CodeProfile,
    code_column: str | None = None,
    name_column: str | None = None,
    parent_column: str | None = None,
    datum: str | None = None,
    layer: str | None = None,
    srid: int | None = None,
) -> FileToCheck:
    """Read the areas of a file, with what is wrong with single shapes noted and mended for what follows.

    Raises `InputRefused` for what no check can look into: what `reading.read_table` and `georeference` raise,
    `unknown_column`, `no_geometry`, `places_refused` (a whole layer with exchanged coordinates or in another
    system than it says), `nothing_to_check`.
    """
    table = read_table(path, layer)
    if table.shapes is None or not len(table.shapes):
        raise InputRefused(
            "no_geometry",
            Text("文件没有几何图形。", "The file has no geometry."),
            remedy=Text("给出带面要素的矢量文件。", "Give a vector file with polygons."),
            place=Place(file=path.name),
        )
    reference = georeference(declared_crs(path, table), datum, path.name)
    codes = _codes(path, table, code_column)
    names = None if name_column is None else _column(path, table, name_column)
    parents = None if parent_column is None else _column(path, table, parent_column)
    findings = Findings(path.name, table.layer)
    shapes = read_shapes(table.shapes, findings, repair=True)
    check_places(reference, shapely.bounds(shapes), np.empty((0, 4)), findings)
    _refuse_layer(findings)
    for feature in findings.refused_features():
        shapes[feature] = None
    there = sorted(np.flatnonzero(~shapely.is_missing(shapes)).tolist(), key=lambda k: (codes[k], k))
    if not there:
        raise _nothing(findings)
    given = Rings.of(shapely.normalize(shapes[there]))
    if srid is None:
        ends = _in_degrees(given, reference).xy
        srid = srid_for(*((ends.min(axis=0) + ends.max(axis=0)) / 2).tolist())
    middle = float((given.xy[:, 1].min() + given.xy[:, 1].max()) / 2)
    welded = weld(given, reference.scale(middle))
    geom_mm, _ = in_millimetres(_in_degrees(welded, reference), srid)
    empty = shapely.is_empty(geom_mm)
    if empty.all():
        for feature in there:
            findings.refuse("too_small", _SPECK, features=(feature,))
        raise _nothing(findings)
    ledger = Ledger(srid, rules.strict)
    _note_shapes(findings, table, codes, reference, ledger)
    _note_repeated(given, reference.scale(middle), there, empty, codes, reference, ledger)
    for k in np.flatnonzero(empty).tolist():
        ledger.note(
            "too_small",
            _SPECK,
            (codes[there[k]],),
            rows=(there[k] + 1,),
            shape=_place(reference, *_first_of(given, k), srid),
        )
    index = [feature for feature, gone in zip(there, empty, strict=True) if not gone]
    checked = CheckedLayer(
        path.name,
        level,
        rules,
        srid,
        [codes[k] for k in index],
        [codes[k] if names is None else names[k] or codes[k] for k in index],
        [None if parents is None else parents[k] or None for k in index],
        [k + 1 for k in index],
        geom_mm[~empty],
        coded=code_column is not None,
    )
    return FileToCheck(path, table, reference, checked, ledger, codes, parents, index)


def _codes(path: Path, table: VectorTable, column: str | None) -> list[str]:
    if column is not None:
        return _column(path, table, column)
    assert table.shapes is not None
    return [_NUMBERED.format(k + 1) for k in range(len(table.shapes))]


def _column(path: Path, table: VectorTable, column: str) -> list[str]:
    return texts_of(path, table, column)


def _in_degrees(rings: Rings, reference: Georeference) -> Rings:
    lon, lat = reference.to_wgs84(rings.xy[:, 0].copy(), rings.xy[:, 1].copy())
    return replace(rings, xy=np.column_stack([lon, lat]))


def _refuse_layer(findings: Findings) -> None:
    if findings.refuses_the_layer():
        raise InputRefused(
            "places_refused",
            Text("坐标不可信，无法检查。", "The coordinates cannot be right; there is nothing to check."),
            place=Place(file=findings.file, sheet=findings.layer),
            faults=faults(findings.refused),
        )


def _nothing(findings: Findings) -> InputRefused:
    return InputRefused(
        "nothing_to_check",
        Text("没有任何要素有可用的面。", "No feature has a polygon that can be used."),
        place=Place(file=findings.file, sheet=findings.layer),
        faults=faults(findings.refused),
    )


def _note_shapes(
    findings: Findings, table: VectorTable, codes: Sequence[str], reference: Georeference, ledger: Ledger
) -> None:
    assert table.shapes is not None
    for each in (*findings.refused, *findings.repaired):
        (feature,) = each.features
        code = each.fault.code
        if code == "self_crossing":
            _note_invalid(each, table.shapes[feature], feature, codes[feature], reference, ledger)
            continue
        ledger.note(_KINDS.get(code, code), each.fault.message, (codes[feature],), rows=(feature + 1,))


def _note_invalid(
    found: Finding, wkb: Any, feature: int, code: str, reference: Georeference, ledger: Ledger
) -> None:
    shape = shapely.from_wkb(wkb, on_invalid="fix")
    reason = Text(*invalid_reason(shape))
    at = _AT.search(shapely.is_valid_reason(shape))
    place = None
    if at is not None:
        place = _place(reference, float(at[1]), float(at[2]), ledger.srid)
    if found.fault.remedy is None:
        text = Text(f"{code} 的面无效：{reason.zh}。", f"{code} is invalid: {reason.en}.")
    else:
        text = found.fault.message  # nothing is left of it once mended
    ledger.note("invalid_ring", text, (code,), rows=(feature + 1,), shape=place)


def _note_repeated(
    given: Rings,
    scale: tuple[float, float],
    features: Sequence[int],
    lost: npt.NDArray[np.bool_],
    codes: Sequence[str],
    reference: Georeference,
    ledger: Ledger,
) -> None:
    """Note the repeated vertices of each area, but of those that are nothing but such (`lost`)."""
    at = repeated_vertices(given, scale)
    at = at[~lost[given.area_of_ring()[given.ring_of_vertex()[at]]]]
    if not len(at):
        return
    owner = given.area_of_ring()[given.ring_of_vertex()[at]]
    lon, lat = reference.to_wgs84(given.xy[at, 0].copy(), given.xy[at, 1].copy())
    x, y = to_millimetres(ledger.srid, lon, lat)
    for k in np.unique(owner).tolist():
        mine = owner == k
        count = int(mine.sum())
        code = codes[features[k]]
        ledger.note(
            "repeated_vertices",
            Text(
                f"{code} 有 {count} 个重复节点（相距不足 1 毫米）。",
                f"{code} has {count} repeated vertices (less than a millimetre apart).",
            ),
            (code,),
            rows=(features[k] + 1,),
            shape=shapely.MultiPoint(np.column_stack([x[mine], y[mine]])),
        )


def _first_of(given: Rings, k: int) -> tuple[float, float]:
    """Return the first coordinate of area k."""
    x, y = given.xy[given.rings[given.parts[given.areas[k]]]].tolist()
    return x, y


def _place(reference: Georeference, x: float, y: float, srid: int) -> Any:
    """Return a place in the numbers of the file as a point in millimetres of EPSG:`srid`."""
    return in_plane(
        shapely.Point(*(each[0] for each in reference.to_wgs84(np.array([x]), np.array([y])))), srid
    )


def in_plane(shapes: Any, srid: int) -> Any:
    """Return shapes in lon, lat (None: none), valid or not, in whole millimetres of EPSG:`srid`."""

    def turned(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_millimetres(srid, xy[:, 0].copy(), xy[:, 1].copy())).astype(np.float64)

    return shapely.transform(shapes, turned)
