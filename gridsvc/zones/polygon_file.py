"""A vector file of zones: each feature is one zone with its own outline."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gridsvc.catalog import shown
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography import Findings, Outlines, VectorFile, read_outlines, read_vector_file
from gridsvc.zones.drafts import LAYER_WORDS, LONGEST, Draft, Notes


def read_polygon_zones(
    path: Path,
    columns: Mapping[str, str],
    notes: Notes,
    *,
    datum: str | None,
    layer: str | None,
    srid: int | None,
    repair: bool,
) -> tuple[dict[str, Draft], Outlines]:
    """Return the zones by code and all outlines of the file; refused features are None there.

    Raises InputRefused as `read_vector_file` does, and `missing_column`.
    """
    file = read_vector_file(path, datum=datum, layer=layer)
    texts = {name: _column(file, columns, name) for name in LAYER_WORDS}
    if texts["code"] is None and texts["name"] is None:
        raise InputRefused(
            "missing_column",
            Text("认不出责任网格编码所在的列。", "No column with the code of a zone was found."),
            place=Place(file=path.name, sheet=file.layer),
            remedy=Text(
                f"用 --code 列名 指明；现有列：{'、'.join(file.columns)}",
                f"Name it by --code; there are: {', '.join(file.columns)}",
            ),
        )
    if texts["unit"] is None:
        notes.doubt(
            "no_unit_column",
            Text("没有责任单位列，责任网格将没有责任单位。", "No column of units: the zones will have none."),
            Place(file=path.name, sheet=file.layer),
            Text("用 --unit 列名 指明。", "Name it by --unit."),
        )
    blank = [""] * len(file)
    codes = texts["code"] or texts["name"] or blank
    names, units, values = (texts[field] or blank for field in ("name", "unit", "value"))
    drafts: dict[str, Draft] = {}
    for feature, code in enumerate(codes):
        place = Place(path.name, file.layer, feature + 1, "code", shown(code))
        draft = Draft(
            code, names[feature], units[feature], values[feature], place,
            Place(path.name, file.layer, feature + 1, "unit", shown(units[feature])),
            Place(path.name, file.layer, feature + 1, "value", shown(values[feature])), feature=feature,
        )  # fmt: skip
        if _good(draft, drafts, notes):
            drafts[code] = draft
    findings = Findings(path.name, file.layer)
    outlines = read_outlines(file.geometries, findings, srid=srid, repair=repair)
    notes.refused += [finding.fault for finding in findings.refused]
    notes.repaired += [finding.fault for finding in findings.repaired]
    refused = findings.refused_features()
    return {code: draft for code, draft in drafts.items() if draft.feature not in refused}, outlines


def _column(file: VectorFile, columns: Mapping[str, str], name: str) -> list[str] | None:
    return file.column(columns[name]) if name in columns else file.first_of(LAYER_WORDS[name])


def _good(draft: Draft, drafts: Mapping[str, Draft], notes: Notes) -> bool:
    if not draft.code:
        notes.refuse(
            "blank_code",
            Text("没有责任网格的编码。", "There is no code of the zone."),
            draft.place,
            Text("补上编码，或用 --code 指定另一列。", "Fill it in, or name another column by --code."),
        )
        return False
    for field in ("code", "name", "unit", "value"):
        value, most = getattr(draft, field), LONGEST[field]
        if len(value) > most or any(ord(character) < 32 for character in value):
            notes.refuse(
                "too_long" if len(value) > most else "control_character",
                Text(
                    f"最多 {most} 个字符，且不含控制字符。",
                    f"It has at most {most} characters and no control characters.",
                ),
                Place(draft.place.file, draft.place.sheet, draft.place.row, field, shown(value)),
                Text(
                    f"改短或重新输入，或用 --{field} 指定另一列。",
                    f"Shorten it or type it again, or name another column by --{field}.",
                ),
            )
            return False
    if draft.code in drafts:
        notes.refuse(
            "duplicate_code",
            Text(
                f"编码 {draft.code} 与第 {drafts[draft.code].place.row} 个要素重复。",
                f"Feature {drafts[draft.code].place.row} has the code {draft.code} already.",
            ),
            draft.place,
            Text(
                "每个责任网格一个编码；多个部分请合并为一个多面要素。",
                "One code for each zone; merge the parts of one zone into one multipolygon.",
            ),
        )
        return False
    return True
