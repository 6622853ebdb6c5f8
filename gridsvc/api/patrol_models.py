"""What a request for a patrol plan may carry."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

from gridsvc.api.models import Code, Datum, Degrees90, Degrees180, Instant, Kind, Name, Word, storable
from gridsvc.patrol.plans.request import LONGEST_TEAM, MOST_SEED
from gridsvc.patrol.value.given import LONGEST_MINUTES

_CONFIG = ConfigDict(
    extra="forbid", allow_inf_nan=False, frozen=True, populate_by_name=True, hide_input_in_errors=True
)
Hours = Annotated[str, StringConstraints(strip_whitespace=True, max_length=20)]
PatrolMode = Literal["walk", "ebike", "car"]


class SpotRequest(BaseModel):
    """A place with its name."""

    model_config = _CONFIG

    lon: Degrees180
    lat: Degrees90
    name: Name | None = None


class PatrolRequest(BaseModel):
    """One patrol; what is left out is as for all."""

    model_config = _CONFIG

    name: Name
    mode: PatrolMode | None = None
    shift: Hours | None = Field(default=None, description="17:00-21:00")
    start: SpotRequest | None = None
    end: SpotRequest | None = None
    break_: Annotated[Hours | None, Field(alias="break", description="30 或 30@19:00-20:00")] = None
    zones: list[Code] = Field(default=[], max_length=200, description="只在这些责任网格内工作")
    most_minutes: float | None = Field(default=None, gt=0, le=1440)


class MustVisitRequest(BaseModel):
    """A place that must be visited, or may be with a weight of its own."""

    model_config = _CONFIG

    lon: Degrees180
    lat: Degrees90
    datum: Datum = "wgs84"
    name: Name
    from_: Annotated[Instant | None, Field(alias="from")] = None
    to: Instant | None = None
    minutes: float = Field(default=12.0, gt=0, le=LONGEST_MINUTES)
    weight: float = Field(default=1.0, ge=0, le=1e6)
    required: bool = True
    id: Word | None = Field(default=None, description="清单自己的编号（不是行号）：逐日按它认地点")


_Count = Annotated[int, Field(ge=1, le=100)]
_Roster = Annotated[list[PatrolRequest], Field(min_length=1, max_length=100)]
_COUNT: TypeAdapter[int] = TypeAdapter(_Count)
_ROSTER: TypeAdapter[list[PatrolRequest]] = TypeAdapter(_Roster)


def _count_or_roster(given: Any, _either: ValidatorFunctionWrapHandler) -> int | list[PatrolRequest]:
    """Read what was meant: of a union the findings would be those of a number, too."""
    return _ROSTER.validate_python(given) if isinstance(given, list) else _COUNT.validate_python(given)


class PlanRequest(BaseModel):
    """A shift with its patrols."""

    model_config = _CONFIG

    date: date
    shift: Hours = Field(description="17:00-21:00；跨零点写 22:00-02:00")
    patrols: Annotated[_Count | _Roster, WrapValidator(_count_or_roster)]
    classes: list[Name] = Field(default=[], max_length=50)
    scheme: Code | None = None
    kind: Kind | None = None
    weights: dict[Word, Annotated[float, Field(ge=0, le=1e6)]] = Field(default={}, max_length=50)
    mode: PatrolMode = "walk"
    depots: list[SpotRequest] = Field(default=[], max_length=100, description="轮流作为各巡查员的起讫点")
    returns: bool = Field(default=True, description="是否回到出发地")
    break_: Annotated[Hours | None, Field(alias="break", description="30 或 30@19:00-20:00")] = None
    form: Literal["points", "streets"] = "points"
    places: int = Field(default=150, ge=1, le=2_000, description="候选热点数")
    weeks: int = Field(default=26, ge=3, le=260, description="预测所用的历史周数")
    dwell: list[Annotated[float, Field(ge=1, le=240)]] = Field(default=[12.0], min_length=1, max_length=5)
    repeats: int = Field(default=1, ge=1, le=4)
    must_visit: list[MustVisitRequest] = Field(default=[], max_length=500)
    open_cases: bool = Field(default=False, description="未结案件必到")
    units: list[Name] = Field(default=[], max_length=50, description="未结案件只取这些责任单位的")
    recurrent: bool = Field(default=False, description="反复发生的地点必到")
    inspect: dict[Word, Annotated[int, Field(ge=1, le=3_650)]] = Field(
        default={}, max_length=50, description="部件类别 → 多少天没有人走近即应巡查"
    )
    floor: int = Field(default=0, ge=0, le=14, description="每个责任网格七日内至少到访次数")
    floor_zones: Code = "duty"
    exploration: float = Field(default=0.0, ge=0, le=0.5)
    within: float = Field(default=0.05, ge=0, le=0.5, description="为不成规律可让出的价值")
    balance: float | None = Field(default=1.2, ge=1, le=100)
    seed: int | None = Field(default=None, ge=0, le=MOST_SEED)
    seconds: float = Field(default=3.0, ge=0.1, le=30)
    iterations: int | None = Field(default=None, ge=1, le=100_000)
    team: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=LONGEST_TEAM), AfterValidator(storable)
    ] = ""


class PositionRequest(BaseModel):
    """Where a patrol is."""

    model_config = _CONFIG

    patrol: Name
    lon: Degrees180
    lat: Degrees90


class ReplanRequest(BaseModel):
    """What has changed since the plan was made."""

    model_config = _CONFIG

    at: Instant | None = Field(default=None, description="此刻；缺省为当前时间")
    positions: list[PositionRequest] = Field(default=[], max_length=100, description="缺省按原计划推算")
    absent: list[Name] = Field(default=[], max_length=100, description="不再参加的巡查员")
    urgent: list[MustVisitRequest] = Field(default=[], max_length=100)
    done: list[Name] | None = Field(
        default=None, max_length=2_000, description="已完成的地点 key；缺省按原计划推算，[] 为一处也没有"
    )
    seconds: float = Field(default=3.0, ge=0.1, le=30)
