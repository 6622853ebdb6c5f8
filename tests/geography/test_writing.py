"""Every format keeps every coordinate and every attribute, says its system, and arrives whole or not at all."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsvc.errors import GridsvcError, InputRefused
from gridsvc.geography import read_vector_file, write_vector_file, write_vector_layers
from gridsvc.geography.writing import VectorLayer
from tests.geography import paper

SUFFIXES = [".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".gdb"]
SYSTEMS = [4326, 4490, 4545, 4524, 32649, 3857]

# A hole, two parts, and a corner that no decimal fraction has.
SHAPES = paper.degrees(
    [
        paper.square(0, 0).difference(paper.square(30, 30, 20, 20)),
        shapely.MultiPolygon([paper.square(200, 0), paper.square(400, 0)]),
        paper.square(100 / 3, 200 / 7),
    ],
    digits=15,
)
COLUMNS: dict[str, list[Any]] = {
    "code": paper.cell_codes(3),
    "name": ["南院门一号网格", "柏树林·东", "Ürümqi"],
    "单元网格所属社区名称": ["甲", "乙", None],
    "effective_from": [None, datetime(2026, 1, 1, tzinfo=UTC), datetime(2025, 12, 31, 16, 30, tzinfo=UTC)],
    "area_m2": [9600.123456789, 20000.5, None],
    "households": [412, None, 7],
    "old_town": [True, False, None],
    "fid": [5, 6, 7],
    "OBJECTID": ["a", "b", "c"],
}
READ_BACK = {
    "code": paper.cell_codes(3),
    "name": ["南院门一号网格", "柏树林·东", "Ürümqi"],
    "单元网格所属社区名称": ["甲", "乙", ""],
    "effective_from": ["", "2026-01-01T00:00:00+00:00", "2025-12-31T16:30:00+00:00"],
    "area_m2": ["9600.123456789", "20000.5", ""],
    "households": ["412", "", "7"],
    "old_town": ["1", "0", ""],
    "fid": ["5", "6", "7"],
    "OBJECTID": ["a", "b", "c"],
}


def _furthest_m(given: list[Any], read: Any) -> float:
    """The largest move of any vertex: each has one within that distance, and none is lost or added."""
    worst = 0.0
    for a, b in zip(given, read, strict=True):
        one, other = (shapely.get_coordinates(shapely.normalize(shape)) for shape in (a, b))
        assert len(one) == len(other)
        gaps = np.abs(one[:, None] - other[None]).max(axis=2)
        worst = max(worst, gaps.min(axis=1).max(), gaps.min(axis=0).max())
    return worst * 111_320


class TestRoundTrip:
    @pytest.mark.parametrize("srid", SYSTEMS)
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_every_coordinate_and_every_attribute(self, tmp_path: Path, suffix: str, srid: int) -> None:
        path = tmp_path / f"网格{suffix}"
        write_vector_file(path, COLUMNS, SHAPES, srid=srid)
        back = read_vector_file(path)
        order = np.argsort(back.column("code"))  # FlatGeobuf's index has an order of its own
        assert {name: [values[k] for k in order] for name, values in back.columns.items()} == READ_BACK
        assert _furthest_m(SHAPES, back.geometries[order]) < 0.0005

    def test_text_of_a_shapefile_in_gbk(self, tmp_path: Path) -> None:
        columns = {"code": ["1", "2", "3"], "所属社区名称": ["西羊市", "柏树林", "长乐坊"]}
        written = write_vector_file(tmp_path / "a.shp", columns, SHAPES, encoding="GBK")
        assert "西羊市".encode("gbk") in (tmp_path / "a.dbf").read_bytes()
        assert tmp_path / "a.names.csv" in written
        assert dict(read_vector_file(tmp_path / "a.shp").columns) == columns

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
    @given(
        names=st.lists(
            st.text(st.characters(codec="gbk", categories=["L", "N"]), min_size=1, max_size=30),
            min_size=1,
            max_size=8,
            unique=True,
        ),
        encoding=st.sampled_from(["UTF-8", "GBK"]),
    )
    def test_any_column_names_of_a_shapefile(self, tmp_path: Path, names: list[str], encoding: str) -> None:
        columns = {name: [f"{name}·{k}" for k in range(3)] for name in names}
        path = tmp_path / "a.shp"
        write_vector_file(path, columns, SHAPES, encoding=encoding, overwrite=True)
        assert dict(read_vector_file(path).columns) == columns

    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize(
        "shapes",
        [
            [shapely.Point(108.95, 34.25), shapely.Point(108.96, 34.26)],
            [shapely.LineString([(108.95, 34.25), (108.96, 34.26), (108.97, 34.2)])] * 2,
            [
                shapely.LineString([(108.95, 34.25), (108.96, 34.26)]),
                shapely.MultiLineString([[(108.9, 34.2), (108.91, 34.2)], [(108.92, 34.2), (108.93, 34.2)]]),
            ],
        ],
    )
    def test_points_and_lines(self, tmp_path: Path, suffix: str, shapes: list[Any]) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, {"n": [1, 2]}, shapes, srid=4545)
        back = read_vector_file(path)
        order = np.argsort(back.column("n"))
        assert _furthest_m(shapes, back.geometries[order]) < 0.0005

    def test_layers_of_a_geopackage_and_of_a_geodatabase(self, tmp_path: Path) -> None:
        layers = {
            "street": VectorLayer({"code": ["610103001"]}, SHAPES[:1]),
            "单元网格": VectorLayer({"code": paper.cell_codes(3)}, SHAPES),
        }
        for suffix in (".gpkg", ".gdb"):
            path = tmp_path / f"a{suffix}"
            write_vector_layers(path, layers)
            assert read_vector_file(path, layer="street").column("code") == ["610103001"]
            assert read_vector_file(path, layer="单元网格").column("code") == paper.cell_codes(3)
        with pytest.raises(InputRefused, match="one layer only"):
            write_vector_layers(tmp_path / "a.geojson", layers)


class TestWhatTheFileSays:
    @pytest.mark.parametrize("srid", SYSTEMS)
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_numbers_are_east_before_north_and_the_system_is_named(
        self, tmp_path: Path, suffix: str, srid: int
    ) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, {"code": ["x"]}, [shapely.Point(108.95, 34.25)], srid=srid)
        if suffix == ".parquet":
            table = pyarrow.parquet.read_table(path)
            x, y = shapely.get_coordinates(shapely.from_wkb(table["geometry"][0].as_py()))[0]
            crs = json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]["crs"]
            declared = pyproj.CRS.from_json_dict(crs)
        else:
            meta, _, shapes, _ = pyogrio.raw.read(path)
            x, y = shapely.get_coordinates(shapely.from_wkb(shapes))[0]
            declared = pyproj.CRS.from_user_input(meta["crs"])
        expected = pyproj.Transformer.from_crs(4326, srid, always_xy=True).transform(108.95, 34.25)
        assert (x, y) == pytest.approx(expected, abs=1e-9 if srid in (4326, 4490) else 1e-4)
        assert declared.to_epsg(min_confidence=70) == srid

    def test_geojson_is_rfc_7946(self, tmp_path: Path) -> None:
        path = tmp_path / "a.geojson"
        write_vector_file(path, {"code": ["a", "b", "c"]}, SHAPES)
        said = json.loads(path.read_text(encoding="utf-8"))
        assert "crs" not in said
        for feature in said["features"]:
            polygons = feature["geometry"]["coordinates"]
            for polygon in polygons if feature["geometry"]["type"] == "MultiPolygon" else [polygons]:
                turns = [shapely.LinearRing(ring).is_ccw for ring in polygon]
                assert turns == [True] + [False] * (len(turns) - 1)

    @pytest.mark.parametrize("srid", [4326, 4545, None])
    def test_geoparquet_metadata_is_what_version_1_1_asks_for(self, tmp_path: Path, srid: int | None) -> None:
        path = tmp_path / "a.parquet"
        write_vector_file(path, {"geometry": ["its own", "column", "so named"]}, SHAPES, srid=srid)
        table = pyarrow.parquet.read_table(path)
        geo = json.loads(table.schema.metadata[b"geo"])
        assert geo["version"] == "1.1.0"
        primary = geo["primary_column"]
        assert primary in table.column_names
        assert list(geo["columns"]) == [primary]
        column = geo["columns"][primary]
        assert column["encoding"] == "WKB"
        assert set(column["geometry_types"]) == {"Polygon", "MultiPolygon"}
        assert len(column["bbox"]) == 4
        assert (column["crs"] is None) == (srid is None)
        assert set(column) <= {"encoding", "geometry_types", "crs", "edges", "orientation", "bbox", "epoch"}
        assert pyarrow.types.is_binary(table.schema.field(primary).type)
        import geopandas

        assert len(geopandas.read_parquet(path)) == 3

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_numbers_of_no_known_system_say_so(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, {"code": ["a", "b", "c"]}, SHAPES, srid=None)
        with pytest.raises(InputRefused) as caught:
            read_vector_file(path)
        assert caught.value.code == "missing_crs"
        back = read_vector_file(path, datum="wgs84")
        order = np.argsort(back.column("code"))
        assert _furthest_m(SHAPES, back.geometries[order]) < 0.0005


class TestArrival:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_an_existing_file_stays_unless_told(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, COLUMNS, SHAPES)
        with pytest.raises(InputRefused) as caught:
            write_vector_file(path, {"code": ["x"]}, SHAPES[:1])
        assert caught.value.code == "file_exists"
        assert len(read_vector_file(path)) == 3
        write_vector_file(path, {"code": ["x"]}, SHAPES[:1], overwrite=True)
        assert dict(read_vector_file(path).columns) == {"code": ["x"]}
        # Neither a part of the writing nor a map of the names before is left.
        assert {each.name.split(".", 1)[0] for each in tmp_path.iterdir()} == {"a"}
        assert not (tmp_path / "a.names.csv").exists()

    @pytest.mark.parametrize("suffix", [".dbf", ".names.csv", ".prj", ".shp.xml"])
    def test_a_file_beside_a_shapefile_stays_unless_told(self, tmp_path: Path, suffix: str) -> None:
        other = tmp_path / f"a{suffix}"
        other.write_bytes(b"a table of its own")
        with pytest.raises(InputRefused) as caught:
            write_vector_file(tmp_path / "a.shp", COLUMNS, SHAPES)
        assert caught.value.code == "file_exists"
        assert other.name in caught.value.message.en
        assert [each.read_bytes() for each in tmp_path.iterdir()] == [b"a table of its own"]
        write_vector_file(tmp_path / "a.shp", {"code": ["x"]}, SHAPES[:1], overwrite=True)
        assert not other.exists() or other.read_bytes() != b"a table of its own"
        # It is nothing to other formats.
        write_vector_file(tmp_path / "b.gpkg", COLUMNS, SHAPES)

    @pytest.mark.parametrize(
        ("name", "options", "code"),
        [
            ("a.dwg", {}, "unknown_format"),
            ("a.gpkg", {"srid": 999_999}, "unknown_srid"),
            ("a.gpkg", {"srid": 5773}, "unknown_srid"),
            ("a.shp", {"encoding": "big5"}, "bad_encoding"),
            ("nowhere/a.gpkg", {}, "file_not_written"),
        ],
    )
    def test_refused(self, tmp_path: Path, name: str, options: dict[str, Any], code: str) -> None:
        with pytest.raises(GridsvcError) as caught:
            write_vector_file(tmp_path / name, COLUMNS, SHAPES, **options)
        assert caught.value.code == code
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        ("columns", "shapes", "suffix"),
        [
            ({"a": ["字" * 100]}, SHAPES[:1], ".shp"),
            ({"a": [1, 2]}, [SHAPES[0], shapely.Point(108.95, 34.25)], ".shp"),
            ({"a": [1, 2]}, [SHAPES[0], shapely.Point(108.95, 34.25)], ".gdb"),
            ({"name": [1], "NAME": [2]}, SHAPES[:1], ".gpkg"),
            ({"a": [1]}, [shapely.Point(-72, 34)], ".shp4545"),
        ],
    )
    def test_what_a_format_cannot_hold(
        self, tmp_path: Path, columns: dict[str, Any], shapes: list[Any], suffix: str
    ) -> None:
        path, srid = (tmp_path / "a.shp", 4545) if suffix == ".shp4545" else (tmp_path / f"a{suffix}", 4326)
        with pytest.raises(InputRefused) as caught:
            write_vector_file(path, columns, shapes, srid=srid)
        assert caught.value.code == "not_of_format"
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_a_layer_without_features(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, {"code": []}, [])
        assert path.exists()

    @pytest.mark.parametrize("text", ["x,y\na,b\n", "short,name\na\n", "short,name\na,b\nc,b\n", ""])
    def test_a_map_of_names_that_is_none(self, tmp_path: Path, text: str) -> None:
        path = tmp_path / "a.shp"
        write_vector_file(path, COLUMNS, SHAPES)
        (tmp_path / "a.names.csv").write_text(text, encoding="utf-8")
        with pytest.raises(InputRefused) as caught:
            read_vector_file(path)
        assert caught.value.code == "bad_name_map"
