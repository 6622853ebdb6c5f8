"""Team orienteering in Chao's format: `n`, `m`, `tmax`, then a line `x y score` for each node.

Chao, Golden, Wasil (1996), European Journal of Operational Research 88: 464. The first node is the start of
all patrols, the last their end; distances are Euclidean and not rounded. Nodes are numbered from 0.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.patrol.published.instance import Answer, Format
from gridsvc.patrol.routing.problem import NEVER, Effort, Floats, Patrols, Problem, Visits
from gridsvc.patrol.routing.solution import Sequences

_FINEST = 10_000
"""Units of time in one unit of length: the rounding of a route of 50 legs stays below a thousandth."""
_OVER = 1e-9
"""A route may be longer than tmax by this share: no more than the last digits of a sum."""
_TRIES = 3
_HEADER = ("n", "m", "tmax")
_MOST_NODES = 3_000
_MOST_NUMBER = 1_000_000.0
"""So every distance is less than `problem.NEVER` in whole units of time."""


@dataclass(frozen=True, slots=True, eq=False)
class TeamOrienteering:
    """`patrols` routes of at most `longest` each; nodes `x`, `y`, `score`, shape (n,)."""

    patrols: int
    longest: float
    x: Floats
    y: Floats
    score: Floats

    def distances(self) -> Floats:
        """Return the distances between nodes, shape (n, n)."""
        return np.hypot(self.x[:, None] - self.x[None, :], self.y[:, None] - self.y[None, :])

    def length(self, route: Sequence[int]) -> float:
        """Return the length of a route through the inner nodes `route`."""
        whole = [0, *route, len(self.x) - 1]
        return float(np.hypot(np.diff(self.x[whole]), np.diff(self.y[whole])).sum())

    def problem(self, *, shorter: float = 0.0, rounded: Callable[[Floats], Floats] = np.rint) -> Problem:
        """Return the problem for the engine; visit i is node i + 1.

        `shorter`: by how much routes are kept below the longest. `rounded`: how distances become whole times.
        """
        inner = len(self.x) - 2
        unit = self.unit()
        whole = int(np.floor((self.longest * (1 + _OVER) - shorter) * unit))
        travel = rounded(self.distances() * unit).astype(np.int64)
        each, zeros = np.ones(self.patrols, np.int64), np.zeros(inner, np.int64)
        visits = Visits(
            at=np.arange(1, inner + 1),
            service=zeros,
            opens=zeros,
            closes=np.full(inner, whole, np.int64),
            value=self.score[1:-1],
            group=np.full(inner, -1, np.int64),
            required=np.zeros(inner, np.bool_),
            allowed=np.ones((inner, self.patrols), np.bool_),
        )
        patrols = Patrols(
            start=0 * each,
            end=(inner + 1) * each,
            mode=0 * each,
            from_=0 * each,
            until=whole * each,
            longest=whole * each,
            pause=0 * each,
            pause_from=0 * each,
            pause_until=0 * each,
        )
        return Problem((travel,), visits, patrols)

    def unit(self) -> int:
        """Return the units of time in one unit of length: fine, and below NEVER for all ways."""
        widest = max(float(self.distances().max(initial=0.0)), self.longest, 1.0)
        return max(1, min(_FINEST, int(NEVER // (2 * widest))))

    def over(self, sequences: Sequences) -> float:
        """Return by how much the longest route, by true distances, is longer than it may be; 0: none is."""
        longest = max(
            (self.length([visit + 1 for visit in route]) for route in sequences if route), default=0.0
        )
        return max(0.0, longest - self.longest * (1 + _OVER))


def sniff(text: str) -> bool:
    """Return whether the first lines are `n`, `m` and `tmax`."""
    lines = [line.split() for line in text.splitlines() if line.strip()][:3]
    return [line[0].lower() for line in lines] == list(_HEADER)


def read(text: str, file: str) -> TeamOrienteering:
    """Return the instance; InputRefused, with the row, where a number is missing or makes no sense."""
    lines = [(row, line.split()) for row, line in enumerate(text.splitlines(), 1) if line.strip()]
    head = []
    for name, (row, words) in zip(_HEADER, lines, strict=False):
        value = _number(words[1]) if len(words) == 2 and words[0].lower() == name else None
        if value is None or not 0 <= value <= _MOST_NUMBER or (name != "tmax" and value != int(value)):
            raise _refused(file, row, name, " ".join(words))
        head.append(value)
    nodes = []
    for row, words in lines[3:]:
        numbers = [_number(word) for word in words]
        known = [number for number in numbers if number is not None and abs(number) <= _MOST_NUMBER]
        if len(numbers) != 3 or len(known) != 3 or known[2] < 0:
            raise _refused(file, row, "x y score", " ".join(words))
        nodes.append(known)
    if not 2 <= head[0] <= _MOST_NODES or not head[1] <= _MOST_NODES:
        raise _refused(file, 1, "n", f"n {head[0]:g}, m {head[1]:g}")
    if len(nodes) != head[0]:
        last = lines[-1][0]
        raise InputRefused(
            "instance_truncated",
            Text(
                f"应有 {head[0]:g} 个点，只有 {len(nodes)} 个。",
                f"{head[0]:g} nodes are announced, {len(nodes)} given.",
            ),
            place=Place(file=file, row=last),
            remedy=Text("请重新取得完整的文件。", "Get the whole file again."),
        )
    x, y, score = np.array(nodes, float).T
    return TeamOrienteering(int(head[1]), head[2], x, y, score)


def solve(instance: TeamOrienteering, effort: Effort) -> Answer:
    """Return the most that was collected; a route is its nodes, both depots included."""
    from gridsvc.patrol.routing.bounding import upper_bound
    from gridsvc.patrol.routing.solving import solve as search

    began = time.thread_time()
    if instance.patrols == 0:
        return Answer(0.0, 0.0, (), 0.0, maximise=True)
    problem = instance.problem()
    found = search(problem, effort)
    shorter = 0.0
    for _ in range(_TRIES):
        over = instance.over(found.solution.sequences)
        if not over:
            break
        # Rounded distances let it through: once more with routes that much shorter, from where it is.
        shorter += over + 1 / instance.unit()
        problem = instance.problem(shorter=shorter)
        found = search(problem, Effort(iterations=2_000, seed=effort.seed), start=found.solution.sequences)
    if instance.over(found.solution.sequences):
        # Distances rounded up let nothing through that is too long.
        problem = instance.problem(rounded=np.ceil)
        found = search(problem, Effort(iterations=2_000, seed=effort.seed), start=found.solution.sequences)
    last = len(instance.x) - 1
    return Answer(
        objective=found.solution.value(problem),
        bound=upper_bound(instance.problem(rounded=np.floor)).value,
        routes=tuple((0, *(visit + 1 for visit in made), last) for made in found.solution.sequences if made),
        seconds=time.thread_time() - began,
        maximise=True,
        note=Text("上界由程序算得，较松。", "The bound is computed here, and it is loose."),
    )


CHAO = Format(Text("Chao 团队定向（.txt）", "Chao's team orienteering (.txt)"), sniff, read, solve)


def _number(word: str) -> float | None:
    return float(word) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?", word) else None


def _refused(file: str, row: int, column: str, value: str) -> InputRefused:
    return InputRefused(
        "instance_line",
        Text(f"此行不是 {column}。", f"This line is not {column}."),
        place=Place(file=file, row=row, column=column, value=value[:80]),
        remedy=Text(
            f"格式：n、m、tmax 各一行，然后每个点一行 x y score；数值至多 {_MOST_NUMBER:,.0f}。",
            "The format: n, m and tmax on a line each, then x y score on one line for each node;"
            f" no number above {_MOST_NUMBER:,.0f}.",
        ),
    )
