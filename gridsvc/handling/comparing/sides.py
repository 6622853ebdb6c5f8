"""What stands on one side of a comparison: an edition by name, what is in force on a date, or a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from gridsvc.errors import NotFound, Text
from gridsvc.handling.specification_import import import_specification
from gridsvc.handling.specifications import Clause, Specification, in_force, load_specifications

Key = tuple[str, str]
"""Scheme and kind: for each there is one edition in force."""


@dataclass(frozen=True, eq=False)
class Side:
    """One side; `by_key` says which edition speaks for each scheme and kind.

    `from_file`: it was read from a file and is not in the database; the ids of its clauses mean nothing.
    """

    name: str
    by_key: Mapping[Key, Specification]
    from_file: bool = False

    @property
    def specifications(self) -> tuple[Specification, ...]:
        """The editions, each once."""
        return tuple({each.id: each for _, each in sorted(self.by_key.items())}.values())

    @cached_property
    def clauses(self) -> tuple[tuple[Key, Clause], ...]:
        """Every clause that speaks, with its scheme and kind."""
        return tuple(
            (key, clause)
            for key, edition in sorted(self.by_key.items())
            for clause in edition.clauses
            if clause.kind == key[1]
        )


@dataclass(frozen=True, slots=True)
class Trial:
    """How a file that is not loaded is read: as `spec import` would with these words, at `now` (aware)."""

    now: datetime
    scheme: str | None = None
    kind: str | None = None
    hour_means: str | None = None
    day_means: str | None = None
    grade_means: str | None = None
    policy: bool = True

    def options(self) -> dict[str, Any]:
        """Return the keywords of `import_specification`."""
        return {
            "scheme": self.scheme,
            "kind": self.kind,
            "hour_means": self.hour_means,
            "day_means": self.day_means,
            "grade_means": self.grade_means,
            "policy": self.policy,
            # An instant that no edition begins at: the file supersedes none and overlaps none.
            "effective": self.now,
        }


def read_sides(connection: Connection, given: Sequence[str | datetime], trial: Trial) -> list[Side]:
    """Return each side that is given: the name of an edition (withdrawn or not), an aware instant, or a file.

    A file is imported as it would be for good, so that its units, classes and rules are those that it would
    have; the caller undoes that by a savepoint (`connection.begin_nested()`), and has to.

    Raises:
        NotFound: `unknown_edition`, `nothing_in_force`.
        InputRefused, Conflict, WrongUsage: what `import_specification` says of a file.
    """
    stored = load_specifications(connection, withdrawn=True)
    return [
        _in_force(stored, each)
        if isinstance(each, datetime)
        else _named(connection, stored, each, trial, number)
        for number, each in enumerate(given, 1)
    ]


def _in_force(stored: Sequence[Specification], at: datetime) -> Side:
    by_key = in_force(stored, at)
    if not by_key:
        raise NotFound(
            "nothing_in_force",
            Text(f"{at:%Y-%m-%d} 没有生效的处置规范。", f"No specification is in force on {at:%Y-%m-%d}."),
            remedy=Text("用 gridsvc spec list 查看现有版本。", "See gridsvc spec list for those there are."),
        )
    return Side(f"{at:%Y-%m-%d}", by_key)


def _named(
    connection: Connection, stored: Sequence[Specification], name: str, trial: Trial, number: int
) -> Side:
    found = next((each for each in stored if each.name == name), None)
    if found is not None:
        return Side(name, {(found.scheme, kind): found for kind in found.kinds})
    path = Path(name)
    if not path.is_file():
        listed = [each.name for each in stored]
        raise NotFound(
            "unknown_edition",
            Text(f"没有版本“{name}”，也没有这个文件。", f"There is neither an edition nor a file “{name}”."),
            remedy=Text(
                f"现有版本：{'、'.join(listed) or '无'}（gridsvc spec list）。",
                f"Editions: {', '.join(listed) or 'none'} (gridsvc spec list).",
            ),
        )
    # A name of its own: a workbook says which edition it is, and that one may be loaded with other content.
    own = f"{number} {path.name[-150:]} {trial.now.isoformat()}"
    done = import_specification(connection, path, edition=own, **trial.options())
    read = next(x for x in load_specifications(connection, withdrawn=True) if x.name == done.edition)
    read = replace(read, name=path.name, withdrawn_at=None)
    return Side(path.name, {(read.scheme, kind): read for kind in read.kinds}, from_file=True)
