"""What walking a piece of street is worth: the minutes that it takes, by the curve of dwell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.graph import SECOND, mode_network
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.value.dwell import DWELL, DwellCurve
from gridsvc.patrol.value.street_values import StreetPieces, with_parts

Floats = NDArray[np.float64]

LOOKING: Mapping[Mode, float] = {"walk": 0.7, "ebike": 0.5, "car": 0.5}
"""Who looks at a street passes it at this part of the usual speed. Ours, to be fitted from own tracks: on
foot 0.9 m/s, a stroll with looks at both sides and a halt now and then; by e-bike 2 m/s and by car 3 m/s,
faster than which nobody reads what hangs on walls.
"""


def looking_minutes(
    streets: Streets, pieces: StreetPieces, mode: Mode, speeds: ModeSpeeds = SPEEDS
) -> Floats:
    """Return the minutes that a mode takes to pass every piece looking, shape (n,); inf where it may not."""
    network = mode_network(streets, mode, speeds)
    part = pieces.length_m / streets.length_m[pieces.link]
    minutes = network.time[pieces.link] * part / LOOKING[mode] / (60 * SECOND)
    return np.where(network.used[pieces.link], minutes, np.inf)


def best_modes(pieces: StreetPieces) -> list[Mode]:
    """Return the mode in which each of the `walked` pieces earns most; of equals the first asked for."""
    modes = list(pieces.gains)
    earns = np.stack([pieces.gains[mode] for mode in modes])
    return [modes[number] for number in earns.argmax(axis=0).tolist()]


def walked(
    streets: Streets,
    pieces: StreetPieces,
    value: Floats,
    expected: Floats,
    modes: Sequence[Mode],
    speeds: ModeSpeeds = SPEEDS,
    *,
    curve: DwellCurve = DWELL,
) -> StreetPieces:
    """Return the pieces with what the minutes of a walk earn, those alone that one of the modes may use.

    `pieces`: as `spread_over_links` makes them, of cells with `value` and `expected` of a visit of
    `curve.usual` minutes, shape (cells,). A piece that holds the part s of the sides of streets that face a
    cell, and keeps who walks it busy with them for t minutes, earns s * f(t / s) of the cell, f: the curve
    (patrol.md section 1). That is what its part of a walk past all of them at its pace is worth. As f is
    concave and 0 at 0, any pieces, each in any mode, earn together at most f(all their minutes there)
    (Jensen), and just that where all are walked at one pace: a minute is worth the same whether one stands or
    walks. Where cells lie on both sides each has half of the minutes.
    """
    on, cell, part = pieces.share
    earned = {}
    for mode in modes:
        pace = looking_minutes(streets, pieces, mode, speeds) / pieces.length_m
        whole = pieces.round_m * pace[on]
        may = np.isfinite(whole)
        earned[mode] = np.where(may, part * curve.factors_of(np.where(may, whole, 0.0)), 0.0)
    worth = {
        mode: np.bincount(on, each * value[cell], len(pieces)).astype(np.float64)
        for mode, each in earned.items()
    }
    by_mode = np.stack(list(worth.values()))
    most = by_mode.max(axis=0)
    chosen = np.stack(list(earned.values()))[by_mode.argmax(axis=0)[on], np.arange(len(on))]
    gains = {
        mode: np.divide(each, most, out=np.zeros_like(most), where=most > 0) for mode, each in worth.items()
    }
    return with_parts(pieces, chosen, value, expected, gains)
