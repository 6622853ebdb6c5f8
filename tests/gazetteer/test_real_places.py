"""The real roads and points of Beilin: every crossing and every name is found; no message is placed by chance."""

from __future__ import annotations

import csv
import itertools
import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine

from gridsvc.gazetteer import Gazetteer, find_places, import_places, load_gazetteer, place_address
from gridsvc.gazetteer.normalising import normalised
from gridsvc.pinyin import readings
from gridsvc.roads import import_roads
from gridsvc.settings import Settings
from tests.api.conftest import NOW

_LINKS = "beilin_road_links_wgs84.geojson"
_POINTS = "xian_osm_control_points_wgs84.csv"


@pytest.fixture(scope="module")
def beilin(engine: Engine, real_data: Path) -> Gazetteer:
    with engine.connect() as connection, connection.begin() as work:
        import_roads(connection, real_data / _LINKS)
        done = import_places(connection, real_data / _POINTS)
        assert (done.rows, done.places) == (76, 76)
        gazetteer = load_gazetteer(connection, Settings(address_city="陕西省,西安市"), NOW)
        work.rollback()
    return gazetteer


@pytest.fixture(scope="module")
def points(real_data: Path) -> list[tuple[str, float, float]]:
    with (real_data / _POINTS).open(encoding="utf-8-sig") as file:
        return [(r["name"], float(r["lon_wgs84"]), float(r["lat_wgs84"])) for r in csv.DictReader(file)]


def metres(gazetteer: Gazetteer, a: tuple[float, float], b: tuple[float, float]) -> float:
    return math.dist(gazetteer.metres(*a), gazetteer.metres(*b))


def test_the_corner_of_the_issue_lies_north_west_of_the_crossing(beilin: Gazetteer) -> None:
    middle = place_address(beilin, "友谊东路与太乙路十字")
    corner = place_address(beilin, "西安市友谊东路与太乙路十字西北角")
    assert middle is not None
    assert corner is not None
    x, y = beilin.metres(middle.place.lon, middle.place.lat)
    u, v = beilin.metres(corner.place.lon, corner.place.lat)
    # Geometry, by another way: the crossing is where the carriageways' own crossings surround.
    lines = {
        name: next(known.street for known in beilin.places if known.street and known.name == name)
        for name in ("友谊东路", "太乙路")
    }
    shared = shapely.intersection(
        shapely.union_all(lines["友谊东路"].main), shapely.union_all(lines["太乙路"].main)
    )
    west, south, east, north = shared.bounds
    assert math.dist((x, y), ((west + east) / 2, (south + north) / 2)) < 3
    assert u < west - 3
    assert v > north + 3
    assert math.dist((u, v), (x, y)) < 50
    # In no carriageway, and not in a garden either.
    for street in lines.values():
        assert 5 < shapely.distance(shapely.union_all(street.main), shapely.Point(u, v)) < 30
    assert corner.place.accuracy_m <= 20


def test_every_crossing_of_two_named_roads_is_found_with_its_four_corners(beilin: Gazetteer) -> None:
    streets = [known for known in beilin.places if known.street is not None and known.street.crosses]
    turns: list[float] = []
    for a, b in itertools.combinations(streets, 2):
        assert a.street is not None
        assert b.street is not None
        points = beilin.meeting_points(a.street, b.street)
        if not points or a.street.leaves & b.street.leaves:
            continue
        answer = find_places(beilin, f"{a.name}与{b.name}十字", limit=20)
        crossings = [each for each in answer.candidates if each.kind == "crossing"]
        assert len(crossings) >= 1, (a.name, b.name)
        assert answer.verdict in ("certain", "ambiguous")
        for x, y in points:
            places = [beilin.metres(each.lon, each.lat) for each in crossings]
            assert min(math.dist(place, (x, y)) for place in places) < 100, (a.name, b.name)
        if len(points) > 1:
            continue
        x, y = beilin.metres(crossings[0].lon, crossings[0].lat)
        for way, (east, north) in {
            "东北": (1, 1),
            "东南": (1, -1),
            "西南": (-1, -1),
            "西北": (-1, 1),
        }.items():
            corner = place_address(beilin, f"{a.name}与{b.name}十字{way}角", within_m=500)
            assert corner is not None
            u, v = beilin.metres(corner.place.lon, corner.place.lat)
            turns.append(((u - x) * east + (v - y) * north) / math.sqrt(2) / math.dist((u, v), (x, y)))
            assert turns[-1] > 0, (a.name, b.name, way, u - x, v - y)
            assert math.dist((u, v), (x, y)) < 160
    assert len(turns) > 4 * 150
    # Roads that meet at a sharp angle have no corner in some quarters of the compass.
    assert np.mean(np.array(turns) > 0.7) > 0.9


def test_every_control_point_is_found_by_its_name(
    beilin: Gazetteer, points: list[tuple[str, float, float]]
) -> None:
    for name, lon, lat in points:
        found = find_places(beilin, name, limit=10)
        assert found.verdict in ("certain", "ambiguous"), name
        near = min(metres(beilin, (each.lon, each.lat), (lon, lat)) for each in found.candidates)
        assert near < 80, (name, near)


def test_every_control_point_is_found_by_pinyin(
    beilin: Gazetteer, points: list[tuple[str, float, float]]
) -> None:
    for name, _lon, _lat in points:
        plain = normalised(name)
        spelt = "".join(readings(c)[0] for c in plain if c.isalnum())
        for asked in (spelt, "".join(readings(c)[0][0] for c in plain if c.isalnum())):
            names = [normalised(each.name) for each in find_places(beilin, asked, limit=20).candidates]
            assert plain in names, (name, asked, names)


def test_every_control_point_is_found_with_one_wrong_character(
    beilin: Gazetteer, points: list[tuple[str, float, float]]
) -> None:
    rng = np.random.default_rng(3)
    for name, _lon, _lat in points:
        plain = normalised(name)
        if not 3 <= len(plain) <= 20:
            continue
        at = int(rng.integers(len(plain)))
        asked = plain[:at] + "错" + plain[at + 1 :]
        found = find_places(beilin, asked, limit=10)
        assert plain in [normalised(each.name) for each in found.candidates], asked
        assert place_address(beilin, asked) is None or found.candidates[0].name != name


def test_no_anonymous_message_is_placed(beilin: Gazetteer, real_data: Path) -> None:
    with (real_data / "cn_citizen_messages.csv").open(encoding="utf-8-sig") as file:
        messages = list(csv.DictReader(file))
    assert len(messages) == 495
    for message in messages:
        for text in (message["title"], message["text"], message["title"] + message["text"]):
            assert place_address(beilin, text) is None, text
