"""Capacitated arc routing: the `.dat` files of CARPData (gdb, val, egl and others).

Whole numbers only: nodes; edges; one line `from to cost demand` for each edge (undirected; nodes from 0,
which is the depot; demand 0: only passed); then vehicles (a least number, not a limit), capacity, and a lower
and an upper bound where they are known.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.patrol.published.instance import Answer, Format
from gridsvc.patrol.routing.arcs import NO_WAY, ArcProblem, arc_problem
from gridsvc.patrol.routing.problem import Effort, Integers

DEPOT = 0
MOST_NODES, MOST_EDGES, MOST_SERVED = 10_000, 10_000, 1_000
MOST_NUMBER = 100_000_000
"""So no way through the network comes near `arcs.NO_WAY`."""

Line = tuple[int, list[str]]


@dataclass(frozen=True, slots=True, eq=False)
class CarpInstance:
    """`edges`: from, to, cost, demand, shape (edges, 4). `lower`, `upper`: bounds that the file states."""

    nodes: int
    edges: Integers
    vehicles: int
    capacity: int
    lower: int | None
    upper: int | None

    def served(self) -> Integers:
        """Return the edges that have a demand, by row of `edges`."""
        return np.flatnonzero(self.edges[:, 3] > 0)

    def problem(self) -> ArcProblem:
        """Return the problem of serving them; street i is the i-th of `served`."""
        ends, cost, demand = self.edges[:, :2], self.edges[:, 2], self.edges[:, 3]
        return arc_problem(self.nodes, ends, cost, demand, self.capacity, DEPOT)


def sniff(text: str) -> bool:
    """Return whether the first lines are a number, a number, and four numbers."""
    first = [words for _row, words in islice(_lines(text), 3)]
    return [len(words) for words in first] == [1, 1, 4] and all(
        word.lstrip("-").isascii() and word.lstrip("-").isdigit() for words in first for word in words
    )


def read(text: str, file: str) -> CarpInstance:
    """Return the instance; InputRefused with the line where the text is no such instance."""
    lines = _lines(text)
    nodes = _numbers(lines, file, "nodes", least=(1,), most=MOST_NODES)[0]
    many = _numbers(lines, file, "edges", least=(0,), most=MOST_EDGES)[0]
    edges = [_numbers(lines, file, "from to cost demand", least=(0, 0, 0, 0)) for _ in range(many)]
    vehicles = _numbers(lines, file, "vehicles", least=(0,))[0]
    capacity = _numbers(lines, file, "capacity", least=(1,))[0]
    # Published sets write 0 or less where no bound is known.
    bounds = [_numbers([line], file, "bound", least=(-MOST_NUMBER,))[0] for line in islice(lines, 2)]
    lower, upper = (bound if bound > 0 else None for bound in (*bounds, 0, 0)[:2])
    found = np.array(edges, np.int64).reshape(-1, 4)
    instance = CarpInstance(nodes, found, vehicles, capacity, lower, upper)
    _check(instance, file, next(lines, None))
    return instance


def solve(instance: CarpInstance, effort: Effort) -> Answer:
    """Return the tours found; a route is the (from, to) of each edge that it serves, as it is walked."""
    from gridsvc.patrol.routing.arcs_bound import least_cost
    from gridsvc.patrol.routing.arcs_solving import solve_arcs

    problem = instance.problem()
    _check_reached(instance, problem)
    found = solve_arcs(problem, effort)
    own = least_cost(problem)
    stated = instance.lower is not None and own <= instance.lower <= found.cost
    ends = instance.edges[instance.served(), :2].tolist()
    return Answer(
        objective=float(found.cost),
        bound=float(instance.lower if stated and instance.lower is not None else own),
        routes=tuple(
            tuple((ends[arc // 2][arc % 2], ends[arc // 2][1 - arc % 2]) for arc in tour)
            for tour in found.tours
        ),
        seconds=found.seconds,
        note=Text("下界取自算例文件。", "The bound is the lower bound that the file states.")
        if stated
        else Text("下界由程序算得，较松。", "The bound is computed here, and it is loose."),
    )


CARP = Format(Text("CARP（.dat）", "CARP (.dat)"), sniff, read, solve)


def _lines(text: str) -> Iterator[Line]:
    """Yield (line from 1, its words) of the lines that are not blank."""
    return ((row, words) for row, line in enumerate(text.splitlines(), 1) if (words := line.split()))


def _numbers(
    lines: Iterable[Line],
    file: str,
    name: str,
    *,
    least: tuple[int, ...],
    most: int = MOST_NUMBER,
) -> list[int]:
    """Return the whole numbers of the next line: as many as `least`, each between that and `most`."""
    row, words = next(iter(lines), (None, []))
    if row is None:
        raise InputRefused(
            "carp_ends_early",
            Text(f"文件到此结束，缺少 {name}。", f"The file ends here; {name} is missing."),
            place=Place(file=file, column=name),
        )
    try:
        numbers = [int(word) for word in words if len(word) <= 12]
    except ValueError:
        numbers = []
    if len(numbers) != len(least) or len(words) != len(least):
        raise InputRefused(
            "carp_line",
            Text(
                f"此行应为 {len(least)} 个整数：{name}。",
                f"This line should be {len(least)} integers: {name}.",
            ),
            place=Place(file=file, row=row, column=name, value=" ".join(words)),
        )
    if any(not low <= number <= most for number, low in zip(numbers, least, strict=True)):
        raise InputRefused(
            "carp_range",
            Text(f"数值超出范围（至多 {most}）：{name}。", f"Out of range (at most {most}): {name}."),
            place=Place(file=file, row=row, column=name, value=" ".join(words)),
        )
    return numbers


def _check(instance: CarpInstance, file: str, rest: Line | None) -> None:
    if rest is not None:
        raise InputRefused(
            "carp_goes_on",
            Text("上下界之后还有内容。", "There is more after the bounds."),
            place=Place(file=file, row=rest[0], value=" ".join(rest[1])),
        )
    strangers = np.flatnonzero((instance.edges[:, :2] >= instance.nodes).any(axis=1))
    heavy = np.flatnonzero(instance.edges[:, 3] > instance.capacity)
    for rows, code, message in (
        (
            strangers,
            "carp_no_such_node",
            Text("边的端点不存在。", "An edge ends at a node that is not there."),
        ),
        (
            heavy,
            "carp_over_capacity",
            Text(
                "需求大于车辆容量，无法服务。",
                "The demand is over the capacity: no vehicle can serve the edge.",
            ),
        ),
    ):
        if len(rows):
            edge = instance.edges[rows[0]].tolist()
            raise InputRefused(
                code, message, place=Place(file=file, column="edge", value=" ".join(map(str, edge)))
            )
    if len(instance.served()) > MOST_SERVED:
        raise InputRefused(
            "carp_too_many",
            Text(f"有需求的边超过 {MOST_SERVED} 条。", f"More than {MOST_SERVED} edges have a demand."),
            place=Place(file=file, value=str(len(instance.served()))),
        )


def _check_reached(instance: CarpInstance, problem: ArcProblem) -> None:
    cut_off = np.flatnonzero(problem.between[-1, :-2:2] >= NO_WAY)
    if len(cut_off):
        start, end, *_ = instance.edges[instance.served()[cut_off[0]]].tolist()
        raise InputRefused(
            "carp_unreachable",
            Text(
                f"有 {len(cut_off)} 条需服务的边从车场无法到达。",
                f"{len(cut_off)} edges with a demand cannot be reached from the depot.",
            ),
            place=Place(column="edge", value=f"{start} {end}"),
        )
