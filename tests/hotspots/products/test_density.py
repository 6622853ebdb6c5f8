"""Density maps and street risk of a made district: every incident kept, what was chosen told, bad input answered."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused, NotFound, WrongUsage
from gridsvc.hotspots import Question
from gridsvc.hotspots.products.density import DensityMap, density_map
from gridsvc.hotspots.products.street_risk import StreetRisk, street_risk
from gridsvc.hotspots.sheets import write_sheet
from tests.hotspots.district import ZONE, District, add_reports, make_district

NOW = datetime(2026, 6, 10, 12, tzinfo=ZONE)
QUESTION = Question.of(["0201"], date(2026, 3, 1), date(2026, 5, 31), ZONE, kind="event")


def density(connection: Connection, **chosen: Any) -> DensityMap:
    return density_map(connection, QUESTION, now=NOW, snap_outside_m=30, **chosen)


def risk(connection: Connection, **chosen: Any) -> StreetRisk:
    return street_risk(connection, QUESTION, now=NOW, snap_outside_m=30, **chosen)


@pytest.fixture
def district(connection: Connection) -> District:
    return make_district(connection, 8)


@pytest.fixture
def reports(connection: Connection, district: District) -> int:
    """A crowd at (2.5, 3) and a few anywhere, one of them outside the district and one without a place."""
    rng = np.random.default_rng(5)
    places = [(2.5 + dx, 3 + dy) for dx, dy in rng.normal(0, 0.25, (60, 2))]
    places += [tuple(each) for each in rng.uniform(0.1, 7.9, (30, 2))]
    add_reports(connection, [district.place(*each) for each in places], at="2026-03-20 09:00")
    add_reports(connection, [district.place(20, 20), None], at="2026-03-21 09:00")
    return len(places)


@pytest.fixture
def roads(connection: Connection, district: District) -> None:
    """Streets along every second border of cells, and a lane of its own far from them, with no name."""
    streets = [("河东路", (0, row), (8, row)) for row in (1, 3, 5, 7)]
    streets += [("河西路", (column, 0), (column, 8)) for column in (1, 3, 5, 7)]
    for name, one, other in [*streets, (None, (0.3, 1.5), (0.7, 1.5))]:
        line = shapely.LineString([district.place(*one), district.place(*other)])
        connection.execute(
            text(
                "INSERT INTO road (source, name, geom) VALUES ('made', :name, ST_GeomFromText(:line, 4326))"
            ),
            {"name": name, "line": line.wkt},
        )


def test_the_surface_keeps_every_incident_and_says_how_it_was_made(
    connection: Connection, reports: int
) -> None:
    found = density(connection)
    told = found.as_dict()
    assert told["incidents"] == reports
    assert told["raster"]["integral"] == pytest.approx(reports)
    assert told["bandwidth_m"] == told["bandwidth_chosen"]["bandwidth_m"]
    assert told["bandwidth_chosen"]["reports_judged"] == reports
    assert found.incidents.sum() == reports
    # The mean over cells of one hectare.
    assert found.per_km2.sum() / 100 == pytest.approx(reports, rel=0.02)
    assert told["densest_cells"][0]["per_km2"] == pytest.approx(found.per_km2.max(), rel=1e-6)
    assert told["contours"] == sorted(told["contours"], key=lambda each: each["per_km2"])
    assert {"kernel", "bandwidth_m", "edge", "adaptive_m"} <= set(told["provenance"]["parameters"])
    orjson.dumps(told)
    sheet = found.sheet()
    assert f"{reports} incidents" in sheet.headline.en
    remarks = " ".join(line.en for line in sheet.remarks)
    assert "chosen by leave-one-out" in remarks
    assert "1 without a place, 1 in no cell" in remarks
    assert sheet.surface is not None
    assert np.isfinite(sheet.surface.values[found.raster.coverage > 0]).all()
    hottest = sheet.surface.contours[-1][1]
    x, y = (590_250.0, 3_790_300.0)
    assert shapely.distance(hottest, shapely.Point(x, y)) < 60


@pytest.mark.usefixtures("reports")
def test_what_is_given_is_taken(connection: Connection) -> None:
    found = density(
        connection,
        bandwidth_m=120,
        kernel="gaussian",
        edge=None,
        pixel_m=20,
        levels=[50, 500],
        half_life_days=28,
    )
    told = found.as_dict()
    assert told["bandwidth_chosen"] is None
    assert (told["bandwidth_m"], told["kernel"], told["edge"], told["half_life_days"]) == (
        120,
        "gaussian",
        None,
        28,
    )
    assert told["raster"]["pixel_m"] == 20
    assert [each["per_km2"] for each in told["contours"]] == [50]
    assert told["raster"]["integral"] < 90 * 0.5 ** (72 / 28)
    assert "half after 28 days" in " ".join(line.en for line in found.sheet().remarks)


@pytest.mark.usefixtures("reports")
def test_adaptive_and_chosen_half_life(connection: Connection) -> None:
    found = density(connection, adaptive=True)
    spread = found.as_dict()["adaptive_m"]
    assert found.bandwidth_m / 4 <= spread["least"] < spread["most"] <= 4 * found.bandwidth_m
    assert found.raster.mass == pytest.approx(90)
    assert "adaptive" in " ".join(line.en for line in found.sheet().remarks)
    chosen = density(connection, choose_half_life=True).as_dict()
    assert "half_life_days" in chosen["bandwidth_chosen"]
    # Where the half-life alone is left to the data, the bandwidth was not chosen by them.
    half = density(connection, bandwidth_m=150, choose_half_life=True)
    assert (half.as_dict()["bandwidth_given"], half.bandwidth_m) == (True, 150)
    remarks = " ".join(line.en for line in half.sheet().remarks)
    assert "150 m (given)" in remarks
    assert "at the limit" not in remarks
    assert "age" in remarks


@pytest.mark.usefixtures("district")
def test_no_incident_is_an_even_zero(connection: Connection, tmp_path: Path) -> None:
    empty = density(connection)
    assert (empty.per_km2 == 0).all()
    assert empty.as_dict()["contours"] == []
    assert "no incidents" in empty.sheet().headline.en
    assert write_sheet(empty.sheet(), tmp_path / "empty.png") > 0


def test_one_incident_and_many_at_one_point(connection: Connection, district: District) -> None:
    for many in (1, 200):
        add_reports(connection, [district.place(0, 0)] * many, at=f"2026-04-{10 + many % 7} 09:00")
        for adaptive in (False, True):
            found = density(connection, adaptive=adaptive)
            assert found.bandwidth_m == 200
            assert found.raster.mass == pytest.approx(len(found.places.report))
            remarks = " ".join(line.en for line in found.sheet().remarks)
            assert "fewer than two places" in remarks
            orjson.dumps(found.as_dict())


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ({"bandwidth_m": 0}, "bad_bandwidth"),
        ({"bandwidth_m": -1}, "bad_bandwidth"),
        # What would take gigabytes, or lie below the smallest number.
        ({"bandwidth_m": 1e6}, "bad_bandwidth"),
        ({"bandwidth_m": 1e-300}, "bad_bandwidth"),
        ({"bandwidth_m": 5000.0, "kernel": "gaussian", "pixel_m": 1}, "bad_pixel"),
        ({"half_life_days": 0}, "bad_half_life"),
        ({"half_life_days": 1e-320}, "bad_half_life"),
        ({"levels": [3, 2]}, "bad_levels"),
        ({"pixel_m": 0}, "bad_pixel"),
        ({"pixel_m": 1e9}, "bad_pixel"),
        ({"pixel_m": 0.001}, "bad_pixel"),
        ({"kernel": "box"}, "bad_kernel"),
    ],
)
@pytest.mark.usefixtures("reports")
def test_bad_input_is_refused(connection: Connection, chosen: dict[str, Any], code: str) -> None:
    with pytest.raises((InputRefused, WrongUsage)) as refused:
        density(connection, **chosen)
    assert refused.value.code == code


@pytest.mark.usefixtures("reports", "roads")
@pytest.mark.parametrize("rule", ["simple", "discontinuous", "continuous"])
def test_street_risk_counts_what_lies_on_streets(connection: Connection, rule: str, tmp_path: Path) -> None:
    found = risk(connection, rule=rule, bandwidth_m=150)
    told = found.as_dict()
    assert told["on_street"] + told["off_street"] == told["incidents"] == 90
    if rule != "simple":
        assert told["integral"] == pytest.approx(told["on_street"], rel=1e-6)
    assert told["network_parts"] == 2
    assert told["street_km"] == pytest.approx(8 * 0.8 + 0.04, rel=1e-3)
    assert found.street_km.sum() == pytest.approx(told["street_km"], rel=1e-3)
    assert told["densest_pieces"][0]["road"] in ("河东路", "河西路")
    orjson.dumps(told)
    sheet = found.sheet()
    assert sheet.shapes
    for name in ("risk.html", "risk.geojson", "risk.tif"):
        assert write_sheet(sheet, tmp_path / name) > 0
    assert "NaN" not in (tmp_path / "risk.geojson").read_text()


@pytest.mark.usefixtures("reports", "roads")
def test_segments_are_lines_with_their_risk(connection: Connection, tmp_path: Path) -> None:
    found = risk(connection)
    assert found.choice is not None
    assert found.bandwidth_m in found.choice.tried_m
    found.write_segments(tmp_path / "streets.geojson")
    features = json.loads((tmp_path / "streets.geojson").read_text())["features"]
    assert len(features) == len(found.found.pieces.link)
    assert {each["geometry"]["type"] for each in features} == {"LineString"}
    first = next(each["properties"] for each in features if each["properties"]["rank"] == 1)
    assert first["per_km"] == pytest.approx(found.found.per_km.max(), rel=1e-6)
    assert sum(each["properties"]["incidents"] for each in features) == pytest.approx(
        len(found.projected.rows)
    )
    lon, lat = features[0]["geometry"]["coordinates"][0]
    assert (round(lon), round(lat)) == (109, 34)
    assert found.write_segments(tmp_path / "streets.parquet")


@pytest.mark.usefixtures("reports", "roads")
def test_each_side_of_a_street_for_itself(connection: Connection, tmp_path: Path) -> None:
    found = risk(connection, rule="mixed")
    told = found.as_dict()
    assert told["integral"] == pytest.approx(told["on_street"], rel=1e-6)
    assert sum(told["weights"].values()) == pytest.approx(1, abs=1e-5)
    assert {each["side"] for each in told["densest_pieces"]} <= {"left", "right"}
    assert found.street_km.sum() == pytest.approx(told["street_km"], rel=1e-3)
    assert "each side" in " ".join(line.en for line in found.sheet().remarks)
    assert write_sheet(found.sheet(), tmp_path / "risk.html") > 0
    found.write_segments(tmp_path / "sides.geojson")
    features = json.loads((tmp_path / "sides.geojson").read_text())["features"]
    assert (
        len(features) == told["pieces"] == 2 * sum(each["properties"]["side"] == "left" for each in features)
    )
    with pytest.raises(WrongUsage):
        risk(connection, rule="mixed", bandwidth_m=100)


@pytest.mark.usefixtures("district", "roads")
@pytest.mark.parametrize("rule", ["discontinuous", "mixed"])
def test_streets_without_an_incident_have_no_risk(connection: Connection, rule: str) -> None:
    found = risk(connection, rule=rule)
    assert found.found.mass.sum() == 0
    assert found.sheet().shapes == []
    assert "no incidents" in found.sheet().headline.en
    assert found.as_dict()["densest_cells"] == []


@pytest.mark.usefixtures("reports")
def test_without_roads_there_is_no_street_risk(connection: Connection) -> None:
    with pytest.raises(NotFound) as refused:
        risk(connection)
    assert refused.value.code == "no_roads"
