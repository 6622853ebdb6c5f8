"""The specification in force at one instant: from a class to its clauses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import Clause, ClauseUnit, Specification
from gridsvc.responsibility.classes import ClassBook


@dataclass(frozen=True, slots=True)
class ClauseBook:
    """All clauses of all editions in use, in one numbering.

    `edition[i]` is clause i's edition; `wording[i]` numbers the distinct lists of bodies that
    clauses name; one more row, -1, stands for no clause.
    """

    clauses: tuple[Clause, ...]
    edition: tuple[Specification, ...]
    wording: NDArray[np.int64]
    wordings: tuple[tuple[ClauseUnit, ...], ...]
    by_id: Mapping[int, int]

    @classmethod
    def of(cls, specifications: Iterable[Specification]) -> ClauseBook:
        """Number the clauses."""
        clauses, editions, numbers = [], [], []
        wordings: dict[tuple[ClauseUnit, ...], int] = {}
        for specification in specifications:
            for clause in specification.clauses:
                clauses.append(clause)
                editions.append(specification)
                numbers.append(wordings.setdefault(clause.units, len(wordings)))
        return cls(
            tuple(clauses),
            tuple(editions),
            np.array([*numbers, -1], np.int64),
            tuple(wordings),
            {clause.id: index for index, clause in enumerate(clauses)},
        )


class Rules:
    """From classes to clauses in the editions in force together; immutable."""

    def __init__(
        self,
        specifications: Sequence[Specification],
        classes: ClassBook,
        book: ClauseBook,
    ) -> None:
        """Take the editions in force, oldest validity first."""
        number = {(row.scheme, row.kind, row.code): index for index, row in enumerate(classes.rows)}
        in_force = _in_force(specifications)
        self.clauses_of: dict[int, list[int]] = {}
        for index, clause in enumerate(book.clauses):
            edition = book.edition[index]
            if in_force.get((edition.scheme, clause.kind)) == edition.id:
                row = number[edition.scheme, clause.kind, clause.class_code]
                self.clauses_of.setdefault(row, []).append(index)
        self.classes_in_force = frozenset(self.clauses_of)
        # The first sub-condition stands for the class until a person says which one it is.
        self.first_clause = np.full(len(classes.rows) + 1, -1, np.int32)
        for row, indexes in self.clauses_of.items():
            self.first_clause[row] = indexes[0]


def _in_force(specifications: Sequence[Specification]) -> dict[tuple[str, str], int]:
    """Return the edition id per (scheme, kind): the one that took effect last.

    An edition that holds components only leaves another one's events in force.
    """
    chosen: dict[tuple[str, str], int] = {}
    for specification in specifications:  # oldest validity first
        for kind in specification.kinds:
            chosen[specification.scheme, kind] = specification.id
    return chosen
