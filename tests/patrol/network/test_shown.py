"""The network in words, as a map and as a file, and what its links are tied to; from the road layer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from playwright.sync_api import Browser
from sqlalchemy import Connection, text

from gridsvc.assets.figure import foreign_addresses
from gridsvc.errors import NotFound
from gridsvc.patrol.network.building import build_streets, load_streets
from gridsvc.patrol.network.graph import mode_network
from gridsvc.patrol.network.link_table import STATES, link_table, tied_areas
from gridsvc.patrol.network.page import draw_network
from gridsvc.patrol.network.report import ACT_WORDS, network_report
from gridsvc.postgres import open_engine
from gridsvc.roads import load_roads
from gridsvc.sample import SampleFiles
from tests.browser import open_browser, watched_page
from tests.conftest import Run
from tests.hotspots.district import ZONE, District, make_district
from tests.patrol.network.drawn import roads, town

HOSTILE = "</script><b>路</b>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def add_roads(connection: Connection, district: District) -> None:
    """Three streets between the cells, one of them one-way, and a viaduct over them."""
    for name, role, direction, ends in (
        ("南北路", "road", "both", [(1, 0), (1, 3), (1, 6)]),
        ("东西路", "road", "forward", [(0, 3), (1, 3), (6, 3)]),
        (HOSTILE, "road", "both", [(1, 5.5), (2, 5.5)]),
        ("高架", "elevated", "both", [(3, 0), (3, 6)]),
    ):
        line = shapely.LineString([district.place(*each) for each in ends])
        connection.execute(
            text(
                "INSERT INTO road (source, name, role, direction, geom)"
                " VALUES ('town.geojson', :name, :role, :direction, ST_GeomFromText(:line, 4326))"
            ),
            {"name": name, "role": role, "direction": direction, "line": line.wkt},
        )


def test_the_layer_is_built_once_for_as_long_as_it_stays(connection: Connection) -> None:
    with pytest.raises(NotFound):
        load_streets(connection)
    add_roads(connection, make_district(connection))
    streets = load_streets(connection)
    assert streets is load_streets(connection)
    assert streets.version == build_streets(load_roads(connection)).version
    connection.execute(text("UPDATE road SET direction = 'backward' WHERE name = '东西路'"))
    assert load_streets(connection).version != streets.version
    connection.execute(text("UPDATE road SET keeper = '市政一处' WHERE name = '南北路'"))
    assert "市政一处" in link_table(load_streets(connection)).columns["keeper"]
    # What has its nodes is judged by source: with another one other lines may meet.
    before = load_streets(connection).version
    connection.execute(text("UPDATE road SET source = '另一来源' WHERE name = '南北路'"))
    assert load_streets(connection).version != before


def test_links_are_tied_to_the_cells_and_zones_of_the_day(connection: Connection) -> None:
    district = make_district(connection)
    add_roads(connection, district)
    streets = load_streets(connection)
    ties = tied_areas(connection, streets, datetime(2026, 11, 23, tzinfo=ZONE), snap_outside_m=30)
    assert list(ties) == ["cell"]
    table = link_table(streets, ties)
    short = table.columns["name"].index(HOSTILE)
    assert ties["cell"][short] == district.code(1, 5)
    assert len(table.lines) == len(streets) == len(ties["cell"])
    assert set(table.columns["walk"]) <= set(STATES)
    walk = dict(zip(table.columns["name"], table.columns["walk"], strict=True))
    assert walk["高架"] == "closed"


def test_the_report_counts_what_was_done_and_names_every_act() -> None:
    streets = build_streets(
        roads(
            [(0, 0), (101, 0)], [(100, -50), (100, 50)], [(0, 0), (101, 0)], [(0, 300), (90, 300)],
            direction={1: "forward"},
        )
    )  # fmt: skip
    report = network_report(streets)
    told = report.as_dict()
    assert (told["cleaned"]["stubs"], told["cleaned"]["twins"]) == (1, 1)
    assert told["parts_km"] == [0.2, 0.09]
    assert told["modes"]["walk"]["strong_share"] == pytest.approx(0.2 / 0.29, abs=1e-3)
    assert told["modes"]["car"]["one_way_km"] == 0.1
    assert set(streets.cleaned) == set(ACT_WORDS)
    zh = "\n".join(line.zh for line in report.lines())
    assert "1 段重复" in zh
    assert "步行" in zh
    json.dumps(told)


def test_the_map_shows_who_may_go_where(browser: Browser, tmp_path: Path) -> None:
    given = town(np.random.default_rng(2))
    given.names[0] = HOSTILE
    streets = build_streets(given)
    page = draw_network(streets, network_report(streets), "zh")
    assert foreign_addresses(page) == []
    assert HOSTILE not in page
    file = tmp_path / "路网.html"
    file.write_text(page, "utf-8")
    with browser.new_context(viewport={"width": 1000, "height": 700}) as context:
        context.set_offline(True)
        window = watched_page(context, file.as_uri())
        window.page.goto(file.as_uri())
        for number, mode in enumerate(("walk", "ebike", "car")):
            window.page.locator(".modes input").nth(number).check()
            km = float((streets.length_m * mode_network(streets, mode).main).sum()) / 1000
            shown = window.page.locator(".panel li").first.inner_text()
            assert "可往返" in shown
            # Each link is told in whole metres.
            assert float(shown.split()[-2]) == pytest.approx(km, abs=0.06)
        assert (window.errors, window.foreign) == ([], [])


@pytest.mark.long
def test_the_command_reports_and_writes_a_map_and_a_file(database_url: str, run: Run, tmp_path: Path) -> None:
    env = {"GRIDSVC_DATABASE_URL": database_url}
    nothing = run("patrol", "network", env=env)
    assert nothing.status == 1
    assert "road import" in nothing.stderr
    engine = open_engine(database_url)
    with engine.begin() as connection:
        add_roads(connection, make_district(connection))
    engine.dispose()
    html, links = tmp_path / "路网.html", tmp_path / "links.gpkg"
    done = run("patrol", "network", "-o", html, "-o", links, "--json", env=env)
    assert done.status == 0, done.stderr
    told = json.loads(done.stdout)
    # 东西路 leads out and nothing back: it is no place to stop for a car.
    assert told["modes"]["car"]["strong_share"] < 1
    assert told["cleaned"]["cuts"] > 0
    assert "巡查路网" in html.read_text("utf-8")
    meta, _, _, columns = pyogrio.raw.read(links)
    assert {"name", "cell", "walk", "ebike", "car", "metres"} <= set(meta["fields"])
    assert len(columns[0]) == told["links"]
    against = run("patrol", "network", "--json", env=env | {"GRIDSVC_PATROL_EBIKE_AGAINST_ONE_WAY": "true"})
    one_way = [json.loads(each.stdout)["modes"]["ebike"]["one_way_km"] for each in (done, against)]
    assert one_way[0] > one_way[1] == 0


def test_the_streets_of_the_sample_hang_together(sample_files: SampleFiles) -> None:
    meta, _, shapes, columns = pyogrio.raw.read(sample_files.roads)
    fields = dict(zip(meta["fields"], columns, strict=True))
    lines = shapely.from_wkb(shapes)
    given = roads(*[[(0.0, 0.0), (1.0, 1.0)]] * len(lines))
    given.geometries[:] = lines
    given.grades[:] = fields["road_class"]
    streets = build_streets(given)
    assert streets.part.max() == 0
    assert {act for act, number in streets.cleaned.items() if number} <= {"cuts", "joined_ends"}
    report = network_report(streets)
    assert report.modes["walk"].strong_share == 1
    # Lanes are not for cars, so some of the streets beyond them are not either.
    assert 0.3 < report.modes["car"].km / report.km < 1
