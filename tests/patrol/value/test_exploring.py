from __future__ import annotations

import numpy as np
import pytest

from gridsvc.patrol.value.exploring import draw_exploration, drawn, how_many
from tests.patrol.value.made_places import made_places


def test_so_many_visits_fill_the_share() -> None:
    assert how_many(0.1, 10 * 240.0) == 13  # 240 minutes at 18 each
    assert how_many(0.1, 30.0) == 1
    assert how_many(0.0, 1000.0) == 0


def test_draws_are_in_proportion_to_the_uncertainty() -> None:
    rng, times = np.random.default_rng(5), np.zeros(4)
    for _ in range(4000):
        times[drawn(np.array([1.0, 2.0, 5.0, 0.0]), 1, rng)] += 1
    assert times / 4000 == pytest.approx([0.125, 0.25, 0.625, 0.0], abs=0.03)


def test_no_more_than_there_are_and_each_once() -> None:
    rows = drawn(np.array([1.0, 0.0, 3.0]), 10, np.random.default_rng(1))
    assert rows.tolist() == [0, 2]
    assert len(drawn(np.zeros(3), 2, np.random.default_rng(1))) == 0


def test_explored_places_are_told_as_such_and_none_is_taken() -> None:
    pool = made_places([(100.0 * k, 0.0) for k in range(30)], uncertainty=[1.0] * 30)
    taken = frozenset(pool.cell[:25].tolist())
    found = draw_exploration(pool, 0.1, np.random.default_rng(3), minutes=720.0, taken=taken)
    assert len(found) == 4
    assert not taken & set(found.cell.tolist())
    assert set(found.kind.tolist()) == {"exploration"}
    assert found.required.all()
    again = draw_exploration(pool, 0.1, np.random.default_rng(3), minutes=720.0, taken=taken)
    assert again.key.tolist() == found.key.tolist()
