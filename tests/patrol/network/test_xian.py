"""The real streets of the south of Xi'an: noded as their file says, and timed as networkx does."""

from __future__ import annotations

import gzip
import itertools
import json
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely

from benchmarks.xian import CLIP, FILE, xian_roads
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.clip import clip
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.report import network_report
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Streets
from gridsvc.patrol.network.travel import NEVER, Ground, travel_times
from tests.patrol.network.drawn import walked


@pytest.fixture(scope="module")
def xian(real_data: Path) -> Streets:
    return build_streets(xian_roads(real_data))


def test_the_streets_are_those_of_the_file(xian: Streets, real_data: Path) -> None:
    features = json.loads(gzip.decompress((real_data / FILE).read_bytes()))["features"]
    assert len(xian) == len(features) == 9_842
    assert len(xian.xy) == 8_469
    # Its own numbers of nodes are the nodes found by place.
    said = np.array([(f["properties"]["from_node"], f["properties"]["to_node"]) for f in features])
    pairs = {
        (a, b)
        for a, b in zip(
            said[xian.road].ravel(), np.stack([xian.start, xian.end], axis=1).ravel(), strict=True
        )
    }
    assert len(pairs) == 8_469
    metres = np.array([f["properties"]["length"] for f in features])[xian.road]
    np.testing.assert_allclose(xian.length_m, metres, rtol=0.006, atol=0.1)
    assert xian.cleaned["crossings_left"] > 200
    assert sum(xian.cleaned[act] for act in xian.cleaned if act != "crossings_left") == 0


def test_the_part_in_which_cars_come_and_go_is_the_known_one(xian: Streets) -> None:
    assert (mode_network(xian, "car").strong == 0).sum() == 7_253
    report = network_report(xian)
    shares = {mode: report.modes[mode].strong_share for mode in report.modes}
    assert shares["walk"] > 0.98
    assert shares["car"] == pytest.approx(0.86, abs=0.01)
    assert 0.75 < shares["ebike"] < shares["walk"]


def test_times_are_those_of_networkx(xian: Streets) -> None:
    rng = np.random.default_rng(0)
    for mode in ("walk", "ebike", "car"):
        network = mode_network(xian, mode)
        graph = walked(xian, network.along, network.against, network.time)
        sources, targets = rng.integers(0, len(xian.xy), (2, 14))
        found = travel_times(xian, mode, sources, targets)
        for row, source in enumerate(sources.tolist()):
            away = nx.single_source_dijkstra_path_length(graph, source, weight="t")
            assert found[row].tolist() == [away.get(target, NEVER) for target in targets.tolist()]


def test_ways_hold_together_and_take_their_times(xian: Streets) -> None:
    rng = np.random.default_rng(1)
    lon, lat = rng.uniform(108.91, 108.97, 60), rng.uniform(34.21, 34.25, 60)
    for mode, speed in (("walk", 1.3), ("ebike", 4.0)):
        snapped = snap(xian, lon, lat, mode, within_m=300)
        ground = Ground.of(xian, mode, snapped)
        times = ground.times()
        on = np.flatnonzero((snapped.link >= 0) & mode_network(xian, mode).main[snapped.link])
        assert len(on) > 40
        assert (times[np.ix_(on, on)] < NEVER).all()
        pairs = list(itertools.pairwise(on.tolist()))
        for way, (a, b) in zip(ground.ways(pairs), pairs, strict=True):
            assert way is not None
            assert way.time == times[a, b]
            assert way.time == pytest.approx(way.metres / speed * 10, rel=0.01)
            assert way.names


def test_the_clip_of_beilin_is_shown_and_the_whole_is_used(xian: Streets, real_data: Path) -> None:
    shown = clip(xian, shapely.box(108.93, 34.23, 108.97, 34.256))
    assert 300 < len(shown) < 2_000
    area = shapely.box(108.93, 34.23, 108.97, 34.256).buffer(1e-9)
    assert shapely.covers(area, shown).all()
    # Clipping cuts loops: the whole is what one routes on.
    only = build_streets(xian_roads(real_data, CLIP))
    assert (mode_network(only, "car").strong == 0).sum() == 891
