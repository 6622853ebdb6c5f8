"""The loops over pairs of places, compiled by numba; only near_repeat imports this module, when it runs."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def count_pairs(x, y, day, begin, end, edges, band_of_gap, table, spatial, degree):  # type: ignore[no-untyped-def]
    """Count each pair of places once: by distance and time in `table`, by distance in `spatial`.

    Places are sorted; those that may be near place i and come after it are `begin[i, k]` to before
    `end[i, k]`. `edges`: upper limits of the distance bands, inclusive. `band_of_gap[days]`: the time band,
    −1 beyond. `degree[i, band]`: pairs that i is in.
    """
    reach = edges[-1] * edges[-1]
    longest = len(band_of_gap) - 1
    for i in range(len(x)):
        for k in range(begin.shape[1]):
            for j in range(begin[i, k], end[i, k]):
                dx, dy = x[i] - x[j], y[i] - y[j]
                squared = dx * dx + dy * dy
                if squared > reach:
                    continue
                far = np.sqrt(squared)
                band = 0
                while edges[band] < far:
                    band += 1
                spatial[band] += 1
                degree[i, band] += 1
                degree[j, band] += 1
                gap = abs(day[i] - day[j])
                if gap <= longest and band_of_gap[gap] >= 0:
                    table[band, band_of_gap[gap]] += 1


@njit(cache=True, nogil=True)
def list_pairs(x, y, begin, end, edges, one, other, band_of_pair):  # type: ignore[no-untyped-def]
    """Write the pairs within the last of `edges`, as `count_pairs` counts them."""
    reach = edges[-1] * edges[-1]
    number = 0
    for i in range(len(x)):
        for k in range(begin.shape[1]):
            for j in range(begin[i, k], end[i, k]):
                dx, dy = x[i] - x[j], y[i] - y[j]
                squared = dx * dx + dy * dy
                if squared > reach:
                    continue
                far = np.sqrt(squared)
                band = 0
                while edges[band] < far:
                    band += 1
                one[number], other[number], band_of_pair[number] = i, j, band
                number += 1


@njit(cache=True, nogil=True)
def permuted_tables(day, one, other, band_of_pair, band_of_gap, tables):  # type: ignore[no-untyped-def]
    """Count the pairs by distance and time for each row of `day`, the days of the places exchanged."""
    longest = len(band_of_gap) - 1
    for row in range(len(day)):
        dates = day[row]
        for pair in range(len(one)):
            gap = abs(dates[one[pair]] - dates[other[pair]])
            if gap <= longest and band_of_gap[gap] >= 0:
                tables[row, band_of_pair[pair], band_of_gap[gap]] += 1
