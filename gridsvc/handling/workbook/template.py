"""The empty workbook to fill in, with an example in each sheet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gridsvc.catalog import EXAMPLE
from gridsvc.handling.workbook.columns import (
    CALENDAR_COLUMNS,
    CALENDARS,
    CLAUSES,
    RULE_COLUMNS,
    RULES,
    UNIT_COLUMNS,
    UNITS,
    clause_columns,
)
from gridsvc.handling.workbook.exporting import add_edition_sheet, add_help_sheet
from gridsvc.handling.workbook.writing import add_table, name_units, new_book
from gridsvc.tabular import save_workbook

_EXAMPLES: Mapping[str, tuple[Mapping[str, str], ...]] = {
    CLAUSES: (
        {
            "kind": EXAMPLE + "事件",
            "code": "0101",
            "major_code": "01",
            "major_name": "市容环境",
            "minor_code": "01",
            "minor_name": "私搭乱建",
            "ordinal": "1",
            "condition": "未经批准正在搭建的建筑物、构筑物",
            "units": "由属地行政执法部门牵头，所属街办配合",
            "supervising": "区城市管理局",
            "closing": "停止施工、接受处罚、拆除",
            "limit": "4紧急工作时",
            "limit_A": "2紧急工作时",
            "limit_B": "4紧急工作时",
            "stage_1": "停工",
            "stage_1_limit": "4小时",
            "stage_1_from": "开始",
            "stage_2": "处罚",
            "stage_2_limit": "7天",
            "stage_2_from": "上阶段",
            "legal_basis": "本市城市管理条例",
            "collection_rule": "拍摄全景和近景各一张",
        },
    ),
    RULES: (
        {
            "code": EXAMPLE + "R10",
            "priority": "10",
            "kind": "部件",
            "classes": "0101、01*",
            "fact_owner": "已知",
            "outcome": "指定",
            "lead": "各产权单位",
            "listed_only": "否",
            "is_fallback": "否",
            "note": "部件先属主",
        },
        {
            "code": EXAMPLE + "R15",
            "priority": "后于 R10",
            "kind": "事件",
            "fact_surface": "车行道、人行道",
            "fact_time": "22:00-06:00",
            "fact_compound": "不是：内",
            "outcome": "排序",
            "lead": "属地行政执法部门",
            "assist": "道路管养单位",
            "listed_only": "否",
            "is_fallback": "否",
            "note": "夜间道路上的事件",
        },
        {
            "code": EXAMPLE + "R99",
            "priority": "99",
            "outcome": "指定",
            "lead": "所属街办",
            "listed_only": "否",
            "is_fallback": "是",
            "note": "属地兜底",
        },
    ),
    UNITS: (
        {
            "code": EXAMPLE + "U001",
            "name": "示例区城市管理局",
            "kind": "bureau",
            "contact": "值班室 010-0000000",
            "calendar_code": "always",
        },
    ),
    CALENDARS: (
        {"code": EXAMPLE + "always", "name": "全天值班", "rule": "每天", "hours": "00:00-24:00"},
        {"code": EXAMPLE + "office", "date": "2026-02-14", "hours": "08:00-12:00", "note": "调休上班半天"},
    ),
}


def write_template(path: Path, *, overwrite: bool = False) -> None:
    """Write the empty workbook; the same bytes every time.

    Raises InputRefused (file_exists, file_not_written).
    """
    book = new_book()
    add_edition_sheet(book, {})
    for name, columns in (
        (CLAUSES, clause_columns()),
        (RULES, RULE_COLUMNS),
        (UNITS, UNIT_COLUMNS),
        (CALENDARS, CALENDAR_COLUMNS),
    ):
        add_table(book, name, columns, _EXAMPLES[name], examples=len(_EXAMPLES[name]))
    add_help_sheet(book)
    name_units(book)
    save_workbook(book, path, overwrite=overwrite)
