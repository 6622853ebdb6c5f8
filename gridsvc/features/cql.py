"""CQL2 filters as trees: text by `cql2`, within bounds that its parser survives; JSON as it stands."""

from __future__ import annotations

import re
from typing import Any, Literal

import cql2
import orjson

from gridsvc.errors import Place, Text, WrongUsage

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = ("cql2-text", "cql2-json")

MOST_CHARACTERS = 16_000
MOST_LEVELS = 40
"""Levels of JSON; in text, brackets within brackets."""
# cql2 0.6 tries each bracket twice, as an expression and as a list, so that a text with a fault takes two to
# the power of the brackets around it: about 1 µs for each unit of this sum, so 0.1 s for all.
MOST_WORK = 1 << 17
_AT_THE_END = 4
"""What cql2 tries at the end of a text costs as much as so many characters."""
# It recurses: some 1,500 NOTs or signs, 4,000 comparisons in a chain overrun a thread's stack and take the
# process with them. They are counted wherever they stand, in strings, too: no quoting gets around that.
_RECURSIONS = tuple(
    (re.compile(pattern, re.IGNORECASE), most)
    for pattern, most in (("not", 200), (r"-(?![0-9.])", 200), (r"[<>=!]+|like|in|is|between", 1_000))
)
# After these names a bracket is nothing but theirs, and is tried once. Any other word may be more than it
# seems: cql2 reads `1andnot (` as `1 and not (`.
_CALLED = (
    r"(?:s_(?:intersects|equals|disjoint|touches|within|overlaps|crosses|contains)|t_[a-z]+|date|timestamp"
    r"|interval|bbox|geometrycollection|(?:multi)?(?:point|linestring|polygon))"
)
_SIGNS = re.compile(rf"'[^']*'?|(?<![\w.:]){_CALLED}\s*\(|[()]", re.IGNORECASE | re.ASCII)


def read_filter(text: str, language: Language) -> Any:
    """Return a filter as the tree that CQL2 JSON has; whatever is given, in 0.2 s of computing at most.

    A tree out of JSON is as it was sent: the compiler checks every node of it.

    Raises:
        WrongUsage: `bad_filter`.
    """
    if len(text) > MOST_CHARACTERS:
        raise too_long()
    return _read_json(text) if language == "cql2-json" else _read_text(text)


def bad_filter(zh: str, en: str) -> WrongUsage:
    """Return the error of a filter that is not one, or asks for what is not there."""
    return WrongUsage("bad_filter", Text(zh, en), place=Place(column="filter"))


def too_long() -> WrongUsage:
    """Return the error of a filter beyond the bounds."""
    error = bad_filter(
        f"filter 过长、过繁或嵌套过深（最多 {MOST_CHARACTERS} 个字符；括号套得越深，可写的越少）。",
        f"filter is too long, too much or too deep (at most {MOST_CHARACTERS} characters;"
        " the deeper its brackets, the fewer).",
    )
    error.remedy = Text(
        "请去掉多余的括号，或分成几次查询。",
        "Leave out brackets that are not needed, or ask in several parts.",
    )
    return error


def _read_text(text: str) -> Any:
    if any(len(found.findall(text)) > most for found, most in _RECURSIONS) or work(text) > MOST_WORK:
        raise too_long()
    try:
        # Not `validate()`: it takes 0.15 s, and minutes when nested. The compiler checks every node.
        return cql2.parse_text(text).to_json()
    except Exception as error:  # ParseError, and a bare Exception for an empty geometry
        raise bad_filter(
            f"filter 不是合法的 cql2-text：{error}", f"filter is not cql2-text: {error}"
        ) from None


def work(text: str) -> int:
    """Return the most that cql2 does to find a fault in a text, in characters read; more is not counted on.

    A character within n brackets is read 2 ** n times. What follows a bracket that closes none is not read.

    Raises:
        WrongUsage: `bad_filter`: brackets more than `MOST_LEVELS` deep.
    """
    total, since, doubled = 0, 0, 0
    opened: list[bool] = []
    for found in _SIGNS.finditer(text):
        sign = found[0]
        if sign[0] == "'":
            continue
        total += (found.end() - since) << doubled
        since = found.end()
        if sign != ")":
            opened.append(sign == "(")
            doubled += sign == "("
        elif opened:
            doubled -= opened.pop()
        else:
            return total
        if total > MOST_WORK:
            return total
        if len(opened) > MOST_LEVELS:
            raise too_long()
    return total + ((len(text) - since + _AT_THE_END) << doubled)


def _read_json(text: str) -> Any:
    try:
        # orjson refuses more than 1,024 levels by itself.
        tree = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise bad_filter(f"filter 不是合法的 JSON：{error}", f"filter is not JSON: {error}") from None
    level = [tree]
    for _ in range(MOST_LEVELS):
        level = [
            part
            for each in level
            if isinstance(each, dict | list)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return tree
    raise too_long()
