"""How names are spelt in pinyin, every reading of a character of several counting."""

from __future__ import annotations

import itertools
import math
import re
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


_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUNS = re.compile(f"[{_HAN}]+|[^{_HAN}]+")
_ROAD = re.compile(
    "(.+?)((?<=..)[东南西北中]|[一二三四五六七八九十]{1,3})?(大街|大道|路|街|巷|道|立交)([东南西北中]段)?(辅路)?"
)
_IN_NAMES = {"长": "chang", "重": "chong", "厦": "xia", "镐": "hao"}
"""Readings in names of places where the usual one is another: 长安, 重庆, 厦门, 镐京."""
_MARKS = str.maketrans({"、": ", ", "，": ", ", "（": " (", "）": ")", "：": ": ", "；": "; ", "·": " "})
_ENGLISH = {"社区": "community", "街道办": "subdistrict office", "街道": "subdistrict"}
"""Kinds that readers know better in English; those of roads stay as they stand on the signs."""
_KIND = re.compile(
    "(?<=.)(社区|街道办|街道|小区|中学|小学|大学|学校|医院|公园|广场|市场|商场|车站|门口|巡查区|责任区|网格"
    "|(?<=[路街巷道])(?:十字|路口)|[一二三四五六七八九十]{1,3}号)"
)
_LONGEST_WORD = 4


def in_english(name: str) -> str:
    """Return a name as an English text has it: `Chang'an Lu (长安路)`; one in letters as it is."""
    return name if re.search(f"[{_HAN}]", name) is None else f"{romanised(name)} ({name})"


def romanised(name: str) -> str:
    """Return a name in letters, each character as places are read: `Youyi Dong Lu, Taiyi community`.

    Words are told apart where the ending tells what the name is; what is longer than a name and has no
    ending that is known is written in syllables.
    """
    joined = re.sub(r"(?<=[路街巷道])与", " & ", name.translate(_MARKS))
    words = [_run(run) if re.match(f"[{_HAN}]", run) else run.strip() for run in _RUNS.findall(joined)]
    spaced = re.sub(r"\s+", " ", " ".join(filter(None, words)))
    return re.sub(r"\s+([,;:)])|(\()\s+", r"\1\2", spaced).strip()


def _run(characters: str) -> str:
    """Return a run of Chinese characters in letters."""
    words: list[str] = []
    # Every second part is a kind.
    for number, part in enumerate(_KIND.split(characters)):
        if number % 2:
            words.append(_ENGLISH.get(part) or _word(part))
        elif road := _ROAD.fullmatch(part):
            words += [_word(each) for each in road.groups() if each]
        elif 0 < len(part) <= _LONGEST_WORD:
            words.append(_word(part))
        elif part:
            words.append(" ".join(map(_syllable, part)).capitalize())
    return " ".join(words)


def _word(characters: str) -> str:
    word = ""
    for syllable in map(_syllable, characters):
        word += f"'{syllable}" if word and syllable[0] in "aeo" else syllable
    return word.capitalize()


def _syllable(character: str) -> str:
    return _IN_NAMES.get(character) or readings(character)[0]
