"""A published instance of a routing problem: what a format must offer, and the answer that is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gridsvc.errors import Text
from gridsvc.patrol.routing.problem import Effort


@dataclass(frozen=True, slots=True)
class Answer:
    """What the engine found: `objective` in the unit of the instance, and what it can at best be.

    `bound`: no solution is better than this (above for what is collected, below for what is paid); None where
    none is known. `routes`: one list for each vehicle or patrol that moves, of the instance's own numbers.
    `seconds`: of processor time. `note`: where the bound comes from, and what else a reader must know.
    """

    objective: float
    bound: float | None
    routes: tuple[tuple[Any, ...], ...]
    seconds: float
    maximise: bool = False
    note: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return {
            "objective": self.objective,
            "bound": self.bound,
            "routes": [list(route) for route in self.routes],
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, slots=True)
class Format:
    """A format of instances.

    `sniff(text)`: whether a file's text is of this format, by its first lines. `read(text, file)`: the
    instance; InputRefused with its place where the text is not what it claims to be.
    `solve(instance, effort)`: the answer. A module that defines one imports its engine inside `solve`.
    """

    name: Text
    sniff: Callable[[str], bool]
    read: Callable[[str, str], Any]
    solve: Callable[[Any, Effort], Answer]
