"""Compounds (院落) as a set of polygons that share no ground."""

from __future__ import annotations

import numpy as np
import shapely

from gridsvc.geography.building.linework import clusters
from gridsvc.geography.rings import Geometries

_OVERLAP_MM2 = 1e6  # neighbours drawn apart overlap by less than a square metre


def whole_compounds(compounds: Geometries) -> Geometries:
    """Return polygons that share no ground: compounds that overlap are one."""
    if not len(compounds):
        return compounds
    one, other = shapely.STRtree(compounds).query(compounds, predicate="intersects")
    shared = shapely.area(shapely.intersection(compounds[one], compounds[other])) > _OVERLAP_MM2
    label = clusters(len(compounds), np.column_stack([one, other])[shared & (one < other)])
    together = [shapely.union_all(compounds[label == each], grid_size=1.0) for each in np.unique(label)]
    # Those that share a border within a square metre share it exactly.
    apart = [together[0]]
    for shape in together[1:]:
        apart.append(shapely.difference(shape, shapely.union_all(apart), grid_size=1.0))
    parts = shapely.get_parts(np.array(apart, dtype=object))
    return np.asarray(parts[(shapely.get_dimensions(parts) == 2) & (shapely.area(parts) > 0)], dtype=object)
