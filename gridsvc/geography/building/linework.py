"""Lines as a network: joined at their ends, pruned of spurs, crossings contracted. Plain arrays, metres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from gridsvc.geography.rings import Floats, Geometries, Integers

_MOST_ROUNDS = 12


def simple_lines(lines: Geometries, tolerance: float) -> Geometries:
    """Return lines joined where two and only two meet, simplified between their ends by `tolerance`."""
    merged = shapely.get_parts(shapely.line_merge(shapely.multilinestrings(flat(lines))))
    merged = shapely.simplify(merged, tolerance) if tolerance > 0 else merged
    return in_order(merged[shapely.length(merged) > 0])


def flat(lines: Geometries) -> Geometries:
    """Return the line strings of lines of any kind; what is no line is left out."""
    parts = shapely.get_parts(shapely.get_parts(np.asarray(lines, dtype=object)))
    kind = shapely.get_type_id(parts)
    parts = parts[np.isin(kind, (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING))]
    return np.asarray(parts[~shapely.is_empty(parts)], dtype=object)


def in_order(lines: Geometries) -> Geometries:
    """Return lines in an order (and each in a direction) that does not depend on how they were found."""
    lines = shapely.normalize(lines)
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    return np.asarray(lines[np.lexsort((shapely.length(lines), *last.T, *first.T))], dtype=object)


def nodes(lines: Geometries) -> tuple[Floats, Integers, Integers]:
    """Return (places, ends, degree): the distinct ends, for each line its two, and how many end at each."""
    ends = np.stack([shapely.get_coordinates(shapely.get_point(lines, k)) for k in (0, -1)], axis=1)
    places, which = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    which = which.reshape(-1, 2)
    return places, which, np.bincount(which.ravel(), minlength=len(places))


def noded(lines: Geometries, grid: float) -> Geometries:
    """Return lines cut at all their crossings, none twice; nodes lie on multiples of `grid`."""
    lines = flat(lines)
    if not len(lines):
        return lines
    return in_order(shapely.get_parts(shapely.node(shapely.union_all(lines, grid_size=grid))))


def prune(lines: Geometries, shorter_than: float) -> Geometries:
    """Return lines without spurs: lines with a loose end that are shorter, again until none is left."""
    for _ in range(_MOST_ROUNDS):
        if not len(lines):
            break
        _, ends, degree = nodes(lines)
        loose = (degree[ends] == 1).any(axis=1)
        spur = loose & (shapely.length(lines) < shorter_than)
        if not spur.any():
            break
        lines = simple_lines(lines[~spur], 0.0)
    return lines


def contract(lines: Geometries, shorter_than: float) -> Geometries:
    """Return lines whose crossings nearer than this (along a line) are one crossing, in their middle."""
    if not len(lines):
        return lines
    places, ends, degree = nodes(lines)
    short = (shapely.length(lines) < shorter_than) & (degree[ends] >= 3).all(axis=1)
    label = clusters(len(places), ends[short])
    count = np.bincount(label, minlength=len(places))
    with np.errstate(invalid="ignore"):
        middle = np.stack(
            [np.bincount(label, places[:, k], minlength=len(places)) / count for k in (0, 1)], axis=1
        )
    moved = np.where((count[label] > 1)[:, None], middle[label], places)
    kept = ~(short | ((label[ends[:, 0]] == label[ends[:, 1]]) & (shapely.length(lines) < 2 * shorter_than)))
    return simple_lines(with_ends(lines[kept], moved[ends[kept]]), 0.0)


def with_ends(lines: Geometries, ends: Floats) -> Geometries:
    """Return lines with other first and last coordinates, `ends` of shape (n, 2, 2)."""
    xy, of = shapely.get_coordinates(lines, return_index=True)
    first = np.unique(of, return_index=True)[1]
    last = np.append(first[1:], len(of)) - 1
    xy[first], xy[last] = ends[:, 0], ends[:, 1]
    return np.asarray(shapely.linestrings(xy, indices=of), dtype=object)


def clusters(count: int, pairs: Integers) -> npt.NDArray[np.int64]:
    """Return for each of `count` things the least one that pairs connect it with."""
    label = np.arange(count)
    while len(pairs):
        least = np.minimum(label[pairs[:, 0]], label[pairs[:, 1]])
        before = label.copy()
        np.minimum.at(label, pairs[:, 0], least)
        np.minimum.at(label, pairs[:, 1], least)
        label = label[label]
        if np.array_equal(before, label):
            break
    return label
