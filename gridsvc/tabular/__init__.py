"""Large tables of text: files to columns, columns to numbers and instants. Arrays, never row by row."""

from gridsvc.tabular.decoding import decoded, delimiter_of
from gridsvc.tabular.parsing import MISSING_INSTANT, instants, numbers
from gridsvc.tabular.reading import read_text_table

__all__ = ["MISSING_INSTANT", "decoded", "delimiter_of", "instants", "numbers", "read_text_table"]
