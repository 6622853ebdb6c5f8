"""Rates: none of too little, and the smoothed nearer to the truth than the crude."""

from __future__ import annotations

import numpy as np
import pytest

from gridsvc.errors import Text
from gridsvc.hotspots.exposure import Exposure
from gridsvc.hotspots.products.cell_rates import cell_rates
from gridsvc.hotspots.sheets.scales import CellStatus


def against(values: list[float] | np.ndarray, name: str = "road_km", floor: float = 0.02) -> Exposure:
    said = Text("街道", "street")
    return Exposure(name, said, Text("千米", "km"), np.asarray(values, np.float64), floor, said)


def test_a_rate_is_given_where_there_is_enough_for_one() -> None:
    incidents = np.array([10, 2, 0, 6, 7])
    rates = cell_rates(incidents, against([0.5, 0.5, 0.5, 0.0, 0.01]))
    assert rates.crude == pytest.approx([20, np.nan, 0, np.nan, np.nan], nan_ok=True)
    assert np.isfinite(rates.smoothed).tolist() == [True, True, True, False, False]
    assert rates.status(incidents, of_rates=True).tolist() == [
        CellStatus.TOLD,
        CellStatus.TOLD,
        CellStatus.NOTHING_FOUND,
        CellStatus.NOT_ENOUGH_DATA,
        CellStatus.NOT_ENOUGH_DATA,
    ]
    assert rates.status(incidents, of_rates=False).tolist() == [0] * 5


def test_minutes_of_patrol_become_hours() -> None:
    rates = cell_rates(np.array([10, 5]), against([600.0, 60.0], "patrol_minutes", 30.0))
    assert rates.crude.tolist() == [1.0, 5.0]
    assert rates.unit.en == "hour of patrol"


def test_no_exposure_at_all_gives_no_rate() -> None:
    rates = cell_rates(np.array([3, 0]), against([0.0, 0.0]))
    assert np.isnan(rates.crude).all()
    assert np.isnan(rates.smoothed).all()


def test_smoothing_takes_a_third_of_the_error_of_small_cells() -> None:
    """evaluation.md E5: mean square error below the crude rate's by 30 % at least."""
    rng = np.random.default_rng(7)
    truth = rng.gamma(2.0, 0.5, 2000)
    exposure = rng.lognormal(0, 0.7, 2000)
    incidents = rng.poisson(truth * exposure)
    rates = cell_rates(incidents, against(exposure, floor=0.0))
    crude = np.mean((incidents / exposure - truth) ** 2)
    assert np.mean((rates.smoothed - truth) ** 2) <= 0.7 * crude
