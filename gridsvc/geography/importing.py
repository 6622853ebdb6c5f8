"""`import_areas`: one layer of a vector file becomes an edition, or is refused with every fault named."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import shapely
from pyproj.exceptions import CRSError
from sqlalchemy import Connection

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.attributes import check_codes, checked_names
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.editions import LEVELS
from gridsvc.geography.findings import Findings, faults
from gridsvc.geography.georeference import Georeference, check_places, georeference
from gridsvc.geography.millimetres import in_millimetres
from gridsvc.geography.parents import (
    check_inside_parents,
    loaded_above,
    loaded_bounds,
    parent_codes,
)
from gridsvc.geography.profiles import code_profile
from gridsvc.geography.projection import srid_for
from gridsvc.geography.publishing import Areas, Publication, publish
from gridsvc.geography.reading import Features, read_features
from gridsvc.geography.rings import Geometries, Rings
from gridsvc.geography.shapes import read_shapes, valid_polygons
from gridsvc.geography.topology import settle
from gridsvc.geography.welding import weld
from gridsvc.postgres import copy_rows

_ROUNDING_MM = 2.0


@dataclass(frozen=True, slots=True)
class AreaImport:
    """What an import did. `areas` counts those in the edition; the faults are in the order of the file.

    `unchanged`: the same content was in force for that date already. `superseded`: the edition withdrawn.
    """

    edition_id: int
    edition: str
    level: str
    profile: str
    effective_from: datetime | None
    srid: int
    features: int
    areas: int
    unchanged: bool
    superseded: str | None
    refused: tuple[Fault, ...]
    repaired: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "edition": self.edition,
            "level": self.level,
            "profile": self.profile,
            "effective_from": None if self.effective_from is None else self.effective_from.isoformat(),
            "srid": self.srid,
            "features": self.features,
            "areas": self.areas,
            "unchanged": self.unchanged,
            "superseded": self.superseded,
            "refused": [fault.as_dict() for fault in self.refused],
            "repaired": [fault.as_dict() for fault in self.repaired],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_areas(
    connection: Connection,
    path: Path,
    *,
    level: str,
    code_column: str,
    name_column: str | None = None,
    parent_column: str | None = None,
    datum: str | None = None,
    effective: datetime | None = None,
    profile: str | CodeProfile = "gbt",
    repair: bool = False,
    skip_invalid: bool = False,
    srid: int | None = None,
    layer: str | None = None,
    source_name: str | None = None,
) -> AreaImport:
    """Load the polygons of a vector file as the edition of `level` in force from `effective` (None: ever).

    Coordinates are taken in the system that the file declares, east before north; `datum` says what
    longitude and latitude mean (GCJ-02 and BD-09 are converted at every vertex, without adding any). The
    geometry as given is kept in degrees; the one that decides is in whole millimetres of EPSG:`srid` (by
    default `srid_for` the middle of the layer), with borders welded within a millimetre.

    Under `gbt` the layer must be a partition with codes of the standard; what is not is refused, or mended
    with `repair`. Under `free` any code will do, invalid rings are mended and overlaps stay. All faults are
    collected first: raises `InputRefused` with them and changes nothing, unless `skip_invalid` leaves the
    refused features out.
    """
    rules = code_profile(profile) if isinstance(profile, str) else profile
    _check_arguments(level, srid)
    mend = repair or not rules.strict
    features = read_features(
        path, code_column=code_column, name_column=name_column, parent_column=parent_column, layer=layer
    )
    findings = Findings(path.name, features.layer)
    reference = georeference(features.crs, datum, path.name)
    check_codes(rules, level, features.codes, findings, column=code_column)
    names = checked_names(features.names, features.codes, findings, column=name_column)
    shapes = read_shapes(features.shapes, findings, repair=mend)
    check_places(reference, shapely.bounds(shapes), loaded_bounds(connection), findings)
    above = loaded_above(connection, level, effective)
    parents = parent_codes(
        rules, level, features.codes, features.parents, above, findings, column=parent_column or code_column
    )
    if findings.refuses_the_layer():
        raise _refusal(findings, features)

    kept = _kept(features, findings)
    if kept:
        chosen = _Chosen(
            kept,
            [features.codes[k] for k in kept],
            [names[k] for k in kept],
            [parents[k] for k in kept],
            shapes[kept],
        )
        areas, kept = _built(chosen, reference, srid, findings)
        areas, kept = settle(areas, kept, rules, findings, repair=repair, skip_invalid=skip_invalid)
    if (findings.refused and not skip_invalid) or not kept:
        raise _refusal(findings, features)
    if above is not None:
        inner = shapely.point_on_surface(areas.geometries)
        check_inside_parents(inner, areas.codes, areas.parents, kept, rules, level, above, findings)
    published = publish(
        connection,
        areas,
        level=level,
        effective=effective,
        profile=rules,
        source=source_name or path.name,
    )
    if not published.unchanged:
        _keep_faults(connection, published, features, kept, findings)
    return AreaImport(
        edition_id=published.edition.id,
        edition=published.edition.name,
        level=level,
        profile=rules.name,
        effective_from=effective,
        srid=published.edition.srid,
        features=len(features.codes),
        areas=len(areas.codes),
        unchanged=published.unchanged,
        superseded=published.superseded,
        refused=faults(findings.refused),
        repaired=faults(findings.repaired),
        doubtful=faults(findings.doubtful),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Chosen:
    """The features that nothing was found against, sorted by code; shapes in the numbers of the file."""

    features: list[int]
    codes: list[str]
    names: list[str]
    parents: list[str | None]
    shapes: Geometries


def _check_arguments(level: str, srid: int | None) -> None:
    if level not in LEVELS:
        known = ", ".join(LEVELS)
        raise InputRefused(
            "unknown_level",
            Text(f"没有层级“{level[:40]}”。", f"There is no level {level[:40]!r}."),
            remedy=Text(f"可用：{known}。", f"Use one of: {known}."),
        )
    if srid is None:
        return
    try:
        crs = pyproj.CRS.from_epsg(srid)
        fits = crs.is_projected and crs.axis_info[0].unit_conversion_factor == 1.0
    except CRSError:
        fits = False
    if not fits:
        raise InputRefused(
            "bad_srid",
            Text(
                f"EPSG:{srid} 不是以米为单位的投影坐标系。", f"EPSG:{srid} is no projected system in metres."
            ),
            remedy=Text("例如西安用 4545。", "For Xi'an, for instance, 4545."),
        )


def _kept(features: Features, findings: Findings) -> list[int]:
    """Return the features not refused, sorted by code, so that the order of the file has no effect."""
    out = findings.refused_features()
    return sorted((k for k in range(len(features.codes)) if k not in out), key=lambda k: features.codes[k])


def _built(
    chosen: _Chosen, reference: Georeference, srid: int | None, findings: Findings
) -> tuple[Areas, list[int]]:
    """Bring shapes to degrees and to millimetres; what is smaller than a millimetre is refused."""
    given = Rings.of(shapely.normalize(chosen.shapes))
    middle = (given.xy.min(axis=0) + given.xy.max(axis=0)) / 2
    # Borders are welded where they are straight: in the numbers of the file.
    welded = weld(given, reference.scale(float(middle[1])))
    degrees = _in_degrees(given, reference)
    geometries = degrees.geometries()
    for k in np.flatnonzero(~shapely.is_valid(geometries)):
        # Converting vertices may let edges closer than a millimetre cross.
        geometries[k] = valid_polygons(geometries[k]) or geometries[k]
    if srid is None:
        west, south, east, north = shapely.total_bounds(geometries)
        srid = srid_for((west + east) / 2, (south + north) / 2)
    geom_mm, rounded = in_millimetres(_in_degrees(welded, reference), srid)
    small = shapely.is_empty(geom_mm)
    for k in np.flatnonzero(small):
        findings.refuse(
            "too_small",
            Text("面小于一毫米，无法成图。", "The polygon is smaller than a millimetre."),
            Text("删除该要素，或检查坐标单位。", "Delete the feature, or check the unit of its coordinates."),
            features=(chosen.features[k],),
        )
    _list_changes(geom_mm, rounded, chosen, findings)
    areas = Areas(chosen.codes, chosen.names, chosen.parents, geometries, geom_mm, srid)
    return areas.subset(~small), [
        feature for feature, gone in zip(chosen.features, small, strict=True) if not gone
    ]


def _in_degrees(rings: Rings, reference: Georeference) -> Rings:
    lon, lat = reference.to_wgs84(rings.xy[:, 0].copy(), rings.xy[:, 1].copy())
    return replace(rings, xy=np.column_stack([lon, lat]))


def _list_changes(geom_mm: Geometries, rounded: Geometries, chosen: _Chosen, findings: Findings) -> None:
    change = shapely.area(geom_mm) - shapely.area(rounded)
    large = np.abs(change) > _ROUNDING_MM * shapely.length(rounded)
    for k in np.flatnonzero(large & ~shapely.is_empty(geom_mm)):
        findings.repair(
            "rounding",
            Text(
                f"取整到毫米后修复了图形，面积变化 {change[k] / 1e6:+.6f} m²。",
                f"Mended after rounding to millimetres; its area changed by {change[k] / 1e6:+.6f} m².",
            ),
            features=(chosen.features[k],),
            value=chosen.codes[k],
        )


def _keep_faults(
    connection: Connection,
    published: Publication,
    features: Features,
    kept: Sequence[int],
    findings: Findings,
) -> None:
    """Store with each area what was mended or doubtful about it."""
    accepted = set(kept)
    copy_rows(
        connection,
        "area_fault",
        ("edition_id", "area_code", "code", "zh", "en"),
        (
            (
                published.edition.id,
                features.codes[feature],
                finding.fault.code,
                finding.fault.message.zh,
                finding.fault.message.en,
            )
            for finding in (*findings.repaired, *findings.doubtful)
            for feature in finding.features
            if feature in accepted
        ),
    )


def _refusal(findings: Findings, features: Features) -> InputRefused:
    count = len(findings.refused)
    zh = f"发现 {count} 处错误，未导入任何区域（文件共 {len(features.codes)} 个要素）。"
    en = f"{count} faults were found and no area was imported (the file has {len(features.codes)} features)."
    return InputRefused(
        "areas_refused",
        Text(zh, en),
        place=Place(file=findings.file, sheet=findings.layer),
        faults=faults(findings.refused),
    )
