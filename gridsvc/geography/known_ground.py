"""Ground that is known: roads or outlines whose place nobody doubts, to hold other places against."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.projection import srid_for, to_millimetres
from gridsvc.geography.rings import Floats, Geometries

REACH_M = 250.0
"""Beyond this a place is simply far: nothing is learnt from how far."""
_CHANCE_PLACES = 4000
_CHANCE_WITHIN_M = 1500.0


class KnownGround:
    """Lines and points in metres of EPSG:`srid`, asked for the distance to the nearest of them."""

    def __init__(self, geometries: Geometries, name: Text) -> None:
        """Take lines, outlines of polygons, and points, in lon, lat of WGS 84; None is left out."""
        self.name = name
        ends = _ends(geometries)
        west, south = ends.min(axis=(0, 1)) if len(ends) else (0.0, 0.0)
        self.srid = srid_for(float(west), float(south))
        self.ends = np.stack(self.metres(ends[..., 0], ends[..., 1]), axis=-1)

    def __len__(self) -> int:
        return len(self.ends)

    def metres(self, lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
        """Return x, y in metres of the ground's own system."""
        x, y = to_millimetres(self.srid, lon, lat)
        return x / 1000.0, y / 1000.0

    @cached_property
    def _tree(self) -> shapely.STRtree:
        same = (self.ends[:, 0] == self.ends[:, 1]).all(axis=1)
        shapes: Geometries = np.empty(len(self.ends), dtype=object)
        shapes[same] = shapely.points(self.ends[same, 0])
        shapes[~same] = shapely.linestrings(self.ends[~same])
        return shapely.STRtree(shapes)

    def distances(self, x: Floats, y: Floats) -> Floats:
        """Return the distance in metres from each place (metres) to the ground, `REACH_M` where it is far."""
        found = np.full(len(x), REACH_M)
        there = np.flatnonzero(np.isfinite(x) & np.isfinite(y))
        (asked, _), near = self._tree.query_nearest(
            shapely.points(x[there], y[there]),
            max_distance=REACH_M,
            return_distance=True,
            all_matches=False,
        )
        found[there[asked]] = near
        return found

    @cached_property
    def chance(self) -> Floats:
        """Return how far from the ground places lie that have nothing to do with it, shape (n,), metres.

        They lie anywhere within 1.5 km of it, by a seed of their own: the same ground, the same answer.
        """
        random = np.random.default_rng(20_130_428)
        lengths = np.hypot(*(self.ends[:, 1] - self.ends[:, 0]).T) + 1.0
        chosen = random.choice(len(self.ends), _CHANCE_PLACES, p=lengths / lengths.sum())
        moved = random.uniform(-_CHANCE_WITHIN_M, _CHANCE_WITHIN_M, (_CHANCE_PLACES, 2))
        places = self.ends[chosen].mean(axis=1) + moved
        return self.distances(places[:, 0], places[:, 1])


def _ends(geometries: Geometries) -> Floats:
    """Return the ends of every segment, shape (n, 2, 2), degrees."""
    given = np.asarray(geometries, dtype=object)
    given = shapely.force_2d(given[~(shapely.is_missing(given) | shapely.is_empty(given))])
    parts = shapely.get_parts(given)
    areal = shapely.get_dimensions(parts) == 2
    parts = np.concatenate([parts[~areal], shapely.get_parts(shapely.boundary(parts[areal]))])
    xy, owner = shapely.get_coordinates(parts, return_index=True)
    together = owner[1:] == owner[:-1]
    lines = np.stack([xy[:-1][together], xy[1:][together]], axis=1)
    single = xy[np.isin(owner, np.flatnonzero(shapely.get_dimensions(parts) == 0))]
    return np.concatenate([lines, np.stack([single, single], axis=1)])
