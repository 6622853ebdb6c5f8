"""Columns of plain values as the typed arrays that GDAL and Arrow write."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True, eq=False)
class TypedColumn:
    """Values of one type, bool, int64, float64 or text (object); `missing` marks those that are none."""

    values: npt.NDArray[Any]
    missing: npt.NDArray[np.bool_]


def typed_column(given: Sequence[Any]) -> TypedColumn:
    """Return a column of one type; None and NaN are missing.

    Dates and instants become ISO 8601 text, since not every format keeps an instant with its zone; so does
    a column that mixes numbers with text, and one of whole numbers beyond 64 bits.
    """
    plain = given.tolist() if isinstance(given, np.ndarray) else list(given)
    missing = np.array([value is None or value != value for value in plain], dtype=bool)
    there = [value for value, gone in zip(plain, missing, strict=True) if not gone]
    if there and all(isinstance(value, bool) for value in there):
        return TypedColumn(np.array([value is True for value in plain]), missing)
    if there and all(_whole(value) for value in there):
        whole = [0 if gone else int(value) for value, gone in zip(plain, missing, strict=True)]
        return TypedColumn(np.array(whole, dtype=np.int64), missing)
    if there and all(_number(value) for value in there):
        filled = [np.nan if gone else float(value) for value, gone in zip(plain, missing, strict=True)]
        return TypedColumn(np.array(filled, dtype=np.float64), missing)
    texts = [None if gone else _text(value) for value, gone in zip(plain, missing, strict=True)]
    return TypedColumn(np.array(texts, dtype=object), missing)


def _whole(value: Any) -> bool:
    return isinstance(value, int | np.integer) and not isinstance(value, bool) and int(value) in _INT64


def _number(value: Any) -> bool:
    return isinstance(value, float | np.floating) or _whole(value)


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)
