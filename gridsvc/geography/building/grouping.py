"""Connected groups of neighbouring areas of about the same weight, whose borders cost little."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from gridsvc.geography.rings import Floats, Integers

_DIRECTIONS = 12
_SLACK = 0.16  # how far from its share a half may be, while cheaper borders are to be had
_ROUNDS = 6


def group(weight: Floats, centres: Floats, pairs: Integers, costs: Floats, wanted: int) -> Integers:
    """Return for each area the number of its group, 0 … `wanted` - 1 at most.

    The areas are halved again and again: swept in twelve directions, cut where the border between the halves
    costs least (`costs` of the borders between `pairs`) among places that leave both about their share of
    the `weight`. Every group is connected if the areas are.
    """
    label = np.zeros(len(weight), dtype=np.int64)
    near: list[set[int]] = [set() for _ in range(len(weight))]
    for a, b in pairs.tolist():
        near[a].add(b)
        near[b].add(a)
    place = np.full(len(weight), -1, dtype=np.int64)
    pending = [(np.arange(len(weight)), min(wanted, len(weight)), np.arange(len(pairs)))]
    count = 0
    while pending:
        members, parts, within = pending.pop()
        if parts == 1:
            label[members] = count
            count += 1
            continue
        place[members] = np.arange(len(members))
        ends = place[pairs[within]]
        one, other = _halved(members, parts, weight, centres, ends, costs[within], near)
        first = min(max(round(parts * weight[one].sum() / weight[members].sum()), 1), parts - 1)
        first = min(max(first, parts - len(other)), len(one))
        # Each half goes on with the borders inside of it: all of them every time would be quadratic.
        first_half = np.zeros(len(members), dtype=bool)
        first_half[place[one]] = True
        sides = first_half[ends].sum(axis=1)
        pending += [(other, parts - first, within[sides == 0]), (one, first, within[sides == 2])]
    return label


def _halved(
    members: Integers,
    parts: int,
    weight: Floats,
    centres: Floats,
    ends: Integers,
    price: Floats,
    near: list[set[int]],
) -> tuple[Integers, Integers]:
    """Return the two halves; `ends` are borders between members, by place among them, `price` their costs."""
    share = (parts // 2) / parts
    slack = min(_SLACK, 0.45 / parts) if parts > 2 else _SLACK
    best, found = np.inf, members[:1]
    for turn in np.arange(_DIRECTIONS) * np.pi / _DIRECTIONS:
        along = centres[members] @ np.array([np.cos(turn), np.sin(turn)])
        order = np.argsort(np.round(along, 3), kind="stable")
        rank = np.empty(len(members), dtype=np.int64)
        rank[order] = np.arange(len(members))
        done = np.cumsum(weight[members][order]) / weight[members].sum()
        low, high = np.sort(rank[ends], axis=1).T
        opened = np.bincount(low, weights=price, minlength=len(members))
        closed = np.bincount(high, weights=price, minlength=len(members))
        cut = np.cumsum(opened - closed)[:-1]
        # Either half may be the larger one of an odd number.
        for wanted in {share, 1 - share}:
            off = np.abs(done[:-1] - wanted)
            allowed = off <= max(slack, float(off.min()) + 1e-9)
            score = np.where(allowed, cut * (1 + off), np.inf)
            k = int(np.argmin(score))
            if score[k] < best - 1e-6:
                best, found = float(score[k]), members[order[: k + 1]]
    one = {int(m) for m in found}
    other = {int(m) for m in members} - one
    for _ in range(_ROUNDS):
        moved = False
        for here, there in ((one, other), (other, one)):
            for stray in components(here, near)[1:]:
                if len(here) > len(stray):
                    here -= stray
                    there |= stray
                    moved = True
        if not moved:
            break
    return np.array(sorted(one)), np.array(sorted(other))


def components(members: set[int], near: list[set[int]]) -> list[set[int]]:
    """Return the connected parts of `members`, the largest first (the lowest number of equals)."""
    left, parts = set(members), []
    while left:
        part: set[int] = set()
        front = {min(left)}
        while front:
            part |= front
            # In this order no step costs more than its front.
            front = (set().union(*(near[m] for m in front)) & left) - part
        left -= part
        parts.append(part)
    return sorted(parts, key=lambda part: (-len(part), min(part)))


def without_strays(label: Integers, pairs: Integers, lengths: Floats) -> npt.NDArray[np.int64]:
    """Return labels of which each is connected: smaller parts go to the label with the longest border."""
    label = label.copy()
    border: list[dict[int, float]] = [{} for _ in range(len(label))]
    for (a, b), length in zip(pairs.tolist(), lengths.tolist(), strict=True):
        border[a][b] = border[b][a] = length
    near = [set(each) for each in border]
    for _ in range(_ROUNDS):
        strays = [
            part
            for each in np.unique(label).tolist()
            for part in components({int(k) for k in np.flatnonzero(label == each)}, near)[1:]
        ]
        if not strays:
            break
        for part in strays:
            touched: dict[int, float] = {}
            for k in part:
                for other, length in border[k].items():
                    if other not in part:
                        touched[int(label[other])] = touched.get(int(label[other]), 0.0) + length
            if touched:
                label[sorted(part)] = max(sorted(touched), key=lambda each: touched[each])
    return label
