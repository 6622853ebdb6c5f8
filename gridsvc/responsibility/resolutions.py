"""Answers as columns: what `resolve` fills in, and what is read from it row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault
from gridsvc.handling import Limit
from gridsvc.responsibility.atlas import Atlas
from gridsvc.responsibility.candidates import Verdict
from gridsvc.responsibility.gathering.components import OnComponents
from gridsvc.responsibility.grid import UPPER_LEVELS
from gridsvc.responsibility.grounds import OnRoads
from gridsvc.responsibility.problems import fault_of
from gridsvc.responsibility.queries import Queries
from gridsvc.responsibility.situations import Situation

Numbers = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Resolutions:
    """n answers as columns, shape (n,) each; indexes count in the atlas's books, -1 is none.

    `verdict` and `case` number the atlas's book of verdicts, `problem` PROBLEMS; a row
    with a problem has no other answer. `limit` numbers the limits of the atlas's allowance: that which
    counted. `deadline` is microseconds UTC.
    `lon`, `lat` are WGS 84. `moment` says which of the atlas's moments answered: `cell` and `areas` are
    indexes in that moment's layers.
    """

    atlas: Atlas
    queries: Queries
    problem: NDArray[np.int8]
    lon: Floats
    lat: Floats
    moment: Indexes
    cell: Indexes
    areas: dict[str, Indexes]
    on_boundary: NDArray[np.bool_]
    on_outer_boundary: NDArray[np.bool_]
    snapped_mm: Floats
    class_: Indexes
    clause: Indexes
    case: Indexes
    verdict: Indexes
    limit: Indexes
    deadline: Numbers
    provisional: NDArray[np.bool_]
    class_faults: dict[int, Fault] = field(default_factory=dict)
    cells: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    """Of rows with an accuracy: the 50 likeliest cells that they may lie in, with shares, largest first."""
    weighed: dict[int, Verdict] = field(default_factory=dict)
    """Of rows with an accuracy: the verdict over those cells, in place of `verdict`."""
    on_roads: OnRoads | None = None
    """What boundary roads do to the rows; None where the atlas has none."""
    components: OnComponents | None = None
    """Which components the rows are about; None where the atlas has no inventory."""

    @classmethod
    def blank(
        cls,
        atlas: Atlas,
        queries: Queries,
        problem: NDArray[np.int8],
        lon: Floats,
        lat: Floats,
        moment: Indexes,
    ) -> Resolutions:
        """Return columns to be filled in."""
        n = len(queries)
        empty = np.empty
        return cls(
            atlas=atlas,
            queries=queries,
            problem=problem,
            lon=lon,
            lat=lat,
            moment=moment,
            cell=empty(n, np.int32),
            areas={level: empty(n, np.int32) for level in UPPER_LEVELS},
            on_boundary=empty(n, bool),
            on_outer_boundary=empty(n, bool),
            snapped_mm=empty(n),
            class_=empty(n, np.int32),
            clause=empty(n, np.int32),
            case=empty(n, np.int32),
            verdict=empty(n, np.int32),
            limit=empty(n, np.int32),
            deadline=empty(n, np.int64),
            provisional=empty(n, bool),
            on_roads=OnRoads.empty(n) if any(each.grounds for each in atlas.moments) else None,
            components=OnComponents.empty(atlas.inventory, n) if len(atlas.inventory) else None,
        )

    def __len__(self) -> int:
        return len(self.lon)

    def outside(self) -> NDArray[np.bool_]:
        """Return which places lie in no area at all, shape (n,)."""
        nowhere = self.cell < 0
        for level in UPPER_LEVELS:
            nowhere = nowhere & (self.areas[level] < 0)
        return nowhere

    def wants_house_number(self) -> NDArray[np.bool_]:
        """Return which places lie where a house number would tell who keeps a boundary road, shape (n,)."""
        wanted = np.zeros(len(self), bool)
        if self.on_roads is None:
            return wanted
        for index, moment in enumerate(self.atlas.moments):
            if moment.grounds is not None:
                rows = np.flatnonzero((self.moment == index) & (self.on_roads.section >= 0))
                wanted[rows] = moment.grounds.by_number(self.on_roads.section[rows])
        return wanted & (self.queries.house_number < 0)

    def answer(self, row: int, language: str = "zh") -> dict[str, Any]:
        """Return a row's answer as the JSON of `POST /api/v1/resolve`; the row must have no problem."""
        from gridsvc.responsibility.answers import answer_of

        return answer_of(self, row, language)

    def verdict_of(self, row: int) -> Verdict | None:
        """Return who is responsible; None when no class was asked."""
        number = int(self.verdict[row])
        return self.weighed.get(row) or (self.atlas.verdicts.verdicts[number] if number >= 0 else None)

    def situation_of(self, row: int) -> Situation:
        """Return the facts and parties that the clause of a row, or a rule that covers it, asks for."""
        return self.atlas.verdicts.situation(int(self.case[row]))

    def limit_of(self, row: int) -> Limit | None:
        """Return the limit that counted; None without a clause, or where it gives none that can be read."""
        number = int(self.limit[row])
        return self.atlas.allowance.book.limits[number] if number >= 0 else None

    def problem_of(self, row: int) -> Fault | None:
        """Return why a row could not be resolved, or None."""
        problem = int(self.problem[row])
        return fault_of(self.queries, row, problem, self.class_faults) if problem else None
