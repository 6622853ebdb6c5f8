"""How alike two texts are: cosine of their pairs of neighbouring characters, the rare ones weighing more."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridsvc.cases.duplicates.told import Floats, Ints

LONGEST = 200
"""Characters of a text that are read; what matters is said first."""
_POINT = 21  # bits of a code point


def weighted_bigrams(texts: Sequence[str], group: Ints) -> sparse.csr_array:
    """Return a row of length 1 for each text over its character bigrams, (n, bigrams); blank texts have 0.

    Weights are TF-IDF within the texts of the same `group` (shape (n,)): what everybody says of a class says
    nothing about one incident. Widths and case are one, marks and blanks are passed over.
    """
    size = len(texts)
    lengths, points = _points(texts)
    owner = np.repeat(np.arange(size), lengths)
    kept = _letters(points)
    points, owner = points[kept], owner[kept]
    inside = owner[1:] == owner[:-1]
    pair = ((points[:-1] << _POINT) | points[1:])[inside]
    owner = owner[:-1][inside]
    _, column = np.unique(pair, return_inverse=True)
    width = int(column.max()) + 1 if len(column) else 1
    times = sparse.csr_array((np.ones(len(column)), (owner, column)), shape=(size, width))
    times.sum_duplicates()
    rows = np.repeat(np.arange(size), np.diff(times.indptr))
    # How many texts of the group have the bigram, for each stored value.
    _, of_group = np.unique(group, return_inverse=True)
    _, place, having = np.unique(
        of_group[rows] * width + times.indices, return_inverse=True, return_counts=True
    )
    texts_of_group = np.bincount(of_group, minlength=1)
    rare = np.log((1 + texts_of_group[of_group[rows]]) / (1 + having[place])) + 0.1
    times.data = np.sqrt(times.data) * rare
    norms = np.sqrt(np.bincount(rows, weights=times.data**2, minlength=size))
    times.data /= norms[rows]
    return times


def likeness(rows: sparse.csr_array, one: Ints, other: Ints, *, at_once: int = 100_000) -> Floats:
    """Return the cosine of the rows of each pair, shape (pairs,); 0 where either has none."""
    found = np.empty(len(one))
    for start in range(0, len(one), at_once):
        part = slice(start, start + at_once)
        found[part] = np.asarray(rows[one[part]].multiply(rows[other[part]]).sum(axis=1)).ravel()
    return np.clip(found, 0.0, 1.0)


def plain(text: str) -> str:
    """Return the letters and figures of a text in one width and case."""
    squeezed = unicodedata.normalize("NFKC", text[:LONGEST]).casefold()
    return "".join(character for character in squeezed if character.isalnum())


def _points(texts: Sequence[str]) -> tuple[Ints, Ints]:
    read = [unicodedata.normalize("NFKC", text[:LONGEST]).casefold() for text in texts]
    lengths = np.fromiter(map(len, read), np.int64, len(read))
    raw = "".join(read).encode("utf-32-le", "surrogatepass")
    return lengths, np.frombuffer(raw, np.uint32).astype(np.int64)


def _letters(points: Ints) -> NDArray[np.bool_]:
    known, place = np.unique(points, return_inverse=True)
    is_letter = np.array([chr(point).isalnum() for point in known.tolist()], bool)
    return is_letter[place] if len(known) else np.zeros(0, bool)
