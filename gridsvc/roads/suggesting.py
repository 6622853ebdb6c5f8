"""`suggest_sections`: the roads that run along borders, ready to be completed with a rule and imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from pyproj import Transformer
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Text
from gridsvc.geography import areas_in_force, load_layer, write_vector_file
from gridsvc.roads.centring import CentreLines
from gridsvc.roads.following import AT_LEAST_M, WITHIN_M, Borders, Run, runs_along_borders
from gridsvc.roads.layer import load_roads

# What a person completes is left blank; `boundary-road import` knows every column by its name.
_TO_COMPLETE = ("rule", "party_code", "unit_code", "odd_code", "effective_from", "effective_to", "agreed_in")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A stretch of road along a border; `geometry` in degrees, areas seen along it."""

    code: str
    name: str
    left_code: str
    left_name: str
    right_code: str
    right_name: str
    half_width_m: float
    length_m: float
    geometry: Any

    def as_dict(self) -> dict[str, Any]:
        """Return plain values without the line."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "geometry"}


def suggest_sections(
    connection: Connection,
    *,
    level: str,
    at: datetime,
    within_m: float = WITHIN_M,
    at_least_m: float = AT_LEAST_M,
) -> list[Suggestion]:
    """Return the stretches of the road layer along borders of the areas in force at an aware instant.

    A road is a candidate where its centre line runs within `within_m` of a border for `at_least_m` or more.
    Raises InputRefused (`no_areas`, `no_roads`).
    """
    edition = areas_in_force(connection, level, at)
    if edition is None:
        raise InputRefused(
            "no_areas",
            Text(f"没有生效的 {level} 区域。", f"No areas of the level {level} are in force."),
            remedy=Text("先用 gridsvc area import 载入。", "Load them by gridsvc area import."),
        )
    roads = load_roads(connection)
    if not len(roads):
        raise InputRefused(
            "no_roads",
            Text("路网是空的。", "The road layer is empty."),
            remedy=Text("先用 gridsvc road import 载入。", "Load it by gridsvc road import."),
        )
    layer = load_layer(connection, edition.id)
    runs = runs_along_borders(
        Borders(layer, layer.srid),
        CentreLines(roads, layer.srid),
        within_m=within_m,
        at_least_m=at_least_m,
    )
    names = dict(zip(layer.codes, layer.names, strict=True))
    to_degrees = Transformer.from_crs(layer.srid, 4326, always_xy=True).transform
    return [_suggestion(number, run, names, to_degrees) for number, run in enumerate(runs, 1)]


def _suggestion(number: int, run: Run, names: dict[str, str], to_degrees: Any) -> Suggestion:
    line = shapely.transform(
        run.line, lambda xy: np.round(np.column_stack(to_degrees(xy[:, 0], xy[:, 1])), 8)
    )
    return Suggestion(
        f"BR{number:04d}",
        run.name,
        run.left_code,
        names[run.left_code],
        run.right_code,
        names[run.right_code],
        run.half_width_m,
        round(run.line.length, 1),
        line,
    )


def write_suggestions(path: Path, suggestions: list[Suggestion], *, overwrite: bool = False) -> None:
    """Write suggestions as a vector file; the columns to complete are blank.

    Raises what `write_vector_file` raises.
    """
    columns: dict[str, list[Any]] = {
        name: [getattr(each, name) for each in suggestions]
        for name in Suggestion.__slots__
        if name != "geometry"
    }
    columns |= {name: [None] * len(suggestions) for name in _TO_COMPLETE}
    write_vector_file(path, columns, [each.geometry for each in suggestions], overwrite=overwrite)
