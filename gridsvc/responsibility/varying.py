"""A place with an accuracy whose facts are not the same wherever it may lie: half in a compound, say.

Its shares are those of places drawn about it (`drawn.py`, the same sunflower, fewer seeds), each with its
own facts and its own ground; the sum over a cell is the exact share of that cell. Where all of them know the
same, the exact shares stand.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.accuracy import sigma_mm
from gridsvc.responsibility.atlas import Moment
from gridsvc.responsibility.candidates import Ground
from gridsvc.responsibility.drawn import sunflower
from gridsvc.responsibility.gathering.sources import Rows
from gridsvc.responsibility.queries import Queries

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]

_PLACES = 512
_ROWS_AT_ONCE = 512
_EAST, _NORTH = sunflower(_PLACES)


@dataclass(frozen=True, slots=True)
class Varying:
    """The places drawn about one report, shape (n,) each, without those outside every cell.

    `state`: what is known there before any component (`Gathering`). `territory` numbers the territories of
    the grid; `section` and `outcome` are those of boundary roads, section -1: off them.
    """

    cell: Indexes
    state: Indexes
    territory: Ints
    section: Indexes
    outcome: NDArray[np.int8]

    def parts(
        self, current: Moment, found: Sequence[tuple[int, object, float]]
    ) -> list[tuple[float, Ground, int]]:
        """Return share, ground and state of each part of the place; `found` are the exact shares of cells."""
        exact = {cell: share for cell, _, share in found}
        cells, which, count = np.unique(self.cell, return_inverse=True, return_counts=True)
        weight = np.array([exact.get(cell, 0.0) for cell in cells.tolist()]) / count
        keys = np.stack([self.territory, self.section, self.outcome, self.state]).astype(np.int64)
        kinds, of = np.unique(keys, axis=1, return_inverse=True)
        shares = np.bincount(of.ravel(), weight[which.ravel()])
        parts = []
        for share, territory, section, outcome, state in zip(shares.tolist(), *kinds.tolist(), strict=True):
            if share > 0:
                areas = current.grid.territories[territory]
                on_road = current.grounds is not None and section >= 0
                ground = (
                    current.grounds.ground(section, outcome, areas)
                    if current.grounds is not None and on_road
                    else current.territories[areas]
                )
                parts.append((share, ground, state))
        return sorted(parts, key=lambda part: -part[0])


def varying(
    current: Moment, queries: Queries, numbers: Ints, at: Ints, wording: Indexes, known: Rows, state: Indexes
) -> Mapping[int, Varying]:
    """Return what is drawn about those of the rows `at` whose facts vary, by row of the chunk.

    `numbers` number the chunk's rows among all; `wording`, `known` and `state` are the chunk's.
    """
    if "cell" not in current.grid.layers:
        return {}
    asked = at[current.gathering.asks_of_places(wording[at])]
    found: dict[int, Varying] = {}
    for start in range(0, len(asked), _ROWS_AT_ONCE):
        some = asked[start : start + _ROWS_AT_ONCE]
        found |= _drawn(current, queries, numbers[some], some, wording, known, state)
    return found


def _drawn(
    current: Moment,
    queries: Queries,
    numbers: Ints,
    some: Ints,
    wording: Indexes,
    known: Rows,
    state: Indexes,
) -> dict[int, Varying]:
    sigma = np.array(
        [sigma_mm(float(queries.accuracy_m[row]), queries.accuracy_kind[int(row)]) for row in numbers]
    )
    x = np.rint(known.x[some][:, None] + _EAST * sigma[:, None]).astype(np.int64).ravel()
    y = np.rint(known.y[some][:, None] + _NORTH * sigma[:, None]).astype(np.int64).ravel()
    of = np.repeat(np.arange(len(some)), _PLACES)
    cell = current.grid.cells_at(x, y)
    inside = np.flatnonzero(cell >= 0)
    x, y, of, cell = x[inside], y[inside], of[inside], cell[inside]
    areas, territory = current.grid.of_cells(cell)
    section, outcome = np.full(len(x), -1, np.int32), np.full(len(x), -1, np.int8)
    if current.grounds is not None:
        hits = current.grounds.corridors.find(x, y)
        on_road = np.flatnonzero(hits.section >= 0)
        section[on_road] = hits.section[on_road]
        rows = numbers[of[on_road]]
        outcome[on_road] = current.grounds.outcomes(
            hits.section[on_road],
            hits.side[on_road],
            hits.bearing[on_road],
            queries.heading_deg[rows],
            queries.house_number[rows],
        )
    row = some[of]
    there = Rows(
        np.ones(len(x), bool),
        x,
        y,
        known.at[row],
        cell,
        areas,
        outcome,
        known.component[row],
        {name: codes[row] for name, codes in known.given.items()},
    )
    met = current.gathering.cases(wording[row], there).before
    changes = np.zeros(len(some), bool)
    np.logical_or.at(changes, of, met != state[row])
    result = {}
    for k in np.flatnonzero(changes).tolist():
        mine = of == k
        result[int(some[k])] = Varying(cell[mine], met[mine], territory[mine], section[mine], outcome[mine])
    return result
