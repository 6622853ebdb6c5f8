"""Rows of a unit list: the columns, and one row as a unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from gridsvc.catalog.records import Record
from gridsvc.catalog.unit_kinds import UNIT_KINDS, kind_of_words
from gridsvc.catalog.units import Unit
from gridsvc.errors import Fault, Text

EXAMPLE = "（示例）"
"""What the first cell of an example row of a workbook begins with: such a row is not read."""
UNIT_HEADERS: Mapping[str, Sequence[str]] = {
    "code": ("code", "unit_code", "单位编码", "单位代码", "部门编码", "部门代码", "编码", "代码", "编号"),
    "name": ("name", "unit_name", "单位名称", "部门名称", "责任单位", "名称", "单位", "部门"),
    "kind": ("kind", "type", "单位类型", "部门类型", "类型", "类别"),
    "area_code": (
        "area_code",
        "区域编码",
        "区域代码",
        "所属区域",
        "辖区编码",
        "辖区代码",
        "街道编码",
        "街道代码",
    ),
    "parent_code": (
        "parent_code",
        "parent",
        "上级编码",
        "上级代码",
        "上级单位编码",
        "上级单位代码",
        "上级单位",
    ),
    "contact": ("contact", "phone", "联系方式", "联系电话", "联系人", "电话"),
    "calendar_code": ("calendar_code", "calendar", "工作日历", "日历编码", "日历代码", "日历"),
}
LONGEST_OF_UNIT = {"contact": 500}


def unit_of_row(
    record: Record, there: Mapping[str, Unit], refused: list[Fault], doubtful: list[Fault]
) -> Unit | None:
    """Return the unit of a row, None when a cell of it is added to `refused`.

    `there`: what is stored, by code; a column that the list lacks leaves that as it is.
    """
    code, name = record.text("code"), re.sub(r"\s*[\r\n]+\s*", "", record.text("name"))
    for field, value in (("code", code), ("area_code", record.text("area_code"))):
        if re.fullmatch(r"[0-9]\.?[0-9]*[eE]\+?[0-9]+", value):
            refused.append(
                Fault(
                    "number_rounded",
                    Text(
                        "编码被 Excel 写成科学记数，末位已丢失",
                        "Excel wrote the code as 1E+14 and lost its digits",
                    ),
                    record.place(field),
                    Text("把列设为文本格式后重新输入", "make the column text and type the code again"),
                )
            )
    if not code:
        refused.append(Fault("missing_code", Text("没有编码", "there is no code"), record.place("code")))
    elif len(code) > 64:
        refused.append(
            Fault(
                "bad_code", Text("编码最多 64 字", "a code has at most 64 characters"), record.place("code")
            )
        )
    elif unicodedata.normalize("NFKC", code).startswith(unicodedata.normalize("NFKC", EXAMPLE)):
        refused.append(
            Fault(
                "bad_code",
                Text(
                    f"编码不能以“{EXAMPLE}”开头：这样的行在规范工作簿里是示例，不会读入",
                    f"a code cannot begin with {EXAMPLE}: such a row of a workbook is an example, not read",
                ),
                record.place("code"),
            )
        )
    if not name:
        refused.append(Fault("missing_name", Text("没有名称", "there is no name"), record.place("name")))
    if refused:
        return None
    if name != record.cells["name"].text:
        doubtful.append(
            Fault(
                "name_blanks",
                Text("名称前后有空白或中间换行，已去掉", "blanks or line breaks in the name were taken out"),
                record.place("name"),
            )
        )
    old = there.get(code) or Unit(code, name, "", None, None, None)
    kind = _kind(record.text("kind"), name) if "kind" in record.headers or not old.kind else old.kind
    return Unit(
        code=code,
        name=name,
        kind=kind,
        area_code=_given(record, "area_code", old.area_code),
        parent_code=_given(record, "parent_code", old.parent_code),
        contact=_given(record, "contact", old.contact),
        calendar_code=_given(record, "calendar_code", old.calendar_code),
    )


def calendar_faults(record: Record, made: Unit, calendars: frozenset[str]) -> Iterator[Fault]:
    """Say of a unit's calendar that there is none of its code."""
    if made.calendar_code is not None and made.calendar_code not in calendars:
        yield Fault(
            "unknown_calendar",
            Text("没有这个编码的工作日历", "there is no working calendar with this code"),
            record.place("calendar_code"),
            Text("先用 calendar import 载入日历", "load it by calendar import first"),
        )


def _given(record: Record, field: str, old: str | None) -> str | None:
    return (record.text(field) or None) if field in record.headers else old


def _kind(word: str, name: str) -> str:
    """Return the kind as the service knows it; words that it does not know stay as they are."""
    if word.casefold() in UNIT_KINDS.values():
        return word.casefold()
    return kind_of_words(word or name) or word or "other"
