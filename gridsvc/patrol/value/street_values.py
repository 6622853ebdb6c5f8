"""Pieces of street and the cells that they face: which part of each, for how much of the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.hotspots.density.network import StreetNetwork
from gridsvc.hotspots.density.street_cells import cells_beside
from gridsvc.hotspots.density.street_lines import StreetLines
from gridsvc.hotspots.density.streets import Pieces, cut_evenly
from gridsvc.hotspots.exposure.streets import SIDES_M
from gridsvc.patrol.network.modes import WALK, usable
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Mode

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PIECE_M = 200.0
"""A piece is looked at from one end to the other, so it should be short enough to be one decision."""
_FINE_M = 25.0


@dataclass(frozen=True, slots=True, eq=False)
class StreetPieces:
    """Pieces of streets that may be looked at, shape (n,) each: `link`, metres `from_m` to `to_m` along it.

    `value`, `expected`: the parts of the values of the cells beside it that are its own. `share`: (piece,
    cell, part of the cell's whole), shape (k,) each, sorted by piece and then the greatest part of the value.
    `round_m`, shape (k,): metres to go so as to pass all sides of the cell as this piece passes its own.
    As `spread_over_links` makes them the parts are those of length; `walking.walked` makes them what the
    minutes of a walk earn, in the mode that earns most: `gains[mode]` is what each mode earns of that, 0
    where it may not go.
    """

    link: Integers
    from_m: Floats
    to_m: Floats
    value: Floats
    expected: Floats
    share: tuple[Integers, Integers, Floats]
    round_m: Floats
    gains: Mapping[Mode, Floats] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.link)

    @property
    def length_m(self) -> Floats:
        """Return the metres of every piece."""
        return self.to_m - self.from_m


def spread_over_links(
    streets: Streets, shapes: NDArray[Any], value: Floats, expected: Floats, *, piece_m: float = PIECE_M
) -> StreetPieces:
    """Return the pieces of street that are worth something.

    `shapes`: cells as polygons in metres, `value` and `expected` of each, shape (cells,). The value of a cell
    is spread evenly over the sides of streets that face it (`exposure.streets`); on elevated roads and ramps
    nobody stands. So who walks all streets of a cell gathers its value once; a cell that faces none has none.
    """
    network = StreetNetwork.of(len(streets.xy), streets.start, streets.end, streets.length_m)
    lines = StreetLines(network, streets.lines, np.arange(len(streets)))
    walked = usable(streets.roads, WALK)[streets.road]
    pieces = _of(cut_evenly(network, piece_m), walked)
    fine = _of(cut_evenly(network, _FINE_M), walked & _near(streets, shapes[value > 0]))
    piece = _piece_of(pieces, fine)
    beside = cells_beside(lines, fine, shapes)
    rows, side = np.nonzero(beside >= 0)
    facing = beside[rows, side]
    # Who has cells on both sides looks at each half of the time.
    way = fine.length_m[rows] / (beside[rows] >= 0).sum(axis=1)
    length = np.bincount(facing, fine.length_m[rows], minlength=len(shapes)).astype(np.float64)
    some = value[facing] > 0
    rows, facing, way = rows[some], facing[some], way[some]
    pair, which = np.unique(np.stack([piece[rows], facing], axis=1), axis=0, return_inverse=True)
    part = np.bincount(which.ravel(), fine.length_m[rows] / length[facing], len(pair)).astype(np.float64)
    round_m = np.bincount(which.ravel(), way, len(pair)) / part
    # The network measures in whole micrometres, which may be a hair beyond the end.
    to_m = np.minimum(pieces.to_m, streets.length_m[pieces.link])
    nothing = np.zeros(len(to_m))
    share = (pair[:, 0], pair[:, 1], part)
    found = StreetPieces(pieces.link, pieces.from_m, to_m, nothing, nothing, share, round_m)
    return with_parts(found, part, value, expected)


def with_parts(
    pieces: StreetPieces,
    part: Floats,
    value: Floats,
    expected: Floats,
    gains: Mapping[Mode, Floats] | None = None,
) -> StreetPieces:
    """Return the pieces that are worth something, where `part` (k,) of the cells' whole is their own."""
    on, cell, _ = pieces.share
    worth, met = (
        np.bincount(on, part * column[cell], len(pieces)).astype(np.float64) for column in (value, expected)
    )
    order = np.lexsort((cell, -part * value[cell], on))
    found = replace(
        pieces,
        value=worth,
        expected=met,
        share=(on[order], cell[order], part[order]),
        round_m=pieces.round_m[order],
        gains=gains or {},
    )
    return only_pieces(found, np.flatnonzero(worth > 0))


def only_pieces(pieces: StreetPieces, rows: Integers) -> StreetPieces:
    """Return some of the pieces, by ascending indexes."""
    number = np.full(len(pieces), -1, np.int64)
    number[rows] = np.arange(len(rows))
    on, cell, part = pieces.share
    kept = number[on] >= 0
    return StreetPieces(
        link=pieces.link[rows],
        from_m=pieces.from_m[rows],
        to_m=pieces.to_m[rows],
        value=pieces.value[rows],
        expected=pieces.expected[rows],
        share=(number[on[kept]], cell[kept], part[kept]),
        round_m=pieces.round_m[kept],
        gains={mode: gain[rows] for mode, gain in pieces.gains.items()},
    )


def _of(pieces: Pieces, links: NDArray[np.bool_]) -> Pieces:
    kept = links[pieces.link]
    return Pieces(pieces.link[kept], pieces.from_m[kept], pieces.to_m[kept])


def _near(streets: Streets, shapes: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which links come so near any of the cells that they may face it."""
    near = np.zeros(len(streets), np.bool_)
    if len(shapes):
        west, south, east, north = shapely.bounds(shapes).T
        reach = SIDES_M[-1]
        boxes = shapely.box(west - reach, south - reach, east + reach, north + reach)
        near[shapely.STRtree(streets.lines).query(boxes)[1]] = True
    return near


def _piece_of(pieces: Pieces, fine: Pieces) -> Integers:
    """Return the piece in which the middle of each fine one lies."""
    longest = float(pieces.to_m.max(initial=0.0)) + 1.0
    middle = (fine.from_m + fine.to_m) / 2
    starts = pieces.link * longest + pieces.from_m
    return np.searchsorted(starts, fine.link * longest + middle, side="right").astype(np.int64) - 1
