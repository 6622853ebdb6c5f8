"""The words of an address: names of the gazetteer, and the words that say where about them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

MOST_TOKENS = 200
"""Of a longer text the beginning is read: an address stands there, and the work stays bounded."""
LOOKED_AT = 300
"""Characters of a normalised text that are read as an address."""

_WAY = "(东北|东南|西北|西南|东|西|南|北)"
_WORDS: tuple[tuple[str, str], ...] = (
    (
        "number",
        r"(?:[甲乙丙丁附新]?)\d{1,5}(?:-\d{1,4})?(?:号|#)(?:附\d{1,4}号|之\d{1,3})?(?!楼|线|桥|口|门)",
    ),
    ("building", r"\d{1,4}(?:号楼|栋|幢|座|单元|室|层|楼|号门)|[a-z](?:座|区|栋)"),
    ("distance", r"(?:大?约)?(\d{1,5}(?:\.\d{1,2})?)(米|公里|千米|km|m)(?:处|左右|远)*"),
    (
        "junction",
        r"(?:十字|丁字|三岔|三叉|交叉|交)?路口|交(?:汇|会|叉|接|界)处?口?|相交处?|十字口?|丁字口?|交口|口",
    ),
    ("corner", r"(东北|东南|西北|西南)(?:角|侧|口|边|面|方向|方)?"),
    (
        "move",
        rf"(?:再?[向往朝]|[以偏]){_WAY}(?:方向|方|侧|面|走|行)*|{_WAY}(?:方向)?(?=约?大?约?\d{{1,5}}(?:米|m))",
    ),
    ("side", rf"[路街道]{_WAY}(?:侧|边|面|沿)?|{_WAY}(?:侧|边|面|沿)"),
    ("mouth", rf"{_WAY}(?:口|头|端)"),
    ("section", r"([东西南北中])段"),
    ("opposite", r"(?:马路|路|街)?(?:斜?对面|对过)"),
    ("door", r"(?:正门口?|大门口?|(?:[东西南北]|东北|东南|西北|西南)门口?|门口|门前|院门口?)(?:处)?"),
    ("near", r"附近|外面|外|旁边|旁|边上|一带|周边|周围|隔壁|左右|沿线"),
    ("between", r"之间|中间|间"),
    ("stretch", r"路段|段"),
    ("to", r"至|到|-"),
    ("stop", r"(?:公交|地铁)?(?:车站|站台|站牌|站点|站)(?:[a-z]\d?口)?|[a-z]\d?出?入?口"),
    ("connect", r"与|和|跟|同|及|、|/|×|\+|&"),
    ("inside", r"家属院|院内|院里|里面|内|里|处|院"),
    ("filler", r"的|位于|地址|地点|位置|就?在|从|由|自|约|中国|一侧|方向"),
    ("mark", r"[,.;:!?()\[\]。、；，：！？（）【】'\"“”「」|# ]"),
)
_WORD = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _WORDS))
_WAY_OF = re.compile(r"东北|东南|西北|西南|[东西南北中]")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?)(米|公里|千米|km|m)")
# 小区 and 开发区 are no districts.
_ADMIN = re.compile(
    r"[\u4e00-\u9fffa-z0-9]{1,9}?(?:自治区|自治州|街道办事处|街道办|街办|街道|省|市|(?<![小园校社院新厂景库营城发])区|县|镇|乡)"
)


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a normalised text: `kind` is `name`, `admin` (an area that the gazetteer lacks), `unknown`
    or one of the words; `way`, `metres` where the word says them."""

    kind: str
    text: str
    start: int
    way: str | None = None
    metres: float | None = None

    @property
    def end(self) -> int:
        """Return the position behind it."""
        return self.start + len(self.text)


def tokens_of(text: str, name_at: Callable[[str, int], int]) -> list[Token]:
    """Split a normalised text; `name_at(text, i)` is the length of the longest name that begins at i, or 0.

    A name wins over a word that is not longer; what is neither is `unknown`, in one piece.
    """
    text = text[:LOOKED_AT]
    found: list[Token] = []
    lost = at = 0

    def lose(end: int) -> None:
        if end > lost:
            found.append(Token("unknown", text[lost:end], lost))

    while at < len(text) and len(found) < MOST_TOKENS:
        length = name_at(text, at)
        word = _WORD.match(text, at)
        if length and (word is None or length >= len(word[0])):
            lose(at)
            found.append(Token("name", text[at : at + length], at))
            at = lost = at + length
            continue
        admin = _ADMIN.match(text, at) if _head(found) and lost == at else None
        if admin and not _names_within(text, at, admin.end(), name_at):
            found.append(Token("admin", admin[0], at))
            at = lost = admin.end()
        elif word and not _inside_unknown(word, lost, at):
            lose(at)
            found.append(_word(word, at))
            at = lost = word.end()
        else:
            at += 1
    lose(at)
    return found


def _head(found: list[Token]) -> bool:
    return all(token.kind in ("admin", "mark", "filler") or _is_area(token) for token in found)


def _is_area(token: Token) -> bool:
    return token.kind == "name" and _ADMIN.fullmatch(token.text) is not None


def _names_within(text: str, start: int, end: int, name_at: Callable[[str, int], int]) -> bool:
    return any(at + name_at(text, at) >= end for at in range(start, end) if name_at(text, at))


def _inside_unknown(word: re.Match[str], lost: int, at: int) -> bool:
    """Tell whether a word is most likely a part of an unknown name: 里 in 金里花园, 到 in 周到酒店."""
    return at > lost and len(word[0]) == 1 and word[0] in "的内里处院至到在从由自旁间段口站和同及跟"


def _word(word: re.Match[str], at: int) -> Token:
    kind = next(name for name, value in word.groupdict().items() if value is not None)
    way = _WAY_OF.search(word[0]) if kind in ("corner", "move", "side", "mouth", "section", "door") else None
    amount = _AMOUNT.search(word[0]) if kind == "distance" else None
    metres = None
    if amount:
        metres = float(amount[1]) * (1 if amount[2] in ("米", "m") else 1000)
    return Token(kind, word[0], at, way[0] if way else None, metres)
