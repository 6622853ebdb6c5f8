"""What the API answers about tracks, for its documentation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class TrackTaken(BaseModel):
    """A track of the file that was handed in."""

    id: int
    patrol: str
    begins: datetime
    ends: datetime
    fixes: int
    dropped: dict[str, int] = Field(description="略去的定位点，按原因 · fixes left out, by reason")
    minutes: float
    outside_minutes: float = Field(description="网格之外 · in no cell")
    gap_minutes: float = Field(description="定位中断，不计 · without fixes, not counted")
    metres: float
    cells: int
    streets: int
    known: bool = Field(description="早已有之，未改动 · was there already")


class TracksTaken(BaseModel):
    """What became of a file of tracks."""

    file: str
    stored: int
    known: int
    replaced: int
    tracks: list[TrackTaken]
    refused: list[dict[str, Any]]
    doubtful: list[dict[str, Any]]


class TrackListed(BaseModel):
    """A track without its fixes."""

    id: int
    patrol: str
    source: str
    datum: str
    begins: datetime
    ends: datetime
    fixes: int
    dropped: dict[str, int]
    minutes: float
    outside_minutes: float
    gap_minutes: float
    metres: float
    imported_at: datetime


class TrackList(BaseModel):
    """The tracks, newest first."""

    tracks: list[TrackListed]


class TrackCell(BaseModel):
    """Minutes of a track in a cell on a day."""

    cell: str
    name: str
    edition: str
    day: date
    minutes: float


class TrackStreet(BaseModel):
    """Minutes of a track along the links of one name."""

    name: str | None
    minutes: float
    metres: float
    links: int


class TrackView(TrackListed):
    """A track with what it counts for."""

    cells: list[TrackCell]
    streets: list[TrackStreet]


class CoveredRow(BaseModel):
    """A cell, zone or link."""

    code: str
    name: str | None
    minutes: float
    days: int = Field(description="到过的天数 · days on which somebody was there")
    last_day: date | None
    metres: float | None = None
    length_m: float | None = None


class CoverageAnswer(BaseModel):
    """Where patrols have been."""

    by: Literal["cell", "zone", "street"]
    first: date = Field(alias="from")
    last: date = Field(alias="to")
    tracks: int
    count: int
    visited: int
    minutes: float
    never: list[str]
    remarks: list[str]
    remarks_en: list[str]
    rows: list[CoveredRow]
