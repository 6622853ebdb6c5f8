"""Reading the document of a code profile, key by key, with every fault and its place."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any, TypeGuard

from gridsvc.errors import Fault, Place, Text
from gridsvc.geography.codes import LEVEL_NAMES, LONGEST, CodeField, CodeProfile, Numbering, NumberRange

_NAME = re.compile(r"[a-z][a-z0-9_.\-]{0,31}")
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,31}")
# Letters, digits and spans of them: what a class of a pattern may hold without meaning something else.
_ALPHABET = re.compile(r"(?:[0-9A-Za-z]-[0-9A-Za-z]|[0-9A-Za-z])+")
_PART = re.compile(r"\{([^{}]*)\}|([^{}]+)")


class ProfileDocument:
    """Reads one document; `faults` holds what is wrong with it."""

    def __init__(self, file: str | None) -> None:
        self.faults: list[Fault] = []
        self._file = file

    def read(self, document: dict[str, Any]) -> CodeProfile | None:
        """Return the profile, or None when there are faults."""
        known = ("name", "title", "strict", "reuse", "levels", "fields", "numbering", "retired")
        self._unknown(document, "", known)
        name = self._text(document, "", "name", _NAME)
        title = self._both(document, "", "title") or Text(name, name)
        strict = self._flag(document, "strict")
        reuse = self._choice(document, "", "reuse", ("refuse", "doubt", "allow"), "doubt")
        fields = {
            key: self._field(key, self._table(document["fields"], f"fields.{key}", key))
            for key in self._table(document, "fields", "fields")
        }
        levels = {
            key: self._parts(key, value, fields)
            for key, value in self._table(document, "levels", "levels").items()
        }
        retired = self._retired(document)
        numbering = self._numbering(document, levels) if "numbering" in document else None
        if self.faults:
            return None
        return CodeProfile(name, title, strict, reuse, fields, levels, retired, numbering)

    def _field(self, name: str, given: dict[str, Any]) -> CodeField:
        at = f"fields.{name}"
        self._unknown(given, at, ("label", "width", "alphabet", "least", "ranges"))
        if not _FIELD.fullmatch(name):
            self._note(at, name, "字段名用小写字母、数字和下划线", "a field's name is a-z, 0-9 and _")
        width = given.get("width")
        sizes: list[Any] = width if isinstance(width, list) else [width, width]
        if not (len(sizes) == 2 and all(_whole(each) and 1 <= each <= LONGEST for each in sizes)) or (
            sizes[0] > sizes[1]
        ):
            self._note(
                f"{at}.width",
                width,
                f"应为 1 至 {LONGEST} 的整数，或 [最少, 最多]",
                f"this is a whole number from 1 to {LONGEST}, or [least, most]",
            )
            sizes = [1, 1]
        alphabet = given.get("alphabet", "0-9")
        if not isinstance(alphabet, str) or not _ALPHABET.fullmatch(alphabet) or not _ascending(alphabet):
            self._note(
                f"{at}.alphabet",
                alphabet,
                "应为字母、数字及其区间，如 0-9A-Z",
                "these are letters, digits and spans of them, as 0-9A-Z",
            )
            alphabet = "0-9"
        first: Any = given.get("least")
        if first is not None and not (_whole(first) and first >= 0):
            self._note(f"{at}.least", first, "应为非负整数", "this is a whole number, not negative")
            first = None
        label = self._both(given, at, "label") or Text(name, name)
        return CodeField(name, label, sizes[0], sizes[1], alphabet, first, self._ranges(given, at))

    def _ranges(self, given: dict[str, Any], at: str) -> tuple[NumberRange, ...]:
        found: list[NumberRange] = []
        for place, each in self._rows(given, at, "ranges", ("first", "last", "zh", "en")):
            first, last = each.get("first"), each.get("last")
            meaning = self._both({"text": each}, place, "text", extra=("first", "last"))
            if not (_whole(first) and _whole(last) and 0 <= first <= last):
                self._note(
                    place,
                    f"{first}–{last}",
                    "first 和 last 应为整数，且 first 不大于 last",
                    "first and last are whole numbers, first not above last",
                )
            elif any(first <= other.last and other.first <= last for other in found):
                self._note(place, f"{first}–{last}", "与前面的区间重叠", "this overlaps a range before it")
            elif meaning is not None:
                found.append(NumberRange(first, last, meaning))
        return tuple(found)

    def _parts(self, level: str, written: Any, fields: dict[str, CodeField]) -> tuple[str | CodeField, ...]:
        at = f"levels.{level}"
        if level not in LEVEL_NAMES:
            names = ", ".join(LEVEL_NAMES)
            self._note(at, level, f"没有这个层级；可用：{names}", f"there is no such level; use {names}")
        if not isinstance(written, str) or not written or _PART.sub("", written):
            self._note(
                at,
                written,
                "应为字段和文字，如 {district}{street}",
                "these are fields and text, as {district}{street}",
            )
            return ()
        parts: list[str | CodeField] = []
        for name, text in _PART.findall(written):
            if text:
                parts.append(text)
            elif name not in fields:
                self._note(at, name, "未定义此字段", "no field of that name is described under [fields]")
            elif fields[name] in parts:
                self._note(at, name, "字段出现两次", "the field stands there twice")
            else:
                parts.append(fields[name])
        self._check_joints(at, parts)
        return tuple(parts)

    def _check_joints(self, at: str, parts: list[str | CodeField]) -> None:
        """A field of varying width must be told from what follows it, or a code reads in two ways."""
        for each, following in pairwise(parts):
            if isinstance(each, str) or each.least == each.most:
                continue
            if isinstance(following, CodeField) or re.match(f"[{each.alphabet}]", following):
                self._note(
                    at,
                    each.name,
                    "长度不定的字段须在末尾，或后接其字符集以外的文字",
                    "a field of varying width stands last, or before text that it cannot hold itself",
                )
        longest = sum(len(each) if isinstance(each, str) else each.most for each in parts)
        if longest > LONGEST:
            self._note(at, longest, f"编码最长 {LONGEST} 个字符", f"a code has at most {LONGEST} characters")

    def _retired(self, document: dict[str, Any]) -> dict[tuple[str, int], Text]:
        found = {}
        for place, each in self._rows(document, "", "retired", ("level", "width", "zh", "en")):
            level = self._choice(each, place, "level", tuple(LEVEL_NAMES), None)
            width = each.get("width")
            text = self._both({"text": each}, place, "text", extra=("level", "width"))
            if not (_whole(width) and 1 <= width <= LONGEST):
                self._note(f"{place}.width", width, "应为整数", "this is a whole number")
            elif text is not None:
                found[(level, width)] = text
        return found

    def _numbering(
        self, document: dict[str, Any], levels: dict[str, tuple[str | CodeField, ...]]
    ) -> Numbering | None:
        given = self._table(document, "numbering", "numbering")
        self._unknown(given, "numbering", ("level", "field", "order", "band_m"))
        level = self._choice(given, "numbering", "level", tuple(LEVEL_NAMES), "cell")
        name = self._text(given, "numbering", "field", _FIELD)
        order = self._choice(given, "numbering", "order", ("rows", "columns"), "rows")
        band = given.get("band_m", 100)
        if isinstance(band, bool) or not isinstance(band, int | float) or not 0 < band < 1e6:
            self._note("numbering.band_m", band, "应为正数（米）", "this is a positive number of metres")
            return None
        held = [each for each in levels.get(level, ()) if isinstance(each, CodeField)]
        numbered = next((each for each in held if each.name == name), None)
        if numbered is None or numbered.least != numbered.most or not set("0123456789") <= _held(numbered):
            self._note(
                "numbering.field",
                name,
                f"应为 {level} 编码中定长、可含数字 0-9 的字段",
                f"this is a field of the code of a {level}, of one width and with the digits 0-9",
            )
            return None
        return Numbering(level, name, order, float(band))

    def _table(self, document: dict[str, Any], at: str, key: str) -> dict[str, Any]:
        value = document.get(key, {})
        if isinstance(value, dict):
            return value
        self._note(at, value, "应为表", "this is a table")
        return {}

    def _rows(
        self, document: dict[str, Any], at: str, key: str, known: tuple[str, ...]
    ) -> list[tuple[str, dict[str, Any]]]:
        value = document.get(key, [])
        path = f"{at}.{key}" if at else key
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._note(path, value, "应为表的数组", "this is an array of tables")
            return []
        rows = [(f"{path}[{number}]", each) for number, each in enumerate(value, 1)]
        for place, each in rows:
            self._unknown(each, place, known)
        return rows

    def _text(self, document: dict[str, Any], at: str, key: str, pattern: re.Pattern[str]) -> str:
        value = document.get(key)
        if isinstance(value, str) and pattern.fullmatch(value):
            return value
        self._note(
            f"{at}.{key}" if at else key,
            value,
            "须填写，用小写字母、数字、点、下划线和连字符，以字母开头，最长 32 个字符",
            "this is needed: a-z, 0-9, dot, underscore and hyphen, a letter first, at most 32 characters",
        )
        return "unnamed"

    def _both(self, document: dict[str, Any], at: str, key: str, extra: tuple[str, ...] = ()) -> Text | None:
        """Read a sentence in both languages; None where there is none."""
        if key not in document:
            return None
        given = document[key]
        path = at if extra else (f"{at}.{key}" if at else key)
        if isinstance(given, str):
            given = {"zh": given, "en": given}
        if isinstance(given, dict):
            zh, en = given.get("zh", given.get("en")), given.get("en", given.get("zh"))
            both = isinstance(zh, str) and isinstance(en, str) and zh.strip() and en.strip()
            if both and set(given) <= {"zh", "en", *extra}:
                return Text(str(zh), str(en))
        self._note(path, given, '应为 { zh = "…", en = "…" }', 'this is { zh = "…", en = "…" }')
        return None

    def _flag(self, document: dict[str, Any], key: str) -> bool:
        value = document.get(key, False)
        if isinstance(value, bool):
            return value
        self._note(key, value, "应为 true 或 false", "this is true or false")
        return False

    def _choice(
        self, document: dict[str, Any], at: str, key: str, known: tuple[str, ...], default: str | None
    ) -> str:
        value = document.get(key, default)
        if isinstance(value, str) and value in known:
            return value
        names = ", ".join(known)
        self._note(f"{at}.{key}" if at else key, value, f"可用：{names}", f"use one of {names}")
        return known[0]

    def _unknown(self, document: dict[str, Any], at: str, known: tuple[str, ...]) -> None:
        for key in document.keys() - set(known):
            names = ", ".join(known)
            self._note(
                f"{at}.{key}" if at else key,
                None,
                f"没有此项；可用：{names}",
                f"there is no such key; use {names}",
            )

    def _note(self, at: str, value: Any, zh: str, en: str) -> None:
        shown = None if value is None else str(value)[:80]
        place = Place(file=self._file, column=at, value=shown)
        self.faults.append(Fault("bad_profile", Text(f"{at}：{zh}。", f"{at}: {en}."), place))


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _ascending(alphabet: str) -> bool:
    """Return whether each span runs upwards, as a class of a pattern wants it."""
    return all(span[0] <= span[2] for span in re.findall("[0-9A-Za-z]-[0-9A-Za-z]", alphabet))


def _held(field: CodeField) -> set[str]:
    return set(re.findall(f"[{field.alphabet}]", "".join(map(chr, range(128)))))
