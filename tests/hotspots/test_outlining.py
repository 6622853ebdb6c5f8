"""Hot cells become hotspots: what is near each other is one, and empty rims are no part of it."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.hotspots.neighbours import lattice
from gridsvc.hotspots.outlining import outline_hot_cells

SIZE = 8
SQUARES = shapely.multipolygons(
    shapely.box(*(np.array([(c, r, c + 1, r + 1) for r in range(SIZE) for c in range(SIZE)]) * 100_000.0).T)[
        :, None
    ]
)
NEAR = lattice(SIZE, SIZE)


def cells(*places: tuple[int, int]) -> list[int]:
    return sorted(row * SIZE + column for column, row in places)


def outlines(hot: list[int], own: dict[int, int]):  # type: ignore[no-untyped-def]
    flags, counts = np.zeros(SIZE * SIZE, bool), np.zeros(SIZE * SIZE, np.int64)
    flags[hot] = True
    for cell, count in own.items():
        counts[cell] = count
    return outline_hot_cells(flags, counts, NEAR, SQUARES)


def test_a_peak_is_one_cell_without_its_empty_rim() -> None:
    rim = cells(*((c, r) for c in (2, 3, 4) for r in (2, 3, 4)))
    (found,) = outlines(rim, {cells((3, 3))[0]: 9})
    assert found.cells.tolist() == cells((3, 3))
    assert found.geometry_mm.equals(shapely.box(300_000, 300_000, 400_000, 400_000))


def test_corners_hold_together_and_distant_cells_do_not() -> None:
    one, two, far = cells((1, 1)), cells((2, 2)), cells((6, 6))
    found = outlines([*one, *two, *far], dict.fromkeys((*one, *two, *far), 5))
    assert [each.cells.tolist() for each in found] == [one + two, far]
    assert all(each.geometry_mm.geom_type == "MultiPolygon" for each in found)


def test_a_hotspot_of_rims_alone_keeps_them() -> None:
    (found,) = outlines(cells((1, 1), (2, 1)), {})
    assert found.cells.tolist() == cells((1, 1), (2, 1))


def test_nothing_hot_is_no_hotspot() -> None:
    assert outlines([], {0: 4}) == []


@given(st.sets(st.integers(0, SIZE * SIZE - 1), max_size=30))
def test_every_hot_cell_is_in_exactly_one_and_areas_add_up(hot: set[int]) -> None:
    found = outlines(sorted(hot), dict.fromkeys(hot, 1))
    held = [cell for each in found for cell in each.cells.tolist()]
    assert sorted(held) == sorted(hot)
    assert sum(shapely.area(each.geometry_mm) for each in found) == len(hot) * 1e10
    for each in found:
        assert shapely.is_valid(each.geometry_mm)
