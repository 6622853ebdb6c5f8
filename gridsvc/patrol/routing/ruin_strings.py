"""What is taken out of a plan: strings of neighbouring visits, compiled by numba.

Ruin and recreate: Schrimpf et al. 2000, Journal of Computational Physics 159: 139. Strings: Christiaens and
Vanden Berghe 2020, Transportation Science 54: 417. `ground` and `plan` as in `ruin_kernels`.
"""

from __future__ import annotations

from numba import njit

from gridsvc.patrol.routing.ruin_chance import below, chance
from gridsvc.patrol.routing.ruin_kernels import NOT, drop, load


@njit(cache=True, nogil=True)
def ruin(ground, plan, state, changed, lift):  # type: ignore[no-untyped-def]
    """Take visits out of some routes: strings of neighbours about one visit, or any. Marks `changed`.

    False where a route that is left does not hold: the way from one visit to the next may be longer than by
    the visit between.
    """
    family, near = ground[5], ground[8]
    seq, size, made, taken = plan[0], plan[1], plan[7], plan[8]
    number = len(made)
    routed = 0
    used = 0
    for p in range(len(size)):
        routed += size[p]
        used += size[p] > 0
    if routed == 0:
        return True
    middle = 1 + below(state, min(30, 2 + routed // 3))
    seed = below(state, number)
    if chance(state) < 0.15:
        for _ in range(middle):
            v = below(state, number)
            if made[v] >= 0:
                p = made[v]
                for i in range(size[p]):
                    if seq[p, i] == v:
                        drop(plan, p, i)
                        taken[family[v]] = False
                        changed[p] = True
                        break
    else:
        if made[seed] < 0 and chance(state) < 0.7:
            lift[seed] = 50.0  # it comes in first, if it can
            # Together with others near it it may be worth a way that none is worth alone.
            for j in range(below(state, min(10, near.shape[1]))):
                lift[near[seed, j]] *= 5.0
        average = max(1, routed // max(1, used))
        most = min(25, average)
        strings = 1 + below(state, max(1, (4 * middle) // (1 + most)))
        for j in range(near.shape[1]):
            c = near[seed, j]
            p = made[c]
            if p < 0 or changed[p]:
                continue
            length = 1 + below(state, min(most, size[p]))
            at = 0
            for i in range(size[p]):
                if seq[p, i] == c:
                    at = i
                    break
            first = max(0, at - below(state, length))
            first = min(first, size[p] - length)
            for _ in range(length):
                taken[family[seq[p, first]]] = False
                drop(plan, p, first)
            changed[p] = True
            strings -= 1
            if strings == 0:
                break
    holds = True
    for p in range(len(size)):
        if changed[p]:
            holds = load(ground, plan, p) < NOT and holds
    return holds
