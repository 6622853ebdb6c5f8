"""The four levels over a set of cells: codes, names, nesting, and what is only a placeholder."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from gridsvc.geography.building.coverage_sides import dissolved
from gridsvc.geography.building.former import Former, Renumbering, renumbered
from gridsvc.geography.building.parents import Neighbours, communities, nearest_street
from gridsvc.geography.building.placeholders import (
    CELLS_PER_COMMUNITY,
    Named,
    Offices,
    most_children,
    numbered_children,
)
from gridsvc.geography.building.sources import GivenAreas
from gridsvc.geography.codes import CodeProfile
from gridsvc.geography.numbering import reading_order
from gridsvc.geography.rings import Geometries, Integers

_MM = 0.001
PLACEHOLDER = "（占位）"


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """The areas of one level in the order of their codes; shapes in millimetres.

    `placeholder`: the borders were made up for want of polygons, and everybody who sees them is told.
    """

    codes: list[str]
    names: list[str]
    parents: list[str]
    shapes: Geometries
    placeholder: bool


@dataclass(frozen=True, slots=True, eq=False)
class Listed:
    """Lists for want of polygons: offices of streets, and communities by code and name."""

    offices: Offices | None = None
    communities: tuple[Named, ...] = field(default=())


@dataclass(frozen=True, slots=True, eq=False)
class Upper:
    """Streets and communities; `street` and `community` say for each cell which one it is in."""

    streets: list[Named]
    communities: list[Named]
    street: Integers
    community: Integers
    placeholders: tuple[str, ...]


def given_levels(given: GivenAreas, community: Integers, listed: Listed, profile: CodeProfile) -> Upper:
    """Return the communities that have cells, and the streets that their codes name."""
    used, community = np.unique(community, return_inverse=True)
    rows = [
        Named(given.codes[k], given.names[k], profile.parent("community", given.codes[k]) or "")
        for k in used.tolist()
    ]
    order = sorted(range(len(rows)), key=lambda k: rows[k].code)
    community = np.argsort(order)[community]
    rows = [rows[k] for k in order]
    known = dict(zip(listed.offices.codes, listed.offices.names, strict=True)) if listed.offices else {}
    codes = sorted({row.parent for row in rows})
    streets = [Named(code, known.get(code, code), profile.parent("street", code) or "") for code in codes]
    street = np.array([codes.index(row.parent) for row in rows])[community]
    return Upper(streets, rows, street, community, ())


def placeholder_levels(
    cells: Geometries,
    block: Integers,
    neighbours: Neighbours,
    listed: Listed,
    profile: CodeProfile,
    district: str,
) -> Upper:
    """Make up streets (nearest office) and communities (equal shares of a street).

    Without offices the district is one street; without a list, communities have about 25 cells. Listed
    communities are given to the shares in reading order: which is which nobody knows.
    """
    if listed.offices is not None:
        street = nearest_street(cells, block, listed.offices.places, neighbours)
        rows = zip(listed.offices.codes, listed.offices.names, strict=True)
        streets = [Named(code, name, district) for code, name in rows]
    else:
        street = np.zeros(len(cells), dtype=np.int64)
        streets = numbered_children(profile, "street", district, "district", 1, "街道{}")
    used, street = np.unique(street, return_inverse=True)
    streets = [streets[k] for k in used.tolist()]
    size = np.bincount(street, minlength=len(streets))
    known = [[each for each in listed.communities if each.parent == street.code] for street in streets]
    most = most_children(profile, "community")
    wanted = [
        len(each) or min(max(1, round(int(count) / CELLS_PER_COMMUNITY)), most)
        for each, count in zip(known, size, strict=True)
    ]
    community = communities(cells, block, street, np.array(wanted), neighbours)
    return _named(cells, streets, street, community, known, profile)


def _named(
    cells: Geometries,
    streets: list[Named],
    street: Integers,
    community: Integers,
    known: list[list[Named]],
    profile: CodeProfile,
) -> Upper:
    """Give the shares of each street the codes of its communities in reading order, sorted by code."""
    count = int(community.max()) + 1
    shapes = dissolved(cells, community, count)
    of = np.zeros(count, dtype=np.int64)
    of[community] = street
    rows: list[Named] = []
    place = np.zeros(count, dtype=np.int64)
    by_code = sorted(range(len(streets)), key=lambda k: streets[k].code)
    for k in by_code:
        members = np.flatnonzero(of == k)
        read = members[_reading(shapes[members], profile)]
        named = known[k] or numbered_children(
            profile, "community", streets[k].code, "street", len(members), "社区{}"
        )
        place[read] = len(rows) + np.arange(len(read))
        rows += named[: len(read)]
    return Upper(
        _called([streets[k] for k in by_code]),
        _called(rows),
        np.argsort(by_code)[street],
        place[community],
        ("street", "community"),
    )


def _called(rows: list[Named]) -> list[Named]:
    """Say in each name that the area is a placeholder: names show where columns do not."""
    return [replace(row, name=f"{row.name}{PLACEHOLDER}") for row in rows]


def _reading(shapes: Geometries, profile: CodeProfile) -> Integers:
    if profile.numbering is None:
        return np.arange(len(shapes))
    return reading_order(shapes, profile.numbering, _MM)


def four_levels(
    cells: Geometries,
    upper: Upper,
    profile: CodeProfile,
    district: tuple[str, str],
    former: Former | None = None,
) -> tuple[dict[str, Level], Integers, Renumbering | None]:
    """Number the cells and put the levels together; the second value is the order of the cells.

    With a `former` grid the third says what became of its codes.
    """
    above = [upper.communities[k].code for k in upper.community.tolist()]
    codes, renumbering = renumbered(cells, above, profile, former)
    order = np.array(sorted(range(len(codes)), key=lambda k: codes[k]), dtype=np.int64)
    names = [f"{upper.communities[upper.community[k]].name}{codes[k][-3:]}号网格" for k in order]
    code, name = district
    whole = dissolved(cells, np.zeros(len(cells), dtype=np.int64), 1)
    made_up = bool(upper.placeholders)
    return (
        {
            "district": Level([code], [name], [""], whole, False),
            "street": _level(upper.streets, dissolved(cells, upper.street, len(upper.streets)), made_up),
            "community": _level(
                upper.communities, dissolved(cells, upper.community, len(upper.communities)), made_up
            ),
            "cell": Level([codes[k] for k in order], names, [above[k] for k in order], cells[order], False),
        },
        order,
        renumbering,
    )


def _level(rows: list[Named], shapes: Geometries, made_up: bool) -> Level:
    return Level(
        [row.code for row in rows],
        [row.name for row in rows],
        [row.parent for row in rows],
        np.asarray(shapely.normalize(shapes)),
        made_up,
    )
