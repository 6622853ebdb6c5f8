"""The feedback loop in a small world (evaluation.md E7): what a policy of patrols does to itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.hotspots.forecasting.guard import (
    EXPLORATION,
    Seen,
    choose_cells,
    corrected_rates,
    reporting_rates,
)

Floats = NDArray[np.float64]
CELLS, VISITS, WEEKS, JUDGED = 400, 20, 104, 26
LOW, HIGH, FINDING = 0.1, 0.3, 0.8


@dataclass(frozen=True, slots=True)
class Policy:
    """How the next week's cells are chosen.

    `finds`: whether what patrols found counts. `effort`: whether it counts per visit. `reporting`: whether
    resident reports are corrected by the reporting rate of their half of town.
    """

    name: str
    finds: bool = True
    effort: bool = False
    exploration: float = 0.0
    reporting: bool = False


NAIVE = Policy("all recorded counts")
RESIDENTS = Policy("resident reports only", finds=False)
EFFORT = Policy("effort-corrected + exploration", effort=True, exploration=EXPLORATION)
DEFAULT = Policy("+ reporting-rate correction", effort=True, exploration=EXPLORATION, reporting=True)
POLICIES = (NAIVE, RESIDENTS, EFFORT, DEFAULT)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Sums over the judged weeks, so that runs can be added.

    `met`: incidents in visited cells. `best`: those that patrols who know the rates would have met.
    `worst_low`, `worst_high`: visits to the truly worst cells of each half of town, of `cells_low`,
    `cells_high` such cells. `most`: visits to the 20 most visited cells.
    """

    met: float
    best: float
    worst_low: float
    worst_high: float
    cells_low: float
    cells_high: float
    most: float
    visits: float

    @property
    def share(self) -> float:
        """Return what was met of what an all-knowing patrol would have met."""
        return self.met / self.best

    @property
    def ratio(self) -> float:
        """Return the visits per truly worst cell, low- over high-reporting half; 1 is fair."""
        high = self.worst_high / max(self.cells_high, 1.0)
        return (self.worst_low / max(self.cells_low, 1.0)) / high if high > 0 else float("inf")

    @property
    def concentration(self) -> float:
        """Return the share of visits on the most visited cells."""
        return self.most / self.visits


def added(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the sum of several runs."""
    return Outcome(*(sum(getattr(each, name) for each in outcomes) for name in Outcome.__slots__))


def simulate(policy: Policy, seed: int) -> Outcome:
    """Let a policy run for 104 weeks and judge the last 26.

    Each cell has a gamma rate of shape 1 and mean 2 a week; half of the cells report 10 % of incidents, half
    30 %, each reported incident once or more (Poisson). A visit finds 80 % of the rest. The policy knows the
    counts, its own visits and which half a cell lies in; not the rates.
    """
    rng = np.random.default_rng([seed, 7])
    rates = rng.gamma(1.0, 2.0, CELLS)
    half = np.arange(CELLS) % 2
    often = -np.log1p(-np.where(half == 0, LOW, HIGH))
    reported, repeats, found, visits = (np.zeros(CELLS) for _ in range(4))
    worst = np.argsort(-rates, kind="stable")[:VISITS]
    met = best = 0.0
    judged = np.zeros(CELLS)
    for week in range(WEEKS):
        seen = Seen(reported, found, np.full(CELLS, float(week)), visits)
        chosen = choose_cells(_score(policy, seen, repeats, half), VISITS, policy.exploration, rng)
        incidents = rng.poisson(rates)
        # The reports of all incidents of a cell; those of one incident are Poisson, none of them for most.
        known = rng.binomial(incidents, 1 - np.exp(-often))
        repeats = repeats + _repeated(known, often, rng)
        reported = reported + known
        rest = (incidents - known)[chosen]
        found = found.copy()
        found[chosen] += rng.binomial(rest, FINDING)
        visits = visits.copy()
        visits[chosen] += 1
        if week >= WEEKS - JUDGED:
            judged[chosen] += 1
            met += float(incidents[chosen].sum())
            best += float(incidents[worst].sum())
    low, high = worst[half[worst] == 0], worst[half[worst] == 1]
    return Outcome(
        met,
        best,
        float(judged[low].sum()),
        float(judged[high].sum()),
        float(len(low)),
        float(len(high)),
        float(np.sort(judged)[-VISITS:].sum()),
        float(judged.sum()),
    )


def _score(policy: Policy, seen: Seen, repeats: Floats, half: NDArray[np.int64]) -> Floats:
    if not policy.finds:
        return seen.reported
    if not policy.effort:
        return seen.reported + seen.found
    if policy.reporting:
        rates = reporting_rates(seen.reported, seen.reported + repeats, half)
    else:
        everywhere = np.zeros(CELLS, np.int64)
        rates = reporting_rates(seen.reported, seen.reported + repeats, everywhere)
    return corrected_rates(seen, rates)[0]


def _repeated(known: NDArray[np.int64], often: Floats, rng: np.random.Generator) -> Floats:
    """Return how many reports beyond the first the reported incidents of each cell had.

    A Poisson number given that it is not 0: the arrival of the first is drawn, and the rest follow it.
    """
    cell = np.repeat(np.arange(CELLS), known)
    first = -np.log1p(-rng.random(len(cell)) * (1 - np.exp(-often[cell])))
    more = rng.poisson(np.maximum(often[cell] - first, 0))
    return np.bincount(cell, weights=more, minlength=CELLS).astype(np.float64)
