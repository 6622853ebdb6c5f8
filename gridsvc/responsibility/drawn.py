"""Shares near boundary roads of a place that may lie almost anywhere: drawn place by place, not cut.

4096 places are laid out as the seeds of a sunflower are: turn by the golden angle, radius by the quantile of
the normal distribution, so that each stands for the same share and no road, however it runs, falls between
them. Each lies in a corridor or not by the rule. The share of a road's ground is within 0.5 % of the whole
(`tests/responsibility/test_uncertain_roads.py` holds it against the cut pieces), and the sum over a cell is
the exact share of that cell: what the roads do not take is the cell's own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.candidates import Ground
from gridsvc.responsibility.grid import Grid, TerritoryKey
from gridsvc.responsibility.grounds import Grounds
from gridsvc.responsibility.uncertain import Uncertain

ERROR = 0.005
"""Of the whole: how far the share of a side of a road may be from the exact one."""

_PLACES = 4096


def sunflower(n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return n places east and north of a centre, in σ of a round normal distribution, of equal shares."""
    turn = np.pi * (3 - np.sqrt(5)) * np.arange(n)
    radius = np.sqrt(-2 * np.log1p(-(np.arange(n) + 0.5) / n))
    return radius * np.cos(turn), radius * np.sin(turn)


_EAST, _NORTH = sunflower(_PLACES)


def drawn_parts(
    grid: Grid, grounds: Grounds, place: Uncertain, found: Sequence[tuple[int, TerritoryKey, float]]
) -> list[tuple[float, Ground]]:
    """Return shares and grounds; `found` are the cells with their areas and exact shares."""
    x = np.rint(place.x + _EAST * place.sigma).astype(np.int64)
    y = np.rint(place.y + _NORTH * place.sigma).astype(np.int64)
    hits = grounds.corridors.find(x, y)
    on_road = np.flatnonzero(hits.section >= 0)
    section = hits.section[on_road]
    outcome = grounds.outcomes(section, hits.side[on_road], hits.bearing[on_road], *place.facts(len(on_road)))
    cell = grid.cells_at(x[on_road], y[on_road])
    taken: dict[int, list[tuple[float, int, int]]] = defaultdict(list)
    kinds, count = np.unique(np.stack([cell, section, outcome]), axis=1, return_counts=True)
    for of, road, keeps, times in zip(*kinds.tolist(), count.tolist(), strict=True):
        taken[of].append((times / _PLACES, road, keeps))
    parts: dict[Ground, float] = defaultdict(float)
    for of, areas, share in found:
        roads = sum(each for each, _, _ in taken[of])
        # A sliver of a cell beside the road: the exact share of the cell holds.
        scale = min(1.0, share / roads) if roads else 1.0
        for each, road, keeps in taken[of]:
            parts[grounds.ground(road, keeps, areas)] += each * scale
        parts[grounds.plain(areas)] += max(share - roads, 0.0)
    return [(share, ground) for ground, share in parts.items()]
