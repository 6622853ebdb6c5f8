"""Which pieces of street a plan chooses from, where there are too many."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.value.street_values import StreetPieces, only_pieces
from gridsvc.patrol.value.walking import looking_minutes

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_PIECES = 400
"""Each is two visits; the engine's time grows with their square."""
_WAY_MINUTES = 2.0
"""The way to a stretch, for ranking alone."""


def best_pieces(
    streets: Streets,
    pieces: StreetPieces,
    modes: Sequence[Mode] = ("walk",),
    most: int = MOST_PIECES,
    *,
    speeds: ModeSpeeds = SPEEDS,
) -> StreetPieces:
    """Return the pieces most worth walking by any of the modes, at most so many.

    `pieces`: as `walked` makes them for these modes. They are ranked by value per minute of the piece
    together with half of its neighbours', the way there included: of two pieces equally dense the one that
    joins on to others comes first, because that way is gone once for both.
    """
    if len(pieces) <= most:
        return pieces
    ends = np.stack([_node_or_cut(streets, pieces, k) for k in (0, 1)], axis=1)
    nodes, number = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    number = number.reshape(len(pieces), 2)

    def with_half_around(whole: Floats) -> Floats:
        at_node = np.bincount(number.ravel(), np.repeat(whole, 2), minlength=len(nodes))
        return np.asarray(whole + (at_node[number].sum(axis=1) - 2 * whole) / 2)

    dense = np.zeros(len(pieces))
    for mode in modes:
        minutes = looking_minutes(streets, pieces, mode, speeds)
        may = np.isfinite(minutes)
        value = with_half_around(pieces.value * pieces.gains[mode])
        whole = with_half_around(np.where(may, minutes, 0.0)) + _WAY_MINUTES
        dense = np.where(may, np.maximum(dense, value / whole), dense)
    return only_pieces(pieces, np.sort(np.argsort(-dense, kind="stable")[:most]))


def _node_or_cut(streets: Streets, pieces: StreetPieces, end: int) -> Integers:
    """Return what names an end of each piece, shape (n, 2): its node, or its link and decimetres along it."""
    along = (pieces.from_m, pieces.to_m)[end]
    at_start = along <= 0.05
    at_end = along >= streets.length_m[pieces.link] - 0.05
    node = np.where(at_start, streets.start[pieces.link], streets.end[pieces.link])
    cut = ~(at_start | at_end)
    return np.stack(
        [np.where(cut, pieces.link, -1), np.where(cut, np.rint(along * 10).astype(np.int64), node)], axis=1
    )
