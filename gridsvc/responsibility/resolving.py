"""The resolver: one code path for one report, a file of a million, and the replay of last year."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Fault
from gridsvc.geography import DATUMS, to_wgs84
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.candidates import Verdict
from gridsvc.responsibility.grid import UPPER_LEVELS, Places
from gridsvc.responsibility.grounds import OnRoads
from gridsvc.responsibility.problems import (
    BAD_DATUM,
    BAD_NUMBER,
    BAD_TIME,
    CLASS,
    CLAUSE,
    NO_PLACE,
    fault_of,
)
from gridsvc.responsibility.queries import Queries
from gridsvc.responsibility.weighing import weigh

Rows = NDArray[np.int64]
Indexes = NDArray[np.int32]
Floats = NDArray[np.float64]

_MOST_DENSE = 5_000_000
_FEW = 64
_CHUNK = 65_536  # rows whose columns stay in the cache from step to step


@dataclass(frozen=True, slots=True)
class Resolutions:
    """n answers as columns, shape (n,) each; indexes count in the atlas's books, -1 is none.

    `verdict` numbers the atlas's book of verdicts, `problem` PROBLEMS; a row
    with a problem has no other answer. `deadline` is microseconds UTC.
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
    verdict: Indexes
    deadline: Rows
    provisional: NDArray[np.bool_]
    class_faults: dict[int, Fault] = field(default_factory=dict)
    cells: dict[int, list[tuple[int, float]]] = field(default_factory=dict)
    """Of rows with an accuracy: the 50 likeliest cells that they may lie in, with shares, largest first."""
    weighed: dict[int, Verdict] = field(default_factory=dict)
    """Of rows with an accuracy: the verdict over those cells, in place of `verdict`."""
    on_roads: OnRoads | None = None
    """What boundary roads do to the rows; None where the atlas has none."""

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
            verdict=empty(n, np.int32),
            deadline=empty(n, np.int64),
            provisional=empty(n, bool),
            on_roads=OnRoads.blank(n) if any(each.grounds for each in atlas.moments) else None,
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

    def problem_of(self, row: int) -> Fault | None:
        """Return why a row could not be resolved, or None."""
        problem = int(self.problem[row])
        return fault_of(self.queries, row, problem, self.class_faults) if problem else None


def resolve(atlas: Atlas, queries: Queries) -> Resolutions:
    """Resolve reports: place, cell, class, clause, candidates, decision, deadline.

    Rows whose instants fall under different editions are answered by the editions of their own instant.
    Writes nothing; the same queries on the same atlas give the same answers.
    """
    n = len(queries)
    lon, lat, problem = _degrees(queries)
    first, beyond = atlas.calendar.span
    problem[(problem == 0) & ((queries.at < first) | (queries.at >= beyond))] = BAD_TIME
    moment = atlas.moment_at(queries.at).astype(np.int32)
    result = Resolutions.blank(atlas, queries, problem, lon, lat, moment)
    for index, current in enumerate(atlas.moments):
        of_moment = None if len(atlas.moments) == 1 else np.flatnonzero(moment == index)
        count = n if of_moment is None else len(of_moment)
        for start in range(0, count, _CHUNK):
            part = slice(start, min(start + _CHUNK, count))
            _resolve_moment(result, current, part if of_moment is None else of_moment[part])
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


def _resolve_moment(result: Resolutions, current: Moment, rows: Rows | slice) -> None:
    """Fill in the rows that fall under one moment's editions."""
    atlas, queries = result.atlas, result.queries
    fine = result.problem[rows] == 0
    lon, lat = result.lon[rows], result.lat[rows]
    if not fine.all():
        lon, lat = np.where(fine, lon, np.nan), np.where(fine, lat, np.nan)
    places = current.grid.place(lon, lat)
    class_, unknown = _classes(result, current, rows)
    clause = np.where(fine, current.rules.first_clause[class_], np.int32(-1))
    strange = _heed_chosen_clauses(atlas, current, queries.clause_id[rows], class_, clause)
    limit = atlas.allowance.book.limit_of(clause, np.full(len(clause), -1, np.int8))
    begins, _ = atlas.allowance.season_start(clause, queries.at[rows])
    ends, provisional = atlas.allowance.deadlines(limit, 0, begins)

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
    result.deadline[rows], result.provisional[rows] = ends, provisional
    verdict = _verdicts(atlas, current, places, clause)
    _heed_boundary_roads(result, current, rows, places, clause, verdict)
    result.verdict[rows] = np.where(fine & (class_ >= 0), verdict, np.int32(-1))
    if not np.isnan(queries.accuracy_m).all():
        for row in np.arange(len(result))[rows][fine & (queries.accuracy_m[rows] > 0)].tolist():
            place = float(result.lon[row]), float(result.lat[row])
            given = result.verdict_of(row)
            found = weigh(atlas, current, queries, row, place, int(result.clause[row]), given)
            result.cells[row] = found.cells
            if found.verdict is not None:
                result.weighed[row] = found.verdict


def _classes(
    result: Resolutions, current: Moment, rows: Rows | slice
) -> tuple[NDArray[np.int32], NDArray[np.bool_]]:
    """Return each row's class (-1: none asked, or not found) and whether its words found none."""
    words = result.queries.class_words(rows)
    present, number = _distinct(words, result.queries.class_words_size)
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
    atlas: Atlas, current: Moment, clause_id: Rows, class_: Indexes, clause: Indexes
) -> NDArray[np.bool_]:
    """Let a person's choice of sub-condition stand; returns the rows whose choice the class does not have."""
    strange = np.zeros(len(clause), bool)
    for row in np.flatnonzero(clause_id >= 0).tolist():
        index = atlas.clauses.by_id.get(int(clause_id[row]), -1)
        if index in current.rules.clauses_of.get(int(class_[row]), ()):
            clause[row] = index
        else:
            strange[row] = True
    return strange


def _verdicts(atlas: Atlas, current: Moment, places: Places, clause: Indexes) -> Indexes:
    """Return each row's number in the atlas's book of verdicts."""
    book = atlas.verdicts
    rows = current.verdict_rows
    if places.territories is not current.grid.territories:
        rows = book.rows_of([current.territories[key] for key in places.territories])
    return book.table[rows[places.territory], atlas.clauses.wording[clause]]


def _heed_boundary_roads(
    result: Resolutions,
    current: Moment,
    rows: Rows | slice,
    places: Places,
    clause: Indexes,
    verdict: Indexes,
) -> None:
    """Give places on boundary roads the verdict of who keeps the road there; the cell stays what it is."""
    if current.grounds is None or result.on_roads is None:
        return
    lon, lat = result.lon[rows], result.lat[rows]
    within = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat) & (result.problem[rows] == 0))
    heading, number = result.queries.heading_deg[rows][within], result.queries.house_number[rows][within]
    found = current.grounds.find(lon[within], lat[within], heading, number)
    on_road = np.flatnonzero(found.section >= 0)
    if not len(on_road):
        return
    here = within[on_road]
    for name in ("section", "side", "mm", "outcome"):
        column = getattr(result.on_roads, name)
        part = column[rows]
        part[here] = getattr(found, name)[on_road]
        column[rows] = part
    combinations, which = current.grounds.combined(
        found.section[on_road], found.outcome[on_road], places.territory[here], len(places.territories)
    )
    book = result.atlas.verdicts
    grounds = [
        current.grounds.ground(section, outcome, places.territories[territory])
        for section, outcome, territory in combinations
    ]
    book_rows = book.rows_of(grounds)
    verdict[here] = book.table[book_rows[which], result.atlas.clauses.wording[clause[here]]]


def _distinct(numbers: Rows, size: int) -> tuple[Rows, Rows]:
    """Return the distinct values of numbers in [0, size), and which of them each row has."""
    if len(numbers) <= _FEW:
        given = numbers.tolist()
        order = {value: k for k, value in enumerate(dict.fromkeys(given))}
        return np.array(list(order), np.int64), np.array([order[value] for value in given], np.int64)
    if size > _MOST_DENSE:
        present, number = np.unique(numbers, return_inverse=True)
        return present, number
    seen = np.zeros(size, bool)
    seen[numbers] = True
    return np.flatnonzero(seen), (np.cumsum(seen) - 1)[numbers]
