"""What lint knows besides the specification: units, classes, reports, the edition before, refusals."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

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


@dataclass(frozen=True, slots=True)
class World:
    """What an installation knows, whichever edition is looked at; see `Surroundings`.

    `reported`: reports by (scheme, kind, class code). `editions`: all that are stored, withdrawn ones too.
    """

    around: Surroundings = NOTHING_AROUND
    reported: Mapping[tuple[str, str, str], int] | None = None
    editions: Sequence[Specification] = ()

    def around_edition(self, edition: Specification) -> Surroundings:
        """Return what an edition, stored or not (id 0), is held against."""
        reported = None
        if self.reported is not None:
            reported = {
                (kind, code): count
                for (scheme, kind, code), count in self.reported.items()
                if scheme == edition.scheme
            }
        # The numbers that stand for ids in a file are those of other rules and clauses in the database.
        upheld = self.around.upheld if edition.id else ()
        return replace(self.around, reported=reported, previous=self._before(edition), upheld=upheld)

    def _before(self, edition: Specification) -> Specification | None:
        """Return the edition before this one: of its scheme, with a kind of class in common."""
        others = [
            each
            for each in self.editions
            if each.id != edition.id
            and each.scheme == edition.scheme
            and set(each.kinds) & set(edition.kinds)
            and (edition.id == 0 or _order(each) < _order(edition))
        ]
        return max(others, key=_order, default=None)


def _order(edition: Specification) -> tuple[datetime, datetime]:
    return edition.effective_from or datetime.min.replace(tzinfo=UTC), edition.imported_at


NOWHERE_KNOWN = World()
