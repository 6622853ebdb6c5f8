"""How alike two texts are: cosine of their pairs of neighbouring characters, the rare ones weighing more."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

import numpy as np
from scipy import sparse

from gridsvc.cases.duplicates.told import Floats, Ints

LONGEST = 200
"""Characters of a text that are read; what matters is said first."""
_NO_LETTER = re.compile(r"[\W_]")
_POINTS = 0x110000
_LARGEST_TABLE = 30_000_000


def weighted_bigrams(texts: Sequence[str], group: Ints) -> sparse.csr_array:
    """Return a row of length 1 for each text over its character bigrams, (n, bigrams); blank texts have 0.

    Weights are TF-IDF within the texts of the same `group` (shape (n,)): what everybody says of a class says
    nothing about one incident. Widths and case are one, marks and blanks are passed over.
    """
    size = len(texts)
    lengths, points = _points(texts)
    owner = np.repeat(np.arange(size), lengths)
    letter, letters = _letters(points)
    kept = letter >= 0
    letter, owner = letter[kept], owner[kept]
    inside = owner[1:] == owner[:-1]
    pair = (letter[:-1] * letters + letter[1:])[inside]
    owner = owner[:-1][inside]
    column, width = _numbered(pair, letters * letters)
    times = sparse.csr_array((np.ones(len(column)), (owner, column)), shape=(size, max(width, 1)))
    times.sum_duplicates()
    rows = np.repeat(np.arange(size), np.diff(times.indptr))
    # How many texts of the group have the bigram, for each stored value.
    _, of_group = np.unique(group, return_inverse=True)
    texts_of_group = np.bincount(of_group, minlength=1)
    key, keys = _numbered(of_group[rows] * width + times.indices, len(texts_of_group) * width)
    having = np.bincount(key, minlength=max(keys, 1))
    rare = np.log((1 + texts_of_group[of_group[rows]]) / (1 + having[key])) + 0.1
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
    return _NO_LETTER.sub("", unicodedata.normalize("NFKC", text[:LONGEST]).casefold())


def _points(texts: Sequence[str]) -> tuple[Ints, Ints]:
    read = [unicodedata.normalize("NFKC", text[:LONGEST]).casefold() for text in texts]
    lengths = np.fromiter(map(len, read), np.int64, len(read))
    raw = "".join(read).encode("utf-32-le", "surrogatepass")
    return lengths, np.frombuffer(raw, np.uint32).astype(np.int64)


def _letters(points: Ints) -> tuple[Ints, int]:
    """Number the code points that are letters or figures (others: -1); return also how many there are."""
    number = np.full(_POINTS, -1, np.int64)
    known = np.flatnonzero(np.bincount(points, minlength=_POINTS))
    letters = [point for point in known.tolist() if not _NO_LETTER.match(chr(point))]
    number[letters] = np.arange(len(letters))
    return number[points], len(letters)


def _numbered(values: Ints, beyond: int) -> tuple[Ints, int]:
    """Number the distinct values (0 to below `beyond`) in order; return each one's number and how many."""
    if beyond > _LARGEST_TABLE:
        known, number = np.unique(values, return_inverse=True)
        return number, len(known)
    # A table of all that could be is faster than sorting what is.
    there = np.zeros(beyond, bool)
    there[values] = True
    return (np.cumsum(there) - 1)[values], int(there.sum())
