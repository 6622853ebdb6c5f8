"""Replay: cases of the past resolved under two atlases, and what is different between the answers.

One resolver, two atlases that differ only in what is to be compared. Every case keeps its own instant, place,
accuracy, facts and component. Cases come in batches, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text
from gridsvc.responsibility.atlas import Atlas
from gridsvc.responsibility.problems import PROBLEMS
from gridsvc.responsibility.queries import Queries
from gridsvc.responsibility.replay.answers import NEEDS_DECISION, Answers, Numbering, Registers
from gridsvc.responsibility.replay.classes import Translation
from gridsvc.responsibility.replay.examples import Example, Examples
from gridsvc.responsibility.replay.moves import MOVES, Moves
from gridsvc.responsibility.resolving import resolve

Mask = NDArray[np.bool_]

OTHER_SCHEME, NO_CLASS = "other_scheme", "no_class"


@dataclass(frozen=True, slots=True)
class Batch:
    """Some cases: `ids` as their source names them, shape (n,)."""

    ids: Sequence[Any]
    queries: Queries


@dataclass(frozen=True, slots=True)
class ReplaySide:
    """One side of a replay: its name, its atlas, and what it calls the classes of other schemes."""

    name: str
    atlas: Atlas
    translation: Translation


@dataclass(frozen=True, slots=True)
class Compared:
    """A batch with both answers; `compared` says which rows have both, `move` counts in MOVES. Shape (n,)."""

    registers: Registers
    batch: Batch
    before: Answers
    after: Answers
    compared: Mask
    move: NDArray[np.int64]

    def unit_changed(self) -> Mask:
        """Return which cases go to another unit, or to none, or to one for the first time."""
        return np.asarray(self.compared & (self.before.unit != self.after.unit))

    def undecidable(self) -> Mask:
        """Return which cases need a person now and did not before."""
        return np.asarray(self.compared & _needs(self.after) & ~_needs(self.before))

    def decidable(self) -> Mask:
        """Return which cases needed a person and do not any more."""
        return np.asarray(self.compared & _needs(self.before) & ~_needs(self.after))

    def changed(self) -> Mask:
        """Return which cases have another answer: unit, decision, deadline or area."""
        other = (
            (self.before.unit != self.after.unit)
            | (self.before.decision != self.after.decision)
            | (self.move >= MOVES.index("earlier"))
        )
        for level in self.before.areas:
            other |= self.before.areas[level] != self.after.areas[level]
        return np.asarray(self.compared & other)


def _needs(answers: Answers) -> Mask:
    return np.asarray(answers.decision == NEEDS_DECISION)


class Sink(Protocol):
    """What takes the compared batches besides the counting, such as a file of the changed cases."""

    def take(self, compared: Compared) -> None:
        """Take one batch."""


@dataclass(slots=True)
class Replay:
    """What a replay counted; every table adds up to `compared`, and that with `set_aside` to `cases`.

    `cube`: cases by (class, street before, unit before, unit after, decision before, decision after, move),
    in the numbers of the registers, DECISIONS and MOVES. `areas`: by level, cases that lie in another area.
    `undecidable`: by class and why, cases that need a person now and did not before. `other_schemes`: by
    scheme, cases whose class has no equivalent in the specification of one side.
    """

    before: ReplaySide
    after: ReplaySide
    registers: Registers
    examples: Examples
    cases: int = 0
    compared: int = 0
    changed: int = 0
    set_aside: Counter[str] = field(default_factory=Counter)
    other_schemes: Counter[str] = field(default_factory=Counter)
    cube: Counter[tuple[int, ...]] = field(default_factory=Counter)
    areas: Counter[str] = field(default_factory=Counter)
    streets: Counter[tuple[int, ...]] = field(default_factory=Counter)
    undecidable: Counter[tuple[int, str, str]] = field(default_factory=Counter)
    moves: Moves = field(default_factory=Moves)

    @property
    def shown(self) -> list[Example]:
        """The examples, by kind."""
        return self.examples.found


def replay(
    before: ReplaySide, after: ReplaySide, batches: Iterable[Batch], sinks: Sequence[Sink] = ()
) -> Replay:
    """Resolve every case under both sides and count what is different.

    The two atlases list the same classes in the same order; they were built from one catalogue.

    Raises:
        InputRefused: `no_cases`; `other_scheme`, when no case is of a class that both sides can name.
    """
    registers = Registers.empty()
    found = Replay(before, after, registers, Examples())
    numbering = [Numbering(side.atlas, registers) for side in (before, after)]
    for batch in batches:
        compared = _compared(found, numbering, batch)
        _count(found, compared)
        found.examples.take(compared)
        for sink in sinks:
            sink.take(compared)
    if not found.cases:
        raise InputRefused(
            "no_cases",
            Text("没有可重放的历史案件。", "There are no past cases to replay."),
            remedy=Text(
                "先用 gridsvc case import 导入历史，或用 --cases 给出文件，或放宽 --from、--to。",
                "Import history by gridsvc case import, name a file by --cases, or widen --from and --to.",
            ),
        )
    if found.set_aside[OTHER_SCHEME] == found.cases:
        raise _other_scheme(found)
    return found


def _compared(found: Replay, numbering: Sequence[Numbering], batch: Batch) -> Compared:
    sides = (found.before, found.after)
    n = len(batch.queries)
    strange = np.zeros(n, bool)
    answers = []
    for side, numbers in zip(sides, numbering, strict=True):
        queries, unknown = side.translation.of(batch.queries)
        for scheme, mask in unknown.items():
            found.other_schemes[scheme] += int((mask & ~strange).sum())
            strange |= mask
        answers.append(numbers.answers(resolve(side.atlas, queries)))
    old, new = answers
    compared = old.answered & new.answered & ~strange
    found.cases += n
    found.compared += int(compared.sum())
    _set_aside(found, old, new, strange, compared)
    move = found.moves.of(old, new, compared, found.before.atlas.calendar)
    return Compared(found.registers, batch, old, new, compared, move)


def _set_aside(found: Replay, old: Answers, new: Answers, strange: Mask, compared: Mask) -> None:
    """Count the cases that cannot be compared, each by the first reason."""
    left = ~compared
    if not left.any():
        return
    found.set_aside[OTHER_SCHEME] += int(strange.sum())
    left &= ~strange
    problem = np.where(old.resolutions.problem != 0, old.resolutions.problem, new.resolutions.problem)
    for number, count in enumerate(np.bincount(problem[left], minlength=1).tolist()):
        if count:
            found.set_aside[PROBLEMS[number] or NO_CLASS] += count


def _count(found: Replay, compared: Compared) -> None:
    rows = np.flatnonzero(compared.compared)
    old, new = compared.before, compared.after
    class_ = np.where(old.class_ >= 0, old.class_, new.class_)[rows]
    street = old.areas["street"][rows]
    columns = (
        class_,
        street,
        old.unit[rows],
        new.unit[rows],
        old.decision[rows],
        new.decision[rows],
        compared.move[rows],
    )
    found.cube.update(distinct(columns))
    found.changed += int(compared.changed().sum())
    for level, codes in old.areas.items():
        found.areas[level] += int((codes[rows] != new.areas[level][rows]).sum())
    other = new.areas["street"][rows]
    moved = street != other
    found.streets.update(distinct((street[moved], other[moved])))
    found.moves.count(class_, rows, compared.move, old, new)
    undecidable = compared.undecidable()
    for row in np.flatnonzero(undecidable).tolist():
        zh, en = _why(new, row)
        found.undecidable[int(max(old.class_[row], new.class_[row])), zh, en] += 1


def _why(answers: Answers, row: int) -> tuple[str, str]:
    """Return why a case needs a person, in words that many cases share."""
    found = answers.resolutions
    exact = found.atlas.verdicts.verdicts[int(found.verdict[row])]
    if exact.decision != "needs_decision":
        # The sentence of the case itself holds its metres and shares: as many sentences as cases.
        return (
            "按定位精度不足以判定责任单位。",
            "The accuracy of the place is too low to tell who is responsible.",
        )
    return exact.reason.zh, exact.reason.en


def distinct(columns: Sequence[NDArray[np.int64]]) -> dict[tuple[int, ...], int]:
    """Return how often each combination of whole numbers (>= 0) occurs in columns of one length."""
    sizes = [int(column.max(initial=0)) + 1 for column in columns]
    key = np.zeros(len(columns[0]), np.int64)
    for column, size in zip(columns, sizes, strict=True):
        key = key * size + column
    present, counts = np.unique(key, return_counts=True)
    parts = []
    for size in reversed(sizes):
        present, part = np.divmod(present, size)
        parts.append(part.tolist())
    return dict(zip(zip(*reversed(parts), strict=True), counts.tolist(), strict=True))


def _other_scheme(found: Replay) -> InputRefused:
    listed = "；".join(f"{scheme} {count:,}" for scheme, count in sorted(found.other_schemes.items()))
    return InputRefused(
        "other_scheme",
        Text(
            f"{found.cases:,} 件案件的分类标准都与规范不同，也没有对应关系：{listed}。",
            f"All {found.cases:,} cases are of another scheme than the specifications, and nothing says which"
            f" class is which: {listed}.",
        ),
        remedy=Text(
            "载入类别对应（gridsvc class crosswalk），或选用同一分类标准的版本。",
            "Load a crosswalk (gridsvc class crosswalk), or take editions of the cases' own scheme.",
        ),
    )
