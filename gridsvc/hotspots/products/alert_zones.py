"""The circles that the scan of a layer of cells goes through."""

from __future__ import annotations

import shapely

from gridsvc.geography import Layer
from gridsvc.hotspots.alerts.zones import Zones, circles
from gridsvc.hotspots.recent import Recent, names_content

MOST_M, MOST_SHARE = 1000.0, 0.05


def zones_of(layer: Layer) -> Zones:
    """Return the circles around the cells of a layer; those of an edition are kept."""
    if not names_content(layer.digest):
        return _zones(layer)
    return _KNOWN.get(layer.key, lambda: _zones(layer))


_KNOWN: Recent[Zones] = Recent(2)


def _zones(layer: Layer) -> Zones:
    middle = shapely.get_coordinates(shapely.centroid(layer.geom_mm)) / 1000
    return circles(middle[:, 0], middle[:, 1], most_m=MOST_M, most_share=MOST_SHARE)
