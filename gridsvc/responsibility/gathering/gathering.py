"""Facts in bulk: for exactly the rows whose clause, or a rule that covers its class, asks for them.

Each source (`sources.py`) tells a small number for a row. The numbers of a row and the wording of its clause
together are its case; a case is worked out once, however many rows have it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.distinct import MOST_DENSE, distinct
from gridsvc.responsibility.gathering.sources import Rows, Source, Told
from gridsvc.responsibility.situations import NOTHING_KNOWN, Situation
from gridsvc.responsibility.verdicts import VerdictBook

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]


class Gathering:
    """The sources of one moment. Grows by what is asked; else fixed. Safe to share between threads."""

    def __init__(self, book: VerdictBook, wordings: frozenset[int], sources: Sequence[Source]) -> None:
        """Take the wordings in force; of sources that tell one fact, the later goes before the earlier."""
        self._book = book
        asked = [
            np.array(
                [k in wordings and not names.isdisjoint(each.asks) for k, each in enumerate(book.wordings)]
                + [False],
                bool,
            )
            for names in (source.names for source in sources)
        ]
        self._sources = [(source, by) for source, by in zip(sources, asked, strict=True) if by.any()]
        self._any = np.zeros(len(book.wordings) + 1, bool)
        for _, by in self._sources:
            self._any |= by
        self._known: dict[tuple[int, ...], int] = {}

    def asks(self, source: type) -> bool:
        """Return whether anything in force asks for what a kind of source tells."""
        return any(isinstance(each, source) for each, _ in self._sources)

    def cases(self, wording: Indexes, rows: Rows) -> Indexes:
        """Return the case of each row in the atlas's book of verdicts, shape (n,); `wording` -1: no clause.

        A place outside every area gets no facts: no rule decides there, but a person.
        """
        case = wording + np.int32(1)
        if not self._sources:
            return case
        chosen = np.flatnonzero(self._any[wording] & rows.located)
        if not len(chosen):
            return case
        said = wording[chosen]
        key, size = said.astype(np.int64), len(self._book.wordings)
        columns = []
        for source, asked in self._sources:
            mask = asked[said]
            codes = source.codes(rows, chosen) if mask.all() else self._part(source, rows, chosen, mask)
            columns.append(codes)
            if size * source.size > MOST_DENSE:
                # Numbered anew while that is still quick: few of all combinations are ever met.
                present, key = distinct(key, size)
                size = len(present)
            key = key * source.size + codes
            size *= source.size
        present, number = distinct(key, size)
        first = np.empty(len(present), np.int64)
        first[number] = np.arange(len(number))
        keys = np.stack([said[first], *(codes[first] for codes in columns)], axis=1).tolist()
        case[chosen] = np.array([self._case(tuple(each)) for each in keys], np.int32)[number]
        return case

    @staticmethod
    def _part(source: Source, rows: Rows, at: Ints, mask: NDArray[np.bool_]) -> Ints:
        codes = np.zeros(len(at), np.int64)
        part = np.flatnonzero(mask)
        if len(part):
            codes[part] = source.codes(rows, at[part])
        return codes

    def _case(self, key: tuple[int, ...]) -> int:
        known = self._known.get(key)
        if known is None:
            wording, *codes = key
            told = Told()
            for (source, _), code in zip(self._sources, codes, strict=True):
                if code:
                    source.tell(code, told)
            asks = self._book.wordings[wording].asks
            situation = Situation(
                tuple(sorted(pair for pair in told.facts.items() if pair[0] in asks)),
                tuple(sorted((pair for pair in told.parties.items() if pair[0] in asks), key=lambda p: p[0])),
            )
            case = (wording, NOTHING_KNOWN if situation == NOTHING_KNOWN else situation)
            known = self._known[key] = int(self._book.cases_of([case])[0])
        return known
