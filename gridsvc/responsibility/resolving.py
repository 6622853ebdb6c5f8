"""The resolver: one code path for one report, a file of a million, and the replay of last year."""

from __future__ import annotations

import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault
from gridsvc.geography import DATUMS, to_wgs84
from gridsvc.handling import Limit
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.blending import blend_components
from gridsvc.responsibility.candidates import Verdict
from gridsvc.responsibility.distinct import distinct
from gridsvc.responsibility.gathering.components import OnComponents, Spread, match_components
from gridsvc.responsibility.gathering.sources import Rows
from gridsvc.responsibility.grid import OUTSIDE, UPPER_LEVELS, Places
from gridsvc.responsibility.grounds import OnRoads
from gridsvc.responsibility.problems import (
    BAD_DATUM,
    BAD_FACT,
    BAD_NUMBER,
    BAD_TIME,
    CLASS,
    CLAUSE,
    NO_PLACE,
    fault_of,
)
from gridsvc.responsibility.queries import Queries
from gridsvc.responsibility.situations import Situation
from gridsvc.responsibility.weighing import weigh

Numbers = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_CHUNK = 65_536  # rows whose columns stay in the cache from step to step
_PARALLEL = 4 * _CHUNK  # from this many rows on, parts are resolved at the same time
_THREADS = min(len(os.sched_getaffinity(0)), 4)


@dataclass(frozen=True, slots=True)
class Resolutions:
    """n answers as columns, shape (n,) each; indexes count in the atlas's books, -1 is none.

    `verdict` and `case` number the atlas's book of verdicts, `problem` PROBLEMS; a row
    with a problem has no other answer. `limit` numbers the limits of the atlas's allowance: that which
    counted. `deadline` is microseconds UTC.
    `lon`, `lat` are WGS 84. `moment` says which of the atlas's moments answered: `cell` and `areas` are
    indexes in that moment's layers.
    """

    atlas: Atlas
    queries: Queries
    problem: NDArray[np.int8]
    lon: Floats
    lat: Floats
    moment: Indexes
    cell: Indexes
    areas: dict[str, Indexes]
    on_boundary: NDArray[np.bool_]
    on_outer_boundary: NDArray[np.bool_]
    snapped_mm: Floats
    class_: Indexes
    clause: Indexes
    case: Indexes
    verdict: Indexes
    limit: Indexes
    deadline: Numbers
    provisional: NDArray[np.bool_]
    class_faults: dict[int, Fault] = field(default_factory=dict)
    cells: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    """Of rows with an accuracy: the 50 likeliest cells that they may lie in, with shares, largest first."""
    weighed: dict[int, Verdict] = field(default_factory=dict)
    """Of rows with an accuracy: the verdict over those cells, in place of `verdict`."""
    blended: dict[tuple[tuple[int, float], ...], Verdict] = field(default_factory=dict)
    """Verdicts by the numbers of those that they are blended of, and their shares."""
    on_roads: OnRoads | None = None
    """What boundary roads do to the rows; None where the atlas has none."""
    components: OnComponents | None = None
    """Which components the rows are about; None where the atlas has no inventory."""

    @classmethod
    def blank(
        cls,
        atlas: Atlas,
        queries: Queries,
        problem: NDArray[np.int8],
        lon: Floats,
        lat: Floats,
        moment: Indexes,
    ) -> Resolutions:
        """Return columns to be filled in."""
        n = len(queries)
        empty = np.empty
        return cls(
            atlas=atlas,
            queries=queries,
            problem=problem,
            lon=lon,
            lat=lat,
            moment=moment,
            cell=empty(n, np.int32),
            areas={level: empty(n, np.int32) for level in UPPER_LEVELS},
            on_boundary=empty(n, bool),
            on_outer_boundary=empty(n, bool),
            snapped_mm=empty(n),
            class_=empty(n, np.int32),
            clause=empty(n, np.int32),
            case=empty(n, np.int32),
            verdict=empty(n, np.int32),
            limit=empty(n, np.int32),
            deadline=empty(n, np.int64),
            provisional=empty(n, bool),
            on_roads=OnRoads.blank(n) if any(each.grounds for each in atlas.moments) else None,
            components=OnComponents.blank(atlas.inventory, n) if len(atlas.inventory) else None,
        )

    def __len__(self) -> int:
        return len(self.lon)

    def outside(self) -> NDArray[np.bool_]:
        """Return which places lie in no area at all, shape (n,)."""
        nowhere = self.cell < 0
        for level in UPPER_LEVELS:
            nowhere = nowhere & (self.areas[level] < 0)
        return nowhere

    def wants_house_number(self) -> NDArray[np.bool_]:
        """Return which places lie where a house number would tell who keeps a boundary road, shape (n,)."""
        wanted = np.zeros(len(self), bool)
        if self.on_roads is None:
            return wanted
        for index, moment in enumerate(self.atlas.moments):
            if moment.grounds is not None:
                rows = np.flatnonzero((self.moment == index) & (self.on_roads.section >= 0))
                wanted[rows] = moment.grounds.by_number(self.on_roads.section[rows])
        return wanted & (self.queries.house_number < 0)

    def answer(self, row: int, language: str = "zh") -> dict[str, Any]:
        """Return a row's answer as the JSON of `POST /api/v1/resolve`; the row must have no problem."""
        from gridsvc.responsibility.answers import answer_of

        return answer_of(self, row, language)

    def verdict_of(self, row: int) -> Verdict | None:
        """Return who is responsible; None when no class was asked."""
        number = int(self.verdict[row])
        return self.weighed.get(row) or (self.atlas.verdicts.verdicts[number] if number >= 0 else None)

    def situation_of(self, row: int) -> Situation:
        """Return the facts and parties that the clause of a row, or a rule that covers it, asks for."""
        return self.atlas.verdicts.situation(int(self.case[row]))

    def limit_of(self, row: int) -> Limit | None:
        """Return the limit that counted; None without a clause, or where it gives none that can be read."""
        number = int(self.limit[row])
        return self.atlas.allowance.book.limits[number] if number >= 0 else None

    def problem_of(self, row: int) -> Fault | None:
        """Return why a row could not be resolved, or None."""
        problem = int(self.problem[row])
        return fault_of(self.queries, row, problem, self.class_faults) if problem else None


def resolve(atlas: Atlas, queries: Queries) -> Resolutions:
    """Resolve reports: place, cell, component, class, clause, facts, candidates, decision, deadline.

    Rows whose instants fall under different editions are answered by the editions of their own instant.
    Writes nothing; the same queries on the same atlas give the same answers.
    """
    n = len(queries)
    lon, lat, problem = _degrees(queries)
    first, beyond = atlas.calendar.span
    problem[(problem == 0) & ((queries.at < first) | (queries.at >= beyond))] = BAD_TIME
    given = {name: atlas.given.codes(name, words) for name, words in queries.facts.items()}
    for codes in given.values():
        problem[(problem == 0) & (codes < 0)] = BAD_FACT
    moment = atlas.moment_at(queries.at).astype(np.int32)
    result = Resolutions.blank(atlas, queries, problem, lon, lat, moment)
    parts: list[tuple[Moment, Numbers | slice, Numbers]] = []
    for index, current in enumerate(atlas.moments):
        of_moment = None if len(atlas.moments) == 1 else np.flatnonzero(moment == index)
        count = n if of_moment is None else len(of_moment)
        for start in range(0, count, _CHUNK):
            part = slice(start, min(start + _CHUNK, count))
            numbers = np.arange(part.start, part.stop) if of_moment is None else of_moment[part]
            parts.append((current, part if of_moment is None else numbers, numbers))

    def work(part: tuple[Moment, Numbers | slice, Numbers]) -> None:
        _resolve_moment(result, *part, given)

    if n < _PARALLEL or _THREADS < 2:
        for each in parts:
            work(each)
    else:
        # Arrays are worked on outside the interpreter's lock, and no two parts write the same rows.
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(work, parts):
                pass
    return result


def _degrees(
    queries: Queries,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """Return WGS 84 degrees and the problem of each place."""
    lon, lat = queries.lon, queries.lat
    problem = np.zeros(len(lon), np.int8)
    empty = np.isnan(lon) & np.isnan(lat)
    # NaN compares false, so one comparison finds blanks, infinities and numbers that are no degrees.
    bad = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if bad.any():
        problem[bad] = BAD_NUMBER
        problem[empty] = NO_PLACE
        lon, lat = np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)
    problem[queries.unreadable | (queries.accuracy_m <= 0) | np.isinf(queries.accuracy_m)] = BAD_NUMBER
    # NaN compares false: no heading is no problem.
    problem[(queries.heading_deg < 0) | (queries.heading_deg > 360)] = BAD_NUMBER
    problem[(queries.house_number == 0) | (queries.house_number < -1)] = BAD_NUMBER
    for code, datum in enumerate(queries.datum.values):
        if datum in ("wgs84", "cgcs2000", None):
            continue
        rows = queries.datum.codes == code
        if datum not in DATUMS:
            problem[rows & (problem == 0)] = BAD_DATUM
            continue
        rows &= problem == 0
        if lon is queries.lon:
            lon, lat = lon.copy(), lat.copy()
        lon[rows], lat[rows] = to_wgs84(datum, lon[rows], lat[rows])
    return lon, lat, problem


def _resolve_moment(
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
        else _in_parts(result, current, numbers, wording, gathered.before, ground, spread)
    )
    if not np.isnan(queries.accuracy_m).all():
        for k in np.flatnonzero(fine & (queries.accuracy_m[rows] > 0)).tolist():
            row = int(numbers[k])
            place = float(result.lon[row]), float(result.lat[row])
            cases = parts.get(row, [(1.0, int(case[k]))])
            found = weigh(atlas, current, queries, row, place, cases, result.verdict_of(row))
            result.cells[row] = found.cells
            if found.verdict is not None:
                result.weighed[row] = found.verdict
    _limits(result, rows, numbers, clause, case)


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
    within = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (result.problem[rows] == 0))
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
    roads = [
        current.grounds.ground(section, keeps, places.territories[territory])
        for section, keeps, territory in combinations
    ]
    ground[here] = book.grounds_of(roads)[which]
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


def _in_parts(
    result: Resolutions,
    current: Moment,
    numbers: Numbers,
    wording: Indexes,
    before: Indexes,
    ground: Numbers,
    spread: Spread,
) -> dict[int, list[tuple[float, int]]]:
    """Blend the verdicts of rows of which several components may be meant; returns their shares and cases."""
    book = result.atlas.verdicts
    of = spread.row
    case = current.gathering.with_components(before[of], spread.component)
    verdict = book.look_up(case, ground[of])
    parts: dict[int, list[tuple[float, int]]] = {}
    firsts = np.flatnonzero(np.append(True, of[1:] != of[:-1]))
    for begin, end in pairwise([*firsts.tolist(), len(of)]):
        k = int(of[begin])
        row = int(numbers[k])
        if wording[k] < 0:
            continue
        shares = spread.share[begin:end].tolist()
        parts[row] = list(zip(shares, case[begin:end].tolist(), strict=True))
        votes: dict[int, float] = {}
        for share, vote in zip(shares, verdict[begin:end].tolist(), strict=True):
            votes[vote] = votes.get(vote, 0.0) + share
        if len(votes) > 1:
            result.weighed[row] = _blended(result, tuple(votes.items()))
    return parts


def _blended(result: Resolutions, votes: tuple[tuple[int, float], ...]) -> Verdict:
    """Return the verdict of numbered verdicts with their shares; rows with the same ones share it."""
    known = result.blended.get(votes)
    if known is None:
        verdicts = result.atlas.verdicts.verdicts
        known = blend_components([(share, verdicts[vote]) for vote, share in votes])
        result.blended[votes] = known
    return known


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
