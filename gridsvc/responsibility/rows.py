"""The work on some rows, column by column: from place and class to verdict and deadline."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.distinct import distinct
from gridsvc.responsibility.gathering.components import Spread, match_components
from gridsvc.responsibility.gathering.sources import Rows
from gridsvc.responsibility.grid import OUTSIDE, UPPER_LEVELS, Places
from gridsvc.responsibility.problems import CLASS, CLAUSE
from gridsvc.responsibility.resolutions import Resolutions
from gridsvc.responsibility.varying import varying
from gridsvc.responsibility.weighing import weigh

Numbers = NDArray[np.int64]
Indexes = NDArray[np.int32]
Flags = NDArray[np.bool_]


def resolve_rows(
    result: Resolutions,
    current: Moment,
    rows: Numbers | slice,
    numbers: Numbers,
    given: Mapping[str, Numbers],
) -> None:
    """Fill in the rows that fall under one moment's editions.

    `rows` and `numbers` name the same rows: a run of them is quicker to write as a slice. `given`: the
    numbers of the facts that all rows give.
    """
    atlas, queries = result.atlas, result.queries
    fine = result.problem[rows] == 0
    lon, lat = result.lon[rows], result.lat[rows]
    if not fine.all():
        lon, lat = np.where(fine, lon, np.nan), np.where(fine, lat, np.nan)
    places = current.grid.place(lon, lat)
    class_, unknown = _classes(result, current, rows)
    clause = np.where(fine, current.rules.first_clause[class_], np.int32(-1))
    strange = _heed_chosen_clauses(atlas, current, queries.clause_id[rows], class_, clause)
    problem = np.where(fine & strange, CLAUSE, result.problem[rows])
    result.problem[rows] = np.where(fine & unknown, CLASS, problem)
    fine &= ~unknown & ~strange
    result.cell[rows] = places.cell
    for level in UPPER_LEVELS:
        result.areas[level][rows] = places.areas[level]
    result.on_boundary[rows] = places.on_boundary
    result.on_outer_boundary[rows] = places.on_outer_boundary
    result.snapped_mm[rows] = places.snapped_mm
    result.class_[rows] = class_
    result.clause[rows] = clause

    ground, outcome = _grounds(result, current, rows, places)
    component, spread = _components(result, current, numbers, places, class_, fine)
    known = Rows(
        _located(places) | (outcome >= 0),
        places.x,
        places.y,
        queries.at[rows],
        np.where(np.isnan(places.snapped_mm), places.cell, np.int32(-1)),
        {"cell": places.cell, **places.areas},
        outcome,
        component,
        {name: codes[rows] for name, codes in given.items()},
    )
    wording = np.where(fine, atlas.clauses.wording[clause], np.int32(-1))
    gathered = current.gathering.cases(wording, known)
    case = gathered.case
    verdict = atlas.verdicts.look_up(case, ground)
    result.case[rows] = case
    result.verdict[rows] = np.where(fine & (class_ >= 0), verdict, np.int32(-1))
    parts = (
        {}
        if spread is None
        else _blend_parts(result, current, numbers, wording >= 0, gathered.before, ground, spread)
    )
    if not np.isnan(queries.accuracy_m).all():
        uncertain = np.flatnonzero(fine & (queries.accuracy_m[rows] > 0))
        # A place that is too uncertain decides nothing, wherever it lies.
        near = uncertain[queries.accuracy_m[rows][uncertain] <= atlas.policy.most_m]
        differ = varying(current, queries, numbers, near, wording, known, gathered.before)
        of_components = _components_of(component, spread, differ)
        for k in uncertain.tolist():
            row = int(numbers[k])
            place = float(result.lon[row]), float(result.lat[row])
            cases = parts.get(row, [(1.0, int(case[k]))])
            given_verdict = result.verdict_of(row)
            drawn = differ.get(k), of_components.get(k, ())
            found = weigh(atlas, current, queries, row, place, cases, given_verdict, *drawn)
            result.cells[row] = found.cells
            if found.verdict is not None:
                result.weighed[row] = found.verdict
    _limits(result, rows, numbers, clause, case)


def _components_of(
    component: Numbers, spread: Spread | None, rows: Collection[int]
) -> dict[int, list[tuple[float, int]]]:
    """Return probability and component (as in `Rows.component`) of each that may be meant, for some rows."""
    found = {row: [(1.0, int(component[row]))] for row in rows}
    if spread is not None:
        in_parts: dict[int, list[tuple[float, int]]] = {}
        for row, share, each in zip(
            spread.row.tolist(), spread.share.tolist(), spread.component.tolist(), strict=True
        ):
            if row in found:
                in_parts.setdefault(row, []).append((share, each))
        found |= in_parts
    return found


def _grounds(
    result: Resolutions, current: Moment, rows: Numbers | slice, places: Places
) -> tuple[Numbers, NDArray[np.int8]]:
    """Return each row's ground in the book of verdicts, and what boundary roads do to it (-1: nothing).

    Places on boundary roads get the ground of who keeps the road there; the cell stays what it is.
    """
    book = result.atlas.verdicts
    numbers = current.ground_numbers
    if places.territories is not current.grid.territories:
        numbers = book.grounds_of([current.territories[key] for key in places.territories])
    ground = numbers[places.territory]
    outcome = np.full(len(ground), -1, np.int8)
    if current.grounds is None or result.on_roads is None:
        return ground, outcome
    lon, lat = result.lon[rows], result.lat[rows]
    near = current.grounds.corridors.may_hit(places.x, places.y)
    within = np.flatnonzero(near & np.isfinite(lon) & np.isfinite(lat) & (result.problem[rows] == 0))
    if not len(within):
        return ground, outcome
    heading, number = result.queries.heading_deg[rows][within], result.queries.house_number[rows][within]
    found = current.grounds.find(places.x[within], places.y[within], heading, number)
    on_road = np.flatnonzero(found.section >= 0)
    if not len(on_road):
        return ground, outcome
    here = within[on_road]
    for name in ("section", "side", "mm", "outcome"):
        column = getattr(result.on_roads, name)
        part = column[rows]
        part[here] = getattr(found, name)[on_road]
        column[rows] = part
    outcome[here] = found.outcome[on_road]
    combinations, which = current.grounds.combined(
        found.section[on_road], found.outcome[on_road], places.territory[here], len(places.territories)
    )
    roads = current.grounds.numbers(combinations, places.territories, book)
    ground[here] = roads[which]
    return ground, outcome


def _located(places: Places) -> Flags:
    """Return which places lie in any area, shape (n,)."""
    inside = np.array([key != OUTSIDE for key in places.territories], bool)
    located: Flags = inside[places.territory]
    return located


def _components(
    result: Resolutions, current: Moment, numbers: Numbers, places: Places, class_: Indexes, fine: Flags
) -> tuple[Numbers, Spread | None]:
    """Match the rows of classes of components; see `match_components`."""
    if result.components is None or current.matcher is None:
        return np.zeros(len(numbers), np.int64), None
    about = np.flatnonzero(fine & result.atlas.is_component[class_])
    if not len(about):
        return np.zeros(len(numbers), np.int64), None
    return match_components(
        result.components, current.matcher, result.queries, numbers, places.x, places.y, class_, about
    )


def _blend_parts(
    result: Resolutions,
    current: Moment,
    numbers: Numbers,
    fine: Flags,
    before: Indexes,
    ground: Numbers,
    spread: Spread,
) -> dict[int, list[tuple[float, int]]]:
    """Blend the verdicts of rows of which several components may be meant.

    Returns the shares and cases of those that have an accuracy, for their ground to be weighed as well.
    """
    book = result.atlas.verdicts
    of = spread.row
    case = current.gathering.with_components(before[of], spread.component)
    verdict = book.look_up(case, ground[of])
    first = np.append(True, of[1:] != of[:-1])
    begins = np.flatnonzero(first)
    ends = np.append(begins[1:], len(of))
    # Most rows have one verdict whichever component is meant, and it stands already.
    differ = np.append(verdict[1:] != verdict[:-1], False) & np.append(~first[1:], False)
    blended = np.logical_or.reduceat(differ, begins) & fine[of[begins]]
    for begin, end in zip(begins[blended].tolist(), ends[blended].tolist(), strict=True):
        votes: dict[int, float] = {}
        for share, vote in zip(spread.share[begin:end].tolist(), verdict[begin:end].tolist(), strict=True):
            votes[vote] = votes.get(vote, 0.0) + share
        result.weighed[int(numbers[of[begin]])] = book.blended(tuple(votes.items()))
    accurate = result.queries.accuracy_m[numbers[of[begins]]] > 0
    return {
        int(numbers[of[begin]]): list(
            zip(spread.share[begin:end].tolist(), case[begin:end].tolist(), strict=True)
        )
        for begin, end in zip(begins[accurate].tolist(), ends[accurate].tolist(), strict=True)
    }


def _limits(
    result: Resolutions, rows: Numbers | slice, numbers: Numbers, clause: Indexes, case: Indexes
) -> None:
    """Fill in which limit counts, by the grade that is known, and when it ends for the leading unit."""
    atlas, queries = result.atlas, result.queries
    book, allowance = atlas.verdicts, atlas.allowance
    limit = allowance.book.limit_of(clause, book.grades(case))
    calendar: Indexes | int = 0
    if len(allowance.calendars) > 1:
        calendar = book.calendars(result.verdict[rows])
        weighed = np.array([row for row in result.weighed if numbers[0] <= row <= numbers[-1]], np.int64)
        for k, row in zip(np.searchsorted(numbers, weighed).tolist(), weighed.tolist(), strict=True):
            if numbers[k] == row:
                calendar[k] = atlas.unit_calendars.number_of(result.weighed[row].unit)
    begin, _ = allowance.season_start(clause, queries.at[rows])
    result.limit[rows] = limit
    result.deadline[rows], result.provisional[rows] = allowance.deadlines(limit, calendar, begin)


def _classes(result: Resolutions, current: Moment, rows: Numbers | slice) -> tuple[NDArray[np.int32], Flags]:
    """Return each row's class (-1: none asked, or not found) and whether its words found none."""
    words = result.queries.class_words(rows)
    present, number = distinct(words, result.queries.class_words_size)
    classes, wrong = np.full(len(present), -1, np.int32), np.zeros(len(present), bool)
    for k, key in enumerate(present.tolist()):
        scheme, kind, code = result.queries.class_words_of(key)
        if code is None:
            continue
        found = result.atlas.classes.find(scheme, kind, code, current.rules.classes_in_force)
        if isinstance(found, Fault):
            result.class_faults[key] = found
            wrong[k] = True
        else:
            classes[k] = found
    return classes[number], wrong[number]


def _heed_chosen_clauses(
    atlas: Atlas, current: Moment, clause_id: Numbers, class_: Indexes, clause: Indexes
) -> Flags:
    """Let a person's choice of sub-condition stand; returns the rows whose choice the class does not have."""
    strange = np.zeros(len(clause), bool)
    for row in np.flatnonzero(clause_id >= 0).tolist():
        index = atlas.clauses.by_id.get(int(clause_id[row]), -1)
        if index in current.rules.clauses_of.get(int(class_[row]), ()):
            clause[row] = index
        else:
            strange[row] = True
    return strange
