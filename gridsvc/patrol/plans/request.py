"""What is asked of a plan: a shift, its patrols, what they are to look for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from gridsvc.patrol.plan import Form, Mode, minutes_between

MOST_PATROLS = 100
MOST_PLACES = 2_000
LONGEST_SHIFT = timedelta(hours=16)
LONGEST_TEAM = 100
MOST_SEED = 1 << 53
"""Every reader of JSON keeps whole numbers up to here."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place with its name; degrees of WGS 84."""

    lon: float
    lat: float
    name: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """A break of so many minutes that begins between two instants."""

    minutes: float
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class PatrolAsked:
    """One patrol; no two need be alike. `end` None: where its last visit is. `zones`: codes of the only zones
    it works in, () for everywhere. `most_minutes`: under way at most, the break included.
    """

    name: str
    mode: Mode
    begins: datetime
    ends: datetime
    start: Spot
    end: Spot | None
    pause: Pause | None = None
    zones: tuple[str, ...] = ()
    most_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class PlanAsked:
    """A shift of `day` with its patrols, and how the plan is to be made.

    `classes`: what to look for, () where only places that must be visited are wanted. `floor`: visits that
    each zone of `floor_kind` gets in seven days, 0: no floor. `exploration`: share of the patrols' time.
    `within`: the share of the best value that the night's variation may cost; 0 gives the best plan itself.
    `seed` None: drawn, and told in the plan. `dwells`: minutes that a visit may take, the first by default.
    `balance`: the longest day's work over the mean, None: whatever comes. `seconds` of searching at most;
    `iterations`: instead of it, so that the same request gives the same plan on every machine. `team`: whose
    patrols; of the plans of one team for one shift the last made holds.
    """

    day: date
    begins: datetime
    ends: datetime
    zone: ZoneInfo
    patrols: tuple[PatrolAsked, ...]
    classes: tuple[str, ...] = ()
    scheme: str | None = None
    kind: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    form: Form = "points"
    most_places: int = 150
    weeks: int = 26
    dwells: tuple[float, ...] = (12.0,)
    repeats: int = 1
    floor_kind: str = "duty"
    floor: int = 0
    exploration: float = 0.0
    within: float = 0.05
    balance: float | None = 1.2
    seed: int | None = None
    seconds: float = 3.0
    iterations: int | None = None
    team: str = ""

    @property
    def minutes(self) -> float:
        """Return how long the shift is."""
        return minutes_between(self.begins, self.ends)
