"""Times and ways against networkx; what one may not do by which mode."""

from __future__ import annotations

import itertools

import networkx as nx
import numpy as np
import pytest
import shapely

from gridsvc.patrol.network import travel
from gridsvc.patrol.network.building import build_streets
from gridsvc.patrol.network.graph import ModeNetwork, mode_network
from gridsvc.patrol.network.modes import MODES, SPEEDS, ModeSpeeds
from gridsvc.patrol.network.snapping import snap
from gridsvc.patrol.network.streets import Snapped, Streets
from gridsvc.patrol.network.travel import NEVER, Ground, node_ways, travel_times
from gridsvc.patrol.routing import problem
from tests.patrol.network.drawn import places, roads, town, walked


def by_networkx(streets: Streets, network: ModeNetwork, snapped: Snapped) -> np.ndarray:
    """Times by the shortest ways between the ends of the links that places lie on; for who may turn anywhere."""
    graph = walked(streets, network.along, network.against, network.time)
    away = dict(nx.all_pairs_dijkstra_path_length(graph, weight="t"))
    n = len(snapped)
    found = np.full((n, n), NEVER, np.int64)
    at = np.rint(snapped.along_m * 10) / 10
    for i, j in itertools.product(range(n), range(n)):
        a, b = int(snapped.link[i]), int(snapped.link[j])
        if i == j:
            found[i, j] = 0
        if a < 0 or b < 0 or i == j:
            continue
        whole = network.time[[a, b]]
        here, there = (
            int(np.rint(t * min(m, streets.length_m[k]) / streets.length_m[k]))
            for t, m, k in zip(whole, at[[i, j]], (a, b), strict=True)
        )
        leave, reach = [], []
        if network.along[a]:
            leave.append((int(streets.end[a]), int(whole[0]) - here))
        if network.against[a]:
            leave.append((int(streets.start[a]), here))
        if network.along[b]:
            reach.append((int(streets.start[b]), there))
        if network.against[b]:
            reach.append((int(streets.end[b]), int(whole[1]) - there))
        ways = [x + away[u][v] + y for u, x in leave for v, y in reach if v in away[u]]
        if a == b and at[i] == at[j]:
            ways.append(0)
        elif a == b and (network.along if at[j] > at[i] else network.against)[a]:
            ways.append(abs(there - here))
        found[i, j] = min([*ways, NEVER])
    return found


def some_places(rng: np.random.Generator, n: int) -> tuple[np.ndarray, np.ndarray]:
    return places(*rng.uniform(-30, 430, (n, 2)).tolist())


@pytest.mark.parametrize("mode", ["walk", "ebike"])
@pytest.mark.parametrize("seed", range(6))
def test_times_are_those_of_networkx(mode: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    streets = build_streets(town(rng))
    snapped = snap(streets, *some_places(rng, 25), mode)
    # Some at the very ends of links, some together, some anywhere.
    snapped.along_m[:4] = [0.0, streets.length_m[snapped.link[1]], 0.04, 10]
    snapped.link[4:6], snapped.along_m[4:6] = snapped.link[3], [10.0, 30.0]
    found = Ground.of(streets, mode, snapped).times()
    np.testing.assert_array_equal(found, by_networkx(streets, mode_network(streets, mode), snapped))


def car_states(streets: Streets, network: ModeNetwork) -> nx.DiGraph:
    """(link, way) to (link, way), weighing the second: no turning back where one street goes on into another."""
    graph = nx.DiGraph()
    degree = np.zeros(len(streets.xy), int)
    for k in np.flatnonzero(network.along | network.against):
        degree[streets.start[k]] += 1
        degree[streets.end[k]] += 1
    arcs = [(int(k), 1) for k in np.flatnonzero(network.along)]
    arcs += [(int(k), -1) for k in np.flatnonzero(network.against)]
    graph.add_nodes_from(arcs)
    two_way = network.along & network.against
    for one, other in itertools.product(arcs, arcs):
        head = streets.end[one[0]] if one[1] > 0 else streets.start[one[0]]
        tail = streets.start[other[0]] if other[1] > 0 else streets.end[other[0]]
        mine = [k for k in np.flatnonzero(network.used) if head in (streets.start[k], streets.end[k])]
        goes_on = degree[head] == 2 and len(mine) == 2 and two_way[mine].all()
        if head == tail and not (goes_on and one[0] == other[0]):
            graph.add_edge(one, other, t=int(network.time[other[0]]))
    return graph


@pytest.mark.parametrize("seed", [0, 1, 3, 4, 5, 11])
def test_a_car_stops_at_its_kerb_and_turns_at_crossings_alone(seed: int) -> None:
    rng = np.random.default_rng(100 + seed)
    streets = build_streets(town(rng, side=4))
    network = mode_network(streets, "car")
    assert (network.twin >= 0).any()
    snapped = snap(streets, *places(*rng.uniform(0, 300, (14, 2)).tolist()), "car")
    assert snapped.side is not None
    found = Ground.of(streets, "car", snapped).times()
    graph = car_states(streets, network)
    at = np.rint(snapped.along_m * 10) / 10
    for i in range(len(snapped)):
        if snapped.link[i] < 0:
            continue
        a = int(snapped.link[i])
        way_a = _way(network, a, int(snapped.side[i]))
        away = nx.single_source_dijkstra_path_length(graph, (a, way_a), weight="t")
        for j in range(len(snapped)):
            b = int(snapped.link[j])
            if i == j or b < 0:
                continue
            way_b = _way(network, b, int(snapped.side[j]))
            left = _passed(network, streets, a, at[i], way_a)
            passed = _passed(network, streets, b, at[j], way_b)
            if a == b and way_a == way_b and passed >= left:
                want = passed - left
            else:
                # The state is weighed when it is entered: all of b's link, less what lies beyond the place.
                into = [away[s] for s in graph.predecessors((b, way_b)) if s in away]
                want = min(into) + int(network.time[a]) - left + passed if into else NEVER
            assert found[i, j] == want, (i, j)


def _way(network: ModeNetwork, link: int, side: int) -> int:
    if network.along[link] and network.against[link]:
        return -1 if side < 0 else 1
    return 1 if network.along[link] else -1


def _passed(network: ModeNetwork, streets: Streets, link: int, at: float, way: int) -> int:
    along = int(np.rint(network.time[link] * min(at, streets.length_m[link]) / streets.length_m[link]))
    return along if way > 0 else int(network.time[link]) - along


@pytest.mark.parametrize("mode", MODES)
def test_a_way_takes_its_time_and_obeys(mode: str) -> None:
    rng = np.random.default_rng(7)
    streets = build_streets(town(rng))
    network = mode_network(streets, mode)
    snapped = snap(streets, *some_places(rng, 20), mode)
    ground = Ground.of(streets, mode, snapped)
    times = ground.times()
    pairs = list(itertools.permutations(range(20), 2))
    for (a, b), way in zip(pairs, ground.ways(pairs), strict=True):
        if times[a, b] == NEVER:
            assert way is None
            continue
        assert way is not None
        assert way.time == times[a, b]
        if way.line is None:
            assert way.metres == 0
            continue
        xy = streets_metres(streets, way.line)
        assert way.metres == pytest.approx(shapely.LineString(xy).length, abs=0.02)
        ends = shapely.get_coordinates(way.line)[[0, -1]]
        np.testing.assert_allclose(ends, [[snapped.lon[k], snapped.lat[k]] for k in (a, b)], atol=1e-6)
        if mode != "car":
            speed = {"walk": SPEEDS.walk, "ebike": SPEEDS.ebike}[mode]
            # Half a decisecond a link, and the decimetre of the place.
            assert way.time == pytest.approx(way.metres / speed * 10, abs=0.5 * (len(xy) + 2) + 2)
    # Whole links are used as they may be used.
    for a, b in itertools.permutations(range(0, len(streets.xy), 7), 2):
        nodes = node_ways(streets, mode, [(a, b)])[0]
        if nodes is not None and nodes.line is not None:
            _obeys(streets, network, streets_metres(streets, nodes.line))


def streets_metres(streets: Streets, line: shapely.LineString) -> np.ndarray:
    from gridsvc.geography.projection import to_millimetres

    return np.stack(to_millimetres(streets.srid, *shapely.get_coordinates(line).T), axis=1) / 1000


def _obeys(streets: Streets, network: ModeNetwork, xy: np.ndarray) -> None:
    """Every step of a way lies on a link that may be used in its direction."""
    tree = shapely.STRtree(streets.lines)
    for a, b in itertools.pairwise(xy):
        links = tree.query(shapely.Point((a + b) / 2), predicate="dwithin", distance=0.01)
        assert len(links)
        ahead = [
            shapely.line_locate_point(streets.lines[k], shapely.Point(b))
            > shapely.line_locate_point(streets.lines[k], shapely.Point(a))
            for k in links
        ]
        assert any(
            network.along[k] if to_end else network.against[k] for k, to_end in zip(links, ahead, strict=True)
        )


def test_nodes_as_places() -> None:
    rng = np.random.default_rng(11)
    streets = build_streets(town(rng))
    every = np.arange(len(streets.xy))
    for mode in ("walk", "ebike"):
        network = mode_network(streets, mode)
        away = dict(
            nx.all_pairs_dijkstra_path_length(
                walked(streets, network.along, network.against, network.time), weight="t"
            )
        )
        want = [[away[int(a)].get(int(b), NEVER) for b in every] for a in every]
        np.testing.assert_array_equal(travel_times(streets, mode, every, every), want)
    # From a node a car may set out either way, and so the times are those of who may turn.
    network = mode_network(streets, "car")
    away = dict(
        nx.all_pairs_dijkstra_path_length(
            walked(streets, network.along, network.against, network.time), weight="t"
        )
    )
    want = [[away[int(a)].get(int(b), NEVER) for b in every] for a in every]
    np.testing.assert_array_equal(travel_times(streets, "car", every, every), want)
    ways = node_ways(streets, "car", [(int(a), int(b)) for a in every for b in every])
    for way, time in zip(ways, np.ravel(want), strict=True):
        assert (way is None) == (time == NEVER)
        assert way is None or way.time == time


def test_one_way_streets_are_a_round_for_those_behind_and_nothing_for_walkers() -> None:
    block = [[(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)]]
    streets = build_streets(roads(*block, direction=dict.fromkeys(range(4), "forward")))
    lon, lat = places((20, 0), (60, 0))
    times = {m: Ground.of(streets, m, snap(streets, lon, lat, m)).times() for m in MODES}
    assert times["walk"].tolist() == pytest.approx(np.array([[0, 308], [308, 0]]), abs=1)
    assert times["ebike"].tolist() == pytest.approx(np.array([[0, 100], [900, 0]]), abs=3)
    assert times["car"].tolist() == pytest.approx(np.array([[0, 67], [600, 0]]), abs=3)
    against = ModeSpeeds(ebike_against_one_way=True)
    free = Ground.of(streets, "ebike", snap(streets, lon, lat, "ebike", speeds=against), against).times()
    assert free.tolist() == pytest.approx(np.array([[0, 100], [100, 0]]), abs=1)


def test_places_off_the_network_and_on_islands_are_reached_never() -> None:
    streets = build_streets(roads([(0, 0), (500, 0)], [(0, 400), (100, 400)]))
    lon, lat = places((10, 10), (200, 0), (50, 390), (250, 200))
    snapped = snap(streets, np.append(lon, np.nan), np.append(lat, 34.0), "walk")
    assert (snapped.link >= 0).tolist() == [True, True, True, False, False]
    ground = Ground.of(streets, "walk", snapped)
    times = ground.times()
    assert times[0, 1] < NEVER
    assert (np.delete(times[2], 2) == NEVER).all()
    assert (np.delete(times[3], 3) == NEVER).all()
    assert np.diag(times).tolist() == [0] * 5
    assert ground.ways([(0, 2), (3, 0), (0, 0)])[:2] == [None, None]
    assert ground.ways([]) == []
    nowhere = Ground.of(streets, "walk", snap(streets, np.empty(0), np.empty(0), "walk"))
    assert nowhere.times().shape == (0, 0)


def test_a_place_goes_where_one_can_come_back_from() -> None:
    # A one-way street out of the block that nothing leads back from lies nearer.
    block = [[(0, 0), (100, 0)], [(100, 0), (100, 100)], [(100, 100), (0, 100)], [(0, 100), (0, 0)]]
    streets = build_streets(roads(*block, [(100, 100), (160, 60)], direction={4: "forward"}))
    lon, lat = places((130, 82))
    assert streets.road[snap(streets, lon, lat, "walk").link].tolist() == [4]
    car = snap(streets, lon, lat, "car")
    assert streets.road[car.link].tolist() != [4]
    assert car.off_m[0] > 20
    far = snap(streets, lon, lat, "car", within_m=20)
    assert streets.road[far.link].tolist() == [4]


def test_never_is_the_same_word_in_both_rooms() -> None:
    assert travel.NEVER == problem.NEVER


def test_names_are_told_in_order() -> None:
    streets = build_streets(
        roads(
            [(0, 0), (100, 0)],
            [(100, 0), (200, 0)],
            [(200, 0), (200, 100)],
            [(200, 100), (300, 100)],
            name={0: "和平路", 1: "和平路", 3: "友谊路"},
        )
    )
    ground = Ground.of(streets, "walk", snap(streets, *places((10, 0), (290, 100)), "walk"))
    assert [way.names for way in ground.ways([(0, 1), (1, 0)]) if way] == [
        ("和平路", "友谊路"),
        ("友谊路", "和平路"),
    ]
