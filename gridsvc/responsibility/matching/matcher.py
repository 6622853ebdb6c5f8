"""Which component of the inventory a report is about: matching by posterior probability.

docs/decisions/0020 derives the formula. For the resolver, per chunk of rows:

    matcher = Matcher.of(inventory, atlas.classes.rows, grid.srid, policy)   # once for each srid
    matches = matcher.match(x, y, class_, sigma_mm)                          # whole mm of srid, class rows
    named = matcher.named(matcher.find(ids), x, y, class_)                   # rows that name a component

`class_` are indexes in `class_rows`, -1 for none; `sigma_mm` is `accuracy.sigma_mm` of each row, or NaN for a
report without an accuracy. A row whose `profile` is not -1 has one owner, maintainer and supervisor,
whichever of its candidates it is; else the verdicts of `alternatives(row)` are blended by their
probabilities. What these lack to 1 is `unregistered`, and a component out of reach. Nothing here looks at
cells or barriers: the place of a component, for the cell that it stands in, is `matcher.place(component)`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.catalog import Class
from gridsvc.catalog.inventory import REMOVED, Inventory
from gridsvc.geography.projection import to_millimetres
from gridsvc.responsibility.accuracy import sigma_mm as sigma_of_radius
from gridsvc.responsibility.matching.model import (
    MatchPolicy,
    beyond,
    considered2,
    density,
    reach2,
    report_variance,
    size_sigma_mm,
    survey_variance,
    unregistered_density,
)
from gridsvc.responsibility.matching.ranking import ranked
from gridsvc.responsibility.matching.results import (
    MATCHED,
    NO_INVENTORY,
    NOT_ASKED,
    SEVERAL,
    UNREGISTERED,
    Candidates,
    Matches,
    NamedMatches,
)
from gridsvc.responsibility.matching.squares import Squares, Things

__all__ = [
    "MATCHED",
    "MOST_CANDIDATES",
    "NOT_ASKED",
    "NO_INVENTORY",
    "SEVERAL",
    "UNREGISTERED",
    "MatchPolicy",
    "Matcher",
    "Matches",
    "NamedMatches",
]

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]

MOST_CANDIDATES = 5
_FAR_MM = 50_000.0
_NO_COMPONENT, _NOT_HELD = -2, -1
_FINEST = 14  # squares of 2**14 … 2**17 mm: what is considered lies within 15 to 120 m
_REACHES2 = np.array([4.0**shift for shift in (14, 15, 16)])
_CHUNK = 65_536  # rows whose columns stay in the cache from step to step
_PAIRS_AT_ONCE = 4_000_000  # some 300 MB of working memory


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """Rows to be matched, shape (k,): places in mm from the things' origin, classes of the inventory.

    `bound2` is the square of how far off any thing of the class is considered.
    """

    row: Ints
    x: Ints
    y: Ints
    class_: Ints
    variance: Floats
    bound2: Floats

    def take(self, which: Ints) -> _Places:
        return _Places(
            self.row.take(which),
            self.x.take(which),
            self.y.take(which),
            self.class_.take(which),
            self.variance.take(which),
            self.bound2.take(which),
        )

    def run(self, part: slice) -> _Places:
        return _Places(
            self.row[part],
            self.x[part],
            self.y[part],
            self.class_[part],
            self.variance[part],
            self.bound2[part],
        )


class Matcher:
    """Matches places in one projected system against the inventory; safe to share between threads.

    The lists of squares are made when the first report of their reach comes; nothing else changes.
    """

    def __init__(
        self, inventory: Inventory, class_rows: Sequence[Class], srid: int, policy: MatchPolicy
    ) -> None:
        """Use `Matcher.of`."""
        self.inventory = inventory
        self.certain = policy.certain
        self._sigma_without = sigma_of_radius(policy.accuracy_m, None)
        self._x, self._y, self._shapes = _projected(inventory, srid)
        self._class_of_row, names = _classes(inventory, class_rows)
        offered = np.flatnonzero(inventory.state != REMOVED)
        class_ = inventory.class_[offered].astype(np.int64)
        size = np.array([size_sigma_mm(name) for name in names], np.float64)
        self._things = things = Things.of(
            component=offered.astype(np.int32),
            class_=class_,
            x=self._x[offered],
            y=self._y[offered],
            shape=self._shapes[offered],
            variance=survey_variance(inventory.location_class[offered]) + size[class_] ** 2,
        )
        self._unregistered = unregistered_density(
            class_, things.geometries(), policy.unregistered_share, len(names)
        )
        self._largest = np.zeros(len(names))
        np.maximum.at(self._largest, class_, things.variance)
        # What a row comes to unless something is found; the last is that of rows without a class.
        held = np.bincount(class_, minlength=len(names)) > 0
        row = self._class_of_row
        self._before = np.where(row == _NO_COMPONENT, NOT_ASKED, NO_INVENTORY).astype(np.int8)
        self._before[row >= 0] = np.where(held[row[row >= 0]], UNREGISTERED, NO_INVENTORY)
        self._squares: dict[int, Squares] = {}

    @classmethod
    def of(
        cls,
        inventory: Inventory,
        class_rows: Sequence[Class],
        srid: int,
        policy: MatchPolicy | None = None,
    ) -> Matcher:
        """Prepare an inventory for reports whose classes are rows of `class_rows`, in EPSG:`srid`.

        Removed components are not offered: what stands there now is another thing. Damaged, lost and
        abandoned ones are, for they are what people report; `inventory.state` says so of a match.
        """
        return cls(inventory, class_rows, srid, policy or MatchPolicy())

    def match(self, x: Ints, y: Ints, class_: Indexes, sigma_mm: Floats) -> Matches:
        """Match reports at places in whole millimetres, shape (n,); the same for one and for many."""
        found = Matches.blank(self._before.take(class_))
        asked = (found.status == UNREGISTERED).nonzero()[0]
        parts: list[Candidates] = []
        for begin in range(0, len(asked), _CHUNK):
            row = asked[begin : begin + _CHUNK]
            own = self._class_of_row.take(class_.take(row))
            variance = report_variance(sigma_mm.take(row), self._sigma_without)
            places = _Places(
                row,
                x.take(row) - self._things.origin[0],
                y.take(row) - self._things.origin[1],
                own,
                variance,
                considered2(variance + self._largest.take(own)),
            )
            parts += self._match_places(places, found)
        return found.with_candidates(parts)

    def find(self, ids: Sequence[str | None]) -> Indexes:
        """Return the components with these ids, removed ones too, shape (n,); -1: there is none."""
        return np.array([-1 if each is None else self.inventory.find(each) for each in ids], np.int32)

    def named(self, component: Indexes, x: Ints, y: Ints, class_: Indexes) -> NamedMatches:
        """Check components that reports name (-1: none) against the reports' places and classes."""
        distance = np.full(len(component), np.nan)
        own = np.flatnonzero(component >= 0)
        which = component[own]
        distance[own] = np.hypot(x[own] - self._x[which], y[own] - self._y[which])
        shaped = own[~shapely.is_missing(self._shapes[which])]
        if len(shaped):
            places = shapely.points(x[shaped], y[shaped])
            distance[shaped] = shapely.distance(self._shapes[component[shaped]], places)
        other = np.zeros(len(component), bool)
        other[own] = self.inventory.class_[which] != self._class_of_row[class_[own]]
        return NamedMatches(distance, distance > _FAR_MM, other & (class_ >= 0))

    def place(self, component: int) -> tuple[int, int]:
        """Return where a component stands, in whole millimetres; of a line or an outline a point on it."""
        return int(self._x[component]), int(self._y[component])

    def _match_places(self, places: _Places, found: Matches) -> Iterator[Candidates]:
        """Match places of any reach, those of each with the squares of that size."""
        shift = _FINEST + np.searchsorted(_REACHES2, places.bound2)
        low, high = int(shift.min()), int(shift.max())
        for each in range(low, high + 1):
            part = places if low == high else places.take((shift == each).nonzero()[0])
            if each not in self._squares:
                self._squares[each] = Squares(self._things, each)
            squares = self._squares[each]
            number = squares.lists(part.class_, part.x, part.y)
            hit = (number >= 0).nonzero()[0]
            if not len(hit):
                continue
            if len(hit) < len(number):
                number, part = number.take(hit), part.take(hit)
            for run in squares.runs(number, _PAIRS_AT_ONCE):
                yield self._weigh(squares, number[run], part.run(run), found)

    def _weigh(self, squares: Squares, number: Indexes, places: _Places, found: Matches) -> Candidates:
        """Weigh the components in each place's list against each other, and against none of them."""
        which, at, distance2 = squares.pairs(number, places.x, places.y)
        considered = (distance2 <= places.bound2.take(which)).nonzero()[0]
        which, at, distance2 = which.take(considered), at.take(considered), distance2.take(considered)
        variance = squares.variance.take(at) + places.variance.take(which)
        exact = distance2 <= considered2(variance)
        if not exact.all():  # where location classes differ, so does what is considered
            which, at, distance2, variance = which[exact], at[exact], distance2[exact], variance[exact]
        weight = density(distance2, variance)
        none = self._unregistered.take(places.class_)
        total = np.bincount(which, weight + beyond(variance), len(number)) + none
        none = none / total

        near = (distance2 <= reach2(variance)).nonzero()[0]
        which = which.take(near)
        probability = weight.take(near) / total.take(which)
        component = self._things.component.take(squares.entry.take(at.take(near)))
        order, counts = ranked(which, probability, len(number), MOST_CANDIDATES)
        candidates = Candidates(
            places.row.take(which.take(order)),
            component.take(order),
            probability.take(order),
            np.sqrt(distance2.take(near.take(order))),
        )
        found.unregistered[places.row] = none
        has = counts.nonzero()[0]
        first = (counts.cumsum() - counts)[has]
        row, best = places.row.take(has), candidates.component.take(first)
        found.component[row] = best
        probability = candidates.probability.take(first)
        found.probability[row] = probability
        found.distance_mm[row] = candidates.distance_mm.take(first)
        status = np.where(none.take(has) >= self.certain, UNREGISTERED, SEVERAL)
        found.status[row] = np.where(probability >= self.certain, MATCHED, status)
        # One profile for all within reach, not for the five that are listed alone.
        profile = np.full(len(number), -1, np.int32)
        profile[has] = self.inventory.profile.take(best)
        differ = self.inventory.profile.take(component) != profile.take(which)
        profile[which.take(differ.nonzero()[0])] = -1
        found.profile[row] = np.where(status == UNREGISTERED, np.int32(-1), profile.take(has))
        return candidates


def _projected(inventory: Inventory, srid: int) -> tuple[Ints, Ints, NDArray[np.object_]]:
    """Return x and y of every component and the shapes (None for points), in whole millimetres."""
    shapes = np.full(len(inventory), None, object)
    lon, lat = inventory.lon.copy(), inventory.lat.copy()
    shaped = inventory.shape_of
    lon[shaped], lat[shaped] = 0.0, 0.0
    x, y = to_millimetres(srid, lon, lat)
    if len(shaped):
        moved = shapely.transform(
            inventory.shapes, lambda xy: np.column_stack(to_millimetres(srid, xy[:, 0], xy[:, 1]))
        )
        shapes[shaped] = moved
        on_it = np.rint(shapely.get_coordinates(shapely.point_on_surface(moved)))
        x[shaped], y[shaped] = on_it.astype(np.int64).T
    return x, y, shapes


def _classes(inventory: Inventory, class_rows: Sequence[Class]) -> tuple[Ints, list[str]]:
    """Return the inventory's class of each class row, and the name of each of the inventory's classes.

    One row more than there are, so that -1 is no class.
    """
    number = {key: k for k, key in enumerate(inventory.classes)}
    names = [""] * len(number)
    of_row = np.full(len(class_rows) + 1, _NO_COMPONENT, np.int64)
    for k, each in enumerate(class_rows):
        if each.kind == "component":
            of_row[k] = number.get((each.scheme, each.code), _NOT_HELD)
            if of_row[k] >= 0:
                names[of_row[k]] = each.name
    return of_row, names
