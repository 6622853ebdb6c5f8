"""What a search hands back: the solution, and how it was come by."""

from __future__ import annotations

from dataclasses import dataclass

from gridsvc.patrol.routing.solution import Solution


@dataclass(frozen=True, slots=True)
class Solved:
    """The best solution that was met. `engines`: what took part, each with its version.

    `iterations`: turns of the search; `seconds`: of this thread's processor time; `start_value`: of the
    solution from which it set out. Required visits that could not be made: `checking.unserved`.
    """

    solution: Solution
    engines: tuple[str, ...]
    iterations: int
    seconds: float
    start_value: float
