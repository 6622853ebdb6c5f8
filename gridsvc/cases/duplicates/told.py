"""Reports as columns, as far as they say whether two tell of one incident."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

USUAL_ACCURACY_M = 15.0
"""Of a place whose accuracy nobody stated: a phone in a street."""


@dataclass(frozen=True, slots=True, eq=False)
class Told:
    """Reports with a place, in the order of (opened, id), shape (n,) each.

    `x_m`, `y_m`: metres in one projected system. `accuracy_m`: as stated, else `USUAL_ACCURACY_M`.
    `group`: equal for classes that are compared with each other, `class_index` for one class.
    `persistence_h`: hours that an incident of the class stays. `opened`, `closed`: seconds since 1970;
    `closed` is infinite while open, or where it says nothing (before `opened`). `channel`: an index, -1 for
    none. `words`, `address`: as told, "" for none.
    """

    id: Ints
    x_m: Floats
    y_m: Floats
    accuracy_m: Floats
    group: Ints
    class_index: Ints
    persistence_h: Floats
    opened: Ints
    closed: Floats
    channel: Ints
    words: list[str]
    address: list[str]

    def __len__(self) -> int:
        return len(self.id)
