"""Self-exciting counts (M2 of 3.9): each report raises what its surroundings may expect, for some weeks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.errors import Text
from gridsvc.hotspots.forecasting.cube import Cube, Ground, Steps, within
from gridsvc.hotspots.forecasting.methods import Estimate, Method, Rule
from gridsvc.hotspots.forecasting.prior import Surroundings

Floats = NDArray[np.float64]
REACH_M = 600.0
NEAR_M = (1.0, 100.0, 200.0, 300.0)
"""The distance bands of Knox's table that say whether a class excites itself: upper limits in metres."""
MEMORY = 12
"""Steps after which a report excites no more."""
_ROUNDS = 60
_SHAPE = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Excitation:
    """λ(i, t) = μ_i + θ·Σ_{t' < t} x(j, t')·q(1 − q)^(t − t' − 1)·g_σ(i, j).

    `background` μ of shape (cells,) per step; `offspring` θ < 1, the reports that one brings about; `fading`
    q = 1 − e^−ω per step; `spread_m` σ; g_σ the share of a Gaussian around cell j that falls on cell i.
    """

    background: Floats
    offspring: float
    fading: float
    spread_m: float


@dataclass(frozen=True, slots=True, eq=False)
class _Events:
    """The filled bins of a cube, and the pairs of an event with an earlier one near it."""

    cell: NDArray[np.intp]
    step: NDArray[np.intp]
    count: Floats
    later: NDArray[np.intp]
    earlier: NDArray[np.intp]
    lag: Floats
    metres: Floats


def excites(near_repeat: NDArray[np.bool_]) -> bool:
    """Return whether Knox's table supports excitation: near repeats in half of its near and soon cells.

    `near_repeat` of shape (distances, times), bands of `trends.near_repeat`: those up to 300 m and from 2 to
    14 days count. The first two days hold duplicates, and of 55 tests some are near repeats by chance.
    """
    soon = near_repeat[: len(NEAR_M), 1:4]
    return bool(2 * soon.sum() >= soon.size > 0)


def exciting(ground: Ground) -> Method:
    """Return the self-exciting method, fitted by EM; for classes in which Knox sees near repeats."""
    near = within(ground, REACH_M).tocoo()
    metres = np.hypot(
        ground.x_m[near.row] - ground.x_m[near.col], ground.y_m[near.row] - ground.y_m[near.col]
    )
    # A cell is no point: what lies in it is on average half its side away.
    metres = np.where(near.row == near.col, np.sqrt(ground.km2[near.row]) * 1000 / 2, metres)
    pairs = sparse.csr_array((metres, (near.row, near.col)), shape=near.shape)
    around = Surroundings.of(ground)

    def fit(past: Cube) -> Rule:
        fitted = fit_excitation(past, pairs, around)
        kernel = _kernel(pairs, ground.km2, fitted.spread_m)

        def rule(later: Cube, ahead: Steps) -> Estimate:
            steps = len(later.steps)
            del ahead
            lags = np.arange(1, min(MEMORY, steps) + 1)
            weight = fitted.fading * (1 - fitted.fading) ** (lags - 1)
            recent = later.counts[:, steps - lags] @ weight
            return Estimate(fitted.background + fitted.offspring * np.asarray(kernel @ recent))

        return rule

    return Method("self_exciting", Text("自激过程", "self-exciting"), fit, baseline=False)


def fit_excitation(past: Cube, pairs: sparse.csr_array, around: Surroundings) -> Excitation:
    """Fit by EM: which report is of the background and which of an earlier one is the hidden variable.

    `pairs`: metres between the cells of each near pair. The background of a cell is drawn to its
    neighbourhood, and a report never explains itself: in its own cell's background it is left out.
    """
    km2 = past.ground.km2
    events = _events(past, pairs)
    steps = past.counts.shape[1]
    total = past.counts.sum(axis=1).astype(np.float64)
    fitted = Excitation(around.mean(total, around.offset) / steps, 0.3, 0.4, 120.0)
    own = np.full(len(events.cell), 0.7)
    for _ in range(_ROUNDS):
        raised = _raised(events, fitted, km2)
        of_background = np.bincount(events.cell, weights=own * events.count, minlength=len(km2)).astype(
            np.float64
        )
        prior = np.maximum(around.mean(of_background, around.offset) / steps, 1e-9)
        without = _SHAPE + of_background[events.cell] - own * events.count
        base = without / (_SHAPE / prior[events.cell] + steps - 1)
        intensity = base + np.bincount(events.later, weights=raised, minlength=len(events.cell))
        share = raised / intensity[events.later]
        own = base / intensity
        mass = share * events.count[events.later]
        moved = _moved(fitted, events, mass, steps)
        background = (_SHAPE + of_background) / (_SHAPE / prior + steps)
        settled = abs(moved.offspring - fitted.offspring) < 1e-5
        fitted = replace(moved, background=background)
        if settled:
            break
    return fitted


def _events(past: Cube, pairs: sparse.csr_array) -> _Events:
    cell, step = np.nonzero(past.counts)
    count = past.counts[cell, step].astype(np.float64)
    number = np.full(past.counts.shape, -1, np.int64)
    number[cell, step] = np.arange(len(cell))
    starts, ends = pairs.indptr[cell], pairs.indptr[cell + 1]
    sizes = ends - starts
    later = np.repeat(np.arange(len(cell)), sizes)
    offset = np.arange(int(sizes.sum())) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    at = np.repeat(starts, sizes) + offset
    other, metres = pairs.indices[at], pairs.data[at]
    laters, earliers, lags, distances = [], [], [], []
    for lag in range(1, MEMORY + 1):
        then = step[later] - lag
        found = np.where(then >= 0, number[other, np.maximum(then, 0)], -1)
        some = found >= 0
        laters.append(later[some])
        earliers.append(found[some])
        lags.append(np.full(int(some.sum()), float(lag)))
        distances.append(metres[some])
    return _Events(
        cell,
        step,
        count,
        np.concatenate(laters),
        np.concatenate(earliers),
        np.concatenate(lags),
        np.concatenate(distances),
    )


def _raised(events: _Events, fitted: Excitation, km2: Floats) -> Floats:
    """Return what each earlier event adds to what was expected at each later one."""
    share = _gaussian(events.metres, fitted.spread_m, km2[events.cell[events.later]])
    faded = fitted.fading * (1 - fitted.fading) ** (events.lag - 1)
    return np.asarray(fitted.offspring * events.count[events.earlier] * share * faded)


def _moved(fitted: Excitation, events: _Events, mass: Floats, steps: int) -> Excitation:
    """Return the parameters under which the pairs are likeliest, given how likely each is one of cause."""
    whole = max(float(mass.sum()), 1e-9)
    fading = min(max(whole / max(float((mass * events.lag).sum()), 1e-9), 0.05), 0.95)
    left = np.minimum(steps - 1 - events.step, MEMORY)
    parents = float((events.count * (1 - (1 - fading) ** left)).sum())
    spread = float(np.sqrt((mass * events.metres**2).sum() / (2 * whole)))
    return replace(
        fitted,
        offspring=min(whole / max(parents, 1e-9), 0.95),
        fading=fading,
        spread_m=min(max(spread, 20.0), REACH_M / 3),
    )


def _gaussian(metres: Floats, spread_m: float, km2: Floats) -> Floats:
    """Return the share of a Gaussian that falls on a cell at a distance; at most all of it."""
    density = np.exp(-0.5 * (metres / spread_m) ** 2) / (2 * np.pi * spread_m**2)
    return np.asarray(np.minimum(density * km2 * 1e6, 1.0))


def _kernel(pairs: sparse.csr_array, km2: Floats, spread_m: float) -> sparse.csr_array:
    coordinates = pairs.tocoo()
    share = _gaussian(coordinates.data, spread_m, km2[coordinates.row])
    return sparse.csr_array((share, (coordinates.row, coordinates.col)), shape=pairs.shape)
