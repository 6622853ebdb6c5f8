"""A place with an accuracy: its shares among the cells, and its responsibility among their units."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from gridsvc.responsibility.accuracy import sigma_mm
from gridsvc.responsibility.atlas import Atlas, Moment
from gridsvc.responsibility.blending import blend, blend_components, too_uncertain
from gridsvc.responsibility.candidates import Ground, Verdict
from gridsvc.responsibility.grid import TerritoryKey
from gridsvc.responsibility.pieces import parts_near_roads
from gridsvc.responsibility.queries import Queries
from gridsvc.responsibility.uncertain import Uncertain
from gridsvc.responsibility.varying import Varying

_MOST_CELLS, _LEAST_SHARE = 50, 1e-4  # cells that an answer lists


class Weighed(NamedTuple):
    """The likeliest cells with shares, largest first, and the verdict over them, None without a clause."""

    cells: list[tuple[int, float]]
    verdict: Verdict | None


def weigh(
    atlas: Atlas,
    current: Moment,
    queries: Queries,
    row: int,
    place: tuple[float, float],
    cases: Sequence[tuple[float, int]],
    given: Verdict | None,
    varying: Varying | None = None,
    components: Sequence[tuple[float, int]] = (),
) -> Weighed:
    """Share an uncertain place out among its cells, and its responsibility among their units.

    `place`: lon, lat in WGS 84. `cases` are probabilities and cases of the atlas's book: one, or one for each
    owner of the components that may be meant; `given` (None: no class was asked) is the verdict of the
    coordinates themselves. `varying`: where facts are not the same all over the place, what is known where;
    then `components` (probabilities and components, as in `Rows.component`) stand for `cases`. Bounded work,
    whatever the accuracy: some milliseconds.
    """
    accuracy = float(queries.accuracy_m[row])
    sigma = sigma_mm(accuracy, queries.accuracy_kind[row])
    found = current.grid.shares(*place, sigma) if accuracy <= atlas.policy.most_m else []
    cells = [(cell, share) for cell, _, share in found if share >= _LEAST_SHARE][:_MOST_CELLS]
    if given is None or cases[0][1] == 0:
        return Weighed(cells, None)
    if not found:
        return Weighed(cells, too_uncertain(given, accuracy))
    if varying is not None:
        return Weighed(
            cells,
            blend(_of_varying(atlas, current, varying, found, components), given, accuracy, atlas.policy),
        )
    grounds: list[tuple[float, Ground]] | None = None
    if current.grounds is not None:
        x, y = current.grid.millimetres(np.array([place[0]]), np.array([place[1]]))
        facts = float(queries.heading_deg[row]), int(queries.house_number[row])
        uncertain = Uncertain(int(x[0]), int(y[0]), sigma, *facts)
        grounds = parts_near_roads(current.grid, current.grounds, uncertain, found)
    if grounds is None:
        grounds = [(share, current.territories[key]) for _, key, share in found]
    book = atlas.verdicts
    parts = [
        (share, blend_components([(each, book.verdict(case, ground)) for each, case in cases]))
        for share, ground in grounds
    ]
    return Weighed(cells, blend(parts, given, accuracy, atlas.policy))


def _of_varying(
    atlas: Atlas,
    current: Moment,
    varying: Varying,
    found: Sequence[tuple[int, TerritoryKey, float]],
    components: Sequence[tuple[float, int]],
) -> list[tuple[float, Verdict]]:
    """Return shares and verdicts of a place whose facts differ from part to part."""
    book, gathering = atlas.verdicts, current.gathering
    parts = varying.parts(current, found)
    states = np.array([state for _, _, state in parts], np.int32)
    cases = [(share, gathering.cases_from(states, component).tolist()) for share, component in components]
    verdicts = [
        (share, blend_components([(each, book.verdict(of[k], ground)) for each, of in cases]))
        for k, (share, ground, _) in enumerate(parts)
    ]
    # States are numbered as they are met: equal shares are told apart by what they lead to.
    return sorted(verdicts, key=lambda part: (-round(part[0], 12), part[1].unit or "", part[1].reason.zh))
