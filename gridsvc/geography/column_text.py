"""Columns of a vector file as text, with the numbers that the file has and no others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from gridsvc.errors import InputRefused, Place, Text

_Values = npt.NDArray[Any]


def column_texts(
    values: _Values, *, file: str, column: str, layer: str | None = None, numbers: Sequence[int] | None = None
) -> list[str]:
    """Return values as stripped text, nothing as ''; a whole number has no fraction, a boolean is 0 or 1.

    A floating-point number does not tell whole numbers apart from 2⁵³ on (single precision: 2²⁴), so that an
    id of 17 digits may have been another: raises `InputRefused` (`number_rounded`). `numbers` are those of
    the features in the file, from 1.
    """
    if values.dtype.kind == "f":
        limit = 2.0 ** (np.finfo(values.dtype).nmant + 1)
        rounded = np.flatnonzero(np.isfinite(values) & (np.abs(values) >= limit))
        if len(rounded):
            row = int(rounded[0])
            raise _rounded(
                values[row], len(rounded), Place(file, layer, numbers[row] if numbers else row + 1, column)
            )
    return [_text(value) for value in values.tolist()]


class TextColumns(Mapping[str, list[str]]):
    """All columns of a layer as text, each made when it is asked for, so that one unused does no harm."""

    def __init__(
        self, columns: Sequence[str], values: Sequence[_Values], *, file: str, layer: str | None
    ) -> None:
        """Take the columns as they were read; asking for one raises what `column_texts` raises."""
        self._values = dict(zip(columns, values, strict=True))
        self._file, self._layer = file, layer
        self._made: dict[str, list[str]] = {}

    def __getitem__(self, name: str) -> list[str]:
        if name not in self._made:
            values = self._values[name]
            self._made[name] = column_texts(values, file=self._file, column=name, layer=self._layer)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)


def _text(value: Any) -> str:
    if value is None or value != value:  # NaN, and pandas' NaT
        return ""
    if isinstance(value, bool):
        return str(int(value))  # as those formats give it that have no booleans
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return (value.isoformat() if isinstance(value, date) else str(value)).strip()


def _rounded(value: Any, count: int, place: Place) -> InputRefused:
    return InputRefused(
        "number_rounded",
        Text(
            f"列“{place.column}”在文件中是浮点数，{count} 个值的末位已被舍入，不能用作编码或文字。",
            f"The column {place.column!r} holds floating-point numbers; the last digits of {count} of them"
            " are rounded, so that they are no codes and no text.",
        ),
        remedy=Text(
            "在数据来源处把该列改为文本（或 64 位整数）再导出；Shapefile 的整数最多 18 位。",
            "Make the column text (or whole numbers of 64 bits) where it comes from, and export it again;"
            " a Shapefile's whole numbers have 18 digits at most.",
        ),
        place=Place(place.file, place.sheet, place.row, place.column, str(int(value))),
    )
