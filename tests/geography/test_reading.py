"""Formats, encodings, columns, and the systems that files declare."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import InputRefused
from gridsvc.geography import import_areas, load_layer, load_layers
from gridsvc.geography.area_features import Features, features_of
from gridsvc.geography.georeference import georeference
from gridsvc.geography.reading import read_table
from tests.geography import paper

CELLS = [paper.square(0, 0), paper.square(100, 0), paper.square(0, 100, 200)]
CODES = paper.cell_codes(3)
NAMES = ["南院门一号网格", "柏树林", "长乐坊·东"]


def _load(connection: Connection, path: Path, **options: Any) -> Any:
    return import_areas(connection, path, **({"level": "cell", "code_column": "code"} | options))


def _read(path: Path, **columns: Any) -> Features:
    return features_of(path, read_table(path), **columns)


def _millimetres(connection: Connection, edition_id: int) -> np.ndarray:
    layer = load_layer(connection, edition_id)
    return np.unique(shapely.get_coordinates(layer.geom_mm), axis=0)


DRAWN_MM = np.unique(shapely.get_coordinates(paper.projected(CELLS)) * 1000, axis=0)


class TestFormats:
    @pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp", ".fgb", ".parquet"])
    def test_every_format_gives_the_same(self, connection: Connection, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"cells{suffix}"
        if suffix == ".parquet":
            import geopandas

            geopandas.GeoDataFrame(
                {"code": CODES, "name": NAMES}, geometry=paper.degrees(CELLS), crs=4326
            ).to_parquet(path)
        else:
            paper.write(path, paper.degrees(CELLS), code=CODES, name=NAMES)
        done = _load(connection, path, name_column="name")
        layer = load_layer(connection, done.edition_id)
        assert layer.codes == CODES
        assert layer.names == NAMES
        assert np.abs(_millimetres(connection, done.edition_id) - DRAWN_MM).max() <= 1

    @pytest.mark.parametrize("encoding", ["GBK", "UTF-8", None])
    @pytest.mark.parametrize("declared", [True, False])
    def test_shapefile_text(
        self, connection: Connection, tmp_path: Path, encoding: str | None, declared: bool
    ) -> None:
        path = paper.write(
            tmp_path / "网格.shp", paper.degrees(CELLS), encoding=encoding, code=CODES, 名称=NAMES
        )
        if not declared:
            path.with_suffix(".cpg").unlink(missing_ok=True)
            raw = bytearray(path.with_suffix(".dbf").read_bytes())
            raw[29] = 0  # the language byte
            path.with_suffix(".dbf").write_bytes(bytes(raw))
        done = _load(connection, path, name_column="名称")
        assert load_layer(connection, done.edition_id).names == NAMES

    def test_shapefile_that_says_utf8_and_is_gbk(self, connection: Connection, tmp_path: Path) -> None:
        path = paper.write(tmp_path / "a.shp", paper.degrees(CELLS), encoding="GBK", code=CODES, name=NAMES)
        path.with_suffix(".cpg").write_text("UTF-8")
        done = _load(connection, path, name_column="name")
        assert load_layer(connection, done.edition_id).names == NAMES

    def test_gzipped_geojson(self, connection: Connection, tmp_path: Path) -> None:
        import gzip

        plain = paper.write(tmp_path / "a.geojson", paper.degrees(CELLS), code=CODES)
        packed = tmp_path / "a.geojson.gz"
        packed.write_bytes(gzip.compress(plain.read_bytes()))
        assert _load(connection, packed).areas == 3

    def test_several_layers_need_a_name(self, connection: Connection, tmp_path: Path) -> None:
        import pyogrio

        path = tmp_path / "a.gpkg"
        for name in ("格", "other"):
            pyogrio.raw.write(
                path,
                shapely.to_wkb(np.array(paper.degrees(CELLS))),
                [np.array(CODES, dtype=object)],
                ["code"],
                layer=name,
                driver="GPKG",
                geometry_type="Polygon",
                crs="EPSG:4490",
                append=path.exists(),
            )
        for layer in (None, "absent"):
            with pytest.raises(InputRefused) as caught:
                _load(connection, path, layer=layer)
            assert caught.value.code == "which_layer"
            assert "格, other" in caught.value.remedy.en  # type: ignore[union-attr]
        done = _load(connection, path, layer="格")
        assert done.areas == 3


class TestColumns:
    @pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".shp"])
    def test_numbers_are_codes_without_a_fraction(self, tmp_path: Path, suffix: str) -> None:
        whole = [int(code) for code in CODES]
        path = paper.write(
            tmp_path / f"a{suffix}", paper.degrees(CELLS), whole=whole, broken=[float(k) for k in whole]
        )
        for column in ("whole", "broken"):
            assert _read(path, code_column=column).codes == CODES

    def test_leading_zeros_and_blanks(self, tmp_path: Path) -> None:
        path = paper.write(tmp_path / "a.gpkg", paper.degrees(CELLS), tract=["016400", " 000001 ", None])
        assert _read(path, code_column="tract").codes == ["016400", "000001", ""]

    def test_whole_numbers_beside_nothing(self, tmp_path: Path) -> None:
        features = [
            {"type": "Feature", "properties": {"adcode": code}, "geometry": shapely.geometry.mapping(shape)}
            for code, shape in zip([610103, None, 610104], paper.degrees(CELLS), strict=True)
        ]
        path = tmp_path / "a.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
        assert _read(path, code_column="adcode").codes == ["610103", "", "610104"]

    def test_case_does_not_matter_when_one_fits(self, tmp_path: Path) -> None:
        path = paper.write(tmp_path / "a.gpkg", paper.degrees(CELLS), CODE=CODES)
        assert _read(path, code_column="code").codes == CODES


class TestSystems:
    """The same ground in any declared system gives the same millimetres."""

    @pytest.mark.parametrize("epsg", [4326, 4490, 4545, 4524, 3857, 32649, 4508])
    @pytest.mark.parametrize("suffix", [".gpkg", ".shp", ".fgb"])
    def test_declared(self, connection: Connection, tmp_path: Path, epsg: int, suffix: str) -> None:
        to_system = pyproj.Transformer.from_crs(paper.SRID, epsg, always_xy=True)
        shapes = [
            shapely.transform(shape, lambda xy: np.column_stack(to_system.transform(xy[:, 0], xy[:, 1])))
            for shape in paper.projected(CELLS)
        ]
        path = paper.write(tmp_path / f"a{suffix}", shapes, crs=f"EPSG:{epsg}", code=CODES)
        done = _load(connection, path)
        assert done.srid == 4545
        assert np.abs(_millimetres(connection, done.edition_id) - DRAWN_MM).max() <= 1

    def test_degrees_are_kept_to_the_last_bit(self, connection: Connection, tmp_path: Path) -> None:
        shapes = paper.degrees(CELLS, digits=15)
        done = _load(connection, paper.write(tmp_path / "a.gpkg", shapes, crs="EPSG:4490", code=CODES))
        rows = connection.execute(
            text("SELECT ST_AsBinary(geom) FROM area WHERE edition_id = :id"), {"id": done.edition_id}
        ).scalars()
        stored = {tuple(xy) for row in rows for xy in shapely.get_coordinates(shapely.from_wkb(bytes(row)))}
        assert stored == {tuple(xy) for xy in shapely.get_coordinates(shapes)}

    @pytest.mark.parametrize("datum", ["wgs84", "cgcs2000", "gcj02", "bd09"])
    def test_a_datum(self, connection: Connection, tmp_path: Path, datum: str) -> None:
        from gridsvc.geography import from_wgs84

        shapes = [
            shapely.transform(shape, lambda xy: np.column_stack(from_wgs84(datum, xy[:, 0], xy[:, 1])))
            for shape in paper.degrees(CELLS, digits=12)
        ]
        path = paper.write(tmp_path / "a.geojson", shapes, code=CODES)
        done = _load(connection, path, datum=datum)
        assert np.abs(_millimetres(connection, done.edition_id) - DRAWN_MM).max() <= 1

    def test_gcj02_on_web_mercator(self, connection: Connection, tmp_path: Path) -> None:
        from gridsvc.geography import from_wgs84

        to_mercator = pyproj.Transformer.from_crs(4326, 3857, always_xy=True)

        def convert(xy: Any) -> Any:
            return np.column_stack(to_mercator.transform(*from_wgs84("gcj02", xy[:, 0], xy[:, 1])))

        shapes = [shapely.transform(shape, convert) for shape in paper.degrees(CELLS, digits=12)]
        path = paper.write(tmp_path / "a.gpkg", shapes, crs="EPSG:3857", code=CODES)
        done = _load(connection, path, datum="gcj02")
        assert np.abs(_millimetres(connection, done.edition_id) - DRAWN_MM).max() <= 1

    def test_a_file_without_a_system_needs_a_datum(self, connection: Connection, tmp_path: Path) -> None:
        path = paper.write(tmp_path / "a.shp", paper.degrees(CELLS), crs=None, code=CODES)
        with pytest.raises(InputRefused) as caught:
            _load(connection, path)
        assert caught.value.code == "missing_crs"
        assert "--datum" in caught.value.remedy.zh  # type: ignore[union-attr]
        assert _load(connection, path, datum="cgcs2000").areas == 3

    @pytest.mark.parametrize("epsg", [4610, 2343, 4214])
    def test_the_old_datums_are_not_guessed(self, epsg: int) -> None:
        with pytest.raises(InputRefused) as caught:
            georeference(pyproj.CRS.from_epsg(epsg), None, "a.shp")
        assert caught.value.code == "unknown_datum_shift"

    def test_mars_coordinates_of_a_survey_system(self) -> None:
        with pytest.raises(InputRefused) as caught:
            georeference(pyproj.CRS.from_epsg(4545), "gcj02", "a.shp")
        assert caught.value.code == "wrong_datum"

    def test_a_prj_of_arcgis(self) -> None:
        wkt = (
            'PROJCS["CGCS2000_3_Degree_GK_CM_108E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
            'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
            'UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
            'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",108.0],PARAMETER["Scale_Factor",1.0],'
            'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
        )
        reference = georeference(pyproj.CRS.from_wkt(wkt), None, "a.shp")
        x, y = reference.to_wgs84(np.array([paper.ORIGIN[0]]), np.array([paper.ORIGIN[1]]))
        wanted = pyproj.Transformer.from_crs(4545, 4326, always_xy=True).transform(*paper.ORIGIN)
        assert (x[0], y[0]) == pytest.approx(wanted, abs=1e-9)


class TestExchangedCoordinates:
    """Longitude and latitude the wrong way round, where only other knowledge can tell."""

    def _swapped(self, shapes: list[Any]) -> list[Any]:
        return [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in shapes]

    def test_against_what_is_loaded(self, connection: Connection, tmp_path: Path) -> None:
        # Belo Horizonte: 19.9 S, 43.9 W. Both numbers would do for either axis.
        town = [shapely.box(-43.95, -19.95, -43.93, -19.93), shapely.box(-43.93, -19.95, -43.91, -19.93)]
        good = paper.write(tmp_path / "a.geojson", town, code=["a", "b"])
        _load(connection, good, level="street", profile="free")
        path = paper.write(tmp_path / "b.geojson", self._swapped(town), code=["a", "b"])
        with pytest.raises(InputRefused) as caught:
            _load(connection, path, profile="free")
        (fault,) = caught.value.faults
        assert fault.code == "swapped_axes"
        assert "2" in fault.message.en
        # One of them only: its row is named.
        mixed = paper.write(tmp_path / "c.geojson", [town[0], *self._swapped(town[1:])], code=["a", "b"])
        with pytest.raises(InputRefused) as caught:
            _load(connection, mixed, profile="free")
        assert [(fault.code, fault.place.row) for fault in caught.value.faults] == [("swapped_axes", 2)]
        # Elsewhere in the world is no fault.
        away = paper.write(tmp_path / "d.geojson", [shapely.box(2.3, 48.8, 2.4, 48.9)], code=["p"])
        assert _load(connection, away, profile="free").areas == 1

    @pytest.mark.parametrize(
        "box", [(-76.7, 39.2, -76.6, 39.3), (75.9, 39.4, 76.0, 39.5), (108.9, 34.2, 109.0, 34.3)]
    )
    def test_against_the_map_of_the_world(
        self, connection: Connection, tmp_path: Path, box: tuple[float, ...]
    ) -> None:
        path = paper.write(tmp_path / "a.geojson", self._swapped([shapely.box(*box)]), code=["a"])
        with pytest.raises(InputRefused) as caught:
            _load(connection, path, profile="free")
        assert [fault.code for fault in caught.value.faults] == ["swapped_axes"]

    def test_north_before_east(self, connection: Connection, tmp_path: Path) -> None:
        path = paper.write(
            tmp_path / "a.gpkg", self._swapped(paper.projected(CELLS)), crs="EPSG:4545", code=CODES
        )
        with pytest.raises(InputRefused) as caught:
            _load(connection, path)
        assert [fault.code for fault in caught.value.faults] == ["swapped_axes"]

    @pytest.mark.parametrize(
        ("crs", "shapes"),
        [
            ("EPSG:4326", paper.projected(CELLS)),  # metres said to be degrees
            ("EPSG:4545", paper.degrees(CELLS)),  # degrees said to be metres
            ("EPSG:4545", [shapely.box(36588000, 3790000, 36588100, 3790100)]),  # a zone prefix not declared
        ],
    )
    def test_another_system_than_declared(
        self, connection: Connection, tmp_path: Path, crs: str, shapes: list[Any]
    ) -> None:
        path = paper.write(tmp_path / "a.gpkg", shapes, crs=crs, code=CODES[: len(shapes)])
        with pytest.raises(InputRefused) as caught:
            _load(connection, path)
        (fault,) = caught.value.faults
        assert fault.code == "wrong_crs"
        assert fault.place.value
        assert load_layers(connection) == []
