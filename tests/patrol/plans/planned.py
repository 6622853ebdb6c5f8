"""Shifts to be planned on a small drawn town, without a database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.plans.ground import ZonesOfPlaces
from gridsvc.patrol.plans.material import FloorZones, Material
from gridsvc.patrol.plans.request import PatrolAsked, Pause, PlanAsked, Spot
from gridsvc.patrol.value.places import Places
from tests.patrol.network.drawn import degrees, roads
from tests.patrol.value.made_places import made_places

ZONE = ZoneInfo("Asia/Shanghai")
DAY = date(2026, 11, 23)
BEGINS = datetime(2026, 11, 23, 17, tzinfo=ZONE)
SIDE, STEP = 9, 200.0


def lattice(side: int = SIDE, step: float = STEP, **said: dict[int, str]) -> Streets:
    """Streets every `step` metres, both ways unless said otherwise."""
    last = (side - 1) * step
    lines = [[(0.0, k * step), (last, k * step)] for k in range(side)]
    lines += [[(k * step, 0.0), (k * step, last)] for k in range(side)]
    return build_streets(roads(*lines, **said))


def at(x: float, y: float, name: str = "队部") -> Spot:
    lon, lat = degrees([(x, y)])[0]
    return Spot(float(lon), float(lat), name)


def scattered(count: int, seed: int = 1, *, side: int = SIDE, step: float = STEP, **said: object) -> Places:
    """Places on the streets of the lattice, of very different value; the ORIGIN of `drawn` is theirs."""
    rng = np.random.default_rng(seed)
    last = (side - 1) * step
    along, street = rng.uniform(0, last, count), rng.integers(0, side, count) * step
    across = rng.random(count) < 0.5
    xy = np.where(across[:, None], np.stack([along, street], 1), np.stack([street, along], 1))
    made = made_places([(0.0, 0.0)] * count, value=rng.pareto(1.5, count) + 0.1, **said)  # type: ignore[arg-type]
    lon, lat = degrees([tuple(each) for each in xy]).T if count else (np.zeros(0), np.zeros(0))
    made.lon[:], made.lat[:] = lon, lat
    return made


def patrol(
    number: int,
    *,
    mode: Mode = "ebike",
    hours: float = 4.0,
    start: Spot | None = None,
    pause: bool = False,
    zones: tuple[str, ...] = (),
) -> PatrolAsked:
    home = start or at(800.0, 800.0)
    rest = Pause(20.0, BEGINS + timedelta(minutes=60), BEGINS + timedelta(minutes=120)) if pause else None
    return PatrolAsked(f"{number}号", mode, BEGINS, BEGINS + timedelta(hours=hours), home, home, rest, zones)


def asked(*patrols: PatrolAsked, hours: float = 4.0, **said: object) -> PlanAsked:
    settings: dict[str, object] = {"seed": 5, "iterations": 120, "within": 0.0} | said
    return PlanAsked(DAY, BEGINS, BEGINS + timedelta(hours=hours), ZONE, patrols, ("0201",), **settings)  # type: ignore[arg-type]


def material(
    streets: Streets,
    places: Places,
    *,
    zones: list[str | None] | None = None,
    floors: FloorZones | None = None,
) -> Material:
    of = zones or [None] * len(places)
    inside = ZonesOfPlaces(tuple(frozenset({zone} if zone else ()) for zone in of), tuple(of))
    return Material(streets, places, inside, BEGINS - timedelta(hours=2), floors=floors)
