"""Plans made by hand, without a database or a network: patrols on a lattice of streets in Xi'an."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.patrol.outputs import Backdrop
from gridsvc.patrol.plan import (
    OMITTED_WORDS,
    Expected,
    FloorState,
    Form,
    Mode,
    OmittedPlace,
    Plan,
    PlannedPatrol,
    PlannedRoute,
    PlannedStop,
    StopKind,
    Totals,
)

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 20)
WEST, SOUTH = 108.94, 34.24
STEP = (0.0011, 0.0009)
"""Degrees between streets: about 100 m."""
METRES = 100.0
SPEED = {"walk": 1.3, "ebike": 4.0, "car": 6.0}
STREETS = ("南二环东段", "太乙路", "友谊东路", "建设东路", "雁塔北路", "和平路")
CLASSES = (("0201", "非法小广告"), ("0301", "店外经营"), ("0302", "无照经营游商"), ("0105", "暴露垃圾"))
HOSTILE = (
    "</script><script>window.harmed=1</script>",
    "<img src=x onerror='window.harmed=1'>",
    "{{ 7*7 }}{% for x in y %}${window.harmed=1}`",
    "\u2028';window.harmed=1;//\\ & < ]]> \x0b\x1f",
)


def at(column: float, row: float) -> tuple[float, float]:
    """Return lon, lat of a crossing of the lattice."""
    return round(WEST + column * STEP[0], 7), round(SOUTH + row * STEP[1], 7)


def moment(hour: int, minute: int = 0) -> datetime:
    return datetime(DAY.year, DAY.month, DAY.day, hour, minute, tzinfo=ZONE)


def made_backdrop(side: int = 16) -> Backdrop:
    """Return the streets of the lattice; every fifth has a name."""
    lines, names = [], []
    for number in range(-2, side):
        lines += [
            shapely.LineString([at(-2, number), at(side, number)]),
            shapely.LineString([at(number, -2), at(number, side)]),
        ]
        named = STREETS[number % len(STREETS)] if number % 5 == 0 else None
        names += [named, named]
    held = np.empty(len(lines), object)
    held[:] = lines
    return Backdrop(held, np.array(names, object))


def made_route(
    name: str, *, mode: Mode = "ebike", stops: int = 6, corner: tuple[int, int] = (0, 0), form: Form = "points",
    words: tuple[str, ...] = (), home: bool = True,
) -> PlannedRoute:  # fmt: skip
    """Return a route over crossings that a generator draws; a break after the third stop."""
    rng = np.random.default_rng(stops + 7 * corner[0] + corner[1])
    here, leaves = corner, moment(17)
    begins = leaves
    made: list[PlannedStop] = []
    travel = dwell = metres = 0.0
    for number in range(1, stops + 1):
        there = (corner[0] + int(rng.integers(0, 9)), corner[1] + int(rng.integers(0, 9)))
        if there == here:
            there = (there[0] + 1, there[1])
        way = shapely.LineString([at(*here), at(there[0], here[1]), at(*there)])
        length = METRES * (abs(there[0] - here[0]) + abs(there[1] - here[1]))
        arrives = leaves + timedelta(seconds=round(length / SPEED[mode]))
        along = shapely.LineString([at(*there), at(there[0] + 2, there[1])]) if form == "streets" else None
        stay = timedelta(minutes=5 if form == "streets" else 12)
        label = (
            words[number % len(words)] if words else f"{STREETS[number % 6]}与{STREETS[(number + 2) % 6]}口"
        )
        lon, lat = at(*there)
        kinds: tuple[StopKind, ...] = (
            "hotspot",
            "hotspot",
            "must_visit",
            "coverage",
            "hotspot",
            "exploration",
        )
        made.append(
            PlannedStop(
                key=f"cell:6101030010010{number:02d}",
                number=number,
                kind="street" if form == "streets" else kinds[number % 6],
                name=Text(label, label if words else f"crossing {number}"),
                lon=lon,
                lat=lat,
                cell=f"6101030010010{number:02d}",
                zone="610103001",
                arrives=arrives,
                begins=arrives,
                leaves=arrives + stay,
                value=2.5 / number,
                expected=1.5 / number,
                classes=tuple(
                    Expected(code, words[0] if words else label, 0.9 / number) for code, label in CLASSES[: 1 + number % 3]
                ),
                window=(moment(17), moment(19)) if number % 2 else None,
                because=(
                    Text(f"本时段预计 {1.5 / number:.1f} 件", f"{1.5 / number:.1f} problems expected in the shift"),
                    *(Text(each, each) for each in words),
                ),
                way=way,
                way_m=length,
                along=along,
                along_m=2 * METRES if along is not None else 0.0,
                streets=() if words else (STREETS[here[1] % 6], STREETS[there[0] % 6]),
            )
        )  # fmt: skip
        travel, dwell, metres = (
            travel + length / SPEED[mode] / 60,
            dwell + stay.total_seconds() / 60,
            metres + length,
        )
        leaves = arrives + stay
        here = there if along is None else (there[0] + 2, there[1])
        if number == 3 and stops > 3:
            made.append(_break(made[-1], at(*here), leaves))
            leaves += timedelta(minutes=20)
    back = METRES * (abs(here[0] - corner[0]) + abs(here[1] - corner[1]))
    way_home = (
        shapely.LineString([at(*here), at(corner[0], here[1]), at(*corner)])
        if home and back and made
        else None
    )
    patrol = PlannedPatrol(
        name=name, mode=mode, begins=begins, ends=moment(21), start=at(*corner), start_name="碑林区城管执法大队",
        end=at(*corner) if home else None, end_name="碑林区城管执法大队" if home else "", zones=("610103001",),
    )  # fmt: skip
    totals = Totals(
        stops=stops,
        value=sum(stop.value for stop in made),
        expected=sum(stop.expected for stop in made),
        travel_minutes=travel + (back / SPEED[mode] / 60 if way_home is not None else 0),
        dwell_minutes=dwell,
        break_minutes=20.0 if stops > 3 else 0.0,
        km=(metres + (back if way_home is not None else 0)) / 1000,
    )
    returns = leaves + timedelta(seconds=round(back / SPEED[mode])) if way_home is not None else leaves
    return PlannedRoute(
        patrol, begins, returns, tuple(made), totals, way_home, back if way_home is not None else 0.0
    )


def _break(after: PlannedStop, here: tuple[float, float], begins: datetime) -> PlannedStop:
    return replace(
        after, key="break", number=0, kind="break", name=Text("休息", "break"), lon=here[0], lat=here[1], arrives=begins,
        begins=begins, leaves=begins + timedelta(minutes=20), value=0.0, expected=0.0, classes=(), window=None, because=(),
        way=None, way_m=0.0, along=None, along_m=0.0, streets=(), cell=None, zone=None,
    )  # fmt: skip


def made_plan(*, form: Form = "points", words: tuple[str, ...] = (), **fields: Any) -> Plan:
    """Return a plan of three patrols, the third of which stays, with places left out."""
    routes = (
        made_route(words[0] if words else "王巡查", form=form, words=words),
        made_route("李巡查", mode="walk", stops=3, corner=(4, 5), form=form, words=words, home=False),
        made_route("赵巡查", mode="car", stops=0, corner=(8, 0), form=form),
    )
    given: dict[str, Any] = {
        "day": DAY, "zone": ZONE, "begins": moment(17), "ends": moment(21), "form": form, "routes": routes,
        "omitted": tuple(
            _omitted(f"cell:6101030010020{number:02d}", code, at(12 + number % 3, number), words)
            for number, code in enumerate(tuple(OMITTED_WORDS)[:7])
        ),
        "dropped": (_omitted("report:17", "unreachable", at(3, 14), words, required=True),),
        "floors": (
            FloorState("610103001", "南院门责任网格", 3, 4, 1, True),
            FloorState("610103002", words[0] if words else "太乙路责任网格", 3, 1, 0, False, Text("时间不够", "no time left")),
        ),
        "totals": summed(routes), "value": summed(routes).value, "possible": 16.0, "bound": 11.0, "greedy": 9.9, "seed": 7,
        "made_at": moment(16, 30), "versions": {"pyvrp": "0.14.1", "network": "a1b2", "forecast": "42"},
        "remarks": (Text("按种子 7 在最佳值 5 % 以内随机抽取。", "Drawn by seed 7 within 5 % of the best."),),
    }  # fmt: skip
    return Plan(**(given | fields))


def summed(routes: tuple[PlannedRoute, ...]) -> Totals:
    return Totals(**{name: sum(getattr(each.totals, name) for each in routes) for name in Totals.__slots__})


def _omitted(
    key: str, code: str, place: tuple[float, float], words: tuple[str, ...], required: bool = False
) -> OmittedPlace:
    name = words[1] if words else f"第 {key[-2:]} 处"
    return OmittedPlace(
        key,
        Text(name, name),
        place[0],
        place[1],
        key[-15:],
        0.7,
        code,
        OMITTED_WORDS[code],
        required=required,
    )
