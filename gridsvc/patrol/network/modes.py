"""Who may use which road, which way, and how fast: on foot, by e-bike, by car."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.streets import Streets
from gridsvc.roads import Roads

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WALK, EBIKE, CAR = MODES = ("walk", "ebike", "car")

_LINK = re.compile(r"_link$")
# Grades as OpenStreetMap (highway=…) and Chinese layers write them.
_NO_ROAD = frozenset(
    {"墙界", "规划", "规划道路", "在建", "铁路", "地铁", "轻轨", "水系"}
    | {"construction", "proposed", "abandoned", "razed", "platform", "raceway", "bus_guideway", "busway"}
    | {"rail", "railway", "corridor", "elevator"}
)
_FAST = frozenset({"motorway", "高速", "高速公路", "快速路", "城市快速路"})
_FOOT = frozenset(
    {"footway", "pedestrian", "steps", "path", "bridleway", "人行道", "步行街", "步道", "人行步道", "台阶"}
)
_CYCLE = frozenset({"cycleway", "非机动车道", "自行车道", "绿道"})
_LANE = frozenset({"街巷", "巷道", "里弄", "胡同", "巷", "小巷", "track"})
_MAIN = frozenset({"trunk", "primary", "主干路", "主干道", "国道", "省道"})
_SECOND = frozenset({"secondary", "次干路", "次干道", "县道"})
_QUIET = frozenset({"residential", "living_street", "service", "unclassified", "小区路", "内部道路", "乡道"})
# 连霍高速, G30, G3002西安绕城高速; not 西汉高速辅道, which is a street beside one.
_FAST_NAME = re.compile(r"^(?:[GS]\d+.*|.*(?:高速|高速公路|快速路|快速干道))$")


@dataclass(frozen=True, slots=True)
class ModeSpeeds:
    """Metres a second by mode, and the rules of the road.

    Walking 1.2–1.4, e-bike 4, cars 5–7 in a city's streets, lights included (patrol.md section 1); `car_fast`
    is ours: 43 km/h on elevated roads and expressways, which have no lights. An e-bike keeps to the one way
    of a street, as the law has it for vehicles without engines (道路交通安全法 articles 35 and 57) and as
    behoves those who see to order; `ebike_against_one_way` lets it ride along the kerb against it. A car
    stops at the kerb on its own side, `drives_on`: "right" or "left".
    """

    walk: float = 1.3
    ebike: float = 4.0
    car_main: float = 7.0
    car: float = 6.0
    car_quiet: float = 5.0
    car_fast: float = 12.0
    ebike_against_one_way: bool = False
    drives_on: str = "right"


SPEEDS = ModeSpeeds()


def usable(roads: Roads, mode: str) -> Bools:
    """Return which roads a mode may use, shape (roads,).

    On foot all but elevated roads, expressways and their ramps; by e-bike these less footways and steps; by
    car these and the elevated ones, less footways, cycle tracks and lanes. What is no road (a wall, a road
    that is planned) nobody uses.
    """
    grade, link = grades_of(roads)
    role = roads.roles.astype(str)
    lifted = role == "elevated"
    # The ramp of an ungraded layer (名称为入口、出口) leads up; that of a main road lies on the ground.
    up = (role == "ramp") & (~link | np.isin(grade, (*_FAST, "trunk")))
    road = ~np.isin(grade, list(_NO_ROAD))
    slow = road & ~lifted & ~up & ~fast(roads)
    if mode == WALK:
        return np.asarray(slow)
    if mode == EBIKE:
        return np.asarray(slow & ~np.isin(grade, list(_FOOT)))
    return np.asarray(road & ~np.isin(grade, list(_FOOT | _CYCLE | _LANE)))


def speeds_of(roads: Roads, mode: str, speeds: ModeSpeeds = SPEEDS) -> Floats:
    """Return the metres a second of a mode on every road, shape (roads,)."""
    if mode != CAR:
        return np.full(len(roads), speeds.walk if mode == WALK else speeds.ebike)
    grade, _ = grades_of(roads)
    role = roads.roles.astype(str)
    found = np.full(len(roads), speeds.car)
    found[np.isin(grade, list(_MAIN))] = speeds.car_main
    found[np.isin(grade, list(_QUIET))] = speeds.car_quiet
    found[fast(roads) | (role == "elevated")] = speeds.car_fast
    # Nobody takes a ramp or a turn at the speed of the road that it leads to.
    found[np.isin(role, ("ramp", "turn", "roundabout"))] = speeds.car
    return found


def ways_of(streets: Streets, mode: str, speeds: ModeSpeeds = SPEEDS) -> tuple[Bools, Bools]:
    """Return which links a mode may use along their line and against it, shape (links,) each."""
    may = usable(streets.roads, mode)[streets.road]
    if mode == WALK or (mode == EBIKE and speeds.ebike_against_one_way):
        return may, may.copy()
    return may & (streets.way >= 0), may & (streets.way <= 0)


def fast(roads: Roads) -> Bools:
    """Return which roads are motorways and expressways, by grade or by name, shape (roads,)."""
    grade, _ = grades_of(roads)
    named = np.array([bool(_FAST_NAME.match(str(each or ""))) for each in roads.names], bool)
    return np.asarray(np.isin(grade, list(_FAST)) | named)


def grades_of(roads: Roads) -> tuple[NDArray[np.str_], Bools]:
    """Return the plain grades, "" where there is none, and which were those of links (primary_link)."""
    words = [str(each or "").strip().casefold() for each in roads.grades]
    plain = [_LINK.sub("", word) for word in words]
    return np.array(plain, str), np.array([a != b for a, b in zip(words, plain, strict=True)], bool)
