"""Risk by side of street: kernels of several widths, the cells and an even ground, mixed as the data say.

A network kernel alone takes both sides of a street for one and knows nothing of cells: where a class follows
the use of the ground it ranks worse than counts by cell. Each side of a piece is given a mixture instead,
whose weights are those under which reports left out are likeliest (decision 0031).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.hotspots.density.network import OnNetwork
from gridsvc.hotspots.density.street_cells import cell_lengths, middles_and_normals
from gridsvc.hotspots.density.street_lines import Projected, StreetLines, offsets_m
from gridsvc.hotspots.density.streets import MAPPED_SHARE, Pieces, piece_of, street_density

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

WIDTHS_M = (50.0, 100.0, 200.0, 300.0)
CELL, EVEN = "cell", "even"
_DRAWN_M = 20.0
"""A cell's own rate counts as much as the district's when it has so many metres of street side."""
_FOLDS = 5
_ROUNDS = 500
_LEFT_OUT = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class SideRisk:
    """`mass[k, s]`: reports expected on piece k, on its left (s = 0) and right (1), of as many as were given.

    `weights`: the share of each component, named by its bandwidth in metres, CELL or EVEN; their sum is 1.
    `at_reports`: mean log density of reports left out, per metre of side.
    """

    pieces: Pieces
    beside: Integers
    mass: Floats
    weights: dict[str, float]
    at_reports: float

    @property
    def per_km(self) -> Floats:
        """Return reports per km of street side, shape (pieces, 2)."""
        return self.mass / self.pieces.length_m[:, None] * 1000


def side_of(streets: StreetLines, projected: Projected, x_m: Floats, y_m: Floats) -> Integers:
    """Return 0 for each projected report on the left of its link, 1 on the right; `x_m`, `y_m`: of all."""
    here, left = middles_and_normals(streets, projected.on.link, offsets_m(projected.on))
    away = np.stack([x_m[projected.rows], y_m[projected.rows]], axis=1) - here
    return np.asarray(np.where((away * left).sum(axis=1) < 0, 1, 0), np.int64)


def side_risk(
    streets: StreetLines,
    on: OnNetwork,
    side: Integers,
    cell: Integers,
    pieces: Pieces,
    beside: Integers,
    cells: int,
    *,
    seed: int = 0,
) -> SideRisk:
    """Return the risk of both sides of every piece.

    `on`, `side`, `cell`: where the reports are on the network, on which side, and in which of `cells` cells,
    shape (reports,). `beside`: the cells beside each piece (`street_cells.cells_beside`). Reports are dealt
    into five folds by their places and `seed`; the weights are found by expectation and maximisation on the
    densities that the other folds give each fold.
    """
    network = streets.network
    total = float(network.length_m.sum())
    names = [*(f"{h:g}" for h in WIDTHS_M), CELL, EVEN]
    length = 2 * cell_lengths(beside, pieces.length_m, cells)
    if not len(on) or not total:
        nothing = dict.fromkeys(names, 0.0) | {EVEN: 1.0}
        return SideRisk(pieces, beside, np.zeros(beside.shape), nothing, 0.0)
    piece = piece_of(pieces, on)
    there = beside[piece, side]
    fold = _folds(on, seed)
    components = np.full((len(on), len(names)), 0.5 / total)
    nowhere = Pieces(np.empty(0, np.int64), np.empty(0), np.empty(0))
    for number in range(fold.max() + 1):
        out = fold == number
        kept, judged = (OnNetwork(on.link[rows], on.offset_um[rows]) for rows in (~out, out))
        for k, h in enumerate(WIDTHS_M):
            found = street_density(
                network, kept, bandwidth_m=h, pieces=nowhere, places=judged, least_share=_LEFT_OUT
            )
            components[out, k] = found.at_places / 1000 / 2 / max(len(kept), 1)
        rates = _cell_rates(cell[~out], length)
        components[out, -2] = np.where(there[out] >= 0, rates[there[out]], 0.0)
    weights = _weights(components)
    density = np.full(beside.shape, weights[-1] * 0.5 / total)
    density += weights[-2] * np.where(beside >= 0, _cell_rates(cell, length)[beside], 0.0)
    mass = density * pieces.length_m[:, None] * len(on)
    for k, h in enumerate(WIDTHS_M):
        if weights[k] > 0:
            found = street_density(network, on, bandwidth_m=h, pieces=pieces, least_share=MAPPED_SHARE)
            mass += weights[k] * found.mass[:, None] / 2
    told = dict(zip(names, weights.round(6).tolist(), strict=True))
    return SideRisk(pieces, beside, mass, told, float(np.log(components @ weights).mean()))


def offset_lines(lines: NDArray[np.object_], side: Integers, metres: float) -> NDArray[np.object_]:
    """Return each line moved to its left (side 0) or right (1)."""
    return np.asarray(shapely.offset_curve(lines, np.where(side == 0, metres, -metres)))


def _folds(on: OnNetwork, seed: int) -> Integers:
    """Deal the reports into folds, those of one place into one."""
    keys, place = np.unique(np.stack([on.link, on.offset_um], axis=1), axis=0, return_inverse=True)
    dealt = np.random.default_rng(seed).permutation(np.arange(len(keys)) % _FOLDS)
    return np.asarray(dealt[place.ravel()], np.int64)


def _cell_rates(cell: Integers, length: Floats) -> Floats:
    """Return each cell's density per metre of street side, drawn to the district's; its integral is 1."""
    some = length > 0
    count = np.bincount(cell, minlength=len(length)) * some
    rates = (count + count.sum() / max(length.sum(), 1e-9) * _DRAWN_M) / (length + _DRAWN_M)
    whole = float((rates * length).sum())
    return np.where(some, rates / whole, 0.0) if whole > 0 else np.zeros(len(length))


def _weights(components: Floats) -> Floats:
    """Return the weights under which the components make the reports likeliest."""
    weights = np.full(components.shape[1], 1 / components.shape[1])
    for _ in range(_ROUNDS):
        shares = components * weights
        updated = (shares / shares.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(updated - weights).max() < 1e-6:
            break
        weights = updated
    return np.asarray(updated / updated.sum())
