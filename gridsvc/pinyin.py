"""How names are spelt in pinyin, every reading of a character of several counting."""

from __future__ import annotations

import itertools
import math
import unicodedata
from functools import lru_cache

_MOST_READINGS = 3
_MOST_SPELLINGS = 16


@lru_cache(maxsize=1 << 16)
def readings(character: str) -> tuple[str, ...]:
    """Return the toneless readings of a character, the usual one first; itself when it has none.

    长 gives zhang and chang, 行 xing, hang and heng: which one a name means only its city knows.
    """
    from pypinyin.pinyin_dict import pinyin_dict  # 0.3 s: only when names are spelt

    found = pinyin_dict.get(ord(character))
    if found is None:
        return (character,)
    plain: dict[str, None] = {}
    for reading in found.split(","):
        decomposed = unicodedata.normalize("NFD", reading.replace("ü", "v").replace("\u0261", "g"))
        plain["".join(c for c in decomposed if c.isascii() and c.isalpha()) or character] = None
    return tuple(plain)[:_MOST_READINGS]


def spellings(name: str) -> tuple[set[str], set[str]]:
    """Return the spellings of a normalised name in full (youyidonglu) and by initials (yydl).

    Where characters of several readings multiply to more than 16, only the usual reading of the later ones
    is taken.
    """
    letters = [readings(c) for c in name if c.isalnum()]
    while math.prod(map(len, letters)) > _MOST_SPELLINGS:
        last = max(i for i, each in enumerate(letters) if len(each) > 1)
        letters[last] = letters[last][:1]
    full = {"".join(parts) for parts in itertools.product(*letters)}
    firsts = [tuple(dict.fromkeys(part[0] for part in each)) for each in letters]
    return full, {"".join(parts) for parts in itertools.product(*firsts)}


def sound_alike(a: str, b: str) -> bool:
    """Tell whether two characters share a reading: what a typist mistakes most."""
    return not set(readings(a)).isdisjoint(readings(b))
