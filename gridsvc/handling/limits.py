"""Time limits as a specification writes them: a number and a unit, such as 4工作时 or 2个工作日.

Six units are kept apart, because a deadline depends on which one was written: 紧急工作时 and 紧急工作日 run
through nights and holidays, 工作时 and 工作日 count on the working calendar, plain 小时 and 天 mean what the
edition declares (GB/T 30428.8 pattern, as the cities' tables use it).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

from gridsvc.errors import Fault, Text

LIMIT_UNITS = ("urgent_hour", "urgent_day", "work_hour", "work_day", "hour", "day")

# Longest first: 紧急工作时 ends with 工作时, which ends with 时.
_UNIT_WORDS = (
    ("紧急工作小时", "urgent_hour"),
    ("紧急工作时", "urgent_hour"),
    ("紧急小时", "urgent_hour"),
    ("紧急工作日", "urgent_day"),
    ("紧急工作天", "urgent_day"),
    ("工作小时", "work_hour"),
    ("工作时", "work_hour"),
    ("工作日", "work_day"),
    ("工作天", "work_day"),
    ("自然日", "day"),
    ("日历日", "day"),
    ("hours", "hour"),
    ("hour", "hour"),
    ("days", "day"),
    ("day", "day"),
    ("小时", "hour"),
    ("钟头", "hour"),
    ("分钟", "minute"),
    ("星期", "week"),
    ("时", "hour"),
    ("天", "day"),
    ("日", "day"),
    ("周", "week"),
    ("h", "hour"),
    ("d", "day"),
)
_UNIT_OF = dict(_UNIT_WORDS)

_NUMBER = r"(?:\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+|半)"
_UNIT = "(?:" + "|".join(word for word, _ in _UNIT_WORDS) + ")"
_LIMIT = re.compile(
    rf"(?P<low>{_NUMBER})(?P<half>个半)?个?(?P<low_unit>{_UNIT})?"
    rf"(?:(?:-|~|—|–|至|到)(?P<high>{_NUMBER})个?)?(?P<unit>{_UNIT})?",
    re.IGNORECASE,
)
_AROUND = re.compile(r"(?:限时?|不超过|不得超过|最长|<=?|≤|为)*")
_AFTER = re.compile(r"(?:以内|之内|内|[。.;；,，、])*")
_AT_ONCE = re.compile("立即|立刻|即时|即刻|马上|随时|及时|当场|尽快|尽早|尽速|第一时间")

_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: `value` (> 0, at most two decimals) of `unit` (one of LIMIT_UNITS), `text` as written."""

    value: Decimal
    unit: str
    text: str


def parse_limit(text: str | None) -> tuple[Limit | None, list[Fault]]:
    """Read a limit cell and return the limit (None: none that can be trusted) and what is doubtful.

    A range gives its shorter end, several stages give the first one, words after the limit (an action such
    as 制止) are left out: each is taken and said. The doubts carry no place; the caller knows it.
    """
    written = (text or "").strip()
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", written))
    if not plain:
        return None, [_doubt("limit_missing", "没有处置时限", "there is no time limit")]
    if re.fullmatch(r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+", plain):
        return None, [
            _doubt(
                "limit_without_unit",
                "时限只有数字，没有单位",
                "the limit is a number without a unit",
                Text("写明单位，如 4工作时、2工作日、1天", "name the unit, such as 4工作时, 2工作日, 1天"),
            )
        ]
    found = first_limit(plain)
    if found is None:
        if _AT_ONCE.search(plain):
            return None, [
                _doubt(
                    "limit_at_once",
                    f"“{_short(plain)}”没有数字，无法计算截止时间",
                    f"“{_short(plain)}” has no number, so no deadline follows from it",
                    Text("写成数字和单位，如 1紧急工作时", "write a number and a unit, such as 1紧急工作时"),
                )
            ]
        return None, [_unreadable(plain)]
    value, unit, high = found.value, found.unit, found.high
    before, after = found.before, found.after
    doubts: list[Fault] = []
    if value <= 0 or value >= 1_000_000:
        return None, [_unreadable(plain)]
    rounded = value.quantize(Decimal("0.01"))
    if rounded <= 0:
        return None, [_unreadable(plain)]
    if rounded != value:
        doubts.append(
            _doubt("limit_rounded", f"时限取两位小数：{rounded}", f"the limit was rounded to {rounded}")
        )
    limit = Limit(tidy(rounded), unit, written)
    if high is not None:
        doubts.append(
            _doubt(
                "limit_range",
                f"时限是一个范围，按较短的 {limit.value} 计",
                f"the limit is a range; its shorter end {limit.value} was taken",
            )
        )
    if before:
        doubts.append(
            _doubt(
                "limit_words_before",
                f"时限前有其他文字“{_short(before)}”，未计入",
                f"words before the limit, “{_short(before)}”, were left out",
            )
        )
    if after:
        if first_limit(after) is not None:
            doubts.append(
                _doubt(
                    "limit_stages",
                    f"一格内有多个时限，只取第一个 {limit.value}；其余为“{_short(after)}”",
                    f"several limits in one cell; {limit.value} was taken, not “{_short(after)}”",
                )
            )
        else:
            doubts.append(
                _doubt(
                    "limit_action",
                    f"时限后有其他文字“{_short(after)}”，未计入时限",
                    f"words after the limit, “{_short(after)}”, are no part of it",
                    Text("把动作写入结案条件", "move the action to the closing condition"),
                )
            )
    return limit, doubts


def tidy(value: Decimal) -> Decimal:
    """Return a value without trailing zeros and without an exponent: 4.00 → 4, 1.50 → 1.5."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


@dataclass(frozen=True, slots=True)
class Found:
    """A number with a unit in a text: its value and unit, the other end of a range, and what stands around.

    `text` is the limit itself; `before` and `after` are without words that say nothing (不超过, 以内).
    """

    value: Decimal
    unit: str
    high: Decimal | None
    text: str
    before: str
    after: str


def first_limit(plain: str) -> Found | None:
    """Return the first number with a unit in a text without blanks, in NFKC."""
    for match in _LIMIT.finditer(plain):
        word = (match["unit"] or match["low_unit"] or "").lower()
        if not word or (match["high"] and not match["unit"]):
            continue
        if plain[: match.start()].endswith(("年", "月", "第")):
            continue  # a date or an ordinal
        if plain[: match.start()].endswith(("-", "−", "负")):
            return None  # less than nothing is no limit, whatever stands behind it
        value = _number(match["low"])
        if value is None:
            continue
        if match["half"]:
            value += Decimal("0.5")
        high = _number(match["high"]) if match["high"] else None
        unit = _UNIT_OF[word]
        low_unit = _UNIT_OF[match["low_unit"].lower()] if match["low_unit"] else unit
        if high is not None and low_unit == unit and high < value:
            value, high = high, value
        value, unit = _in_kept_unit(value, low_unit)
        before, after = plain[: match.start()], plain[match.end() :]
        before = before[_end(_AROUND, before) :]
        after = after[_end(_AFTER, after) :]
        return Found(value, unit, high, match[0], before, after)
    return None


def _in_kept_unit(value: Decimal, unit: str) -> tuple[Decimal, str]:
    if unit == "minute":
        return value / 60, "hour"
    if unit == "week":
        return value * 7, "day"
    return value, unit


def _number(word: str) -> Decimal | None:
    if word == "半":
        return Decimal("0.5")
    if word[0].isdigit():
        return Decimal(word) if len(word) <= 12 else None
    total, digit = 0, None
    for character in word:
        if character in ("十", "百"):
            total += (1 if digit is None else digit) * (10 if character == "十" else 100)
            digit = None
        elif digit in (None, 0):
            digit = _DIGITS[character]
        else:
            return None  # 二三小时: "two or three" is no number
    return Decimal(total + (digit or 0))


def _end(pattern: re.Pattern[str], text: str) -> int:
    match = pattern.match(text)
    return match.end() if match else 0


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"


def _unreadable(plain: str) -> Fault:
    return _doubt(
        "limit_unreadable",
        f"看不懂的时限“{_short(plain)}”",
        f"“{_short(plain)}” cannot be read as a limit",
        Text(
            "写成数字和单位，如 4工作时、2工作日、1天",
            "write a number and a unit, such as 4工作时, 2工作日, 1天",
        ),
    )


def _doubt(code: str, zh: str, en: str, remedy: Text | None = None) -> Fault:
    return Fault(code, Text(zh, en), remedy=remedy)
