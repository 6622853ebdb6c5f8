"""Identification codes of components: 16 digits until 2013, 17 since GB/T 47678.5."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gridsvc.catalog.schemes import CODE_DIGITS
from gridsvc.errors import InputRefused, Text
from gridsvc.geography.codes import CodeFault

_DISTRICT = 6
_SEQUENCE = 6
_LONGEST_SHOWN = 40
_CORRECT = Text("请改正标识码。", "Correct the id.")


@dataclass(frozen=True, slots=True)
class ComponentId:
    """The fields of an id: district (GB/T 2260), major and minor class, number within the class there."""

    district: str
    major: str
    minor: str
    sequence: str

    @property
    def class_code(self) -> str:
        """The minor class as class tables write it: major and minor together."""
        return self.major + self.minor

    def __str__(self) -> str:
        return self.district + self.major + self.minor + self.sequence


def parse_component_id(code: str, scheme: str | None = None) -> ComponentId:
    """Return the fields of a component's id.

    16 digits are 6 district + 2 major + 2 minor + 6 sequence (CJ/T 214-2007, GB/T 30428.2-2013), 17 digits
    6 + 2 + 3 + 6 (GB/T 47678.5-2026): the length alone tells them apart. With a published `scheme` the
    id must be of it.

    Raises:
        InputRefused: as `component_id_fault` says.
    """
    fault = component_id_fault(code, scheme=scheme if scheme in CODE_DIGITS else None)
    if fault is not None:
        raise InputRefused(fault.code, fault.message, remedy=fault.remedy)
    return _fields(code)


def build_component_id(district: str, class_code: str, sequence: int) -> str:
    """Return the id of component number `sequence` of a class in a district.

    Raises:
        InputRefused: `bad_component_id`, for a number that does not fit or a class that no standard has.
    """
    code = f"{district}{class_code}{sequence:0{_SEQUENCE}d}"
    if len(district) == _DISTRICT and 1 <= sequence < 10**_SEQUENCE:
        return str(parse_component_id(code))
    raise InputRefused(
        "bad_component_id",
        Text(
            f"部件标识码由 6 位区划代码和 1 至 999999 的顺序号组成，现为“{district}”和 {sequence}。",
            f"An id has a district of 6 digits and a number from 1 to 999999; these are {district!r} and"
            f" {sequence}.",
        ),
        remedy=Text(
            "改正区划代码；同类部件超过 999999 个时请另分区划。", "Correct the district or the number."
        ),
    )


def component_id_fault(code: str, *, scheme: str | None = None) -> CodeFault | None:
    """Return what is wrong with a component's id by the standards, or None.

    `scheme`: the id has that scheme's length (a scheme of a city's own has no rule, any id will do).
    """
    if not code:
        return CodeFault("blank_code", Text("部件标识码为空。", "The id is blank."), _CORRECT)
    if scheme is not None and scheme not in CODE_DIGITS:
        return None
    lengths = {length_of(name): name for name in CODE_DIGITS}  # of two schemes alike, the later
    wanted = None if scheme is None else length_of(scheme)
    if not _NUMBER.fullmatch(code) or len(code) not in lengths:
        digits = "16 或 17" if wanted is None else str(wanted)
        digits_en = "16 or 17" if wanted is None else str(wanted)
        return CodeFault(
            "bad_component_id",
            Text(
                f"部件标识码须为 {digits} 位数字，“{code[:_LONGEST_SHOWN]}”有 {len(code)} 个字符。",
                f"The id of a component has {digits_en} digits; {code[:_LONGEST_SHOWN]!r} has {len(code)}"
                " characters.",
            ),
            _CORRECT,
        )
    if wanted is not None and len(code) != wanted:
        return CodeFault(
            "component_id_of_other_scheme",
            Text(
                f"标识码有 {len(code)} 位，像是 {lengths[len(code)]} 的；{scheme} 的为 {wanted} 位。",
                f"The id has {len(code)} digits, like those of {lengths[len(code)]}; {scheme} has {wanted}.",
            ),
            Text("请核对类别方案，或改正标识码。", "Check the scheme of the classes, or correct the id."),
        )
    fields = _fields(code)
    if int(fields.sequence) == 0:
        return CodeFault(
            "bad_component_id",
            Text("部件顺序号从 000001 起，不能为 000000。", "Components count from 000001, not from 000000."),
            _CORRECT,
        )
    return None


def length_of(scheme: str) -> int:
    """Return how many digits a component's id has under a published scheme."""
    return _DISTRICT + sum(CODE_DIGITS[scheme]) + _SEQUENCE


def _fields(code: str) -> ComponentId:
    major, minor = next(digits for scheme, digits in CODE_DIGITS.items() if length_of(scheme) == len(code))
    ends = (_DISTRICT, _DISTRICT + major, _DISTRICT + major + minor)
    return ComponentId(code[: ends[0]], code[ends[0] : ends[1]], code[ends[1] : ends[2]], code[ends[2] :])


_NUMBER = re.compile("[0-9]+")
