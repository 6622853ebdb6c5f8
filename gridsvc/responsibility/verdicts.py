"""Verdicts by wording and territory, worked out once and then looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import ClauseUnit
from gridsvc.responsibility.candidates import NO_CLAUSE, Territory, Verdict, decide


class VerdictBook:
    """All verdicts of an atlas, numbered.

    It only grows: a territory that is met for the first time adds a verdict for each wording. What has a
    number keeps it, so that arrays of numbers stay good.
    """

    def __init__(self, wordings: Sequence[tuple[ClauseUnit, ...]], units: Mapping[str, str]) -> None:
        """Take the distinct lists of bodies that clauses name, and unit names by code."""
        self._wordings = wordings
        self._units = units
        self._lock = Lock()
        self._rows: dict[Territory | None, int] = {}
        self.verdicts: list[Verdict] = [NO_CLAUSE]
        # One row for each territory, one column for each wording; the last column is "no clause".
        self.table: NDArray[np.int32] = np.zeros((0, len(wordings) + 1), np.int32)

    def rows_of(self, territories: Sequence[Territory | None]) -> NDArray[np.int64]:
        """Return the row in `table` of each territory (None: outside every area)."""
        if any(territory not in self._rows for territory in territories):
            with self._lock:
                self._add([each for each in dict.fromkeys(territories) if each not in self._rows])
        return np.array([self._rows[territory] for territory in territories], np.int64)

    def verdict(self, wording: int, territory: Territory | None) -> Verdict:
        """Return the verdict of a wording (-1: no clause) in a territory."""
        row = int(self.rows_of([territory])[0])
        return self.verdicts[int(self.table[row, wording])]

    def _add(self, territories: Sequence[Territory | None]) -> None:
        fresh = np.zeros((len(territories), len(self._wordings) + 1), np.int32)
        for row, territory in enumerate(territories):
            for column, wording in enumerate(self._wordings):
                fresh[row, column] = len(self.verdicts)
                self.verdicts.append(decide(wording, territory, self._units))
        first = len(self.table)
        # The table grows before any row of it is named: a reader never meets a number without its row.
        self.table = np.concatenate([self.table, fresh])
        self._rows = self._rows | {territory: first + row for row, territory in enumerate(territories)}
