"""Rows of a file of boundary roads: a vector file of lines, or a table (CSV, XLSX) that names roads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridsvc.catalog import cell_faults, plain_header, read_records
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography import read_vector_file

HEADERS: Mapping[str, Sequence[str]] = {
    "code": ("code", "编号", "编码", "路段编号", "路段编码", "序号"),
    "name": ("name", "road_name", "路名", "道路名称", "道路", "界路名称"),
    "start": ("start", "from_road", "起点", "起始点", "起"),
    "end": ("end", "to_road", "止点", "终点", "讫点", "止"),
    "left": ("left_code", "left", "左侧编码", "左侧区域", "左侧街道", "左侧"),
    "right": ("right_code", "right", "右侧编码", "右侧区域", "右侧街道", "右侧"),
    "a": ("side_a", "甲方街道", "甲方", "街道甲", "相邻街道1"),
    "b": ("side_b", "乙方街道", "乙方", "街道乙", "相邻街道2"),
    "rule": ("rule", "责任划分", "划分规则", "划分方式", "管理划分", "规则"),
    "party": ("party_code", "party", "责任方", "责任街道"),
    "unit": ("unit_code", "unit", "责任单位", "养护单位", "管养单位"),
    "odd": ("odd_code", "odd", "单号方", "单号"),
    "half_width_m": ("half_width_m", "半宽"),
    "width_m": ("width_m", "路宽", "红线宽度", "道路宽度", "宽度"),
    "effective_from": ("effective_from", "生效日期", "起始日期", "执行日期"),
    "effective_to": ("effective_to", "失效日期", "终止日期", "截止日期"),
    "agreed_in": ("agreed_in", "文号", "依据", "会议纪要", "协议"),
}
_TABLES = (".csv", ".txt", ".xlsx", ".xlsm", ".xls")
_LONGEST = {"agreed_in": 500}


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One row: texts by field, where each stands, and its line in degrees where the file has lines."""

    number: int
    texts: Mapping[str, str]
    places: Mapping[str, Place]
    line: Any = None

    def text(self, field: str) -> str:
        """Return a field's text; "" when blank or not there."""
        return self.texts.get(field, "")

    def place(self, field: str | None = None) -> Place:
        """Return where the row, or one field of it, stands."""
        return self.places.get(field or "", self.places[""])


def read_rows(
    path: Path, columns: Mapping[str, str], *, datum: str | None, layer: str | None
) -> tuple[list[Row], list[Fault]]:
    """Return the rows of a table or a vector file, and the faults of single cells.

    `columns` names a field's column. Raises InputRefused (`unknown_field`, `missing_column`, and what
    reading the file raises).
    """
    if path.suffix.lower() in _TABLES:
        return _table(path, columns)
    return _vector(path, columns, datum, layer), []


def _table(path: Path, columns: Mapping[str, str]) -> tuple[list[Row], list[Fault]]:
    records = read_records(path, HEADERS, columns=columns, needed=(("name", "rule"),))
    rows, faults = [], []
    for record in records:
        wrong = cell_faults(record, _LONGEST)
        faults += wrong
        if not wrong:
            places = {field: record.place(field) for field in record.headers} | {"": record.place()}
            rows.append(Row(record.row, {field: record.text(field) for field in record.headers}, places))
    return rows, faults


def _vector(path: Path, columns: Mapping[str, str], datum: str | None, layer: str | None) -> list[Row]:
    file = read_vector_file(path, datum=datum, layer=layer)
    by_header = {plain_header(name): name for name in reversed(list(file.columns))}
    found: dict[str, str] = {}
    for field, name in columns.items():
        if field not in HEADERS:
            raise InputRefused(
                "unknown_field",
                Text(f"没有字段“{field}”。", f"There is no field {field!r}."),
                remedy=Text(f"可用：{'、'.join(HEADERS)}。", f"Fields: {', '.join(HEADERS)}."),
            )
        file.column(name)
        found[field] = next(each for each in file.columns if each.casefold() == name.casefold())
    for field, words in HEADERS.items():
        known = next((by_header[word] for word in words if word in by_header), None)
        if field not in found and known is not None and known not in found.values():
            found[field] = known
    missing = [field for field in ("name", "rule") if field not in found]
    if missing:
        raise InputRefused(
            "missing_column",
            Text(f"缺少列 {'、'.join(missing)}。", f"The columns {', '.join(missing)} are missing."),
            remedy=Text(f"用 --column {missing[0]}=列名 指明。", f"Say --column {missing[0]}=NAME."),
            place=Place(file=file.file, sheet=file.layer),
        )
    rows = []
    for k in range(len(file)):
        texts = {field: file.columns[name][k] for field, name in found.items()}
        places = {
            field: Place(file.file, file.layer, k + 1, name, texts[field] or None)
            for field, name in found.items()
        } | {"": Place(file.file, file.layer, k + 1)}
        rows.append(Row(k + 1, texts, places, file.geometries[k]))
    return rows
