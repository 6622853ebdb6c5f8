"""Verdicts by case and ground, worked out once and then looked up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from gridsvc.handling.grades import grade_of_ground
from gridsvc.responsibility.blending import blend_components
from gridsvc.responsibility.candidates import Ground, Verdict
from gridsvc.responsibility.deciding import NO_CLAUSE, decide
from gridsvc.responsibility.limit_book import GRADES
from gridsvc.responsibility.rules import Wording
from gridsvc.responsibility.situations import NOTHING_KNOWN, Situation
from gridsvc.responsibility.unit_calendars import UnitCalendars

Numbers = NDArray[np.int32]

_OPEN = -1  # nobody has asked for this verdict yet
_LEAST = 64
_MOST_BLENDS = 20_000  # some 60 MB

Votes = tuple[tuple[int, float], ...]
"""Numbers of verdicts, each with its share."""


class VerdictBook:
    """All verdicts of an atlas, numbered; and the cases and grounds that they follow from.

    A case is a wording of clauses (the bodies that they name, and the rules that cover them) in a situation;
    case 0 is no clause at all, and case k + 1 is wording k with nothing known. The book only grows: a case or
    a ground that is met for the first time gets the next number, and keeps it, so that arrays of numbers stay
    good. Safe to share between threads.
    """

    def __init__(
        self,
        wordings: Sequence[Wording],
        units: Mapping[str, str],
        calendars: UnitCalendars,
    ) -> None:
        """Take the distinct wordings, unit names by code, and the calendars that units are on."""
        self._units = units
        self._calendars = calendars
        self._lock = Lock()
        self.wordings = tuple(wordings)
        self.cases: list[tuple[int, Situation]] = [(-1, NOTHING_KNOWN)]
        self.cases += [(wording, NOTHING_KNOWN) for wording in range(len(wordings))]
        self._case = {case: number for number, case in enumerate(self.cases)}
        self._ground: dict[Ground, int] = {}
        self._grounds: list[Ground] = []
        self._blends: dict[Votes, Verdict] = {}
        self.verdicts: list[Verdict] = [NO_CLAUSE]
        self._table = np.full((len(self.cases), _LEAST), _OPEN, np.int32)
        self._table[0] = 0
        self._grade = np.full(len(self.cases), -1, np.int8)
        self._calendar = np.zeros(_LEAST, np.int32)

    def grounds_of(self, grounds: Sequence[Ground]) -> NDArray[np.int64]:
        """Return the number of each ground (None: outside every area)."""
        if any(ground not in self._ground for ground in grounds):
            with self._lock:
                for ground in grounds:
                    if ground not in self._ground:
                        self._grounds.append(ground)
                        self._grow()
                        # Named when its column is there: a reader never meets a number without one.
                        self._ground[ground] = len(self._grounds) - 1
        return np.array([self._ground[ground] for ground in grounds], np.int64)

    def cases_of(self, cases: Sequence[tuple[int, Situation]]) -> Numbers:
        """Return the number of each case: a wording (-1: no clause) and what is known."""
        if any(case not in self._case for case in cases):
            with self._lock:
                for case in cases:
                    if case not in self._case:
                        self.cases.append(case)
                        self._grow()
                        self._grade[len(self.cases) - 1] = self._grade_of(case)
                        self._case[case] = len(self.cases) - 1
        return np.array([self._case[case] for case in cases], np.int32)

    def look_up(self, case: Numbers, ground: NDArray[np.int64]) -> Numbers:
        """Return the number of the verdict of each case on each ground, shape (n,)."""
        table = self._table
        found = table.ravel().take(case * np.int64(table.shape[1]) + ground)
        open_ = np.flatnonzero(found == _OPEN)
        if len(open_):
            keys = case[open_].astype(np.int64) * len(self._grounds) + ground[open_]
            distinct, which = np.unique(keys, return_inverse=True)
            numbers = [self._number(*divmod(key, len(self._grounds))) for key in distinct.tolist()]
            found[open_] = np.array(numbers, np.int32)[which.ravel()]
        return found

    def verdict(self, case: int, ground: Ground) -> Verdict:
        """Return the verdict of one case on a ground."""
        return self.verdicts[self._number(case, int(self.grounds_of([ground])[0]))]

    def blended(self, votes: Votes) -> Verdict:
        """Return the verdict over those that may hold (`blend_components`), kept for the next time."""
        known = self._blends.get(votes)
        if known is None:
            known = blend_components([(share, self.verdicts[number]) for number, share in votes])
            if len(self._blends) >= _MOST_BLENDS:
                self._blends.clear()
            self._blends[votes] = known
        return known

    def situation(self, case: int) -> Situation:
        """Return what is known in a case."""
        return self.cases[case][1]

    def grades(self, case: Numbers) -> NDArray[np.int8]:
        """Return the grade by which the limit of each case goes, as numbers of GRADES, -1 for none."""
        return self._grade.take(case)

    def calendars(self, verdict: Numbers) -> Numbers:
        """Return the number of the calendar of the leading unit of each verdict, 0 for the settings' own."""
        return self._calendar.take(verdict)

    def _grade_of(self, case: tuple[int, Situation]) -> int:
        wording, situation = case
        name = self.wordings[wording].grade_fact if wording >= 0 else None
        value = situation.fact(name) if name is not None else None
        # An urgency is its letter; the grade of a ground is what somebody wrote on a map.
        grade = grade_of_ground(value) if value and name == "management_grade" else value
        return GRADES.index(grade) if grade is not None else -1

    def _number(self, case: int, ground: int) -> int:
        number = int(self._table[case, ground])
        if number != _OPEN:
            return number
        wording, situation = self.cases[case]
        said = self.wordings[wording]
        verdict = decide(said.clause, said.rules, self._grounds[ground], situation, self._units)
        with self._lock:
            # Another thread may have come to the same verdict meanwhile: the first number stays.
            if self._table[case, ground] == _OPEN:
                self.verdicts.append(verdict)
                if len(self.verdicts) > len(self._calendar):
                    self._calendar = np.append(self._calendar, np.zeros_like(self._calendar))
                self._calendar[len(self.verdicts) - 1] = self._calendars.number_of(verdict.unit)
                self._table[case, ground] = len(self.verdicts) - 1
            return int(self._table[case, ground])

    def _grow(self) -> None:
        """Make room for all cases and grounds; who reads the old table meanwhile finds it as it was."""
        height, width = self._table.shape
        if len(self.cases) <= height and len(self._grounds) <= width:
            return
        wider = np.full(
            (
                height if len(self.cases) <= height else 2 * len(self.cases),
                width if len(self._grounds) <= width else 2 * len(self._grounds),
            ),
            _OPEN,
            np.int32,
        )
        wider[:height, :width] = self._table
        wider[0] = 0
        grade = np.full(len(wider), -1, np.int8)
        grade[: len(self._grade)] = self._grade
        self._table, self._grade = wider, grade
