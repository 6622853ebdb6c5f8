"""Where the section of a row runs, and which of its areas lies left of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from sqlalchemy import Connection

from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.roads.centring import CentreLines
from gridsvc.roads.following import runs_along_borders
from gridsvc.roads.layer import load_roads
from gridsvc.roads.parties import Parties
from gridsvc.roads.section_rows import Row
from gridsvc.roads.stretches import stretch_between
from gridsvc.roads.terms import Terms

_BEYOND_M = 15.0
_USUAL_HALF_WIDTH_M = 15.0
_SHORTEST_M = 1.0
_DIGITS = 9  # of a degree: a tenth of a millimetre


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A stretch in degrees with the areas along it."""

    left_code: str
    right_code: str
    half_width_m: float
    geometry: Any


class Placing:
    """Finds the lines of rows, in metres of the system in which the areas are decided."""

    def __init__(self, connection: Connection, parties: Parties) -> None:
        """Take the areas in force; raises InputRefused (`no_areas`) when there are none."""
        if parties.srid is None:
            raise InputRefused(
                "no_areas",
                Text(
                    "尚未载入任何区域，界路无从核对。", "No areas are loaded to hold boundary roads against."
                ),
                remedy=Text(
                    "先用 gridsvc area import 载入街道。", "Load streets first by gridsvc area import."
                ),
            )
        self._connection = connection
        self.parties = parties
        self._plane = Transformer.from_crs(4326, parties.srid, always_xy=True)

    @cached_property
    def _centres(self) -> CentreLines:
        assert self.parties.srid is not None
        return CentreLines(load_roads(self._connection), self.parties.srid)

    def in_metres(self, geometry: Any) -> Any:
        """Return a geometry in degrees in metres of the plane."""
        return shapely.transform(geometry, lambda xy: _pairs(self._plane.transform(xy[:, 0], xy[:, 1])))

    def in_degrees(self, line: Any) -> Any:
        """Return a line in metres in degrees, to a tenth of a millimetre."""

        def back(xy: NDArray[np.float64]) -> NDArray[np.float64]:
            found = _pairs(self._plane.transform(xy[:, 0], xy[:, 1], direction="INVERSE"))
            return np.round(found, _DIGITS)

        return shapely.transform(line, back)

    def place(self, row: Row, terms: Terms, refused: list[Fault], doubtful: list[Fault]) -> list[Placed]:
        """Return the stretches that a row means; none when a fault was added to `refused`."""
        if row.line is not None:
            return self._drawn(row, terms, refused, doubtful)
        start, end = row.text("start"), row.text("end")
        if start and end:
            return self._between(row, terms, start, end, refused, doubtful)
        return self._along_border(row, terms, refused, doubtful)

    def _drawn(self, row: Row, terms: Terms, refused: list[Fault], doubtful: list[Fault]) -> list[Placed]:
        line = row.line
        if line.geom_type == "MultiLineString":
            line = shapely.line_merge(line)
        if line.geom_type != "LineString" or line.is_empty:
            refused.append(
                Fault(
                    "not_one_line",
                    Text(
                        f"图形是 {line.geom_type}，不是一条线。", f"It is a {line.geom_type}, not one line."
                    ),
                    row.place(),
                    Text("分成几条，每条一行。", "Give each line a row of its own."),
                )
            )
            return []
        metres = self.in_metres(line)
        if metres.length < _SHORTEST_M:
            refused.append(
                Fault("zero_length", Text("线的长度为零。", "The line has no length."), row.place())
            )
            return []
        half = terms.half_width_m or self._estimated(terms.name, metres)
        return self._sided(row, terms, metres, line, half, refused, doubtful)

    def _between(
        self, row: Row, terms: Terms, start: str, end: str, refused: list[Fault], doubtful: list[Fault]
    ) -> list[Placed]:
        found = stretch_between(self._centres, terms.name, start, end)
        if isinstance(found, str):
            what = {"name": terms.name, "start": start, "end": end}[found]
            zh = (
                f"路网中没有“{what[:40]}”"
                if found == "name"
                else f"路网中找不到“{terms.name}”与“{what[:40]}”的交叉口"
            )
            en = (
                f"The road layer has no {what[:40]!r}"
                if found == "name"
                else f"No crossing with {what[:40]!r}"
            )
            refused.append(
                Fault(
                    "unknown_road" if found == "name" else "unknown_crossing",
                    Text(f"{zh}。", f"{en}."),
                    row.place(found),
                    Text(
                        "核对路名（gridsvc road list），或改用矢量线导入。",
                        "Check the name against the road layer, or import the section as a line.",
                    ),
                )
            )
            return []
        half = terms.half_width_m or self._centres.half_width(terms.name, found)
        return self._sided(row, terms, found, self.in_degrees(found), half, refused, doubtful)

    def _along_border(
        self, row: Row, terms: Terms, refused: list[Fault], doubtful: list[Fault]
    ) -> list[Placed]:
        borders = self.parties.borders_of((terms.a, terms.b))
        runs = []
        if borders is not None and len(self._centres.of(terms.name)):
            runs = runs_along_borders(
                borders, self._centres, names=[terms.name], between=[frozenset((terms.a, terms.b))]
            )
        if not runs:
            refused.append(
                Fault(
                    "not_on_border",
                    Text(
                        f"路网中没有沿两区域边界的“{terms.name}”。",
                        f"In the road layer no {terms.name} runs along the border of the two areas.",
                    ),
                    row.place("name"),
                    Text("写明起点和止点，或改用矢量线导入。", "Give start and end, or import it as a line."),
                )
            )
        if len(runs) > 1:
            doubtful.append(
                Fault(
                    "several_runs",
                    Text(
                        f"该路有 {len(runs)} 段沿此边界，各成一段。",
                        f"{len(runs)} stretches of the road run along this border; each is a section.",
                    ),
                    row.place("name"),
                )
            )
        return [
            Placed(
                run.left_code,
                run.right_code,
                terms.half_width_m or run.half_width_m,
                self.in_degrees(run.line),
            )
            for run in runs
        ]

    def _estimated(self, name: str, metres: Any) -> float:
        if not len(self._centres.links_of(name)):
            return _USUAL_HALF_WIDTH_M
        return self._centres.half_width(name, metres)

    def _sided(
        self,
        row: Row,
        terms: Terms,
        metres: Any,
        degrees: Any,
        half_width_m: float,
        refused: list[Fault],
        doubtful: list[Fault],
    ) -> list[Placed]:
        """Hold the sides against the areas beside the line."""
        straight = self._votes(metres, terms.a, terms.b, half_width_m)
        swapped = self._votes(metres, terms.b, terms.a, half_width_m)
        if not terms.ordered:
            if straight == swapped:
                refused.append(
                    Fault(
                        "sides_unknown",
                        Text(
                            "看不出哪个区域在线的左侧。", "The areas do not tell which lies left of the line."
                        ),
                        row.place("a"),
                        Text("改用 left_code、right_code 写明。", "Say so by left_code and right_code."),
                    )
                )
                return []
            left, right = (terms.a, terms.b) if straight > swapped else (terms.b, terms.a)
            return [Placed(left, right, half_width_m, degrees)]
        if swapped > straight:
            refused.append(
                Fault(
                    "sides_swapped",
                    Text(
                        f"沿线的方向看，{terms.a} 在右、{terms.b} 在左，与所填相反。",
                        f"Along the line {terms.a} lies right and {terms.b} left, not as given.",
                    ),
                    row.place("left"),
                    Text("对调左右，或把线反向。", "Exchange left and right, or turn the line round."),
                )
            )
            return []
        if not straight:
            doubtful.append(
                Fault(
                    "sides_unseen",
                    Text("线两侧都不是所填的区域。", "Neither of the areas lies beside the line."),
                    row.place("left"),
                )
            )
        return [Placed(terms.a, terms.b, half_width_m, degrees)]

    def _votes(self, metres: Any, left_code: str, right_code: str, half_width_m: float) -> int:
        """Return at how many places along the line the areas lie on these sides."""
        votes = 0
        for code, side in ((left_code, 0), (right_code, 1)):
            borders = self.parties.borders_of([code])
            if borders is not None:
                seen = borders.sides(metres, half_width_m + _BEYOND_M)[side]
                votes += seen.count(borders.layer.codes.index(code))
        return votes


def _pairs(xy: tuple[Any, ...]) -> NDArray[np.float64]:
    return np.column_stack([np.asarray(xy[0]), np.asarray(xy[1])])
