"""Text as it is compared: one width, one case, one set of characters, numbers in digits."""

from __future__ import annotations

import re
import unicodedata

from gridsvc.gazetteer.variants import SIMPLIFIED

LONGEST = 2_000
"""Characters of a text that are looked at: as long as the address of a report may be."""

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000}
# Written numbers count only before these: 五路口 and 二环 are names.
_COUNTED = re.compile(r"[零〇一二三四五六七八九十百千两]{1,9}(?=号|栋|幢|单元|米|公里)")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−﹣~～〜", "-") | {"＃": "#", "№": "#"})
# Blanks stand between words of Latin letters and nowhere else.
_BLANKS = re.compile(r"(?<![a-z0-9'])\s+|\s+(?![a-z0-9'])")
_KEPT_MARKS = frozenset(",;:!?、。，；：！？()[]【】（）/+&×-.#'\"“”「」|")


def normalised(text: str) -> str:
    """Return `text` in the form that names and questions are compared in.

    NFKC (full width to half), lower case, traditional characters as simplified ones, 六十八号 as 68号, no
    blanks but single ones between Latin words, at most LONGEST characters. Idempotent.
    """
    text = text[:LONGEST]
    # Each step may make work for an earlier one (İ grows a mark when lowered), so it is done until it rests.
    for _ in range(6):
        before = text
        text = unicodedata.normalize("NFKC", text).casefold()
        text = text.translate(SIMPLIFIED).translate(_DASHES)
        text = "".join(c if c.isalnum() or c in _KEPT_MARKS else " " for c in text)
        text = _BLANKS.sub("", re.sub(r"\s+", " ", text)).strip()[:LONGEST].strip()
        text = _COUNTED.sub(lambda match: str(_number(match[0])), text)
        if text == before:
            break
    return text


def _number(word: str) -> int | str:
    """Return the value of a written number; 一〇二 is read digit by digit, what is no number stays."""
    if not any(c in _UNITS for c in word):
        return int("".join(str(_DIGITS[c]) for c in word))
    total = current = 0
    largest = 10_000
    for c in word:
        if c in _DIGITS:
            current = _DIGITS[c]
        elif _UNITS[c] < largest:
            largest = _UNITS[c]
            total += max(current, 1) * largest
            current = 0
        else:
            return word
    return total + current
