"""A year of reports: counts, rhythm, the planted patterns found again, and the mess that was promised."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gridsvc.sample.specification import read_reference
from gridsvc.sample.units import unit_rows
from tests.sample.conftest import Layer, Reports, to_metres

NAMES = ("night_ads_at_markets", "afternoon_stalls_at_schools", "evening_stalls_at_subway_exits")


def distances(reports: Reports, chosen: NDArray[np.bool_], near: NDArray[np.object_]) -> NDArray[np.float64]:
    """Return the metres from each chosen report to the nearest of some places."""
    points = shapely.points(reports.metres(chosen))
    _pairs, distance = shapely.STRtree(near).query_nearest(points, all_matches=False, return_distance=True)
    return distance


def test_60000_reports_in_order_over_one_year(reports: Reports) -> None:
    assert len(reports["id"]) == len(np.unique(reports["id"])) == 60_000
    opened = reports.opened()
    assert (np.diff(opened) >= np.timedelta64(-86_400, "s")).all()
    assert opened.min() >= np.datetime64("2025-11-01")
    assert opened.max() < np.datetime64("2026-11-01")
    assert all(text.endswith("+08:00") for text in reports["opened"].tolist())


def test_classes_are_those_of_the_specification(reports: Reports) -> None:
    known = {(row.kind, row.class_code) for row in read_reference()}
    used = set(zip(reports["kind"].tolist(), reports["class"].tolist(), strict=True))
    assert used <= known
    assert len(used) > 70
    assert 0.06 < (reports["kind"] == "component").mean() < 0.2


def test_weekends_and_rain_days_are_quiet(reports: Reports, planted: dict[str, Any]) -> None:
    days, counts = np.unique(reports.opened().astype("datetime64[D]"), return_counts=True)
    wet = np.isin(days, np.array(planted["rain_days"], dtype="datetime64[D]"))
    assert 40 <= wet.sum() <= 130
    assert np.median(counts[wet]) < 0.45 * np.median(counts[~wet])
    weekday = (days.astype(np.int64) + 3) % 7
    assert counts[(weekday >= 5) & ~wet].mean() < 0.85 * counts[(weekday < 5) & ~wet].mean()


def test_some_cells_are_walked_far_more_than_others(planted: dict[str, Any]) -> None:
    effort = np.array(list(planted["effort"]["cells"].values()))
    assert abs(effort.mean() - 1) < 0.001
    assert np.quantile(effort, 0.9) > 4 * np.quantile(effort, 0.1)


@pytest.mark.parametrize("name", NAMES)
def test_planted_pattern_is_there_at_its_places_and_hours(
    name: str, reports: Reports, planted: dict[str, Any], places: Layer
) -> None:
    """Near its places, the classes are far commoner inside the pattern's hours than outside them."""
    pattern = next(each for each in planted["hotspots"] if each["name"] == name)
    at = shapely.points([(p["lon"], p["lat"]) for p in pattern["places"]])
    metres = shapely.transform(np.asarray(at), to_metres)
    located = reports["lon"] != ""
    mine = np.isin(reports["class"], pattern["classes"]) & (reports["kind"] == "event") & located
    opened = reports.opened()
    hour = (opened - opened.astype("datetime64[D]")).astype(np.int64) / 3600
    first, last = pattern["hours"]
    then = ((hour >= first) & (hour <= last)) | (hour <= last - 24)
    inside = mine & then
    near_then = (distances(reports, inside, metres) < 3 * pattern["spread_m"]).mean()
    near_else = (distances(reports, mine & ~then, metres) < 3 * pattern["spread_m"]).mean()
    assert near_then > 0.35
    assert near_then > 4 * near_else
    kinds = np.array(places.column("kind"))
    assert {p["name"] for p in pattern["places"]} <= {
        row["name"] for row, kind in zip(places.rows, kinds, strict=True) if kind == pattern["near"]
    }
    assert sum(p["reports"] for p in pattern["places"]) == pattern["reports"]


def test_small_ads_at_night_are_nearer_to_markets_than_any_other_class(
    reports: Reports, places: Layer
) -> None:
    markets = shapely.transform(
        places.millimetres[np.array(places.column("kind")) == "market"], lambda xy: xy / 1000
    )
    located = reports["lon"] != ""
    opened = reports.opened()
    hour = (opened - opened.astype("datetime64[D]")).astype(np.int64) / 3600
    night = (hour >= 20) | (hour < 2)
    ads = (reports["class"] == "0201") & (reports["kind"] == "event") & located
    at_night = np.median(distances(reports, ads & night, np.asarray(markets)))
    by_day = np.median(distances(reports, ads & ~night, np.asarray(markets)))
    others = np.median(distances(reports, ~ads & night & located, np.asarray(markets)))
    assert at_night < 120
    assert by_day > 2 * at_night
    assert others > 2 * at_night


def test_the_mess_is_as_documented(reports: Reports, planted: dict[str, Any]) -> None:
    mess = planted["mess"]
    empty = reports["lon"] == ""
    assert (empty == (reports["lat"] == "")).all()
    assert empty.sum() == mess["no_coordinates"]
    assert 400 < mess["no_coordinates"] < 800
    assert (reports["closed"] == "").sum() == mess["not_closed"]
    assert (reports["due"] == "").sum() == mess["no_due"]
    assert (reports["text"] == "").sum() == mess["no_text"]
    closed = reports["closed"] != ""
    early = reports["closed"][closed] < reports["opened"][closed]
    assert early.sum() == mess["closed_before_opened"] > 0
    assert sum("<img" in text for text in reports["text"].tolist()) == mess["markup_in_text"] > 0
    pairs = np.char.add(reports["lon"][~empty], reports["lat"][~empty])
    assert len(pairs) - len(np.unique(pairs)) > 0.8 * mess["repeated_coordinates"]


def test_far_outside_are_only_those_documented(
    reports: Reports, planted: dict[str, Any], district: Layer
) -> None:
    located = reports["lon"] != ""
    metres = shapely.transform(district.millimetres[0], lambda xy: xy / 1000)
    distance = shapely.distance(metres, shapely.points(reports.metres(located)))
    assert (distance > 1000).sum() == planted["mess"]["far_outside"]
    assert ((distance > 60) & (distance <= 1000)).sum() == 0


def test_deadlines_and_closing_are_plausible(reports: Reports) -> None:
    whole = (reports["closed"] != "") & (reports["due"] != "")
    opened, closed, due = (
        np.array([text[:19] for text in reports[name][whole].tolist()], dtype="datetime64[s]")
        for name in ("opened", "closed", "due")
    )
    assert (due > opened).all()
    assert 0.04 < (closed > due).mean() < 0.2


def test_texts_and_addresses_are_varied_chinese_sentences(reports: Reports) -> None:
    text, address = reports["text"], reports["address"]
    assert len(np.unique(text)) > 0.5 * len(text)
    assert len(np.unique(address)) > 0.5 * len(address)
    assert all(re.search("[\u4e00-\u9fff]{2}", each) for each in text.tolist() if each)
    assert max(map(len, text.tolist())) < 200


def test_units_are_those_of_the_list(reports: Reports) -> None:
    names = {row[1] for row in unit_rows()}
    assert set(np.unique(reports["unit"]).tolist()) - {""} <= names
