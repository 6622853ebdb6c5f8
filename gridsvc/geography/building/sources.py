"""The files that a grid is built from, each with its own datum, brought to millimetres of one system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import shapely

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.building.communities import check_communities
from gridsvc.geography.building.compounds import whole_compounds
from gridsvc.geography.building.linework import flat
from gridsvc.geography.building.links import Roads, links_of
from gridsvc.geography.building.placing import projected, rounded
from gridsvc.geography.building.roadrules import RoadRules
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.datum_check import judge_datum, outline_places
from gridsvc.geography.findings import Findings, faults
from gridsvc.geography.known_ground import KnownGround
from gridsvc.geography.outlines import read_outlines
from gridsvc.geography.rings import Geometries
from gridsvc.geography.vector_file import VectorFile, read_vector_file

CODE_COLUMNS = (
    "code",
    "adcode",
    "district_code",
    "street_code",
    "community_code",
    "area_code",
    "编码",
    "代码",
)
NAME_COLUMNS = ("name", "district_name", "street_name", "community_name", "名称")
_OUTSIDE_M2 = 1.0


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and what its longitude and latitude mean (None: as it declares, else WGS 84)."""

    path: Path
    datum: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class GivenAreas:
    """Polygons in millimetres with their codes and names."""

    shapes: Geometries
    codes: list[str]
    names: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """Everything that a grid is built from, in millimetres of EPSG:`srid`; `ground` is the district.

    `exact` holds the rings of the ground in unrounded millimetres. `doubts` are what was found on reading.
    """

    srid: int
    code: str | None
    name: str | None
    ground: shapely.Geometry
    exact: Geometries
    roads: Roads
    rivers: Geometries
    walls: Geometries
    compounds: Geometries
    buildings: Geometries
    communities: GivenAreas | None
    files: dict[str, str]
    doubts: list[Fault] = field(default_factory=list)


def read_sources(
    boundary: SourceFile,
    roads: SourceFile,
    *,
    profile: CodeProfile,
    district: str | None = None,
    rivers: SourceFile | None = None,
    walls: SourceFile | None = None,
    compounds: SourceFile | None = None,
    buildings: SourceFile | None = None,
    communities: SourceFile | None = None,
    rules: RoadRules | None = None,
) -> Sources:
    """Read and project the files; each is held against the roads, or the boundary, for its datum.

    `profile` and `district` (by default the code of the boundary) are what the codes of communities must
    follow. Raises `InputRefused`: what `read_vector_file` and `read_outlines` raise and refuse, `not_lines`,
    `missing_codes` for communities without a column of codes, `communities_refused` with every faulty row,
    and `communities_elsewhere`.
    """
    doubts: list[Fault] = []
    outline = _read(boundary)
    findings = Findings(outline.file, outline.layer)
    shapes = read_outlines(outline.geometries, findings)
    _refuse(findings, "boundary_refused", Text("边界有误。", "The boundary is faulty."))
    ground = shapely.union_all(shapes.geom_mm) if len(shapes.geom_mm) > 1 else shapes.geom_mm[0]
    srid = shapes.srid
    exact = flat(shapely.boundary(projected(shapes.geometries, srid)))
    network = _read(roads)
    files = {"boundary": outline.file, "roads": network.file}
    links = links_of(network, srid, ground, rules or RoadRules(), doubts)
    _check_datum(outline, network, boundary, doubts)
    given = {}
    for name, source in (("rivers", rivers), ("walls", walls)):
        given[name] = np.empty(0, dtype=object)
        if source is not None:
            read = _read(source)
            files[name] = read.file
            given[name] = _inside(_lines(rounded(read.geometries, srid)), ground, read.file, doubts)
    polygons = {}
    for name, source in (("compounds", compounds), ("buildings", buildings)):
        polygons[name] = np.empty(0, dtype=object)
        if source is not None:
            read = _read(source)
            files[name] = read.file
            polygons[name] = _polygons(read, srid, ground, doubts)
    code = _first(outline, CODE_COLUMNS)
    areas = None
    if communities is not None:
        read = _read(communities)
        files["communities"] = read.file
        areas = _communities(read, srid, ground, doubts, profile, district or code)
    return Sources(
        srid=srid,
        code=code,
        name=_first(outline, NAME_COLUMNS),
        ground=ground,
        exact=exact,
        roads=links,
        rivers=given["rivers"],
        walls=given["walls"],
        compounds=whole_compounds(polygons["compounds"]),
        buildings=polygons["buildings"],
        communities=areas,
        files=files,
        doubts=doubts,
    )


def _read(source: SourceFile) -> VectorFile:
    return read_vector_file(source.path, datum=source.datum)


def _first(file: VectorFile, columns: Sequence[str]) -> str | None:
    found = file.first_of(columns)
    return (found[0] or None) if found else None


def _lines(shapes: Geometries) -> Geometries:
    areal = shapely.get_dimensions(shapes) == 2
    shapes = np.where(areal, shapely.boundary(shapes), shapes)
    return flat(shapes)


def _inside(lines: Geometries, ground: shapely.Geometry, file: str, doubts: list[Fault]) -> Geometries:
    kept = flat(shapely.intersection(lines, ground))
    if not len(kept):
        doubts.append(_elsewhere(file))
    return kept


def _polygons(file: VectorFile, srid: int, ground: shapely.Geometry, doubts: list[Fault]) -> Geometries:
    findings = Findings(file.file, file.layer)
    shapes = read_outlines(file.geometries, findings, srid=srid)
    _refuse(findings, "outlines_refused", Text("多边形有误。", "There are faulty polygons."))
    clipped = shapely.intersection(shapes.geom_mm, ground, grid_size=1.0)
    cut = (shapely.area(shapes.geom_mm) - shapely.area(clipped)) / 1e6
    for k in np.flatnonzero((cut > _OUTSIDE_M2) & (shapely.area(clipped) > 0)):
        doubts.append(
            Fault(
                "across_boundary",
                Text(
                    f"有 {cut[k]:.0f} m² 在边界之外，只用界内部分。",
                    f"{cut[k]:.0f} m² lie outside the boundary; the part inside is used.",
                ),
                Place(file=file.file, row=int(k) + 1),
            )
        )
    parts = shapely.get_parts(clipped)
    parts = parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)]
    if not len(parts):
        doubts.append(_elsewhere(file.file))
    return np.asarray(parts, dtype=object)


def _elsewhere(file: str) -> Fault:
    return Fault(
        "outside_boundary",
        Text(
            "文件中的要素都不在边界之内，未使用。", "Nothing of the file lies inside the boundary: not used."
        ),
        Place(file=file),
        Text("核对坐标基准（--datum-…）。", "Check its datum (--datum-…)."),
    )


def _communities(
    file: VectorFile,
    srid: int,
    ground: shapely.Geometry,
    doubts: list[Fault],
    profile: CodeProfile,
    district: str | None,
) -> GivenAreas:
    known = {name.casefold(): name for name in file.columns}
    column = next((known[each] for each in ("community_code", *CODE_COLUMNS) if each in known), None)
    if column is None:
        raise InputRefused(
            "missing_codes",
            Text("社区文件没有编码列。", "The file of communities has no column of codes."),
            remedy=Text("列名用 community_code 或 code。", "Call the column community_code or code."),
            place=Place(file=file.file),
        )
    codes = file.columns[column]
    names = file.first_of(("community_name", *NAME_COLUMNS)) or codes
    findings = Findings(file.file, file.layer)
    shapes = read_outlines(file.geometries, findings, srid=srid)
    check_communities(codes, shapes.geom_mm, ground, profile, district, findings, column=column)
    _refuse(findings, "communities_refused", Text("社区有误。", "There are faulty communities."))
    uncovered = float(shapely.area(shapely.difference(ground, shapely.union_all(shapes.geom_mm))))
    if uncovered > 0.5 * float(shapely.area(ground)):
        raise InputRefused(
            "communities_elsewhere",
            Text("社区未覆盖边界的一半。", "The communities cover less than half of the boundary."),
            remedy=Text("核对坐标基准和范围。", "Check datums and extents."),
            place=Place(file=file.file),
        )
    if uncovered > _OUTSIDE_M2 * 1e6:
        doubts.append(
            Fault(
                "communities_incomplete",
                Text(
                    f"有 {uncovered / 1e6:.0f} m² 不属于任何社区，归入最近的社区。",
                    f"{uncovered / 1e6:.0f} m² belong to no community and go to the nearest.",
                ),
                Place(file=file.file),
            )
        )
    return GivenAreas(shapes.geom_mm, list(codes), list(names))


def _check_datum(outline: VectorFile, network: VectorFile, boundary: SourceFile, doubts: list[Fault]) -> None:
    """Doubt the datum of the boundary when the roads say that it is another one."""
    lon, lat = outline_places(outline.geometries)
    verdict = judge_datum(
        lon, lat, KnownGround(network.geometries, Text(network.file, network.file)), look_for_move=False
    )
    if not verdict.alarm:
        return
    found = verdict.likeliest
    doubts.append(
        Fault(
            "datum_doubtful",
            Text(
                f"与路网对照，边界很像是 {found.name} 坐标（偏移约 {found.displacement.length_m:.0f} m），"
                f"现按 {boundary.datum or 'wgs84'} 读取。",
                f"Held against the roads the boundary looks like {found.name}"
                f" ({found.displacement.length_m:.0f} m off); it was read as {boundary.datum or 'wgs84'}.",
            ),
            Place(file=outline.file),
            Text(
                "用 --datum-boundary 或 --datum-roads 声明坐标基准。",
                "Declare it by --datum-boundary or --datum-roads.",
            ),
        )
    )


def _refuse(findings: Findings, code: str, message: Text) -> None:
    if findings.refused:
        raise InputRefused(
            code,
            message,
            place=Place(file=findings.file, sheet=findings.layer),
            faults=faults(findings.refused),
        )
