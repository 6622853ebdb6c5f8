"""The problem as PyVRP knows it: clients with prizes, vehicle types, one matrix for each kind of patrol.

PyVRP minimises travel plus the prizes that are not collected, in whole numbers. Prizes are scaled so that a
twentieth of a middling value outweighs ten times the longest route: then value counts first and travel breaks
ties, while the search still sees the travel (with travel for nothing it is blind, patrol.md 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Bools, Integers, Problem
from gridsvc.patrol.routing.resting import ActiveClock

_MOST_PRIZE = 1 << 43
_FORBIDDEN = 1 << 30
"""Time to a place where a patrol may not go: no shift holds it."""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """`data`: PyVRP's. Client i is visit `visits[i]`; vehicle type k stands for the patrols `patrols[k]`."""

    data: Any
    visits: Integers
    patrols: tuple[tuple[int, ...], ...]
    scale: float

    def solution(self, sequences: Sequence[Sequence[int]]) -> Any:
        """Return sequences of visits, one for each patrol, as PyVRP's solution."""
        import pyvrp

        client = {int(visit): row for row, visit in enumerate(self.visits)}
        routes = [
            pyvrp.Route(self.data, [client[visit] for visit in sequences[patrol]], kind)
            for kind, patrols in enumerate(self.patrols)
            for patrol in patrols
            if len(sequences[patrol])
        ]
        return pyvrp.Solution(self.data, routes)

    def sequences(self, found: Any) -> list[list[int]]:
        """Return PyVRP's solution as sequences of visits, one for each patrol."""
        left = [list(patrols) for patrols in self.patrols]
        made: list[list[int]] = [[] for patrols in self.patrols for _ in patrols]
        for route in found.routes():
            made[left[route.vehicle_type()].pop(0)] = self.visits_of(route)
        return made

    def visits_of(self, route: Any) -> list[int]:
        """Return the visits of one of PyVRP's routes, in order."""
        return [int(self.visits[stop.idx]) for stop in route if stop.is_client()]


def model_of(problem: Problem, clock: ActiveClock, possible: Bools) -> Model:
    """Return the problem as PyVRP's. `possible[v, p]`: whether patrol p can make visit v at all, shape (v, p).

    Required visits have a prize above all others together: PyVRP would else know no solution where one of
    them cannot be made. Breaks are taken out of the clock (`ActiveClock`).
    """
    import pyvrp

    chosen = np.flatnonzero(possible.any(axis=1)).astype(np.int64)
    rows, depots, at = _places(problem, chosen, possible[chosen])
    prizes, scale = _prizes(problem, chosen)
    opens, closes = clock.windows(problem.visits.opens[chosen], problem.visits.closes[chosen])
    groups = {int(group): number for number, group in enumerate(_shared(problem.visits.group[chosen]))}
    clients = [
        pyvrp.Client(
            location=int(place),
            service_duration=int(service),
            tw_early=int(opened),
            tw_late=int(closed),
            prize=int(prize),
            required=False,
            group=groups.get(int(group)),
        )
        for place, service, opened, closed, prize, group in zip(
            at,
            problem.visits.service[chosen],
            opens,
            closes,
            prizes,
            problem.visits.group[chosen],
            strict=True,
        )
    ]
    members: list[list[int]] = [[] for _ in groups]
    for client, group in enumerate(problem.visits.group[chosen]):
        if int(group) in groups:
            members[groups[int(group)]].append(client)
    kinds = _kinds(problem, clock, possible[chosen])
    profiles, matrices = _profiles(problem, possible[chosen], rows, at, kinds)
    types = [
        pyvrp.VehicleType(
            num_available=len(patrols),
            start_depot=depots[start],
            end_depot=depots[end],
            tw_early=begins,
            tw_late=ends,
            shift_duration=longest,
            profile=profile,
        )
        for ((start, end, _, begins, ends, longest, _), patrols), profile in zip(
            kinds.items(), profiles, strict=True
        )
    ]
    data = pyvrp.ProblemData(
        [pyvrp.Location(0, 0) for _ in rows],
        clients,
        [pyvrp.Depot(place) for place in range(len(depots))],
        types,
        matrices,
        matrices,
        [pyvrp.ClientGroup(each, required=False) for each in members],
    )
    return Model(data, chosen, tuple(tuple(each) for each in kinds.values()), scale)


def _places(problem: Problem, chosen: Integers, possible: Bools) -> tuple[Integers, dict[int, int], Integers]:
    """Return the row of each place, the place of each depot, and the place of each visit.

    Depots come first; NOWHERE is one. Visits share a place where they share the row and the patrols.
    """
    patrols = problem.patrols
    depots = np.unique(np.concatenate([patrols.start, patrols.end]))
    _, pattern = np.unique(np.packbits(possible, axis=1), axis=0, return_inverse=True)
    keys = np.column_stack([problem.visits.at[chosen], pattern.reshape(-1)])
    named, at = np.unique(keys, axis=0, return_inverse=True)
    rows = np.concatenate([depots, named[:, 0]]).astype(np.int64)
    return rows, {int(row): place for place, row in enumerate(depots)}, at.reshape(-1) + len(depots)


def _prizes(problem: Problem, chosen: Integers) -> tuple[Integers, float]:
    value, required = problem.visits.value[chosen], problem.visits.required[chosen]
    worth = value[value > 0]
    longest = float(np.minimum(problem.patrols.until - problem.patrols.from_, problem.patrols.longest).max())
    scale = 200.0 * max(longest, 1.0) / float(np.median(worth)) if len(worth) else 1.0
    total = float(value.sum()) * scale
    scale *= min(1.0, _MOST_PRIZE / 8 / max(total, 1.0))
    above = float(value.sum()) * scale + 200.0 * longest
    above = min(above, _MOST_PRIZE / max(1, int(required.sum())))
    return np.rint(value * scale + above * required).astype(np.int64), scale


def _shared(group: Integers) -> Integers:
    named, times = np.unique(group[group >= 0], return_counts=True)
    return named[times > 1]


Kind = tuple[int, int, int, int, int, int, bytes]
"""Start, end, mode, begin and end of the shift, longest, and which visits are possible."""


def _kinds(problem: Problem, clock: ActiveClock, possible: Bools) -> dict[Kind, list[int]]:
    """Return the patrols by what tells them apart."""
    patrols = problem.patrols
    kinds: dict[Kind, list[int]] = {}
    for patrol in range(len(patrols)):
        begins, ends, longest = clock.shift(problem, patrol)
        if ends < begins or longest < 0:
            continue
        reaches = possible[:, patrol]
        what = (int(patrols.start[patrol]), int(patrols.end[patrol]), int(patrols.mode[patrol]))
        kinds.setdefault((*what, begins, ends, longest, np.packbits(reaches).tobytes()), []).append(patrol)
    return kinds


def _profiles(
    problem: Problem, possible: Bools, rows: Integers, at: Integers, kinds: dict[Kind, list[int]]
) -> tuple[list[int], list[Integers]]:
    """Return the number of each kind's matrix, and the matrices: of its mode, shut where it may not go."""
    numbers: dict[tuple[int, bytes], int] = {}
    matrices: list[Integers] = []
    profiles = []
    for (_, _, mode, *_, mark), patrols in kinds.items():
        if (mode, mark) not in numbers:
            numbers[mode, mark] = len(matrices)
            shut = np.zeros(len(rows), np.bool_)
            shut[at[~possible[:, patrols[0]]]] = True
            matrices.append(_matrix(problem.travel[mode], rows, shut))
        profiles.append(numbers[mode, mark])
    return profiles, matrices


def _matrix(travel: Integers, rows: Integers, shut: Bools) -> Integers:
    somewhere = rows != NOWHERE
    matrix = np.where(somewhere[:, None] & somewhere[None, :], travel[np.ix_(rows, rows)], 0)
    matrix[matrix >= NEVER] = _FORBIDDEN
    matrix[shut, :] = _FORBIDDEN
    matrix[:, shut] = _FORBIDDEN
    np.fill_diagonal(matrix, 0)
    return matrix.astype(np.int64)
