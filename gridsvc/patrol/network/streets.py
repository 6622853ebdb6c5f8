"""The network as arrays: nodes, links, and who may use a link which way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.roads import Roads

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Texts = NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Streets:
    """A noded network in EPSG:`srid`, metres.

    Nodes: `xy`, shape (nodes, 2); `part`, shape (nodes,): the weakly connected part of each, 0 the longest.

    Links, shape (links,) each: `start`, `end` nodes; `length_m`; `lines` (shapely, from start to end);
    `road`: the row of `roads` that it is a piece of; `way`: 0 both ways, 1 along the line, -1 against it.
    `version` names the content: the same lines and rules give the same name. `cleaned` counts what building
    did to the lines, by act.
    """

    srid: int
    xy: Floats
    part: Integers
    start: Integers
    end: Integers
    length_m: Floats
    lines: NDArray[Any]
    road: Integers
    way: NDArray[np.int8]
    roads: Roads
    version: str
    cleaned: dict[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.start)


@dataclass(frozen=True, slots=True, eq=False)
class Snapped:
    """Places on the network, shape (n,) each: `link` (-1: none near enough), metres `along_m` it from its
    start, `off_m` from the place given to the street (NaN where there is none), `lon`, `lat` of the street's
    point. `side`: 1 where the place lies on the right of the link's line, -1 on its left, 0 on it.
    """

    link: Integers
    along_m: Floats
    off_m: Floats
    lon: Floats
    lat: Floats
    side: NDArray[np.int8] | None = None

    def __len__(self) -> int:
        return len(self.link)
