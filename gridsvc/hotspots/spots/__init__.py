"""Hotspots as objects: outlined, named, ranked, followed from week to week."""

from gridsvc.hotspots.spots.judging import Campaign, cells_of_hotspot, judge_campaign
from gridsvc.hotspots.spots.listing import (
    CHANGES,
    hotspot_history,
    latest_answer,
    list_hotspots,
    list_series,
)
from gridsvc.hotspots.spots.running import Refreshed, find_spots, refresh
from gridsvc.hotspots.spots.series import (
    Series,
    all_series,
    last_recorded_week,
    last_whole_week,
    series_named,
    unwatch,
    watch,
)
from gridsvc.hotspots.spots.storing import Forgotten, forget_runs

__all__ = [
    "CHANGES",
    "Campaign",
    "Forgotten",
    "Refreshed",
    "Series",
    "all_series",
    "cells_of_hotspot",
    "find_spots",
    "forget_runs",
    "hotspot_history",
    "judge_campaign",
    "last_recorded_week",
    "last_whole_week",
    "latest_answer",
    "list_hotspots",
    "list_series",
    "refresh",
    "series_named",
    "unwatch",
    "watch",
]
