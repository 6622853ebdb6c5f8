"""Which components reports are about, and what follows where several of different owners may be meant."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridsvc.catalog.inventory import Inventory
from gridsvc.responsibility.accuracy import sigma_mm
from gridsvc.responsibility.gathering.report_sources import UNREGISTERED_COMPONENT, component_code
from gridsvc.responsibility.matching.matcher import (
    MATCHED,
    MOST_CANDIDATES,
    NO_INVENTORY,
    NOT_ASKED,
    SEVERAL,
    Matcher,
    Matches,
)
from gridsvc.responsibility.queries import Queries, is_given

Ints = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

NOT_NAMED, NAMED, NAMED_UNKNOWN, NAMED_OTHER_CLASS = range(4)
"""The report names no component; the one that it is about; one that is not in the inventory; one of another
class than the report, which cannot be it."""

_STEPS = 50  # probabilities are rounded to these parts before verdicts are blended: nobody knows them better


@dataclass(slots=True)
class OnComponents:
    """Which components n reports are about, shape (n,) each; components are indexes in `inventory`, -1 none.

    `status` is one of those of `matching`; `component` the likeliest within reach, `probability`
    and `mm` its own. `named` says whether the report named one, NOT_NAMED and so on; `far` that what it
    named is more than 50 m away.
    """

    inventory: Inventory
    status: NDArray[np.int8]
    component: Indexes
    probability: Floats
    mm: Floats
    unregistered: Floats
    named: NDArray[np.int8]
    far: Flags
    chunks: list[tuple[Ints, Matches]] = field(default_factory=list)

    @classmethod
    def empty(cls, inventory: Inventory, n: int) -> OnComponents:
        """Return columns to be filled in."""
        places = (np.empty(n), np.empty(n), np.empty(n))
        status, component = np.empty(n, np.int8), np.empty(n, np.int32)
        return cls(inventory, status, component, *places, np.empty(n, np.int8), np.empty(n, bool))

    def clear(self, rows: Ints | slice) -> None:
        """Let reports be about no component."""
        self.status[rows], self.component[rows] = NOT_ASKED, -1
        for column in (self.probability, self.mm, self.unregistered):
            column[rows] = np.nan
        self.named[rows], self.far[rows] = NOT_NAMED, False

    def alternatives(self, row: int) -> list[tuple[int, float, float]]:
        """Return component, probability and distance in mm of each that may be meant, likeliest first."""
        if self.named[row] == NAMED:
            return [(int(self.component[row]), 1.0, float(self.mm[row]))]
        for rows, found in self.chunks:
            k = int(np.searchsorted(rows, row))
            if k < len(rows) and rows[k] == row:
                part = slice(int(found.start[k]), int(found.start[k + 1]))
                return list(
                    zip(
                        found.candidate[part].tolist(),
                        found.candidate_probability[part].tolist(),
                        found.candidate_mm[part].tolist(),
                        strict=True,
                    )
                )
        return []


@dataclass(frozen=True, slots=True)
class Spread:
    """Rows whose report may be of one of several components with different owners, each in parts.

    `row` (of the chunk), `share` (of 1, in whole steps) and `component` (as in `Rows.component`) of
    each part, the likeliest of a row first and its parts together.
    """

    row: Ints
    share: Floats
    component: Ints


def match_components(
    into: OnComponents,
    matcher: Matcher,
    queries: Queries,
    rows: Ints,
    x: Ints,
    y: Ints,
    class_: Indexes,
    about: Ints,
) -> tuple[Ints, Spread | None]:
    """Match the reports `about` of a chunk, write what is found into `into`, and return what verdicts need.

    `rows` numbers the chunk's rows among all; `x`, `y`, `class_` are the chunk's. Returns the numbers of
    `Rows.component`, shape (chunk,), and the rows that are in parts.
    """
    codes = np.zeros(len(rows), np.int64)
    at = rows.take(about)
    found = matcher.match(x.take(about), y.take(about), class_.take(about), _sigmas(queries, at))
    status = found.status
    known = (status != NOT_ASKED) & (status != NO_INVENTORY)
    certain = status == MATCHED
    # What is matched counts, whatever else stands within reach.
    profile = np.where(certain, into.inventory.profile.take(found.component), found.profile).astype(np.int64)
    # Several that belong to one owner are no doubt, unless it may well be none of them.
    settled = (certain | ((status == SEVERAL) & (found.unregistered <= 1 - matcher.certain))) & (profile >= 0)
    into.status[at], into.component[at] = status, found.component
    into.probability[at], into.mm[at] = found.probability, found.distance_mm
    into.unregistered[at] = found.unregistered
    in_parts = (status == SEVERAL) & ~settled
    told = np.where(settled, component_code(profile, ~certain), UNREGISTERED_COMPONENT)
    if in_parts.any():
        likeliest = into.inventory.profile[found.component[in_parts]].astype(np.int64)
        told[in_parts] = component_code(likeliest, np.ones(len(likeliest), bool))
    codes[about] = np.where(known, told, 0)
    exact = np.zeros(len(at), bool)
    if any(word is not None for word in queries.component_id.values):
        exact = _take_named(into, matcher, queries, at, x[about], y[about], class_[about])
    if exact.any():
        own = into.inventory.profile[into.component[at[exact]]].astype(np.int64)
        codes[about[exact]] = component_code(own, np.zeros(len(own), bool))
    into.chunks.append((at, found))
    parts = np.flatnonzero(in_parts & ~exact)
    return codes, _spread(into.inventory, found, parts, about) if len(parts) else None


def _sigmas(queries: Queries, at: Ints) -> Floats:
    """Return the standard deviation in mm of each place, NaN for one without an accuracy."""
    sigma = np.full(len(at), np.nan)
    if not is_given(queries.accuracy_m):
        return sigma
    accuracy = queries.accuracy_m[at]
    for k in np.flatnonzero(accuracy > 0).tolist():
        sigma[k] = sigma_mm(float(accuracy[k]), queries.accuracy_kind[int(at[k])])
    return sigma


def _take_named(
    into: OnComponents, matcher: Matcher, queries: Queries, at: Ints, x: Ints, y: Ints, class_: Indexes
) -> Flags:
    """Let the components stand that reports name; returns which of the rows they decide."""
    words = queries.component_id
    given = np.array([word is not None for word in words.values])[words.codes[at]]
    component = np.asarray(matcher.find(words.values))[words.codes[at]]
    looked = matcher.named(component, x, y, class_)
    exact = given & (component >= 0) & ~looked.other_class
    into.named[at] = np.where(
        ~given,
        NOT_NAMED,
        np.where(component < 0, NAMED_UNKNOWN, np.where(looked.other_class, NAMED_OTHER_CLASS, NAMED)),
    )
    rows = at[exact]
    into.component[rows], into.mm[rows] = component[exact], looked.distance_mm[exact]
    into.status[rows], into.probability[rows], into.unregistered[rows] = MATCHED, 1.0, 0.0
    into.far[rows] = looked.far[exact]
    return exact


def _spread(inventory: Inventory, found: Matches, parts: Ints, about: Ints) -> Spread:
    """Return the parts of rows: each profile with the probability of its components, and unregistered.

    Of a crowd only MOST_CANDIDATES are kept, and the rest of it is registered all the same: the kept ones
    stand for all.
    """
    counts = found.start[parts + 1] - found.start[parts]
    begin = np.cumsum(counts) - counts
    k = np.repeat(found.start[parts] - begin, counts) + np.arange(int(counts.sum()))
    place = np.repeat(np.arange(len(parts)), counts)
    code = component_code(inventory.profile[found.candidate[k]].astype(np.int64), np.ones(len(k), bool))
    kinds = int(code.max(initial=0)) + 1
    present, which = np.unique(place * kinds + code, return_inverse=True)
    share = np.bincount(which.ravel(), found.candidate_probability[k])
    place, code = present // kinds, present % kinds
    kept = np.bincount(place, share)
    crowd = counts >= MOST_CANDIDATES
    scale = np.where(crowd, (1 - found.unregistered[parts]) / kept, 1.0)
    # Whole hundredths: many rows then have the same parts, and nobody reads more.
    steps = np.rint(scale[place] * share * _STEPS)
    rest = np.maximum(_STEPS - np.bincount(place, steps), 0.0)
    # What is in no inventory comes last.
    place = np.concatenate([place, np.arange(len(parts))])
    code = np.concatenate([code, np.full(len(parts), UNREGISTERED_COMPONENT)])
    share, steps = np.concatenate([share, np.full(len(parts), -1.0)]), np.concatenate([steps, rest])
    order = np.lexsort((code, -share, place))
    order = order[steps[order] > 0]
    place, steps = place[order], steps[order]
    return Spread(about[parts][place], steps / np.bincount(place, steps)[place], code[order])
