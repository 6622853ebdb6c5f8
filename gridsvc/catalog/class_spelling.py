"""How names of classes are spelt in pinyin, and finding them by parts of it or with a slip."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gridsvc.pinyin import readings, spellings

SHORTEST_NEAR = 3
"""Characters of a Chinese name that is found with a slip in it."""
SHORTEST_NEAR_LETTERS = 5


@dataclass(frozen=True, slots=True)
class Title:
    """A name or word in Chinese as people type it, and as it is spelt."""

    shown: str
    plain: str
    full: frozenset[str]
    initials: frozenset[str]
    later: frozenset[str] = frozenset()
    """The spellings in full from each later character on: jinggai of 上水井盖."""


def plain_text(text: str) -> str:
    """Return the letters, characters and digits of a text."""
    return "".join(sign for sign in text if sign.isalnum())


@lru_cache(maxsize=1 << 14)
def title_of(shown: str) -> Title:
    """Return a name or word with its spellings."""
    plain = plain_text(unicodedata.normalize("NFKC", shown).casefold())
    full, initials = spellings(plain)
    later = {each for start in range(1, len(plain)) for each in spellings(plain[start:])[0]}
    return Title(shown, plain, frozenset(full), frozenset(initials), frozenset(later))


class Spelt:
    """Titles by how they are spelt in pinyin: found by the beginning of a spelling, or by parts of it."""

    def __init__(self, kinds: Sequence[tuple[Mapping[Title, list[int]], int]]) -> None:
        self._titles = [
            (title, those, later) for titles, later in kinds for title, those in titles.items() if title.full
        ]
        self._by_first: dict[str, list[tuple[Title, list[int], int]]] = defaultdict(list)
        for each in self._titles:
            for first in {initials[0] for initials in each[0].initials if initials}:
                self._by_first[first].append(each)
        self._full = self._sorted(lambda title: title.full)
        self._initials = self._sorted(lambda title: title.initials)
        self._later = self._sorted(lambda title: title.later)

    def _sorted(self, spelt: Callable[[Title], Iterable[str]]) -> list[tuple[str, int]]:
        return sorted((each, n) for n, (title, _, _) in enumerate(self._titles) for each in spelt(title))

    def find(self, spelt: str, take: Callable[..., None]) -> None:
        """Take the titles whose full spelling or initials are `spelt`, begin so, or have it inside."""
        for table, why in ((self._full, "pinyin"), (self._initials, "initials")):
            for written, title, those, later in self._beginning(table, spelt):
                if written == spelt:
                    take(those, 8 + later, len(title.plain), why, title.shown)
                elif len(spelt) > 2:
                    take(those, 10 + later, len(title.plain), why, title.shown)
        if len(spelt) > 2:
            for _, title, those, later in self._beginning(self._later, spelt):
                take(those, 12 + later, len(title.plain), "pinyin", title.shown)

    def exactly(self, spelt: str) -> Iterator[tuple[Title, list[int], int]]:
        """Return the titles that are spelt so in full."""
        for written, title, those, later in self._beginning(self._full, spelt):
            if written == spelt:
                yield title, those, later

    def mixed(self, spelt: str, take: Callable[..., None]) -> None:
        """Take titles typed partly in full and partly by initials (feifaxgg), or with a character left out.

        Of the characters at least three of five must be there, and the first one.
        """
        for title, those, later in self._by_first.get(spelt[0], ()):
            for initials in title.initials:
                if 5 * len(spelt) >= 3 * len(initials) and _within(spelt, initials):
                    take(those, 14 + later, len(initials) - len(spelt), "initials", title.shown)
            if _spells(spelt, title.plain):
                take(those, 14 + later, len(title.plain), "pinyin", title.shown)

    def _beginning(
        self, table: list[tuple[str, int]], spelt: str
    ) -> Iterator[tuple[str, Title, list[int], int]]:
        for written, n in table[bisect_left(table, (spelt, -1)) :]:
            if not written.startswith(spelt):
                return
            yield written, *self._titles[n]


class Near:
    """Texts by what is left of them when one sign is taken out: one wrong, missing, added or swapped."""

    def __init__(self) -> None:
        self._left: dict[str, list[tuple[Title, list[int]]]] = defaultdict(list)

    def add(self, text: str, of: tuple[Title, list[int]]) -> None:
        """Let `text` be found."""
        for each in _shortened(text):
            self._left[each].append(of)

    def of(self, text: str) -> Iterator[tuple[Title, list[int]]]:
        """Return what is the text but for a sign or two."""
        least = SHORTEST_NEAR_LETTERS if text.isascii() else SHORTEST_NEAR
        if len(text) >= least:
            for each in _shortened(text):
                yield from self._left.get(each, ())


def _within(part: str, whole: str) -> bool:
    """Return whether the letters of `part` come in `whole` in this order."""
    rest = iter(whole)
    return all(letter in rest for letter in part)


def _spells(spelt: str, plain: str) -> bool:
    """Return whether `spelt` is `plain` from its beginning, each character in full or by its initial."""
    ends = {0}
    for character in plain:
        after: set[int] = set()
        for reading in readings(character):
            for start in ends:
                if spelt.startswith(reading, start):
                    after.add(start + len(reading))
                if spelt.startswith(reading[0], start):
                    after.add(start + 1)
        if len(spelt) in after:
            return True
        ends = after
        if not ends:
            return False
    return False


def _shortened(text: str) -> set[str]:
    return {text, *(text[:i] + text[i + 1 :] for i in range(len(text)))}
