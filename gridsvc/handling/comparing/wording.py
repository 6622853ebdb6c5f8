"""How alike two texts are, and what is different in them."""

from __future__ import annotations

import difflib
import re
import unicodedata

ALIKE = 0.5
"""From this share of common characters on, one text is taken for the other one reworded."""

_LONGEST_COMPARED = 600
_TOKEN = re.compile(r"\d+(?:\.\d+)?|[A-Za-z]+|.", re.DOTALL)
_KEPT = 8


def plain(text: str | None) -> str:
    """Return a text without blanks and differences of width: what is equal so is no change."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text or ""))


def likeness(first: str, second: str) -> float:
    """Return the share of characters that two texts have in common, 0 to 1; below ALIKE it may be 0."""
    matcher = difflib.SequenceMatcher(
        None, first[:_LONGEST_COMPARED], second[:_LONGEST_COMPARED], autojunk=False
    )
    # The two quick figures are upper bounds: most pairs end here.
    if matcher.real_quick_ratio() < ALIKE or matcher.quick_ratio() < ALIKE:
        return 0.0
    return matcher.ratio()


def marked(before: str, after: str) -> str:
    """Return one line with every difference as 〔before→after〕 and long common stretches shortened."""
    olds, news = _TOKEN.findall(before), _TOKEN.findall(after)
    if max(len(olds), len(news)) > 4 * _LONGEST_COMPARED:
        return f"〔{before[:_KEPT]}…→{after[:_KEPT]}…〕"
    steps = difflib.SequenceMatcher(None, olds, news, autojunk=False).get_opcodes()
    written = []
    for number, (tag, i1, i2, j1, j2) in enumerate(steps):
        old, new = "".join(olds[i1:i2]), "".join(news[j1:j2])
        if tag != "equal":
            written.append(f"〔{old}→{new}〕")
            continue
        first, last = number == 0, number == len(steps) - 1
        if len(old) <= 2 * _KEPT + 1:
            written.append(old)
        else:
            written.append(("" if first else old[:_KEPT]) + "…" + ("" if last else old[-_KEPT:]))
    return "".join(written)
