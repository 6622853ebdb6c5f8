"""Where one stands in a cell: amid its recent incidents."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.projection import to_degrees
from gridsvc.hotspots.records.places import Places as Incidents

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

HALF_LIFE_DAYS = 28.0
"""An incident of four weeks ago says half as much of where the next one will be."""


def standing_points(
    incidents: Incidents, weights: Floats, cells: Integers
) -> tuple[Floats, Floats, Integers]:
    """Return lon, lat where one stands in each of `cells`, and how many incidents told it; shape (n,) each.

    The place of the incident that is nearest to the weighted median of the cell's (east and north apart: that
    may fall outside a bent cell; an incident does not). `weights`, shape (classes,), and a half-life of four
    weeks. A cell without any has a point on its surface.
    """
    layer = incidents.cells.layer
    inside = np.rint(shapely.get_coordinates(shapely.point_on_surface(layer.geom_mm[cells]))).astype(np.int64)
    number = np.full(len(layer.codes), -1, np.int64)
    number[cells] = np.arange(len(cells))
    age = int(incidents.day.max(initial=0)) - incidents.day
    weight = weights[incidents.class_index] * np.power(0.5, age / HALF_LIFE_DAYS)
    rows = np.flatnonzero((number[incidents.cell] >= 0) & (weight > 0))
    group, weight = number[incidents.cell[rows]], weight[rows]
    x, y = incidents.x_m[rows], incidents.y_m[rows]
    count = np.bincount(group, minlength=len(cells))
    middle = [weighted_medians(group, values, weight, len(cells)) for values in (x, y)]
    away = np.hypot(x - middle[0][group], y - middle[1][group])
    # The nearest of each group: the first of its rows in this order; of equal ones the latest report.
    order = np.lexsort((-incidents.report[rows], away, group))
    told, first = np.unique(group[order], return_index=True)
    chosen = order[first]
    inside[told, 0], inside[told, 1] = np.rint(x[chosen] * 1000), np.rint(y[chosen] * 1000)
    return *to_degrees(layer.srid, inside[:, 0], inside[:, 1]), count


def weighted_medians(group: Integers, values: Floats, weights: Floats, groups: int) -> Floats:
    """Return the lower weighted median of each group's values, NaN for a group without any; shape (groups,).

    `weights` > 0. The least value at which half of the group's weight is reached.
    """
    order = np.lexsort((values, group))
    group, values, weights = group[order], values[order], weights[order]
    running = np.cumsum(weights)
    whole = np.bincount(group, weights=weights, minlength=groups)
    before = np.concatenate([[0.0], np.cumsum(whole)])[:-1]
    half = running - before[group] >= 0.5 * whole[group] - 1e-12 * max(float(running[-1:].sum()), 1.0)
    medians = np.full(groups, np.nan)
    there, first = np.unique(group[half], return_index=True)
    medians[there] = values[half][first]
    return medians
