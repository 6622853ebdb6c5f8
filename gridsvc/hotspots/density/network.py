"""A street network as arrays: nodes, links, and which links leave each node."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Text

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PER_METRE = 1_000_000
"""Distances along the network are whole micrometres: walks of equal length meet exactly."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """The directed links that leave each node, `links[first[v] : first[v + 1]]` those of node v.

    Directed link 2e runs from the start of link e to its end, 2e + 1 back.
    """

    first: Integers
    links: Integers


@dataclass(frozen=True, eq=False)
class StreetNetwork:
    """An undirected network; `start` and `end` (nodes) and `length_um` (> 0) of every link, shape (links,).

    Links from a node to itself, several links between two nodes, dead ends and separate parts are all
    allowed. People walk: one-way streets are walked both ways.
    """

    nodes: int
    start: Integers
    end: Integers
    length_um: Integers

    @classmethod
    def of(
        cls, nodes: int, start: NDArray[np.integer], end: NDArray[np.integer], length: Floats
    ) -> StreetNetwork:
        """Return the network of links with these lengths in metres.

        Raises InputRefused (`bad_network`): a link without length, or with an end that is no node.
        """
        whole = np.rint(np.asarray(length, np.float64) * PER_METRE)
        ends = np.concatenate([start, end])
        known = (ends >= 0) & (ends < nodes)
        if not (known.all() and np.isfinite(whole).all() and (whole > 0).all()):
            raise InputRefused(
                "bad_network",
                Text(
                    "路网有长度不为正或端点不存在的路段。", "links of the network have no length or no ends."
                ),
            )
        return cls(nodes, start.astype(np.int64), end.astype(np.int64), whole.astype(np.int64))

    def __len__(self) -> int:
        return len(self.start)

    @property
    def length_m(self) -> Floats:
        """Return the length of every link in metres."""
        return self.length_um / PER_METRE

    @cached_property
    def leaving(self) -> Leaving:
        """Return which directed links leave each node; a link from a node to itself leaves it twice."""
        tails = np.stack([self.start, self.end], axis=1).ravel()
        order = np.argsort(tails, kind="stable")
        first = np.searchsorted(tails[order], np.arange(self.nodes + 1))
        return Leaving(first.astype(np.int64), order.astype(np.int64))

    @cached_property
    def parts(self) -> Integers:
        """Return the number of the connected part of every link."""
        from scipy import sparse
        from scipy.sparse.csgraph import connected_components

        ones = np.ones(len(self), np.int8)
        matrix = sparse.coo_array((ones, (self.start, self.end)), shape=(self.nodes, self.nodes))
        return np.asarray(connected_components(matrix, directed=False)[1][self.start], np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class OnNetwork:
    """Places on links: `link`, and `offset_um` from the link's start, shape (n,) each."""

    link: Integers
    offset_um: Integers

    @classmethod
    def of(cls, network: StreetNetwork, link: NDArray[np.integer], offset_m: Floats) -> OnNetwork:
        """Return places so many metres along their links, kept on them."""
        offset = np.rint(np.asarray(offset_m, np.float64) * PER_METRE).astype(np.int64)
        return cls(link.astype(np.int64), np.clip(offset, 0, network.length_um[link]))

    def __len__(self) -> int:
        return len(self.link)
