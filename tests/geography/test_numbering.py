"""Sequence numbers inside a community."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography import code_profile
from gridsvc.geography.codes import Numbering
from gridsvc.geography.numbering import numbered, sequence_faults
from tests.geography import paper

GBT = code_profile("gbt")
COLUMNS = replace(GBT, numbering=Numbering("cell", "sequence", "columns", 100.0))

places = st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 2000)), min_size=1, max_size=40, unique=True)


def squares(corners: list[tuple[int, int]]) -> np.ndarray:
    return np.array([paper.square(x, y, 40, 40) for x, y in corners], dtype=object)


def sequence(codes: list[str]) -> list[int]:
    return [int(code[-3:]) for code in codes]


def test_rows_from_the_north_each_from_the_west() -> None:
    shapes = [paper.square(x, y) for y in (0, 100, 200) for x in (0, 100, 200)]
    assert sequence(numbered(np.array(shapes), [paper.COMMUNITY] * 9, GBT, unit_m=1)) == [
        7,
        8,
        9,
        4,
        5,
        6,
        1,
        2,
        3,
    ]
    assert sequence(numbered(np.array(shapes), [paper.COMMUNITY] * 9, COLUMNS, unit_m=1)) == [
        3,
        6,
        9,
        2,
        5,
        8,
        1,
        4,
        7,
    ]


def test_neighbours_of_unlike_height_are_one_row() -> None:
    # the eastern one reaches further north, yet the western one is read first
    shapes = np.array([paper.square(100, 0, 100, 150), paper.square(0, 0)])
    assert sequence(numbered(shapes, [paper.COMMUNITY] * 2, GBT, unit_m=1)) == [2, 1]


@given(corners=places, order=st.randoms(use_true_random=False), profile=st.sampled_from([GBT, COLUMNS]))
def test_numbers_do_not_depend_on_the_order_and_are_in_sequence(corners, order, profile) -> None:
    shapes = squares(corners)
    parents = [paper.COMMUNITY if x < 1000 else "610103001002" for x, _ in corners]
    codes = numbered(shapes, parents, profile, unit_m=1)
    assert len(set(codes)) == len(codes)
    assert all(GBT.fault("cell", code) is None for code in codes)
    assert [GBT.parent("cell", code) for code in codes] == parents
    for parent in set(parents):
        mine = sorted(
            number for number, other in zip(sequence(codes), parents, strict=True) if other == parent
        )
        assert mine == list(range(1, len(mine) + 1))
    turned = list(range(len(corners)))
    order.shuffle(turned)
    again = numbered(shapes[turned], [parents[k] for k in turned], profile, unit_m=1)
    assert again == [codes[k] for k in turned]
    assert sequence_faults(codes, parents, shapes, unit_m=1) == []


@given(corners=places, taken=st.sets(st.integers(1, 60)))
def test_no_number_is_given_twice(corners, taken: set[int]) -> None:
    shapes, parents = squares(corners), [paper.COMMUNITY] * len(corners)
    old = [f"{paper.COMMUNITY}{number:03d}" for number in taken]
    codes = numbered(shapes, parents, GBT, unit_m=1, taken=[*old, "610103001002001"])
    assert not set(codes) & set(old)
    free = sorted(set(range(1, 200)) - taken)[: len(codes)]
    assert sorted(sequence(codes)) == free


def test_rows_do_not_depend_on_the_unit() -> None:
    rng = np.random.default_rng(3)
    shapes = np.array([paper.square(*place) for place in rng.uniform(0, 1500, (60, 2))])
    parents = [paper.COMMUNITY] * 60
    millimetres = shapely.transform(shapes, lambda xy: xy * 1000)
    assert numbered(millimetres, parents, GBT, unit_m=0.001) == numbered(shapes, parents, GBT, unit_m=1)


def test_when_the_numbers_are_used_up_every_parent_is_named() -> None:
    shapes = np.array([paper.square(10 * k, 0) for k in range(4)])
    taken = [
        f"{parent}{number:03d}" for parent in ("610103001001", "610103001002") for number in range(1, 999)
    ]
    with pytest.raises(InputRefused) as caught:
        numbered(shapes, ["610103001001"] * 2 + ["610103001002"] * 2, GBT, unit_m=1, taken=taken)
    assert caught.value.code == "sequence_exhausted"
    assert [fault.place.value for fault in caught.value.faults] == ["610103001001", "610103001002"]
    assert "1 were never used" in caught.value.faults[0].message.en
    done = numbered(shapes[:1], ["610103001001"], GBT, unit_m=1, taken=taken)
    assert done == ["610103001001999"]


def test_what_cannot_be_numbered() -> None:
    with pytest.raises(InputRefused) as caught:
        numbered(squares([(0, 0)]), [paper.COMMUNITY], code_profile("free"), unit_m=1)
    assert caught.value.code == "no_numbering"
    with pytest.raises(InputRefused) as caught:
        numbered(squares([(0, 0)]), ["610103001"], GBT, unit_m=1)
    assert caught.value.code == "bad_code"


@given(corners=places.filter(lambda corners: len(corners) > 1), data=st.data())
def test_a_sequence_fault_is_a_larger_number_in_the_north_west(corners, data: st.DataObject) -> None:
    numbers = data.draw(st.permutations(range(len(corners))))
    codes = [f"{paper.COMMUNITY}{number + 1:03d}" for number in numbers]
    parents: list[str | None] = [paper.COMMUNITY] * len(corners)
    faults = sequence_faults(codes, parents, squares(corners), unit_m=1)
    out = {fault.index for fault in faults}

    def wrong(later: int, earlier: int) -> bool:
        (x, y), (u, v) = corners[later], corners[earlier]
        return codes[earlier] < codes[later] and x < u - 1 and y > v + 1

    pairs = [(i, j) for i in range(len(corners)) for j in range(len(corners)) if wrong(i, j)]
    assert bool(pairs) == bool(faults)
    assert all(i in out or j in out for i, j in pairs)  # without those named, all are in order


def test_one_misplaced_cell_is_named_alone() -> None:
    shapes = [paper.square(x, -y) for y in (0, 100, 200) for x in (0, 100, 200)]
    shapes = np.array([*shapes[1:], shapes[0]])  # the north-western cell has the last number
    codes = paper.cell_codes(9)
    [fault] = sequence_faults(codes, [paper.COMMUNITY] * 9, shapes, unit_m=1)
    assert fault.code == codes[8]
    assert "north and west" in fault.message.en
    assert "西北方" in fault.message.zh
    # ... and the south-eastern one the first
    in_order = [shapes[8], *shapes[:8]]
    [fault] = sequence_faults(codes, [paper.COMMUNITY] * 9, np.array([in_order[8], *in_order[:8]]), unit_m=1)
    assert fault.code == codes[0]
    assert "south and east" in fault.message.en
    assert sequence_faults(codes, [None] * 9, shapes, unit_m=1) == []


def test_twelve_thousand_areas_of_one_parent_take_little_memory() -> None:
    count = 12_000
    at = np.arange(count)
    shapes = shapely.points(at % 110 * 100.0, -(at // 110) * 100.0)
    shapes[[7, 9000]] = shapes[[9000, 7]]
    codes = [f"{number:05d}" for number in range(count)]
    tracemalloc.start()
    faults = sequence_faults(codes, ["p"] * count, shapes, unit_m=1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [fault.code for fault in faults] == ["00007", "09000"]
    assert most < 40e6
