"""What the endpoints of patrol plans answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel


class Said(BaseModel):
    """Words in both languages."""

    zh: str
    en: str


class PlanView(BaseModel):
    """A plan: the answer first, then what is left out, then what stands behind it."""

    id: int
    headline: Said
    day: date
    begins: datetime
    ends: datetime
    form: str
    routes: list[dict[str, Any]]
    totals: dict[str, Any]
    value: float
    possible: float
    share: float | None
    bound: float
    gap: float
    greedy: float
    omitted: list[dict[str, Any]]
    dropped: list[dict[str, Any]]
    floors: list[dict[str, Any]]
    seed: int
    made_at: datetime
    replanned_at: datetime | None
    versions: dict[str, str]
    remarks: list[Said]
    follows: int | None
    followed_by: int | None
    absent: list[str]


class PlanRow(BaseModel):
    """A plan in the list."""

    id: int
    day: date
    team: str
    begins: datetime
    ends: datetime
    made_at: datetime
    made_by: str
    follows: int | None
    followed_by: int | None
    seed: int
    value: float
    bound: float
    form: str
    patrols: int
    stops: int


class PlanList(BaseModel):
    """Plans, newest first."""

    plans: list[PlanRow]
