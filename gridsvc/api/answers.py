"""What the API answers, for its documentation: the fields of design.md section 5."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class Named(BaseModel):
    """A code with its name."""

    code: str
    name: str


class Cell(BaseModel):
    """The unit grid cell, and what it belongs to."""

    code: str
    on_boundary: bool = Field(description="位于网格边界上；归属按固定规则唯一确定")
    on_outer_boundary: bool = Field(description="位于全部网格的外边界上")
    snapped_outside_m: float | None = Field(description="在网格外、就近归入时的距离，米")
    community: Named | None
    street: Named | None
    district: Named | None


class CellShare(BaseModel):
    """A candidate cell of a place with an accuracy."""

    code: str
    share: float


class BoundaryRoad(BaseModel):
    """The boundary road on which the place lies, and who keeps it there; left and right along its line."""

    code: str
    name: str
    rule: Literal["centre_line", "whole_road", "direction", "house_number"]
    left: Named
    right: Named
    party: Named | None = Field(description="此处由哪一侧负责；缺少事实或由单位全路管养时为 null")
    unit: Named | None = Field(description="全路归一个单位管养时")
    side: Literal["left", "line", "right"]
    distance_m: float = Field(description="到道路中心线的距离，米")
    missing: Literal["heading_deg", "house_number"] | None = Field(description="还缺哪一项事实")
    agreed_in: str | None


class ComponentChance(BaseModel):
    """Another component that may be meant."""

    id: str
    probability: float


class Component(BaseModel):
    """The component that the report is about."""

    id: str
    distance_m: float
    probability: float
    cell: str | None = Field(description="部件自己所在的网格，可能与上报地点不同")
    alternatives: list[ComponentChance] = Field(description="其余可能的部件；概率之和与 1 的差为未登记")


class ClassAnswer(BaseModel):
    """The class as it was understood."""

    scheme: str
    kind: Literal["component", "event"]
    code: str
    name: str
    major: Any


class ChosenClause(BaseModel):
    """The clause that was applied."""

    id: int
    edition: str
    filing_condition: str
    closing_condition: str | None


class Limit(BaseModel):
    """A time limit as written and as read."""

    value: float
    unit: Literal["urgent_hour", "urgent_day", "work_hour", "work_day", "hour", "day"]
    text: str


class ClauseChoice(BaseModel):
    """A sub-condition of the class."""

    id: int
    filing_condition: str
    limit: Limit | None


class CandidateAnswer(BaseModel):
    """A unit that may be responsible, or assists (without a share); `refused` says why it is not."""

    unit: Named | dict[str, Any]
    share: float
    role: Literal["lead", "assist"]
    because: str
    refused: str | None


class Stage(BaseModel):
    """A stage with its own limit."""

    name: str
    limit: Limit
    deadline: datetime | None


class Reason(BaseModel):
    """One step of the reasoning."""

    step: Literal["place", "component", "clause", "rule", "deadline"]
    text: str
    rule: int | None = Field(default=None, description="规则在其版本中的 id")
    facts: dict[str, Any] | None = Field(
        default=None, description="所依据的事实；missing 为还缺的事实，refusals_upheld 为已成立的退单数"
    )


class Resolution(BaseModel):
    """责任判定: cell, clause, unit, deadline, and why."""

    cell: Cell | None
    cells: list[CellShare] = Field(description="给出精度时的候选网格及占比")
    boundary_road: BoundaryRoad | None = Field(description="所在界路及其责任约定；不在界路上时为 null")
    component: Component | None
    class_: ClassAnswer = Field(alias="class")
    clause: ChosenClause | None
    clauses: list[ClauseChoice]
    decision: Literal["determined", "ranked", "fallback", "needs_decision"]
    unit: Named | None
    candidates: list[CandidateAnswer]
    confidence: float
    limit: Limit | None
    deadline: datetime | None
    stages: list[Stage]
    provisional_calendar: bool = Field(description="所及年份尚无官方节假日安排，按周末推算")
    reasons: list[Reason]
    atlas: str = Field(description="作答所依据数据的版本")


class FactValue(BaseModel):
    """A value of a fact, and its words in the language asked for."""

    value: str
    text: str


class FactAnswer(BaseModel):
    """A fact that a report may give in `facts`."""

    name: str
    title: str
    values: list[FactValue]


class FactList(BaseModel):
    """The facts that a report may give."""

    facts: list[FactAnswer]


class ProblemFinding(BaseModel):
    """One fault, and the field it is in."""

    detail: str
    pointer: str | None = Field(default=None, description="JSON pointer (RFC 6901)")


class Problem(BaseModel):
    """An error as RFC 9457 has it; `code` is stable, `detail` follows Accept-Language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[ProblemFinding] | None = None


class ReportFiled(BaseModel):
    """A report was stored."""

    id: int
    case_id: None = Field(description="案件管理尚未启用，恒为 null")
    resolution: Resolution | None = Field(description="缺位置或缺类别时为 null")
    flags: list[str] = Field(description="存疑之处，如 needs_location、outside")
    placed_by: dict[str, Any] | None = Field(
        description="由地址得到的位置及依据；不能确定时为候选地点（places）；未用地址时为 null"
    )


class ClassRow(BaseModel):
    """A class of the catalogue."""

    scheme: str
    kind: Literal["component", "event"]
    code: str
    name: str
    name_en: str | None
    major_code: str
    major_name: str
    confidence: Literal["found", "inferred", "remembered", "local"] = Field(
        description="有据、推断、记忆、自定义 · how sure it is that the scheme has this number and name"
    )


class OtherClass(BaseModel):
    """A class that another is easily taken for."""

    code: str
    name: str
    means: str
    means_en: str


class ClassHit(ClassRow):
    """A class that a text may mean: why it was found, and what it is not to be confused with."""

    why: Literal["code", "name", "word", "english", "pinyin", "initials", "held", "sound", "near"]
    matched: str
    because: str
    because_en: str
    rank: int
    means: str | None
    means_en: str | None
    not_to_be_confused_with: list[OtherClass]


class ClassLink(BaseModel):
    """What a class is in another scheme; `to_code` null: nothing like it."""

    from_scheme: str
    kind: Literal["component", "event"]
    from_code: str
    from_name: str
    to_scheme: str
    to_code: str | None
    to_name: str | None
    relation: Literal["same", "renamed", "narrower", "broader", "dropped"]
    confidence: Literal["found", "inferred", "remembered", "local"]
    note: str | None


class ClassLinks(BaseModel):
    """What a class is in the other schemes, the likeliest of each first."""

    links: list[ClassLink]


class ClassList(BaseModel):
    """Classes, their schemes, and the scheme of the specification in force."""

    schemes: list[str]
    in_force: str | None
    classes: list[ClassRow] | list[ClassHit]


class PlaceAnswer(BaseModel):
    """A place that a text may mean."""

    name: str
    kind: Literal["road", "crossing", "address", "compound", "landmark", "stop", "area"]
    lon: float = Field(description="WGS 84")
    lat: float
    accuracy_m: float = Field(description="半径，米：所指之处 68 % 在此范围内")
    source: str
    score: float = Field(ge=0, le=1)
    because: str
    because_en: str
    house_number: int | None = Field(description="所说的门牌号；单双号区分道路两侧")


class PlaceList(BaseModel):
    """Places by how well they fit, and whether the first one is what was meant."""

    text: str
    verdict: Literal["certain", "ambiguous", "uncertain", "nothing"] = Field(
        description="certain：即首项；ambiguous：几处同样符合；uncertain：仅供参考；nothing：没有"
    )
    unknown: list[str] = Field(description="未能识别的部分")
    places: list[PlaceAnswer]
    more: bool = Field(description="符合的地点比所列的多")
    gazetteer: str = Field(description="作答所依据地名库的版本")


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


class ReportPage(BaseModel):
    """A page of reports, newest first."""

    numberMatched: int  # noqa: N815  the name that OGC API uses
    numberReturned: int  # noqa: N815
    reports: list[ReportRow]
    next: str | None = Field(description="下一页的地址；末页为 null")
