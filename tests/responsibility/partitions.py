"""Cells for the locator: partitions of every nasty kind, and pictures of them in letters."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import shapely
from hypothesis import strategies as st
from numpy.typing import NDArray

Geometries = NDArray[np.object_]


@st.composite
def meshes(draw: st.DrawFn, most: int = 14) -> Geometries:
    """Quadrangles on a jittered lattice with shared vertices, merged at random, some left out.

    Merging makes concave cells, cells with holes and cells in several parts, also such as touch in a point;
    a lattice step of a few millimetres makes slivers.
    """
    nx, ny = draw(st.integers(1, most)), draw(st.integers(1, most))
    steps = st.one_of(
        st.integers(1, 6), st.integers(1_000, 60_000), st.integers(1, 4).map(lambda k: k * 4096)
    )
    xs = _lattice(draw(st.lists(steps, min_size=nx + 1, max_size=nx + 1)))
    ys = _lattice(draw(st.lists(steps, min_size=ny + 1, max_size=ny + 1)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    jitter = draw(st.sampled_from([0.0, 0.2, 1.0]))
    x = np.array([[xs[i] + _within(random, xs, i, jitter) for i in range(nx + 1)] for _ in range(ny + 1)])
    y = np.array([[ys[j] + _within(random, ys, j, jitter) for _ in range(nx + 1)] for j in range(ny + 1)])
    quads = np.array(
        [
            shapely.Polygon([(x[a], y[a]) for a in ((j, i), (j, i + 1), (j + 1, i + 1), (j + 1, i))])
            for j in range(ny)
            for i in range(nx)
        ],
        object,
    )
    count = draw(st.integers(1, len(quads)))
    groups = random.integers(-1 if draw(st.booleans()) else 0, count, len(quads))
    groups[0] = 0
    return merged(quads, groups.tolist())


def _lattice(steps: Sequence[int]) -> list[int]:
    return list(itertools.accumulate(steps))


def _within(random: np.random.Generator, lattice: list[int], at: int, jitter: float) -> int:
    # A vertex stays short of the next lattice line: quadrangles may be concave but never cross themselves.
    room = (lattice[at + 1] - lattice[at] - 1) if at + 1 < len(lattice) else lattice[at] - lattice[at - 1] - 1
    return int(random.integers(0, int(room * jitter) + 1))


def merged(pieces: Geometries, groups: Sequence[int]) -> Geometries:
    """Merge pieces that share whole edges by group, in the order of the groups; -1 is left out."""
    found = []
    for group in sorted(set(groups) - {-1}):
        chosen = [piece for piece, own in zip(pieces, groups, strict=True) if own == group]
        found.append(shapely.coverage_union_all(chosen))
    return np.array(found, object)


@st.composite
def cut_rectangles(draw: st.DrawFn) -> Geometries:
    """A rectangle cut again and again: cells whose corners lie on a neighbour's edge, where it has none."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    side = draw(st.sampled_from([7, 500, 100_000]))
    pieces = [(0, 0, int(random.integers(2, side + 2)), int(random.integers(2, side + 2)))]
    for _ in range(draw(st.integers(0, 25))):
        x0, y0, x1, y1 = pieces.pop(int(random.integers(len(pieces))))
        across = bool(random.integers(2))
        if (x1 - x0 if across else y1 - y0) < 2:
            pieces.append((x0, y0, x1, y1))
            continue
        at = int(random.integers(x0 + 1, x1) if across else random.integers(y0 + 1, y1))
        pieces += [(x0, y0, at, y1), (at, y0, x1, y1)] if across else [(x0, y0, x1, at), (x0, at, x1, y1)]
    boxes = np.array([shapely.box(*piece) for piece in pieces], object)
    # Sheared, so that the edges run slantwise and still pass exactly through the corners.
    shear = draw(st.integers(-3, 3))
    return np.asarray(shapely.transform(boxes, lambda xy: xy @ np.array([[1, shear], [1, 1 + shear]])))


@st.composite
def overlapping(draw: st.DrawFn) -> Geometries:
    """Boxes and triangles thrown over each other, some of them twice."""
    numbers = st.integers(0, draw(st.sampled_from([6, 40_000])))
    shapes = []
    for _ in range(draw(st.integers(1, 8))):
        corners = draw(st.tuples(numbers, numbers, numbers, numbers, numbers, numbers))
        shape = shapely.Polygon([corners[:2], corners[2:4], corners[4:]])
        if draw(st.booleans()):
            shape = shapely.box(*shape.bounds)
        shapes.append(shape)
    shapes = [shape for shape in shapes if shape.is_valid and shape.area > 0]
    if not shapes:
        shapes = [shapely.box(0, 0, 1, 1)]
    return np.array(shapes + shapes[: draw(st.integers(0, 2))], object)


@st.composite
def moved(draw: st.DrawFn, geometries: st.SearchStrategy[Geometries]) -> Geometries:
    """Anywhere on the plane, and up to a thousand times as large."""
    offset = st.one_of(
        st.just(0), st.integers(-10_000, 10_000), st.just(3_790_000_000), st.integers(-(10**10), 10**10)
    )
    by = np.array([draw(offset), draw(offset)], float)
    scale = draw(st.sampled_from([1, 1, 1, 7, 1000]))
    return np.asarray(shapely.transform(draw(geometries), lambda xy: xy * scale + by))


def partitions() -> st.SearchStrategy[Geometries]:
    """Cells that nowhere overlap."""
    return moved(st.one_of(meshes(), meshes(3), cut_rectangles()))


def any_cells() -> st.SearchStrategy[Geometries]:
    """Cells, overlapping or not."""
    return moved(st.one_of(meshes(), meshes(3), cut_rectangles(), overlapping()))


def drawn(picture: str, side: int = 10_000) -> tuple[list[str], Geometries, dict[str, tuple[int, int]]]:
    """Read a picture: letters are squares of `side` mm, equal ones a cell, `.` is no cell.

    Returns the letters in order, their cells, and the lattice's lines as text `column,line` counted from the
    south-west corner. North is up.
    """
    lines = [line.strip() for line in picture.strip().splitlines()]
    squares = {
        (column, len(lines) - 1 - row): letter
        for row, line in enumerate(lines)
        for column, letter in enumerate(line.split())
    }
    letters = sorted(set(squares.values()) - {"."})
    pieces = np.array(
        [shapely.box(i * side, j * side, (i + 1) * side, (j + 1) * side) for i, j in squares], object
    )
    groups = [letters.index(letter) if letter != "." else -1 for letter in squares.values()]
    corners = {
        f"{i},{j}": (i * side, j * side)
        for i in range(max(i for i, _ in squares) + 2)
        for j in range(len(lines) + 1)
    }
    return letters, merged(pieces, groups), corners
