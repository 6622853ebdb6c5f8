"""What lint knows besides the specification: units, classes, reports, the edition before, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gridsvc.catalog import Class, Unit
from gridsvc.handling.expressions import UnitExpression
from gridsvc.handling.specifications import Specification


@dataclass(frozen=True, slots=True)
class Upheld:
    """Refusals that were upheld against one rule (or, `rule` None, against a clause's own words)."""

    rule: int | None
    clause: int
    unit: str
    count: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a specification is held against; None where nobody knows, and what needs it is not looked at.

    `reported`: reports by (kind, class code) of the scheme. `unanswered` gives for words such as 所属街办
    the streets on which they lead to no unit; `streets` counts all. `zone_kinds`: kinds of zones on the map.
    `parents`: code of the area above each area that rules may name.
    """

    classes: Sequence[Class] = ()
    units: Sequence[Unit] | None = None
    reported: Mapping[tuple[str, str], int] | None = None
    previous: Specification | None = None
    unanswered: Callable[[UnitExpression], tuple[str, ...]] | None = None
    streets: int = 0
    zone_kinds: frozenset[str] | None = None
    parents: Mapping[str, str | None] = field(default_factory=dict)
    upheld: Sequence[Upheld] = ()

    @property
    def reports(self) -> int | None:
        """How many reports were looked at."""
        return None if self.reported is None else sum(self.reported.values())

    def cases(self, kind: str, class_code: str) -> int | None:
        """Return how many reports are of a class."""
        return None if self.reported is None else self.reported.get((kind, class_code), 0)


NOTHING_AROUND = Surroundings()
