"""Faults of codes and names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gridsvc.errors import Text
from gridsvc.geography.codes import LONGEST, CodeProfile
from gridsvc.geography.findings import Findings

LONGEST_NAME = 200
"""No name of a place is longer; a field of megabytes is a mistake in the file."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def check_codes(
    profile: CodeProfile, level: str, codes: Sequence[str], findings: Findings, *, column: str
) -> None:
    """Refuse codes that are not of the profile, and every code after the first of its kind."""
    first: dict[str, int] = {}
    for feature, code in enumerate(codes):
        fault = profile.fault(level, code)
        if fault is not None:
            findings.refuse(
                fault.code, fault.message, fault.remedy, features=(feature,), column=column, value=code
            )
        elif first.setdefault(code, feature) != feature:
            earlier = first[code] + 1
            findings.refuse(
                "duplicate_code",
                Text(
                    f"编码 {code} 与第 {earlier} 个要素重复。",
                    f"Feature {earlier} has the code {code} already.",
                ),
                Text(
                    "每个区域一个编码；同一区域的多个部分请合并为一个多面要素。",
                    "One code for each area; merge the parts of one area into one multipolygon.",
                ),
                features=(feature,),
                column=column,
                value=code,
            )


def check_parents(parents: Sequence[str] | None, findings: Findings, *, column: str | None) -> None:
    """Refuse parents that are longer than any code."""
    for feature, parent in enumerate(parents or ()):
        if len(parent) > LONGEST:
            findings.refuse(
                "bad_code",
                Text(
                    f"上级编码最多 {LONGEST} 个字符。",
                    f"The code of a parent has at most {LONGEST} characters.",
                ),
                Text(
                    "改正上级编码，或用 --parent 指定另一列。",
                    "Correct it, or name another column by --parent.",
                ),
                features=(feature,),
                column=column,
                value=parent,
            )


def checked_names(
    names: Sequence[str] | None, codes: Sequence[str], findings: Findings, *, column: str | None
) -> list[str]:
    """Return the names; a missing one is the code (doubtful when a column was named)."""
    if names is None:
        return list(codes)
    for feature, name in enumerate(names):
        if not name:
            findings.doubt(
                "blank_name",
                Text("名称为空，以编码代替。", "The name is blank; the code stands in for it."),
                features=(feature,),
                column=column,
            )
        elif len(name) > LONGEST_NAME or _CONTROL.search(name):
            findings.refuse(
                "bad_name",
                Text(
                    f"名称须在 {LONGEST_NAME} 个字符以内，且不含控制字符。",
                    f"A name has at most {LONGEST_NAME} characters and no control characters.",
                ),
                Text("改正名称，或用 --name 指定另一列。", "Correct it, or name another column by --name."),
                features=(feature,),
                column=column,
                value=name,
            )
    return [name or code for name, code in zip(names, codes, strict=True)]
