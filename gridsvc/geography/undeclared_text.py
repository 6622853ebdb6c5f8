"""Text of a Shapefile that names no encoding: UTF-8 or GB 18030, whichever all of it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

_ENCODINGS = ("utf-8", "gb18030")


def decoded_texts(
    columns: Sequence[str], values: Sequence[npt.NDArray[Any]]
) -> tuple[list[str], list[npt.NDArray[Any]]]:
    """Decode names and values read as Latin-1, which GDAL assumes; unchanged if no encoding fits."""
    texts = [
        value for column in values if column.dtype == object for value in column if isinstance(value, str)
    ]
    raw = [text.encode("latin-1", "replace") for text in [*columns, *texts] if not text.isascii()]
    encoding = next((name for name in _ENCODINGS if all(_decodes(each, name) for each in raw)), None)
    if not raw or encoding is None:
        return list(columns), list(values)

    def decode(text: Any) -> Any:
        return text.encode("latin-1", "replace").decode(encoding, "ignore") if isinstance(text, str) else text

    return [decode(name) for name in columns], [
        np.array([decode(text) for text in column], dtype=object) if column.dtype == object else column
        for column in values
    ]


def _decodes(raw: bytes, encoding: str) -> bool:
    """Tell whether `raw` is text of `encoding`, perhaps cut off inside its last character."""
    try:
        raw.decode(encoding)
    except UnicodeDecodeError as error:
        return error.end >= len(raw) and error.start >= len(raw) - 3 and error.start > 0
    return True
