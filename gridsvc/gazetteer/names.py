"""An index of names: exact, by beginning, contained, misspelt, and in pinyin. Arrays and dictionaries."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.pinyin import sound_alike, spellings

EXACT = 1.0
_PINYIN, _INITIALS = 0.92, 0.75
_HOMOPHONE, _ONE_WRONG, _TWO_WRONG = 0.82, 0.75, 0.6
_LEAST_FOR_ONE, _LEAST_FOR_TWO = 3, 6
_MOST_LOOKED_AT = 3_000
_FEW = 100
_LONGEST_MISSPELT = 24


@dataclass(frozen=True, slots=True)
class Hit:
    """A name that fits: its number in the index, how well (0 to 1), and how."""

    name: int
    score: float
    how: str


class NameIndex:
    """Distinct normalised names, numbered in the order of their code points. Immutable."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names: list[str] = sorted(set(names))
        self.number = {name: k for k, name in enumerate(self.names)}
        self.longest = max(map(len, self.names), default=0)
        self._lengths = np.fromiter(map(len, self.names), np.int64, len(self.names))
        self._characters, self._first, self._posted = _postings(self.names, self._lengths)
        full: list[tuple[str, int]] = []
        firsts: list[tuple[str, int]] = []
        for k, name in enumerate(self.names):
            whole, initials = spellings(name)
            full += [(each, k) for each in whole]
            firsts += [(each, k) for each in initials]
        self._full, self._initials = sorted(full), sorted(firsts)

    def search(self, asked: str, most: int) -> list[Hit]:
        """Return the names that fit a normalised text, the best first; bounded work for any text."""
        best: dict[int, Hit] = {}

        def offer(name: int, score: float, how: str) -> None:
            if name not in best or best[name].score < score:
                best[name] = Hit(name, score, how)

        if asked in self.number:
            offer(self.number[asked], EXACT, "exact")
        if not asked or len(asked) > 2 * self.longest + 64:
            return list(best.values())
        for name in self._beginning(asked, most):
            offer(name, 0.6 + 0.3 * len(asked) / len(self.names[name]), "prefix")
        if asked.isascii():
            for name, score, how in self._spelt(asked, most):
                offer(name, score, how)
        if len(best) < most and len(asked) >= 2:
            for name in self._containing(asked, most):
                offer(name, 0.5 + 0.3 * len(asked) / len(self.names[name]), "contained")
        if all(hit.score < EXACT for hit in best.values()):
            for name, score in self.misspelt(asked):
                offer(name, score, "misspelt")
        return sorted(best.values(), key=lambda hit: (-hit.score, hit.name))[:most]

    def misspelt(self, asked: str) -> list[tuple[int, float]]:
        """Return names one character away (two for long ones) with their scores, best first.

        A name within k changes of n characters has one at least of any k + 1 of them, so only the names with
        the k + 1 rarest need be looked at.
        """
        n = len(asked)
        wrong = 2 if n >= _LEAST_FOR_TWO else 1 if n >= _LEAST_FOR_ONE else 0
        if not wrong or n > _LONGEST_MISSPELT:
            return []
        lists = sorted((self._with(c) for c in dict.fromkeys(asked)), key=len)
        near = np.unique(np.concatenate(lists[: wrong + 1]))
        near = near[np.abs(self._lengths[near] - n) <= wrong]
        if len(near) > _FEW:
            shared = np.zeros(len(self.names), np.int8)
            for each in lists:
                shared[each] += 1
            near = near[shared[near] >= len(lists) - wrong][:_MOST_LOOKED_AT]
        found = []
        for name in near.tolist():
            changes, alike = _changes(asked, self.names[name], wrong)
            if 0 < changes <= wrong:
                score = _TWO_WRONG if changes == 2 else _HOMOPHONE if alike else _ONE_WRONG
                found.append((name, score))
        return sorted(found, key=lambda each: (-each[1], each[0]))

    def _beginning(self, asked: str, most: int) -> list[int]:
        start = bisect_left(self.names, asked)
        end = bisect_left(self.names, asked + "\U0010ffff")
        # Of many the shortest: it is nearest to what was typed.
        span = range(start, min(end, start + _MOST_LOOKED_AT))
        return sorted(span, key=lambda name: (len(self.names[name]), name))[:most]

    def _containing(self, asked: str, most: int) -> list[int]:
        lists = sorted((self._with(c) for c in dict.fromkeys(asked)), key=len)
        near = lists[0]
        for other in lists[1:]:
            if len(near) <= _MOST_LOOKED_AT:
                break
            near = np.intersect1d(near, other, assume_unique=True)
        found = [name for name in near[: 4 * _MOST_LOOKED_AT].tolist() if asked in self.names[name]]
        return sorted(found, key=lambda name: (len(self.names[name]), name))[:most]

    def _spelt(self, asked: str, most: int) -> Iterable[tuple[int, float, str]]:
        plain = asked.replace(" ", "").replace("'", "").replace("ü", "v")
        if not plain.isalnum():
            return
        for table, exact, how in ((self._full, _PINYIN, "pinyin"), (self._initials, _INITIALS, "initials")):
            start = bisect_left(table, (plain,))
            span = table[start : start + _MOST_LOOKED_AT]
            fitting = [(word, name) for word, name in span if word.startswith(plain)]
            fitting.sort(key=lambda each: (len(each[0]), each[1]))
            for word, name in fitting[:most]:
                yield name, exact if word == plain else (exact - 0.3) + 0.25 * len(plain) / len(word), how

    def _with(self, character: str) -> NDArray[np.int32]:
        at = int(np.searchsorted(self._characters, ord(character)))
        if at == len(self._characters) or self._characters[at] != ord(character):
            return np.empty(0, np.int32)
        return self._posted[self._first[at] : self._first[at + 1]]


def _postings(
    names: Sequence[str], lengths: NDArray[np.int64]
) -> tuple[NDArray[np.uint32], NDArray[np.int64], NDArray[np.int32]]:
    """Return the characters in order, where each one's names begin, and the numbers of the names."""
    codes = np.frombuffer("".join(names).encode("utf-32-le", "surrogatepass"), np.uint32)
    owner = np.repeat(np.arange(len(names), dtype=np.int64), lengths)
    pairs = np.unique(codes.astype(np.int64) * max(len(names), 1) + owner)
    character, name = np.divmod(pairs, max(len(names), 1))
    distinct, first = np.unique(character, return_index=True)
    return distinct.astype(np.uint32), np.append(first, len(pairs)), name.astype(np.int32)


def _changes(a: str, b: str, most: int) -> tuple[int, bool]:
    """Return how many insertions, deletions, substitutions or exchanges of neighbours lead from a to b.

    More than `most` is answered as `most` + 1. The second value: it is one character for another that sounds
    like it.
    """
    while a and b and a[0] == b[0]:
        a, b = a[1:], b[1:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    if not a or not b:
        return min(max(len(a), len(b)), most + 1), False
    if len(a) == len(b) == 1:
        return 1, sound_alike(a, b)
    if len(a) == len(b) == 2 and a == b[::-1]:
        return 1, False
    if most < 2 or abs(len(a) - len(b)) > 1:
        return most + 1, False
    tails = (_changes(a[1:], b[1:], 1), _changes(a[1:], b, 1), _changes(a, b[1:], 1))
    return min(1 + min(count for count, _ in tails), most + 1), False
