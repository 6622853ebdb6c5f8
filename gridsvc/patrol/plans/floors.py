"""Floors: every duty grid is visited so often in any seven days, and each day takes its share of that.

A visit of a zone is a shift in which somebody stopped there; several stops of one shift are one visit, and
one that hotspots brought about counts like any other. A floor f holds when every seven days in a row have f
visits. Before a whole week has passed since a zone took up its duty, no seven days can be judged.

Of each zone is known by when it must be visited next. Zones are taken in the order of that day, as many as
the least even rate that meets every such day asks for: the work that is due within k days, divided by k,
where that is largest. So the floors do not all fall due on the seventh day. `reserve` days are kept free
before the last one: a patrol that falls out then costs a reserve, and not a floor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridsvc.errors import Text
from gridsvc.patrol.plan import FloorState

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

WEEK = 7
"""Days of the window in which a floor is counted, the day of the plan being the last of the first window."""
NOT_AT_ALL = WEEK
"""`due_in` of a zone without a floor."""


@dataclass(frozen=True, slots=True, eq=False)
class Owed:
    """What each zone is owed, shape (zones,) but for `work`.

    `floor`: visits in any seven days. `visits`: those of the last six days and of today before this plan.
    `due_in`: days until the next visit must be made at the latest: 0 today, `NOT_AT_ALL` without a floor,
    below 0 where even a visit every day cannot hold the floor any more: the day was missed. `work[k, z]`:
    visits that zone z must have had by the end of the day k days from now, shape (7, zones).
    `missed`: whether the seven days that ended yesterday had too few; False where these are not all known.
    `a_day`: visits of a zone in a day at most.
    """

    floor: Integers
    visits: Integers
    due_in: Integers
    work: Integers
    missed: Bools
    a_day: int = 1

    def rate(self, reserve: int = 1) -> int:
        """Return how many zones must be visited every day from today on so that none falls due unvisited
        `reserve` days before its last day.
        """
        if not self.floor.any():
            return 0
        possible = self.a_day * np.arange(1, WEEK + 1)[:, None]
        due = np.minimum(self.work, possible).sum(axis=1)
        return max(int(-(-due[day] // max(1, day + 1 - reserve))) for day in range(WEEK))


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """Which places are to be visited for their zone.

    `places`: rows of the places that become required; `zones[i]`: the zone for which place i is. `today[i]`:
    whether it is the last day; the others are taken so that no day has too many, and are the first to be
    given up. `by_point`: zones without a place, to be visited at a point of a street of their own;
    `today_by_point` the same for these. `nowhere`: zones that are due and have neither place nor point.
    """

    places: Integers
    zones: Integers
    today: Bools
    by_point: Integers
    today_by_point: Bools
    nowhere: Integers


def owed(
    visited: ArrayLike, floor: ArrayLike, *, known: ArrayLike = WEEK, today: ArrayLike = 0, a_day: int = 1
) -> Owed:
    """Return what each zone is owed on the day after the last row of `visited`.

    Parameters
    ----------
    visited
        Visits of the last days, shape (days, zones), the oldest first, yesterday last. Six days tell what is
        owed; a seventh, whether the floor was held until yesterday.
    floor
        Visits in any seven days, shape (zones,) or one for all.
    known
        For how many days before today each zone has had its duty; days before are not judged.
    today
        Visits of today that are certain, by earlier shifts.
    a_day
        How often a zone can be visited in a day: 1 where each day has one shift.
    """
    given = np.asarray(visited, np.int64)
    zones = given.shape[1]
    before = np.zeros((WEEK, zones), np.int64)
    if len(given):
        before[-min(len(given), WEEK) :] = given[-WEEK:]
    wanted = np.broadcast_to(np.asarray(floor, np.int64), (zones,)).copy()
    had = np.broadcast_to(np.asarray(today, np.int64), (zones,))
    age = np.broadcast_to(np.asarray(known, np.int64), (zones,))
    # The window that ends in k days still has the last 6 - k days in it.
    days = np.arange(WEEK)[:, None]
    past = np.array([before[k + 1 :].sum(axis=0) for k in range(WEEK)])
    judged = days >= WEEK - 1 - age[None, :]
    work = np.where(judged, np.maximum(0, wanted - past - had), 0)
    # At `a_day` visits a day the last day for the first of n visits by day k is k - ceil(n / a_day) + 1.
    last = np.where(work > 0, days - -(-work // max(1, a_day)) + 1, NOT_AT_ALL)
    return Owed(
        floor=wanted,
        visits=before[1:].sum(axis=0) + had,
        due_in=last.min(axis=0),
        work=work,
        missed=(before.sum(axis=0) < wanted) & (age >= WEEK) & (len(given) >= WEEK),
        a_day=max(1, a_day),
    )


def choose_coverage(
    due: Owed,
    zone: ArrayLike,
    value: ArrayLike,
    required: ArrayLike,
    *,
    has_point: ArrayLike = True,
    most: int | None = None,
    reserve: int = 1,
) -> Covered:
    """Return which places are to be visited today for the floors of their zones.

    `zone`: of each place, -1 for none; `value`, `required` of each place, shape (places,). A zone in which a
    required place lies is visited anyway. Otherwise its place of the greatest value becomes required (the
    first of equals): most often it costs nothing. A zone without a place is visited at its own point, if it
    `has_point`. `most`: how many zones are taken at most; those on their last day always are.
    """
    of, worth = np.asarray(zone, np.int64), np.asarray(value, np.float64)
    must = np.asarray(required, np.bool_)
    zones = len(due.floor)
    point = np.broadcast_to(np.asarray(has_point, np.bool_), (zones,))
    best, best_value = _best_places(of, worth, zones)
    anyway = np.zeros(zones, np.bool_)
    anyway[of[must & (of >= 0)]] = True
    nowhere = (best < 0) & ~point & ~anyway & (due.due_in < NOT_AT_ALL)
    # The most urgent first; among equals those whose place is worth most, as these cost least.
    order = np.lexsort((np.arange(zones), -best_value, due.due_in))
    order = order[(due.due_in[order] < NOT_AT_ALL) & ~nowhere[order]]
    now = due.due_in <= 0
    last_day = int(now[order].sum())
    share = due.rate(reserve) if most is None else min(due.rate(reserve), most)
    wanted = order[: max(share, last_day)]
    new = wanted[~anyway[wanted]]
    by_place, by_point = new[best[new] >= 0], new[best[new] < 0]
    return Covered(
        places=best[by_place],
        zones=by_place,
        today=now[by_place],
        by_point=by_point,
        today_by_point=now[by_point],
        nowhere=np.flatnonzero(nowhere & now),
    )


def _best_places(zone: Integers, value: Floats, zones: int) -> tuple[Integers, Floats]:
    """Return the place of the greatest value in each zone and that value; -1 and 0 where there is none."""
    best, worth = np.full(zones, -1, np.int64), np.zeros(zones)
    inside = np.flatnonzero(zone >= 0)
    # The last write to a zone stands: its greatest value, the lowest row among equals.
    order = inside[np.lexsort((-inside, value[inside]))]
    best[zone[order]] = order
    worth[zone[order]] = value[order]
    return best, worth


FLOOR_WORDS: Mapping[str, Text] = {
    "missed": Text(
        "前几日漏访，含今日的 7 天内已无法补足",
        "earlier days were missed: the seven days that end today cannot reach the floor any more",
    ),
    "no_street": Text(
        "责任网格内没有可到达的道路", "no street that a patrol can reach lies in the duty grid"
    ),
    "no_time": Text("本班次时间不够", "this shift has no time left for it"),
    "fell_out": Text("截至昨日的 7 天到访不足", "the seven days that ended yesterday had too few visits"),
}
"""Why a floor is not held, where the plan gives no nearer reason."""


def floor_states(
    due: Owed,
    planned: ArrayLike,
    codes: Sequence[str],
    names: Sequence[str],
    because: Mapping[int, Text] | None = None,
    *,
    nowhere: ArrayLike = (),
) -> tuple[FloorState, ...]:
    """Return how every zone with a floor stands after the plan; those whose floor is not held say why.

    `planned`: visits of each zone by this plan, shape (zones,), each shift at most one. `because[zone]`: the
    reason that the plan gives for a stop given up (unreachable, no time …). A floor is not held where the
    seven days that end today have too few visits, or where the next visit was due today and is not planned.
    A floor that holds again, but did not in the seven days that ended yesterday, has a reason too.
    """
    made = np.asarray(planned, np.int64)
    short = (due.work[0] > made) | ((due.due_in <= 0) & (made == 0))
    roadless = set(np.asarray(nowhere, np.int64).tolist())

    def reason(zone: int) -> Text | None:
        if not short[zone]:
            return FLOOR_WORDS["fell_out"] if due.missed[zone] else None
        if made[zone]:
            return FLOOR_WORDS["missed"]
        if because and zone in because:
            return because[zone]
        return FLOOR_WORDS["no_street" if zone in roadless else "no_time"]

    return tuple(
        FloorState(
            zone=codes[zone],
            name=names[zone],
            floor=int(due.floor[zone]),
            visits=int(due.visits[zone] + made[zone]),
            planned=int(made[zone]),
            met=not short[zone],
            because=reason(zone),
        )
        for zone in np.flatnonzero(due.floor > 0).tolist()
    )
