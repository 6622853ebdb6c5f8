"""Sequence numbers inside a community: west to east, then north to south."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.codes import CodeProfile, Numbering
from gridsvc.geography.rings import Floats, Geometries

_Parent = TypeVar("_Parent", str, str | None)
_NEAR_M = 1.0  # centroids of one cell differ by less between two projected systems


def numbered(
    geometries: Geometries,
    parents: Sequence[str],
    profile: CodeProfile,
    *,
    unit_m: float,
    taken: Collection[str] = (),
) -> list[str]:
    """Return a code for each area: its parent's code and a number in the order of the profile.

    DB11/T 2157-2023: west to east, then north to south. That is read as one reads a page, and made exact so:
    the place of an area is its centroid; of the areas of one parent the northernmost and all less than
    `band_m` south of it are the first row; the northernmost of the rest begins the next. A row runs from west
    to east. (Order `columns`: the same, turned.) Equal places go by the north, then by the shape itself, so
    the order of the input has no effect.

    `geometries`: polygons, shape (n,), x east and y north, one unit being `unit_m` metres (0.001 on the
    lattice of millimetres). `taken`: codes in use or retired; they are never given again, the smallest
    numbers that are free are given.

    Raises:
        InputRefused: `no_numbering` when the profile has no rule; `sequence_exhausted` with one fault for
            each parent that has more areas than numbers left; `bad_code` for a parent that is none.
    """
    rule = _rule(profile)
    above = profile.above(rule.level)
    used = frozenset(taken)
    codes = [""] * len(parents)
    faults = []
    for parent, members in _by_parent(parents).items():
        fields = {} if above is None else profile.parse(above, parent)
        free = _free_codes(profile, rule, fields, used)
        order = members[reading_order(geometries[members], rule, unit_m)]
        given = list(islice(free, len(order)))
        if len(given) < len(order):
            faults.append(_exhausted(parent, len(order), len(given)))
        for area, code in zip(order.tolist(), given, strict=False):
            codes[area] = code
    if faults:
        raise InputRefused(
            "sequence_exhausted",
            Text("顺序号不够用。", "There are not enough sequence numbers."),
            faults=tuple(faults),
        )
    return codes


def reading_order(geometries: Geometries, rule: Numbering, unit_m: float) -> NDArray[np.int64]:
    """Return the indexes of areas of one parent in the order in which they are numbered."""
    east, north = shapely.get_coordinates(shapely.centroid(geometries)).T * unit_m
    # Rows begin in the north, columns in the west: both count downwards from the largest.
    down, along = (north, east) if rule.order == "rows" else (-east, -north)
    by_height = np.argsort(-down, kind="stable")
    band = np.empty(len(down), np.int64)
    number, top = -1, np.inf
    for index, height in zip(by_height.tolist(), down[by_height].tolist(), strict=True):
        if number < 0 or top - height >= rule.band_m:
            number, top = number + 1, height
        band[index] = number
    shapes = shapely.to_wkb(shapely.normalize(geometries))
    ranks = np.unique(np.array([each.hex() for each in shapes]), return_inverse=True)[1]
    return np.lexsort((ranks, -down, along, band)).astype(np.int64)


@dataclass(frozen=True, slots=True)
class SequenceFault:
    """An area (by index) whose number contradicts that of another area of its parent.

    It lies both north and west of `other` and has the larger number, or south and east and the smaller.
    """

    index: int
    code: str
    other: str

    @property
    def message(self) -> Text:
        """What is wrong, for a report."""
        if self.code > self.other:
            return Text(
                f"{self.code} 位于 {self.other} 的西北方，编号却在其后。",
                f"{self.code} lies north and west of {self.other} but has a larger number.",
            )
        return Text(
            f"{self.code} 位于 {self.other} 的东南方，编号却在其前。",
            f"{self.code} lies south and east of {self.other} but has a smaller number.",
        )


def sequence_faults(
    codes: Sequence[str], parents: Sequence[str | None], geometries: Geometries, *, unit_m: float
) -> list[SequenceFault]:
    """Return areas that no reading of “west to east, then north to south” puts where their number is.

    In rows or in columns, of whatever height: an area never comes after one that lies both east and south of
    it. Areas that break this (by more than a metre on both axes) are returned, as few as explain all such
    pairs: again and again the one with most of them. A layer that was numbered in order and in which cells
    were later split may have some, as new cells get numbers that were never used: a warning, no error.

    `codes` are compared as text within each parent (None: by itself); `geometries` as for `numbered`.
    """
    faults = []
    for parent, members in _by_parent(parents).items():
        if parent is None or len(members) < 2:
            continue
        ordered = members[np.argsort(np.array([codes[k] for k in members]), kind="stable")]
        places = shapely.get_coordinates(shapely.centroid(geometries[ordered])) * unit_m
        for one, other in _misplaced(places[:, 0], places[:, 1]):
            faults.append(SequenceFault(int(ordered[one]), codes[ordered[one]], codes[ordered[other]]))
    return sorted(faults, key=lambda fault: fault.code)


def _misplaced(east: Floats, north: Floats) -> list[tuple[int, int]]:
    """Return (area, one that it stands wrong to), by position in the order of the codes."""
    # One row of the relation at a time: all of them at once are n² numbers, 600 MB of 12,000 areas.
    left = np.ones(len(east), dtype=bool)
    count = np.array([np.count_nonzero(_wrong_to(k, east, north)) for k in range(len(east))], np.int64)
    found = []
    while (worst := int(count.argmax())) >= 0 and count[worst]:
        others = _wrong_to(worst, east, north) & left
        found.append((worst, int(others.argmax())))
        count -= others
        count[worst] = 0
        left[worst] = False
    return found


def _wrong_to(one: int, east: Floats, north: Floats) -> NDArray[np.bool_]:
    """Return which areas come after `one` but lie north and west of it, or before it and south and east."""
    wrong = np.zeros(len(east), dtype=bool)
    wrong[one + 1 :] = (east[one] > east[one + 1 :] + _NEAR_M) & (north[one] < north[one + 1 :] - _NEAR_M)
    wrong[:one] = (east[:one] > east[one] + _NEAR_M) & (north[:one] < north[one] - _NEAR_M)
    return wrong


def _rule(profile: CodeProfile) -> Numbering:
    if profile.numbering is None:
        raise InputRefused(
            "no_numbering",
            Text(
                f"编码规则 {profile.name} 没有编号规则。",
                f"The profile {profile.name} has no rule of numbering.",
            ),
            remedy=Text(
                "改用 --profile gbt，或在规则文件中写上 [numbering]。",
                "Use --profile gbt, or write [numbering] into the file of rules.",
            ),
        )
    return profile.numbering


def _free_codes(
    profile: CodeProfile, rule: Numbering, fields: Mapping[str, str], used: Collection[str]
) -> Iterator[str]:
    """Yield the codes under one parent that were never used, by number."""
    field = profile.fields[rule.field]
    for number in range(field.first or 0, 10**field.least):
        code = profile.build(rule.level, {**fields, rule.field: number})
        if code not in used:
            yield code


def _exhausted(parent: str | None, wanted: int, left: int) -> Fault:
    return Fault(
        "sequence_exhausted",
        Text(
            f"{parent} 内有 {wanted} 个单元需要编号，只剩 {left} 个未用过的顺序号。",
            f"{wanted} areas of {parent} need a number, {left} were never used.",
        ),
        Place(value=parent),
        Text(
            "请把该社区划分为几个社区，或减少单元（编码不得重复使用）。",
            "Divide the community, or make fewer cells: a code is never used again.",
        ),
    )


def _by_parent(parents: Sequence[_Parent]) -> dict[_Parent, NDArray[np.int64]]:
    members: dict[_Parent, list[int]] = {}
    for index, parent in enumerate(parents):
        members.setdefault(parent, []).append(index)
    return {parent: np.array(found, np.int64) for parent, found in members.items()}
