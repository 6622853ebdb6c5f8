"""Communities: connected groups of blocks of about the same number of cells."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.geography.building.grouping import components
from gridsvc.sample.names import STREETS

Numbers = NDArray[np.int64]
Shapes = NDArray[np.object_]

CELLS_PER_COMMUNITY = 23


def group_communities(
    faces: Shapes, block: Numbers, street: Numbers, pairs: Numbers, lengths: NDArray[np.float64]
) -> Numbers:
    """Group the blocks of each street into connected communities of about `CELLS_PER_COMMUNITY` cells."""
    blocks, of_cell = np.unique(block, return_inverse=True)
    weight = np.bincount(of_cell)
    centroids = shapely.get_coordinates(shapely.centroid(faces))
    centres = np.stack([np.bincount(of_cell, centroids[:, i]) / weight for i in (0, 1)], axis=1)
    street_of = np.zeros(len(blocks), dtype=np.int64)
    street_of[of_cell] = street
    near: list[set[int]] = [set() for _ in blocks]
    for (a, b), length in zip(of_cell[pairs], lengths, strict=True):
        if a != b and length > 15:
            near[a].add(int(b))
            near[b].add(int(a))
    community = np.full(len(blocks), -1)
    count = 0
    for number in range(len(STREETS)):
        members = np.flatnonzero(street_of == number)
        wanted = max(1, round(weight[members].sum() / CELLS_PER_COMMUNITY))
        pending = [(members, wanted)]
        while pending:
            members, wanted = pending.pop()
            if wanted == 1:
                community[members] = count
                count += 1
                continue
            one, other = halve(members, wanted // 2 / wanted, weight, centres, near)
            pending += [(one, wanted // 2), (other, wanted - wanted // 2)]
    return np.asarray(community[of_cell])


def halve(
    members: Numbers, fraction: float, weight: Numbers, centres: NDArray[np.float64], near: list[set[int]]
) -> tuple[Numbers, Numbers]:
    """Divide connected members (blocks, cells) across their long direction into two connected parts.

    `fraction` of the weight goes into the first; `near` has the neighbours of each.
    """
    centred = centres[members] - np.average(centres[members], axis=0, weights=weight[members])
    _values, vectors = np.linalg.eigh(centred.T @ (centred * weight[members, None]))
    axis = vectors[:, 1] * (1 if vectors[np.argmax(np.abs(vectors[:, 1])), 1] > 0 else -1)
    order = np.argsort(centred @ axis, kind="stable")
    done = np.cumsum(weight[members][order]) - weight[members][order] / 2
    one = {int(m) for m in members[order[done <= fraction * weight[members].sum()]]}
    other = {int(m) for m in members} - one
    for _ in range(4):
        for here, there in ((one, other), (other, one)):
            for stray in components(here, near)[1:]:
                here -= stray
                there |= stray
    return np.array(sorted(one)), np.array(sorted(other))
