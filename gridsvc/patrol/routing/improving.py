"""Improvement by PyVRP's iterated local search, and the routes that it meets on its way."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gridsvc.patrol.routing.modelling import Model

RESTART_AFTER = 500
HISTORY = 20
PERTURBATIONS = (1, 50)
"""Settings that were best on team orienteering (patrol.md 2; decision 36)."""


@dataclass(slots=True)
class Improver:
    """One search that can go on where it stopped. `met`: the routes of good solutions, by vehicle type."""

    model: Model
    seed: int
    met: dict[tuple[int, tuple[int, ...]], None] = field(default_factory=dict)
    _search: Any = None
    _penalties: Any = None

    def __post_init__(self) -> None:
        import pyvrp
        from pyvrp.search import (
            OPERATORS,
            LocalSearch,
            NeighbourhoodParams,
            PerturbationManager,
            PerturbationParams,
            compute_neighbours,
        )

        data = self.model.data
        random = pyvrp.RandomNumberGenerator(seed=self.seed)
        neighbours = compute_neighbours(data, NeighbourhoodParams())
        perturbation = PerturbationManager(PerturbationParams(*PERTURBATIONS))
        self._search = LocalSearch(data, random, neighbours, perturbation)
        for operator in OPERATORS:
            if operator.supports(data):
                self._search.add_operator(operator(data))
        params = pyvrp.PenaltyParams()
        self._penalties = pyvrp.PenaltyManager(params.midpoint_penalties(data), params)

    def improve(self, start: Any, stop: Callable[[int], bool]) -> Any:
        """Return the best feasible solution met from `start` on; `stop` is asked before each iteration."""
        import pyvrp
        from pyvrp.IteratedLocalSearch import IteratedLocalSearchCallbacks, IteratedLocalSearchParams

        with warnings.catch_warnings():
            # That a penalty reaches its bound is of no matter: every route is timed again.
            warnings.simplefilter("ignore")
            algorithm = pyvrp.IteratedLocalSearch(
                self.model.data,
                self._penalties,
                self._search,
                start,
                IteratedLocalSearchParams(RESTART_AFTER, HISTORY, callbacks=IteratedLocalSearchCallbacks()),
            )
            return algorithm.run(stop, collect_stats=False, display=False).best
