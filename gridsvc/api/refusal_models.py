"""What a request about refusals may carry, and what is answered."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from gridsvc.api.answers import Named
from gridsvc.api.models import Code, storable

Words = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(storable)
]
_CONFIG = ConfigDict(extra="forbid", strict=True, frozen=True, hide_input_in_errors=True)


class RefusalRequest(BaseModel):
    """A unit refuses a report."""

    model_config = _CONFIG | ConfigDict(
        json_schema_extra={"examples": [{"reason": "该井盖属供水公司", "instead": "W-01"}]}
    )

    reason: Words = Field(description="退单理由")
    unit: Code | None = Field(
        default=None, description="退单单位编码，缺省为判定的主责单位；单位自己的密钥只能代表本单位"
    )
    instead: Code | None = Field(default=None, description="认为应由哪个单位负责")


class SettlementRequest(BaseModel):
    """Why a refusal is upheld or dismissed."""

    model_config = _CONFIG

    note: Words | None = Field(default=None, description="说明")
    instead: Code | None = Field(default=None, description="查明应由哪个单位负责；缺省为退单时所说")


class RefusedClass(BaseModel):
    """The class of the report, as the clause has it."""

    scheme: str
    kind: Literal["component", "event"]
    code: str
    name: str


class RefusedClause(BaseModel):
    """The clause under which the unit was named."""

    id: int
    edition: str
    filing_condition: str


class RefusedRule(BaseModel):
    """The rule that named the unit."""

    id: int
    code: str


class RefusalView(BaseModel):
    """A refusal; upheld, it is evidence against the rule or the clause, and changes neither."""

    id: int
    report_id: int | None
    state: Literal["open", "upheld", "dismissed"]
    unit: Named
    instead: Named | None
    reason: str
    made_by: str
    made_at: datetime
    settled_by: str | None
    settled_at: datetime | None
    note: str | None
    street_code: str | None
    class_: RefusedClass = Field(alias="class")
    clause: RefusedClause
    rule: RefusedRule | None = Field(description="由规则判定时的规则；条款本身判定时为 null")


class RefusalPage(BaseModel):
    """Refusals, newest first."""

    refusals: list[RefusalView]
    next: str | None = Field(description="下一页的地址；末页为 null")
