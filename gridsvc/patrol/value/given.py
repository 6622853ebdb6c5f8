"""Places that somebody names: one by one, or in a list with times, minutes and weights."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gridsvc.errors import Fault


@dataclass(frozen=True, slots=True)
class GivenPlace:
    """A place to visit, degrees of WGS 84. `begins`, `ends`: when to be there (aware), None: any time.

    `minutes` of the visit; `weight`: what it is worth, 1: as much as a problem that is met for certain. Not
    `required`: only if it is worth it. `row`: where it stands in its list, from 1, None: told one by one.
    """

    lon: float
    lat: float
    name: str = ""
    begins: datetime | None = None
    ends: datetime | None = None
    minutes: float = 12.0
    weight: float = 1.0
    required: bool = True
    row: int | None = None


@dataclass(frozen=True, slots=True)
class GivenList:
    """What a list holds: the places that can be taken, and what is wrong with the other rows."""

    file: str
    places: tuple[GivenPlace, ...]
    refused: tuple[Fault, ...]
