"""Made-up grids of any size: bent quadrangles of about a hectare that share every corner."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

SIDE_MM = 100_000
_JITTER_MM = 25_000
_BEND_MM = 8_000


def bent_squares(side: int, origin: tuple[int, int] = (0, 0), seed: int = 20261123) -> NDArray[np.object_]:
    """Return side * side cells of eight vertices in whole millimetres from `origin`, row by row."""
    rng = np.random.default_rng(seed)
    lattice = np.arange(side + 1) * SIDE_MM
    corner = np.stack(np.meshgrid(lattice, lattice), axis=-1)
    corner = corner + rng.integers(-_JITTER_MM, _JITTER_MM + 1, corner.shape)
    level = _bent(corner[:, :-1], corner[:, 1:], rng)
    upright = _bent(corner[:-1], corner[1:], rng)
    rings = np.stack(
        [
            corner[:-1, :-1], level[:-1], corner[:-1, 1:], upright[:, 1:],
            corner[1:, 1:], level[1:], corner[1:, :-1], upright[:, :-1], corner[:-1, :-1],
        ],
        axis=2,
    )  # fmt: skip
    return np.asarray(shapely.polygons((rings + np.array(origin)).reshape(-1, 9, 2).astype(np.float64)))


def _bent(begin: NDArray[np.int64], end: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    return (begin + end) // 2 + rng.integers(-_BEND_MM, _BEND_MM + 1, begin.shape)
