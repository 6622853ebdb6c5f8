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
from gridsvc.handling.unit_meanings import TERRITORY, meaning
from gridsvc.handling.unit_roles import parts_by_role

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
    `doubt`: the code of the doubt without which it could not be read, None for a phrase that was understood.
    `means` may be rules.AS_LISTED in a rule.
    """

    role: str = "lead"
    code: str | None = None
    doubt: str | None = None


_SEPARATOR = re.compile(r"[、,，;；。/|]|或者?")
_LEADING = re.compile(r"^(?:以及|及|和|与|或)+")
# A name may well hold 和 (住房和城乡建设局): a phrase is cut there only after a whole name, or before a word
# that starts a new one.
_JOINED = re.compile(
    r"(?:(?<=局)|(?<=部门)|(?<=公司)|(?<=中心)|(?<=单位)|(?<=企业)|(?<=政府)|(?<=大队)|(?<=支队)|(?<=执法队))"
    r"(?:以及|及|和|与)(?=..)"
    r"|(?<=.)(?:以及|及|和|与)(?=各|所属|属地|产权|权属|相关|有关)"
)
_TERRITORIAL_PAIR = re.compile(
    rf"^(?P<head>{TERRITORY})"
    r"(?P<left>.*?(?:部门|单位|企业|公司|街办|街道办?|办事处|政府|社区|执法|环卫|市政|园林|绿化|水务|公安|交警|"
    r"交通|住建|城管))(?P<word>和|及|与)(?P<right>.+)$"
)

_ORGANISATION = re.compile(
    r"(?:单位|部门|机关|公司|企业|集团|中心|局|科|处|室|队|站|所|院|厅|委|会|办|社|厂|店|场|馆|园|校|行|政府|街道|"
    r"街办|办事处|管委会|开发区|机构|平台|物业|业主|产权人|权属人|人|者|方|段|组|镇|乡|村|社区)(?:\([^)]*\))?$"
)
# A blank inside an English name separates words; next to a Chinese character it means nothing.
_BLANK_BY_HAN = re.compile(r"(?<=[^\x00-\xff])\s+|\s+(?=[^\x00-\xff])")
_NO_NAME = re.compile(r"(?<![第0-9])[0-9]|[。？！：:?!]|和和|及及|、、|的")
_OTHERS = re.compile(r"^(?P<body>.+?)等(?P<rest>.*)$")
_OPEN = re.compile(r"[一二三四五六七八九十几多]?家?(?:单位|部门|企业|公司|机构)")


def parse_units(text: str | None) -> tuple[list[DraftUnit], list[Fault]]:
    """Read a unit cell and return its phrases in order, without doubles, and what is doubtful.

    Every returned text stands in the cell as it is, blanks and line breaks apart; the words that say who
    leads and who helps are told by `role`. The doubts carry no place; the caller knows it.
    """
    written = unicodedata.normalize("NFC", text or "").strip()
    if not written:
        return [], [_doubt("unit_missing", "没有处置单位", "no unit is named")]
    found: dict[str, DraftUnit] = {}
    doubts: list[Fault] = []
    for part in parts_by_role(written):
        for phrase, doubt in _phrases(part.text, doubts):
            for means, words, code in _read(phrase, doubt, doubts):
                if words in found:
                    doubts.append(
                        _doubt(
                            "unit_twice",
                            f"“{_short(words)}”在一格内出现两次",
                            f"“{_short(words)}” stands twice in one cell",
                        )
                    )
                    continue
                found[words] = DraftUnit(means, words, part.role, doubt=code)
                if not part.said:
                    doubts.append(_unsaid(words))
    if not found:
        doubts.append(_doubt("unit_missing", "没有处置单位", "no unit is named"))
    expressions = list(found.values())
    if expressions and all(each.role == "assist" for each in expressions):
        doubts.append(
            _doubt(
                "unit_no_lead",
                "只写了配合单位，没有写谁牵头",
                "only who helps is named, not who leads",
                Text("写明牵头单位", "name who leads"),
            )
        )
    return expressions, doubts


def _phrases(written: str, doubts: list[Fault]) -> list[tuple[str, str | None]]:
    """Cut a part of a cell into phrases, each with the code of its doubt; join what was cut by mistake."""
    # (phrase, whether it begins anew: after 和 or 及 it cannot go on with what stands before)
    pieces: list[tuple[str, bool]] = []
    for line in _lines(written, doubts):
        for raw in _SEPARATOR.split(line):
            piece = _LEADING.sub("", raw.strip())
            cut = [piece] if _TERRITORIAL_PAIR.match(piece) else _JOINED.split(piece)
            pieces.extend((each, place > 0 or piece != raw.strip()) for place, each in enumerate(cut))
    phrases: list[tuple[str, str | None]] = []
    waiting: list[str] = []

    def give_up() -> None:
        for each in waiting:
            doubts.append(_no_name(each))
            phrases.append((each, "unit_not_a_name"))
        waiting.clear()

    for piece, anew in pieces:
        if anew:
            give_up()
        if not piece:
            continue
        body, others = _and_others(piece, doubts)
        waiting.append(body)
        if _is_organisation(body):
            phrase = "、".join(waiting)
            # 产权、使用、管理单位 is one known phrase; other parts are no names by themselves.
            known = len(waiting) == 1 or _known(phrase)
            if not known:
                doubts.append(_fragment(phrase))
            phrases.append((phrase, None if known else "unit_fragment"))
            waiting.clear()
        phrases.extend((each, None) for each in others)
    give_up()
    return phrases


def _lines(written: str, doubts: list[Fault]) -> list[str]:
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
    return lines


def _and_others(piece: str, doubts: list[Fault]) -> tuple[str, list[str]]:
    """Cut 联通公司等相关单位 into the name and the phrase behind it; 等 alone leaves the list open."""
    match = _OTHERS.match(piece)
    if not match or not _is_organisation(match["body"]):
        return piece, []
    if match["rest"] and not _OPEN.fullmatch(match["rest"]):
        return match["body"], [match["rest"]]
    doubts.append(
        _doubt(
            "unit_and_others",
            f"“{_short(piece)}”以“等”结尾，没有列全",
            f"“{_short(piece)}” ends with “and others”; the list is open",
            Text("列全单位", "name all of them"),
        )
    )
    return match["body"], []


def _read(phrase: str, doubt: str | None, doubts: list[Fault]) -> list[tuple[str, str, str | None]]:
    """Say what one phrase means: (means, words, doubt); 属地甲和乙部门 gives two."""
    pair = _TERRITORIAL_PAIR.match(phrase)
    if pair:
        left, right = pair["head"] + pair["left"], _LEADING.sub("", pair["right"])
        if _NO_NAME.search(phrase):
            doubt = "unit_not_a_name"
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
        second = meaning(right)
        # The head 属地 is meant for both halves.
        if second in ("named", "each_department"):
            second = "territorial_enforcement" if "执法" in right else "territorial_department"
        return [(meaning(left), left, doubt), (second, right, doubt)]
    if doubt is None and (_NO_NAME.search(phrase) or len(phrase) > 60):
        doubt = "unit_not_a_name"
        doubts.append(_no_name(phrase))
    return [(meaning(phrase.replace("、", "")), phrase, doubt)]


def _known(phrase: str) -> bool:
    return meaning(phrase.replace("、", "")) not in ("named", "each_department", "territorial_department")


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


def _unsaid(phrase: str) -> Fault:
    return _doubt(
        "unit_role_unsaid",
        f"“{_short(phrase)}”没有写牵头还是配合，因另有单位牵头而按配合读",
        f"“{_short(phrase)}” is not said to lead or to help; read as helping, since another one leads",
        Text("写明牵头、配合", "say who leads and who helps"),
    )


def _short(text: str) -> str:
    return text if len(text) <= 30 else text[:29] + "…"


def _doubt(code: str, zh: str, en: str, remedy: Text | None = None) -> Fault:
    return Fault(code, Text(zh, en), remedy=remedy)
