"""How a boundary road is divided, in the words of minutes and tables."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gridsvc.roads.sections import RULES

_PARTY = r"(?:[由归属给]|归属|分给)?\s*(?P<party>[^\s，。；;,、（）()：:由归属]{1,40}?)"
_CENTRE = re.compile(r"中心线|中线|各管一[半侧边]|各半")
_DIRECTION = re.compile(r"(?:行车|车行|通行|车流)方向|分车道|按车道|按方向")
_NUMBER = re.compile(r"单双号|单号|双号|门牌")
_ODD = re.compile(
    r"(?<!双)(?:单号|奇数)(?:一?侧|门牌)?[由归属：:]*" + _PARTY + r"(?=[，。；;,、）)]|双号|负责|管|$)"
)
_EVEN = re.compile(
    r"(?:双号|偶数)(?:一?侧|门牌)?[由归属：:]*" + _PARTY + r"(?=[，。；;,、）)]|单号|负责|管|$)"
)
_WHOLE = re.compile(
    r"^(?:(?:全路|全段|整路|整条|全部|全线|整段|道路)\s*(?:均|都)?)?[由归属：:]*"
    + _PARTY
    + r"(?:负责|管理|管养|养护|承担|管)?[。；;]?$"
)


@dataclass(frozen=True, slots=True)
class Division:
    """A rule and the parties it names; `odd` of odd numbers, `even` of even ones, as written."""

    rule: str
    party: str | None = None
    odd: str | None = None
    even: str | None = None


def division_of(words: str) -> Division | None:
    """Read a rule's own name, or words like 以中心线为界, 全路归甲方, 按行车方向, 单号归甲方双号归乙方.

    Returns None for words that say nothing of the kind.
    """
    plain = unicodedata.normalize("NFKC", words).strip()
    if plain.casefold() in RULES:
        return Division(plain.casefold())
    if not plain:
        return None
    if _NUMBER.search(plain):
        odd, even = _ODD.search(plain), _EVEN.search(plain)
        return Division("house_number", odd=odd and odd["party"], even=even and even["party"])
    if _DIRECTION.search(plain):
        return Division("direction")
    if _CENTRE.search(plain):
        return Division("centre_line")
    whole = _WHOLE.match(plain)
    if whole is None:
        return None
    party = whole["party"]
    return Division(
        "whole_road", party=None if re.fullmatch(r"全路|全段|整路|整条|全部|全线|整段", party) else party
    )
