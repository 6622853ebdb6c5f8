"""What is known of a row so far, as one number that every source moves on: a look into a table each.

The same few combinations come back in every chunk and every file, so they are numbered once and kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indexes = NDArray[np.int32]
Bits = NDArray[np.uint32]
Codes = NDArray[np.signedinteger[Any]]

MOST_ENTRIES = 4_000_000
"""A source whose table would be larger, some 16 MB, is looked up by a dictionary."""

_UNKNOWN = -1
_FIRST, _NOBODY = np.zeros(1, np.int64), np.zeros(0, np.int64)
_LEAST = 256


class States:
    """Numbered combinations of a wording and what sources told of it. Safe to share between threads.

    Of w wordings the states 0 … w - 1 are those of which nothing is known yet, w is no clause, and
    w + 1 … 2w are wordings for which no source is asked. The book only grows.
    """

    def __init__(
        self, asks: Sequence[int], sizes: Sequence[int], case: Callable[[int, Sequence[int]], int]
    ) -> None:
        """Take which sources each wording asks, a bit for each, how many numbers each source has, and what
        tells the case of a wording and the number of each source."""
        self._wordings, self._sizes = len(asks), tuple(sizes)
        self._case_of_key = case
        self._lock = Lock()
        self._unlocated = np.array([self._wordings + 1, 0], np.int32)
        nothing = (0,) * len(sizes)
        self._keys: list[tuple[int, tuple[int, ...]]] = [(k, nothing) for k in range(len(asks))]
        self._keys += [(-1, nothing)] * (len(asks) + 1)
        self._number = {key: k for k, key in enumerate(self._keys[: len(asks)])}
        room = max(_LEAST, 2 * len(self._keys))
        self._asks, self._cases = np.zeros(room, np.uint32), np.full(room, _UNKNOWN, np.int32)
        self._asks[: len(asks)] = asks
        # Case 0 is no clause, and case k + 1 is wording k with nothing known.
        plain = np.arange(len(asks) + 1, dtype=np.int32)
        self._cases[: 2 * len(asks) + 1] = np.concatenate([plain[1:], plain])
        self._tables: tuple[Indexes | None, ...] = tuple(_table(room, size) for size in sizes)

    def first(self, wording: Indexes, located: NDArray[np.bool_]) -> Indexes:
        """Return the state of rows of which nothing is known; none is asked of those that are not located."""
        state = wording + self._unlocated.take(located)
        state[wording < 0] = self._wordings
        return state

    def asks(self, state: Indexes) -> Bits:
        """Return which sources states ask, a bit for each, shape (n,)."""
        return self._asks.take(state)

    def follow(self, source: int, state: Indexes, code: Codes) -> Indexes:
        """Return the states that follow when a source tells `code`, shape (n,); 0 tells nothing."""
        table = self._tables[source]
        if table is None:
            return self._follow_by_key(source, state, code)
        found: Indexes = table.ravel().take(state * np.int64(table.shape[1]) + code)
        if len(found) == 1:
            if found[0] == _UNKNOWN:
                found[0] = self._next(source, int(state[0]), int(code[0]))
            return found
        if found.min(initial=0) == _UNKNOWN:
            missing = np.flatnonzero(found == _UNKNOWN)
            found[missing] = self._follow_by_key(source, state[missing], code[missing])
        return found

    def cases(self, state: Indexes) -> Indexes:
        """Return the case of each state, shape (n,)."""
        found: Indexes = self._cases.take(state)
        if found.min(initial=0) == _UNKNOWN:
            missing = np.flatnonzero(found == _UNKNOWN)
            present, which = np.unique(state[missing], return_inverse=True)
            told = [self._case_of_key(*self._keys[each]) for each in present.tolist()]
            # Two threads that come to one state tell the same case.
            self._cases[present] = told
            found[missing] = np.array(told, np.int32)[which.ravel()]
        return found

    def _follow_by_key(self, source: int, state: Indexes, code: Codes) -> Indexes:
        size = self._sizes[source]
        present, which = np.unique(state.astype(np.int64) * size + code, return_inverse=True)
        numbers = [self._next(source, *divmod(each, size)) for each in present.tolist()]
        followed: Indexes = np.array(numbers, np.int32)[which.ravel()]
        return followed

    def _next(self, source: int, state: int, code: int) -> int:
        if not code:
            return state
        wording, codes = self._keys[state]
        key = wording, (*codes[:source], code, *codes[source + 1 :])
        with self._lock:
            number = self._number.get(key)
            if number is None:
                number = len(self._keys)
                self._grow(number + 1)
                self._asks[number] = self._asks[wording]
                self._keys.append(key)
                self._number[key] = number
            # Written last, and into the newest tables: who reads a number finds all that belongs to it.
            table = self._tables[source]
            if table is not None:
                table[state, code] = number
        return number

    def _grow(self, count: int) -> None:
        """Make room for `count` states; who reads the old tables meanwhile finds them as they were."""
        room = len(self._asks)
        if count <= room:
            return
        asks, cases = np.zeros(2 * room, np.uint32), np.full(2 * room, _UNKNOWN, np.int32)
        asks[:room], cases[:room] = self._asks, self._cases
        tables = []
        for table, size in zip(self._tables, self._sizes, strict=True):
            wider = _table(2 * room, size)
            if wider is not None and table is not None:
                wider[:room] = table
            tables.append(wider)
        self._tables = tuple(tables)
        self._asks, self._cases = asks, cases


def _table(room: int, size: int) -> Indexes | None:
    if room * size > MOST_ENTRIES:
        return None
    table = np.full((room, size), _UNKNOWN, np.int32)
    table[:, 0] = np.arange(room)
    return table


def rows_that_ask(asks: Bits, bits: int) -> NDArray[np.int64]:
    """Return the rows that ask any of these sources; nonzero of numbers takes seven times as long."""
    if len(asks) == 1:
        return _FIRST if int(asks[0]) & bits else _NOBODY
    return np.flatnonzero((asks & np.uint32(bits)) != 0)
