"""The zones of a scan: around every cell circles that grow by its nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text

Floats = NDArray[np.float64]

MOST_MEMBERS = 40_000_000
_SAME_M = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Zones:
    """Circles around each cell: of centre i the cells `member[start[i]:start[i + 1]]`, nearest first.

    A zone is what comes before a position where `closes` is true, that position included: cells equally far
    come in together. `radius_m[position]`: distance from the centre. Arrays of shape (members,), `start`
    (centres + 1,).
    """

    start: NDArray[np.int64]
    member: NDArray[np.int32]
    closes: NDArray[np.bool_]
    radius_m: NDArray[np.float32]
    most_m: float | None
    most_share: float

    def cells(self, position: int) -> NDArray[np.int32]:
        """Return the cells of the zone that ends at `position`, in order of their index."""
        centre = int(np.searchsorted(self.start, position, side="right")) - 1
        return np.sort(self.member[self.start[centre] : position + 1])

    def blocks(self, most: int) -> NDArray[np.int64]:
        """Return where blocks of centres begin that have some `most` members each, and the end."""
        wanted = np.arange(0, len(self.member) + most, most)
        return np.unique(np.searchsorted(self.start, wanted).clip(0, len(self.start) - 1))

    @property
    def count(self) -> int:
        """Return how many zones there are."""
        return int(self.closes.sum())


def circles(
    x_m: Floats,
    y_m: Floats,
    *,
    most_m: float | None = None,
    most_share: float = 0.5,
    weight: Floats | None = None,
    most_cells: int | None = None,
) -> Zones:
    """Return the circles around centroids `x_m`, `y_m` (metres, shape (cells,)).

    A circle reaches at most `most_m`, has at most `most_share` of all `weight` (None: each cell 1) and at
    most `most_cells` cells. The centre alone is always a zone.

    Raises
    ------
    InputRefused
        `bad_places`: a centroid is not finite; `too_many_zones`: more than 40 million members.
    """
    size = len(x_m)
    places = np.column_stack([x_m, y_m]).astype(np.float64)
    if not np.isfinite(places).all():
        raise InputRefused(
            "bad_places", Text("单元网格的位置有缺失。", "a centroid of a cell is missing or infinite.")
        )
    weights = np.ones(size) if weight is None else np.asarray(weight, np.float64)
    limit = most_share * weights.sum()
    parts = [
        _around(centre, near, far, weights, limit, most_cells)
        for centre, near, far in _neighbours(places, most_m, most_cells)
    ]
    lengths = np.array([len(part[0]) for part in parts], np.int64)
    start = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    if not parts:
        return Zones(
            start, np.empty(0, np.int32), np.empty(0, bool), np.empty(0, np.float32), most_m, most_share
        )
    member, closes, radius = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return Zones(start, member.astype(np.int32), closes, radius.astype(np.float32), most_m, most_share)


def _neighbours(places: Floats, most_m: float | None, most_cells: int | None):  # type: ignore[no-untyped-def]
    """Yield each centre with the cells it may take in and how far they are, unsorted."""
    from scipy.spatial import cKDTree

    size = len(places)
    if size == 0:
        return
    tree = cKDTree(places)
    if most_m is None and most_cells is None:
        _check_members(size * size)
        for centre in range(size):
            yield centre, np.arange(size), np.hypot(*(places - places[centre]).T)
        return
    if most_m is None:
        # One more than asked: only then is it known whether the last circle closes.
        many = min((most_cells or 0) + 1, size)
        _check_members(size * many)
        far, near = tree.query(places, k=list(range(1, many + 1)))
        for centre in range(size):
            yield centre, near[centre], far[centre]
        return
    _check_members(int(tree.query_ball_point(places, most_m, return_length=True).sum()))
    for centre, found in enumerate(tree.query_ball_point(places, most_m)):
        near = np.array(found, np.int64)
        yield centre, near, np.hypot(*(places[near] - places[centre]).T)


def _around(
    centre: int,
    near: NDArray[np.int64],
    far: Floats,
    weights: Floats,
    limit: float,
    most_cells: int | None,
) -> tuple[NDArray[np.int64], NDArray[np.bool_], Floats]:
    order = np.lexsort((near, np.round(far / _SAME_M), near != centre))
    near, far = near[order], far[order]
    closes = np.ones(len(near), bool)
    closes[:-1] = far[1:] - far[:-1] > _SAME_M
    fits = np.cumsum(weights[near]) <= limit * (1 + 1e-12)
    if most_cells is not None:
        fits &= np.arange(1, len(near) + 1) <= most_cells
    closes &= fits
    closes[0] = True
    last = int(np.flatnonzero(closes)[-1]) + 1
    return near[:last], closes[:last], far[:last]


def _check_members(members: int) -> None:
    if members > MOST_MEMBERS:
        raise InputRefused(
            "too_many_zones",
            Text(
                f"扫描范围过大：圆内共 {members:,} 个网格，最多 {MOST_MEMBERS:,} 个。",
                f"the circles hold {members:,} cells, more than {MOST_MEMBERS:,}.",
            ),
            remedy=Text("请缩小最大半径。", "Take a smaller greatest radius."),
        )
