"""The empty workbook: what its cells offer, what it holds as an example, and that it is always the same."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gridsvc.catalog import UNIT_KINDS
from gridsvc.errors import Fault
from gridsvc.handling import FACTS
from gridsvc.handling.workbook import is_workbook, read_workbook, write_template

ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    write_template(path)
    return path


def _lists(sheet: Worksheet) -> dict[str, DataValidation]:
    """Return the drop-down of each column by its header."""
    found = {}
    for each in sheet.data_validations.dataValidation:
        assert (each.type, each.showDropDown) == ("list", False)  # showDropDown hides the arrow
        (area,) = each.sqref.ranges
        assert area.min_row == 2
        assert area.max_row >= 1000
        found[str(sheet.cell(1, area.min_col).value)] = each
    return found


def test_closed_columns_have_drop_downs(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    rules = _lists(book["规则"])
    for fact in FACTS.values():
        words = ",".join(word.zh for word in fact.words.values())
        header = f"事实：{fact.title.zh}"
        assert (header in rules) == bool(words)
        if words:
            assert rules[header].formula1 == f'"{words}"'
            assert not rules[header].showErrorMessage  # several may stand in one cell
    strict = {"类型": "部件,事件", "结果": "指定,排序,人工决定", "仅限条款所列": "是,否", "兜底": "是,否"}
    for header, words in strict.items():
        assert (rules[header].formula1, rules[header].showErrorMessage) == (f'"{words}"', True)
        assert rules[header].errorStyle == "stop"
    clauses = _lists(book["条款"])
    assert set(clauses) == {"类型", "处置单位", "阶段1起算", "阶段2起算", "阶段3起算"}
    assert set(_lists(book["日历"])) == {"工作日规则"}
    kinds = _lists(book["单位"])["单位类型"].formula1
    assert kinds == '"' + ",".join(dict.fromkeys(UNIT_KINDS.values())) + '"'
    for sheet in book:  # Excel takes a list of 255 characters at most
        assert all(len(each.formula1) <= 257 for each in sheet.data_validations.dataValidation)


def test_units_are_offered_from_their_sheet(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert book.defined_names["单位名称表"].attr_text == "'单位'!$B$2:$B$5000"
    assert book["单位"]["B1"].value == "单位名称"
    for name, headers in (("条款", {"处置单位"}), ("规则", {"主责单位", "配合单位"})):
        lists = _lists(book[name])
        assert {header for header, each in lists.items() if each.formula1 == "单位名称表"} == headers


def test_headers_are_frozen_explained_and_text(template: Path) -> None:
    book = openpyxl.load_workbook(template)
    assert book.sheetnames == ["版本", "条款", "规则", "单位", "日历", "说明"]
    for sheet in book.worksheets[:-1]:
        assert sheet.freeze_panes == "A2"
        for cell in sheet[1]:
            assert cell.comment is not None
            assert cell.comment.text.strip()
            assert sheet.column_dimensions[cell.column_letter].width >= 8
            assert sheet.column_dimensions[cell.column_letter].number_format == "@"
    values = [cell for sheet in book for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {(cell.data_type, cell.number_format) for cell in values} == {("s", "@")}


def test_what_an_edition_declares_has_drop_downs(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)["版本"]
    offered = {
        sheet[str(each.sqref)].offset(column=-1).value: each.formula1
        for each in sheet.data_validations.dataValidation
    }
    assert offered == {
        "小时的含义": '"连续计算,工作时间"',
        "天的含义": '"连续计算,工作时间"',
        "分类的含义": '"区域,紧急程度"',
    }


def test_examples_are_skipped_and_said(template: Path) -> None:
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    assert is_workbook(template)
    contents = read_workbook(template, ZONE, refused, doubtful)
    assert (refused, contents.specification.classes, contents.specification.rules) == ([], [], [])
    assert (contents.units, contents.calendars) == ((), ())
    assert [(fault.code, fault.place.sheet) for fault in doubtful] == [
        ("example_skipped", name) for name in ("条款", "规则", "单位", "日历")
    ]


def test_the_examples_are_good_ones(template: Path, tmp_path: Path) -> None:
    """Without their mark they are read without a fault."""
    book = openpyxl.load_workbook(template)
    for name in ("条款", "规则", "单位", "日历"):
        for line in book[name].iter_rows(min_row=2, max_col=1):
            line[0].value = str(line[0].value).removeprefix("（示例）")
    book.save(tmp_path / "marked.xlsx")
    refused: list[Fault] = []
    contents = read_workbook(tmp_path / "marked.xlsx", ZONE, refused, [])
    assert refused == []
    (only,) = contents.specification.classes
    assert [(stage.name, stage.counts_from) for stage in only.clauses[0].stages] == [
        ("停工", "start"),
        ("处罚", "previous"),
    ]
    rules = contents.specification.rules or ()
    assert [(rule.code, rule.priority) for rule in rules] == [("R10", 10), ("R15", 11), ("R99", 99)]
    assert (len(contents.units), len(contents.calendars)) == (1, 2)


def test_is_the_same_every_time(template: Path, tmp_path: Path) -> None:
    write_template(tmp_path / "again.xlsx")
    assert (tmp_path / "again.xlsx").read_bytes() == template.read_bytes()


def test_a_municipal_form_is_no_workbook_of_ours(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].title = "部件"
    book.save(tmp_path / "f.xlsx")
    (tmp_path / "f.csv").write_text("类型,条款", encoding="utf-8")
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04broken")
    for name in ("f.xlsx", "f.csv", "broken.xlsx", "missing.xlsx"):
        assert not is_workbook(tmp_path / name)
