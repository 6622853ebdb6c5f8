"""Numbers by chance for ruin and recreate, compiled by numba: the same for the same state anywhere."""

from __future__ import annotations

import numpy as np
from numba import njit

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@njit(cache=True, nogil=True)
def chance(state):  # type: ignore[no-untyped-def]
    """Return the next number of a stream (splitmix64, Steele et al. 2014), from 0 to below 1."""
    state[0] += _GOLDEN
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    z = z ^ (z >> np.uint64(31))
    return np.float64(z >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@njit(cache=True, nogil=True)
def below(state, limit):  # type: ignore[no-untyped-def]
    """Return a whole number from 0 to below `limit`."""
    return np.int64(chance(state) * limit)
