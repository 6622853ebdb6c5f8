"""The work on some rows, column by column: from place and class to verdict and deadline."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from gridsvc.responsibility.asked_classes import NONE_FOUND, AskedClasses
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.gathering.components import Spread, match_components
from gridsvc.responsibility.gathering.sources import Rows
from gridsvc.responsibility.grid import UPPER_LEVELS, Places
from gridsvc.responsibility.problems import CLASS, CLAUSE
from gridsvc.responsibility.queries import is_given
from gridsvc.responsibility.resolutions import Resolutions
from gridsvc.responsibility.varying import varying
from gridsvc.responsibility.weighing import weigh

Numbers = NDArray[np.int64]
Indexes = NDArray[np.int32]


def resolve_rows(
    result: Resolutions,
    current: Moment,
    classes: AskedClasses,
    rows: Numbers | slice,
    numbers: Numbers,
    given: Mapping[str, Numbers],
) -> None:
    """Fill in the rows that fall under one moment's editions.

    `rows` and `numbers` name the same rows: a run of them is quicker to write as a slice. `given`: the
    numbers of the facts that all rows give.
    """
    atlas, queries = result.atlas, result.queries
    problem = result.problem[rows]
    lon, lat = result.lon[rows], result.lat[rows]
    refused = problem.nonzero()[0]
    if len(refused):
        lon, lat = lon.copy(), lat.copy()
        lon[refused] = lat[refused] = np.nan
    places = current.grid.place(lon, lat)
    class_ = classes.of(rows)
    unknown = (class_ == NONE_FOUND).nonzero()[0]
    class_[unknown] = -1
    clause = current.rules.first_clause.take(class_)
    clause[refused] = -1
    strange = _heed_chosen_clauses(atlas, current, queries.clause_id[rows], class_, clause)
    if len(unknown) or len(strange):
        problem = problem.copy()
        for which, means in ((unknown, CLASS), (strange, CLAUSE)):
            problem[which[problem[which] == 0]] = means
        result.problem[rows] = problem
        refused = problem.nonzero()[0]
    result.cell[rows] = places.cell
    for level in UPPER_LEVELS:
        result.areas[level][rows] = places.areas[level]
    result.on_boundary[rows] = places.on_boundary
    result.on_outer_boundary[rows] = places.on_outer_boundary
    result.snapped_mm[rows] = places.snapped_mm
    result.class_[rows] = class_
    result.clause[rows] = clause

    ground, outcome = _grounds(result, current, rows, numbers, places, problem)
    component, spread = _components(result, current, rows, numbers, places, class_, refused)
    known = Rows(
        current.grid.holds(places) | (outcome >= 0),
        places.x,
        places.y,
        queries.at[rows],
        places.unsnapped(),
        {"cell": places.cell, **places.areas},
        outcome,
        component,
        {name: codes[rows] for name, codes in given.items()},
    )
    wording = atlas.clauses.wording.take(clause)
    wording[refused] = -1
    gathered = current.gathering.cases(wording, known)
    case = gathered.case
    verdict = atlas.verdicts.look_up(case, ground)
    verdict[class_ < 0] = -1
    verdict[refused] = -1
    result.case[rows] = case
    result.verdict[rows] = verdict
    weighed: list[int] = []
    parts = (
        {}
        if spread is None
        else _blend_parts(result, current, numbers, wording, gathered.before, ground, spread, weighed)
    )
    if is_given(queries.accuracy_m):
        accuracy = queries.accuracy_m[rows]
        has = accuracy > 0
        has[refused] = False
        uncertain = np.flatnonzero(has)
        # A place that is too uncertain decides nothing, wherever it lies.
        near = uncertain[accuracy[uncertain] <= atlas.policy.most_m]
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
                weighed.append(k)
    _limits(result, rows, numbers, clause, case, verdict, weighed)


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
    result: Resolutions,
    current: Moment,
    rows: Numbers | slice,
    numbers: Numbers,
    places: Places,
    problem: NDArray[np.int8],
) -> tuple[Numbers, NDArray[np.int8]]:
    """Return each row's ground in the book of verdicts, and what boundary roads do to it (-1: nothing).

    Places on boundary roads get the ground of who keeps the road there; the cell stays what it is.
    """
    book, on = result.atlas.verdicts, result.on_roads
    of_territory = current.ground_numbers
    if places.territories is not current.grid.territories:
        of_territory = book.grounds_of([current.territories[key] for key in places.territories])
    ground = of_territory.take(places.territory)
    outcome = np.full(len(ground), -1, np.int8)
    if on is None:
        return ground, outcome
    on.clear(rows)
    if current.grounds is None:
        return ground, outcome
    near = np.flatnonzero(current.grounds.corridors.may_hit(places.x, places.y))
    near = near[problem[near] == 0]
    if not len(near):
        return ground, outcome
    queries, row = result.queries, numbers[near]
    found = current.grounds.find(
        places.x[near], places.y[near], queries.heading_deg[row], queries.house_number[row]
    )
    on_road = np.flatnonzero(found.section >= 0)
    if not len(on_road):
        return ground, outcome
    here, row = near[on_road], row[on_road]
    for name in ("section", "side", "mm", "outcome"):
        getattr(on, name)[row] = getattr(found, name)[on_road]
    outcome[here] = found.outcome[on_road]
    combinations, which = current.grounds.combined(
        found.section[on_road], found.outcome[on_road], places.territory[here], len(places.territories)
    )
    roads = current.grounds.numbers(combinations, places.territories, book)
    ground[here] = roads[which]
    return ground, outcome


def _components(
    result: Resolutions,
    current: Moment,
    rows: Numbers | slice,
    numbers: Numbers,
    places: Places,
    class_: Indexes,
    refused: Numbers,
) -> tuple[Numbers, Spread | None]:
    """Match the rows of classes of components; see `match_components`."""
    none = np.zeros(len(numbers), np.int64)
    if result.components is None:
        return none, None
    result.components.clear(rows)
    if current.matcher is None:
        return none, None
    asked = result.atlas.is_component.take(class_)
    asked[refused] = False
    about = np.flatnonzero(asked)
    if not len(about):
        return none, None
    return match_components(
        result.components, current.matcher, result.queries, numbers, places.x, places.y, class_, about
    )


def _blend_parts(
    result: Resolutions,
    current: Moment,
    numbers: Numbers,
    wording: Indexes,
    before: Indexes,
    ground: Numbers,
    spread: Spread,
    weighed: list[int],
) -> dict[int, list[tuple[float, int]]]:
    """Blend the verdicts of rows of which several components may be meant, and note which in `weighed`.

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
    blended = np.logical_or.reduceat(differ, begins) & (wording[of[begins]] >= 0)
    for begin, end in zip(begins[blended].tolist(), ends[blended].tolist(), strict=True):
        votes: dict[int, float] = {}
        for share, vote in zip(spread.share[begin:end].tolist(), verdict[begin:end].tolist(), strict=True):
            votes[vote] = votes.get(vote, 0.0) + share
        result.weighed[int(numbers[of[begin]])] = book.blended(tuple(votes.items()))
        weighed.append(int(of[begin]))
    accurate = result.queries.accuracy_m[numbers[of[begins]]] > 0
    return {
        int(numbers[of[begin]]): list(
            zip(spread.share[begin:end].tolist(), case[begin:end].tolist(), strict=True)
        )
        for begin, end in zip(begins[accurate].tolist(), ends[accurate].tolist(), strict=True)
    }


def _limits(
    result: Resolutions,
    rows: Numbers | slice,
    numbers: Numbers,
    clause: Indexes,
    case: Indexes,
    verdict: Indexes,
    weighed: Sequence[int],
) -> None:
    """Fill in which limit counts, by the grade that is known, and when it ends for the leading unit.

    `weighed`: the rows (of the chunk) whose verdict is weighed.
    """
    atlas, queries = result.atlas, result.queries
    book, allowance = atlas.verdicts, atlas.allowance
    limit = allowance.book.limit_of(clause, book.grades(case))
    calendar: Indexes | int = 0
    if len(allowance.calendars) > 1:
        calendar = book.calendars(verdict)
        for k in weighed:
            calendar[k] = atlas.unit_calendars.number_of(result.weighed[int(numbers[k])].unit)
    begin, _ = allowance.season_start(clause, queries.at[rows])
    result.limit[rows] = limit
    result.deadline[rows], result.provisional[rows] = allowance.deadlines(limit, calendar, begin)


def _heed_chosen_clauses(
    atlas: Atlas, current: Moment, clause_id: Numbers, class_: Indexes, clause: Indexes
) -> Numbers:
    """Let a person's choice of sub-condition stand; returns the rows whose choice the class does not have."""
    strange = []
    for row in np.flatnonzero(clause_id >= 0).tolist() if is_given(clause_id) else ():
        index = atlas.clauses.by_id.get(int(clause_id[row]), -1)
        if index in current.rules.clauses_of.get(int(class_[row]), ()):
            clause[row] = index
        else:
            strange.append(row)
    return np.array(strange, np.int64)
