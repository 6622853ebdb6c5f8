"""The drafts of the reports: what, where and when, before they are written out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.sample.days import Year, day_weights, make_year, seconds_of_day
from gridsvc.sample.files import to_degrees
from gridsvc.sample.frontage import Frontage
from gridsvc.sample.grid import Grid
from gridsvc.sample.inventory import Inventory
from gridsvc.sample.mix import BACKGROUND, PLANTED, Hot, Mix, side_weights
from gridsvc.sample.places import Places
from gridsvc.sample.wording import SOURCE_SHARES, SOURCES

COUNT = 60_000

_REPEATED = 0.06

Numbers = NDArray[np.int64]
Metres = NDArray[np.float64]


@dataclass(slots=True)
class Draft:
    """Reports before they are written; every field has shape (n,), `xy` (n, 2) in EPSG:4545 metres.

    `number` counts in the list of classes, `component` in the inventory (-1: none), `day` from FIRST.
    """

    number: Numbers
    xy: Metres
    cell: Numbers
    road: Numbers
    component: Numbers
    landmark: NDArray[np.object_]
    day: Numbers
    second: Numbers
    source: Numbers

    @classmethod
    def joined(cls, parts: list[Draft]) -> Draft:
        """Return all parts as one."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in cls.__slots__))


class Scene:
    """What the reports are drawn from; `rng` is drawn from in the order of the code."""

    def __init__(
        self, grid: Grid, frontage: Frontage, places: Places, inventory: Inventory, seed: int
    ) -> None:
        self.grid, self.frontage, self.places, self.inventory = grid, frontage, places, inventory
        self.rng = np.random.default_rng([seed, 6])
        self.year: Year = make_year(np.random.default_rng([seed, 7]))
        self.effort = _effort(grid, np.random.default_rng([seed, 8]))
        codes = {("event", code) for hot in PLANTED for code, _share in hot.codes}
        self.classes = sorted(codes | {(mix.kind, mix.code) for mix in BACKGROUND})
        self.places_of_hot: dict[str, list[dict[str, Any]]] = {}

    def number_of(self, kind: str, code: str) -> int:
        """Return the number of a class in `classes`."""
        return self.classes.index((kind, code))


def _effort(grid: Grid, rng: np.random.Generator) -> Metres:
    """Return how much each cell is walked, mean 1: some communities and some cells far more than others."""
    community = rng.lognormal(0, 0.35, len(grid.communities.codes))
    cell = rng.lognormal(0, 0.6, len(grid.cells.codes))
    grade = np.where(grid.grade == "A", 1.6, np.where(grid.grade == "B", 1.0, 0.6))
    effort = community[grid.cells.parent] * cell * grade
    return np.asarray(effort / effort.mean())


def draft_reports(scene: Scene) -> tuple[Draft, int]:
    """Return COUNT drafts in the order of their days and seconds, and how many repeat an earlier place."""
    parts = [_hot(scene, hot) for hot in PLANTED]
    left = COUNT - sum(len(part.number) for part in parts)
    weights = np.array([mix.weight for mix in BACKGROUND])
    counts = scene.rng.multinomial(left, weights / weights.sum())
    parts += [_background(scene, mix, int(n)) for mix, n in zip(BACKGROUND, counts, strict=True) if n]
    draft = Draft.joined(parts)
    repeated = _repeat_places(scene.rng, draft)
    order = np.lexsort((np.arange(COUNT), draft.second, draft.day))
    for name in Draft.__slots__:
        setattr(draft, name, getattr(draft, name)[order])
    return draft, repeated


def _hot(scene: Scene, hot: Hot) -> Draft:
    """Plant a pattern along the streets around some places of a kind; some draw more than others."""
    rng, frontage, places = scene.rng, scene.frontage, scene.places
    candidates = rng.permutation(np.flatnonzero(places.kind == hot.near))
    street = scene.grid.communities.parent[scene.grid.cells.parent[places.cell[candidates]]]
    turn = np.array([np.count_nonzero(street[:k] == street[k]) for k in range(len(street))])
    # The first of every street, then the second: no street is without the pattern if it has such places.
    chosen = np.sort(candidates[np.argsort(turn, kind="stable")][: hot.chosen])
    pull = rng.lognormal(0, 0.45, hot.chosen)
    shares = rng.multinomial(hot.count, pull / pull.sum())
    middles = shapely.get_coordinates(
        shapely.line_interpolate_point(scene.grid.edges.lines[frontage.line], 0.5, normalized=True)
    )
    road = np.array((0.8, 1.0, 1.0, 0.8, 0.0))[frontage.kind]
    sides, alongs, landmark = [], [], []
    for place, count in zip(chosen, shares, strict=True):
        distance = np.hypot(*(middles - places.xy[place]).T)
        # Weight by the distance of the stretch, then thin by the distance of the spot itself.
        weight = road * np.exp(-0.5 * (distance / (1.6 * hot.reach)) ** 2) * (distance < 6 * hot.reach)
        side, along = frontage.draw(rng, 12 * int(count), weight)
        spots = frontage.place(side, along, np.ones(len(side)))
        near = np.hypot(*(spots.xy - places.xy[place]).T)
        likely = np.exp(-0.5 * (near / hot.reach) ** 2) + 1e-9
        kept = rng.choice(len(side), int(count), replace=False, p=likely / likely.sum())
        sides.append(side[kept])
        alongs.append(along[kept])
        landmark += [str(places.name[place])] * int(count)
        scene.places_of_hot.setdefault(hot.name, []).append(
            {
                "name": str(places.name[place]),
                "lon": to_degrees(places.xy[[place]])[0].tolist()[0],
                "lat": to_degrees(places.xy[[place]])[0].tolist()[1],
                "cell_code": str(scene.grid.cells.codes[places.cell[place]]),
                "reports": int(count),
            }
        )
    side, along = np.concatenate(sides), np.concatenate(alongs)
    spots = frontage.place(side, along, rng.normal(2.0, 1.2, hot.count))
    weights = scene.year.rhythm * (scene.year.school if hot.school_days else 1.0)
    day = rng.choice(len(weights), hot.count, p=weights / weights.sum())
    second = (rng.triangular(*hot.hours, hot.count) * 3600).astype(np.int64)
    codes = [scene.number_of("event", code) for code, _share in hot.codes]
    words = np.array(landmark, dtype=object)
    return Draft(
        rng.choice(codes, hot.count, p=[share for _code, share in hot.codes]),
        spots.xy + rng.normal(0, 3.0, spots.xy.shape),
        spots.cell,
        spots.road,
        np.full(hot.count, -1),
        np.where(rng.random(hot.count) < 0.55, words, "").astype(object),
        day,
        second,
        rng.choice(len(SOURCES), hot.count, p=SOURCE_SHARES["planted"]),
    )


def _background(scene: Scene, mix: Mix, count: int) -> Draft:
    rng, frontage, inventory = scene.rng, scene.frontage, scene.inventory
    component = np.full(count, -1)
    if mix.where == "component":
        fits = np.flatnonzero(inventory.code == mix.code)
        # A few objects fail again and again.
        weight = scene.effort[inventory.cell[fits]] * rng.lognormal(0, 0.8, len(fits))
        component = rng.choice(fits, count, p=weight / weight.sum())
        xy = shapely.get_coordinates(shapely.point_on_surface(inventory.shape[component]))
        cell, road = inventory.cell[component], np.full(count, -1)
        near = scene.grid.edges.kind <= 3
        found = shapely.STRtree(scene.grid.edges.lines[near]).query_nearest(
            shapely.points(xy), all_matches=False
        )
        road = scene.grid.edges.street[near][found[1]]
    else:
        weight = side_weights(scene.grid, frontage, mix.where, rng) * scene.effort[frontage.cell]
        side, along = frontage.draw(rng, count, weight)
        beyond = rng.gamma(2.0, 6.0, count) if mix.where == "yard" else rng.normal(2.2, 1.6, count)
        spots = frontage.place(side, along, np.where(mix.where == "low", beyond - 5, beyond))
        xy, cell, road = spots.xy, spots.cell, spots.road
    weights = day_weights(scene.year, mix.when, mix.months)
    source = rng.choice(len(SOURCES), count, p=SOURCE_SHARES[mix.when])
    return Draft(
        np.full(count, scene.number_of(mix.kind, mix.code)),
        xy + rng.normal(0, 1.0, xy.shape) * np.where(source == 0, 3.0, 7.0)[:, None],
        cell,
        road,
        component,
        np.full(count, "", dtype=object),
        rng.choice(len(weights), count, p=weights / weights.sum()),
        seconds_of_day(rng, mix.when, count),
        source,
    )


def _repeat_places(rng: np.random.Generator, draft: Draft) -> int:
    """Let some reports stand at exactly the place of an earlier one of their class; return how many."""
    order = np.lexsort((rng.random(COUNT), draft.number))
    first = np.searchsorted(draft.number[order], draft.number[order])
    place = np.arange(COUNT) - first
    chosen = np.flatnonzero((rng.random(COUNT) < _REPEATED) & (place > 0))
    model = first[chosen] + (rng.random(len(chosen)) * place[chosen]).astype(np.int64)
    copies, models = order[chosen], order[model]
    for name in ("xy", "cell", "road", "component", "landmark"):
        values = getattr(draft, name)
        values[copies] = values[models]
    return len(copies)
