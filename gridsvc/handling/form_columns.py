"""The columns of a municipal form: of which field, of the limits of which grade, or kept as they are.

The header stands anywhere in the first rows, in any order, perhaps in two rows (处置时限 over A类, B类, C类).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gridsvc.catalog import Cell, Sheet, find_header
from gridsvc.handling.grades import Grade, grade_of_header

HEADERS: Mapping[str, Sequence[str]] = {
    "major_code": ("大类代码", "大类编码", "大类编号", "major_code"),
    "major_name": ("大类名称", "大类", "major_name"),
    "minor_code": ("小类代码", "小类编码", "小类编号", "代码", "类别代码", "minor_code", "code"),
    "minor_name": ("小类名称", "小类", "名称", "类别名称", "minor_name", "name"),
    "units": (
        "处置单位", "责任单位", "处置责任单位", "处置部门", "责任部门", "责任主体", "处置主体", "牵头单位",
        "主办单位", "主责单位", "牵头部门", "responsible",
    ),
    "assisting": (
        "配合单位", "协办单位", "协助单位", "协同单位", "配合部门", "协办部门", "协助部门", "assisting",
    ),
    "supervising": ("主管部门", "监管单位", "监管部门", "主管单位", "监管主体", "supervising"),
    "condition": ("立案条件", "立案标准", "立案情形", "filing_condition"),
    "closing": ("结案条件", "结案标准", "结案要求", "closing_condition"),
    "limit": ("处置时限", "处理时限", "办理时限", "时限", "处置时间", "time_limit", "limit"),
    "limit_unit": ("时限单位", "计时单位", "时间单位", "limit_unit"),
    "kind": ("类型", "部件事件", "部件/事件", "类别类型", "kind"),
    "number": ("条件序号", "立案条件序号", "情形序号", "条款序号", "condition_number"),
    "area_class": (
        "环境属性", "区域分类", "区域类别", "区域类型", "区域等级", "区域属性", "管理等级", "地段等级",
        "area_class",
    ),
    "urgency_class": ("紧急程度", "案件等级", "事件等级", "案件级别", "urgency_class"),
    "season": ("季节", "适用季节", "适用时段", "种植季节", "施工季节", "season"),
    "legal_basis": (
        "法律依据", "处罚依据", "法规依据", "法律法规依据", "法律法规", "执法依据", "依据", "legal_basis",
    ),
    "collection_rule": (
        "采集规则", "采集要求", "采集标准", "采集说明", "信息采集规则", "上报规则", "上报要求",
        "collection_rule",
    ),
}  # fmt: skip
"""The header words of each field, the usual one first."""

GRADE_FIELD = "limit "
"""A column with the limits of one grade is the field `limit A` and so on."""

_UNIT_IN_HEADER = re.compile(r"[(（](?:单位[:：]?)?([^()（）]{1,8})[)）]\s*$")
_UNITS = re.compile(r"(?:紧急)?工作(?:小时|时|日|天)|小时|分钟|天|日|h|hours?|days?", re.IGNORECASE)


@dataclass(slots=True)
class Columns:
    """Where everything stands: rows of the header (first, last), columns from 1.

    `at` and `headers`: fields, those by grade included; `grades`: by their field; `other`: header words of
    the columns that are no field; `limit_unit`: the unit that the header of the limit gives (小时), or "".
    """

    first: int
    last: int
    at: dict[str, int]
    headers: dict[str, str]
    grades: dict[str, Grade] = field(default_factory=dict)
    other: dict[int, str] = field(default_factory=dict)
    limit_unit: str = ""


def find_columns(sheet: Sheet) -> Columns:
    """Return the columns of a sheet; `at` holds few fields where it has no header of the form."""
    from openpyxl.utils.cell import get_column_letter

    first, at = find_header(sheet, HEADERS, {})
    across = {
        column: left
        for top, left, bottom, right in sheet.merged
        if top == first == bottom and right > left
        for column in range(left, right + 1)
    }
    last = _last_row(sheet, first, across)
    parts = _parts(sheet, first, last, across)
    titles = {column: " ".join(words) for column, words in parts.items()}
    graded = {
        column: grade for column, title in titles.items() if (grade := grade_of_header(title)) is not None
    }
    # A column called 一级 by itself may be a level of classes.
    if len(graded) < 2 and not any("时限" in titles[column] or "时间" in titles[column] for column in graded):
        graded = {}
    if graded or last > first:
        plain = {column: Cell(words[-1]) for column, words in parts.items() if column not in graded}
        _, at = find_header(Sheet(sheet.name, {first: plain}), HEADERS, {}) if plain else (first, {})
    made = Columns(first, last, dict(at), {name: titles[column] for name, column in at.items()})
    for column, grade in graded.items():
        name = f"{GRADE_FIELD}{grade.grade}"
        if name not in made.at:
            made.at[name], made.headers[name], made.grades[name] = column, titles[column], grade
    used = {column for row, line in sheet.rows.items() if row > last for column in line}
    for column in sorted(used - titles.keys()):
        titles[column] = f"列{get_column_letter(column)}"
    made.other = _others(titles, set(made.at.values()))
    unit = _UNIT_IN_HEADER.search(made.headers.get("limit", ""))
    if unit and _UNITS.fullmatch(unicodedata.normalize("NFKC", unit[1]).strip()):
        made.limit_unit = unit[1].strip()
    return made


def _last_row(sheet: Sheet, first: int, across: Mapping[int, int]) -> int:
    """Return the last row of a header that begins in `first`: cells merged downwards or across show it."""
    down = max((bottom for top, _, bottom, _ in sheet.merged if top == first), default=first)
    if down > first:
        return min(down, first + 2)
    below = sheet.rows.get(first + 1, {})
    return first + 1 if across and below and set(below) <= set(across) else first


def _parts(sheet: Sheet, first: int, last: int, across: Mapping[int, int]) -> dict[int, list[str]]:
    parts: dict[int, list[str]] = {}
    top = sheet.rows[first]
    for column in sorted(
        {*top, *across, *(c for row in range(first + 1, last + 1) for c in sheet.rows.get(row, {}))}
    ):
        cells = [top.get(across.get(column, column))]
        cells += [sheet.rows.get(row, {}).get(column) for row in range(first + 1, last + 1)]
        words = [cell.text.strip() for cell in cells if cell is not None and cell.fault is None]
        words = [" ".join(each.split()) for each in dict.fromkeys(words) if each]
        if words:
            parts[column] = words
    return parts


def _others(titles: Mapping[int, str], taken: set[int]) -> dict[int, str]:
    """Return the header words of the columns that are no field, told apart where two are alike."""
    others: dict[int, str] = {}
    for column, title in titles.items():
        if column in taken:
            continue
        name, number = title, 2
        while name in others.values():
            name, number = f"{title} ({number})", number + 1
        others[column] = name
    return others
