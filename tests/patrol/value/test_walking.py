"""Walking and standing are worth the same by the minute; no walk earns more than its minutes do."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.value.dwell import DWELL, dwell_factor
from gridsvc.patrol.value.street_values import spread_over_links
from gridsvc.patrol.value.walking import LOOKING, looking_minutes, walked
from tests.patrol.network.drawn import roads, town
from tests.patrol.value.test_street_values import chessboard, square

MODES: tuple[Mode, ...] = ("walk", "ebike", "car")


def test_more_time_adds_ever_less() -> None:
    minutes = np.linspace(0, 40, 401)
    gained = np.diff(DWELL.factors_of(minutes))
    assert DWELL.factors_of(np.zeros(1)).tolist() == [0.0]
    assert (np.diff(gained) < 1e-12).all()


@pytest.mark.parametrize("metres", [40.0, 300.0, 900.0])
def test_to_walk_all_streets_of_a_cell_is_worth_to_stand_there_as_long(metres: float) -> None:
    streets = build_streets(roads([(0, 0), (metres, 0)]))
    value, expected = np.array([3.0]), np.array([2.0])
    spread = spread_over_links(streets, np.array([square(-50, -500, 1000)]), value, expected)
    pieces = walked(streets, spread, value, expected, ["walk"])
    minutes = metres / 1.3 / LOOKING["walk"] / 60
    assert pieces.value.sum() == pytest.approx(3 * dwell_factor(minutes), rel=2e-3)
    assert pieces.expected.sum() == pytest.approx(2 * dwell_factor(minutes), rel=2e-3)
    # Before, 40 m of street in less than a minute earned all that twelve minutes earn.
    assert pieces.value.sum() < value.sum() or minutes > 12


@pytest.mark.parametrize("seed", range(8))
def test_no_walk_earns_more_than_its_minutes_in_each_cell(seed: int) -> None:
    draw = np.random.default_rng(seed)
    streets = build_streets(town(draw))
    shapes = chessboard(5)
    value = np.where(draw.random(len(shapes)) < 0.6, draw.random(len(shapes)), 0.0)
    spread = spread_over_links(streets, shapes, value, value, piece_m=80)
    on, cell, part = spread.share
    # Nobody looks at the cells beside a street for longer than it takes.
    round_cells = np.bincount(spread.link[on], part * spread.round_m, len(streets))
    assert (round_cells <= streets.length_m + 1e-6).all()
    by_mode = [walked(streets, spread, value, value, [mode]) for mode in MODES]
    minutes = np.stack([looking_minutes(streets, spread, mode) for mode in MODES])
    for _ in range(20):
        # Any of the pieces, each by any mode that may go there.
        mode = draw.integers(len(MODES), size=len(spread))
        taken = (draw.random(len(spread)) < 0.7) & np.isfinite(minutes[mode, np.arange(len(spread))])
        pace = np.where(taken, minutes[mode, np.arange(len(spread))], 0.0) / spread.length_m
        there = part * spread.round_m * pace[on]
        most = value * DWELL.factors_of(np.bincount(cell, there, len(shapes)))
        earned = np.zeros(len(shapes))
        for number, each in enumerate(by_mode):
            mine, of, share = each.share
            row = {key: k for k, key in enumerate(zip(spread.link, spread.from_m, strict=True))}
            known = np.array([row[key] for key in zip(each.link, each.from_m, strict=True)], np.int64)
            chosen = taken[known[mine]] & (mode[known[mine]] == number)
            earned += np.bincount(of[chosen], share[chosen] * value[of[chosen]], len(shapes))
        assert (earned <= most + 1e-9).all()
        assert earned.sum() > 0


def test_of_several_modes_each_earns_what_its_own_minutes_do() -> None:
    draw = np.random.default_rng(3)
    streets = build_streets(town(draw))
    shapes = chessboard(5)
    value, expected = draw.random(len(shapes)), draw.random(len(shapes))
    spread = spread_over_links(streets, shapes, value, expected, piece_m=80)
    both = walked(streets, spread, value, expected, ("car", "walk"))
    alone = walked(streets, spread, value, expected, ("car",))
    at = {key: k for k, key in enumerate(zip(both.link, both.from_m, strict=True))}
    rows = [at[key] for key in zip(alone.link, alone.from_m, strict=True)]
    assert (both.value * both.gains["car"])[rows] == pytest.approx(alone.value)
    assert both.gains["walk"].tolist() == [1.0] * len(both)
    assert both.gains["car"].max() < 1
    assert np.delete(both.gains["car"], rows).tolist() == [0.0] * (len(both) - len(rows))
