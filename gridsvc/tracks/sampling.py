"""A track as many short pieces, each with its time, its length and its place."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from gridsvc.tracks.fixes import Floats, Instants, Track, instant

PIECE_M = 10.0
"""A piece is at most so long: a tenth of a cell's side."""
_GEOD = Geod(ellps="WGS84")
_QUARTER_US = 900_000_000  # every zone's midnight falls on a quarter of an hour of UTC


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of the joined ways of a track, shape (m,) each, in the order of time.

    `lon`, `lat`, `at`: the middle of a piece, degrees of WGS 84 and microseconds UTC. `fix`: the nearer fix
    of the two it lies between. The minutes sum to the track's.
    """

    lon: Floats
    lat: Floats
    at: Instants
    fix: NDArray[np.int64]
    minutes: Floats
    metres: Floats

    def __len__(self) -> int:
        return len(self.at)


def pieces_of(track: Track, *, longest_m: float = PIECE_M) -> Pieces:
    """Cut the straight way between every two joined fixes into equal pieces of at most `longest_m`.

    Who stands still gives one piece, at the place. Lengths are on the spheroid.
    """
    start = np.flatnonzero(track.joined)
    lon, lat = track.lon, track.lat
    metres = np.asarray(_GEOD.inv(lon[start], lat[start], lon[start + 1], lat[start + 1])[2], np.float64)
    count = np.maximum(np.ceil(metres / longest_m), 1).astype(np.int64)
    way = np.repeat(np.arange(len(start)), count)
    number = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    along = (number + 0.5) / count[way]
    first = start[way]
    time = np.diff(track.at)[first]
    return Pieces(
        lon[first] + along * (lon[first + 1] - lon[first]),
        lat[first] + along * (lat[first + 1] - lat[first]),
        track.at[first] + np.rint(along * time).astype(np.int64),
        first + (along >= 0.5),
        time / 60e6 / count[way],
        metres[way] / count[way],
    )


def local_days(at: Instants, zone: ZoneInfo) -> NDArray[np.int64]:
    """Return the local day of each instant (microseconds UTC), in days since 1970, shape (n,)."""
    quarters, of = np.unique(at // _QUARTER_US, return_inverse=True)
    epoch = instant(0).date()
    days = [
        (instant(quarter * _QUARTER_US).astimezone(zone).date() - epoch).days for quarter in quarters.tolist()
    ]
    return np.array(days, np.int64)[of]


def summed(
    keys: tuple[NDArray[np.int64], ...], *amounts: Floats
) -> tuple[tuple[NDArray[np.int64], ...], tuple[Floats, ...]]:
    """Return the distinct combinations of keys (shape (m,) each), sorted, and the sums of each amount."""
    if not len(keys[0]):
        return keys, amounts
    distinct, of = np.unique(np.stack(keys, axis=1), axis=0, return_inverse=True)
    of = of.ravel()
    sums = tuple(
        np.bincount(of, weights=amount, minlength=len(distinct)).astype(np.float64) for amount in amounts
    )
    return tuple(distinct.T), sums
