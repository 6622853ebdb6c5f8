"""Verdicts by wording and ground, worked out once and then looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import ClauseUnit
from gridsvc.responsibility.candidates import NO_CLAUSE, Ground, Verdict, decide


class VerdictBook:
    """All verdicts of an atlas, numbered.

    It only grows: a ground that is met for the first time adds a verdict for each wording. What has a
    number keeps it, so that arrays of numbers stay good.
    """

    def __init__(self, wordings: Sequence[tuple[ClauseUnit, ...]], units: Mapping[str, str]) -> None:
        """Take the distinct lists of bodies that clauses name, and unit names by code."""
        self._wordings = wordings
        self._units = units
        self._lock = Lock()
        self._rows: dict[Ground, int] = {}
        self._single: dict[tuple[int, Ground], Verdict] = {}
        self.verdicts: list[Verdict] = [NO_CLAUSE]
        # One row for each territory, one column for each wording; the last column is "no clause".
        self.table: NDArray[np.int32] = np.zeros((0, len(wordings) + 1), np.int32)

    def rows_of(self, grounds: Sequence[Ground]) -> NDArray[np.int64]:
        """Return the row in `table` of each ground (None: outside every area)."""
        if any(ground not in self._rows for ground in grounds):
            with self._lock:
                self._add([each for each in dict.fromkeys(grounds) if each not in self._rows])
        return np.array([self._rows[ground] for ground in grounds], np.int64)

    def verdict(self, wording: int, ground: Ground) -> Verdict:
        """Return the verdict of a wording (-1: no clause) on a ground."""
        known = self._single.get((wording, ground))
        if known is None:
            # Alone, not with every other wording: an uncertain place meets many grounds for the first time.
            known = NO_CLAUSE if wording < 0 else decide(self._wordings[wording], ground, self._units)
            self._single[wording, ground] = known
        return known

    def _add(self, grounds: Sequence[Ground]) -> None:
        fresh = np.zeros((len(grounds), len(self._wordings) + 1), np.int32)
        for row, ground in enumerate(grounds):
            for column, wording in enumerate(self._wordings):
                fresh[row, column] = len(self.verdicts)
                self.verdicts.append(decide(wording, ground, self._units))
        first = len(self.table)
        # The table grows before any row of it is named: a reader never meets a number without its row.
        self.table = np.concatenate([self.table, fresh])
        self._rows = self._rows | {ground: first + row for row, ground in enumerate(grounds)}
