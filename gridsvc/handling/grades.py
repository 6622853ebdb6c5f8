"""Grades of limits: A, B, C as cities write them, and whether they mean an area or an urgency.

A类 is a core area in one city (A 核心区, B 一般区) and an emergency in another (A 紧急, B 重大, C 一般); a
letter alone does not tell which.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

GRADES = ("A", "B", "C", "D")
GRADE_MEANS = ("area", "urgency")

_AREA = r"(?:区域|地区|区|地段|路段|道路|范围)"
_CASE = r"(?:案件|情形|情况|问题|事件|程度|件)"
_NUMERAL = {"一": "A", "二": "B", "三": "C", "四": "D", "I": "A", "II": "B", "III": "C", "IV": "D"}
WORDS = (
    rf"(?:(?P<letter>[A-D])(?![A-Za-z])(?:类|级|档|等)?|(?P<numeral>[一二三四]|III|II|IV|I)(?:类|级|等|档)(?!以))?"
    rf"\(?(?P<word>核心|重点|一般|普通|其他|其它|次要|紧急|重大|较大)?性?(?P<thing>{_AREA}|{_CASE})?\)?"
)
_WORDS = re.compile(WORDS)
_AREA_GRADE = {"核心": "A", "重点": "A", "一般": "B", "普通": "B"}
_CASE_GRADE = {"紧急": "A", "重大": "B", "一般": "C"}
_HEADER = re.compile(
    r"处置时限|处理时限|办理时限|处置时间|完成时限|时限|时间|要求|标准|[()\[\]【】:：/_\-—\s]|limit|grade"
)


@dataclass(frozen=True, slots=True)
class Grade:
    """One of GRADES; `means` (area, urgency) where its words tell, else None."""

    grade: str
    means: str | None


def grade_of(text: str) -> Grade | None:
    """Return the grade that a text is the name of (A类, 一类区域, 核心区, A 紧急, 一般), None for none."""
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    match = _WORDS.fullmatch(plain)
    return grade_of_match(match) if match and plain else None


def grade_of_ground(text: str) -> str | None:
    """Return the letter of the grade that a text gives to ground (A, A类, 一类区域, 重点), None for none.

    Of ground a bare 一般 is B, though of a case it is C.
    """
    found = grade_of(text)
    if found is None or found.means == "urgency":
        found = grade_of(f"{text}区域")
    return found.grade if found is not None else None


def grade_of_match(match: re.Match[str]) -> Grade | None:
    """Return the grade of a match of WORDS."""
    word, thing = match["word"] or "", match["thing"] or ""
    means = None
    if word == "核心" or re.fullmatch(_AREA, thing):
        means = "area"
    elif word in ("紧急", "重大", "较大") or re.fullmatch(_CASE, thing):
        means = "urgency"
    if match["letter"] or match["numeral"]:
        return Grade(match["letter"] or _NUMERAL[match["numeral"]], means)
    known = _AREA_GRADE if means == "area" else _CASE_GRADE
    return Grade(known[word], means or "urgency") if word in known else None


def grades_of(text: str) -> list[Grade] | None:
    """Return the grades that a cell of an area-class column lists (A核心区; A、B), [] for every one.

    None when it names none.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if plain in ("全部", "所有", "不限", "各类", "全区域", "所有区域", "ABC", "ABCD"):
        return []
    if re.fullmatch(r"[A-D]{2,4}", plain):
        return [Grade(letter, None) for letter in plain]
    found = [grade_of(each) for each in re.split(r"[、,;/和及]", plain) if each]
    grades = [each for each in found if each is not None]
    return grades if grades and len(grades) == len(found) else None


def grade_of_header(text: str) -> Grade | None:
    """Return the grade whose limits a column holds by its header: A类, 处置时限（B类）, 一类区域时限."""
    plain = unicodedata.normalize("NFKC", text)
    return grade_of(_HEADER.sub("", plain))
