"""Which zones a new edition of the grid touches."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from gridsvc.geography import diff_layers, outlines_in_system
from gridsvc.zones import Zone
from gridsvc.zones.touching import touched_zones
from tests.geography.paper import ORIGIN, SRID, layer, square

BEFORE = layer([("a", square(0, 0)), ("b", square(100, 0)), ("c", square(200, 0))])
# b gives c ten metres
AFTER = layer([("a", square(0, 0)), ("b", square(100, 0, 90)), ("c", square(190, 0, 110))])


def zone(code: str, shape: Any = None, cells: tuple[str, ...] = (), srid: int = SRID) -> Zone:
    drawn = square(0, 0) if shape is None else shape
    whole = shapely.transform(drawn, lambda xy: np.rint((xy + ORIGIN) * 1000))
    shapes = outlines_in_system(np.array([shapely.MultiPolygon([whole])], dtype=object), SRID, srid)
    given_as = "cells" if cells else "polygon"
    return Zone(
        1, "patrol", code, code, None, None, None, None, given_as, cells, srid, shapes[0], 0.0, "test"
    )  # fmt: skip


def touched(zones: list[Zone], after: Any = AFTER) -> dict[str, tuple[float, tuple[str, ...]]]:
    found = touched_zones(zones, diff_layers(BEFORE, after))
    return {each.zone.code: (pytest.approx(each.m2, abs=1), each.gone) for each in found}


def test_a_list_of_cells_is_touched_by_its_cells() -> None:
    loses, gains = zone("loses", cells=("a", "b")), zone("gains", cells=("c",))
    within = zone("within", cells=("b", "c"))
    assert touched([zone("1", cells=("a",)), loses, gains, within]) == {
        "loses": (1000, ()),
        "gains": (1000, ()),
    }


def test_a_polygon_is_touched_by_its_ground() -> None:
    zones = [
        zone("far", square(0, 0)),
        zone("over", square(180, 50, 60, 100)),
        zone("beside", square(200, 0)),
    ]
    assert touched(zones) == {"over": (500, ())}


@pytest.mark.parametrize("srid", [SRID, 4524])
def test_systems_do_not_matter(srid: int) -> None:
    assert touched([zone("over", square(180, 0, 60), srid=srid)]) == {"over": (1000, ())}


def test_codes_that_are_gone_are_named() -> None:
    recoded = layer([("a", square(0, 0)), ("z", square(100, 0)), ("c", square(200, 0))])
    assert touched([zone("2", cells=("a", "b", "lost before"))], recoded) == {"2": (10_000, ("b",))}


def test_another_area_above_touches_and_another_name_does_not() -> None:
    codes = [("a", square(0, 0)), ("b", square(100, 0)), ("c", square(200, 0))]
    assert touched([zone("1", cells=("a",))], layer(codes, parents={"a": "x"})) == {"1": (10_000, ())}
    assert touched([zone("1", cells=("a",))], layer(codes, names={"a": "新名"})) == {}
