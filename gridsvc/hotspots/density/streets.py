"""Kernel density along streets: at given places, and as the mean over pieces of street (hotspots.md 3.4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.hotspots.density.kernels import checked_bandwidth
from gridsvc.hotspots.density.network import PER_METRE, Integers, OnNetwork, StreetNetwork

Floats = NDArray[np.float64]
Rule = Literal["simple", "discontinuous", "continuous"]
RULES: tuple[str, ...] = get_args(Rule)

_LONGEST_UM = 10**12
LEAST_SHARE = 1e-6
"""A walk with less than this share of its report still to give ends, and gives it where it is."""
MAPPED_SHARE = 1e-5
"""The same for maps: in a net of 25 m links at most 0.2 % of a report then lie on another link nearby."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Pieces of links, by link and position: `from_m` to `to_m` from the start of `link`, shape (pieces,)."""

    link: Integers
    from_m: Floats
    to_m: Floats

    @property
    def length_m(self) -> Floats:
        """Return the length of every piece."""
        return self.to_m - self.from_m


@dataclass(frozen=True, slots=True, eq=False)
class StreetDensity:
    """`mass`: reports on each piece; `at_places`: reports per km at each place asked for."""

    pieces: Pieces
    mass: Floats
    at_places: Floats

    @property
    def per_km(self) -> Floats:
        """Return the mean density of each piece, reports per km."""
        return self.mass / self.pieces.length_m * 1000


def checked_rule(rule: str) -> Rule:
    """Return `rule`; raises WrongUsage (`bad_network_kernel`)."""
    for known in get_args(Rule):
        if rule == known:
            return cast(Rule, known)
    raise WrongUsage(
        "bad_network_kernel",
        Text(f"没有名为 {rule[:40]} 的路网核。", f"there is no network kernel called {rule[:40]}."),
        place=Place(column="network", value=rule),
        remedy=Text(
            "可用 simple、discontinuous、continuous、mixed。",
            "Use simple, discontinuous, continuous or mixed.",
        ),
    )


def cut_evenly(network: StreetNetwork, longest_m: float) -> Pieces:
    """Return every link cut into equal pieces no longer than `longest_m`."""
    return cut(network, longest_m, np.empty(0, np.int64), np.empty(0))


def cut(network: StreetNetwork, longest_m: float, at_link: Integers, at_m: Floats) -> Pieces:
    """Return every link cut at the positions given and then into equal pieces no longer than `longest_m`."""
    inside = (at_m > 1e-3) & (at_m < network.length_m[at_link] - 1e-3)
    count = len(network)
    link = np.concatenate([np.arange(count), np.arange(count), at_link[inside]])
    at = np.concatenate([np.zeros(count), network.length_m, at_m[inside]])
    order = np.lexsort((at, link))
    link, at = link[order], at[order]
    piece = np.flatnonzero((np.diff(link) == 0) & (np.diff(at) > 1e-3))
    low, high, on = at[piece], at[piece + 1], link[piece]
    # Cuts a millimetre apart are one: the next piece begins where the last one ended.
    low = np.where(np.concatenate([[False], on[1:] == on[:-1]]), np.concatenate([[0.0], high[:-1]]), 0.0)
    last = np.concatenate([on[1:] != on[:-1], [True]]) if len(on) else np.empty(0, np.bool_)
    high = np.where(last, network.length_m[on], high)
    parts = np.maximum(np.ceil((high - low) / longest_m - 1e-9), 1).astype(np.int64)
    rows = np.repeat(np.arange(len(on)), parts)
    number = np.arange(len(rows)) - np.repeat(np.cumsum(parts) - parts, parts)
    width = (high - low) / parts
    start = low[rows] + number * width[rows]
    stop = np.where(number + 1 == parts[rows], high[rows], low[rows] + (number + 1) * width[rows])
    return Pieces(on[rows], start, stop)


def piece_of(pieces: Pieces, on: OnNetwork) -> Integers:
    """Return the piece on which each place lies; on a cut the one that begins there."""
    starts = pieces.link * _LONGEST_UM + np.rint(pieces.from_m * PER_METRE).astype(np.int64)
    found = np.searchsorted(starts, on.link * _LONGEST_UM + on.offset_um, side="right") - 1
    return np.asarray(found, np.int64)


def street_density(
    network: StreetNetwork,
    reports: OnNetwork,
    weights: Floats | None = None,
    *,
    bandwidth_m: float,
    pieces: Pieces,
    places: OnNetwork | None = None,
    rule: str = "discontinuous",
    kernel: Literal["quartic", "epanechnikov"] = "quartic",
    least_share: float = LEAST_SHARE,
    reflected: bool = True,
) -> StreetDensity:
    """Return the density of reports along a network.

    `rule`: "simple" (shortest ways, no split: overcounts at junctions), "discontinuous" or "continuous"
    (equal split: mass is kept, whatever `least_share`). Distances run along links; a walk may cross itself
    but not turn round within a link. A dead end sends back what reaches it; with `reflected` False the
    discontinuous rule loses it there, as spatstat does. The first call in a process compiles, or reads what
    was compiled.

    Raises InputRefused (`bad_bandwidth`), WrongUsage (`bad_network_kernel`).
    """
    from gridsvc.hotspots.density import spreading

    named = checked_rule(rule)
    reach_um = max(round(checked_bandwidth(bandwidth_m) * PER_METRE), 1)
    held = np.ones(len(reports)) if weights is None else np.asarray(weights, np.float64)
    link, offset, held = _together(reports, held)
    asked = OnNetwork(np.empty(0, np.int64), np.empty(0, np.int64)) if places is None else places
    order = np.argsort(asked.link, kind="stable")
    every = np.arange(len(network) + 1)
    mass, values = np.zeros(len(pieces.link)), np.zeros(len(asked))
    takers = (
        np.searchsorted(pieces.link, every),
        pieces.from_m,
        pieces.to_m,
        mass,
        np.searchsorted(asked.link[order], every),
        asked.offset_um[order] / PER_METRE,
        values,
    )
    leaving = network.leaving
    ends = np.stack([network.end, network.start], axis=1).ravel()
    graph = (ends, network.length_um, leaving.first, leaving.links, link, offset, held)
    number = spreading.QUARTIC if kernel == "quartic" else spreading.EPANECHNIKOV
    if named == "simple":
        spreading.simple(*graph, number, reach_um, takers)
    else:
        split = spreading.DISCONTINUOUS if reflected else spreading.LOST_AT_DEAD_ENDS
        way = spreading.CONTINUOUS if named == "continuous" else split
        spreading.equal_split(*graph, way, number, reach_um, least_share, takers)
    at_places = np.empty(len(asked))
    at_places[order] = values * 1000
    return StreetDensity(pieces, mass, at_places)


def _together(reports: OnNetwork, weights: Floats) -> tuple[Integers, Integers, Floats]:
    """Return the reports with those at one place made one."""
    keys, which = np.unique(
        np.stack([reports.link, reports.offset_um], axis=1).reshape(-1, 2), axis=0, return_inverse=True
    )
    return (
        keys[:, 0].copy(),
        keys[:, 1].copy(),
        np.bincount(which.ravel(), weights, minlength=len(keys)).astype(np.float64),
    )
