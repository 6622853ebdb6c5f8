"""Why GDAL could not read a GeoJSON: said with the feature and field, where GDAL only names a character."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from gridsvc.errors import InputRefused, Place, Text

# GDAL gives up on one value of 10 MB.
_LONGEST_VALUE = 1_000_000
_SUFFIXES = {".geojson", ".json"}
_LARGEST_FILE = 512 * 1024 * 1024


def diagnosis(path: Path) -> InputRefused | None:
    """Return what is wrong with a GeoJSON file, or None when it is none or the fault lies elsewhere."""
    if path.suffix.lower() not in _SUFFIXES or path.stat().st_size > _LARGEST_FILE:
        return None
    try:
        content = orjson.loads(path.read_bytes())
    except orjson.JSONDecodeError as error:
        return InputRefused(
            "unreadable_file",
            Text(
                f"不是有效的 JSON：第 {error.lineno} 行第 {error.colno} 个字符处出错。",
                f"This is no JSON: it breaks at line {error.lineno}, character {error.colno}.",
            ),
            remedy=Text("重新导出该文件。", "Export the file again."),
            place=Place(file=path.name, row=error.lineno),
        )
    features = content.get("features") if isinstance(content, dict) else None
    for row, feature in enumerate(features if isinstance(features, list) else [], start=1):
        properties = feature.get("properties") if isinstance(feature, dict) else None
        for column, value in (properties or {}).items():
            if isinstance(value, str) and len(value) > _LONGEST_VALUE:
                return _too_long(path, row, column, value)
    return None


def _too_long(path: Path, row: int, column: str, value: Any) -> InputRefused:
    return InputRefused(
        "text_too_long",
        Text(
            f"第 {row} 个要素的字段“{column[:40]}”有 {len(value)} 个字符，无法读取。",
            f"The field {column[:40]!r} of feature {row} holds {len(value)} characters and cannot be read.",
        ),
        remedy=Text("删去或缩短该字段。", "Drop or shorten the field."),
        place=Place(file=path.name, row=row, column=column[:40], value=value[:80]),
    )
