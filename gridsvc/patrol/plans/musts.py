"""Which places must be visited, whatever the forecast says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gridsvc.patrol.value.given import GivenPlace


@dataclass(frozen=True, slots=True)
class MustAsked:
    """`file`: a list of places (`datum` of its coordinates); `listed`: places given one by one.

    `open_cases`: cases of the classes that are not closed; `recurrent`: places where it came back again and
    again; `inspect`: class of components and the days after which one that nobody passed is due.
    """

    file: Path | None = None
    datum: str | None = None
    listed: tuple[GivenPlace, ...] = ()
    open_cases: bool = False
    recurrent: bool = False
    inspect: Mapping[str, int] = field(default_factory=dict)
