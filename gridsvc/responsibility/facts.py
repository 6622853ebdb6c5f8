"""House number and heading as people write them in a column: read leniently, for neither is ever required."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_MOST = 999_999
# 12 of 12-3号, 88 of 88甲号 and of 友谊东路88号.
_BEFORE_HAO = re.compile(r"(?<![\d.-])(\d{1,6})(?:[-之]\d+)?[甲乙丙丁戊A-Za-z]?\s*[号#]")
_ALONE = re.compile(r"(?<![\d.-])(\d{1,6})(?![\d.])")
_BEARINGS = {
    "北": 0.0,
    "东北": 45.0,
    "东": 90.0,
    "东南": 135.0,
    "南": 180.0,
    "西南": 225.0,
    "西": 270.0,
    "西北": 315.0,
}
_POINT = "(东北|东南|西北|西南|东|西|南|北)"
_FROM_TO = re.compile(f"[由自从]?{_POINT}[向往至到→-]{_POINT}")
_TOWARDS = re.compile(f"[向往朝]{_POINT}")


def house_number_of(text: str) -> int | None:
    """Return the house number that a text says, or None: 88 of 88号, 88甲号, 88-2号 and 友谊东路88号."""
    text = unicodedata.normalize("NFKC", text)
    whole = _number(text)
    if whole is not None:
        return int(whole) if whole == int(whole) and 1 <= whole <= _MOST else None
    match = _BEFORE_HAO.search(text) or _ALONE.search(text)
    return int(match[1]) or None if match else None


def heading_of(text: str) -> float | None:
    """Return the heading that a text says, degrees clockwise from north, or None: 180 of 180° or 由北向南."""
    text = unicodedata.normalize("NFKC", text).strip()
    number = _number(text.rstrip("°度 "))
    if number is not None:
        return number if 0 <= number <= 360 else None
    match = _FROM_TO.search(text)
    if match:
        return _BEARINGS[match[2]]
    match = _TOWARDS.search(text)
    return _BEARINGS[match[1]] if match else None


def read_house_numbers(texts: Iterable[str | None]) -> tuple[NDArray[np.int64], Mask]:
    """Return whole numbers, -1 for none, and which texts were not understood; shape (n,)."""
    found, unread = _read(texts, house_number_of)
    return np.where(np.isnan(found), -1, found).astype(np.int64), unread


def read_headings(texts: Iterable[str | None]) -> tuple[NDArray[np.float64], Mask]:
    """Return degrees, NaN for none, and which texts were not understood; shape (n,)."""
    return _read(texts, heading_of)


def _read(texts: Iterable[str | None], of: Callable[[str], float | None]) -> tuple[NDArray[np.float64], Mask]:
    words = [(text or "").strip() for text in texts]
    values = {word: of(word) if word else None for word in set(words)}
    found = np.array([np.nan if values[word] is None else values[word] for word in words], np.float64)
    return found, np.isnan(found) & np.array([bool(word) for word in words], bool)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if np.isfinite(number) else None
