"""Large tables of text: files to columns, columns to numbers and instants. Arrays, never row by row."""

from gridsvc.tabular.decoding import decoded, delimiter_of
from gridsvc.tabular.parsing import MISSING_INSTANT, instants, numbers
from gridsvc.tabular.reading import read_text_table
from gridsvc.tabular.report_file import check_target, harmless, write_whole
from gridsvc.tabular.workbook_file import FIXED_TIME, put_text, save_workbook, unescaped

__all__ = [
    "FIXED_TIME",
    "MISSING_INSTANT",
    "check_target",
    "decoded",
    "delimiter_of",
    "harmless",
    "instants",
    "numbers",
    "put_text",
    "read_text_table",
    "save_workbook",
    "unescaped",
    "write_whole",
]
