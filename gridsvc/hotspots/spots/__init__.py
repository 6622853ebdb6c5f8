"""Hotspots as objects: outlined, named, ranked, followed from week to week."""

from gridsvc.hotspots.spots.listing import (
    CHANGES,
    hotspot_history,
    latest_answer,
    list_hotspots,
    list_series,
)
from gridsvc.hotspots.spots.series import (
    Series,
    all_series,
    freeze_breaks,
    last_whole_week,
    series_named,
    unwatch,
    watch,
)

__all__ = [
    "CHANGES",
    "Series",
    "all_series",
    "freeze_breaks",
    "hotspot_history",
    "last_whole_week",
    "latest_answer",
    "list_hotspots",
    "list_series",
    "series_named",
    "unwatch",
    "watch",
]
