"""The files that a grid is built from, each with its own datum, brought to millimetres of one system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.building.linework import clusters, flat
from gridsvc.geography.building.roadrules import RoadRules
from gridsvc.geography.datum_check import judge_datum, outline_places
from gridsvc.geography.findings import Findings, faults
from gridsvc.geography.known_ground import KnownGround
from gridsvc.geography.outlines import read_outlines
from gridsvc.geography.projection import to_millimetres
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
_ROAD_NAMES = ("road_name", "name", "路名", "道路名称", "street_name")
_ROAD_CLASSES = ("highway", "fclass", "class", "grade", "等级")
_ONE_WAY = ("oneway", "one_way", "dir", "direction")
_IS_ONE_WAY = frozenset({"1", "-1", "yes", "true", "t", "f", "ft", "tf"})
_OUTSIDE_M2 = 1.0


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file and what its longitude and latitude mean (None: as it declares, else WGS 84)."""

    path: Path
    datum: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """Road links in millimetres; `one_way` marks one direction of a road. `left_out`: links by reason."""

    lines: Geometries
    one_way: npt.NDArray[np.bool_]
    given: int
    given_m: float
    left_out: dict[str, int]


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
    rivers: SourceFile | None = None,
    walls: SourceFile | None = None,
    compounds: SourceFile | None = None,
    buildings: SourceFile | None = None,
    communities: SourceFile | None = None,
    rules: RoadRules | None = None,
) -> Sources:
    """Read and project the files; each is held against the roads, or the boundary, for its datum.

    Raises `InputRefused`: what `read_vector_file` and `read_outlines` raise and refuse, `not_lines`,
    `missing_codes` for communities without a column of codes, and `communities_elsewhere`.
    """
    doubts: list[Fault] = []
    outline = _read(boundary)
    findings = Findings(outline.file, outline.layer)
    shapes = read_outlines(outline.geometries, findings)
    _refuse(findings, "boundary_refused", Text("边界有误。", "The boundary is faulty."))
    ground = shapely.union_all(shapes.geom_mm) if len(shapes.geom_mm) > 1 else shapes.geom_mm[0]
    srid = shapes.srid
    exact = flat(shapely.boundary(_projected(shapes.geometries, srid)))
    network = _read(roads)
    files = {"boundary": outline.file, "roads": network.file}
    links = _roads(network, srid, ground, rules or RoadRules(), doubts)
    _check_datum(outline, network, boundary, doubts)
    given = {}
    for name, source in (("rivers", rivers), ("walls", walls)):
        given[name] = np.empty(0, dtype=object)
        if source is not None:
            read = _read(source)
            files[name] = read.file
            given[name] = _inside(_lines(_rounded(read.geometries, srid)), ground, read.file, doubts)
    polygons = {}
    for name, source in (("compounds", compounds), ("buildings", buildings)):
        polygons[name] = np.empty(0, dtype=object)
        if source is not None:
            read = _read(source)
            files[name] = read.file
            polygons[name] = _polygons(read, srid, ground, doubts)
    areas = None
    if communities is not None:
        read = _read(communities)
        files["communities"] = read.file
        areas = _communities(read, srid, ground, doubts)
    return Sources(
        srid=srid,
        code=_first(outline, CODE_COLUMNS),
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


def whole_compounds(compounds: Geometries) -> Geometries:
    """Return polygons that share no ground: compounds that overlap are one."""
    if not len(compounds):
        return compounds
    one, other = shapely.STRtree(compounds).query(compounds, predicate="intersects")
    shared = shapely.area(shapely.intersection(compounds[one], compounds[other])) > _OUTSIDE_M2 * 1e6
    label = clusters(len(compounds), np.column_stack([one, other])[shared & (one < other)])
    together = [shapely.union_all(compounds[label == each], grid_size=1.0) for each in np.unique(label)]
    # Those that share a border within a square metre share it exactly.
    apart = [together[0]]
    for shape in together[1:]:
        apart.append(shapely.difference(shape, shapely.union_all(apart), grid_size=1.0))
    parts = shapely.get_parts(np.array(apart, dtype=object))
    return np.asarray(parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)], dtype=object)


def _read(source: SourceFile) -> VectorFile:
    return read_vector_file(source.path, datum=source.datum)


def _first(file: VectorFile, columns: Sequence[str]) -> str | None:
    found = file.first_of(columns)
    return (found[0] or None) if found else None


def _projected(shapes: Geometries, srid: int) -> Geometries:
    """Return geometries in unrounded millimetres."""
    from pyproj import Transformer

    ways = Transformer.from_crs(4326, srid, always_xy=True)
    return np.asarray(
        shapely.transform(shapes, lambda xy: 1000.0 * np.column_stack(ways.transform(xy[:, 0], xy[:, 1])))
    )


def _rounded(shapes: Geometries, srid: int) -> Geometries:
    def project(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(to_millimetres(srid, xy[:, 0].copy(), xy[:, 1].copy())).astype(np.float64)

    there = np.array([shape for shape in shapes if shape is not None and not shape.is_empty], dtype=object)
    return np.asarray(shapely.transform(there, project), dtype=object)


def _lines(shapes: Geometries) -> Geometries:
    areal = shapely.get_dimensions(shapes) == 2
    shapes = np.where(areal, shapely.boundary(shapes), shapes)
    return flat(shapes)


def _roads(
    file: VectorFile, srid: int, ground: shapely.Geometry, rules: RoadRules, doubts: list[Fault]
) -> Roads:
    linear = np.array([shape is not None and shapely.get_dimensions(shape) == 1 for shape in file.geometries])
    if not linear.any():
        raise InputRefused(
            "not_lines",
            Text("路网文件中没有线。", "The file of roads has no lines."),
            remedy=Text("给出道路中心线图层。", "Give a layer of road centre lines."),
            place=Place(file=file.file),
        )
    blank = [""] * len(file)
    names = file.first_of(_ROAD_NAMES) or blank
    classes = file.first_of(_ROAD_CLASSES) or blank
    ways = file.first_of(_ONE_WAY) or blank
    lines = _rounded(file.geometries[linear], srid)
    rows = np.flatnonzero(linear)
    one_way = np.array([ways[k].casefold() in _IS_ONE_WAY for k in rows])
    near = shapely.dwithin(lines, ground, 100_000.0)
    inside = shapely.intersects(lines, ground)
    reasons = [rules.reason(names[k], classes[k]) for k in rows]
    left_out: dict[str, int] = {}
    for reason, here in zip(reasons, inside.tolist(), strict=True):
        if reason is not None and here:
            left_out[reason] = left_out.get(reason, 0) + 1
    kept = near & np.array([reason is None for reason in reasons])
    if not inside.any():
        doubts.append(
            Fault(
                "roads_outside",
                Text(
                    "没有一条道路在边界之内，网格全部按规则划分。",
                    "No road lies inside the boundary: all borders are drawn by the rule.",
                ),
                Place(file=file.file),
                Text("核对两个文件的坐标基准和范围。", "Check the datums and extents of the two files."),
            )
        )
    flat_lines, of = shapely.get_parts(lines[kept], return_index=True)
    given_m = float(shapely.length(shapely.intersection(lines[inside], ground)).sum() / 1000.0)
    return Roads(flat_lines, one_way[kept][of], int(inside.sum()), given_m, dict(sorted(left_out.items())))


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


def _communities(file: VectorFile, srid: int, ground: shapely.Geometry, doubts: list[Fault]) -> GivenAreas:
    codes = file.first_of(("community_code", *CODE_COLUMNS))
    if codes is None:
        raise InputRefused(
            "missing_codes",
            Text("社区文件没有编码列。", "The file of communities has no column of codes."),
            remedy=Text("列名用 community_code 或 code。", "Call the column community_code or code."),
            place=Place(file=file.file),
        )
    names = file.first_of(("community_name", *NAME_COLUMNS)) or codes
    findings = Findings(file.file, file.layer)
    shapes = read_outlines(file.geometries, findings, srid=srid)
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
