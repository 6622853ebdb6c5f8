"""Places to look at because little is known of them, drawn anew each time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from gridsvc.patrol.value.dwell import DWELL
from gridsvc.patrol.value.expecting import places_of
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.surveying import Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SHARE = 0.1
"""Share of the patrols' time (patrol.md section 6, the guard of hotspots.md section 4)."""
TRAVEL_MINUTES = 6.0
"""What the way to one more place takes, until a plan says better."""


def how_many(share: float, minutes: float, dwell: float = DWELL.usual, travel: float = TRAVEL_MINUTES) -> int:
    """Return how many visits fill `share` of so many minutes of all patrols; one at least where share > 0."""
    if share <= 0 or minutes <= 0:
        return 0
    return max(1, round(share * minutes / (dwell + travel)))


def drawn(uncertainty: Floats, number: int, rng: np.random.Generator) -> Integers:
    """Return up to `number` different rows, each draw with a probability in proportion to `uncertainty`."""
    some = np.flatnonzero(uncertainty > 0)
    if len(some) == 0 or number <= 0:
        return np.zeros(0, np.int64)
    # Efraimidis & Spirakis 2006: the smallest of exponential times with these rates are such draws.
    times = rng.exponential(size=len(uncertainty))[some] / uncertainty[some]
    return np.sort(some[np.argsort(times, kind="stable")[:number]]).astype(np.int64)


def draw_exploration(
    places: Places,
    share: float,
    rng: np.random.Generator,
    *,
    minutes: float,
    taken: frozenset[str] = frozenset(),
    dwell: float = DWELL.usual,
    travel: float = TRAVEL_MINUTES,
    required: bool = True,
) -> Places:
    """Return places of `places` to explore, none whose cell is `taken`; kind `exploration`.

    They fill `share` of the `minutes` of all patrols. They are `required`, as a plan that maximises what is
    expected would leave out what little is expected of.
    """
    free = np.array([cell not in taken for cell in places.cell.tolist()], bool)
    rows = drawn(np.where(free, places.uncertainty, 0.0), how_many(share, minutes, dwell, travel), rng)
    return _explored(places.only(rows), dwell, required)


def explore_survey(
    connection: Connection,
    survey: Survey,
    share: float,
    rng: np.random.Generator,
    *,
    minutes: float,
    taken: frozenset[str] = frozenset(),
    dwell: float = DWELL.usual,
    travel: float = TRAVEL_MINUTES,
    required: bool = True,
) -> Places:
    """Return cells of a survey to explore, as `draw_exploration` does of places; all cells may be drawn.

    They are visited at any time of the shift: hours that were learned would keep what is unknown unknown.
    """
    free = np.array([code not in taken for code in survey.rates.cells.layer.codes], bool)
    rows = drawn(np.where(free, survey.uncertainty, 0.0), how_many(share, minutes, dwell, travel), rng)
    found = _explored(places_of(connection, survey, rows, "exploration"), dwell, required)
    return replace(
        found,
        opens=np.zeros(len(found)),
        closes=np.full(len(found), survey.clock.length),
        windowed=np.zeros(len(found), bool),
    )


def _explored(places: Places, dwell: float, required: bool) -> Places:
    count = len(places)
    return replace(
        places,
        kind=np.full(count, "exploration", object),
        dwell=np.full(count, dwell),
        required=np.full(count, required),
    )
