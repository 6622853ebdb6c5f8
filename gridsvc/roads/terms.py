"""What a row of a boundary-road file says, apart from where the road runs: rule, parties, dates, width."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from gridsvc.errors import Fault, Text
from gridsvc.roads.parties import Parties
from gridsvc.roads.section_rows import Row
from gridsvc.roads.wording import Division, division_of

_DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?")
_MOST_M = 100.0
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Terms:
    """`ordered`: side `a` was said to lie left of the line; otherwise the geometry tells."""

    name: str
    rule: str
    a: str
    b: str
    ordered: bool
    party: str | None
    unit: str | None
    odd: str | None
    half_width_m: float | None
    effective_from: datetime | None
    effective_to: datetime | None
    agreed_in: str | None


def terms_of(row: Row, parties: Parties, zone: ZoneInfo, refused: list[Fault]) -> Terms | None:
    """Return what a row says, None when it cannot be taken; its faults go to `refused`."""
    before = len(refused)

    def refuse(code: str, field: str, zh: str, en: str, remedy: Text | None = None) -> None:
        refused.append(Fault(code, Text(zh, en), row.place(field), remedy))

    name = re.sub(r"\s+", " ", row.text("name")).strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        refuse(
            "bad_name", "name", "没有路名，或路名过长。", "There is no name of the road, or it is too long."
        )
    division = division_of(row.text("rule"))
    if division is None:
        refuse(
            "unknown_rule",
            "rule",
            "看不出责任如何划分。",
            "The words do not say how the road is divided.",
            Text(
                "写明：以中心线为界、全路归甲方、按行车方向、单号归甲方双号归乙方。",
                "Use centre_line, whole_road, direction or house_number.",
            ),
        )
    ordered = bool(row.text("left") or row.text("right"))
    sides = [_area(row, field, parties, refuse) for field in (("left", "right") if ordered else ("a", "b"))]
    if None not in sides and sides[0] == sides[1]:
        refuse("same_side", "right" if ordered else "b", "两侧是同一区域。", "Both sides are the same area.")
    width = _half_width(row, refuse)
    since, until = (_date(row, field, zone, refuse) for field in ("effective_from", "effective_to"))
    if since is not None and until is not None and since >= until:
        refuse("bad_period", "effective_to", "失效日期不晚于生效日期。", "It ends before it begins.")
    if len(refused) > before or division is None or sides[0] is None or sides[1] is None:
        return None
    a, b = sides[0], sides[1]
    party, unit, odd = _parties(row, division, a, b, parties, refuse)
    if len(refused) > before:
        return None
    agreed = row.text("agreed_in") or None
    return Terms(name, division.rule, a, b, ordered, party, unit, odd, width, since, until, agreed)


_Refuse = Callable[..., None]


def _area(row: Row, field: str, parties: Parties, refuse: _Refuse) -> str | None:
    words = row.text(field)
    if not words:
        refuse("missing_side", field, "没有写明相邻区域。", "An area beside the road is missing.")
        return None
    code = parties.area(words)
    if code is None:
        refuse(
            "unknown_area",
            field,
            f"现行区域和责任单位中没有“{words[:40]}”，或有重名。",
            f"Neither the areas in force nor the units know {words[:40]!r}, or two have the name.",
            Text(
                "填区域编码，或先载入该区域或其单位。", "Give the area's code, or load it or its units first."
            ),
        )
    return code


def _parties(
    row: Row, division: Division, a: str, b: str, parties: Parties, refuse: _Refuse
) -> tuple[str | None, str | None, str | None]:
    """Return the party and the unit of a whole road, and the area of odd numbers."""

    def side(words: str, field: str) -> str | None:
        plain = words.strip()
        for known, code in (
            (("甲方", "甲", "左侧", "左", "left", "a"), a),
            (("乙方", "乙", "右侧", "右", "right", "b"), b),
        ):
            if plain.casefold() in known:
                return code
        found = parties.area(plain)
        if found not in (a, b):
            refuse(
                "party_not_a_side",
                field,
                f"“{plain[:40]}”不是该路两侧的区域之一。",
                f"{plain[:40]!r} is neither of the two areas beside the road.",
            )
        return found

    if division.rule == "whole_road":
        words = division.party or row.text("party")
        given_unit = row.text("unit") or (words if words and parties.area(words) is None else "")
        unit = parties.unit(given_unit) if given_unit else None
        if row.text("unit") and unit is None:
            refuse("unknown_unit", "unit", "单位表中没有该单位。", "No unit has this code or name.")
        if unit is not None:
            return None, unit, None
        if not words:
            refuse("missing_party", "party", "没有写明全路归谁。", "Nobody is named to keep the whole road.")
            return None, None, None
        return side(words, "party" if not division.party else "rule"), None, None
    if division.rule == "house_number":
        words = division.odd or row.text("odd")
        if words:
            return None, None, side(words, "odd" if not division.odd else "rule")
        if division.even:
            even = side(division.even, "rule")
            return None, None, b if even == a else a
        refuse("missing_odd", "odd", "没有写明单号归谁。", "Nobody is named for the odd numbers.")
    return None, None, None


def _half_width(row: Row, refuse: _Refuse) -> float | None:
    for field, factor in (("half_width_m", 1.0), ("width_m", 0.5)):
        words = row.text(field).casefold().removesuffix("米").removesuffix("m").strip()
        if not words:
            continue
        try:
            metres = float(words) * factor
        except ValueError:
            metres = float("nan")
        if 0 < metres <= _MOST_M:
            return metres
        refuse(
            "bad_width",
            field,
            f"半宽须大于 0、不超过 {_MOST_M:g} 米。",
            f"Half the width is more than 0 and at most {_MOST_M:g} m.",
        )
    return None


def _date(row: Row, field: str, zone: ZoneInfo, refuse: _Refuse) -> datetime | None:
    words = row.text(field)
    if not words:
        return None
    short = _DATE.fullmatch(words)
    try:
        if short:
            return datetime(int(short[1]), int(short[2]), int(short[3]), tzinfo=zone)
        found = datetime.fromisoformat(words)
    except ValueError:
        refuse(
            "bad_time",
            field,
            "不是日期。",
            "This is no date.",
            Text("写成 2026-11-22。", "Write 2026-11-22."),
        )
        return None
    return found if found.tzinfo else found.replace(tzinfo=zone)
