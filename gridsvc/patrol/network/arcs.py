"""Directed arcs: the streets as searches see them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridsvc.patrol.network.graph import ModeNetwork

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Arcs:
    """Directed arcs, shape (arcs,) each: `link` from `from_m` to `to_m`, which is less against its line."""

    tail: Integers
    head: Integers
    time: Integers
    link: Integers
    from_m: Floats
    to_m: Floats

    def __len__(self) -> int:
        return len(self.tail)

    def taking(self, rows: NDArray[Any]) -> Arcs:
        """Return some of the arcs."""
        return Arcs(*(getattr(self, name)[rows] for name in Arcs.__slots__))

    def with_(self, *others: Arcs) -> Arcs:
        """Return these arcs and others."""
        every = (self, *others)
        return Arcs(*(np.concatenate([getattr(each, name) for each in every]) for name in Arcs.__slots__))


def link_arcs(network: ModeNetwork, links: Integers | None = None) -> Arcs:
    """Return the arcs of whole links, all by default."""
    length = network.streets.length_m
    rows = np.arange(len(length)) if links is None else links
    there, back = rows[network.along[rows]], rows[network.against[rows]]
    nothing = np.zeros(len(length))
    both = np.concatenate([there, back])
    return Arcs(
        np.concatenate([network.tails[0, there], network.tails[1, back]]),
        np.concatenate([network.heads[0, there], network.heads[1, back]]),
        network.time[both],
        both,
        np.concatenate([nothing[there], length[back]]),
        np.concatenate([length[there], nothing[back]]),
    )
