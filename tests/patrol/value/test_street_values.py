"""Values of cells spread along streets: nothing is lost or counted twice, and stretches come first."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
import shapely.affinity
from numpy.typing import NDArray

from gridsvc.geography import Layer
from gridsvc.geography.profiles import CodeProfile
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.modes import SPEEDS, ModeSpeeds, usable
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.plan import Expected
from gridsvc.patrol.value.dwell import dwell_factor
from gridsvc.patrol.value.places import Places
from gridsvc.patrol.value.street_choice import best_pieces
from gridsvc.patrol.value.street_places import street_pieces, street_places
from gridsvc.patrol.value.street_values import StreetPieces, only_pieces, spread_over_links
from gridsvc.patrol.value.walking import LOOKING, walked
from tests.patrol.network.drawn import ORIGIN, SRID, degrees, roads, town

MINUTES = 1 / (SPEEDS.walk * LOOKING["walk"] * 60)
"""Of a metre walked looking."""


def square(west: float, south: float, size: float = 100.0) -> shapely.Polygon:
    return shapely.box(west + ORIGIN[0], south + ORIGIN[1], west + size + ORIGIN[0], south + size + ORIGIN[1])


def chessboard(side: int) -> np.ndarray:
    return np.array([square(x * 100.0, y * 100.0) for y in range(-1, side) for x in range(-1, side)], object)


def lost_of(pieces: StreetPieces, value: NDArray[np.float64]) -> NDArray[np.float64]:
    """What of each cell's value is on no piece."""
    return np.where(np.isin(np.arange(len(value)), pieces.share[1]), 0.0, value)


@pytest.mark.parametrize("seed", range(8))
def test_the_streets_of_a_town_hold_the_value_of_its_cells_once(seed: int) -> None:
    draw = np.random.default_rng(seed)
    streets = build_streets(town(draw))
    shapes = chessboard(5)
    value = np.where(draw.random(len(shapes)) < 0.5, draw.random(len(shapes)), 0.0)
    expected = value * draw.random(len(shapes))
    pieces = spread_over_links(streets, shapes, value, expected)
    lost = lost_of(pieces, value)
    assert pieces.value.sum() + lost.sum() == pytest.approx(value.sum())
    assert pieces.expected.sum() == pytest.approx(expected[lost == 0].sum())
    on, cell, part = pieces.share
    assert np.bincount(cell, part, len(shapes)) == pytest.approx(((value > 0) & (lost == 0)).astype(float))
    assert np.bincount(on, part * value[cell], len(pieces)) == pytest.approx(pieces.value)
    assert (pieces.value > 0).all()
    assert usable(streets.roads, "walk")[streets.road[pieces.link]].all()
    assert pieces.from_m.min() >= 0
    assert (pieces.to_m <= streets.length_m[pieces.link] + 1e-9).all()


def street(*, role: str = "road") -> Streets:
    """A street from west to east, 300 m, and one far away."""
    return build_streets(roads([(0, 0), (300, 0)], [(0, 900), (300, 900)], role={0: role}))


def test_both_sides_of_a_street_are_what_faces_them() -> None:
    # North of the street a cell along its first 100 m, south of it one along all of it.
    shapes = np.array(
        [square(0, 0), shapely.box(ORIGIN[0], ORIGIN[1] - 100, ORIGIN[0] + 300, ORIGIN[1])], object
    )
    pieces = spread_over_links(street(), shapes, np.array([4.0, 3.0]), np.array([2.0, 6.0]), piece_m=100)
    assert pieces.value == pytest.approx([5, 1, 1])
    assert pieces.expected == pytest.approx([4, 2, 2])
    assert pieces.share[0].tolist() == [0, 0, 1, 2]
    assert pieces.share[1].tolist() == [0, 1, 1, 1]
    # Along the first 100 m half of the look is for each side, then the south has all of it.
    assert pieces.round_m == pytest.approx([50, 150, 300, 300])


def test_pieces_are_at_most_two_hundred_metres() -> None:
    pieces = spread_over_links(street(), np.array([square(0, 0, 300)]), np.ones(1), np.ones(1))
    assert pieces.length_m.tolist() == pytest.approx([150, 150])


def test_what_faces_no_street_is_on_no_piece() -> None:
    cells, value = np.array([square(0, 0), square(0, 400)], object), np.array([1.0, 2.0])
    pieces = spread_over_links(street(), cells, value, np.ones(2))
    assert lost_of(pieces, value).tolist() == [0, 2]
    assert pieces.value.sum() == pytest.approx(1)


def test_nobody_stands_on_an_elevated_road() -> None:
    assert (
        len(spread_over_links(street(role="elevated"), np.array([square(0, 0)]), np.ones(1), np.ones(1))) == 0
    )


def test_a_street_is_of_the_cell_that_it_faces_even_if_a_better_one_is_behind() -> None:
    shapes = np.array(
        [shapely.box(ORIGIN[0], ORIGIN[1], ORIGIN[0] + 300, ORIGIN[1] + 20), square(0, 20, 300)], object
    )
    assert len(spread_over_links(street(), shapes, np.array([0.0, 5.0]), np.zeros(2))) == 0


def test_of_equally_dense_pieces_those_that_join_on_come_first() -> None:
    lines = [[(k * 100.0, 500.0 + 300 * k), (k * 100.0 + 100, 500.0 + 300 * k)] for k in range(4)]
    lines += [[(k * 100.0, 0.0), (k * 100.0 + 100, 0.0)] for k in range(4)]
    streets = build_streets(roads(*lines))
    shapes = np.array([square(line[0][0], line[0][1]) for line in lines], object)
    spread = spread_over_links(streets, shapes, np.ones(8), np.ones(8))
    pieces = walked(streets, spread, np.ones(8), np.ones(8), ["walk"])
    best = best_pieces(streets, pieces, most=4)
    assert streets.xy[streets.start[best.link], 1].tolist() == [ORIGIN[1]] * 4
    assert len(best_pieces(streets, pieces, most=8)) == 8


def test_a_mode_gets_no_pieces_that_it_may_not_use() -> None:
    streets = build_streets(roads([(0, 0), (100, 0)], [(0, 300), (100, 300)], grade={0: "footway"}))
    pieces = spread_over_links(streets, np.array([square(0, 0), square(0, 300)]), np.ones(2), np.ones(2))
    found = [
        walked(streets, pieces, np.ones(2), np.ones(2), modes)
        for modes in (("walk",), ("ebike",), ("walk", "car"))
    ]
    assert [len(each) for each in found] == [2, 1, 2]
    assert found[2].gains["car"].tolist() == [0.0, pytest.approx(13 * 7 / (60 * 5), rel=0.01)]


@pytest.mark.parametrize(("car", "best"), [(6.0, "B"), (1.0, "A")])
def test_which_pieces_are_best_depends_on_the_speeds_given(car: float, best: str) -> None:
    # Of cell A 100 m, of cell B 1,500 m: at a crawl whoever has seen all of B has long seen enough.
    lines = [[(0.0, 900.0), (100.0, 900.0)]] + [[(0.0, y), (100.0, y)] for y in range(10, 310, 20)]
    streets = build_streets(roads(*lines))
    cells = np.array([square(0, 850), shapely.affinity.scale(square(0, 0), 1, 3, origin=ORIGIN)], object)
    value, speeds = np.array([1.0, 1.2]), ModeSpeeds(car=car)
    spread = spread_over_links(streets, cells, value, value)
    pieces = walked(streets, spread, value, value, ["car"], speeds)
    chosen = best_pieces(streets, pieces, ["car"], 1, speeds=speeds)
    assert "AB"[int(chosen.share[1][0])] == best
    minutes = {"A": 100, "B": 1500}[best] / car / LOOKING["car"] / 60
    part = {"A": 1, "B": 1.2 / 15}[best]
    assert chosen.value == pytest.approx([part * dwell_factor(minutes)], rel=0.01)


def layer() -> Layer:
    """Cells A and B north of the street of `street`, A along its first 100 m, and C without any street."""
    shapes = [square(0, 0), square(100, 0, 200), square(0, 400)]
    mm = shapely.transform(
        np.array([shapely.MultiPolygon([each]) for each in shapes], object), lambda xy: xy * 1000
    )
    return Layer(1, "", "cell", None, CodeProfile, SRID, ["A", "B", "C"], ["", "", ""], [None] * 3, mm)  # type: ignore[arg-type]


def cell_places(*codes: str) -> Places:
    count = len(codes)
    numbers = np.arange(1, count + 1, dtype=float)
    lon, lat = degrees([(0.0, 0.0)] * count).T
    return Places(
        key=np.array([f"cell:{code}" for code in codes], object),
        kind=np.full(count, "hotspot", object),
        name=[None] * count,  # type: ignore[list-item]
        lon=lon,
        lat=lat,
        cell=np.array(codes, object),
        expected=2 * numbers,
        value=numbers,
        opens=10 * numbers,
        closes=100 * numbers,
        windowed=np.ones(count, bool),
        dwell=np.full(count, 12.0),
        uncertainty=numbers,
        required=np.zeros(count, bool),
        classes=[(Expected("01", "甲", 2 * number),) for number in numbers],
        because=[()] * count,
        versions={"cells": "x"},
        bands=np.stack([numbers, 2 * numbers], axis=1),
    )


def test_places_become_pieces_and_what_is_lost_is_told_by_place() -> None:
    pieces, lost = street_pieces(street(), layer(), cell_places("C", "A", "X"), piece_m=100)
    assert pieces.value == pytest.approx([2 * dwell_factor(MINUTES * 100)], rel=1e-3)
    assert pieces.share[1].tolist() == [1]
    assert lost.tolist() == [1, 0, 3]


def test_a_cell_beside_streets_that_nobody_may_use_is_left_a_point() -> None:
    streets = build_streets(roads([(0, 0), (300, 0)], grade={0: "footway"}))
    pieces, lost = street_pieces(streets, layer(), cell_places("A", "B"), ("car",))
    assert len(pieces) == 0
    assert lost.tolist() == [1, 2]


def test_pieces_become_places() -> None:
    streets, cells = street(), cell_places("A", "B")
    pieces, _ = street_pieces(streets, layer(), cells, piece_m=150)
    places = street_places(streets, pieces, cells)
    # The first 150 m face A for 100 m and B for 50 m, the others B for 150 m.
    a, b = dwell_factor(MINUTES * 100), dwell_factor(MINUTES * 200)
    worth = np.array([a + b * 2 / 4, b * 2 * 3 / 4])
    assert places.value == pytest.approx(worth, rel=1e-3)
    assert places.expected == pytest.approx(2 * worth, rel=1e-3)
    assert places.cell.tolist() == ["A", "B"]
    assert places.opens.tolist() == [10, 20]
    assert places.kind.tolist() == ["street", "street"]
    assert len(set(places.key)) == 2
    assert [each[0].number for each in places.classes] == pytest.approx(2 * worth, rel=1e-3)
    assert "A, B" in places.because[0][0].en
    assert "150 m, 2.7 minutes on foot" in places.because[0][0].en
    little = street_places(streets, replace(pieces, expected=np.full(2, 0.004)), cells)
    assert "预计遇到不到 0.01 件" in little.because[0][0].zh
    assert places.bands == pytest.approx(np.stack([worth, 2 * worth], axis=1), rel=1e-3)
    middle = degrees([(75, 0), (225, 0)])
    assert np.stack([places.lon, places.lat], axis=1) == pytest.approx(middle, abs=1e-7)
    again = street_places(streets, only_pieces(pieces, np.array([1])), cells)
    assert again.key.tolist() == places.key[1:].tolist()


def test_no_cells_are_no_pieces_and_no_places() -> None:
    pieces, lost = street_pieces(street(), layer(), cell_places())
    assert (len(pieces), len(lost)) == (0, 0)
    assert len(street_places(street(), best_pieces(street(), pieces), cell_places())) == 0
