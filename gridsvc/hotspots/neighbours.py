"""Which cells are near each other: the neighbourhood of every statistic."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.geography import Layer
from gridsvc.hotspots.recent import Recent, names_content

TOUCHING_M = 1.0
NEAR_M = 150.0


@dataclass(frozen=True, slots=True, eq=False)
class Neighbourhood:
    """`matrix[i, j]` is 1 where cell j belongs to the neighbourhood of i, i itself included; CSR, (n, n)."""

    matrix: sparse.csr_array
    rule: str

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return how many cells each neighbourhood has, itself included."""
        return np.asarray(np.diff(self.matrix.indptr), np.int64)

    def sums(self, values: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the sum over each neighbourhood; `values` of shape (n,) or (n, steps)."""
        return np.asarray(self.matrix @ values, np.float64)

    def of(self, cell: int) -> NDArray[np.int32]:
        """Return the cells of one neighbourhood, itself included, in order."""
        return np.asarray(
            self.matrix.indices[self.matrix.indptr[cell] : self.matrix.indptr[cell + 1]], np.int32
        )

    @property
    def digest(self) -> str:
        """Return a name of the content."""
        held = hashlib.sha256(self.matrix.indptr.tobytes() + self.matrix.indices.tobytes())
        return held.hexdigest()[:12]


def neighbourhood(layer: Layer) -> Neighbourhood:
    """Return the default neighbourhood: a border shared within 1 m, or a centroid less than 150 m away.

    Irregular cells across a road often do not touch (`hotspots.md` 3.5). That of an edition is kept.
    """
    if not names_content(layer.digest):
        return _default(layer)
    return _KNOWN.get(layer.key, lambda: _default(layer))


_KNOWN: Recent[Neighbourhood] = Recent(4)


def _default(layer: Layer) -> Neighbourhood:
    shapes = layer.geom_mm
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=TOUCHING_M * 1000)
    # A corner is enough (queen); what touches within a metre counts as touching.
    centroids = shapely.centroid(shapes)
    near, far = shapely.STRtree(centroids).query(centroids, predicate="dwithin", distance=NEAR_M * 1000)
    return from_pairs(
        np.concatenate([one, near]),
        np.concatenate([other, far]),
        len(shapes),
        f"border within {TOUCHING_M:g} m or centroid within {NEAR_M:g} m, self included",
    )


def from_pairs(one: NDArray[np.integer], other: NDArray[np.integer], size: int, rule: str) -> Neighbourhood:
    """Return the symmetric neighbourhood of these pairs of indices, self included, doubles taken once."""
    rows = np.concatenate([one, other, np.arange(size)])
    columns = np.concatenate([other, one, np.arange(size)])
    keys = np.unique(rows.astype(np.int64) * size + columns)
    matrix = sparse.csr_array(
        (np.ones(len(keys), np.float64), (keys // size, keys % size)), shape=(size, size)
    )
    return Neighbourhood(matrix, rule)


def lattice(rows: int, columns: int) -> Neighbourhood:
    """Return queen contiguity with self on a lattice of `rows` × `columns` cells, row by row."""
    index = np.arange(rows * columns).reshape(rows, columns)
    ones, others = [], []
    for down, right in ((0, 1), (1, 0), (1, 1), (1, -1)):
        left = max(0, -right)
        a = index[: rows - down, left : columns - max(0, right)]
        b = index[down:, left + right : columns - max(0, right) + right]
        ones.append(a.ravel())
        others.append(b.ravel())
    return from_pairs(
        np.concatenate(ones), np.concatenate(others), rows * columns, "queen lattice, self included"
    )
