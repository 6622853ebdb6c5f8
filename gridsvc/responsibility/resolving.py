"""The resolver: one code path for one report, a file of a million, and the replay of last year."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from gridsvc.geography import DATUMS, to_wgs84
from gridsvc.responsibility.asked_classes import AskedClasses
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.problems import BAD_DATUM, BAD_FACT, BAD_NUMBER, BAD_TIME, NO_PLACE
from gridsvc.responsibility.queries import Queries, is_given
from gridsvc.responsibility.resolutions import Resolutions
from gridsvc.responsibility.rows import resolve_rows

Numbers = NDArray[np.int64]

_CHUNK = 131_072  # rows; smaller columns stay in nearer caches, but each part costs some milliseconds
_PARALLEL = 2 * _CHUNK  # from this many rows on, parts are resolved at the same time
_THREADS = min(len(os.sched_getaffinity(0)), 4)


def resolve(atlas: Atlas, queries: Queries) -> Resolutions:
    """Resolve reports: place, cell, component, class, clause, facts, candidates, decision, deadline.

    Rows whose instants fall under different editions are answered by the editions of their own instant.
    Writes nothing; the same queries on the same atlas give the same answers.
    """
    n = len(queries)
    lon, lat, problem = _degrees(queries)
    first, beyond = atlas.calendar.span
    if n and (queries.at.min() < first or queries.at.max() >= beyond):
        problem[(problem == 0) & ((queries.at < first) | (queries.at >= beyond))] = BAD_TIME
    given = {name: atlas.given.codes(name, words) for name, words in queries.facts.items()}
    for codes in given.values():
        problem[(problem == 0) & (codes < 0)] = BAD_FACT
    one = len(atlas.moments) == 1
    moment = np.zeros(n, np.int32) if one else atlas.moment_at(queries.at).astype(np.int32)
    result = Resolutions.blank(atlas, queries, problem, lon, lat, moment)
    parts: list[tuple[Moment, AskedClasses, Numbers | slice, Numbers]] = []
    asked = []
    for index, current in enumerate(atlas.moments):
        of_moment = None if one else np.flatnonzero(moment == index)
        count = n if of_moment is None else len(of_moment)
        if not count:
            continue
        classes = AskedClasses(queries, atlas.classes, current.rules.classes_in_force)
        asked.append(classes)
        chunk = _chunk(count, n)
        for start in range(0, count, chunk):
            part = slice(start, min(start + chunk, count))
            numbers = np.arange(part.start, part.stop) if of_moment is None else of_moment[part]
            parts.append((current, classes, part if of_moment is None else numbers, numbers))

    def work(part: tuple[Moment, AskedClasses, Numbers | slice, Numbers]) -> None:
        resolve_rows(result, *part, given)

    if n < _PARALLEL or _THREADS < 2:
        for each in parts:
            work(each)
    else:
        # Arrays are worked on outside the interpreter's lock, and no two parts write the same rows.
        with ThreadPoolExecutor(_THREADS) as pool:
            for _ in pool.map(work, parts):
                pass
    for classes in asked:
        result.class_faults.update(classes.faults)
    return result


def _chunk(count: int, n: int) -> int:
    """Return how many of `count` rows to resolve together: all threads have as much to do."""
    parts = -(-count // _CHUNK)
    if n >= _PARALLEL and _THREADS > 1:
        parts = -(-parts // _THREADS) * _THREADS
    return -(-count // parts)


def _degrees(
    queries: Queries,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """Return WGS 84 degrees and the problem of each place."""
    lon, lat = queries.lon, queries.lat
    problem = np.zeros(len(lon), np.int8)
    # NaN compares false, so one comparison finds blanks, infinities and numbers that are no degrees.
    good = (np.abs(lon) <= 180) & (np.abs(lat) <= 90)
    if not good.all():
        bad = ~good
        problem[bad] = BAD_NUMBER
        problem[np.isnan(lon) & np.isnan(lat)] = NO_PLACE
        lon, lat = np.where(bad, np.nan, lon), np.where(bad, np.nan, lat)
    if is_given(queries.unreadable):
        problem[queries.unreadable] = BAD_NUMBER
    if is_given(queries.accuracy_m):
        problem[(queries.accuracy_m <= 0) | np.isinf(queries.accuracy_m)] = BAD_NUMBER
    if is_given(queries.heading_deg):  # NaN compares false: no heading is no problem
        problem[(queries.heading_deg < 0) | (queries.heading_deg > 360)] = BAD_NUMBER
    if is_given(queries.house_number):
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
