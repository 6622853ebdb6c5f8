"""The datum check: real borders and roads, simulated batches of known truth, and ground that proves nothing."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Text
from gridsvc.geography import (
    KnownGround,
    VectorLayer,
    from_wgs84,
    import_areas,
    import_hierarchy,
    judge_datum,
    outline_places,
    read_vector_file,
    to_wgs84,
    write_vector_file,
    write_vector_layers,
)
from gridsvc.geography.projection import to_degrees
from tests.geography import paper

ROADS = Text("道路", "roads")
_METRES = 111_320.0
# Cities all over China: the shift of GCJ-02 is 265 to 680 m there, its mean 410 m (assignment.md section 0).
CITIES = [(108.95, 34.25), (116.40, 39.90), (121.47, 31.23), (113.26, 23.13), (87.62, 43.83), (126.53, 45.80)]


def streets(lon: float, lat: float, seed: int) -> KnownGround:
    """A made town of 5 km: streets 150 to 400 m apart that bend and end, as real ones do."""
    random = np.random.default_rng(seed)
    lines = []
    for across in (False, True):
        at = np.cumsum(random.uniform(150, 400, 20)) - 2500
        for offset in at[at < 2500]:
            along = np.arange(-2500, 2501, 100.0)
            bend = offset + np.cumsum(random.normal(0, 6, len(along)))
            start, end = np.sort(random.choice(len(along), 2, replace=False))
            if end - start < 8:
                continue
            xy = np.column_stack([bend, along] if across else [along, bend])[start : end + 1]
            lines.append(xy)
    to_lon, to_lat = 1 / (_METRES * np.cos(np.radians(lat))), 1 / _METRES
    shapes = [shapely.LineString(xy * (to_lon, to_lat) + (lon, lat)) for xy in lines]
    return KnownGround(np.array(shapes, dtype=object), ROADS)


def reports(
    ground: KnownGround, count: int, seed: int, near: float = 0.8, spread: float = 12.0
) -> tuple[Any, Any]:
    """Reports in WGS 84: most in a street give or take its width and the phone, the rest anywhere about."""
    random = np.random.default_rng(seed)
    lengths = np.hypot(*(ground.ends[:, 1] - ground.ends[:, 0]).T)
    chosen = random.choice(len(lengths), count, p=lengths / lengths.sum())
    along = random.random((count, 1))
    xy = ground.ends[chosen, 0] * (1 - along) + ground.ends[chosen, 1] * along
    xy += random.normal(0, spread, (count, 2))
    away = random.random(count) > near
    xy[away] += random.uniform(-400, 400, (int(away.sum()), 2))
    x, y = np.rint(xy * 1000).astype(np.int64).T
    return to_degrees(ground.srid, x, y)


def _unsaid(file: Path, folder: Path) -> Path:
    """Copy a file without the column that says its datum, so that the numbers alone tell."""
    content = file.read_text(encoding="utf-8")
    assert ',"datum":"GCJ-02"' in content
    copy = folder / file.name
    copy.write_text(content.replace(',"datum":"GCJ-02"', ""), encoding="utf-8")
    return copy


def _beilin_roads(real_data: Path) -> KnownGround:
    return KnownGround(read_vector_file(real_data / "beilin_road_links_wgs84.geojson").geometries, ROADS)


class TestBeilin:
    """The boundary of Beilin is GCJ-02, its roads are WGS 84 (SOURCES.md)."""

    @pytest.mark.parametrize("file", ["beilin_district_gcj02.geojson", "beilin_district_datav_gcj02.geojson"])
    def test_boundary_taken_for_wgs84_is_caught_with_its_displacement(
        self, real_data: Path, file: str
    ) -> None:
        border = read_vector_file(real_data / file).geometries
        lon, lat = outline_places(border)
        verdict = judge_datum(lon, lat, _beilin_roads(real_data))
        assert verdict.alarm
        assert verdict.likeliest.name == "gcj02"
        assert verdict.likeliest.log10_ratio > 50
        # What is true: the mean shift of the formula along the border, about 465 m.
        true_lon, true_lat = to_wgs84("gcj02", lon, lat)
        east = float(np.median((lon - true_lon) * _METRES * np.cos(np.radians(lat))))
        north = float(np.median((lat - true_lat) * _METRES))
        assert np.hypot(east, north) == pytest.approx(465, abs=3)
        for found in (verdict.likeliest.displacement, verdict.moved):
            assert found is not None
            assert np.hypot(found.east_m - east, found.north_m - north) < 20

    def test_converted_it_is_confirmed(self, real_data: Path) -> None:
        border = read_vector_file(real_data / "beilin_district_gcj02.geojson", datum="gcj02").geometries
        verdict = judge_datum(*outline_places(border), _beilin_roads(real_data))
        assert verdict.confirmed
        assert not verdict.alarm
        assert not verdict.unexplained
        assert verdict.moved is not None
        assert verdict.moved.length_m < 20

    def test_said_to_be_what_it_is(self, real_data: Path) -> None:
        border = read_vector_file(real_data / "beilin_district_gcj02.geojson").geometries
        verdict = judge_datum(*outline_places(border), _beilin_roads(real_data), declared="gcj02")
        assert verdict.confirmed

    def test_converted_twice_is_told_from_the_rest(self, real_data: Path) -> None:
        border = read_vector_file(real_data / "beilin_district_gcj02.geojson", datum="gcj02").geometries
        lon, lat = to_wgs84("gcj02", *outline_places(border))
        verdict = judge_datum(lon, lat, _beilin_roads(real_data))
        assert (verdict.alarm, verdict.likeliest.name) == (True, "gcj02_undone")

    def test_borders_that_follow_no_road_prove_nothing(self, real_data: Path) -> None:
        """The border turned and put elsewhere: the ratio alone would raise many alarms, here are none."""
        ground = KnownGround(
            read_vector_file(real_data / "xian_south_road_links_wgs84.geojson.gz").geometries, ROADS
        )
        border = read_vector_file(real_data / "beilin_district_gcj02.geojson", datum="gcj02").geometries
        x, y = ground.metres(*outline_places(border))
        middle, random = np.array([x.mean(), y.mean()]), np.random.default_rng(5)
        alarms = ratios = 0
        for _ in range(40):
            angle = random.uniform(0, 2 * np.pi)
            turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
            moved = (np.column_stack([x, y]) - middle) @ turn.T + middle
            moved += random.uniform([-6000, -9000], [6000, 2000])
            lon, lat = to_degrees(ground.srid, *np.rint(moved * 1000).astype(np.int64).T)
            verdict = judge_datum(lon, lat, ground, look_for_move=False)
            alarms += verdict.alarm
            ratios += bool(verdict.hypotheses) and verdict.likeliest.log10_ratio > 2
        assert alarms == 0
        assert ratios > 5


class TestBatches:
    @pytest.mark.parametrize("datum", ["gcj02", "bd09"])
    @pytest.mark.parametrize("place", CITIES)
    def test_two_hundred_reports(self, place: tuple[float, float], datum: str) -> None:
        ground = streets(*place, seed=1)
        lon, lat = reports(ground, 200, seed=2)
        clean = judge_datum(lon, lat, ground)
        assert clean.confirmed
        assert not clean.alarm
        assert not clean.unexplained
        shifted = judge_datum(*from_wgs84(datum, lon, lat), ground)
        assert (shifted.alarm, shifted.likeliest.name) == (True, datum)
        off, moved = shifted.likeliest.displacement, shifted.moved
        assert moved is not None
        assert np.hypot(off.east_m - moved.east_m, off.north_m - moved.north_m) < 20
        back = judge_datum(lon, lat, ground, declared=datum)
        assert (back.alarm, back.likeliest.name) == (True, "wgs84")

    def test_a_move_that_no_datum_makes(self) -> None:
        ground = streets(108.95, 34.25, seed=3)
        lon, lat = reports(ground, 200, seed=4)
        moved = judge_datum(lon + 410 / _METRES / np.cos(np.radians(34.25)), lat, ground)
        assert not moved.alarm
        assert moved.unexplained
        assert moved.moved is not None
        assert (moved.moved.east_m, moved.moved.north_m) == (
            pytest.approx(410, abs=10),
            pytest.approx(0, abs=10),
        )

    @pytest.mark.long
    @pytest.mark.timeout(1200)
    def test_a_thousand_batches_shifted_and_a_thousand_clean(self) -> None:
        """assignment.md section 7, test 8: every shifted batch is found and no clean one is flagged."""
        missed: list[int] = []
        flagged: list[int] = []
        shifts = []
        for number in range(1000):
            if number % 50 == 0:
                ground = streets(*CITIES[number // 50 % len(CITIES)], seed=number)
            lon, lat = reports(ground, 200, seed=number)
            if judge_datum(lon, lat, ground, look_for_move=False).alarm:
                flagged.append(number)
            x, y = from_wgs84("gcj02", lon, lat)
            verdict = judge_datum(x, y, ground, look_for_move=False)
            if not (verdict.alarm and verdict.likeliest.name == "gcj02"):
                missed.append(number)
            shifts.append(verdict.likeliest.displacement.length_m)
        assert (missed, flagged) == ([], [])
        assert 250 < min(shifts) < max(shifts) < 680  # the cities differ; the mean of China is 410 m

    def test_few_or_repeated_places_prove_nothing(self) -> None:
        ground = streets(108.95, 34.25, seed=5)
        lon, lat = reports(ground, 25, seed=6)
        shifted = from_wgs84("gcj02", lon, lat)
        assert not judge_datum(*shifted, ground).alarm
        many = judge_datum(np.tile(shifted[0], 100), np.tile(shifted[1], 100), ground)
        assert (many.alarm, many.places <= 25) == (False, True)

    def test_no_places_no_ground_and_other_countries(self) -> None:
        ground = streets(108.95, 34.25, seed=7)
        empty = KnownGround(np.array([None, shapely.LineString()], dtype=object), ROADS)
        lon, lat = reports(ground, 100, seed=8)
        nan = np.full(5, np.nan)
        for verdict in (
            judge_datum(nan, nan, ground),
            judge_datum(lon, lat, empty),
            judge_datum(lon + 20, lat, ground),
        ):
            assert (verdict.alarm, verdict.hypotheses, verdict.places) == (False, (), 0)
        abroad = streets(-122.42, 37.77, seed=9)
        verdict = judge_datum(*reports(abroad, 200, seed=10), abroad)
        assert [each.name for each in verdict.hypotheses] == ["wgs84"]
        assert not verdict.alarm

    @settings(deadline=None, max_examples=15)
    @given(
        seed=st.integers(0, 10_000),
        count=st.integers(60, 400),
        near=st.floats(0.5, 1.0),
        place=st.sampled_from(CITIES),
    )
    def test_a_clean_batch_is_never_flagged(
        self, seed: int, count: int, near: float, place: tuple[float, float]
    ) -> None:
        ground = streets(*place, seed=seed)
        verdict = judge_datum(*reports(ground, count, seed, near), ground, look_for_move=False)
        assert not verdict.alarm


class TestControlPoints:
    """What bounds the absolute error of the formulas: things known in WGS 84 against a map in GCJ-02."""

    def test_the_border_of_beilin_meets_the_bell_tower_and_the_roads(self, real_data: Path) -> None:
        border = read_vector_file(real_data / "beilin_district_gcj02.geojson", datum="gcj02").geometries
        ground = KnownGround(border, ROADS)
        x, y = ground.metres(np.array([108.9423419]), np.array([34.2610119]))  # SOURCES.md
        # The tower stands in a roundabout where three districts meet: its middle is 20 m from their border.
        assert ground.distances(x, y)[0] < 25
        # Over the whole border, the roads show what is left of the shift: less than 10 m.
        verdict = judge_datum(*outline_places(border), _beilin_roads(real_data))
        assert verdict.moved is not None
        assert verdict.moved.length_m < 10

    def test_all_points_lie_nearer_to_roads_than_under_any_other_datum(self, real_data: Path) -> None:
        with (real_data / "xian_osm_control_points_wgs84.csv").open(encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        lon, lat = (np.array([float(row[f"{axis}_wgs84"]) for row in rows]) for axis in ("lon", "lat"))
        verdict = judge_datum(lon, lat, _beilin_roads(real_data))
        assert verdict.confirmed


class TestImport:
    def test_a_shifted_layer_is_refused_unless_its_datum_is_said(
        self, connection: Connection, real_data: Path, tmp_path: Path
    ) -> None:
        file = _unsaid(real_data / "beilin_district_gcj02.geojson", tmp_path)
        options: dict[str, Any] = {"level": "district", "code_column": "adcode", "name_column": "name"}
        roads = [_beilin_roads(real_data)]
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, file, known=roads, **options)
        (fault,) = caught.value.faults
        assert fault.code == "wrong_datum"
        assert "466 m" in fault.message.en
        assert fault.remedy is not None
        assert "--datum gcj02" in fault.remedy.en
        right = import_areas(connection, file, known=roads, datum="gcj02", **options)
        assert right.doubtful == ()
        insisted = import_areas(connection, file, known=roads, datum="wgs84", **options)
        assert [each.code for each in insisted.doubtful] == ["wrong_datum"]
        remedy = insisted.doubtful[0].remedy
        assert remedy is not None
        assert "on your word; the evidence against it is 10^" in remedy.en
        assert "--datum" not in remedy.en

    def test_against_the_areas_that_are_loaded(self, connection: Connection, real_data: Path) -> None:
        file = real_data / "xian_districts_gcj02.geojson"
        options: dict[str, Any] = {"level": "district", "code_column": "adcode", "name_column": "name"}
        import_areas(connection, file, datum="gcj02", **options)
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, file, **options)
        assert [fault.code for fault in caught.value.faults] == ["wrong_datum"]

    def test_areas_in_the_same_wrong_datum_do_not_outweigh_the_roads(
        self, connection: Connection, real_data: Path, tmp_path: Path
    ) -> None:
        file = _unsaid(real_data / "beilin_district_gcj02.geojson", tmp_path)
        options: dict[str, Any] = {"code_column": "adcode", "name_column": "name", "profile": "free"}
        roads = [_beilin_roads(real_data)]
        import_areas(connection, file, level="district", **options)  # before there were roads
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, file, level="street", known=roads, **options)
        (fault,) = caught.value.faults
        assert fault.code == "wrong_datum"
        assert "agree with the loaded areas district-ever-1, which may have been" in fault.message.en
        # Who says which datum it is decides.
        done = import_areas(connection, file, level="street", known=roads, datum="wgs84", **options)
        assert "wrong_datum" in [each.code for each in done.doubtful]

    def test_roads_do_outweigh_areas_in_a_wrong_datum(self, connection: Connection, real_data: Path) -> None:
        file = real_data / "beilin_district_gcj02.geojson"
        options: dict[str, Any] = {"code_column": "adcode", "name_column": "name", "profile": "free"}
        import_areas(connection, file, level="district", datum="wgs84", **options)
        roads = [_beilin_roads(real_data)]
        done = import_areas(connection, file, level="street", known=roads, datum="gcj02", **options)
        assert [each.code for each in done.doubtful if each.code == "wrong_datum"] == ["wrong_datum"]

    def test_the_levels_of_one_file_do_not_vouch_for_each_other(
        self, connection: Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from gridsvc.geography import importing

        asked: list[list[str]] = []

        def check(*given: Any) -> None:
            asked.append([ground.name.en for ground in given[1]])

        monkeypatch.setattr(importing, "check_against", check)
        for number, side in enumerate((200, 300)):
            shapes = paper.degrees([paper.square(0, 0, side, side)])
            layers = {
                level: VectorLayer({"code": [code]}, shapes)
                for level, code in (("district", "610103"), ("street", "610103001"))
            }
            path = tmp_path / f"{number}.gpkg"
            write_vector_layers(path, layers)
            import_hierarchy(connection, path, code_column="code", profile="free")
        loaded = ["the loaded areas district-ever-1", "the loaded areas street-ever-1"]
        assert asked == [[], [], loaded, loaded]

    def test_shifted_numbers_that_were_projected(
        self, connection: Connection, real_data: Path, tmp_path: Path
    ) -> None:
        file = real_data / "beilin_district_gcj02.geojson"
        border = read_vector_file(file).geometries
        roads = [_beilin_roads(real_data)]
        columns = {"code": ["610103"]}
        write_vector_file(tmp_path / "a.gpkg", columns, border, srid=4545)
        options: dict[str, Any] = {"level": "district", "code_column": "code", "known": roads}
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, tmp_path / "a.gpkg", **options)
        assert "ogr2ogr -t_srs EPSG:4490" in caught.value.faults[0].remedy.en  # type: ignore[union-attr]
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, tmp_path / "a.gpkg", datum="gcj02", **options)
        assert "ogr2ogr -t_srs EPSG:4490" in caught.value.remedy.en  # type: ignore[union-attr]
        # What ogr2ogr does.
        back = read_vector_file(tmp_path / "a.gpkg").geometries
        write_vector_file(tmp_path / "b.gpkg", columns, back, srid=4490)
        done = import_areas(connection, tmp_path / "b.gpkg", datum="gcj02", **options)
        assert "wrong_datum" not in [each.code for each in done.doubtful]

    def test_a_grid_of_its_own_is_not_suspected(self, connection: Connection, tmp_path: Path) -> None:
        shifts = np.random.default_rng(1).uniform(-20, 20, (11, 9, 2))
        cells = paper.jittered(10, 8, shifts)
        path = paper.write(tmp_path / "a.gpkg", paper.degrees(cells), code=paper.cell_codes(80))
        ground = streets(108.95, 34.25, seed=11)
        done = import_areas(connection, path, level="cell", code_column="code", known=[ground])
        assert "wrong_datum" not in {fault.code for fault in done.doubtful}
