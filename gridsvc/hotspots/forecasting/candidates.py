"""Which methods are compared: the baselines of E4, and the candidates to go live."""

from __future__ import annotations

from collections.abc import Callable

from gridsvc.hotspots.forecasting.cube import Ground
from gridsvc.hotspots.forecasting.exciting import exciting
from gridsvc.hotspots.forecasting.methods import (
    Method,
    all_classes,
    all_history,
    chance,
    density,
    ewma,
    last_weeks,
)
from gridsvc.hotspots.forecasting.shrinking import regressed, shrunk

NAMES = (
    "random",
    "last_4",
    "last_13",
    "all_history",
    "all_classes",
    "density_13",
    "density_all",
    "ewma_4",
    "ewma_13",
    "eb_ewma",
    "eb_regression",
    "boosting",
    "self_exciting",
)
"""Every method by its name, in the order of a table."""
LIVE = ("last_4", "ewma_13", "eb_ewma", "eb_regression")
"""What a forecast compares by default; the others take ten times as long and compete when asked for."""


def build_methods(ground: Ground, names: tuple[str, ...], seed: int) -> tuple[Method, ...]:
    """Return the methods of these names for a ground; KeyError for a name that there is not."""
    makers: dict[str, Callable[[], Method]] = {
        "random": chance,
        "last_4": lambda: last_weeks(4),
        "last_13": lambda: last_weeks(13),
        "all_history": all_history,
        "all_classes": all_classes,
        "density_13": lambda: density(ground, 13),
        "density_all": lambda: density(ground, None),
        "ewma_4": lambda: ewma(4.0),
        "ewma_13": lambda: ewma(13.0),
        "eb_ewma": lambda: shrunk(ground),
        "eb_regression": lambda: regressed(ground),
        "boosting": lambda: _boosted(ground, seed),
        "self_exciting": lambda: exciting(ground),
    }
    return tuple(makers[name]() for name in names)


def _boosted(ground: Ground, seed: int) -> Method:
    from gridsvc.hotspots.forecasting.boosting import boosted

    return boosted(ground, seed)
