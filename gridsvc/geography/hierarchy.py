"""`import_hierarchy`: the whole tree in one file, imported from the top down, all or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.editions import LEVELS
from gridsvc.geography.importing import AreaImport, import_areas
from gridsvc.geography.reading import VectorTable, layer_names, read_table, texts_of

LEVEL_COLUMN = "level"
"""The column of levels when none is named."""

# What files call the levels, beside our own four words.
_WORDS = {
    "district": ("district", "county", "区", "区县", "县", "市辖区"),
    "street": ("street", "subdistrict", "town", "街道", "镇", "乡", "乡镇", "街镇", "街道办"),
    "community": ("community", "village", "社区", "村", "居委会", "村委会", "社区村"),
    "cell": ("cell", "grid", "网格", "单元网格"),
}
_LEVEL_OF = {word: level for level, words in _WORDS.items() for word in words}


def import_hierarchy(
    connection: Connection,
    path: Path,
    *,
    level_column: str = LEVEL_COLUMN,
    layer: str | None = None,
    **options: Any,
) -> list[AreaImport]:
    """Load every level that a file holds, each as `import_areas` does with `options`, the highest first.

    Levels are the layers that bear the names of levels, or the values of `level_column` in one layer: our
    words, or 区, 街道, 社区, 网格 and the like. A level is judged against the one above that was loaded just
    before it. The caller's transaction makes it all or nothing: `InputRefused` is raised at the first level
    that is refused, with all of its faults. Raises also `unknown_level` for values that are no
    level.
    """
    return [
        import_areas(connection, path, level=level, table=table, **options)
        for level, table in _levels(path, level_column, layer)
    ]


def _levels(path: Path, level_column: str, layer: str | None) -> list[tuple[str, VectorTable]]:
    named = {} if layer is not None else level_layers(path)
    if named:
        return [(level, read_table(path, name)) for level, name in named.items()]
    table = read_table(path, layer)
    values = texts_of(path, table, level_column)
    levels = [_LEVEL_OF.get(value.casefold()) for value in values]
    unknown = sorted({value for value, level in zip(values, levels, strict=True) if level is None})
    if unknown or not levels:
        raise _no_level(path, level_column, unknown)
    found = []
    for level in LEVELS:
        rows = [k for k, each in enumerate(levels) if each == level]
        if rows:
            found.append((level, table.subset(rows)))
    return found


def level_layers(path: Path) -> dict[str, str]:
    """Return level → layer from the highest level down, of a file of several; {} where none is a level's."""
    known = [(name, _LEVEL_OF.get(name.casefold())) for name in layer_names(path)]
    levels = {level: name for name, level in known if level is not None}
    return {level: levels[level] for level in LEVELS if level in levels} if len(known) > 1 else {}


def _no_level(path: Path, column: str, unknown: Sequence[str]) -> InputRefused:
    shown = ", ".join(repr(value) for value in unknown[:5])
    words = ", ".join(f"{level} ({'/'.join(_WORDS[level][-2:])})" for level in LEVELS)
    return InputRefused(
        "unknown_level",
        Text(
            f"列“{column}”中有不认识的层级：{shown}。" if unknown else "文件中没有任何要素。",
            f"The column {column!r} has levels that nobody knows: {shown}."
            if unknown
            else "The file has no features.",
        ),
        remedy=Text(f"可用：{words}。", f"Use {words}."),
        place=Place(file=path.name, column=column, value=unknown[0] if unknown else None),
    )
