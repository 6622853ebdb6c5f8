"""Code profiles: what an area's code may look like. A profile is data; no city or country is in the code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gridsvc.errors import InputRefused, Text

LONGEST = 64


@dataclass(frozen=True, slots=True)
class CodeFault:
    """What is wrong with one code."""

    code: str
    message: Text
    remedy: Text


@dataclass(frozen=True, slots=True)
class CodeProfile:
    """The rules of one family of codes.

    `digits` gives the length at each level (empty: any code up to 64 characters); a code then begins with
    the code of its parent. `retired` explains lengths that older systems used. `strict` layers must be a
    partition: faulty rings, gaps and overlaps are refused; others are loaded as published.
    """

    name: str
    digits: Mapping[str, int] = field(default_factory=dict)
    above: Mapping[str, str] = field(default_factory=dict)
    retired: Mapping[tuple[str, int], Text] = field(default_factory=dict)
    strict: bool = False

    def fault(self, level: str, code: str) -> CodeFault | None:
        """Return what is wrong with `code` as the code of an area of `level`, or None."""
        if not code:
            return CodeFault(
                "blank_code",
                Text("编码为空。", "The code is blank."),
                Text(
                    "补上编码，或用 --code 指定另一列。",
                    "Fill in the code, or name another column by --code.",
                ),
            )
        if len(code) > LONGEST or _CONTROL.search(code):
            return CodeFault(
                "bad_code",
                Text(
                    f"编码须在 {LONGEST} 个字符以内，且不含控制字符。",
                    f"A code has at most {LONGEST} characters and no control characters.",
                ),
                Text(
                    "用 --code 指定另一列，或改正编码。",
                    "Name another column by --code, or correct the code.",
                ),
            )
        wanted = self.digits.get(level)
        if wanted is None or (_DIGITS.fullmatch(code) and len(code) == wanted):
            return None
        known = self.retired.get((level, len(code))) if _DIGITS.fullmatch(code) else None
        if known is not None:
            return CodeFault("retired_code", known, _USE_FREE)
        other = next((name for name, size in self.digits.items() if size == len(code)), None)
        found_zh = f"现为 {len(code)} 个字符" + (f"，像是{LEVEL_NAMES[other].zh}编码" if other else "")
        found_en = f"this has {len(code)} characters" + (f", like the code of a {other}" if other else "")
        return CodeFault(
            "bad_code",
            Text(
                f"{LEVEL_NAMES[level].zh}编码须为 {wanted} 位数字，{found_zh}。",
                f"The code of a {level} has {wanted} digits; {found_en}.",
            ),
            _USE_FREE,
        )

    def parent(self, level: str, code: str) -> str | None:
        """Return the parent's code that a valid `code` begins with; None where the profile has no rule."""
        above = self.above.get(level)
        return None if above is None else code[: self.digits[above]]


LEVEL_NAMES = {
    "district": Text("区", "district"),
    "street": Text("街道", "street"),
    "community": Text("社区", "community"),
    "cell": Text("单元网格", "cell"),
}

_DIGITS = re.compile("[0-9]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_USE_FREE = Text(
    "改正编码；不按国标编码的图层请用 --profile free。",
    "Correct the code; a layer that does not follow the standard needs --profile free.",
)

# Lengths: DB11/T 2157-2023 (6 district + 3 street + 3 community + 3 sequence), as GB/T 47678.3 is used;
# 14 digits: CJ/T 213-2005 and vendor systems of 2007 to 2014 (6 + 3 + 3 + 2).
PROFILES: Mapping[str, CodeProfile] = {
    "gbt": CodeProfile(
        name="gbt",
        digits={"district": 6, "street": 9, "community": 12, "cell": 15},
        above={"street": "district", "community": "street", "cell": "community"},
        retired={
            ("cell", 14): Text(
                "这是 14 位旧网格编码（CJ/T 213-2005，顺序号两位），现行编码为 15 位（顺序号三位）。",
                "This is an older 14-digit cell code (CJ/T 213-2005, two digits of sequence);"
                " the code in use has 15 digits (three of sequence).",
            )
        },
        strict=True,
    ),
    "free": CodeProfile(name="free"),
}


def code_profile(name: str) -> CodeProfile:
    """Return the profile of that name; raises `InputRefused` (`unknown_profile`)."""
    if name not in PROFILES:
        known = ", ".join(PROFILES)
        raise InputRefused(
            "unknown_profile",
            Text(f"没有编码规则“{name[:40]}”。", f"There is no code profile {name[:40]!r}."),
            remedy=Text(f"可用：{known}。", f"Use one of: {known}."),
        )
    return PROFILES[name]
