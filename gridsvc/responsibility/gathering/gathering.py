"""Facts in bulk: for exactly the rows whose clause, or a rule that covers its class, asks for them.

Each source (`sources.py`) tells a small number for a row. The wording of its clause and the numbers that it
has met so far are a row's state (`states.py`), and the last state is its case.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.gathering.place_sources import BY_PLACE
from gridsvc.responsibility.gathering.report_sources import ComponentSource
from gridsvc.responsibility.gathering.sources import Rows, Source, Told
from gridsvc.responsibility.gathering.states import States, rows_that_ask
from gridsvc.responsibility.situations import NOTHING_KNOWN, Situation
from gridsvc.responsibility.verdicts import VerdictBook

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Gathered:
    """The cases of n rows in the atlas's book of verdicts, and their states before any component, (n,)."""

    case: Indexes
    before: Indexes


class Gathering:
    """The sources of one moment. Grows by what is asked; else fixed. Safe to share between threads."""

    def __init__(self, book: VerdictBook, wordings: frozenset[int], sources: Sequence[Source]) -> None:
        """Take the wordings in force; of sources that tell one fact, the later goes before the earlier."""
        self._book = book
        self._told_by = [
            each
            for each in sources
            if any(not each.names.isdisjoint(book.wordings[k].asks) for k in wordings)
        ]
        # Components come last: a report that may mean several of them goes on from one state.
        self._sources = sorted(
            range(len(self._told_by)), key=lambda k: isinstance(self._told_by[k], ComponentSource)
        )
        asks = [0] * len(book.wordings)
        for k in wordings:
            for bit, number in enumerate(self._sources):
                if not self._told_by[number].names.isdisjoint(book.wordings[k].asks):
                    asks[k] |= 1 << bit
        self._components = sum(
            1 << bit
            for bit, number in enumerate(self._sources)
            if isinstance(self._told_by[number], ComponentSource)
        )
        by_place = sum(
            1 << bit
            for bit, number in enumerate(self._sources)
            if isinstance(self._told_by[number], BY_PLACE)
        )
        self._of_places = np.array([bool(each & by_place) for each in asks] + [False], bool)
        self._states = States(asks, [self._told_by[number].size for number in self._sources], self._case)

    def asks(self, source: type) -> bool:
        """Return whether anything in force asks for what a kind of source tells."""
        return any(isinstance(each, source) for each in self._told_by)

    def asks_of_places(self, wording: Indexes) -> NDArray[np.bool_]:
        """Return which wordings ask for what may differ from one place to another nearby; -1: none."""
        return np.asarray(self._of_places[wording])

    def cases_from(self, before: Indexes, component: int) -> Indexes:
        """Return the cases of states before components with one component for all, shape (n,)."""
        return self.with_components(before, np.full(len(before), component, np.int64))

    def cases(self, wording: Indexes, rows: Rows) -> Gathered:
        """Return the case of each row; `wording` -1: no clause.

        A place outside every area gets no facts: no rule decides there, but a person.
        """
        states = self._states
        state = states.first(wording, rows.located)
        if not self._sources:
            return Gathered(wording + np.int32(1), state)
        asks = states.asks(state)
        of_any = int(np.bitwise_or.reduce(asks)) & ~self._components
        for bit, number in enumerate(self._sources):
            source = self._told_by[number]
            if not of_any >> bit & 1 or (source.said is not None and source.said not in rows.given):
                continue
            part = rows_that_ask(asks, 1 << bit)
            state[part] = states.follow(bit, state.take(part), source.codes(rows, part))
        if not self._components:
            return Gathered(states.cases(state), state)
        return Gathered(self.with_components(state, rows.component), state)

    def with_components(self, before: Indexes, component: Ints) -> Indexes:
        """Return the cases of rows in these states with components as in `ComponentSource`, shape (n,)."""
        states, state = self._states, before
        if self._components:
            part = rows_that_ask(states.asks(before), self._components)
            if len(part):
                state = before.copy()
                bit = self._components.bit_length() - 1
                state[part] = states.follow(bit, before.take(part), component.take(part))
        return states.cases(state)

    def _case(self, wording: int, codes: Sequence[int]) -> int:
        """Return the case of a wording and the number that each source told, 0 for nothing."""
        told = Told()
        by_source = dict(zip(self._sources, codes, strict=True))
        for number, source in enumerate(self._told_by):
            if by_source[number]:
                source.tell(by_source[number], told)
        asks = self._book.wordings[wording].asks
        situation = Situation(
            tuple(sorted(pair for pair in told.facts.items() if pair[0] in asks)),
            tuple(sorted((pair for pair in told.parties.items() if pair[0] in asks), key=lambda p: p[0])),
        )
        case = (wording, NOTHING_KNOWN if situation == NOTHING_KNOWN else situation)
        return int(self._book.cases_of([case])[0])
