"""Names that are probably one organisation written in two ways."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from gridsvc.catalog import normalised_name

_TELLS_APART = re.compile(r"[0-9一二三四五六七八九十东西南北中上下左右前后新老甲乙丙丁]")


def near(first: str, second: str) -> bool:
    """Say whether two different names look like one organisation.

    Either one is the other with words left out (市政公用服务中心, 运城市市政公用服务中心), or nearly all
    characters agree. Names that differ in a number or a direction (第一大队, 第二大队) are two.
    """
    a, b = sorted((_plain(first), _plain(second)), key=len)
    if a == b:
        return first != second
    # Most pairs share too few characters for either rule; counting them is far cheaper than aligning.
    if len(a) < 4 or len(set(a) & set(b)) * 10 < len(set(a)) * 7:
        return False
    matcher = difflib.SequenceMatcher(None, a, b, autojunk=False)
    differing = "".join(
        a[i1:i2] + b[j1:j2] for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag == "replace"
    )
    if _TELLS_APART.search(differing):
        return False
    if b.endswith(a):
        return True
    if len(b) - len(a) <= 4 and len(a) >= 6 and _left_out(a, b):
        return True
    return matcher.ratio() >= 0.9


def variants(counts: Mapping[str, int]) -> dict[str, str]:
    """Return, for each name that looks like a variant of a commoner one, that commoner name.

    `counts` says how often each name occurs; of two equally common names the longer one is kept.
    """
    names: Sequence[str] = sorted(counts, key=lambda name: (-counts[name], -len(name), name))
    # A variant of a variant is one of the same name: 节约用水服务中心, 节约用水中心, 城市节约用水中心.
    groups: list[list[str]] = []
    for name in names:
        joined = [group for group in groups if any(near(name, other) for other in group)]
        groups = [group for group in groups if group not in joined]
        groups.append([each for group in joined for each in group] + [name])
    found: dict[str, str] = {}
    for group in groups:
        commonest, *others = sorted(group, key=names.index)
        found |= dict.fromkeys(others, commonest)
    return found


@lru_cache(maxsize=20_000)
def _plain(name: str) -> str:
    return normalised_name(name)


def _left_out(short: str, long: str) -> bool:
    rest = iter(long)
    return all(character in rest for character in short)
