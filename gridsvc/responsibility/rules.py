"""The specification in force at one instant: from a class to its clauses, and what they ask for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling import Clause, Rule, Specification
from gridsvc.responsibility.classes import ClassBook

PARTIES: Mapping[str, str] = {
    "each_owner": "component",
    "maintainer": "component",
    "supervisor": "component",
    "property_manager": "compound",
    "builder": "construction_site",
    "road_keeper": "road",
}
"""Words that mean somebody whom the place or the component knows, and where he is known from."""

_GRADE_FACTS = {"area": "management_grade", "urgency": "urgency"}


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """All that a verdict follows from besides ground and situation.

    `clause` stands for all clauses that name the same bodies; `rules` cover their classes, in their order.
    `grade_fact`: what graded limits of these clauses go by, None for none. `asks`: names of the facts and
    words for parties that all of this asks for.
    """

    clause: Clause
    rules: tuple[Rule, ...]
    grade_fact: str | None
    asks: frozenset[str]


@dataclass(frozen=True, slots=True)
class ClauseBook:
    """All clauses of all editions in use, in one numbering.

    `edition[i]` is clause i's edition; `wording[i]` numbers `wordings`; one more row, -1, stands for no
    clause.
    """

    clauses: tuple[Clause, ...]
    edition: tuple[Specification, ...]
    wording: NDArray[np.int32]
    wordings: tuple[Wording, ...]
    by_id: Mapping[int, int]

    @classmethod
    def of(cls, specifications: Iterable[Specification]) -> ClauseBook:
        """Number the clauses."""
        clauses, editions, numbers = [], [], []
        wordings: dict[tuple[object, ...], int] = {}
        distinct: list[Wording] = []
        for specification in specifications:
            covering: dict[tuple[str, str], tuple[Rule, ...]] = {}
            for clause in specification.clauses:
                key = clause.kind, clause.class_code
                if key not in covering:
                    covering[key] = tuple(each for each in specification.rules if each.covers(*key))
                rules = covering[key]
                grade = grade_fact_of(clause, specification)
                said = (
                    clause.units,
                    clause.supervising_text,
                    grade,
                    specification.id if rules else None,
                    tuple(rule.code for rule in rules),
                )
                if said not in wordings:
                    wordings[said] = len(distinct)
                    distinct.append(Wording(clause, rules, grade, _asked(clause, rules, grade)))
                clauses.append(clause)
                editions.append(specification)
                numbers.append(wordings[said])
        return cls(
            tuple(clauses),
            tuple(editions),
            np.array([*numbers, -1], np.int32),
            tuple(distinct),
            {clause.id: index for index, clause in enumerate(clauses)},
        )


def grade_fact_of(clause: Clause, edition: Specification) -> str | None:
    """Return the fact that a clause's graded limits go by, None when it has none or nobody said."""
    return _GRADE_FACTS.get(edition.grade_means or "") if clause.graded else None


def _asked(clause: Clause, rules: Sequence[Rule], grade: str | None) -> frozenset[str]:
    means = {unit.means for unit in clause.units} | {unit.means for rule in rules for unit in rule.units}
    facts = {fact for rule in rules for fact in rule.facts}
    if any(PARTIES.get(each) == "component" for each in means):
        facts.add("component")  # why nobody stands behind the words: no such component is registered
    return frozenset(facts | (means & PARTIES.keys()) | ({grade} if grade else set()))


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
        self.wordings = frozenset(
            int(book.wording[each]) for indexes in self.clauses_of.values() for each in indexes
        )
        """Numbers of the wordings in force."""


def _in_force(specifications: Sequence[Specification]) -> dict[tuple[str, str], int]:
    """Return the edition id per (scheme, kind): the one that took effect last.

    An edition that holds components only leaves another one's events in force.
    """
    chosen: dict[tuple[str, str], int] = {}
    for specification in specifications:  # oldest validity first
        for kind in specification.kinds:
            chosen[specification.scheme, kind] = specification.id
    return chosen
