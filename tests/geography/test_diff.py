"""Comparing two editions of a level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from gridsvc.geography import Layer
from gridsvc.geography.diff import diff_layers
from gridsvc.geography.outlines import outlines_in_system
from tests.geography.paper import SRID, layer, square

WHOLE = [("a", square(0, 0)), ("b", square(100, 0)), ("c", square(200, 0))]


def kinds(before: Layer, after: Layer) -> dict[str, Any]:
    found = diff_layers(before, after)
    return {
        change.kind: (
            [before.codes[k] for k in change.before],
            [after.codes[k] for k in change.after],
        )
        for change in found.changes
    }


def test_nothing_changed() -> None:
    found = diff_layers(layer(WHOLE), layer(WHOLE[::-1]))
    assert (found.counts, found.changes, found.codes_on_other_ground) == ({"unchanged": 3}, (), [])
    assert len(found.other_code.m2) == 0


def test_split_and_merged() -> None:
    halves = [
        ("a", square(0, 0)),
        ("b1", square(100, 0, 30)),
        ("b2", square(130, 0, 70)),
        ("c", square(200, 0)),
    ]
    assert kinds(layer(WHOLE), layer(halves)) == {"split": (["b"], ["b1", "b2"])}
    assert kinds(layer(halves), layer(WHOLE)) == {"merged": (["b1", "b2"], ["b"])}
    found = diff_layers(layer(WHOLE), layer(halves))
    assert found.counts == {"unchanged": 2, "split": 1}
    [change] = found.as_dict()["changes"]
    assert change["exchanged"] == [
        {"before": "b", "after": "b2", "m2": 7000.0},
        {"before": "b", "after": "b1", "m2": 3000.0},
    ]


def test_a_moved_border_changes_both_neighbours() -> None:
    shifted = [("a", square(0, 0, 90)), ("b", square(90, 0, 110)), ("c", square(200, 0))]
    found = diff_layers(layer(WHOLE), layer(shifted))
    assert found.counts == {"unchanged": 1, "moved": 2}
    assert [found.exchanges(change) for change in found.changes] == [[found.exchange(0)]] * 2
    exchange = found.exchange(0)
    assert (exchange.before, exchange.after, exchange.m2) == ("a", "b", pytest.approx(1000))


@pytest.mark.parametrize(
    ("width", "expected"), [(0.04, {"unchanged": 3}), (0.06, {"unchanged": 1, "moved": 2})]
)
def test_noise_of_the_border(width: float, expected: dict[str, int]) -> None:
    shifted = [
        ("a", square(0, 0, 100 - width)),
        ("b", square(100 - width, 0, 100 + width)),
        ("c", square(200, 0)),
    ]
    assert diff_layers(layer(WHOLE), layer(shifted)).counts == expected


def test_a_local_bulge_is_found_in_a_long_noisy_border() -> None:
    long = [("a", square(0, 0, 1000, 1000)), ("b", square(0, 1000, 1000, 1000))]
    strip = shapely.union(square(0, 999.99, 1000, 0.01), square(500, 997, 3, 3))
    moved = [("a", shapely.difference(long[0][1], strip)), ("b", shapely.union(long[1][1], strip))]
    assert diff_layers(layer(long), layer(moved)).counts == {"moved": 2}


def test_names_codes_and_parents() -> None:
    assert kinds(layer(WHOLE), layer(WHOLE, names={"b": "新名"})) == {"renamed": (["b"], ["b"])}
    assert kinds(layer(WHOLE), layer(WHOLE, parents={"c": "x"})) == {"reparented": (["c"], ["c"])}
    recoded = [("a", square(0, 0)), ("z", square(100, 0)), ("c", square(200, 0))]
    found = diff_layers(layer(WHOLE), layer(recoded, parents={"z": "x"}))
    [change] = found.changes
    assert (change.kind, change.renamed, change.reparented, change.moved) == ("recoded", True, True, False)
    assert found.other_code.m2.tolist() == [10_000]


def test_codes_that_changed_places() -> None:
    swapped = [("b", square(0, 0)), ("a", square(100, 0)), ("c", square(200, 0))]
    found = diff_layers(layer(WHOLE), layer(swapped))
    assert found.counts == {"unchanged": 1, "recoded": 2}
    assert found.codes_on_other_ground == ["a", "b"]


def test_ground_that_comes_and_goes() -> None:
    after = [("a", square(0, 0)), ("b", square(100, 0, 100, 150)), ("d", square(500, 0))]
    found = diff_layers(layer(WHOLE), layer(after))
    assert found.counts == {"unchanged": 1, "moved": 1, "new": 1, "retired": 1}
    report = found.as_dict()
    assert (report["m2_new_ground"], report["m2_given_up"], report["m2_other_code"]) == (
        15_000,
        10_000,
        25_000,
    )
    assert {"before": None, "after": "d", "m2": 10_000.0} in report["changes"][-1]["exchanged"]


def test_a_cell_that_its_neighbours_share_is_rearranged() -> None:
    # b goes to a, c and d in thirds; each of these keeps its own
    before = [
        ("a", square(0, 0)),
        ("b", square(100, 0, 90)),
        ("c", square(190, 0)),
        ("d", square(100, 100, 90, 90)),
    ]
    third = shapely.box(100, 66, 190, 100)
    after = [
        ("a", shapely.union(square(0, 0), square(100, 0, 45, 66))),
        ("c", shapely.union(square(190, 0), square(145, 0, 45, 66))),
        ("d", shapely.union(square(100, 100, 90, 90), third)),
    ]
    assert kinds(layer(before), layer(after)) == {"rearranged": (["a", "b", "c", "d"], ["a", "c", "d"])}


def test_two_systems_are_no_change() -> None:
    grid = [(f"{x}-{y}", square(x * 100, y * 100)) for x in range(5) for y in range(5)]
    before = layer(grid)
    after = replace(before, srid=4524, geom_mm=outlines_in_system(before.geom_mm, SRID, 4524))
    assert diff_layers(before, after).counts == {"unchanged": 25}
    assert diff_layers(after, before).counts == {"unchanged": 25}


def test_areas_that_overlap_are_compared_too() -> None:
    before = layer([("a", square(0, 0)), ("b", square(50, 0))], profile="free")
    after = layer([("a", square(0, 0)), ("b", square(50, 0, 150))], profile="free")
    found = diff_layers(before, after)
    assert found.counts == {"unchanged": 1, "moved": 1}
    assert found.as_dict()["m2_new_ground"] == 5000


def test_empty_layers() -> None:
    assert diff_layers(layer([]), layer(WHOLE)).counts == {"new": 3}
    assert diff_layers(layer(WHOLE), layer([])).counts == {"retired": 3}
    assert diff_layers(layer([]), layer([])).counts == {}


SIDE = 4
partitions = st.lists(st.integers(0, 5), min_size=SIDE * SIDE, max_size=SIDE * SIDE)


def _dissolved(labels: Sequence[int], prefix: str) -> list[tuple[str, Any]]:
    squares = [square(100 * (k % SIDE), 100 * (k // SIDE)) for k in range(SIDE * SIDE)]
    return [
        (
            f"{prefix}{label}",
            shapely.union_all([squares[k] for k in range(SIDE * SIDE) if labels[k] == label]),
        )
        for label in sorted(set(labels) - {5})  # 5: ground without an area
    ]


@settings(max_examples=60)
@given(old=partitions, new=partitions)
def test_areas_add_up(old: list[int], new: list[int]) -> None:
    before, after = layer(_dissolved(old, "")), layer(_dissolved(new, ""))
    found = diff_layers(before, after)
    # the oracle counts squares
    other = [k for k in range(SIDE * SIDE) if old[k] != new[k]]
    assert found.other_code.m2.sum() == pytest.approx(10_000 * len(other))
    report = found.as_dict()
    assert report["m2_new_ground"] == pytest.approx(10_000 * sum(old[k] == 5 for k in other))
    assert report["m2_given_up"] == pytest.approx(10_000 * sum(new[k] == 5 for k in other))
    exchanged = {
        (found.exchange(row).before, found.exchange(row).after) for row in range(len(found.other_code.m2))
    }
    name = {k: str(k) for k in range(5)} | {5: None}
    assert exchanged == {(name[old[k]], name[new[k]]) for k in other}
    for side, layers in ((0, before), (1, after)):
        held = [k for change in found.changes for k in (change.before, change.after)[side]]
        assert len(held) == len(set(held)) == len(layers.codes) - found.unchanged
    same = {
        label
        for label in range(5)
        if label in old
        and [k for k in range(16) if old[k] == label] == [k for k in range(16) if new[k] == label]
    }
    assert found.unchanged == len(same)


@settings(max_examples=40)
@given(data=st.data())
def test_planted_splits_and_mergers_are_found(data: st.DataObject) -> None:
    """Cells of a 6 × 6 grid that do not touch each other are split; pairs are merged by comparing backwards."""
    grid = [(f"{x}-{y}", square(100 * x, 100 * y)) for x in range(6) for y in range(6)]
    chosen = data.draw(st.sets(st.integers(0, 35), max_size=12))
    after = []
    for k, (code, shape) in enumerate(grid):
        if k not in chosen:
            after.append((code, shape))
            continue
        cut = data.draw(st.integers(2, 98))
        west, south, _, _ = shape.bounds
        after += [(code + "i", square(west, south, cut)), (code + "ii", square(west + cut, south, 100 - cut))]
    cut_cells = sorted(grid[k][0] for k in chosen)
    assert _subjects(grid, after) == [("split", code) for code in cut_cells]
    assert _subjects(after, grid) == [("merged", code) for code in cut_cells]


def _subjects(before: Sequence[tuple[str, Any]], after: Sequence[tuple[str, Any]]) -> list[tuple[str, str]]:
    """Kind and code of the one area of each split and merger."""
    old, new = layer(before), layer(after)
    found = []
    for change in diff_layers(old, new).changes:
        [code] = (
            [old.codes[k] for k in change.before]
            if len(change.before) == 1
            else [new.codes[k] for k in change.after]
        )
        found.append((change.kind, code))
    return sorted(found)


@pytest.mark.long
def test_a_hundred_thousand_cells() -> None:
    side = 316
    grid = [(f"{x:03d}{y:03d}", square(100 * x, 100 * y)) for x in range(side) for y in range(side)]
    before = layer(grid)
    after = layer(
        [
            (code, shapely.affinity.translate(shape, 5, 5) if k % 2 else shape)
            for k, (code, shape) in enumerate(grid)
        ]
    )
    assert diff_layers(before, before).unchanged == side * side
    assert len(diff_layers(before, after).changes) == side * side // 2
