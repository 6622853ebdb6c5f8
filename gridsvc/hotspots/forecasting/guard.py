"""The feedback guard: rates from what was seen *where and as often as one looked*, and looking elsewhere too.

What patrols find feeds the map that sends the patrols: without correction they run away to a few places
whatever the truth is (Ensign et al. 2018; hotspots.md section 4). Three things prevent it: finds count per
visit and not per week, resident reports count by how readily that part of town reports, and a share of the
visits goes where nothing says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
DETECTION = 0.8
"""Share of what is there that a visit finds."""
EXPLORATION = 0.1
FEWEST_INCIDENTS = 200
"""Fewer incidents of an area do not tell its reporting rate (section 4)."""
_ROUNDS = 60


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """What was seen of each cell, shape (cells,), sums over weeks, weighted alike.

    `reported`: incidents that residents reported. `found`: incidents that patrols found and no resident had
    reported. `weeks`: weeks of watching by residents. `visits`: visits of patrols, or any other measure of
    effort in which one visit finds `DETECTION` of what lies there.
    """

    reported: Floats
    found: Floats
    weeks: Floats
    visits: Floats


def reporting_rate(incidents: float, reports: float) -> float:
    """Return the share of all incidents that residents report, from how often those reported were repeated.

    Residents report an incident a Poisson number of times with mean θ; nothing is known of those with none,
    so that the mean over the others is θ/(1 − e^−θ), which gives θ, and the rate 1 − e^−θ (the idea of Liu,
    Bhandaram & Garg 2023). Without any repeat it is 0, which no correction may divide by: see
    `reporting_rates`.
    """
    if incidents <= 0 or reports <= incidents:
        return 0.0
    mean = reports / incidents
    theta = mean
    for _ in range(_ROUNDS):
        # The fixed point is a contraction for every mean above 1, slow near it: a Newton step on top.
        gone = np.exp(-theta)
        value = theta / (1 - gone) - mean
        slope = (1 - gone - theta * gone) / (1 - gone) ** 2
        step = value / slope
        theta = max(theta - step, theta / 10)
        if abs(step) < 1e-12:
            break
    return float(1 - np.exp(-theta))


def reporting_rates(
    incidents: Floats, reports: Floats, area: NDArray[np.integer], fewest: int = FEWEST_INCIDENTS
) -> Floats:
    """Return the reporting rate for each cell: that of its area, or the city's where the area has too few.

    `incidents` reported by residents and their `reports` by cell; `area[i]` is the number of the area of cell
    i. Rates below a hundredth are taken for a hundredth.
    """
    count = int(area.max()) + 1
    of_area = np.bincount(area, weights=incidents, minlength=count)
    repeated = np.bincount(area, weights=reports, minlength=count)
    city = reporting_rate(float(incidents.sum()), float(reports.sum()))
    rates = np.array(
        [
            reporting_rate(float(n), float(r)) if n >= fewest else city
            for n, r in zip(of_area, repeated, strict=True)
        ]
    )
    return np.asarray(np.maximum(rates, 0.01)[area])


def corrected_rates(seen: Seen, reporting: Floats, detection: float = DETECTION) -> tuple[Floats, Floats]:
    """Return the incidents per week of each cell, and the gamma shape behind each.

    Residents report Poisson(λ·r·weeks), visits find Poisson(λ·(1 − r)·detection·visits): every find is
    thinned by the effort behind it. λ is drawn to the mean of all cells by a gamma prior whose shape and mean
    are found from all cells by moments (Marshall 1991).
    """
    effort = reporting * seen.weeks + (1 - reporting) * detection * seen.visits
    events = seen.reported + seen.found
    shape, mean = _gamma_prior(events, effort)
    known = shape + events
    return known / (shape / mean + effort), known


def _gamma_prior(events: Floats, effort: Floats) -> tuple[float, float]:
    total = max(float(effort.sum()), 1e-12)
    mean = max(float(events.sum()), 0.5) / total
    some = effort > 0
    rate = events[some] / effort[some]
    weight = effort[some] / total
    spread = float((weight * (rate - mean) ** 2).sum()) - mean / (total / max(int(some.sum()), 1))
    return (min(max(mean**2 / spread, 0.05), 50.0) if spread > 0 else 50.0), mean


def choose_cells(rate: Floats, visits: int, exploration: float, rng: np.random.Generator) -> NDArray[np.intp]:
    """Return `visits` different cells: the highest rates, and a share of them drawn evenly from all others.

    Ties are drawn. At least one visit explores where the share is above 0.
    """
    explored = min(visits, max(1, round(exploration * visits))) if exploration > 0 else 0
    order = np.lexsort((rng.random(len(rate)), -rate))
    chosen, others = order[: visits - explored], order[visits - explored :]
    return np.concatenate([chosen, rng.choice(others, min(explored, len(others)), replace=False)])
