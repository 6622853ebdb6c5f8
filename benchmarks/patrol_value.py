"""What a plan is worth beside simpler ones (P5): greedy, a fixed round, OR-Tools, and beside the bound.

`python -m benchmarks.patrol_value [--seeds N] [--seconds S]`: the cases of patrol.md 4.4 on its lattice, and
on the streets of Xi'an where the real data are (GRIDSVC_REAL_DATA). Equal processor time for OR-Tools and us.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import shapely

from benchmarks.table import print_table, verdict
from benchmarks.travel import lattice
from benchmarks.xian import FILE, xian_roads
from gridsvc.geography.projection import to_degrees
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import Ground
from gridsvc.patrol.routing.bounding import upper_bound
from gridsvc.patrol.routing.checking import faults
from gridsvc.patrol.routing.fixed_round import fixed_round
from gridsvc.patrol.routing.greedy import greedy, step_by_step
from gridsvc.patrol.routing.problem import MINUTE, Effort, Patrols, Problem, Visits
from gridsvc.patrol.routing.solving import solve

GREEDY_TARGET, BOUND_TARGET = 1.07, 0.95


@dataclass(frozen=True, slots=True)
class Case:
    """So many places, patrols and hours; `windows`: share of places with an hour of their own, `around_m`:
    places are no further than this from the depot, as the crow flies.
    """

    name: str
    mode: str
    places: int
    patrols: int
    hours: float
    windows: float = 0.0
    around_m: float = 10_000.0


CASES = (
    Case("60 places, 4 on foot, 4 h", "walk", 60, 4, 4),
    Case("60 places within 2 km, 4 on foot, 4 h", "walk", 60, 4, 4, around_m=2_000),
    Case("150 places, 6 e-bikes, 4 h", "ebike", 150, 6, 4),
    Case("150 places, 10 e-bikes, 4 h, half with hours", "ebike", 150, 10, 4, 0.5),
    Case("150 places, 10 e-bikes, 3 h", "ebike", 150, 10, 3),
    Case("300 places, 10 e-bikes, 8 h", "ebike", 300, 10, 8),
)


def pose(streets: Streets, case: Case, seed: int) -> Problem:
    """Return the case on these streets: Pareto values, 12 minutes at each place, one depot in the middle."""
    rng = np.random.default_rng(seed)
    middle = np.median(streets.xy, axis=0)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(streets.lines, 0.4, normalized=True))
    near = np.flatnonzero(np.hypot(*(xy - middle).T) <= case.around_m)
    drawn = xy[rng.permutation(near)[: 3 * case.places + 20]]
    wanted = np.concatenate([middle[None, :] + [[5.0, 5.0]], drawn])
    depot = int(np.argmin(np.hypot(*(xy - middle).T)))
    wanted[0] = xy[depot]
    lon, lat = to_degrees(streets.srid, *np.rint(wanted * 1000).astype(np.int64).T)
    snapped = snap(streets, lon, lat, case.mode)
    on = np.flatnonzero(snapped.link >= 0)[: case.places + 1]
    times = Ground.of(streets, case.mode, snap(streets, lon[on], lat[on], case.mode)).times()
    shift = int(case.hours * 60 * MINUTE)
    opens, closes = np.zeros(case.places, np.int64), np.full(case.places, shift)
    bound = rng.random(case.places) < case.windows
    opens[bound] = rng.integers(0, shift - 60 * MINUTE, bound.sum())
    closes[bound] = opens[bound] + 60 * MINUTE
    visits = Visits(
        at=np.arange(1, case.places + 1),
        service=np.full(case.places, 12 * MINUTE),
        opens=opens,
        closes=closes,
        value=np.round(5 * (1 + rng.pareto(2.0, case.places)), 2),
        group=np.full(case.places, -1),
        required=np.zeros(case.places, bool),
        allowed=np.ones((case.places, case.patrols), bool),
    )
    none, whole = np.zeros(case.patrols, np.int64), np.full(case.patrols, shift)
    return Problem((times,), visits, Patrols(none, none, none, none, whole, whole, none, none, none))


def by_or_tools(problem: Problem, seconds: float) -> float:
    """Return the value that OR-Tools' routing finds in so much processor time (parallel cheapest insertion,
    guided local search).
    """
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    travel, visits, shift = problem.travel[0], problem.visits, int(problem.patrols.until[0])
    manager = pywrapcp.RoutingIndexManager(len(travel), len(problem.patrols), 0)
    routing = pywrapcp.RoutingModel(manager)
    service = np.append(0, visits.service)
    legs = (service[:, None] + travel).tolist()
    nodes = [manager.IndexToNode(index) for index in range(routing.Size() + len(problem.patrols))]
    transit = routing.RegisterTransitCallback(lambda a, b: legs[nodes[a]][nodes[b]])
    routing.SetArcCostEvaluatorOfAllVehicles(transit)
    routing.AddDimension(transit, shift, shift, False, "time")
    clock = routing.GetDimensionOrDie("time")
    scale = 10 * shift / float(visits.value.min())
    for visit in range(len(visits)):
        index = manager.NodeToIndex(visit + 1)
        routing.AddDisjunction([index], int(visits.value[visit] * scale))
        clock.CumulVar(index).SetRange(int(visits.opens[visit]), int(visits.closes[visit]))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromSeconds(600)
    began = time.thread_time()
    limit = routing.solver().CustomLimit(lambda: time.thread_time() - began > seconds)
    routing.AddSearchMonitor(limit)
    found = routing.SolveWithParameters(parameters)
    if found is None:
        return 0.0
    left = [
        routing.IsStart(index) or routing.IsEnd(index) or found.Value(routing.NextVar(index)) == index
        for index in (manager.NodeToIndex(visit + 1) for visit in range(len(visits)))
    ]
    return float(visits.value[~np.array(left)].sum())


def rows(networks: dict[str, Streets], seeds: int, seconds: float) -> Iterator[tuple[str, Case, list[float]]]:
    """Yield the mean values: step by step, greedy, fixed round, OR-Tools, ours, bound, all places."""
    for network, streets in networks.items():
        for case in CASES:
            found = []
            for seed in range(1, seeds + 1):
                problem = pose(streets, case, seed)
                ours = solve(problem, Effort(seconds=seconds, seed=seed)).solution
                assert faults(problem, ours) == []
                plans = (step_by_step(problem), greedy(problem), fixed_round(problem))
                value = ours.value(problem)
                found.append(
                    [
                        *(plan.value(problem) for plan in plans),
                        by_or_tools(problem, seconds),
                        value,
                        upper_bound(problem, known=value).value,
                        float(problem.visits.value.sum()),
                    ]
                )
            yield network, case, np.mean(found, axis=0).tolist()


def compare(folder: Path | None, seeds: int = 3, seconds: float = 5.0) -> bool:
    """Print the values and ratios, and return whether the targets are met."""
    networks = {"lattice": build_streets(lattice(np.random.default_rng(1)))}
    if folder is not None and (folder / FILE).exists():
        networks["Xi'an"] = build_streets(xian_roads(folder))
    table, over_steps, over_greedy, over_round, of_bound = [], [], [], [], []
    for network, case, (steps, simple, fixed, peer, ours, bound, every) in rows(networks, seeds, seconds):
        ratios = (ours / steps, ours / simple, ours / fixed, ours / peer, ours / bound)
        values = (steps, simple, fixed, peer, ours, bound, every)
        table.append(
            [f"{network}: {case.name}", *(f"{v:.0f}" for v in values), *(f"{r:.3f}" for r in ratios)]
        )
        print(" | ".join(table[-1]), flush=True)
        if ours < 0.98 * every:  # time is scarce
            over_steps.append(ratios[0])
            over_greedy.append(ratios[1])
            over_round.append(ratios[2])
        if case.mode == "ebike" and case.places == 150:
            of_bound.append(ratios[4])
    print_table(
        f"Value of plans, mean of {seeds}, {seconds:g} s of processor time",
        [
            *("case", "step by step", "greedy", "fixed round", "OR-Tools", "ours", "bound", "all"),
            *("/ steps", "/ greedy", "/ round", "/ OR-Tools", "/ bound"),
        ],
        table,
    )
    met = [
        verdict(
            "value over going step by step where time is scarce, mean",
            float(np.mean(over_steps)),
            GREEDY_TARGET,
        ),
        verdict(
            "value over greedy insertion where time is scarce, mean",
            float(np.mean(over_greedy)),
            GREEDY_TARGET,
        ),
        verdict("value over a fixed round of the same length, least", min(over_round), GREEDY_TARGET),
        verdict("value of the bound on e-bikes with 150 places, least", min(of_bound), BOUND_TARGET),
    ]
    return all(met)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=5.0)
    arguments = parser.parse_args()
    folder = Path(os.environ.get("GRIDSVC_REAL_DATA") or Path(__file__).parents[2] / "shared/geodata")
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    sys.exit(0 if compare(folder, arguments.seeds, arguments.seconds) else 1)


if __name__ == "__main__":
    main()
