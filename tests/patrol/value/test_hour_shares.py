"""The hours of a few hot places are not taken for those of every quiet street."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from gridsvc.geography import Layer
from gridsvc.geography.profiles import CodeProfile
from gridsvc.patrol.value.hour_shares import HourShares, hour_shares
from tests.patrol.network.drawn import SRID

SIDE = 10
FIRST = SimpleNamespace(weekday=lambda: 0)


def shares_of(cell: list[int], hour: list[int]) -> HourShares:
    """Shares of incidents in a square of cells, one a day."""
    boxes = [shapely.box(x, y, x + 1, y + 1) for y in range(SIDE) for x in range(SIDE)]
    geom = shapely.multipolygons([[each] for each in shapely.transform(boxes, lambda xy: xy * 400_000)])
    codes = [str(number) for number in range(SIDE**2)]
    layer = Layer(1, "", "cell", None, CodeProfile, SRID, codes, codes, [None] * SIDE**2, geom)  # type: ignore[arg-type]
    incidents = SimpleNamespace(
        class_index=np.zeros(len(cell), np.int64),
        cells=SimpleNamespace(layer=layer),
        second=np.array(hour) * 3600 + 60,
        day=np.arange(len(cell)),
        cell=np.array(cell),
        question=SimpleNamespace(first=FIRST),
    )
    return hour_shares(incidents, 0)  # type: ignore[arg-type]


def two_sorts(quiet_hour: int) -> tuple[list[int], list[int]]:
    """400 incidents of a hot corner at 22, and one or two in each cell elsewhere."""
    quiet = [cell for cell in range(SIDE**2) if cell % SIDE >= 3 and cell // SIDE >= 3]
    return [0] * 400 + quiet * 2, [22] * 400 + [quiet_hour] * (2 * len(quiet))


def test_cells_that_do_not_tell_their_hours_have_those_of_their_like() -> None:
    cell, hour = two_sorts(9)
    found = shares_of(cell, hour)
    assert found.apart
    assert np.flatnonzero(found.own).tolist() == [0, 1, SIDE, SIDE + 1]
    # Before, 22 was the hour of every cell: 400 of 498 incidents.
    assert found.hours[55, 9] > 0.85
    assert found.hours[55, 22] < 0.12
    assert found.hours[0, 22] > 0.95
    assert found.hours.sum(axis=1) == pytest.approx(np.ones(SIDE**2))
    # All together as many are expected in each hour as came.
    weight = np.bincount(cell, minlength=SIDE**2)
    assert (weight @ found.hours)[[9, 22]] == pytest.approx(np.bincount(hour)[[9, 22]], rel=0.1)


def test_where_hours_do_not_differ_the_district_is_one() -> None:
    found = shares_of(*two_sorts(22))
    assert not found.apart
    assert found.hours[55] == pytest.approx(found.hours[0], abs=0.03)


def test_a_few_incidents_elsewhere_tell_no_hours() -> None:
    cell, hour = two_sorts(9)
    found = shares_of(cell[:420], hour[:420])
    assert not found.apart
    assert found.hours[55, 22] > 0.9
