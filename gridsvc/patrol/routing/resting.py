"""The clock without the break: PyVRP knows no breaks, so the hour of the break is cut out of its day.

A break that begins at b and takes r maps the time t of the day onto the active time t before b and t - r after
b + r. Every window stays one window, and a shift loses r. That is exact but for a visit or a way that goes on
over b; `mending` then times the route with the true break, and repairs it where it does not hold.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from gridsvc.patrol.routing.problem import Integers, Problem


@dataclass(frozen=True, slots=True)
class ActiveClock:
    """Times count from `origin`; the break begins at `begins` and takes `takes` (0: none to cut out)."""

    origin: int
    begins: int
    takes: int

    @classmethod
    def of(cls, problem: Problem) -> ActiveClock:
        """Return the clock of most patrols; patrols whose breaks are other only lose the length of theirs."""
        patrols = problem.patrols
        origin = int(patrols.from_.min()) if len(patrols) else 0
        breaks = Counter(
            zip(
                patrols.pause.tolist(),
                ((patrols.pause_from + patrols.pause_until) // 2).tolist(),
                strict=True,
            )
        )
        (takes, begins), _ = (
            max(breaks.items(), key=lambda each: (each[1], each[0])) if breaks else ((0, 0), 0)
        )
        return cls(origin, begins if takes else 0, takes)

    def windows(self, opens: Integers, closes: Integers) -> tuple[Integers, Integers]:
        """Return windows of the day in active time, shape (n,) each; never before 0."""
        if not self.takes:
            return np.maximum(opens - self.origin, 0), np.maximum(closes - self.origin, 0)
        after = self.begins + self.takes
        opened = np.where(opens >= after, opens - self.takes, np.minimum(opens, self.begins))
        closed = np.where(closes >= after, closes - self.takes, np.minimum(closes, self.begins))
        return np.maximum(opened - self.origin, 0), np.maximum(closed - self.origin, 0)

    def shift(self, problem: Problem, patrol: int) -> tuple[int, int, int]:
        """Return when a patrol's shift begins and ends in active time, and how long it may be under way."""
        patrols = problem.patrols
        pause = int(patrols.pause[patrol])
        begins = int(patrols.from_[patrol]) - self.origin
        return begins, int(patrols.until[patrol]) - self.origin - pause, int(patrols.longest[patrol]) - pause
