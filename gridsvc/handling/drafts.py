"""What a form says, before it is stored: classes with their clauses, rules, and what it says about itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gridsvc.handling.expressions import DraftUnit
from gridsvc.handling.forms import FormRow
from gridsvc.handling.limits import Limit
from gridsvc.handling.rules import Condition
from gridsvc.handling.specifications import Stage


@dataclass(slots=True)
class DraftClause:
    """A clause as the form gives it, with the row it stands in and the row of its unit cell."""

    row: FormRow
    condition: str
    closing: str | None
    limit: Limit | None
    limit_text: str | None
    units: Sequence[DraftUnit]
    units_row: FormRow
    supervising_row: FormRow | None
    graded: list[tuple[str, str, Limit | None]] = field(default_factory=list)
    """Grade (A to D), the limit as written, and as it was read."""
    stages: list[Stage] = field(default_factory=list)
    legal_basis: str | None = None
    collection_rule: str | None = None
    season_from: str | None = None
    """MM-DD, with `season_to`, or both None."""
    season_to: str | None = None
    other: dict[str, str] = field(default_factory=dict)
    """Text of every other column by its header."""

    @property
    def responsible_text(self) -> str:
        """The unit cell as written."""
        return self.units_row.text("units")

    @property
    def supervising_text(self) -> str | None:
        """The supervising cell as written."""
        return self.supervising_row.text("supervising") or None if self.supervising_row else None


@dataclass(slots=True)
class DraftClass:
    """A class as the form gives it; `row` is where it starts, `code` major and minor code together."""

    row: FormRow
    kind: str
    code: str
    name: str
    major_code: str
    major_name: str
    clauses: list[DraftClause] = field(default_factory=list)
    cells: dict[str, str] = field(default_factory=dict)
    """The class cells as the form wrote them (1, not 01), by field; what it left blank, as it was read."""


@dataclass(slots=True)
class DraftRule:
    """A responsibility rule as a form gives it (see rules.Rule); `row` None: of the default policy."""

    code: str
    priority: int
    units: Sequence[DraftUnit]
    kind: str | None = None
    class_codes: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    outcome: str = "assign"
    listed_only: bool = False
    is_fallback: bool = False
    note: str | None = None
    basis: str | None = None
    row: FormRow | None = None


@dataclass(slots=True)
class DraftSpecification:
    """A whole form: its classes and rules, and what it says about itself.

    `rules` None: the form knows no rules, and the default policy is stored for it; (): it has none on
    purpose. What the form does not say about itself is None, and the options of the import say it.
    """

    classes: list[DraftClass]
    rules: Sequence[DraftRule] | None = None
    name: str | None = None
    scheme: str | None = None
    effective: datetime | None = None
    hour_means: str | None = None
    day_means: str | None = None
    grade_means: str | None = None
