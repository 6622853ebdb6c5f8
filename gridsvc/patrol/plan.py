"""A plan as its readers see it: instants, places, reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

import shapely
from pydantic import PlainSerializer, PlainValidator

from gridsvc.errors import Text
from gridsvc.pinyin import in_english

Mode = Literal["walk", "ebike", "car"]
Form = Literal["points", "streets"]
StopKind = Literal["hotspot", "street", "must_visit", "coverage", "exploration", "urgent", "break"]

Line = Annotated[
    Any,
    PlainSerializer(lambda line: None if line is None else shapely.to_wkb(line, hex=True), return_type=Any),
    PlainValidator(lambda given: shapely.from_wkb(given) if isinstance(given, str) else given),
]
"""A shapely line in lon, lat, or None; in JSON its WKB in hexadecimal digits."""

KIND_WORDS: Mapping[str, Text] = {
    "hotspot": Text("热点", "hotspot"),
    "street": Text("路段", "street"),
    "must_visit": Text("必到", "must visit"),
    "coverage": Text("覆盖", "coverage"),
    "exploration": Text("探查", "exploration"),
    "urgent": Text("紧急", "urgent"),
    "break": Text("休息", "break"),
}
MODE_WORDS: Mapping[str, Text] = {
    "walk": Text("步行", "on foot"),
    "ebike": Text("电动自行车", "e-bike"),
    "car": Text("汽车", "car"),
}
OMITTED_WORDS: Mapping[str, Text] = {
    "no_time": Text("时间不够", "no time left"),
    "window": Text("时段不合", "outside its hours"),
    "unreachable": Text("道路不通", "no way to it"),
    "off_network": Text("离道路太远", "too far from any street"),
    "mode": Text("交通方式不能到达", "not reached by this mode"),
    "zones": Text("不在任何巡查员的责任区", "in no patrol's zones"),
    "lower_value": Text("单位时间价值较低", "worth less per minute"),
    "varied": Text("今晚轮空，免成规律", "left out tonight, so that no habit forms"),
    "conflict": Text("与其他必到冲突", "in conflict with other must-visits"),
    "together": Text("必到过多", "too many must-visits together"),
}
"""Why a place is not visited: exactly one of these for each; the last two are of must-visits given up."""


ON_THE_WAY, MIDDLE = "途中", "辖区中部"
"""What spots are called that nobody named: where a patrol was met, and where it begins if nobody says."""
_UNNAMED = {ON_THE_WAY: "on the way", MIDDLE: "the middle of the area"}


def called(name: str) -> Text:
    """Return what a place is called in both languages: `Dongdajie Zhongdui (东大街中队)`."""
    for zh, en in _UNNAMED.items():
        if name.endswith(zh):
            return Text(name, name.replace(zh, en))
    return Text(name, in_english(name))


def minutes_between(first: datetime, last: datetime) -> float:
    """Return the minutes that pass: Python subtracts times of one zone by what their clocks show."""
    return (last.astimezone(UTC) - first.astimezone(UTC)).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class Expected:
    """A class that may be met at a stop: its code and name, and how many problems are expected."""

    code: str
    name: str
    number: float


@dataclass(frozen=True, slots=True, eq=False)
class PlannedStop:
    """One stop of a route; instants are aware, lon and lat WGS 84 degrees.

    `key` names the place from day to day. `number` counts from 1 on its route, 0 for a break. `value` is what
    the visit adds to the plan, `expected` the problems expected to be met. `window`: when it makes sense to
    be there, None: any time. `way`: the line (shapely, lon and lat) from where the patrol was, None: none;
    for a street that is walked its own line is `along`. `streets`: names on the way, in order.
    """

    key: str
    number: int
    kind: StopKind
    name: Text
    lon: float
    lat: float
    cell: str | None
    zone: str | None
    arrives: datetime
    begins: datetime
    leaves: datetime
    value: float
    expected: float
    classes: tuple[Expected, ...]
    window: tuple[datetime, datetime] | None
    because: tuple[Text, ...]
    way: Line = field(default=None, repr=False)
    way_m: float = 0.0
    along: Line = field(default=None, repr=False)
    along_m: float = 0.0
    streets: tuple[str, ...] = ()

    @property
    def dwell_minutes(self) -> float:
        """Return the minutes spent at the stop."""
        return minutes_between(self.begins, self.leaves)


@dataclass(frozen=True, slots=True)
class PlannedPatrol:
    """Who goes: name, mode, shift, and where it begins and ends (lon, lat; `end` None: at the last stop)."""

    name: str
    mode: Mode
    begins: datetime
    ends: datetime
    start: tuple[float, float]
    start_name: str
    end: tuple[float, float] | None
    end_name: str
    zones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over a route or a plan; minutes and kilometres."""

    stops: int = 0
    value: float = 0.0
    expected: float = 0.0
    travel_minutes: float = 0.0
    dwell_minutes: float = 0.0
    idle_minutes: float = 0.0
    break_minutes: float = 0.0
    km: float = 0.0

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, rounded for reading."""
        return {name: round(getattr(self, name), 4) for name in self.__slots__}


@dataclass(frozen=True, slots=True, eq=False)
class PlannedRoute:
    """What one patrol does; `home`: the way back to its end, None where it ends at its last stop."""

    patrol: PlannedPatrol
    leaves: datetime
    returns: datetime
    stops: tuple[PlannedStop, ...]
    totals: Totals
    home: Line = field(default=None, repr=False)
    home_m: float = 0.0


@dataclass(frozen=True, slots=True)
class OmittedPlace:
    """A place that is not visited, and the one reason (`OMITTED_WORDS`)."""

    key: str
    name: Text
    lon: float
    lat: float
    cell: str | None
    value: float
    code: str
    because: Text
    required: bool = False


@dataclass(frozen=True, slots=True)
class FloorState:
    """A duty grid and its floor: visits of the seven days that end with the plan's day, this plan included.

    `planned`: visits by this plan. `met` is False where the floor cannot be held; `because` says why.
    """

    zone: str
    name: str
    floor: int
    visits: int
    planned: int
    met: bool
    because: Text | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """Routes for the patrols of a shift, with everything that stands behind them.

    `value` of the places visited out of `possible`, the value of all; `bound` is what no plan can exceed,
    `gap` = 1 - value / bound. `greedy`: the value of the simple plan that was compared with. `dropped`: the
    must-visits given up because no plan holds them, each with its constraint. `versions`: engines, network,
    forecast, cells, classes. `replanned_at`: when in its shift it was made anew; None: it was not.
    """

    day: date
    zone: ZoneInfo
    begins: datetime
    ends: datetime
    form: Form
    routes: tuple[PlannedRoute, ...]
    omitted: tuple[OmittedPlace, ...]
    dropped: tuple[OmittedPlace, ...]
    floors: tuple[FloorState, ...]
    totals: Totals
    value: float
    possible: float
    bound: float
    greedy: float
    seed: int
    made_at: datetime
    versions: Mapping[str, str]
    remarks: tuple[Text, ...] = ()
    synthetic: bool = False
    id: int | None = None
    replanned_at: datetime | None = None

    @property
    def gap(self) -> float:
        """Return how far the plan is from the bound, 0 to 1."""
        return max(0.0, 1 - self.value / self.bound) if self.bound > 0 else 0.0
