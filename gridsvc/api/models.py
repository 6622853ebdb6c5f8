"""What a request may carry: checked strictly, every unknown field refused."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from gridsvc.errors import Text
from gridsvc.responsibility.gathering.given import fact_fault_of, fact_named

YEARS = (1900, 2200)

Datum = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
Kind = Literal["component", "event"]
AccuracyKind = Literal["android", "ios", "browser", "geocode"]


def _refuse(code: str, zh: str, en: str) -> PydanticCustomError:
    return PydanticCustomError("gridsvc", "refused", {"text": Text(zh, en), "code": code})


def _instant(given: Any) -> datetime:
    """Read an ISO 8601 instant; one without a zone gets the installation's later."""
    try:
        if not isinstance(given, str):
            raise ValueError(given)
        instant = datetime.fromisoformat(given)
    except ValueError:
        raise _refuse(
            "bad_time",
            "应为 ISO 8601 时间，如 2026-11-23T10:00:00+08:00。",
            "An ISO 8601 time is wanted, such as 2026-11-23T10:00:00+08:00.",
        ) from None
    if not YEARS[0] <= instant.year < YEARS[1]:
        raise _refuse("bad_time", "年份应在 1900 至 2199 之间。", "The year must be from 1900 to 2199.")
    return instant


def storable(given: str) -> str:
    """Return the text; refuse one that the database cannot keep (`bad_character`)."""
    # PostgreSQL keeps no NUL in a text, and nobody means one.
    if "\x00" in given:
        raise _refuse("bad_character", "不能含空字符（U+0000）。", "It must not hold U+0000.")
    return given


def _facts(given: dict[str, str]) -> dict[str, str]:
    """Return facts by their own names; refuse what is no fact that a report may give, or means no value."""
    found: dict[str, str] = {}
    for name, value in given.items():
        known = fact_named(name)
        fault = fact_fault_of(known or name, value)
        if fault is not None:
            raise _refuse("bad_fact", fault.message.zh, fault.message.en)
        if known is None or found.setdefault(known, value) != value:
            raise _refuse(
                "bad_fact",
                f"事实“{name}”给了两次，值不同。",
                f"The fact {name!r} is given twice, with different values.",
            )
    return found


Instant = Annotated[
    datetime,
    BeforeValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
Code = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(storable)
]
Word = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), AfterValidator(storable)
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), AfterValidator(storable)
]
Degrees180 = Annotated[float, Field(ge=-180, le=180)]
Degrees90 = Annotated[float, Field(ge=-90, le=90)]

_CONFIG = ConfigDict(
    extra="forbid",
    strict=True,
    allow_inf_nan=False,
    frozen=True,
    populate_by_name=True,
    hide_input_in_errors=True,
)


class Facts(BaseModel):
    """What is asked of the resolver, apart from place and class."""

    model_config = _CONFIG

    kind: Kind | None = Field(
        default=None, description="部件 component 或事件 event；代码在现行规范中无歧义时可省"
    )
    scheme: Code | None = Field(default=None, description="分类标准，如 gbt30428.2-2013；同上可省")
    datum: Datum = Field(default="wgs84", description="坐标系；手机地图多为 gcj02")
    accuracy_m: float | None = Field(default=None, gt=0, le=5_000, description="定位精度，米")
    accuracy_kind: AccuracyKind | None = Field(
        default=None, description="精度的含义：android 68 %，ios 63–68 %，browser 95 %，geocode 地理编码"
    )
    heading_deg: float | None = Field(
        default=None,
        ge=0,
        le=360,
        description="所在车道的行车方向，自正北顺时针，度；界路按行车方向划分时据此判定",
    )
    house_number: int | None = Field(
        default=None, ge=1, le=999_999, description="最近的门牌号；界路按单双号划分时据此判定"
    )
    component_id: Code | None = Field(default=None, description="已知的部件编码")
    facts: Annotated[dict[Word, Word], AfterValidator(_facts)] | None = Field(
        default=None,
        max_length=20,
        description='现场已知的事实，先于地图：如 {"surface": "sidewalk"} 或 {"位置": "人行道"}',
    )
    clause_id: int | None = Field(default=None, ge=1, le=2**62, description="由人选定的立案条件（条款 id）")
    at: Instant | None = Field(
        default=None, description="处置计时起点，ISO 8601；无时区者按本系统时区，缺省为现在"
    )

    def at_or(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Return the instant meant: aware, `now` when none was given."""
        if self.at is None:
            return now
        return self.at if self.at.tzinfo else self.at.replace(tzinfo=zone)


class ResolveRequest(Facts):
    """One place and class to find the responsible unit for."""

    model_config = _CONFIG | ConfigDict(
        json_schema_extra={"examples": [{"lon": 108.955, "lat": 34.245, "class": "0201", "kind": "event"}]}
    )

    lon: Degrees180 = Field(description="经度，度，按 datum")
    lat: Degrees90 = Field(description="纬度，度，按 datum")
    class_: Code = Field(alias="class", description="小类代码")


class ReportRequest(Facts):
    """A report: what was seen, where, when."""

    model_config = _CONFIG | ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "lon": 108.955,
                    "lat": 34.245,
                    "class": "0201",
                    "kind": "event",
                    "text": "围墙上贴满小广告",
                    "address": "东门外人行道",
                    "source": "collector",
                }
            ]
        }
    )

    lon: Degrees180 | None = Field(default=None, description="经度；与 lat 同缺则标为待定位")
    lat: Degrees90 | None = Field(default=None, description="纬度")
    class_: Code | None = Field(default=None, alias="class", description="小类代码；可缺，待受理时补")
    text: Annotated[str, AfterValidator(storable)] | None = Field(
        default=None, max_length=20_000, description="问题描述"
    )
    address: Annotated[str, AfterValidator(storable)] | None = Field(
        default=None, max_length=2_000, description="地址描述"
    )
    source: Name | None = Field(default=None, description="来源，如 collector、12345、video")

    @model_validator(mode="after")
    def _whole_place(self) -> ReportRequest:
        if (self.lon is None) != (self.lat is None):
            raise _refuse(
                "no_place", "经度和纬度应同时给出或同时缺省。", "Give both lon and lat, or neither."
            )
        return self
