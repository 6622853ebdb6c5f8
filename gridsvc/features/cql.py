"""CQL2 filters read by `cql2`, within bounds that its recursive parser survives."""

from __future__ import annotations

import re
from typing import Any, Literal

import cql2
import orjson

from gridsvc.errors import Place, Text, WrongUsage

Language = Literal["cql2-text", "cql2-json"]
LANGUAGES: tuple[Language, ...] = ("cql2-text", "cql2-json")

# cql2 0.6 recurses: some 1,500 nested brackets, NOTs or signs overrun a thread's stack and take the process
# with them. What nests is counted wherever it stands, in strings, too: a bound that no quoting gets around.
MOST_NESTING = 200
MOST_CHARACTERS = 60_000
_NEST = tuple(re.compile(each, re.IGNORECASE) for each in (r"\(", "not", r"-(?![0-9.])"))


def read_filter(text: str, language: Language) -> Any:
    """Return a filter as the tree that CQL2 JSON has.

    Raises:
        WrongUsage: `bad_filter`.
    """
    if len(text) > MOST_CHARACTERS:
        raise too_long()
    if language == "cql2-json":
        _check_depth(text)
    elif any(len(nesting.findall(text)) > MOST_NESTING for nesting in _NEST):
        raise too_long()
    try:
        # Not `validate()`: it takes 0.15 s, and minutes when nested. The compiler checks every node.
        return (cql2.parse_text(text) if language == "cql2-text" else cql2.parse_json(text)).to_json()
    except Exception as error:  # ParseError, and a bare Exception for an empty geometry
        raise bad_filter(
            f"filter 不是合法的 {language}：{error}", f"filter is not {language}: {error}"
        ) from None


def bad_filter(zh: str, en: str) -> WrongUsage:
    """Return the error of a filter that is not one, or asks for what is not there."""
    return WrongUsage("bad_filter", Text(zh, en), place=Place(column="filter"))


def too_long() -> WrongUsage:
    """Return the error of a filter beyond the bounds."""
    return bad_filter(
        f"filter 过长或嵌套过深（最多 {MOST_CHARACTERS} 个字符，{MOST_NESTING} 个括号或 NOT）。",
        f"filter is too long or too deep (at most {MOST_CHARACTERS} characters,"
        f" {MOST_NESTING} brackets or NOTs).",
    )


def _check_depth(text: str) -> None:
    try:
        # orjson refuses more than 1,024 levels by itself.
        level = [orjson.loads(text)]
    except orjson.JSONDecodeError as error:
        raise bad_filter(f"filter 不是合法的 JSON：{error}", f"filter is not JSON: {error}") from None
    for _ in range(MOST_NESTING):
        level = [
            part
            for each in level
            if isinstance(each, dict | list)
            for part in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return
    raise too_long()
