"""What speaks for two reports telling of one incident, as numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.cases.duplicates.bigrams import likeness, plain, weighted_bigrams
from gridsvc.cases.duplicates.blocking import Pairs, candidate_pairs
from gridsvc.cases.duplicates.told import Floats, Ints, Told

FEATURES = (
    "distance",
    "distance_by_accuracy",
    "within_15_m",
    "time_by_persistence",
    "soon_after",
    "long_after",
    "still_open",
    "after_closing",
    "words_known",
    "words_alike",
    "words_alike_squared",
    "address_known",
    "address_alike",
    "words_and_address",
    "door_known",
    "door_same",
    "same_channel",
    "same_class",
    "crowd",
    "crowd_alike",
)
_FLOOR_M, _CLOSE_M = 5.0, 15.0
_SOON, _FAR = 0.3, 4.0
# 友谊西路12号门前: what stands before 门前 is the door.
_DOOR = re.compile(r".*?\d+(?=[号弄栋幢院])")


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """`pairs` and their `values`, shape (pairs, FEATURES), all finite."""

    pairs: Pairs
    values: Floats


def gather_evidence(told: Told, later: Ints) -> Iterator[Evidence]:
    """Give the evidence of every pair worth comparing for the reports `later`, in bounded parts.

    Distance counts by the accuracies of both, √(σ₁² + σ₂² + 5²); hours apart by how long an incident of the
    class stays; `still_open` is whether the earlier report's case was open when the later came. `crowd` is
    the logarithm of how many reports the later one could belong to: among many, nearness says little.
    """
    words = weighted_bigrams(told.words, told.group)
    addresses = weighted_bigrams(told.address, np.zeros(len(told), np.int64))
    doors = [_door(each) for each in told.address]
    _, door = np.unique(doors or [""], return_inverse=True)
    has_door = np.array([bool(each) for each in doors], bool)
    has_words, has_address = (np.diff(rows.indptr) > 0 for rows in (words, addresses))
    for pairs in candidate_pairs(told, later):
        one, other = pairs.later, pairs.earlier
        metres = np.hypot(told.x_m[one] - told.x_m[other], told.y_m[one] - told.y_m[other])
        spread = told.accuracy_m[one] ** 2 + told.accuracy_m[other] ** 2 + _FLOOR_M**2
        stays = told.persistence_h[other]
        apart = (told.opened[one] - told.opened[other]) / 3600 / stays
        closed_for = np.clip((told.opened[one] - told.closed[other]) / 3600 / stays, 0, 30)
        open_ = told.closed[other] >= told.opened[one]
        both_words = has_words[one] & has_words[other]
        both_addresses = has_address[one] & has_address[other]
        both_doors = has_door[one] & has_door[other]
        alike = likeness(words, one, other)
        address_alike = likeness(addresses, one, other)
        crowd = _crowd(one, len(told), metres, apart)
        values = np.stack(
            [
                np.log1p(metres / 10),
                np.log1p(metres**2 / spread),
                np.minimum(metres, _CLOSE_M) / _CLOSE_M,
                np.log1p(apart),
                np.minimum(apart, _SOON) / _SOON,
                np.minimum(apart, _FAR),
                open_,
                np.where(open_, 0.0, np.log1p(closed_for)),
                both_words,
                alike,
                alike**2,
                both_addresses,
                address_alike,
                alike * address_alike,
                both_doors,
                both_doors & (door[one] == door[other]),
                (told.channel[one] == told.channel[other]) & (told.channel[one] >= 0),
                told.class_index[one] == told.class_index[other],
                crowd,
                crowd * alike,
            ],
            axis=1,
        )
        yield Evidence(pairs, values.astype(np.float64))


def _door(address: str) -> str:
    """Return the street and house number of an address, or the building; "" where it tells none."""
    found = _DOOR.match(plain(address))
    return found.group() if found else ""


def _crowd(later: Ints, size: int, metres: Floats, apart: Floats) -> NDArray[np.float64]:
    """Return, for each pair, the logarithm of how many candidates its later report has, itself left out."""
    near = (metres <= 60) & (apart <= _FAR)
    return np.log1p(np.bincount(later[near], minlength=size))[later]
