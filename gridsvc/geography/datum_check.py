"""Is a layer or a batch in the datum that it declares? Judged by how near it lies to known ground.

Method (assignment.md section 6): the distances from the places to the nearest known line are compared
under each hypothesis of what the numbers mean. Near the truth part of the places keeps close to the ground
(borders run along roads, reports are made in streets); under a wrong hypothesis all lie as places lie that
have nothing to do with it. The likelihood of a hypothesis is that of a mixture, a share of the places
normally spread about the ground and the rest by chance, averaged over shares and spreads; the ratio of two
such averages is the evidence, and it must come from many neighbourhoods, not from one street.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.datum import check_datum, from_wgs84, to_wgs84
from gridsvc.geography.displacement import best_move
from gridsvc.geography.known_ground import REACH_M, KnownGround
from gridsvc.geography.projection import srid_for, to_degrees, to_millimetres
from gridsvc.geography.rings import Floats, Geometries, Integers

FEWEST_PLACES = 30
"""Fewer places than this prove nothing (assignment.md section 6)."""
ALARM_RATIO = 100.0
"""How much likelier another datum must be (assignment.md section 6)."""
OUTLINE_STEP_M = 50.0
"""How far apart an outline is sampled."""

_MOST_PLACES = 1500
_SAME_PLACE_M = 40.0
_NEIGHBOURHOOD_M = 250.0
# The evidence over all neighbourhoods, in its own standard errors: borders that have nothing to do with any
# road pass a ratio of 100 in 134 of 299 trials, since one street gives many places, but this in none.
_FEWEST_TIMES_SPREAD = 2.5
_LEAST_MOVE_M = 30.0
_EDGES = np.array([0.0, 4, 8, 12, 16, 20, 25, 30, 40, 50, 65, 80, 100, 130, 170, REACH_M, np.inf])
_SPREADS_M = (5.0, 10.0, 20.0, 35.0)
_SHARES = np.linspace(0.0, 0.98, 50)
# How many moves that have nothing to do with each other are tried: (2 · 1600 m / 40 m)².
_MOVES_TRIED = 6400.0

HYPOTHESES: Mapping[str, tuple[tuple[str, str], ...]] = {
    "wgs84": (),
    "gcj02": (("to", "gcj02"),),
    "bd09": (("to", "bd09"),),
    "gcj02_undone": (("from", "gcj02"),),
    "gcj02_twice": (("to", "gcj02"), ("to", "gcj02")),
}
"""What numbers may be: the steps that lead from them to WGS 84.

`gcj02_undone`: WGS 84 that somebody took for GCJ-02 and converted; `gcj02_twice`: shifted two times."""


@dataclass(frozen=True, slots=True)
class Displacement:
    """How far the numbers lie from where they belong: metres to the east and to the north."""

    east_m: float
    north_m: float

    @property
    def length_m(self) -> float:
        """Return the distance."""
        return float(np.hypot(self.east_m, self.north_m))

    def as_dict(self) -> dict[str, float]:
        """Return plain values, to a decimetre."""
        return {
            "east_m": round(self.east_m, 1),
            "north_m": round(self.north_m, 1),
            "length_m": round(self.length_m, 1),
        }


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One meaning of the numbers, held against the ground.

    `log10_ratio`: evidence for it against what was declared. `displacement`: how far the declared places lie
    from the true ones if it holds, in the middle of the batch.
    """

    name: str
    log10_ratio: float
    times_spread: float
    median_m: float
    displacement: Displacement


@dataclass(frozen=True, slots=True)
class DatumVerdict:
    """What a batch's numbers are likeliest to be.

    `places` counts those that count: apart from each other, and near the ground under some hypothesis.
    `alarm`: another datum is more than 100 times likelier, on at least 30 places. `moved` is the displacement
    that the places themselves show, found without any formula; None unless it was looked for. `unexplained`:
    no datum, but a plain move fits far better than the numbers as declared.
    """

    declared: str
    places: int
    hypotheses: tuple[Hypothesis, ...]
    alarm: bool
    unexplained: bool
    moved: Displacement | None

    @property
    def likeliest(self) -> Hypothesis:
        """Return the hypothesis with the most evidence."""
        return max(self.hypotheses, key=lambda each: each.log10_ratio)

    @property
    def confirmed(self) -> bool:
        """Return whether every other datum is a hundred times less likely."""
        others = [each for each in self.hypotheses if each.name != self.declared]
        return bool(others) and all(each.log10_ratio < -np.log10(ALARM_RATIO) for each in others)

    def as_dict(self) -> dict[str, Any]:
        """Return the verdict as plain values, for JSON."""
        return {
            "declared": self.declared,
            "places": self.places,
            "alarm": self.alarm,
            "likeliest": self.likeliest.name if self.hypotheses else self.declared,
            "unexplained": self.unexplained,
            "moved": None if self.moved is None else self.moved.as_dict(),
            "hypotheses": [
                {
                    "name": each.name,
                    "log10_ratio": round(each.log10_ratio, 2),
                    "median_m": round(each.median_m, 1),
                    "displacement": each.displacement.as_dict(),
                }
                for each in self.hypotheses
            ],
        }


def judge_datum(
    lon: Floats, lat: Floats, ground: KnownGround, *, declared: str = "wgs84", look_for_move: bool = True
) -> DatumVerdict:
    """Judge in which datum the numbers `lon`, `lat` (degrees, shape (n,)) are that are said to be `declared`.

    NaN is left out, places within 40 m of each other count once, and 1,500 at most are asked. With
    `look_for_move` the displacement is also found from the places alone. Outside China, where no datum
    shifts anything, there is but the declared hypothesis.
    """
    check_datum(declared)
    declared = "wgs84" if declared == "cgcs2000" else declared
    lon, lat = _apart(lon, lat)
    trials = _trials(lon, lat, ground, declared)
    near = np.any([distances < REACH_M for _, distances in trials.values()], axis=0)
    if not len(ground) or near.sum() < FEWEST_PLACES:
        return DatumVerdict(declared, int(near.sum()), (), False, False, None)
    places = {name: (xy[near], distances[near]) for name, (xy, distances) in trials.items()}
    chance = _histogram(ground.chance) + 0.5
    model = _Model(chance / chance.sum())
    base_xy, base = places[declared]
    squares = _squares(base_xy, _NEIGHBOURHOOD_M)
    hypotheses = []
    for name, (xy, distances) in places.items():
        off = base_xy - xy
        middle = np.median(off, axis=0)
        ratio, spread = model.evidence(distances, base, squares)
        hypotheses.append(
            Hypothesis(
                name,
                ratio / np.log(10.0),
                spread,
                float(np.median(distances)),
                Displacement(float(middle[0]), float(middle[1])),
            )
        )
    likeliest = max(hypotheses, key=lambda each: each.log10_ratio)
    alarm = _convinces(likeliest.log10_ratio * np.log(10.0), likeliest.times_spread)
    moved, unexplained = None, False
    if look_for_move:
        east, north = best_move(ground, base_xy[:, 0], base_xy[:, 1])
        moved = Displacement(-east, -north)
        if not alarm and moved.length_m > _LEAST_MOVE_M:
            there = ground.distances(base_xy[:, 0] + east, base_xy[:, 1] + north)
            ratio, spread = model.evidence(there, base, squares)
            unexplained = _convinces(ratio - float(np.log(_MOVES_TRIED)), spread)
    return DatumVerdict(declared, int(near.sum()), tuple(hypotheses), alarm, unexplained, moved)


def outline_places(geometries: Geometries) -> tuple[Floats, Floats]:
    """Return lon, lat (degrees) of places every 50 m along lines and the outlines of polygons, and points."""
    given = np.asarray(geometries, dtype=object)
    given = given[~(shapely.is_missing(given) | shapely.is_empty(given))]
    if not len(given):
        return np.empty(0), np.empty(0)
    bounds = shapely.total_bounds(given)
    srid = srid_for(float(bounds[0]), float(bounds[1]))
    areal = shapely.get_dimensions(given) == 2
    lines = np.concatenate([given[~areal], shapely.boundary(given[areal])])
    drawn = shapely.transform(lines, lambda xy: np.column_stack(to_millimetres(srid, *xy.T)))
    xy = shapely.get_coordinates(shapely.segmentize(drawn, 1000.0 * OUTLINE_STEP_M))
    x, y = np.rint(xy).astype(np.int64).T
    return to_degrees(srid, x, y)


def _convinces(log_ratio: float, times_spread: float) -> bool:
    return log_ratio > np.log(ALARM_RATIO) and times_spread >= _FEWEST_TIMES_SPREAD


def _trials(lon: Floats, lat: Floats, ground: KnownGround, declared: str) -> dict[str, tuple[Floats, Floats]]:
    """Return for each hypothesis that differs from the declared one its places in metres, and how far off."""
    found: dict[str, tuple[Floats, Floats]] = {}
    for name in (declared, *(each for each in HYPOTHESES if each != declared)):
        x, y = lon, lat
        for direction, datum in HYPOTHESES[name]:
            x, y = (to_wgs84 if direction == "to" else from_wgs84)(datum, x, y)
        xy = np.stack(ground.metres(x, y), axis=-1)
        off = (
            0.0 if not found else float(np.median(np.hypot(*(xy - found[declared][0]).T))) if len(xy) else 0.0
        )
        if not found or off > _LEAST_MOVE_M:
            found[name] = (
                xy,
                ground.distances(xy[:, 0], xy[:, 1]) if len(ground) else np.full(len(xy), np.inf),
            )
    return found


def _apart(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return one place of each square of 40 m, and not more of them than are needed."""
    there = np.isfinite(lon) & np.isfinite(lat) & (np.abs(lat) <= 90.0)
    lon, lat = np.asarray(lon)[there], np.asarray(lat)[there]
    if not len(lon):
        return lon, lat
    x, y = to_millimetres(srid_for(float(np.median(lon)), float(np.median(lat))), lon, lat)
    squares = np.column_stack([x, y]) // int(1000 * _SAME_PLACE_M)
    first = np.sort(np.unique(squares, axis=0, return_index=True)[1])
    if len(first) > _MOST_PLACES:
        first = np.sort(np.random.default_rng(len(first)).choice(first, _MOST_PLACES, replace=False))
    return lon[first], lat[first]


def _squares(xy: Floats, side: float) -> Integers:
    number = np.unique(np.floor(xy / side), axis=0, return_inverse=True)[1]
    return np.asarray(number, dtype=np.int64).ravel()


def _histogram(distances: Floats) -> Floats:
    return np.bincount(_bins(distances), minlength=len(_EDGES) - 1).astype(np.float64)


def _bins(distances: Floats) -> Integers:
    return np.searchsorted(_EDGES, distances, side="right") - 1


class _Model:
    """Mixtures of near and by chance over the bins of distance, one for each spread and share."""

    def __init__(self, chance: Floats) -> None:
        """Take the shares of the bins by chance, which sum to 1."""
        near = np.array([_half_normal(spread) for spread in _SPREADS_M])
        shares = _SHARES[None, :, None]
        # How much likelier a place is there than anywhere: ground without roads is no evidence.
        mixed = shares * (near / chance)[:, None, :] + (1.0 - shares)
        self._log = np.log(mixed.reshape(-1, len(chance)))

    def evidence(self, there: Floats, base: Floats, squares: Integers) -> tuple[float, float]:
        """Return the log ratio of `there` against `base`, and the evidence in its own standard errors.

        The second is over neighbourhoods: their sum of evidence over the root of their sum of squares.
        """
        first, first_log = self._average(there)
        second, second_log = self._average(base)
        each = first_log[_bins(there)] - second_log[_bins(base)]
        by_square = np.bincount(squares, weights=each)
        size = float(np.sqrt((by_square**2).sum()))
        return first - second, float(by_square.sum()) / size if size else 0.0

    def _average(self, distances: Floats) -> tuple[float, Floats]:
        """Return the log of the average likelihood, and the log shares of the bins that fit best."""
        log = self._log @ _histogram(distances)
        best = int(log.argmax())
        return float(log[best] + np.log(np.exp(log - log[best]).mean())), self._log[best]


def _half_normal(spread: float) -> Sequence[float]:
    upto = [erf(edge / (spread * sqrt(2.0))) for edge in _EDGES]
    return np.diff(upto).tolist()
