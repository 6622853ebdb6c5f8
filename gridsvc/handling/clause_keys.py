"""Two clauses with one key: a class has one clause for a filing condition, and one for a number."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

from gridsvc.errors import Fault, Text
from gridsvc.handling.drafts import DraftClass, DraftClause


@dataclass(slots=True)
class ClauseKeys:
    """The clauses of a form by their keys, as they are read."""

    conditions: dict[tuple[str, str, str], DraftClause] = field(default_factory=dict)
    numbers: dict[tuple[str, str, str], DraftClause] = field(default_factory=dict)

    def takes(self, of: DraftClass, clause: DraftClause, refused: list[Fault], *, by_row: bool) -> bool:
        """Return whether a clause of a class is one more; what contradicts an earlier one is refused.

        `by_row`: the limit of its row is that of an area class; the rows of one condition become one clause.
        A row that says the same again is taken, and is a doubt of the whole form (condition_twice).
        """
        plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", clause.condition))
        before = self.conditions.setdefault((of.kind, of.code, plain), clause)
        if before is not clause:
            if by_row and before.graded and _joined(before, clause):
                return False
            column = _difference(before, clause)
            if column is not None:
                refused.append(_twice(before, clause, column))
                return False
        number = clause.row.text("number")
        if not number:
            return True
        first = self.numbers.setdefault((of.kind, of.code, number), clause)
        if first is not clause and first is not before:
            refused.append(
                clause.row.fault(
                    "number_twice",
                    "number",
                    f"本小类的序号 {number} 已用于第 {first.row.row} 行的另一个立案条件",
                    f"number {number} of this class is that of another condition in row {first.row.row}",
                )
            )
            return False
        return True


def _joined(before: DraftClause, clause: DraftClause) -> bool:
    """Add the limits by grade of a row to the clause of the same condition, if nothing else differs."""
    taken = {grade for grade, _, _ in before.graded}
    alike = _units(before) == _units(clause) and before.closing == clause.closing
    if not clause.graded or not alike or taken & {grade for grade, _, _ in clause.graded}:
        return False
    before.graded = sorted([*before.graded, *clause.graded], key=lambda each: each[0])
    return True


def _difference(before: DraftClause, clause: DraftClause) -> str | None:
    """Return the column in which two clauses of one condition differ, None when they say the same."""
    if _limits(before) != _limits(clause):
        columns = [name for name in clause.row.headers if name.startswith("limit")]
        differing = [name for name in columns if clause.row.text(name) != before.row.text(name)]
        return next(iter(differing), "limit")
    if _units(before) != _units(clause):
        return "units"
    return "closing" if before.closing != clause.closing else None


def _limits(clause: DraftClause) -> object:
    limit = (clause.limit.value, clause.limit.unit) if clause.limit else clause.limit_text
    graded = [(grade, each and (each.value, each.unit)) for grade, _, each in clause.graded]
    return limit, graded, [stage.name for stage in clause.stages]


def _units(clause: DraftClause) -> list[tuple[str, str]]:
    return [(each.role, each.text) for each in clause.units]


def _twice(before: DraftClause, clause: DraftClause, column: str) -> Fault:
    what = {"units": Text("处置单位", "units"), "closing": Text("结案条件", "closing condition")}.get(
        column, Text("时限", "limit")
    )
    sheet = f"[{before.row.sheet}] " if before.row.sheet != clause.row.sheet else ""
    return clause.row.fault(
        "clause_twice",
        column,
        f"与{sheet}第 {before.row.row} 行是同一小类的同一立案条件，{what.zh}却不同",
        f"the same class and filing condition as in {sheet}row {before.row.row}, with another {what.en}",
        Text(
            "写明两者在立案条件上的区别；若按区域或紧急程度分级，分列填写 A类、B类、C类",
            "say how the conditions differ; if the limits go by grade, give them columns A类, B类, C类",
        ),
    )
