"""What the API answers about hotspots, for its documentation."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class SheetColumn(BaseModel):
    """What a member of `cells` means."""

    name: str
    label: str
    unit: str | None
    note: str | None = Field(description="如何由其他列算出 · how it is computed from the others")


class LegendClass(BaseModel):
    """A class of the legend; a cell names it by its place in the list, `step`."""

    label: str
    colour: str
    hatch: str = Field(description="同色各级以此区分 · tells classes of one colour apart")
    cells: int


class Legend(BaseModel):
    """How the cells are coloured."""

    title: str
    breaks: list[float]
    classes: list[LegendClass]


class SheetAnswer(BaseModel):
    """The cells of a question, a row each, with what must be said beside them."""

    title: str
    headline: str
    warning: str | None
    remarks: list[str]
    synthetic: bool
    columns: list[SheetColumn]
    legend: Legend
    provenance: dict[str, Any]
    cells: list[dict[str, Any]] = Field(description="columns 所列各值，另有 code、name、step、legend")
    top: list[str]
    shown: str
    details: dict[str, list[str]]
    outlines: list[dict[str, Any]] = Field(description="GeoJSON features，WGS 84")
    result: dict[str, Any] = Field(description="与 gridsvc hotspot … --json 相同 · the same as the command's")


class LastRun(BaseModel):
    """The week that a series was made for last."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    made_at: datetime
    hotspots: int


class SeriesView(BaseModel):
    """A question that is asked again every week."""

    name: str
    classes: list[str]
    scheme: str | None
    kind: Literal["component", "event"] | None
    sources: list[str]
    hours: str | None
    exposure: str | None
    weeks: int
    watched: bool
    last_run: LastRun | None


class SeriesList(BaseModel):
    """Every series by name."""

    series: list[SeriesView]


class HotspotRun(BaseModel):
    """A hotspot as one run saw it."""

    first: date = Field(alias="from")
    last: date = Field(alias="to")
    rank: int
    change: Literal["new", "continuing", "grown", "shrunk", "split", "returned"]
    cells: list[str]
    observed: int
    expected: float
    risk: float
    risk_low: float
    risk_high: float


class HotspotHistory(BaseModel):
    """A hotspot from week to week."""

    id: int
    series: str
    name: str
    since: date
    born_of: int | None
    runs: list[HotspotRun]
    details: dict[str, Any]
