"""`import_hierarchy`: the whole tree in one file, imported from the top down, all or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.editions import LEVELS
from gridsvc.geography.importing import AreaImport, import_areas
from gridsvc.geography.parents import loaded_ground
from gridsvc.geography.publishing import lock_editions
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
    that is refused, with all of its faults. Raises also `unknown_level` for values that are no level, and
    `layers_refused` for layers of polygons that would be left out.

    All levels are held against the areas that were loaded before the first of them: the file's own do not
    vouch for its datum.
    """
    levels = _levels(path, level_column, layer)
    lock_editions(connection)
    before = loaded_ground(connection)
    return [
        import_areas(connection, path, level=level, table=table, loaded=before, **options)
        for level, table in levels
    ]


def _levels(path: Path, level_column: str, layer: str | None) -> list[tuple[str, VectorTable]]:
    named = {} if layer is not None else level_layers(path)
    if named:
        _refuse_left_out(path, named)
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


def _refuse_left_out(path: Path, named: Mapping[str, str]) -> None:
    """Refuse layers of polygons that bear the name of no level, or of one that another layer has too."""
    found = []
    for layer in layer_names(path):
        level = _LEVEL_OF.get(layer.casefold())
        if layer in named.values() or not _has_polygons(path, layer):
            continue
        if level is None:
            code = "unknown_level"
            text = Text(f"图层“{layer}”不是层级的名称。", f"The layer {layer!r} bears the name of no level.")
        else:
            code = "duplicate_level"
            other = named[level]
            text = Text(
                f"图层“{layer}”与“{other}”是同一层级。",
                f"The layers {layer!r} and {other!r} are of one level.",
            )
        found.append(Fault(code, text, Place(file=path.name, sheet=layer)))
    if found:
        shown = ", ".join(fault.place.sheet or "" for fault in found)
        raise InputRefused(
            "layers_refused",
            Text(
                f"这些面图层不知属于哪一层级，未导入任何区域：{shown}。",
                f"Nobody knows which level these layers of polygons are of; no area was imported: {shown}.",
            ),
            remedy=Text(
                f"改名或移走这些图层，或用 --layer 逐层导入。可用：{_words()}。",
                f"Rename them or take them out, or import one by --layer. Use {_words()}.",
            ),
            place=Place(file=path.name),
            faults=found,
        )


def _has_polygons(path: Path, layer: str) -> bool:
    shapes = read_table(path, layer).shapes
    if shapes is None:
        return False
    return bool((shapely.get_dimensions(shapely.from_wkb(shapes, on_invalid="ignore")) == 2).any())


def _words() -> str:
    return ", ".join(f"{level} ({'/'.join(_WORDS[level][-2:])})" for level in LEVELS)


def _no_level(path: Path, column: str, unknown: Sequence[str]) -> InputRefused:
    shown = ", ".join(repr(value) for value in unknown[:5])
    return InputRefused(
        "unknown_level",
        Text(
            f"列“{column}”中有不认识的层级：{shown}。" if unknown else "文件中没有任何要素。",
            f"The column {column!r} has levels that nobody knows: {shown}."
            if unknown
            else "The file has no features.",
        ),
        remedy=Text(f"可用：{_words()}。", f"Use {_words()}."),
        place=Place(file=path.name, column=column, value=unknown[0] if unknown else None),
    )
