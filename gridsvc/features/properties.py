"""The properties of features: their types, as JSON Schema and as values of a question."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.features.moments import read_date, read_instant

Kind = Literal["text", "integer", "number", "boolean", "date", "instant"]
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)

_SCHEMAS: dict[Kind, dict[str, str]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "instant": {"type": "string", "format": "date-time"},
}
SQL_TYPES: dict[Kind, str] = {
    "text": "text",
    "integer": "bigint",
    "number": "float8",
    "boolean": "boolean",
    "date": "date",
    "instant": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Property:
    """A property of a collection: also the column of its rows, and what may be asked for."""

    name: str
    kind: Kind
    title: Text
    choices: tuple[str, ...] = ()

    def schema(self, language: str) -> dict[str, Any]:
        """Return the JSON Schema (draft 2020-12) of its values."""
        found: dict[str, Any] = {"title": self.title.in_language(language), **_SCHEMAS[self.kind]}
        if self.choices:
            found["enum"] = list(self.choices)
        return found

    def read(self, text: str) -> Any:
        """Read a value from an address; raise WrongUsage `bad_value`."""
        try:
            return _READERS[self.kind](text)
        except (ValueError, OverflowError):
            wanted = _WANTED[self.kind]
            raise WrongUsage(
                "bad_value",
                Text(f"{self.name} {wanted.zh}", f"{self.name} {wanted.en}"),
                place=Place(column=self.name, value=text),
            ) from None


def _text(given: str) -> str:
    if "\0" in given:
        raise ValueError(given)
    return given


def _integer(given: str) -> int:
    if _INTEGER.fullmatch(given) is None:
        raise ValueError(given)
    return int(given)


def read_number(given: str) -> float:
    """Read a finite decimal number, and not what else Python takes for one; raise ValueError."""
    if _NUMBER.fullmatch(given) is None or not math.isfinite(value := float(given)):
        raise ValueError(given)
    return value


def _boolean(given: str) -> bool:
    if given not in ("true", "false"):
        raise ValueError(given)
    return given == "true"


def _instant(given: str) -> datetime:
    return read_instant(given)


def _date(given: str) -> date:
    return read_date(given)


_READERS: dict[Kind, Callable[[str], Any]] = {
    "text": _text,
    "integer": _integer,
    "number": read_number,
    "boolean": _boolean,
    "date": _date,
    "instant": _instant,
}
_WANTED: dict[Kind, Text] = {
    "text": Text("不能含空字符。", "must not hold a null character."),
    "integer": Text("应为整数。", "is a whole number."),
    "number": Text("应为数字。", "is a number."),
    "boolean": Text("应为 true 或 false。", "is true or false."),
    "date": Text("应为日期 YYYY-MM-DD。", "is a date, YYYY-MM-DD."),
    "instant": Text("应为带时区的 RFC 3339 时刻。", "is an RFC 3339 instant with its zone."),
}
