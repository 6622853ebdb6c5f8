"""From the straight plan to the ground: lines are noded on whole millimetres and bent, areas kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.cutting import Array
from gridsvc.sample.network import ORIGIN, Plan


@dataclass(frozen=True, slots=True)
class Edges:
    """The bent plan: pieces of line between nodes, each once, in metres of EPSG:4545.

    `lines` are shapely LineStrings with vertices on whole millimetres; `kind` and `street` belong to each.
    """

    lines: NDArray[np.object_]
    kind: NDArray[np.int64]
    street: NDArray[np.int64]


def bend(plan: Plan, rng: np.random.Generator) -> tuple[Edges, NDArray[np.object_]]:
    """Node and bend the plan; return its edges, and a point inside every leaf."""
    straight = np.asarray(shapely.linestrings([cut.ends for cut in plan.cuts]))
    noded = shapely.unary_union(straight, grid_size=0.001)
    pieces = shapely.get_parts(noded)
    middles = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
    tree = shapely.STRtree(straight)
    near, cuts = tree.query_nearest(middles, all_matches=True)
    kinds = np.array([cut.kind for cut in plan.cuts])
    streets = np.array([cut.street for cut in plan.cuts])
    # Where two lines run together the higher street keeps the piece.
    order = np.lexsort((cuts, kinds[cuts], near))
    _pieces, first = np.unique(near[order], return_index=True)
    chosen = cuts[order][first]
    displacement = _displacement(rng)
    dense = shapely.segmentize(pieces, 48.0)
    bent = shapely.transform(dense, lambda xy: np.round((xy + displacement(xy)) * 1000) / 1000)
    inner = np.array([leaf.ring.mean(axis=0) for leaf in plan.leaves])
    points = np.asarray(shapely.points(inner + displacement(inner)))
    return Edges(bent, kinds[chosen], streets[chosen]), points


def _displacement(rng: np.random.Generator) -> Callable[[Array], Array]:
    """Return a smooth displacement that keeps areas to first order: the curl of a sum of waves."""
    waves = []
    for length, reach, count in ((2600.0, 26.0, 6), (1100.0, 7.0, 8), (520.0, 1.6, 8)):
        for _ in range(count):
            direction = rng.uniform(0, 2 * np.pi)
            wave = 2 * np.pi / length * np.array([np.cos(direction), np.sin(direction)])
            waves.append((wave, rng.uniform(0, 2 * np.pi), reach * rng.uniform(0.6, 1.2)))

    def displacement(xy: Array) -> Array:
        moved: Array = np.zeros_like(xy) + np.array(ORIGIN)
        for wave, phase, reach in waves:
            slope = reach * np.cos(xy @ wave + phase) / np.hypot(*wave)
            moved[:, 0] += slope * wave[1]
            moved[:, 1] -= slope * wave[0]
        return moved

    return displacement
