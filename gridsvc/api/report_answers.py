"""What the API answers about reports, for its documentation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from gridsvc.api.answers import Resolution


class ReportFiled(BaseModel):
    """A report was stored."""

    id: int
    case_id: None = Field(description="案件管理尚未启用，恒为 null")
    resolution: Resolution | None = Field(description="缺位置或缺类别时为 null")
    flags: list[str] = Field(description="存疑之处，如 needs_location、outside")
    placed_by: dict[str, Any] | None = Field(
        description="由地址得到的位置及依据；不能确定时为候选地点（places）；未用地址时为 null"
    )


class ResolutionSummary(BaseModel):
    """What was found for a report, in short."""

    atlas: str
    cell_code: str | None
    street_code: str | None
    clause_id: int | None
    decision: str
    unit_code: str | None
    deadline: datetime | None
    confidence: float | None


class ReportRow(BaseModel):
    """A report as it came in."""

    id: int
    case_id: None
    external_id: str | None
    origin: str
    lon: float | None
    lat: float | None
    datum: str
    accuracy_m: float | None
    scheme: str | None
    kind: str | None
    class_: str | None = Field(alias="class")
    text: str | None
    address: str | None
    source: str | None
    opened_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    unit_text: str | None
    flags: list[str]
    received_at: datetime
    resolution_summary: ResolutionSummary | None


class ReportView(ReportRow):
    """A report with the whole answer stored with it."""

    resolution: Resolution | None = Field(description="导入的历史数据只有摘要，此处为 null")
    placed_by: dict[str, Any] | None = Field(description="由地址得到的位置，或候选地点")
    component_id: str | None = Field(description="上报人所报的部件编码")
    facts: dict[str, str] | None = Field(description="上报人所报的事实")
    heading_deg: float | None
    house_number: int | None


class ReportPage(BaseModel):
    """A page of reports, newest first."""

    numberMatched: int  # noqa: N815  the name that OGC API uses
    numberReturned: int  # noqa: N815
    reports: list[ReportRow]
    next: str | None = Field(description="下一页的地址；末页为 null")
