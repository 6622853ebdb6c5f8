"""What the places of a scan are called."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.hotspots.alerts.clusters import Cluster
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.naming import most_frequent, road_names, spot_name
from gridsvc.roads import Roads


def name_clusters(
    clusters: Sequence[Cluster],
    counts: NDArray[np.int64],
    windows: Sequence[int],
    cells: Cells,
    roads: Roads,
) -> dict[Cluster, str]:
    """Return each cluster's name as hotspots are named: by road and community of the cells with incidents.

    `counts`: incidents by cell and day, the last column the day of the analysis; `windows`: days.
    """
    places, peopled, weights = [], [], []
    for cluster in clusters:
        recent = counts[cluster.cells, -windows[cluster.window] :].sum(axis=1)
        # A circle is drawn around its cells: those in which nothing happened name no road.
        some = recent > 0
        peopled.append(cluster.cells[some])
        weights.append(recent[some])
        places.append(shapely.union_all(cells.layer.geom_mm[cluster.cells[some]], grid_size=1))
    roads_of = road_names(roads, places, cells.layer.srid)
    named = {}
    for cluster, inside, weight, names in zip(clusters, peopled, weights, roads_of, strict=True):
        community, street = (
            most_frequent([above[cell] for cell in inside], weight)
            if (above := cells.above.get(level)) is not None
            else None
            for level in ("community", "street")
        )
        named[cluster] = spot_name(names, community, street, cells.layer.codes[cluster.centre])
    return named
