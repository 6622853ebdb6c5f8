"""`import_areas` on drawn layers and on real published files, with PostGIS as the oracle."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused
from gridsvc.geography import (
    area_counts,
    areas_in_force,
    editions,
    from_wgs84,
    import_areas,
    load_layer,
    load_layers,
)
from tests.geography import paper

NEW_YEAR = datetime(2025, 12, 31, 16, tzinfo=UTC)


def _grid(columns: int = 3, rows: int = 2) -> list[shapely.Polygon]:
    shifts = np.random.default_rng(7).uniform(-20, 20, (columns + 1, rows + 1, 2))
    return paper.jittered(columns, rows, shifts)


def _load(connection: Connection, path: Path, **options: Any) -> Any:
    return import_areas(connection, path, **({"level": "cell", "code_column": "code"} | options))


def _codes(faults: Any) -> list[str]:
    return [fault.code for fault in faults]


class TestRealFiles:
    """Everything that SOURCES.md lists must load."""

    @pytest.mark.parametrize(
        ("file", "level", "options", "areas", "mended"),
        [
            ("sf_neighborhoods_planning.geojson", "cell", {"code_column": "name"}, 37, 3),
            ("sf_neighborhoods_311.geojson", "cell", {"code_column": "name"}, 117, 0),
            ("sf_tracts_2010.geojson", "cell", {"code_column": "tract2010"}, 195, 0),
            ("baltimore_neighborhoods.geojson", "cell", {"code_column": "name"}, 278, 2),
            (
                "baltimore_police_districts.geojson",
                "street",
                {"code_column": "district", "name_column": "dist_name"},
                9,
                0,
            ),
        ],
    )
    def test_free(
        self,
        connection: Connection,
        real_data: Path,
        file: str,
        level: str,
        options: dict[str, str],
        areas: int,
        mended: int,
    ) -> None:
        done = _load(connection, real_data / file, level=level, profile="free", **options)
        assert (done.areas, done.refused) == (areas, ())
        assert _codes(done.repaired) == ["self_crossing"] * mended
        assert set(_codes(done.doubtful)) <= {"overlap"}
        # The spheroid's area by PostGIS, validity and whole millimetres by PostGIS.
        wrong = connection.execute(
            text(
                "SELECT count(*) FILTER (WHERE abs(area_m2 / ST_Area(geom::geography) - 1) > 1e-6),"
                " count(*) FILTER (WHERE NOT ST_IsValid(geom) OR NOT ST_IsValid(geom_mm)),"
                " count(*) FILTER (WHERE NOT ST_Equals(geom_mm, ST_SnapToGrid(geom_mm, 1)))"
                " FROM area WHERE edition_id = :id"
            ),
            {"id": done.edition_id},
        ).one()
        assert tuple(wrong) == (0, 0, 0)
        stored = connection.execute(
            text("SELECT count(*) FROM area_fault WHERE edition_id = :id AND code = 'self_crossing'"),
            {"id": done.edition_id},
        ).scalar_one()
        assert stored == mended

    def test_millimetres_are_those_of_postgis(self, connection: Connection, real_data: Path) -> None:
        done = _load(
            connection, real_data / "sf_tracts_2010.geojson", code_column="tract2010", profile="free"
        )
        assert done.srid == 32610
        # Rounding and welding move a border by less than a millimetre; specks of that size may go.
        moved = connection.execute(
            text(
                "WITH compared AS (SELECT geom_mm AS ours, ST_SetSRID("
                " ST_Scale(ST_Transform(geom, :srid), 1000, 1000), 0) AS theirs"
                " FROM area WHERE edition_id = :id)"
                " SELECT max(ST_Area(ST_SymDifference(ours, theirs)) / ST_Perimeter(ours)),"
                " max(ST_Area(ours) / ST_Area(theirs)), min(ST_Area(ours) / ST_Area(theirs)) FROM compared"
            ),
            {"id": done.edition_id, "srid": done.srid},
        ).one()
        assert moved[0] < 0.7
        assert moved[1:] == pytest.approx((1.0, 1.0), abs=1e-5)

    def test_xian_in_gcj02_is_a_partition_in_the_right_place(
        self, connection: Connection, real_data: Path
    ) -> None:
        done = _load(
            connection,
            real_data / "xian_districts_gcj02.geojson",
            level="district",
            code_column="adcode",
            name_column="name",
            datum="gcj02",
        )
        assert (done.areas, done.srid, done.repaired, done.doubtful) == (13, 4545, (), ())
        layer = load_layer(connection, done.edition_id)
        assert layer.codes[:2] == ["610102", "610103"]
        assert layer.names[1] == "碑林区"
        assert shapely.coverage_is_valid(layer.geom_mm)
        # The Bell Tower stands where three districts meet: 218 m off as given, 20 m once converted.
        tower = connection.execute(
            text(
                "SELECT ST_Distance(ST_Boundary(geom)::geography, 'POINT(108.9423419 34.2610119)'::geography)"
                " FROM area WHERE edition_id = :id AND code = '610103'"
            ),
            {"id": done.edition_id},
        ).scalar_one()
        assert tower == pytest.approx(20, abs=3)

    def test_beilin_in_its_district(self, connection: Connection, real_data: Path) -> None:
        done = _load(
            connection,
            real_data / "beilin_district_gcj02.geojson",
            level="district",
            code_column="adcode",
            datum="gcj02",
        )
        size = connection.execute(
            text("SELECT area_m2 FROM area WHERE edition_id = :id"), {"id": done.edition_id}
        ).scalar_one()
        assert size == pytest.approx(23.8e6, rel=0.01)


class TestEditions:
    """Dates, replacement, and what is in force when."""

    def test_the_same_again_changes_nothing(self, connection: Connection, tmp_path: Path) -> None:
        cells = paper.degrees(_grid())
        codes = paper.cell_codes(len(cells))
        first = _load(connection, paper.write(tmp_path / "a.geojson", cells, code=codes))
        turned = [shapely.reverse(cell) for cell in cells[::-1]]
        again = _load(connection, paper.write(tmp_path / "b.geojson", turned, code=codes[::-1]))
        assert (first.edition, first.unchanged) == ("cell-ever-1", False)
        assert (again.edition, again.unchanged, again.superseded) == ("cell-ever-1", True, None)
        assert len(editions(connection, withdrawn=True)) == 1

    def test_another_for_the_same_date_takes_its_place(self, connection: Connection, tmp_path: Path) -> None:
        cells = paper.degrees(_grid())
        codes = paper.cell_codes(len(cells))
        path = paper.write(tmp_path / "a.geojson", cells, code=codes)
        old = _load(connection, path, effective=NEW_YEAR)
        new = _load(
            connection, paper.write(tmp_path / "b.geojson", cells[:4], code=codes[:4]), effective=NEW_YEAR
        )
        assert new.superseded == old.edition
        assert new.edition != old.edition
        assert [edition.name for edition in editions(connection)] == [new.edition]
        everything = editions(connection, withdrawn=True)
        assert [edition.withdrawn_at is None for edition in everything] == [False, True]
        assert area_counts(connection) == {old.edition_id: 6, new.edition_id: 4}
        # And back: a third edition, the second one kept.
        third = _load(connection, path, effective=NEW_YEAR)
        assert (third.superseded, third.edition[-2:]) == (new.edition, "-3")

    def test_in_force(self, connection: Connection, tmp_path: Path) -> None:
        cells = paper.degrees(_grid())
        codes = paper.cell_codes(len(cells))
        path = paper.write(tmp_path / "a.geojson", cells, code=codes)
        dated = _load(connection, path, effective=NEW_YEAR)
        before = datetime(2025, 12, 31, 15, 59, 59, tzinfo=UTC)
        assert areas_in_force(connection, "cell", before) is None
        ever = _load(connection, path)
        assert areas_in_force(connection, "cell", before).name == ever.edition  # type: ignore[union-attr]
        assert areas_in_force(connection, "cell", NEW_YEAR).name == dated.edition  # type: ignore[union-attr]
        assert areas_in_force(connection, "street", NEW_YEAR) is None
        assert [layer.name for layer in load_layers(connection)] == [ever.edition, dated.edition]

    def test_a_layer_as_arrays(self, connection: Connection, tmp_path: Path) -> None:
        cells = paper.degrees(_grid())
        codes = paper.cell_codes(len(cells))
        names = [f"格{k}" for k in range(len(cells))]
        path = paper.write(tmp_path / "a.geojson", cells[::-1], code=codes[::-1], name=names)
        done = _load(connection, path, name_column="name", srid=4524)
        layer = load_layer(connection, done.edition_id)
        assert (layer.level, layer.profile, layer.srid, layer.effective_from) == ("cell", "gbt", 4524, None)
        assert layer.codes == codes
        assert layer.names == names[::-1]
        assert layer.parent_codes == [paper.COMMUNITY] * 6
        xy = shapely.get_coordinates(layer.geom_mm)
        assert np.array_equal(xy, np.rint(xy))
        assert (xy[:, 0] > 36_000_000_000).all()  # the zone prefix of EPSG:4524
        with pytest.raises(KeyError):
            load_layer(connection, -1)


class TestParents:
    def _streets(self, connection: Connection, tmp_path: Path) -> None:
        path = paper.write(
            tmp_path / "streets.geojson",
            paper.degrees([paper.square(-50, -50, 400, 300)]),
            code=["610103001"],
        )
        _load(connection, path, level="street")

    def _communities(self, connection: Connection, tmp_path: Path) -> None:
        shapes = paper.degrees([paper.square(-50, -50, 400, 300)])
        path = paper.write(tmp_path / "communities.geojson", shapes, code=[paper.COMMUNITY])
        _load(connection, path, level="community")

    def test_nothing_above_is_doubtful_once(self, connection: Connection, tmp_path: Path) -> None:
        cells = paper.degrees(_grid())
        done = _load(connection, paper.write(tmp_path / "a.geojson", cells, code=paper.cell_codes(6)))
        assert _codes(done.doubtful) == ["parents_not_loaded"]

    def test_the_whole_tree(self, connection: Connection, tmp_path: Path) -> None:
        self._streets(connection, tmp_path)
        self._communities(connection, tmp_path)
        cells = paper.degrees(_grid())
        done = _load(connection, paper.write(tmp_path / "a.geojson", cells, code=paper.cell_codes(6)))
        assert done.doubtful == ()

    def test_a_prefix_that_is_not_loaded(self, connection: Connection, tmp_path: Path) -> None:
        self._streets(connection, tmp_path)
        self._communities(connection, tmp_path)
        codes = [*paper.cell_codes(5), "610103001009006"]
        path = paper.write(tmp_path / "a.geojson", paper.degrees(_grid()), code=codes)
        with pytest.raises(InputRefused) as caught:
            _load(connection, path)
        (fault,) = caught.value.faults
        assert (fault.code, fault.place.row, fault.place.value) == ("parent_not_loaded", 6, "610103001009")

    def test_the_next_level_that_is_loaded_counts(self, connection: Connection, tmp_path: Path) -> None:
        self._streets(connection, tmp_path)
        codes = [*paper.cell_codes(5), "610103002001001"]
        path = paper.write(tmp_path / "a.geojson", paper.degrees(_grid()), code=codes)
        with pytest.raises(InputRefused) as caught:
            _load(connection, path)
        assert _codes(caught.value.faults) == ["parent_not_loaded"]
        assert "610103002" in caught.value.faults[0].message.zh

    def test_a_parent_column_that_contradicts(self, connection: Connection, tmp_path: Path) -> None:
        parents = [paper.COMMUNITY] * 5 + ["610103001002"]
        path = paper.write(
            tmp_path / "a.geojson", paper.degrees(_grid()), code=paper.cell_codes(6), up=parents
        )
        with pytest.raises(InputRefused) as caught:
            _load(connection, path, parent_column="up")
        (fault,) = caught.value.faults
        assert (fault.code, fault.place.row, fault.place.column) == ("prefix_is_not_parent", 6, "up")

    def test_an_area_outside_its_parent_is_doubtful(self, connection: Connection, tmp_path: Path) -> None:
        self._communities(connection, tmp_path)
        shapes = paper.degrees([paper.square(0, 0), paper.square(100, 0), paper.square(600, 0)])
        done = _load(connection, paper.write(tmp_path / "a.geojson", shapes, code=paper.cell_codes(3)))
        assert _codes(done.doubtful) == ["outside_parent"]
        assert done.doubtful[0].place.row == 3

    def test_free_keeps_what_the_column_says(self, connection: Connection, tmp_path: Path) -> None:
        shapes = paper.degrees([paper.square(0, 0), paper.square(100, 0)])
        wards = paper.write(tmp_path / "w.geojson", shapes[:1], code=["W1"])
        _load(connection, wards, level="community", profile="free")
        path = paper.write(tmp_path / "a.geojson", shapes, code=["a", "b"], ward=["W1", "W9"])
        done = _load(connection, path, profile="free", parent_column="ward")
        assert load_layer(connection, done.edition_id).parent_codes == ["W1", "W9"]
        assert _codes(done.doubtful) == ["parent_not_loaded"]


class TestFaultsOfTheLayer:
    def test_overlap_and_gap_are_refused_and_mended_on_demand(
        self, connection: Connection, tmp_path: Path
    ) -> None:
        drawn = [
            paper.square(0, 0),
            paper.square(98, 0, 102),  # 200 m² over the first
            paper.square(0, 100.5, 200, 100),  # half a metre off
        ]
        path = paper.write(tmp_path / "a.geojson", paper.degrees(drawn), code=paper.cell_codes(3))
        with pytest.raises(InputRefused) as caught:
            _load(connection, path)
        found = {fault.code: fault for fault in caught.value.faults}
        assert set(found) == {"overlap", "gap"}
        assert "200" in found["overlap"].message.en
        assert found["overlap"].place.row == 2
        done = _load(connection, path, repair=True)
        assert sorted(_codes(done.repaired)) == ["gap", "overlap"]
        layer = load_layer(connection, done.edition_id)
        assert shapely.coverage_is_valid(layer.geom_mm)
        # The overlap went to the lower code, the gap to the neighbour with the longest border.
        sizes = [shape.area / 1e6 for shape in layer.geom_mm]
        assert sizes == pytest.approx([10_000, 10_000, 20_100], abs=1)
        # What was mended is kept as mended: degrees and millimetres tell the same.
        apart = connection.execute(
            text("SELECT max(abs(area_m2 / (ST_Area(geom_mm) / 1e6) - 1)) FROM area WHERE edition_id = :id"),
            {"id": done.edition_id},
        ).scalar_one()
        assert apart < 1e-3
        kept = connection.execute(
            text("SELECT DISTINCT code FROM area_fault WHERE edition_id = :id ORDER BY code"),
            {"id": done.edition_id},
        ).scalars()
        assert list(kept) == ["gap", "overlap"]

    def test_free_leaves_an_overlap_and_names_the_owner(self, connection: Connection, tmp_path: Path) -> None:
        drawn = [paper.square(98, 0, 102), paper.square(0, 0)]
        path = paper.write(tmp_path / "a.geojson", paper.degrees(drawn), code=["south", "north"])
        done = _load(connection, path, profile="free")
        (doubt,) = done.doubtful
        assert doubt.code == "overlap"
        assert "north" in doubt.message.zh.split("归编码小者")[1]
        sizes = [shape.area / 1e6 for shape in load_layer(connection, done.edition_id).geom_mm]
        assert sizes == pytest.approx([10_000, 10_200], rel=0.001)

    def test_skipping_leaves_out_the_higher_of_a_pair(self, connection: Connection, tmp_path: Path) -> None:
        drawn = [*_grid(), paper.square(30, 30, 40, 40)]
        codes = [*paper.cell_codes(6), "610103001001007"]
        codes[2] = "61010300100100"  # an older code
        path = paper.write(tmp_path / "a.geojson", paper.degrees(drawn), code=codes)
        done = _load(connection, path, skip_invalid=True)
        assert done.areas == 5
        assert [(fault.code, fault.place.row) for fault in done.refused] == [
            ("retired_code", 3),
            ("overlap", 7),
        ]
        assert load_layer(connection, done.edition_id).codes == sorted(set(codes[:6]) - {codes[2]})

    def test_an_area_wholly_under_another(self, connection: Connection, tmp_path: Path) -> None:
        drawn = [paper.square(0, 0), paper.square(10, 10, 20, 20)]
        path = paper.write(tmp_path / "a.geojson", paper.degrees(drawn), code=paper.cell_codes(2))
        with pytest.raises(InputRefused) as caught:
            _load(connection, path, repair=True)
        assert _codes(caught.value.faults) == ["no_ground_left"]

    def test_slivers_of_rounding_are_mended_without_a_word(
        self, connection: Connection, tmp_path: Path
    ) -> None:
        cells = paper.degrees(_grid(8, 8), digits=8)  # 1 mm: T-vertices and corners all a little off
        halves: list[Any] = []
        for cell in cells:
            a, b, c, d = cell.exterior.coords[:4]
            left = (round((a[0] + d[0]) / 2, 8), round((a[1] + d[1]) / 2, 8))
            halves += [shapely.Polygon([left, b, c, d]), shapely.Polygon([a, b, left])]
        path = paper.write(tmp_path / "a.geojson", halves, code=paper.cell_codes(len(halves)))
        done = _load(connection, path)
        assert done.repaired == ()
        layer = load_layer(connection, done.edition_id)
        assert shapely.coverage_is_valid(layer.geom_mm)
        assert len(shapely.get_parts(shapely.coverage_union_all(layer.geom_mm))) == 1

    def test_a_bad_srid(self, connection: Connection, tmp_path: Path) -> None:
        path = paper.write(tmp_path / "a.geojson", paper.degrees([paper.square(0, 0)]), code=["x"])
        for srid in (4326, 2227, 999_999):
            with pytest.raises(InputRefused) as caught:
                _load(connection, path, profile="free", srid=srid)
            assert caught.value.code == "bad_srid"


def test_gcj02_borders_are_welded_before_they_bend(connection: Connection, tmp_path: Path) -> None:
    """A T-junction on a 2 km border: GCJ-02 bends straight lines by decimetres."""
    lon, lat = 108.95, 34.25
    west = [(lon, lat), (lon + 0.02, lat), (lon + 0.02, lat + 0.02), (lon, lat + 0.02)]
    middle = (lon + 0.02, lat + 0.0107)
    south = [(lon + 0.02, lat), (lon + 0.04, lat), (lon + 0.04, lat + 0.01), middle]
    north = [middle, (lon + 0.04, lat + 0.01), (lon + 0.04, lat + 0.02), (lon + 0.02, lat + 0.02)]
    path = paper.write(
        tmp_path / "a.geojson",
        [shapely.Polygon(each) for each in (west, south, north)],
        code=["610101", "610102", "610103"],
    )
    done = _load(connection, path, level="district", datum="gcj02")
    layer = load_layer(connection, done.edition_id)
    assert shapely.coverage_is_valid(layer.geom_mm)
    assert len(shapely.get_parts(shapely.coverage_union_all(layer.geom_mm))) == 1
    stored = shapely.from_wkb(
        connection.execute(
            text("SELECT ST_AsBinary(geom) FROM area WHERE edition_id = :id AND code = '610101'"),
            {"id": done.edition_id},
        ).scalar_one()
    )
    back = np.column_stack(from_wgs84("gcj02", *shapely.get_coordinates(stored).T))
    assert {tuple(np.round(xy, 9)) for xy in back} == {tuple(np.round(xy, 9)) for xy in west}


def test_notices_reach_listeners(database_url: str, tmp_path: Path) -> None:
    import psycopg

    from gridsvc.postgres import CHANNEL, open_engine

    path = paper.write(tmp_path / "a.geojson", paper.degrees([paper.square(0, 0)]), code=["x"])
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        engine = open_engine(database_url)
        for expected in (["areas"], []):  # the second time nothing changes
            with engine.begin() as connection:
                _load(connection, path, profile="free")
            heard = [notice.payload for notice in listener.notifies(timeout=0.5)]
            assert heard == expected
        engine.dispose()


def test_an_import_judges_by_what_another_has_just_loaded(database_url: str, tmp_path: Path) -> None:
    """Two dates at once: the second waits, and sees the codes of the first."""
    from gridsvc.postgres import open_engine

    here, away = (
        paper.write(tmp_path / f"{x}.gpkg", paper.degrees([paper.square(x, 0)]), code=paper.cell_codes(1))
        for x in (0, 5000)
    )
    engine = open_engine(database_url)
    with ThreadPoolExecutor() as pool, engine.connect() as first:
        _load(first, here)

        def load() -> Any:
            with engine.begin() as second:
                return _load(second, away, effective=NEW_YEAR)

        waiting = pool.submit(load)
        with engine.connect() as watcher:
            blocked = text(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'area_edition'::regclass"
            )
            for _ in range(600):
                if watcher.execute(blocked).scalar_one():
                    break
                time.sleep(0.05)
            else:
                pytest.fail("the second import did not wait")
        first.commit()
        with pytest.raises(InputRefused) as caught:
            waiting.result(30)
    engine.dispose()
    assert _codes(caught.value.faults) == ["code_reused"]


@pytest.mark.parametrize("skip", [False, True])
def test_nothing_but_specks(connection: Connection, tmp_path: Path, skip: bool) -> None:
    specks = paper.degrees(
        [paper.square(0, 0, 0.0003, 0.0003), paper.square(9, 9, 0.0003, 0.0003)], digits=15
    )
    path = paper.write(tmp_path / "a.gpkg", specks, code=paper.cell_codes(2))
    with pytest.raises(InputRefused) as caught:
        _load(connection, path, skip_invalid=skip, srid=4545)
    assert _codes(caught.value.faults) == ["too_small"] * 2


def test_projection_agrees_with_proj(connection: Connection, tmp_path: Path) -> None:
    """A file in EPSG:4545 keeps its millimetres: degrees and back lose nothing."""
    drawn = paper.projected(_grid())
    path = paper.write(tmp_path / "a.gpkg", drawn, crs="EPSG:4545", code=paper.cell_codes(6))
    done = _load(connection, path)
    stored = load_layer(connection, done.edition_id).geom_mm
    for shape, cell in zip(stored, drawn, strict=True):
        wanted = {tuple(xy) for xy in np.rint(np.asarray(cell.exterior.coords) * 1000)}
        assert {tuple(xy) for xy in shapely.get_coordinates(shape)} == wanted
    lon, lat = pyproj.Transformer.from_crs(4545, 4326, always_xy=True).transform(*paper.ORIGIN)
    assert 108 < lon < 110
    assert 34 < lat < 35
