"""Rates of several classes at once are the forecasts that hotspots makes of each alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
import pytest
from sqlalchemy import Connection

from gridsvc.hotspots import Question
from gridsvc.hotspots.products.forecast import forecast
from gridsvc.patrol.value.rates import MOST_TESTED, class_rates, corrected
from tests.hotspots.district import SCHEME, ZONE, add_reports, make_district

LAST = date(2026, 5, 31)
NOW = datetime(2026, 6, 1, 9, tzinfo=ZONE)


def test_each_class_as_alone(connection: Connection) -> None:
    district, rng = make_district(connection, 6), np.random.default_rng(3)
    for back in range(15 * 7):
        day = LAST - timedelta(days=back)
        for code, mean in (("0201", 2.0), ("0101", 1.0)):
            places = [district.place(*rng.uniform(0, 6, 2) ** 1.4 / 2.1) for _ in range(rng.poisson(mean))]
            add_reports(connection, places, at=f"{day} 10:30", class_code=code)

    def question(*codes: str) -> Question:
        return Question.of(codes, LAST - timedelta(days=104), LAST, ZONE, scheme=SCHEME, kind="event")

    both = class_rates(connection, question("0201", "0101"), now=NOW, snap_outside_m=30)
    for index, code in enumerate(("0201", "0101")):
        # The method that was taken, asked for by its name.
        alone = forecast(connection, question(code), now=NOW, snap_outside_m=30, model=both.methods[index])
        assert alone.tested is not None
        scores = {each.method.name: each.log_scores.mean() for each in alone.tested.backtest.tracks}
        assert scores[both.methods[index]] == max(
            scores[name] for name in ("eb_regression", "ewma_13", "last_4")
        )
        assert both.mean[index] == pytest.approx(alone.predictive.mean, abs=1e-12)
        assert both.spread[index] == pytest.approx(alone.predictive.spread, abs=1e-12)
    assert both.guard is None
    assert MOST_TESTED >= 2


def test_the_guard_says_where_and_the_forecast_how_many() -> None:
    mean = np.array([[4.0, 2.0, 0.0], [0.0, 0.0, 0.0], [1.0, 1.0, 2.0]])
    found = corrected(mean, np.array([0.1, 0.4, 0.5]))
    assert found.sum(axis=1) == pytest.approx(mean.sum(axis=1))
    assert found[0] == pytest.approx([2.0, 4.0, 0.0])
    assert found[2, 1] / found[2, 0] == pytest.approx(4.0)
