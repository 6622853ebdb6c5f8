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
from gridsvc.geography.area_features import Features, features_of
from gridsvc.geography.attributes import check_codes, check_parents, checked_names
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.converting import Chosen, converted
from gridsvc.geography.datum_report import check_against
from gridsvc.geography.editions import LEVELS
from gridsvc.geography.findings import Findings, faults
from gridsvc.geography.georeference import check_places, georeference
from gridsvc.geography.known_ground import KnownGround
from gridsvc.geography.parents import (
    check_inside_parents,
    loaded_above,
    loaded_bounds,
    loaded_ground,
    parent_codes,
    parents_by_place,
    upper_ground,
)
from gridsvc.geography.profiles import code_profile
from gridsvc.geography.publishing import Areas, Publication, lock_editions, publish, spheroid_m2
from gridsvc.geography.reading import VectorTable, read_table
from gridsvc.geography.said_datum import check_said, said_datums, shifted_of
from gridsvc.geography.shapes import read_shapes
from gridsvc.geography.succession import check_dates, check_reuse
from gridsvc.geography.topology import settle
from gridsvc.postgres import copy_rows

_CELL_M2 = 10_000.0
_LARGE_CELL_M2 = 100 * _CELL_M2


@dataclass(frozen=True, slots=True)
class AreaImport:
    """What an import did. `areas` counts those in the edition; the faults are in the order of the file.

    `unchanged`: the same content was in force for that date already. `superseded`: the edition withdrawn.
    `datum_checked`: there was known ground near enough to hold it against.
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
    datum_checked: bool
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
            "datum_checked": self.datum_checked,
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
    by_place: bool = False,
    known: Sequence[KnownGround] = (),
    loaded: Sequence[KnownGround] | None = None,
    table: VectorTable | None = None,
    allow_reuse: bool = False,
) -> AreaImport:
    """Load the polygons of a vector file as the edition of `level` in force from `effective` (None: ever).

    Coordinates are taken in the system that the file declares, east before north; `datum` says what
    longitude and latitude mean (GCJ-02 and BD-09 are converted at every vertex, without adding any). The
    geometry as given is kept in degrees; the one that decides is in whole millimetres of EPSG:`srid` (by
    default `srid_for` the middle of the layer), with borders welded within a millimetre. What neither code
    nor column gives a parent gets it by its place with `by_place`.

    The layer is held against `known` ground (roads) and `loaded` outlines of areas (None: those in the
    database): what is far likelier in another datum is refused, unless `datum` was given: then it is
    doubtful. `table` is what was read of `path` already, or a part of it.

    A code that names other ground in an earlier or later edition is refused or doubtful as the profile says;
    with `allow_reuse` it is doubtful. So is an edition dated before one of its level, or before its parents.

    Under `gbt` the layer must be a partition (of the level above, where that is loaded) with codes of the
    standard; what is not is refused, or mended with `repair`. Under `free` any code will do, invalid rings
    are mended and overlaps stay. All faults are collected first: raises `InputRefused` with them and changes
    nothing, unless `skip_invalid` leaves the refused features out.
    """
    rules = code_profile(profile) if isinstance(profile, str) else profile
    _check_arguments(level, srid)
    mend = repair or not rules.strict
    table = table or read_table(path, layer)
    features = features_of(
        path,
        table,
        code_column=code_column,
        name_column=name_column,
        parent_column=parent_column,
    )
    findings = Findings(path.name, features.layer, features.numbers)
    said = said_datums(table)
    reference = georeference(features.crs, datum, path.name, said=shifted_of(said))
    check_said(said, datum, findings)
    check_codes(rules, level, features.codes, findings, column=code_column)
    names = checked_names(features.names, features.codes, findings, column=name_column)
    check_parents(features.parents, findings, column=parent_column)
    shapes = read_shapes(features.shapes, findings, repair=mend)
    lock_editions(connection)
    check_places(reference, shapely.bounds(shapes), loaded_bounds(connection), findings)
    above = loaded_above(connection, level, effective)
    parents = parent_codes(
        rules, level, features.codes, features.parents, above, findings, column=parent_column or code_column
    )
    if findings.refuses_the_layer():
        raise _refusal(findings, features)

    checked, kept = False, _kept(features, findings)
    if kept:
        chosen = Chosen(
            kept,
            [features.codes[k] for k in kept],
            [names[k] for k in kept],
            [parents[k] for k in kept],
            shapes[kept],
        )
        areas, kept = converted(chosen, reference, srid, findings)
        outlines = loaded_ground(connection) if loaded is None else loaded
        checked = check_against(known, outlines, areas.geometries, datum, findings)
        reused = check_reuse(connection, areas, kept, level, effective, rules, findings, allow=allow_reuse)
        if skip_invalid:
            areas, kept = areas.subset(~reused), [k for k, out in zip(kept, reused, strict=True) if not out]
        upper = upper_ground(connection, above, areas.srid) if above and rules.strict else None
        areas, kept = settle(
            areas, kept, rules, findings, repair=repair, skip_invalid=skip_invalid, upper=upper
        )
    if (findings.refused and not skip_invalid) or findings.refuses_the_layer() or not kept:
        raise _refusal(findings, features)
    if rules.strict and level == "cell":
        _doubt_large_cells(areas, kept, findings)
    if above is not None and by_place:
        areas = replace(areas, parents=parents_by_place(areas, kept, above, findings))
    if above is not None:
        inner = shapely.point_on_surface(areas.geometries)
        check_inside_parents(inner, areas.codes, areas.parents, kept, rules, level, above, findings)
    check_dates(connection, level, effective, findings)
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
        datum_checked=checked,
        refused=faults(findings.refused),
        repaired=faults(findings.repaired),
        doubtful=faults(findings.doubtful),
    )


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


def _doubt_large_cells(areas: Areas, kept: Sequence[int], findings: Findings) -> None:
    """Doubt what is a hundred times the size of a cell; `area check` has the finer test."""
    sizes = spheroid_m2(areas.geometries)
    for k in np.flatnonzero(sizes > _LARGE_CELL_M2).tolist():
        findings.doubt(
            "large_cell",
            Text(
                f"单元网格 {areas.codes[k]} 面积 {sizes[k] / 1e6:.2f} km²，约为标准（1 万 m²）的"
                f" {sizes[k] / _CELL_M2:.0f} 倍。",
                f"The cell {areas.codes[k]} has {sizes[k] / 1e6:.2f} km², {sizes[k] / _CELL_M2:.0f} times the"
                " 10,000 m² of the standard.",
            ),
            Text(
                "核对层级与坐标单位；山区等大网格可保留。",
                "Check the level and the unit of its coordinates; hills may have cells as large.",
            ),
            features=(kept[k],),
            value=areas.codes[k],
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
