"""The words in a 处置单位 cell: which of them name a unit, and which only say how to find one.

A real table names several bodies in one cell (所属街办、属地行政执法部门、各产权单位). Only a name can be
looked up; 所属街办 is the street office of the cell, 各产权单位 is whoever owns the component, 水务部门 is
nobody in particular. What each phrase means is decided here once; who it is, for each report.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from gridsvc.catalog import normalised_name
from gridsvc.errors import Fault, Text

MEANS = (
    "named",
    "street_office",
    "territorial_enforcement",
    "territorial_department",
    "each_owner",
    "maintainer",
    "supervisor",
    "property_manager",
    "builder",
    "road_keeper",
    "each_department",
)


@dataclass(frozen=True, slots=True)
class UnitExpression:
    """One phrase of a unit cell: how it is to be read (one of MEANS), and the words as written."""

    means: str
    text: str


@dataclass(frozen=True, slots=True)
class DraftUnit(UnitExpression):
    """A phrase as a form gives it, with its part: lead, or assist (配合).

    `code`: the unit's code where the form itself gives it (our own workbook); else it is found by its name.
    `means` may be rules.AS_LISTED in a rule.
    """

    role: str = "lead"
    code: str | None = None


_SEPARATOR = re.compile(r"[、,，;；/|]|或者?")
_LEADING = re.compile(r"^(?:以及|及|和|与|或)+")
_TERRITORY = r"(?:各?(?:属地|所属|辖区|所在地|所在|当地|本辖区|管辖))"
# A name may well hold 和 (住房和城乡建设局): a phrase is cut there only after a whole name, or before a word
# that starts a new one.
_JOINED = re.compile(
    r"(?:(?<=局)|(?<=部门)|(?<=公司)|(?<=中心)|(?<=单位)|(?<=企业)|(?<=政府)|(?<=大队)|(?<=支队)|(?<=执法队))"
    r"(?:以及|及|和|与)(?=..)"
    r"|(?<=.)(?:以及|及|和|与)(?=各|所属|属地|产权|权属|相关|有关)"
)
_TERRITORIAL_PAIR = re.compile(
    rf"^(?P<head>{_TERRITORY})"
    r"(?P<left>.*?(?:部门|单位|企业|公司|街办|街道办?|办事处|政府|社区|执法|环卫|市政|园林|绿化|水务|公安|交警|"
    r"交通|住建|城管))(?P<word>和|及|与)(?P<right>.+)$"
)

_STREET_OFFICE = re.compile(
    rf"^(?:{_TERRITORY}|各)?(?:街道办事处|街道办|街办|街道|办事处|街镇|镇街|街道\(镇\)|镇\(街\)|乡镇街道|街道乡镇)$"
)
_TERRITORIAL = re.compile(rf"^{_TERRITORY}")
_OWNER = re.compile(
    r"^(?:各|各个|所有|相关|有关|设施|部件|其)*"
    r"(?:产权|权属|所有权|业主|所有者|所有人)(?:\(管理\)|管理|所有|使用)*(?:单位|企业|部门|公司|人|方|者)?$"
)
_GENERIC_START = re.compile(r"^(?:各|相关|有关|其他|其它|所有)")
_GENERIC = re.compile(
    r"^(?:主管|监管|养护|管护|维护|管养|责任|管理|使用|施工|建设|经营|运营|作业|设置|物业|服务|承包|主办|保洁)*"
    r"(?:(?:环卫|市政|园林|绿化|供水|排水|供气|供热|供电|通信|线缆|电力)*(?:单位|企业|部门|机构)|公司|方|者|人)$"
)
# 运城市公安交通管理部门 is the one of that city; 城市管理部门 and 小区物业部门 are of no place.
_PLACE = re.compile(
    r"^[\u4e00-\u9fff]{1,6}?(?:(?<!^城)(?<!^都)市|"
    r"(?<!^城)(?<!主城)(?<!老城)(?<!建成)(?<![市小社景园校辖片厂库地])区|县|旗|州|省)(?=[\u4e00-\u9fff]{2})"
)
_ORGANISATION = re.compile(
    r"(?:单位|部门|公司|企业|集团|中心|局|科|处|室|队|站|所|院|厅|委|会|办|社|厂|店|场|馆|园|校|行|政府|街道|"
    r"街办|办事处|管委会|开发区|机构|平台|物业|业主|产权人|权属人|人|者|方|段|组|镇|乡|村|社区)(?:\([^)]*\))?$"
)
# A blank inside an English name separates words; next to a Chinese character it means nothing.
_BLANK_BY_HAN = re.compile(r"(?<=[^\x00-\xff])\s+|\s+(?=[^\x00-\xff])")
_NO_NAME = re.compile(r"[0-9。？！：:?!]{1}|和和|及及|、、|的")


def parse_units(text: str | None) -> tuple[list[DraftUnit], list[Fault]]:
    """Read a unit cell and return its phrases in order, without doubles, and what is doubtful.

    Every returned text stands in the cell as it is (blanks and line breaks apart). The doubts carry no
    place; the caller knows it.
    """
    written = unicodedata.normalize("NFC", text or "").strip()
    if not written:
        return [], [_doubt("unit_missing", "没有处置单位", "no unit is named")]
    expressions: list[DraftUnit] = []
    doubts: list[Fault] = []
    seen: set[str] = set()
    for phrase in _phrases(written, doubts):
        for expression in _read(phrase, doubts):
            if expression.text in seen:
                doubts.append(
                    _doubt(
                        "unit_twice",
                        f"“{_short(expression.text)}”在一格内出现两次",
                        f"“{_short(expression.text)}” stands twice in one cell",
                    )
                )
                continue
            seen.add(expression.text)
            expressions.append(expression)
    if not expressions:
        doubts.append(_doubt("unit_missing", "没有处置单位", "no unit is named"))
    return expressions, doubts


def _phrases(written: str, doubts: list[Fault]) -> list[str]:
    """Cut a cell into phrases, and put together what was cut by mistake."""
    lines: list[str] = []
    for line in re.split(r"[\r\n]+", written):
        squeezed = _BLANK_BY_HAN.sub("", line.strip())
        if not squeezed:
            continue
        if lines and not _SEPARATOR.match(lines[-1][-1]) and not _is_organisation(lines[-1]):
            doubts.append(
                _doubt(
                    "unit_line_break",
                    f"“{_short(lines[-1])}”在行末断开，已与下一行相接",
                    f"“{_short(lines[-1])}” breaks off at the end of a line and was joined to the next",
                )
            )
            lines[-1] += squeezed
        else:
            lines.append(squeezed)
    # (phrase, whether it begins anew: after 和 or 及 it cannot go on with what stands before)
    pieces: list[tuple[str, bool]] = []
    for line in lines:
        for raw in _SEPARATOR.split(line):
            piece = _LEADING.sub("", raw.strip())
            cut = [piece] if _TERRITORIAL_PAIR.match(piece) else _JOINED.split(piece)
            pieces.extend((each, place > 0 or piece != raw.strip()) for place, each in enumerate(cut))
    phrases: list[str] = []
    waiting: list[str] = []
    for piece, anew in pieces:
        if anew:
            phrases.extend(waiting)
            doubts.extend(_no_name(each) for each in waiting)
            waiting = []
        if not piece:
            continue
        waiting.append(piece)
        if _is_organisation(piece):
            phrases.append("、".join(waiting))
            if len(waiting) > 1:
                doubts.append(_fragment(phrases[-1]))
            waiting = []
    phrases.extend(waiting)
    doubts.extend(_no_name(each) for each in waiting)
    return phrases


def _read(phrase: str, doubts: list[Fault]) -> list[DraftUnit]:
    """Say what one phrase means; 属地甲和乙部门 gives two."""
    pair = _TERRITORIAL_PAIR.match(phrase)
    if pair:
        left, right = pair["head"] + pair["left"], _LEADING.sub("", pair["right"])
        if _NO_NAME.search(phrase):
            doubts.append(_no_name(phrase))
        else:
            doubts.append(
                _doubt(
                    "unit_joined",
                    f"“{_short(phrase)}”用“{pair['word']}”连写，按“{left}”“{right}”两个单位读",
                    f"“{_short(phrase)}” joins two bodies; read as “{left}” and “{right}”",
                    Text("用顿号分开", "separate them by 、"),
                )
            )
        second = _meaning(right)
        # The head 属地 is meant for both halves.
        if second in ("named", "each_department"):
            second = "territorial_enforcement" if "执法" in right else "territorial_department"
        return [DraftUnit(_meaning(left), left), DraftUnit(second, right)]
    if _NO_NAME.search(phrase) or len(phrase) > 60:
        doubts.append(_no_name(phrase))
    return [DraftUnit(_meaning(phrase), phrase)]


def _meaning(phrase: str) -> str:
    plain = normalised_name(phrase)
    if _STREET_OFFICE.match(plain):
        return "street_office"
    if _OWNER.match(plain):
        return "each_owner"
    if _TERRITORIAL.match(plain):
        return "territorial_enforcement" if "执法" in plain else "territorial_department"
    if _GENERIC_START.match(plain) or _GENERIC.match(plain):
        return "each_department"
    if plain.endswith("部门") and not _PLACE.match(plain):
        return "each_department"
    return "named"


def _is_organisation(piece: str) -> bool:
    return piece.isascii() or bool(_ORGANISATION.search(normalised_name(piece)))


def _fragment(phrase: str) -> Fault:
    return _doubt(
        "unit_fragment",
        f"“{_short(phrase)}”由几段并成一个单位，各段不是完整名称",
        f"“{_short(phrase)}” was put together from parts that are no names by themselves",
        Text("写出每个单位的全称", "write each unit's full name"),
    )


def _no_name(phrase: str) -> Fault:
    return _doubt(
        "unit_not_a_name",
        f"“{_short(phrase)}”不像单位名称",
        f"“{_short(phrase)}” does not read like the name of a unit",
        Text("写出单位全称，多个单位用顿号分开", "write the unit's full name, several separated by 、"),
    )


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


def _doubt(code: str, zh: str, en: str, remedy: Text | None = None) -> Fault:
    return Fault(code, Text(zh, en), remedy=remedy)
