"""The ground of the level above: what lies outside of it is another district's, and no gap of this layer."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gridsvc.geography.rings import Geometries


class UpperGround:
    """Areas of the level above, to which the ground of a layer is confined.

    `shapes`: polygons or multipolygons in whole millimetres of the layer's system, valid or not.
    """

    def __init__(self, shapes: Geometries) -> None:
        self._shapes = shapely.make_valid(shapes)
        self._tree = shapely.STRtree(self._shapes)

    def inside(self, shape: Any) -> Any:
        """Return what of a shape (millimetres) belongs to these areas, on whole millimetres; may be empty."""
        near = self._shapes[np.sort(self._tree.query(shape, predicate="intersects"))]
        return shapely.intersection(shape, shapely.union_all(near, grid_size=1.0), grid_size=1.0)
