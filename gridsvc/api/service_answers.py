"""What the API answers about itself, for its documentation: errors, who asks, whether it is ready."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class ProblemFinding(BaseModel):
    """One fault, and the field it is in."""

    detail: str
    code: str | None = None
    pointer: str | None = Field(default=None, description="JSON pointer (RFC 6901)")
    sheet: str | None = None
    row: int | None = Field(default=None, description="名单的第几行，自 1 起")
    value: str | None = None
    remedy: str | None = None


class Problem(BaseModel):
    """An error as RFC 9457 has it; `code` is stable, `detail` follows Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemFinding] | None = None


class SessionAnswer(BaseModel):
    """Who is asking."""

    name: str
    role: str
    may: list[str]
    language: Literal["zh", "en"]


class Readiness(BaseModel):
    """Whether the service can answer."""

    status: Literal["ready", "degraded", "unavailable"]
    database: Literal["ok", "unreachable"]
    atlas: dict[str, Any]
