"""Which street a patrol was on: against walks whose streets are known."""

from __future__ import annotations

import gzip
import json
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import shapely

from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.roads import Roads
from gridsvc.tracks.fixes import Track
from gridsvc.tracks.matching import StreetLines, match_track

SRID = 4545
CORNER = np.array([590_000.0, 3_790_000.0])


def streets(*lines: list[tuple[float, float]]) -> StreetLines:
    """Streets of corners in metres from the south-west."""
    return StreetLines(roads([shapely.LineString(_degrees(np.array(line) + CORNER)) for line in lines]))


def roads(lines: list[shapely.LineString]) -> Roads:
    nothing = np.full(len(lines), None, object)
    shapes = np.empty(len(lines), object)
    shapes[:] = lines
    return Roads(np.arange(len(lines)), *([nothing] * 8), shapes)


def track(metres: np.ndarray, every: float = 5.0, joined: list[bool] | None = None) -> Track:
    """Fixes at places in metres of the projected system."""
    at = 1_795_000_000_000_000 + np.arange(len(metres)) * int(every * 1e6)
    lon, lat = _degrees(metres).T
    ways = np.ones(max(len(metres) - 1, 0), bool) if joined is None else np.array(joined, bool)
    return Track("甲", "甲", at, lon, lat, ways, {}, False)


def _degrees(metres: np.ndarray) -> np.ndarray:
    return np.column_stack(to_degrees(SRID, *np.rint(metres * 1000).astype(np.int64).T))


def along(*corners: tuple[float, float], step: float = 10.0) -> np.ndarray:
    line = shapely.LineString(np.array(corners) + CORNER)
    return shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.arange(0, line.length + 0.1, step))
    )


def test_a_walk_along_a_street_and_around_a_corner() -> None:
    lines = streets([(0, 0), (200, 0)], [(200, 0), (200, 200)], [(200, 0), (400, 0)])
    found = match_track(track(along((0, 5), (195, 5), (195, 200))), lines)
    assert (np.diff(found) >= 0).all()
    assert (found[:18] == 0).all()
    assert (found[22:] == 1).all()


def test_crossing_a_side_street_is_no_walk_along_it() -> None:
    lines = streets([(0, 0), (400, 0)], [(200, -200), (200, 200)])
    assert (match_track(track(along((0, 8), (400, 8))), lines) == 0).all()


def test_of_two_parallel_streets_the_nearer() -> None:
    lines = streets([(0, 0), (400, 0)], [(0, 40), (400, 40)])
    noise = np.random.default_rng(3).normal(0, 8, (41, 2))
    found = match_track(track(along((0, 5), (400, 5)) + noise), lines)
    assert (found == 0).mean() > 0.95


def test_far_from_any_street_and_away_from_one() -> None:
    lines = streets([(0, 0), (400, 0)])
    assert (match_track(track(along((0, 900), (400, 900))), lines) == -1).all()
    found = match_track(track(along((0, 0), (200, 0), (200, 200))), lines)
    assert (found[:18] == 0).all()
    assert (found[28:] == -1).all()


def test_who_stands_still_stays_and_what_is_not_joined_is_on_no_street() -> None:
    lines = streets([(0, 0), (400, 0)])
    still = along((100, 4), (100, 5), step=0.1)
    assert (match_track(track(still), lines) == 0).all()
    apart = match_track(track(still[:4], joined=[True, False, False]), lines)
    assert apart.tolist() == [0, 0, -1, -1]


def test_walks_on_the_real_streets(real_data: Path) -> None:
    """Shortest ways with fixes 13 m (median) off: more of them on their street than the nearest link has."""
    with gzip.open(real_data / "xian_south_road_links_wgs84.geojson.gz") as file:
        features = json.load(file)["features"]
    lines = StreetLines(roads([shapely.geometry.shape(each["geometry"]) for each in features]))
    graph = nx.Graph()
    for number, each in enumerate(features):
        told = each["properties"]
        graph.add_edge(told["from_node"], told["to_node"], weight=told["length"], link=number)
    nodes = sorted(max(nx.connected_components(graph), key=len))
    names = np.array([each["properties"]["road_name"] for each in features], object)
    right, nearest = [], []
    for seed in range(3):
        rng = np.random.default_rng(seed)
        way = nx.shortest_path(graph, *rng.choice(nodes, 2), weight="weight")[:60]
        own = [graph[a][b]["link"] for a, b in pairwise(way)]
        drawn = shapely.line_merge(shapely.MultiLineString(list(lines.lines[own])))
        steps = np.arange(0, shapely.length(drawn), 20.0)
        places = shapely.line_interpolate_point(drawn, steps)
        truth = names[np.array(own)[shapely.STRtree(lines.lines[own]).nearest(places)]]
        noise = np.zeros((len(steps), 2))
        for k in range(1, len(steps)):  # the error of a receiver wanders
            noise[k] = 0.8 * noise[k - 1] + 0.6 * rng.normal(0, 11, 2)
        walked = shapely.get_coordinates(places) + noise
        lon, lat = to_degrees(lines.srid, *np.rint(walked * 1000).astype(np.int64).T)
        at = 1_795_000_000_000_000 + np.arange(len(steps)) * 5_000_000
        given = Track("甲", "甲", at, lon, lat, np.ones(len(steps) - 1, bool), {}, False)
        found = match_track(given, lines)
        right.append((np.where(found >= 0, names[found], None) == truth).mean())
        x, y = to_millimetres(lines.srid, lon, lat)
        by_distance = lines.tree.nearest(shapely.points(x / 1000, y / 1000))
        nearest.append((names[by_distance] == truth).mean())
    assert np.mean(right) > 0.88
    assert np.mean(right) > np.mean(nearest) + 0.04


def test_a_line_far_away_does_not_choose_the_system() -> None:
    lost = shapely.LineString([(0, 0), (0, 0.001)])
    here = [_degrees(np.array(ends) + CORNER) for ends in ([(0, 0), (300, 0)], [(0, 90), (300, 90)])]
    town = StreetLines(roads([lost, *map(shapely.LineString, here)]))
    assert (match_track(track(along((0, 2), (300, 2))), town) == 1).all()
