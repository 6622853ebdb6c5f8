"""What the class words of questions mean under the editions in force together, looked up once for each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault
from gridsvc.responsibility.classes import ClassBook
from gridsvc.responsibility.distinct import MOST_DENSE, distinct
from gridsvc.responsibility.queries import Queries

Indexes = NDArray[np.int32]

NONE_FOUND = -2
"""In place of a class: the words found none, or several."""

_UNSEEN = -3
_FEW = 16  # so many questions are sooner looked up one by one


class AskedClasses:
    """The classes of one run of questions in one moment. Fills itself; safe to share between threads."""

    def __init__(self, queries: Queries, book: ClassBook, in_force: frozenset[int]) -> None:
        self._queries, self._book, self._in_force = queries, book, in_force
        size = queries.class_words_size
        dense = len(queries) > _FEW and size <= MOST_DENSE
        self._table = np.full(size, _UNSEEN, np.int32) if dense else None
        self.faults: dict[int, Fault] = {}
        """By number of class words, why they found none."""

    def of(self, rows: slice | NDArray[np.int64]) -> Indexes:
        """Return the class of each row, -1 where none is asked, NONE_FOUND where its words found none."""
        words = self._queries.class_words(rows)
        if self._table is None:
            present, number = distinct(words, self._queries.class_words_size)
            return np.array([self._find(key) for key in present.tolist()], np.int32)[number]
        found = self._table.take(words)
        if found.min(initial=0) == _UNSEEN:
            unseen, _ = distinct(words[found == _UNSEEN], len(self._table))
            for key in unseen.tolist():
                self._table[key] = self._find(key)
            found = self._table.take(words)
        return found

    def _find(self, key: int) -> int:
        scheme, kind, code = self._queries.class_words_of(key)
        if code is None:
            return -1
        found = self._book.find(scheme, kind, code, self._in_force)
        if isinstance(found, Fault):
            self.faults[key] = found
            return NONE_FOUND
        return found
