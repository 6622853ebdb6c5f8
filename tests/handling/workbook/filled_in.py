"""A workbook as somebody filled it in: the template's sheets with rows of one's own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import openpyxl

from gridsvc.handling.workbook import write_template

LAMP = {
    "类型": "部件",
    "类别代码": "0137",
    "小类名称": "路灯",
    "大类名称": "公用设施",
    "立案条件": "单盏不亮",
    "处置单位": "示范市照明中心、各产权单位",
    "结案条件": "修复",
    "处置时限": "2天",
}
STALL = {
    "类型": "事件",
    "类别代码": "0406",
    "小类名称": "占道经营",
    "立案条件": "占用人行道",
    "处置单位": "所属街办",
    "处置时限": "2紧急工作时",
}
OWNER = {
    "规则编码": "R10",
    "优先级": "10",
    "事实：权属单位": "已知",
    "主责单位": "各产权单位",
    "结果": "指定",
}
FALLBACK = {"规则编码": "R90", "优先级": "90", "主责单位": "所属街办", "结果": "指定", "兜底": "是"}
CENTRE = {"单位编码": "U1", "单位名称": "示范市照明中心"}

Row = Mapping[str, Any]


def fill_in(
    path: Path,
    *,
    clauses: tuple[Row, ...] = (LAMP, STALL),
    rules: tuple[Row, ...] = (OWNER, FALLBACK),
    units: tuple[Row, ...] = (CENTRE,),
    calendars: tuple[Row, ...] = (),
    edition: Mapping[str, Any] | None = None,
) -> Path:
    """Write the template and fill in its sheets from row 2 on; a header that it lacks is added."""
    write_template(path, overwrite=True)
    book = openpyxl.load_workbook(path)
    for name, rows in (("条款", clauses), ("规则", rules), ("单位", units), ("日历", calendars)):
        sheet = book[name]
        sheet.delete_rows(2, sheet.max_row)
        headers = [cell.value for cell in sheet[1]]
        for number, row in enumerate(rows, 2):
            for header, value in row.items():
                if header not in headers:
                    headers.append(header)
                    sheet.cell(1, len(headers), header)
                cell = sheet.cell(number, headers.index(header) + 1, value)
                if name == "单位" and isinstance(value, str):
                    cell.data_type = "s"  # as typed into a cell of text: =值班室 is no formula
    for line in book["版本"].iter_rows(min_row=2):
        line[1].value = (edition or {}).get(line[0].value)
    book.save(path)
    return path
