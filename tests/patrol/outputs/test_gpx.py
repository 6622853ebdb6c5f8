"""GPX: valid by the schema, read alike by GDAL and by gpxpy, with times that a watch could have written."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import gpxpy
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from gridsvc.errors import Text
from gridsvc.patrol.outputs import draw_plan, write_plan
from gridsvc.patrol.outputs.gpx import NAMESPACE, draw_gpx
from gridsvc.patrol.outputs.passing import passages
from gridsvc.patrol.plan import Plan
from tests.patrol.plan_by_hand import HOSTILE, at, made_plan, made_route

SCHEMA = etree.XMLSchema(etree.parse(Path(__file__).with_name("gpx11.xsd")))
GPX = "{http://www.topografix.com/GPX/1/1}"


def valid(content: bytes) -> etree._Element:
    root = etree.fromstring(content)
    SCHEMA.assertValid(root)
    return root


@pytest.mark.parametrize("form", ["points", "streets"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_it_is_valid_by_the_schema(form: str, language: str) -> None:
    root = valid(draw_gpx(made_plan(form=form), language))
    assert root.get("creator") == "gridsvc"
    assert [child.tag for child in root] == [
        f"{GPX}metadata", *[f"{GPX}wpt"] * 9, *[f"{GPX}rte"] * 2, *[f"{GPX}trk"] * 2
    ]  # fmt: skip


def test_the_schema_refuses_what_is_wrong() -> None:
    """The copy of the schema is no check unless it can fail."""
    whole = draw_gpx(made_plan())
    for right, wrong in (
        (b'version="1.1"', b'version="1.0"'),
        (b"<rtept lat=", b"<rtept latitude="),
        (b'lon="108.94', b'lon="208.94'),
        (b"</gridsvc:stop>", b"</gridsvc:stop><name>x</name>"),
    ):
        with pytest.raises(etree.DocumentInvalid):
            valid(whole.replace(right, wrong, 1))


def test_gdal_reads_the_same_stops_and_ways(tmp_path: Path) -> None:
    plan = made_plan()
    file = tmp_path / "今晚.gpx"
    write_plan(plan, file)
    layers = {name for name, _ in pyogrio.list_layers(file)}
    assert {"waypoints", "routes", "tracks", "route_points", "track_points"} <= layers
    stops = [stop for route in plan.routes for stop in route.stops]
    numbered = [stop for stop in stops if stop.number]
    assert _places(file, "waypoints") == [(stop.lon, stop.lat) for stop in numbered]
    assert _places(file, "route_points") == [(stop.lon, stop.lat) for stop in stops]
    assert len(pyogrio.raw.read(file, layer="routes")[2]) == 2
    names = pyogrio.raw.read(file, layer="tracks", read_geometry=True)
    assert list(names[3][0]) == ["王巡查", "李巡查"]
    walked = [shapely.from_wkb(each) for each in names[2]]
    for drawn, route in zip(walked, plan.routes, strict=False):
        ways = [stop.way for stop in route.stops if stop.way is not None]
        ways += [route.home] if route.home is not None else []
        assert shapely.hausdorff_distance(drawn, shapely.union_all(ways)) < 1e-9


def test_times_are_those_of_the_plan() -> None:
    plan = made_plan()
    read = gpxpy.parse(draw_gpx(plan).decode())
    for route, points, track in zip(plan.routes, read.routes, read.tracks, strict=False):
        assert [point.time for point in points.points] == [stop.begins for stop in route.stops]
        (segment,) = track.segments
        times = [point.time for point in segment.points]
        assert times == sorted(times)
        assert times[0] == route.leaves
        assert times[-1] == route.returns
        seen = {(point.longitude, point.latitude, point.time) for point in segment.points}
        for stop in route.stops:
            assert (stop.lon, stop.lat, stop.arrives.astimezone(UTC)) in seen
            assert (stop.lon, stop.lat, stop.leaves.astimezone(UTC)) in seen


def test_own_data_stay_in_extensions_of_their_own_namespace() -> None:
    root = valid(draw_gpx(made_plan()))
    for element in root.iter():
        foreign = etree.QName(element).namespace == NAMESPACE
        held = any(etree.QName(each).localname == "extensions" for each in element.iterancestors())
        assert foreign == held
    keys = root.findall(f".//{GPX}rtept/{GPX}extensions/{{{NAMESPACE}}}stop/{{{NAMESPACE}}}key")
    assert [key.text for key in keys][:2] == ["cell:610103001001001", "cell:610103001001002"]


def test_one_patrol_alone() -> None:
    root = valid(draw_plan(made_plan(), "gpx", patrol="李巡查"))
    assert [name.text for name in root.findall(f"{GPX}rte/{GPX}name")] == ["李巡查"]
    # In a file of its own the patrol's name before each stop would be in the way.
    assert root.find(f"{GPX}wpt/{GPX}name").text.startswith("1 ")
    assert valid(draw_plan(made_plan(), "gpx", patrol="赵巡查")).findall(f"{GPX}rte") == []


def test_hostile_words_stay_words() -> None:
    root = valid(draw_gpx(made_plan(words=HOSTILE)))
    told = [element.text for element in root.iter(f"{GPX}name", f"{GPX}desc") if element.text]
    for words in HOSTILE:
        assert any(words.replace("\x0b", "").replace("\x1f", "") in each for each in told)
    named = root.find(f".//{{{NAMESPACE}}}patrol")
    assert named is not None
    assert named.text == HOSTILE[0]


def test_a_way_that_is_not_known_parts_the_track() -> None:
    route = made_route("甲", stops=3)
    lost = replace(route.stops[1], way=None)
    pieces = passages(replace(route, stops=(route.stops[0], lost, route.stops[2])))
    assert len(pieces) == 2
    assert pieces[0][-1] == ((route.stops[0].lon, route.stops[0].lat), route.stops[0].leaves)
    assert pieces[1][0] == ((lost.lon, lost.lat), lost.arrives)


def test_a_walked_street_is_passed_while_the_stop_lasts() -> None:
    route = made_route("甲", stops=2, form="streets")
    (piece,) = passages(route)
    stop = route.stops[0]
    end = tuple(shapely.get_coordinates(stop.along)[-1].round(7).tolist())
    assert ((stop.lon, stop.lat), stop.begins) in piece
    assert (end, stop.leaves) in piece


def test_the_date_line_is_written_as_the_standard_wants() -> None:
    plan = made_plan()
    route = plan.routes[1]
    stops = tuple(replace(stop, lon=180.0, way=None) for stop in route.stops)
    moved = replace(plan, routes=(replace(route, stops=stops),))
    assert valid(draw_gpx(moved)).find(f"{GPX}wpt").get("lon") == "-180.0"


@given(
    places=st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=2, max_size=8),
    seconds=st.integers(0, 20_000),
)
def test_passing_is_even_and_ordered(places: list[tuple[int, int]], seconds: int) -> None:
    route = made_route("甲", stops=1, home=False)
    leaves = datetime(2026, 3, 29, 0, 30, tzinfo=ZoneInfo("Europe/Berlin"))  # the clock is put forward at two
    arrives = (leaves.astimezone(UTC) + timedelta(seconds=seconds)).astimezone(leaves.tzinfo)
    way = shapely.LineString([at(*place) for place in places])
    lon, lat = at(*places[-1])
    stop = replace(route.stops[0], lon=lon, lat=lat, way=way, arrives=arrives, begins=arrives, leaves=arrives)
    patrol = replace(route.patrol, start=at(*places[0]))
    found = passages(replace(route, patrol=patrol, leaves=leaves, stops=(stop,)))
    moments = [moment.astimezone(UTC) for piece in found for _, moment in piece]
    assert moments == sorted(moments)
    if found and len(set(places)) > 1:
        assert (moments[0], moments[-1]) == (leaves.astimezone(UTC), arrives.astimezone(UTC))
        assert sum(map(len, found)) <= len(places) + 2


def _places(file: Path, layer: str) -> list[tuple[float, float]]:
    shapes = shapely.from_wkb(pyogrio.raw.read(file, layer=layer)[2])
    return [tuple(each) for each in np.round(shapely.get_coordinates(shapes), 7).tolist()]


def _renamed(plan: Plan, name: str) -> Plan:
    route = plan.routes[0]
    stops = tuple(replace(stop, name=Text(name, name)) for stop in route.stops)
    return replace(plan, routes=(replace(route, stops=stops),))


@given(name=st.text(max_size=20))
def test_any_name_makes_a_valid_file(name: str) -> None:
    valid(draw_gpx(_renamed(made_plan(), name)))
