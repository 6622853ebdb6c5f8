"""What an import tells of a form as a whole: how much of its unit texts was understood, what is left open."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gridsvc.handling.drafts import DraftClass, DraftClause, DraftSpecification


@dataclass(frozen=True, slots=True)
class ExpressionCount:
    """The phrases of all unit cells, how many of them were understood, and the others in their words.

    A phrase is understood when it was read without putting parts together (unit_fragment) and without taking
    for a name what does not look like one (unit_not_a_name). A cell counts once, however many clauses it
    holds for.
    """

    phrases: int
    understood: int
    rest: tuple[str, ...]

    @property
    def share(self) -> float:
        """The share understood, 1 when there is nothing to understand."""
        return self.understood / self.phrases if self.phrases else 1.0

    def as_dict(self) -> dict[str, Any]:
        """Return the numbers, the share rounded to four places."""
        return {
            "phrases": self.phrases,
            "understood": self.understood,
            "share": round(self.share, 4),
            "rest": list(self.rest),
        }


def count_expressions(drafts: Sequence[DraftClass]) -> ExpressionCount:
    """Count the phrases of the unit cells of a form."""
    cells = {id(clause.units_row): clause for each in drafts for clause in each.clauses}
    units = [unit for clause in cells.values() for unit in clause.units]
    rest = [unit.text for unit in units if unit.doubt is not None]
    return ExpressionCount(len(units), len(units) - len(rest), tuple(dict.fromkeys(rest)))


def undeclared(drafts: Sequence[DraftClass], form: DraftSpecification) -> Iterator[str]:
    """Return which of hour and day the limits use plainly, without anybody saying what they count."""
    used = {unit for each in drafts for clause in each.clauses for unit in _units(clause)}
    if "hour" in used and form.hour_means is None:
        yield "hour"
    if "day" in used and form.day_means is None:
        yield "day"


def _units(clause: DraftClause) -> Iterator[str]:
    for limit in (clause.limit, *(each for _, _, each in clause.graded), *(x.limit for x in clause.stages)):
        if limit is not None:
            yield limit.unit
