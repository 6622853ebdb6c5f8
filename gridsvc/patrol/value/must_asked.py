"""Which places must be visited, whatever the forecast says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridsvc.patrol.value.given import GivenPlace
from gridsvc.patrol.value.open_cases import SINCE_DAYS


@dataclass(frozen=True, slots=True)
class MustAsked:
    """`file`: a list of places (`datum` of its coordinates, None: as it says, else WGS 84; `columns`: its
    headers by field); `listed`: places given one by one.

    `open_cases`: cases that are not closed, of the classes asked for and of `units` (codes or names; of any
    class where only units are given), at most `since_days` old. `recurrent`: places where it came back.
    `inspect`: by class of components, the days after which one that nobody passed is due.
    """

    file: Path | None = None
    datum: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    listed: tuple[GivenPlace, ...] = ()
    open_cases: bool = False
    units: tuple[str, ...] = ()
    since_days: int = SINCE_DAYS
    recurrent: bool = False
    inspect: Mapping[str, int] = field(default_factory=dict)
