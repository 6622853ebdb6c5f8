"""`import_roads`: the lines of a vector file become links of the road layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.catalog import load_units, normalised_name
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography import VectorFile, read_vector_file
from gridsvc.geography.findings import Findings, faults
from gridsvc.postgres import announce_change, copy_rows
from gridsvc.roads.names import clean_name, role_of

NAME_COLUMNS = ("road_name", "name", "道路名称", "路名", "道路名", "名称", "street", "fullname")
_GRADE_COLUMNS = (
    "grade",
    "道路等级",
    "等级",
    "道路级别",
    "道路类型",
    "highway",
    "road_class",
    "fclass",
    "class",
)
_DIRECTION_COLUMNS = ("direction", "dir", "方向", "通行方向", "oneway")
_KEEPER_COLUMNS = ("keeper", "管养单位", "养护单位", "道路管养单位", "管护单位", "管理单位")
_LINK_COLUMNS = ("link_id", "路段编号", "道路编号", "编号", "osm_id", "objectid", "id")
# 1 is one way along the line and 0 both ways (SOURCES.md); OpenStreetMap writes yes, no and -1 in `oneway`.
_DIRECTION = {
    **dict.fromkeys(("", "both", "双向", "0", "no", "b", "false"), "both"),
    **dict.fromkeys(("forward", "单向", "正向", "顺向", "1", "yes", "f", "true"), "forward"),
    **dict.fromkeys(("backward", "反向", "逆向", "-1", "reverse", "t"), "backward"),
}
_LONGEST = 200
_SHORTEST_DEGREES = 1e-8  # about a millimetre


@dataclass(frozen=True, slots=True)
class RoadImport:
    """What an import did. `replaced`: links of the same source that it took the place of.

    `kept`: links with a keeper that is a unit of the list.
    """

    source: str
    features: int
    links: int
    unnamed: int
    replaced: int
    kept: int
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "source": self.source,
            "features": self.features,
            "links": self.links,
            "unnamed": self.unnamed,
            "replaced": self.replaced,
            "kept": self.kept,
            "refused": [fault.as_dict() for fault in self.refused],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_roads(
    connection: Connection,
    path: Path,
    *,
    name_column: str | None = None,
    grade_column: str | None = None,
    direction_column: str | None = None,
    link_column: str | None = None,
    keeper_column: str | None = None,
    datum: str | None = None,
    layer: str | None = None,
    source_name: str | None = None,
    skip_invalid: bool = False,
) -> RoadImport:
    """Load the lines of a vector file; links of the same source (by default the file's name) make way.

    A multi-line becomes one link for each line. Columns that are not named are known by their usual headers.
    Words that are no name (`names.clean_name`) leave the link unnamed. A keeper that is no unit of the list,
    by code or by name, is kept as words and named among the doubts. Raises `InputRefused`
    (`roads_refused`, what reading the file raises) and changes nothing, unless `skip_invalid` leaves the
    refused features out.
    """
    file = read_vector_file(path, datum=datum, layer=layer)
    findings = Findings(file.file, file.layer)
    names = _column(file, name_column, NAME_COLUMNS)
    grades = _column(file, grade_column, _GRADE_COLUMNS)
    directions = _directions(_column(file, direction_column, _DIRECTION_COLUMNS), findings)
    links = _column(file, link_column, _LINK_COLUMNS)
    keepers = _column(file, keeper_column, _KEEPER_COLUMNS)
    for texts, column in (
        (names, name_column), (grades, grade_column), (links, link_column), (keepers, keeper_column),
    ):  # fmt: skip
        _check_texts(texts, findings, column)
    keeper_codes = _keeper_codes(connection, keepers, findings, keeper_column)
    lines, feature = explode_lines(file.geometries, findings)
    kept = np.array([each not in findings.refused_features() for each in feature.tolist()], bool)
    lines, feature = lines[kept], feature[kept]
    if (findings.refused and not skip_invalid) or not len(lines):
        raise InputRefused(
            "roads_refused",
            Text(
                f"{len(findings.refused)} 处不能接受，路网未改动。",
                f"{len(findings.refused)} features cannot be taken; the road layer is unchanged.",
            ),
            place=Place(file=file.file, sheet=file.layer),
            faults=faults(findings.refused),
        )
    _doubt_twins(lines, feature, findings)
    source = source_name or path.name
    replaced = connection.execute(text("DELETE FROM road WHERE source = :source"), {"source": source})
    hexes = shapely.to_wkb(shapely.set_srid(lines, 4326), hex=True, include_srid=True)
    rows = [
        (
            source,
            links[k] or None,
            clean_name(names[k]),
            grades[k] or None,
            role_of(names[k], grades[k]),
            directions[k],
            keepers[k] or None,
            keeper_codes[k],
            line,
        )
        for k, line in zip(feature.tolist(), hexes, strict=True)
    ]
    columns = (
        "source", "link_id", "name", "grade", "role", "direction", "keeper", "keeper_code", "geom",
    )  # fmt: skip
    copy_rows(connection, "road", columns, rows)
    announce_change(connection, "roads")
    return RoadImport(
        source,
        len(file),
        len(rows),
        sum(row[2] is None for row in rows),
        replaced.rowcount,
        sum(row[7] is not None for row in rows),
        faults(findings.refused),
        faults(findings.doubtful),
    )


def explode_lines(geometries: NDArray[Any], findings: Findings) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Return the single lines of features, and which feature each is of.

    What is no line, has none, or is shorter than a millimetre is refused in `findings`.
    """
    types = shapely.get_type_id(geometries)
    nothing = shapely.is_missing(geometries) | shapely.is_empty(geometries)
    for each in np.flatnonzero(nothing).tolist():
        findings.refuse(
            "empty_geometry",
            Text("没有线。", "There is no line."),
            Text("补画，或删除该要素。", "Draw it, or delete the feature."),
            features=(each,),
        )
    is_line = np.isin(types, (1, 2, 5)) & ~nothing
    for each in np.flatnonzero(~is_line & ~nothing).tolist():
        findings.refuse(
            "not_a_line",
            Text(
                f"图形是 {geometries[each].geom_type}，不是线。",
                f"The geometry is a {geometries[each].geom_type}, not a line.",
            ),
            Text("道路用中心线表示。", "A road is given by its centre line."),
            features=(each,),
        )
    usable = np.flatnonzero(is_line)
    lines, of = shapely.get_parts(geometries[usable], return_index=True)
    feature = usable[of]
    short = shapely.length(lines) < _SHORTEST_DEGREES
    for each in np.unique(feature[short]).tolist():
        findings.refuse(
            "zero_length",
            Text("线的长度为零。", "The line has no length."),
            Text("删除该要素，或检查坐标。", "Delete the feature, or check its coordinates."),
            features=(each,),
        )
    return lines[~short], feature[~short]


def _column(file: VectorFile, named: str | None, usual: Sequence[str]) -> list[str]:
    found = file.column(named) if named else file.first_of(usual)
    return [""] * len(file) if found is None else found


def _keeper_codes(
    connection: Connection, words: list[str], findings: Findings, column: str | None
) -> list[str | None]:
    """Return the unit of each keeper; the first feature of each unknown one is named among the doubts."""
    if not any(words):
        return [None] * len(words)
    units = load_units(connection)
    known = {normalised_name(each.name): each.code for each in units} | {
        each.code: each.code for each in units
    }
    told: set[str] = set()
    codes = []
    for feature, word in enumerate(words):
        code = known.get(word) or known.get(normalised_name(word))
        if word and code is None and word not in told:
            told.add(word)
            findings.doubt(
                "unknown_keeper",
                Text(
                    "单位表中没有此管养单位，只记名称。",
                    "The unit list has no such keeper: only its name is kept.",
                ),
                Text(
                    "先用 unit import 导入单位，再导入路网。", "Import the unit first, then the roads again."
                ),
                features=(feature,),
                column=column,
                value=word,
            )
        codes.append(code if word else None)
    return codes


def _directions(words: list[str], findings: Findings) -> list[str]:
    known = [_DIRECTION.get(word.casefold().removesuffix(".0")) for word in words]
    for feature, (word, direction) in enumerate(zip(words, known, strict=True)):
        if direction is None:
            findings.doubt(
                "unknown_direction",
                Text("不认识的通行方向，按双向处理。", "An unknown direction; taken as both ways."),
                Text("可用：双向、正向、反向，或 0、1、-1。", "Use both, forward, backward, or 0, 1, -1."),
                features=(feature,),
                value=word,
            )
    return [direction or "both" for direction in known]


def _check_texts(texts: list[str], findings: Findings, column: str | None) -> None:
    for feature, value in enumerate(texts):
        if len(value) > _LONGEST or not value.isprintable():
            findings.refuse(
                "bad_text",
                Text(
                    f"文字须在 {_LONGEST} 个字符以内，且不含控制字符。",
                    f"A text has at most {_LONGEST} characters and no control characters.",
                ),
                Text("改正后再导入。", "Correct it and import again."),
                features=(feature,),
                column=column,
                value=value,
            )


def _doubt_twins(lines: NDArray[Any], feature: NDArray[np.int64], findings: Findings) -> None:
    """Name features whose line another feature has already, point by point."""
    first: dict[bytes, int] = {}
    for wkb, each in zip(shapely.to_wkb(lines), feature.tolist(), strict=True):
        earlier = first.setdefault(wkb, each)
        if earlier != each:
            findings.doubt(
                "duplicate_line",
                Text(f"与第 {earlier + 1} 个要素的线完全相同。", f"Feature {earlier + 1} has the same line."),
                features=(each,),
            )
