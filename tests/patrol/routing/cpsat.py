"""The best plan by OR-Tools' CP-SAT: a circuit of optional visits for each patrol, proven optimal."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from gridsvc.patrol.routing.problem import NEVER, NOWHERE, Problem


def best_by_cpsat(problem: Problem, seconds: float = 10.0) -> tuple[float, bool]:
    """Return what no plan of a problem without breaks and required visits exceeds (values to 0.001), and whether
    it was proven within so many of CP-SAT's own seconds that a plan reaches it.
    """
    visits, patrols = problem.visits, problem.patrols
    number, model = len(visits), cp_model.CpModel()
    makes = [[model.new_bool_var(f"{p} makes {v}") for v in range(number)] for p in range(len(patrols))]
    for v in range(number):
        model.add(sum(made[v] for made in makes) <= 1)
    for group in np.unique(visits.group[visits.group >= 0]):
        model.add(sum(made[v] for made in makes for v in np.flatnonzero(visits.group == group)) <= 1)
    for p, made in enumerate(makes):
        begin, until = int(patrols.from_[p]), int(patrols.until[p])
        leaves = model.new_int_var(begin, until, f"{p} leaves")
        returns = model.new_int_var(begin, until, f"{p} returns")
        model.add(returns - leaves <= int(patrols.longest[p]))
        stays = model.new_bool_var(f"{p} stays")
        arcs = [(number, number, stays)]
        starts = []
        for v in range(number):
            starts.append(model.new_int_var(int(visits.opens[v]), int(visits.closes[v]), f"{p} at {v}"))
            arcs.append((v, v, made[v].negated()))
            model.add_implication(made[v], stays.negated())  # else the circuit may pass by the depot
            if not visits.allowed[v, p]:
                model.add(made[v] == 0)
        rows = [*visits.at.tolist(), int(patrols.start[p])]
        for a in range(number + 1):
            for b in range(number + 1):
                if a == b:
                    continue
                home = b == number
                column = int(patrols.end[p]) if home else rows[b]
                way = 0 if column == NOWHERE else problem.leg(p, rows[a], column)
                if way >= NEVER:
                    continue
                used = model.new_bool_var(f"{p}: {a} to {b}")
                arcs.append((a, b, used))
                done = leaves if a == number else starts[a] + int(visits.service[a])
                then = returns if home else starts[b]
                model.add(then >= done + way).only_enforce_if(used)
        model.add_circuit(arcs)
    worth = np.round(visits.value * 1000).astype(int)
    model.maximize(sum(int(worth[v]) * made[v] for made in makes for v in range(number)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = seconds
    proven = solver.solve(model) == cp_model.OPTIMAL
    return (solver.best_objective_bound / 1000, proven)
