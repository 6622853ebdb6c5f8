"""What the service says when it refuses: in Chinese and English, with the place and a remedy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in both languages of the service."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the sentence in `language` (`zh` or `en`)."""
        return self.en if language == "en" else self.zh


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input a fault lies; what is unknown stays None. Rows count from 1, headers included."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None

    def __str__(self) -> str:
        named = ((self.file, "{}"), (self.sheet, "[{}]"), (self.row, "row {}"), (self.column, "column {}"))
        parts = [pattern.format(value) for value, pattern in named if value is not None]
        if self.value is not None:
            shown = self.value if len(self.value) <= 80 else self.value[:77] + "…"
            parts.append(f"= {shown!r}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with, or doubtful about, the input."""

    code: str
    message: Text
    place: Place = field(default_factory=Place)
    remedy: Text | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the fault as plain values, for JSON."""
        return {
            "code": self.code,
            "sheet": self.place.sheet,
            "row": self.place.row,
            "column": self.place.column,
            "value": self.place.value,
            "reason": self.message.zh,
            "reason_en": self.message.en,
            "remedy": self.remedy.zh if self.remedy else None,
            "remedy_en": self.remedy.en if self.remedy else None,
        }


class GridsvcError(Exception):
    """Base of all errors of the service.

    `code` is stable and documented; `exit_status` is the command line's, `http_status` the API's.
    `faults` lists every single finding when there is more than one.
    """

    exit_status: ClassVar[int] = 3
    http_status: ClassVar[int] = 500

    def __init__(
        self,
        code: str,
        message: Text,
        *,
        remedy: Text | None = None,
        place: Place | None = None,
        faults: Sequence[Fault] = (),
    ) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message
        self.remedy = remedy
        self.place = place or Place()
        self.faults = tuple(faults)


class InputRefused(GridsvcError):
    """The input is wrong; nothing was changed."""

    exit_status = 1
    http_status = 422


class NotFound(GridsvcError):
    """The thing asked for does not exist."""

    exit_status = 1
    http_status = 404


class Conflict(GridsvcError):
    """The request contradicts what is already there."""

    exit_status = 1
    http_status = 409


class WrongUsage(GridsvcError):
    """The command or request is not one that the service knows."""

    exit_status = 2
    http_status = 400


class Unauthorised(GridsvcError):
    """No valid key or session came with the request."""

    exit_status = 1
    http_status = 401


class Forbidden(GridsvcError):
    """The key is valid but its role may not do this."""

    exit_status = 1
    http_status = 403


class ServiceFailed(GridsvcError):
    """The service or its database failed; the input may be fine."""

    exit_status = 3
    http_status = 503
