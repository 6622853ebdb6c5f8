"""Search of classes by name, pinyin, English and everyday words: an index in memory, and what it finds."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gridsvc.catalog.class_spelling import (
    SHORTEST_NEAR,
    SHORTEST_NEAR_LETTERS,
    Near,
    Spelt,
    Title,
    plain_text,
    title_of,
)
from gridsvc.catalog.class_words import Difference, Key, differences
from gridsvc.catalog.classes import Class
from gridsvc.catalog.crosswalk import Link
from gridsvc.errors import Text
from gridsvc.pinyin import spellings

WHY = {
    "code": Text("代码", "code"),
    "name": Text("名称", "name"),
    "word": Text("俗称", "everyday word"),
    "english": Text("英文名", "English name"),
    "pinyin": Text("拼音", "pinyin"),
    "initials": Text("拼音首字母", "initials of the pinyin"),
    "held": Text("文中有", "the text holds"),
    "sound": Text("读音相同", "sounds alike"),
    "near": Text("写法相近", "spelt alike"),
}
"""Why a class was found, by kind of match."""
_LETTERS = re.compile(r"[a-z' ]+")
_WORD = re.compile(r"[a-z]+")


@dataclass(frozen=True, slots=True)
class Confusable:
    """A class that the found one is easily taken for, and what is meant by that one."""

    class_: Class
    difference: Text


@dataclass(frozen=True, slots=True)
class Hit:
    """A class that a text may mean: `why` is one of WHY, `matched` the name or word that fits.

    `rank` grows with doubt, and is the same for equally good matches. `own`: what the class itself means,
    where others are taken for it.
    """

    class_: Class
    why: str
    matched: str
    rank: int
    own: Text | None
    confusable: tuple[Confusable, ...]

    @property
    def because(self) -> Text:
        """Say in words why the class was found."""
        why = WHY[self.why]
        return Text(f"{why.zh}“{self.matched}”", f"{why.en} “{self.matched}”")

    def as_dict(self) -> dict[str, Any]:
        """Return the class with why it was found and what it is taken for, for JSON."""
        return self.class_.as_dict() | {
            "why": self.why,
            "matched": self.matched,
            "because": self.because.zh,
            "because_en": self.because.en,
            "rank": self.rank,
            "means": self.own.zh if self.own else None,
            "means_en": self.own.en if self.own else None,
            "not_to_be_confused_with": [
                {
                    "code": each.class_.code,
                    "name": each.class_.name,
                    "means": each.difference.zh,
                    "means_en": each.difference.en,
                }
                for each in self.confusable
            ],
        }


class ClassIndex:
    """Classes by everything that they are called; it never changes.

    A word of a class is also one of the classes of other schemes that are the same, renamed or broader; a
    narrower one that nobody has given a word takes what it can get.
    """

    def __init__(
        self, classes: Sequence[Class], words: Mapping[Key, Sequence[str]], links: Iterable[Link] = ()
    ) -> None:
        self.classes = tuple(classes)
        self._of_key = {(each.scheme, each.kind, each.code): i for i, each in enumerate(self.classes)}
        called = _called(words, links)
        self._names: dict[Title, list[int]] = defaultdict(list)
        self._words: dict[Title, list[int]] = defaultdict(list)
        self._english: dict[tuple[str, tuple[str, ...]], list[int]] = defaultdict(list)
        for i, each in enumerate(self.classes):
            self._names[title_of(each.name)].append(i)
            if each.name_en:
                english = each.name_en.casefold()
                self._english[english, tuple(_WORD.findall(english))].append(i)
            for word in called.get((each.scheme, each.kind, each.code), ()):
                self._words[title_of(word)].append(i)
        self._codes = [each.code.casefold() for each in self.classes]
        self._spelt = Spelt([(self._names, 0), (self._words, 1)])
        self._near = Near()
        for titles in (self._names, self._words):
            for title in titles:
                if len(title.plain) >= SHORTEST_NEAR:
                    self._near.add(title.plain, (title, titles[title]))
                for spelt in title.full:
                    if len(spelt) >= SHORTEST_NEAR_LETTERS:
                        self._near.add(spelt, (title, titles[title]))
        for (english, parts), those in self._english.items():
            title = Title(self.classes[those[0]].name_en or "", english, frozenset(), frozenset())
            for word in (plain_text(english), *parts):
                if len(word) >= SHORTEST_NEAR_LETTERS:
                    self._near.add(word, (title, those))

    def find(
        self,
        text: str,
        *,
        scheme: str | None = None,
        kind: str | None = None,
        prefer: str | None = None,
        limit: int | None = None,
    ) -> list[Hit]:
        """Return the classes that `text` may mean, the likeliest first.

        The exact code, name or word comes first; then what begins with the text, or holds it; then pinyin,
        English, and words that the text holds. Only when nothing fits are sounds and near spellings tried.
        Of equally good hits those of the scheme `prefer` stand first.
        """
        raw = unicodedata.normalize("NFKC", text).strip().casefold()
        plain = plain_text(raw)
        if not plain:
            return []
        best: dict[int, tuple[int, int, str, str]] = {}

        def take(those: Iterable[int], rank: int, length: int, why: str, shown: str) -> None:
            for i in those:
                each = self.classes[i]
                if (scheme is None or each.scheme == scheme) and (kind is None or each.kind == kind):
                    found = (rank, length, why, shown)
                    if i not in best or found[:2] < best[i][:2]:
                        best[i] = found

        self._by_code(raw, take)
        self._by_title(raw, plain, take)
        if not best:
            self._nearly(plain, take)
        found = sorted(
            best.items(),
            key=lambda item: (
                item[1][:2],
                self.classes[item[0]].scheme != prefer,
                self.classes[item[0]].scheme,
                self.classes[item[0]].kind,
                self.classes[item[0]].code,
            ),
        )
        return [self._hit(i, rank, why, shown) for i, (rank, _, why, shown) in found[:limit]]

    def _by_code(self, raw: str, take: Callable[..., None]) -> None:
        if not raw.isascii():
            return
        for i, code in enumerate(self._codes):
            if code.startswith(raw):
                take((i,), 0 if code == raw else 3, len(code), "code", code)

    def _by_title(self, raw: str, plain: str, take: Callable[..., None]) -> None:
        spelt = raw.replace(" ", "").replace("'", "") if _LETTERS.fullmatch(raw) else None
        # Signs that a name has not (100%) are looked for in English alone.
        chinese = raw.translate(_IGNORED).isalnum()
        held: list[tuple[Title, list[int], int]] = []
        for titles, why, later in ((self._names, "name", 0), (self._words, "word", 1)):
            for title, those in titles.items():
                at = title.plain.find(plain) if chinese else -1
                if at >= 0:
                    if len(title.plain) == len(plain):
                        take(those, 1 + later, 0, why, title.shown)
                    else:
                        take(those, 4 + later + (2 if at else 0), len(title.plain), why, title.shown)
                elif chinese and len(title.plain) >= 2 and title.plain in plain:
                    held.append((title, those, 16 + later))
        longer = {title.plain for title, _, _ in held}
        for title, those, rank in held:
            # 水井 is not spoken of in 供水井盖.
            if not any(title.plain in each for each in longer if each != title.plain):
                take(those, rank, -len(title.plain), "held", title.shown)
        if spelt is not None and len(spelt) > 1:
            self._spelt.find(spelt, take)
        wanted = _WORD.findall(raw)
        for (english, words), those in self._english.items():
            shown = self.classes[those[0]].name_en
            if raw == english:
                take(those, 1, 0, "english", shown)
            elif raw in english or len(wanted) > 1:
                # Part of a word, such as "log" in "catalogue", comes after the beginning of one.
                if _all_begin(wanted, words):
                    take(those, 12, len(english), "english", shown)
                elif raw in english:
                    take(those, 14, len(english), "english", shown)

    def _nearly(self, plain: str, take: Callable[..., None]) -> None:
        if not plain.isascii() and len(plain) > 1:
            for spelt in spellings(plain)[0]:
                for title, those, later in self._spelt.exactly(spelt):
                    take(those, 18 + later, len(title.plain), "sound", title.shown)
        elif _LETTERS.fullmatch(plain) and len(plain) > 2:
            self._spelt.mixed(plain, take)
        for title, those in self._near.of(plain):
            take(those, 20, abs(len(title.plain) - len(plain)), "near", title.shown)

    def _hit(self, i: int, rank: int, why: str, shown: str) -> Hit:
        found = self.classes[i]
        told = differences()
        own = told.get((found.scheme, found.kind, found.code), ())
        return Hit(
            found,
            why,
            shown,
            rank,
            own[0].difference if own else None,
            tuple(
                Confusable(other, difference.difference)
                for other, difference in self._confusable(found, own, told)
            ),
        )

    def _confusable(
        self, found: Class, own: Sequence[Difference], told: Mapping[Key, Sequence[Difference]]
    ) -> Iterator[tuple[Class, Difference]]:
        groups = {each.group for each in own}
        if not groups:
            return
        for (scheme, kind, code), those in told.items():
            if (scheme, kind) != (found.scheme, found.kind) or code == found.code:
                continue
            at = self._of_key.get((scheme, kind, code))
            for each in those:
                if at is not None and each.group in groups:
                    yield self.classes[at], each


def _called(words: Mapping[Key, Sequence[str]], links: Iterable[Link]) -> dict[Key, dict[str, None]]:
    """Return the everyday words of every class, its own and those that come over the crosswalk."""
    called = {key: dict.fromkeys(those) for key, those in words.items()}
    known = [
        (link, more)
        for link in links
        if link.to_code is not None and (more := words.get((link.to_scheme, link.kind, link.to_code)))
    ]
    for broader in (False, True):
        for link, more in known:
            key = (link.from_scheme, link.kind, link.from_code)
            if (link.relation == "broader") is broader and not (broader and key in called):
                called.setdefault(key, {}).update(dict.fromkeys(more))
    return called


_IGNORED = {ord(sign): None for sign in " \t()（）、,，.。·-“”\"'’"}


def _all_begin(wanted: Sequence[str], words: Sequence[str]) -> bool:
    return bool(wanted) and all(any(word.startswith(each) for word in words) for each in wanted)
