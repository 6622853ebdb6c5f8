"""Codes of areas: reading, building and checking them by a profile, which is data (see `profiles`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gridsvc.errors import InputRefused, Text

LONGEST = 64
LEVEL_NAMES = {
    "district": Text("区", "district"),
    "street": Text("街道", "street"),
    "community": Text("社区", "community"),
    "cell": Text("单元网格", "cell"),
}


@dataclass(frozen=True, slots=True)
class CodeFault:
    """What is wrong with one code, by a stable `code` of the fault."""

    code: str
    message: Text
    remedy: Text


@dataclass(frozen=True, slots=True)
class NumberRange:
    """What the numbers from `first` to `last` of a field stand for."""

    first: int
    last: int
    meaning: Text


@dataclass(frozen=True, slots=True)
class CodeField:
    """One field of a code: `least` to `most` characters of `alphabet` (a class of a pattern, as `0-9A-Z`).

    `first` is the smallest number that it may hold, `ranges` say what its numbers mean.
    """

    name: str
    label: Text
    least: int
    most: int
    alphabet: str = "0-9"
    first: int | None = None
    ranges: tuple[NumberRange, ...] = ()

    @property
    def pattern(self) -> str:
        """The field as a regular expression."""
        return f"[{self.alphabet}]{{{self.least},{self.most}}}"


@dataclass(frozen=True, slots=True)
class Numbering:
    """How the areas of `level` are numbered in `field` inside their parent.

    `order`: `rows` (west to east in bands of `band_m` metres, the bands from north to south) or `columns`
    (north to south in bands from west to east).
    """

    level: str
    field: str
    order: str
    band_m: float


@dataclass(frozen=True, slots=True)
class CodeProfile:
    """The rules of one family of codes.

    `levels` gives the fields of each level's code, with the text between them (a level that is not there
    takes any code up to 64 characters). A code names the area above when it has all fields of that area's
    code. `retired` explains lengths that older systems used. Layers of a `strict` profile must be a
    partition: faulty rings, gaps and overlaps are refused; others are loaded as published. `reuse` says what
    becomes of a code that named other ground before: `refuse`, `doubt` or `allow`.
    """

    name: str
    title: Text
    strict: bool = False
    reuse: str = "doubt"
    fields: Mapping[str, CodeField] = field(default_factory=dict, hash=False)
    levels: Mapping[str, tuple[str | CodeField, ...]] = field(default_factory=dict, hash=False)
    retired: Mapping[tuple[str, int], Text] = field(default_factory=dict, hash=False)
    numbering: Numbering | None = None
    _patterns: Mapping[str, re.Pattern[str]] = field(init=False, repr=False, compare=False)
    _above: Mapping[str, str | None] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # Once: a layer asks a hundred thousand times.
        object.__setattr__(
            self, "_patterns", {level: _pattern(parts) for level, parts in self.levels.items()}
        )
        names = list(LEVEL_NAMES)
        above = {
            level: next((each for each in names[:place][::-1] if self._names(level, each)), None)
            for place, level in enumerate(names)
        }
        object.__setattr__(self, "_above", above)

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
        if level not in self.levels:
            return None
        found = self._patterns[level].fullmatch(code)
        if found is None:
            return self._shape_fault(level, code)
        for each in self.levels[level]:
            if isinstance(each, CodeField) and each.first is not None:
                number = found[each.name]
                if number.isascii() and number.isdecimal() and int(number) < each.first:
                    return _number_fault(each, number)
        return None

    def parse(self, level: str, code: str) -> dict[str, str]:
        """Return the fields of a code by name (none where the profile has no rule for the level).

        Raises:
            InputRefused: what `fault` returns.
        """
        fault = self.fault(level, code)
        if fault is not None:
            raise InputRefused(fault.code, fault.message, remedy=fault.remedy)
        if level not in self.levels:
            return {}
        found = self._patterns[level].fullmatch(code)
        return {} if found is None else found.groupdict()

    def build(self, level: str, values: Mapping[str, str | int]) -> str:
        """Return the code of `level` with these fields; a number is filled up with zeros.

        Raises:
            InputRefused: `no_code_rule` when the profile has no rule for the level, `bad_code` and the like
                when a field is missing or does not fit.
        """
        if level not in self.levels:
            raise InputRefused(
                "no_code_rule",
                Text(
                    f"编码规则 {self.name} 未规定{LEVEL_NAMES[level].zh}编码的组成。",
                    f"The profile {self.name} does not say how the code of a {level} is made up.",
                ),
                remedy=_OWN_PROFILE,
            )
        parts = []
        for each in self.levels[level]:
            if isinstance(each, str):
                parts.append(each)
                continue
            value = values.get(each.name, "")
            parts.append(f"{value:0{each.least}d}" if isinstance(value, int) else value)
        code = "".join(parts)
        found = self.parse(level, code)
        if any(str(values[name]).lstrip("0") != value.lstrip("0") for name, value in found.items()):
            raise InputRefused(
                "bad_code",
                Text(
                    f"字段值组成的编码 {code} 有歧义。",
                    f"The code {code} made of these fields reads otherwise.",
                ),
            )
        return code

    def level_of(self, code: str) -> str | None:
        """Return the level whose rule a code follows, or None."""
        return next((level for level, each in self._patterns.items() if each.fullmatch(code)), None)

    def above(self, level: str) -> str | None:
        """Return the nearest upper level that a code of `level` names; None where the profile has no rule."""
        return self._above[level]

    def parent(self, level: str, code: str) -> str | None:
        """Return the code of the area above that a valid `code` names; None where the profile has no rule."""
        above = self.above(level)
        return None if above is None else self.ancestors(level, [code], above)[0]

    def ancestors(self, level: str, codes: Iterable[str], upper: str) -> list[str | None]:
        """Return the codes of the areas of level `upper` that codes of `level` name.

        None for each where the profile has no rule, or the code does not follow it.
        """
        if not self._names(level, upper):
            return [None for _ in codes]
        whole, part = self.levels[level], self.levels[upper]
        match = self._patterns[level].fullmatch
        if whole[: len(part)] == part:
            length = _fixed_length(part)
            if length is not None:
                return [code[:length] if match(code) else None for code in codes]
        made: list[str | None] = []
        for code in codes:
            found = match(code)
            made.append(
                "".join(each if isinstance(each, str) else found[each.name] for each in part)
                if found
                else None
            )
        return made

    def meaning(self, level: str, code: str) -> Text | None:
        """Return what the last number of a code says of the area (街道, 镇, 乡; 居委会, 村), or None."""
        if self.fault(level, code) is not None or level not in self.levels:
            return None
        last = next((each for each in reversed(self.levels[level]) if isinstance(each, CodeField)), None)
        value = self.parse(level, code)[last.name] if last is not None else ""
        if last is None or not value.isdecimal():
            return None
        return next((each.meaning for each in last.ranges if each.first <= int(value) <= each.last), None)

    def _names(self, level: str, upper: str) -> bool:
        if level not in self.levels or upper not in self.levels:
            return False
        return set(_fields(self.levels[upper])) < set(_fields(self.levels[level]))

    def _shape_fault(self, level: str, code: str) -> CodeFault:
        known = self.retired.get((level, len(code))) if code.isascii() and code.isalnum() else None
        if known is not None:
            return CodeFault("retired_code", known, _USE_FREE)
        other = self.level_of(code)
        wanted = _shape(self.levels[level])
        found_zh = f"现为 {len(code)} 个字符" + (f"，像是{LEVEL_NAMES[other].zh}编码" if other else "")
        found_en = f"this has {len(code)} characters" + (f", like the code of a {other}" if other else "")
        return CodeFault(
            "bad_code",
            Text(
                f"{LEVEL_NAMES[level].zh}编码须为{wanted.zh}，{found_zh}。",
                f"The code of a {level} has {wanted.en}; {found_en}.",
            ),
            _USE_FREE,
        )


def _number_fault(each: CodeField, number: str) -> CodeFault:
    return CodeFault(
        "bad_code",
        Text(
            f"{each.label.zh}为 {number}，应从 {each.first} 起（尾部补零的是上级区域的编码）。",
            f"The {each.label.en} is {number} but begins at {each.first} (zeros at the end stand for an area"
            " further up).",
        ),
        _USE_FREE,
    )


def _fields(parts: Sequence[str | CodeField]) -> list[str]:
    return [each.name for each in parts if isinstance(each, CodeField)]


def _fixed_length(parts: Sequence[str | CodeField]) -> int | None:
    """Return the length of every code of these parts, or None when they differ."""
    sizes = [(len(each), len(each)) if isinstance(each, str) else (each.least, each.most) for each in parts]
    return sum(least for least, _ in sizes) if all(least == most for least, most in sizes) else None


def _shape(parts: tuple[str | CodeField, ...]) -> Text:
    """Return what a code looks like: “15 位数字（6 位区划 + …）”, or the parts as a profile writes them."""
    fields = [each for each in parts if isinstance(each, CodeField)]
    length = _fixed_length(parts)
    if length is None or len(fields) < len(parts):
        written = "".join(each if isinstance(each, str) else f"{{{each.name}}}" for each in parts)
        return Text(f" {written} 的形式", f"the form {written}")
    digits = all(each.alphabet == "0-9" for each in fields)
    zh = " + ".join(f"{each.least} 位{each.label.zh}" for each in fields)
    en = " + ".join(f"{each.least} {each.label.en}" for each in fields)
    kind = Text("数字", "digits") if digits else Text("字符", "characters")
    return Text(f" {length} 位{kind.zh}（{zh}）", f"{length} {kind.en} ({en})")


def _pattern(parts: Sequence[str | CodeField]) -> re.Pattern[str]:
    return re.compile(
        "".join(
            re.escape(each) if isinstance(each, str) else f"(?P<{each.name}>{each.pattern})" for each in parts
        )
    )


_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_USE_FREE = Text(
    "改正编码；不按此规则编码的图层请用 --profile free，或自己的规则文件。",
    "Correct the code; a layer that does not follow these rules needs --profile free or a file of its own.",
)
_OWN_PROFILE = Text(
    "改用 --profile gbt，或自己的规则文件。", "Use --profile gbt, or a file of rules of your own."
)
