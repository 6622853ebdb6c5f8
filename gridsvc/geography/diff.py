"""What changed from one edition of a level to another: split, merged, moved, renamed, retired areas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography.layers import Layer
from gridsvc.geography.outlines import outlines_in_system
from gridsvc.geography.overlaps import NOWHERE, Pieces, pieces_of, square_metres, wider_than
from gridsvc.geography.rings import Floats

TOLERANCE_M = 0.05
"""Strips of the border that are nowhere wider are noise: of rounding, of another projected system."""

KINDS: Mapping[str, Text] = {
    "unchanged": Text("未变", "unchanged"),
    "renamed": Text("改名", "renamed: same ground and code, another name"),
    "reparented": Text("改属", "reparented: same ground, code and name, another area above"),
    "recoded": Text("改码", "recoded: same ground, another code"),
    "moved": Text("边界调整", "moved: same code, another border"),
    "split": Text("拆分", "split: one became several"),
    "merged": Text("合并", "merged: several became one"),
    "rearranged": Text("重划", "rearranged: several became several"),
    "new": Text("新增", "new: on ground that had no area"),
    "retired": Text("撤销", "retired: its ground has no area any more"),
}

_Family = tuple[list[int], list[int]]  # areas before, areas after

_MAIN = 0.5  # share of an area that makes a piece its main part
_TAKEN = 0.05  # share of an area without main part that makes a neighbour part of its story


@dataclass(frozen=True, slots=True)
class Exchange:
    """Ground that changed its area; None: outside the layer. `m2` in the projected system."""

    before: str | None
    after: str | None
    m2: float


@dataclass(frozen=True, slots=True)
class Change:
    """Areas before and after that belong together, as indexes into the layers.

    `kind` is the first that holds of: recoded, moved, renamed, reparented, for one area that stays one;
    `renamed` and `reparented` say what else holds.
    """

    kind: str
    before: tuple[int, ...]
    after: tuple[int, ...]
    renamed: bool = False
    reparented: bool = False
    moved: bool = False


@dataclass(frozen=True, eq=False)
class LayerDiff:
    """The comparison of two editions of a level.

    `changes` are in the order of the codes and hold all areas but the unchanged, of which `unchanged` counts
    the number. `pieces` is the ground (millimetres of EPSG:`srid`, the system of `after`).
    """

    before: Layer
    after: Layer
    srid: int
    tolerance_m: float
    unchanged: int
    changes: tuple[Change, ...]
    pieces: Pieces
    m2_before: Floats
    m2_after: Floats

    @cached_property
    def counts(self) -> dict[str, int]:
        """How many changes there are of each kind, in the order of KINDS; those of none are left out."""
        found = Counter(change.kind for change in self.changes) | Counter(unchanged=self.unchanged)
        return {kind: found[kind] for kind in KINDS if found[kind]}

    @cached_property
    def other_code(self) -> Pieces:
        """The ground that has another code now, or one only before or only after."""
        return self.pieces.where(~self._same(self.before.codes, self.after.codes))

    @cached_property
    def other_answer(self) -> Pieces:
        """The ground for which somebody else may answer now: another code, or another area above."""
        same = self._same(self.before.codes, self.after.codes)
        return self.pieces.where(~(same & self._same(self.before.parent_codes, self.after.parent_codes)))

    @cached_property
    def codes_on_other_ground(self) -> list[str]:
        """Codes of both editions that name other ground now: no area of theirs became one of that code."""
        home = {code: number for number, change in enumerate(self.changes) for code in self._codes(change, 0)}
        return sorted(
            code
            for number, change in enumerate(self.changes)
            for code in self._codes(change, 1)
            if home.get(code, number) != number
        )

    def exchanges(self, change: Change) -> list[Exchange]:
        """Return the ground that areas of a change gave or got under another code, largest first."""
        rows = {row for k in change.before for row in self._rows[0].get(k, ())}
        rows |= {row for k in change.after for row in self._rows[1].get(k, ())}
        return sorted((self.exchange(row) for row in rows), key=lambda each: -each.m2)

    def exchange(self, row: int) -> Exchange:
        """Return one row of `other_code` by its codes."""
        return Exchange(*self.codes_of(self.other_code, row), float(self.other_code.m2[row]))

    def codes_of(self, ground: Pieces, row: int) -> tuple[str | None, str | None]:
        """Return the codes before and after of one of the pieces; None where there was or is no area."""
        before, after = int(ground.before[row]), int(ground.after[row])
        return (
            None if before == NOWHERE else self.before.codes[before],
            None if after == NOWHERE else self.after.codes[after],
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the comparison as plain values, for JSON; areas in m² of the projected system."""
        ground = self.other_code
        return {
            "level": self.after.level,
            "before": self.before.name,
            "after": self.after.name,
            "srid": self.srid,
            "tolerance_m": self.tolerance_m,
            "areas_before": len(self.before.codes),
            "areas_after": len(self.after.codes),
            "counts": self.counts,
            "m2_before": round(float(self.m2_before.sum()), 1),
            "m2_after": round(float(self.m2_after.sum()), 1),
            "m2_other_code": round(float(ground.m2.sum()), 1),
            "m2_new_ground": round(float(ground.m2[ground.before == NOWHERE].sum()), 1),
            "m2_given_up": round(float(ground.m2[ground.after == NOWHERE].sum()), 1),
            "codes_on_other_ground": self.codes_on_other_ground,
            "changes": [self.change_as_dict(change) for change in self.changes],
        }

    def change_as_dict(self, change: Change) -> dict[str, Any]:
        """Return one change as plain values."""
        return {
            "kind": change.kind,
            "before": [_area(self.before, k, self.m2_before) for k in change.before],
            "after": [_area(self.after, k, self.m2_after) for k in change.after],
            "moved": change.moved,
            "renamed": change.renamed,
            "reparented": change.reparented,
            "exchanged": [
                {"before": each.before, "after": each.after, "m2": round(each.m2, 1)}
                for each in self.exchanges(change)
            ],
        }

    def _codes(self, change: Change, side: int) -> list[str]:
        layer, held = ((self.before, change.before), (self.after, change.after))[side]
        return [layer.codes[k] for k in held]

    def _same(self, before: Any, after: Any) -> Any:
        old, new = np.array([*before, ""], object), np.array([*after, ""], object)
        inside = (self.pieces.before != NOWHERE) & (self.pieces.after != NOWHERE)
        return inside & (old[self.pieces.before] == new[self.pieces.after])

    @cached_property
    def _rows(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        found: tuple[dict[int, list[int]], dict[int, list[int]]] = ({}, {})
        for side, column in enumerate((self.other_code.before, self.other_code.after)):
            for row, index in enumerate(column.tolist()):
                found[side].setdefault(index, []).append(row)
        return found


def diff_layers(before: Layer, after: Layer, *, tolerance_m: float = TOLERANCE_M) -> LayerDiff:
    """Compare two editions of one level, whatever their projected systems.

    Areas belong together where one holds at least half of the other; an area of which no other has half, but
    whose ground is mostly still in the layer, belongs to all that got (or gave) at least a twentieth of it.
    One to one is unchanged, renamed, reparented, recoded or moved; one to several a split, several to one a
    merger, several to several a rearrangement; an area that belongs to none is new or retired.
    """
    olds = outlines_in_system(before.geom_mm, before.srid, after.srid)
    news = after.geom_mm
    pieces = pieces_of(
        olds, news, tolerance_m=tolerance_m, partition=before.rules.strict and after.rules.strict
    )
    sizes = square_metres(olds), square_metres(news)
    families = _families(pieces, sizes)
    pairs = np.array([(*a, *b) for a, b in families if len(a) == len(b) == 1], np.int64).reshape(-1, 2)
    pairs = pairs[~np.isin(pairs[:, 0], pieces.before[pieces.whole])]
    between = shapely.symmetric_difference(olds[pairs[:, 0]], news[pairs[:, 1]])
    moved = pairs[wider_than(between, tolerance_m), 0]
    unchanged, changes = _changes(before, after, families, frozenset(moved.tolist()))
    return LayerDiff(before, after, after.srid, tolerance_m, unchanged, changes, pieces, *sizes)


def _changes(
    before: Layer, after: Layer, families: Sequence[_Family], moved: Container[int]
) -> tuple[int, tuple[Change, ...]]:
    unchanged, changes = 0, []
    for olds, news in families:
        if len(olds) != 1 or len(news) != 1:
            changes.append(Change(_kind_of_many(olds, news), tuple(olds), tuple(news)))
            continue
        [old], [new] = olds, news
        holds = {
            "recoded": before.codes[old] != after.codes[new],
            "moved": old in moved,
            "renamed": before.names[old] != after.names[new],
            "reparented": before.parent_codes[old] != after.parent_codes[new],
        }
        kind = next((name for name, true in holds.items() if true), None)
        if kind is None:
            unchanged += 1
        else:
            changes.append(
                Change(kind, (old,), (new,), holds["renamed"], holds["reparented"], holds["moved"])
            )
    return unchanged, tuple(sorted(changes, key=lambda each: _first_code(before, after, each)))


def _kind_of_many(olds: list[int], news: list[int]) -> str:
    if not olds or not news:
        return "retired" if olds else "new"
    if len(olds) == 1:
        return "split"
    return "merged" if len(news) == 1 else "rearranged"


def _first_code(before: Layer, after: Layer, change: Change) -> str:
    return min([before.codes[k] for k in change.before] + [after.codes[k] for k in change.after])


def _families(pieces: Pieces, sizes: tuple[Floats, Floats]) -> list[_Family]:
    """Return the areas before and after that belong together, each area once."""
    count = len(sizes[0])
    shared = pieces.where((pieces.before != NOWHERE) & (pieces.after != NOWHERE))
    share_old, share_new = (
        shared.m2 / size[index] for index, size in zip((shared.before, shared.after), sizes, strict=True)
    )
    main = (share_old >= _MAIN) | (share_new >= _MAIN)
    linked = main.copy()
    for index, share, size in ((shared.before, share_old, sizes[0]), (shared.after, share_new, sizes[1])):
        alone = np.bincount(index[main], minlength=len(size)) == 0
        covered = np.bincount(index, weights=share, minlength=len(size)) >= _MAIN
        linked |= (alone & covered)[index] & (share >= _TAKEN)
    # Where areas overlap, one that kept its shape has no other part in what becomes of its neighbours.
    whole = pieces.where(pieces.whole)
    settled = np.isin(shared.before, whole.before) | np.isin(shared.after, whole.after)
    linked &= shared.whole | ~settled
    leaders = list(range(count + len(sizes[1])))

    def leader(area: int) -> int:
        while leaders[area] != area:
            leaders[area] = leaders[leaders[area]]
            area = leaders[area]
        return area

    for old, new in zip(shared.before[linked].tolist(), shared.after[linked].tolist(), strict=True):
        one, other = leader(old), leader(count + new)
        leaders[max(one, other)] = min(one, other)
    families: dict[int, _Family] = {}
    for area in range(len(leaders)):
        olds, news = families.setdefault(leader(area), ([], []))
        if area < count:
            olds.append(area)
        else:
            news.append(area - count)
    return list(families.values())


def _area(layer: Layer, index: int, sizes: Floats) -> dict[str, Any]:
    return {
        "code": layer.codes[index],
        "name": layer.names[index],
        "parent": layer.parent_codes[index],
        "m2": round(float(sizes[index]), 1),
    }
