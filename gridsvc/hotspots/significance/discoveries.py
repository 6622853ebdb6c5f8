"""Which of many tests to believe: the share of false ones among the believed is held down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Method = Literal["bh", "by"]


@dataclass(frozen=True, slots=True, eq=False)
class Ranked:
    """How each q-value came about: q = `set_by_p` · `tests` / `set_by_rank` (for "by" · `harmonic`).

    `rank`: how many tests have this p or less. `set_by_*`: of the test at which the least quotient at this
    rank or beyond was found. Shapes (n,).
    """

    q: Floats
    rank: Floats
    set_by_p: Floats
    set_by_rank: Floats
    tests: int


def q_values(p: Floats, *, method: Method = "bh", cells: ArrayLike | None = None) -> Floats:
    """Return the q-value of every test: the least share of false discoveries at which it is one.

    "bh": Benjamini and Hochberg 1995, right also where tests of overlapping neighbourhoods depend positively
    on each other (PRDS). "by": Benjamini and Yekutieli 2001, right under any dependence, and weaker by the
    factor 1 + 1/2 + … + 1/m. With `cells`, `p[i]` stands for that many tests of the same p.
    """
    order, _, quotient = _quotients(p, method, cells)
    found = np.empty(len(p))
    found[order] = np.minimum(_least_from_here(quotient), 1.0)
    return found


def ranked(p: Floats, *, method: Method = "bh") -> Ranked:
    """Return the q-values with all that is needed to work them out anew."""
    order, rank, quotient = _quotients(p, method, None)
    least = _least_from_here(quotient)
    setters = np.flatnonzero(quotient == least)
    setter = setters[np.searchsorted(setters, np.arange(len(p)))] if len(p) else setters
    columns = (
        np.minimum(least, 1.0),
        np.searchsorted(p[order], p[order], side="right").astype(np.float64),
        p[order][setter],
        rank[setter],
    )
    found = np.empty((4, len(p)))
    found[:, order] = columns
    return Ranked(found[0], found[1], found[2], found[3], len(p))


def harmonic(tests: int) -> float:
    """Return 1 + 1/2 + … + 1/`tests`, the price of Benjamini and Yekutieli."""
    from scipy.special import digamma

    return float(digamma(tests + 1) + np.euler_gamma)


def _quotients(p: Floats, method: Method, cells: ArrayLike | None) -> tuple[NDArray[np.intp], Floats, Floats]:
    """Return the order of the tests by p, and in that order their ranks and p · tests / rank."""
    order = np.argsort(p, kind="stable")
    weights = np.ones(len(p)) if cells is None else np.asarray(cells, np.float64)
    rank = np.cumsum(weights[order])
    tests = rank[-1] if len(p) else 0.0
    factor = harmonic(int(tests)) if method == "by" else 1.0
    return order, rank, p[order] * (tests * factor) / np.maximum(rank, 1.0)


def _least_from_here(quotient: Floats) -> Floats:
    least: Floats = np.minimum.accumulate(quotient[::-1])[::-1]
    return least
