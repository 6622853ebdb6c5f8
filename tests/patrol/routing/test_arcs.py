"""Arc routing: directions, tours and bounds against everything that is possible, and walks by networkx."""

from __future__ import annotations

from itertools import permutations, product

import networkx as nx
import numpy as np
import pytest

from gridsvc.patrol.routing.arcs import NO_WAY, ArcProblem, arc_problem, best_directions
from gridsvc.patrol.routing.arcs_bound import least_cost
from gridsvc.patrol.routing.arcs_solving import solve_arcs
from gridsvc.patrol.routing.problem import Effort, Integers

CHANCES = range(12)


def town(seed: int, *, nodes: int = 9, served: int = 5) -> tuple[Integers, Integers, Integers, int]:
    """Return (ends, cost, demand, capacity) of a connected town with parallel, free and closed-loop streets."""
    draw = np.random.default_rng(seed)
    ends = [(node, int(draw.integers(node))) for node in range(1, nodes)]
    ends += [(int(a), int(b)) for a, b in draw.integers(nodes, size=(nodes, 2))]
    ends += [ends[0], (3, 3)]
    cost = draw.integers(0, 30, len(ends))
    demand = np.zeros(len(ends), np.int64)
    demand[draw.choice(len(ends), served, replace=False)] = draw.integers(1, 10, served)
    return np.array(ends), cost, demand, int(max(demand.max(), draw.integers(8, 25)))


def graph_of(ends: Integers, cost: Integers) -> nx.Graph:
    graph = nx.MultiGraph()
    graph.add_weighted_edges_from((a, b, c) for (a, b), c in zip(ends.tolist(), cost.tolist(), strict=True))
    return graph


def cheapest_of_all(problem: ArcProblem) -> int:
    """Return the least cost of all ways to split the streets into tours, by trying each."""
    streets = len(problem)
    tour = np.full(1 << streets, NO_WAY)
    for size in range(1, streets + 1):
        for order in permutations(range(streets), size):
            chosen = sum(1 << street for street in order)
            if problem.demand[list(order)].sum() <= problem.capacity:
                for sides in product((0, 1), repeat=size):
                    arcs = [2 * street + side for street, side in zip(order, sides, strict=True)]
                    tour[chosen] = min(tour[chosen], walked(problem, arcs))
    whole = np.full(1 << streets, NO_WAY)
    whole[0] = 0
    for chosen in range(1, 1 << streets):
        part = chosen
        while part:
            whole[chosen] = min(whole[chosen], whole[chosen ^ part] + tour[part])
            part = (part - 1) & chosen
    return int(whole[-1]) + problem.served


def walked(problem: ArcProblem, arcs: list[int]) -> int:
    depot = 2 * len(problem)
    return int(sum(problem.between[a, b] for a, b in zip([depot, *arcs], [*arcs, depot], strict=True)))


@pytest.mark.parametrize("seed", CHANCES)
def test_ways_between_arcs_are_the_shortest_paths(seed: int) -> None:
    ends, cost, demand, capacity = town(seed)
    problem = arc_problem(9, ends, cost, demand, capacity, 0)
    far = dict(nx.all_pairs_dijkstra_path_length(graph_of(ends, cost)))
    served = ends[demand > 0]
    begins = [*served.ravel().tolist(), 0, 0]
    comes_to = [*served[:, ::-1].ravel().tolist(), 0, 0]
    expected = [[far[a][b] for b in begins] for a in comes_to]
    assert problem.between.tolist() == expected
    assert problem.served == cost[demand > 0].sum()


@pytest.mark.parametrize("seed", CHANCES)
def test_directions_are_the_cheapest_of_all(seed: int) -> None:
    ends, cost, demand, capacity = town(seed, served=6)
    problem = arc_problem(9, ends, cost, demand, capacity, 0)
    order = np.random.default_rng(seed).permutation(6).tolist()
    least, arcs = best_directions(problem, order)
    every = [
        walked(problem, [2 * street + side for street, side in zip(order, sides, strict=True)])
        for sides in product((0, 1), repeat=6)
    ]
    assert least == min(every) == walked(problem, list(arcs))
    assert [arc // 2 for arc in arcs] == order


@pytest.mark.parametrize("seed", range(6))
def test_small_towns_are_solved_to_the_optimum_and_no_bound_is_above_it(seed: int) -> None:
    ends, cost, demand, capacity = town(seed)
    problem = arc_problem(9, ends, cost, demand, capacity, 0)
    least = cheapest_of_all(problem)
    assert solve_arcs(problem, Effort(iterations=20)).cost == least
    assert problem.served <= least_cost(problem) <= least


def test_a_bound_says_something_where_the_depot_is_far() -> None:
    # Two streets of 4 at the end of a way of 10, and a vehicle that holds one: twice there and back.
    ends = np.array([[0, 1], [1, 2], [1, 3]])
    problem = arc_problem(4, ends, np.array([10, 4, 4]), np.array([0, 5, 5]), 5, 0)
    assert least_cost(problem) == solve_arcs(problem, Effort(iterations=5)).cost == 2 * 20 + 4 * 4


@pytest.mark.parametrize("seed", range(4))
def test_tours_hold_every_street_once_within_the_capacity(seed: int) -> None:
    ends, cost, demand, capacity = town(seed, nodes=60, served=50)
    problem = arc_problem(60, ends, cost, demand, capacity, 0)
    found = solve_arcs(problem, Effort(iterations=10, seed=seed))
    assert sorted(arc // 2 for tour in found.tours for arc in tour) == list(range(50))
    assert all(problem.demand[[arc // 2 for arc in tour]].sum() <= capacity for tour in found.tours)
    assert found.cost == problem.served + sum(walked(problem, list(tour)) for tour in found.tours)
    assert found.cost >= least_cost(problem)


def test_the_same_seed_and_iterations_give_the_same_tours() -> None:
    problem = arc_problem(60, *town(3, nodes=60, served=50)[:3], 30, 0)
    first, again, other = (solve_arcs(problem, Effort(iterations=30, seed=seed)) for seed in (7, 7, 8))
    assert (first.tours, first.cost, first.iterations) == (again.tours, again.cost, 30)
    assert first.tours != other.tours


def test_more_search_is_worth_more_than_the_beginning() -> None:
    problem = arc_problem(60, *town(5, nodes=60, served=50)[:3], 30, 0)
    none, some = (solve_arcs(problem, Effort(iterations=number)) for number in (0, 50))
    assert none.iterations == 0
    assert some.cost < none.cost


def test_seconds_end_a_search() -> None:
    found = solve_arcs(arc_problem(9, *town(1)[:3], 20, 0), Effort(iterations=10**9, seconds=0.05))
    assert 0 < found.iterations < 10**9
    assert solve_arcs(arc_problem(9, *town(1)[:3], 20, 0), Effort(seconds=0)).iterations == 0


def test_nothing_to_serve_costs_nothing() -> None:
    ends, cost, demand, capacity = town(1)
    problem = arc_problem(9, ends, cost, 0 * demand, capacity, 0)
    assert solve_arcs(problem, Effort(iterations=1)).tours == ()
    assert least_cost(problem) == 0
