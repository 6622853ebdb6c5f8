"""What the resolver answers, for the API's documentation: the fields of design.md section 5."""

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
    major: Named


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


class Body(BaseModel):
    """A body with its code; without one where the words of a clause lead to no unit of the list."""

    code: str | None
    name: str


class CandidateAnswer(BaseModel):
    """A unit that may be responsible, or assists (without a share); `refused` says why it is not."""

    unit: Body
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
