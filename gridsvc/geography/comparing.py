"""Which editions a comparison means, and its result as a file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from gridsvc.errors import Text, WrongUsage
from gridsvc.geography.codes import LEVEL_NAMES
from gridsvc.geography.diff import LayerDiff, diff_layers
from gridsvc.geography.editions import ALL_LEVELS, AreaEdition, edition_named, editions_to_export
from gridsvc.geography.layers import load_layer
from gridsvc.geography.outlines import outlines_in_degrees
from gridsvc.geography.writing import write_vector_file


def compare_editions(
    connection: Connection, before: str | datetime, after: str | datetime, level: str | None = None
) -> list[LayerDiff]:
    """Compare editions given by name, or what was in force at two aware instants, from the top level down.

    `level`: one of LEVELS or `all`; None is the level of the edition that is named, or cells.

    Raises:
        NotFound: `no_such_edition`, `no_areas_then`.
        WrongUsage: `levels_differ` when the two have no level in common, or one is not of `level`.
    """
    named = [edition_named(connection, each) for each in (before, after) if isinstance(each, str)]
    wanted = level or (named[0].level if named else "cell")
    old, new = (_of_side(connection, each, wanted) for each in (before, after))
    levels = [each for each in LEVEL_NAMES if each in old and each in new]
    if not levels:
        raise WrongUsage(
            "levels_differ",
            Text(
                f"两个版本的层级不同：{_levels(old).zh}；{_levels(new).zh}。",
                f"The two are of different levels: {_levels(old).en}; {_levels(new).en}.",
            ),
            remedy=Text("请比较同一层级的两个版本。", "Compare two editions of one level."),
        )
    return [
        diff_layers(load_layer(connection, old[each].id), load_layer(connection, new[each].id))
        for each in levels
    ]


def write_diff(path: Path, diffs: list[LayerDiff], *, overwrite: bool = False) -> list[Path]:
    """Write the areas that changed, in lon, lat, with the kind of their change; return the files written.

    Each area of the later edition is there as it is now, and each that has no successor as it was.

    Raises:
        WrongUsage: `unknown_format`.
        InputRefused: `file_exists` and what else `write_vector_file` says.
    """
    rows: list[dict[str, Any]] = []
    shapes: list[Any] = []
    for diff in diffs:
        for change in diff.changes:
            layer, held = (diff.after, change.after) if change.after else (diff.before, change.before)
            sizes = diff.m2_after if change.after else diff.m2_before
            shared = {
                "level": diff.after.level,
                "change": change.kind,
                "before": " ".join(diff.before.codes[k] for k in change.before),
                "after": " ".join(diff.after.codes[k] for k in change.after),
                "m2_other_code": round(sum(each.m2 for each in diff.exchanges(change)), 1),
                "edition_before": diff.before.name,
                "edition_after": diff.after.name,
            }
            for k in held:
                own = {"code": layer.codes[k], "name": layer.names[k], "m2": round(float(sizes[k]), 1)}
                rows.append(own | shared)
            shapes += list(outlines_in_degrees(layer.geom_mm[np.array(held)], layer.srid))
    columns = ("code", "name", "m2", "level", "change", "before", "after", "m2_other_code", "edition_before",
               "edition_after")  # fmt: skip
    table = {column: [row[column] for row in rows] for column in columns}
    return write_vector_file(path, table, shapes, overwrite=overwrite)


def _of_side(connection: Connection, given: str | datetime, level: str) -> dict[str, AreaEdition]:
    if isinstance(given, datetime):
        found = editions_to_export(connection, level, at=given)
    else:
        edition = edition_named(connection, given)
        found = [edition] if level in (edition.level, ALL_LEVELS) else []
        if not found:
            raise WrongUsage(
                "levels_differ",
                Text(
                    f"版本 {given} 的层级是{LEVEL_NAMES[edition.level].zh}，不是{LEVEL_NAMES[level].zh}。",
                    f"{given} is an edition of the level {edition.level}, not {level}.",
                ),
                remedy=Text("请比较同一层级的两个版本。", "Compare two editions of one level."),
            )
    return {edition.level: edition for edition in found}


def _levels(editions: dict[str, AreaEdition]) -> Text:
    return Text("、".join(LEVEL_NAMES[each].zh for each in editions), ", ".join(editions))
