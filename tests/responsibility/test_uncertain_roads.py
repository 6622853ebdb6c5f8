"""Uncertain places near many boundary roads: bounded work, and shares that sum to one."""

from __future__ import annotations

import time
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
import shapely

from gridsvc.responsibility import Atlas, Queries, resolve
from gridsvc.responsibility import pieces as cut
from gridsvc.responsibility.accuracy import Shares, sigma_mm
from gridsvc.responsibility.candidates import Ground
from gridsvc.responsibility.drawn import ERROR, drawn_parts
from gridsvc.responsibility.uncertain import Uncertain
from gridsvc.roads import BoundarySection
from tests.responsibility import worlds
from tests.responsibility.roadside import AT, JIA, STREET_CLASS, YI, city, section, whole_road

Found = list[tuple[int, Any, float]]


def around(
    atlas: Atlas, column: float, row: float, accuracy: float
) -> tuple[Any, Any, Uncertain, Found, list[int]]:
    """Grid, grounds, place, cells with shares and near sections of an uncertain place."""
    moment = atlas.moments[int(atlas.moment_at(np.array([round(AT.timestamp() * 1e6)]))[0])]
    lon, lat = worlds.place(column, row)
    sigma = sigma_mm(accuracy, "android")
    x, y = moment.grid.millimetres(np.array([lon]), np.array([lat]))
    place = Uncertain(int(x[0]), int(y[0]), sigma, np.nan, -1)
    assert moment.grounds is not None
    near = moment.grounds.corridors.near(place.x, place.y, cut.REACH * sigma)
    return moment.grid, moment.grounds, place, moment.grid.shares(lon, lat, sigma), near


def by_ground(parts: list[tuple[float, Ground]]) -> dict[Ground, float]:
    summed: dict[Ground, float] = defaultdict(float)
    for share, ground in parts:
        summed[ground] += share
    return summed


def fan(count: int) -> list[BoundarySection]:
    """Sections of bent roads all over the city, each of another name, so that each is a ground of its own."""
    generator = np.random.default_rng(count)
    made = []
    for k in range(count):
        points = [tuple(each) for each in generator.uniform(0.3, 5.7, (3, 2)).tolist()]
        wide = float(generator.uniform(6, 25))
        made.append(
            whole_road((JIA, YI)[k % 2], code=f"R{k}", name=f"路{k}", points=points, half_width_m=wide)
        )
    return made


@pytest.mark.parametrize("count", [1, 2, 4])
@pytest.mark.parametrize("accuracy", [60.0, 100.0, 200.0])
def test_drawn_shares_agree_with_cut_ones(count: int, accuracy: float) -> None:
    atlas = city(*fan(count))
    for column, row in ((3.1, 2.4), (1.7, 4.2), (5.0, 1.0)):
        grid, grounds, place, found, near = around(atlas, column, row, accuracy)
        exact = by_ground(cut._cut_parts(grid, grounds, place, found, near))
        drawn = by_ground(drawn_parts(grid, grounds, place, found))
        for ground in exact.keys() | drawn.keys():
            assert drawn.get(ground, 0.0) == pytest.approx(exact.get(ground, 0.0), abs=ERROR)
        assert sum(drawn.values()) == pytest.approx(sum(share for _, _, share in found), abs=1e-9)


@pytest.mark.parametrize("slope", [0.0, 0.01, 0.5, 1.0])
def test_a_narrow_road_does_not_fall_between_drawn_places(slope: float) -> None:
    """A road of 8 m in an error of 500 m, wherever it passes; its share in closed form would be 0.9 %."""
    for offset in np.linspace(0, 0.3, 7).tolist():
        line = [(0.2, 3 + offset - 2.8 * slope), (5.8, 3 + offset + 2.8 * slope)]
        atlas = city(whole_road(JIA, points=line, half_width_m=4.0))
        grid, grounds, place, found, near = around(atlas, 3.0, 3.0, 500.0)
        exact = by_ground(cut._cut_parts(grid, grounds, place, found, near))
        drawn = by_ground(drawn_parts(grid, grounds, place, found))
        for ground in exact:
            assert drawn.get(ground, 0.0) == pytest.approx(exact[ground], abs=ERROR)


@pytest.mark.parametrize("accuracy", [10.0, 60.0, 100.0, 300.0, 500.0])
@pytest.mark.parametrize("count", [5, 20])
def test_no_question_holds_the_event_loop(accuracy: float, count: int) -> None:
    """Not a measure of speed but of an end: it once took seconds, and the figure leaves room for any machine."""
    atlas = city(*fan(count))
    lon, lat = worlds.place(3.05, 3.0)
    query = Queries.one(lon=lon, lat=lat, at=AT, class_code=STREET_CLASS, kind="event", accuracy_m=accuracy)
    took = []
    for _ in range(4):
        begin = time.process_time()
        resolve(atlas, query).answer(0)
        took.append(time.process_time() - begin)
    assert min(took) < 0.5


@pytest.mark.parametrize("overlap_m", [0.002, 0.05, 0.3])
@pytest.mark.parametrize("accuracy", [5.0, 20.0, 60.0])
def test_a_common_strip_thinner_than_the_lattice_loses_nothing(overlap_m: float, accuracy: float) -> None:
    """Two slanting corridors 40 m apart but for a strip: beside each other they share only that."""
    apart = (40.0 - overlap_m) / 100 * np.sqrt(1.25)  # measured along the column, lines rise by a half
    lines = [[(1.0, 1.5 + shift), (5.0, 3.5 + shift)] for shift in (0.0, apart)]
    atlas = city(*(whole_road(p, code=f"R{k}", points=lines[k]) for k, p in enumerate((JIA, YI))))
    grid, grounds, place, found, _ = around(atlas, 3.0, 2.5 + apart / 2, accuracy)
    parts = cut.parts_near_roads(grid, grounds, place, found)
    assert parts is not None
    assert sum(share for share, _ in parts) == pytest.approx(1.0, abs=1e-4)


def test_areas_that_overlap_have_their_ground_together() -> None:
    whole = shapely.box(-100_000, -100_000, 100_000, 100_000)
    layer = worlds.layer(1, "cell", [("a", "", None, whole), ("b", "", None, whole)])
    _, shares = Shares(layer).at(0, 0, sigma_mm(20.0, "android"))
    assert shares.tolist() == pytest.approx([0.5, 0.5], abs=1e-6)


@pytest.mark.parametrize("sections", [[], [section()]])
@pytest.mark.parametrize("accuracy", [10.0, 150.0])
def test_confidence_stays_a_share_where_cells_overlap(
    sections: list[BoundarySection], accuracy: float
) -> None:
    twice = [
        (f"610103001001{k:03d}", str(k), None, worlds.box(0, 0, worlds.SIZE, worlds.SIZE)) for k in (1, 2)
    ]
    atlas = city(*sections, layers=[*worlds.upper_layers(), worlds.layer(1, "cell", twice)])
    lon, lat = worlds.place(2.95, 3.0)
    answer = resolve(
        atlas,
        Queries.one(lon=lon, lat=lat, at=AT, class_code=STREET_CLASS, kind="event", accuracy_m=accuracy),
    ).answer(0)
    assert 0.5 < answer["confidence"] <= 1.0
    assert sum(each["share"] for each in answer["candidates"]) <= 1.0 + 1e-6
    assert sum(each["share"] for each in answer["cells"]) <= 1.0 + 1e-6
