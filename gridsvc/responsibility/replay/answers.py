"""Answers as numbers, so that a million of one edition can be compared with a million of another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.atlas import Atlas
from gridsvc.responsibility.candidates import Verdict
from gridsvc.responsibility.grid import UPPER_LEVELS
from gridsvc.responsibility.resolutions import Resolutions

Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

DECISIONS = ("determined", "ranked", "fallback", "needs_decision")
NEEDS_DECISION = DECISIONS.index("needs_decision")
LEVELS = (*UPPER_LEVELS, "cell")


class Register:
    """Numbers for texts, from 0 in the order in which they are met; None has a number like any other."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, number: int) -> str | None:
        return self.texts[number]

    @property
    def texts(self) -> list[str | None]:
        """All texts by number."""
        return list(self._numbers)

    def number(self, text: str | None) -> int:
        """Return the number of a text."""
        return self._numbers.setdefault(text, len(self._numbers))

    def numbers(self, texts: Sequence[str | None]) -> Numbers:
        """Return the numbers of texts, shape (n,)."""
        return np.array([self.number(text) for text in texts], np.int64)


@dataclass(frozen=True, slots=True)
class Registers:
    """What both sides of a replay number alike: units, and areas by level."""

    units: Register
    areas: dict[str, Register]

    @classmethod
    def empty(cls) -> Registers:
        """Return registers that hold nothing yet."""
        return cls(Register(), {level: Register() for level in LEVELS})


@dataclass(frozen=True, slots=True)
class Answers:
    """One side's answers, shape (n,) each.

    `answered`: the rows that have a verdict; elsewhere the rest means nothing. `decision` counts in
    DECISIONS, `unit` and `areas` in the registers, `class_` (-1: none) in the atlas's books. `deadline` is
    microseconds UTC, NO_DEADLINE for none.
    """

    resolutions: Resolutions
    answered: Mask
    decision: Numbers
    unit: Numbers
    deadline: Numbers
    class_: Numbers
    areas: dict[str, Numbers]


class Numbering:
    """One side of a replay: its atlas, and what of the atlas's verdicts is already numbered."""

    def __init__(self, atlas: Atlas, registers: Registers) -> None:
        self._registers = registers
        self._decision = np.zeros(0, np.int64)
        self._unit = np.zeros(0, np.int64)
        self._areas = [
            {
                level: registers.areas[level].numbers([*layer.codes, None])
                if (layer := moment.grid.layers.get(level)) is not None
                else registers.areas[level].numbers([None])
                for level in LEVELS
            }
            for moment in atlas.moments
        ]

    def answers(self, resolutions: Resolutions) -> Answers:
        """Return the answers of a batch as numbers."""
        decision, unit = self._verdicts(resolutions.atlas.verdicts.verdicts)
        verdict = resolutions.verdict
        decisions, units = decision[verdict], unit[verdict]
        for row, weighed in resolutions.weighed.items():
            decisions[row] = DECISIONS.index(weighed.decision)
            units[row] = self._registers.units.number(weighed.unit)
        return Answers(
            resolutions=resolutions,
            answered=(resolutions.problem == 0) & (verdict >= 0),
            decision=decisions,
            unit=units,
            deadline=resolutions.deadline,
            class_=resolutions.class_.astype(np.int64),
            areas={level: self._in_areas(resolutions, level) for level in LEVELS},
        )

    def _verdicts(self, verdicts: Sequence[Verdict]) -> tuple[Numbers, Numbers]:
        """Return decision and unit by number of the verdict; the book only grows."""
        fresh = verdicts[len(self._decision) :]
        if fresh:
            decisions = np.array([DECISIONS.index(each.decision) for each in fresh], np.int64)
            units = self._registers.units.numbers([each.unit for each in fresh])
            self._decision = np.concatenate([self._decision, decisions])
            self._unit = np.concatenate([self._unit, units])
        return self._decision, self._unit

    def _in_areas(self, resolutions: Resolutions, level: str) -> Numbers:
        index = resolutions.cell if level == "cell" else resolutions.areas[level]
        if len(self._areas) == 1:
            return self._areas[0][level][index]
        found = np.empty(len(resolutions), np.int64)
        for number, areas in enumerate(self._areas):
            rows = resolutions.moment == number
            found[rows] = areas[level][index[rows]]
        return found
