"""The limits of all clauses in one numbering: plain, by grade, in season, in stages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import Clause, Limit, Specification

GRADES = ("A", "B", "C", "D")
"""The grades of graded limits; a grade's number is its place here, -1 stands for none or unknown."""

Indexes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class NumberedStage:
    """A stage of a clause with the number of its limit; `counts_from`: start or previous."""

    name: str
    limit: int
    counts_from: str


@dataclass(frozen=True, slots=True)
class LimitBook:
    """Limits by number, and which of them each clause has.

    `means[k]` says whether limit k runs through or counts working time. `table` has shape (clauses + 1,
    grades + 1): the last column is the plain limit, the last row stands for no clause (-1); -1 in it is no
    limit. `season` has shape (clauses + 1,) and numbers `seasons`, -1 for none.
    """

    limits: tuple[Limit, ...]
    means: tuple[str, ...]
    table: Indexes
    season: Indexes
    seasons: tuple[tuple[str, str], ...]
    stages: tuple[tuple[NumberedStage, ...], ...]

    @classmethod
    def of(cls, clauses: Sequence[Clause], editions: Sequence[Specification]) -> LimitBook:
        """Number the limits of clauses; `editions[i]` is the edition of clause i."""
        numbers: dict[tuple[Limit, str], int] = {}
        seasons: dict[tuple[str, str], int] = {}
        table = np.full((len(clauses) + 1, len(GRADES) + 1), -1, np.int32)
        season = np.full(len(clauses) + 1, -1, np.int32)
        stages = []
        for row, (clause, edition) in enumerate(zip(clauses, editions, strict=True)):

            def number(limit: Limit, edition: Specification = edition) -> int:
                return numbers.setdefault((limit, means_of(limit, edition)), len(numbers))

            if clause.limit is not None:
                table[row] = number(clause.limit)
            for grade, _, limit in clause.graded:
                if limit is not None:
                    table[row, GRADES.index(grade)] = number(limit)
            if clause.season_from is not None and clause.season_to is not None:
                season[row] = seasons.setdefault((clause.season_from, clause.season_to), len(seasons))
            stages.append(
                tuple(
                    NumberedStage(each.name, number(each.limit), each.counts_from) for each in clause.stages
                )
            )
        limits = tuple(limit for limit, _ in numbers)
        return cls(limits, tuple(means for _, means in numbers), table, season, tuple(seasons), tuple(stages))

    def limit_of(self, clause: Indexes, grade: NDArray[np.int8]) -> Indexes:
        """Return the number of the limit of each clause (-1: none) at a grade (-1: unknown), shape (n,).

        The plain limit stands in for a grade that is unknown, that the clause does not have, or whose limit
        cannot be read. -1: no limit.
        """
        found = self.table[:, -1].take(clause)
        graded = np.flatnonzero(grade >= 0)
        if len(graded):
            found[graded] = self.table[clause[graded], grade[graded]]
        return found


def means_of(limit: Limit, edition: Specification) -> str:
    """Return whether a limit is counted through or in working time (handling.md, "Time units").

    紧急工作时 and 紧急工作日 run through, 工作时 and 工作日 count working time, 小时 and 天 are what the
    edition declares.
    """
    if limit.unit.startswith("urgent_"):
        return "through"
    if limit.unit.startswith("work_"):
        return "working"
    return edition.hour_means if limit.unit == "hour" else edition.day_means
