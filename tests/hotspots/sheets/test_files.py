"""A sheet as GeoJSON, GeoParquet and GeoTIFF, read back by other people's programs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas
import numpy as np
import pyarrow.parquet
import pyogrio
import pyproj
import pytest
import rasterio
import shapely

from gridsvc.errors import InputRefused, Text, WrongUsage
from gridsvc.hotspots.sheets import Column, Sheet, check_target, write_sheet
from gridsvc.hotspots.sheets.geotiff import NO_DATA, PIXEL_M
from tests.hotspots.sheets.made_sheet import HOSTILE, SRID, made_shape, made_sheet, made_surface


@pytest.fixture
def sheet() -> Sheet:
    return made_sheet(shapes=[made_shape()])


def test_geojson_is_rfc_7946_with_null_for_the_unknown(sheet: Sheet, tmp_path: Path) -> None:
    file = tmp_path / "map.geojson"
    assert write_sheet(sheet, file, "en") == file.stat().st_size
    held = json.loads(file.read_text("utf-8"), parse_constant=lambda name: pytest.fail(name))
    assert held["type"] == "FeatureCollection"
    assert "crs" not in held
    assert len(held["features"]) == 48
    fourth = held["features"][3]["properties"]
    assert fourth["rate"] is None
    assert fourth["trend"] is None
    assert fourth["reports"] == int(sheet.columns[0].values[3])
    assert fourth["code"] == held["features"][3]["id"] == sheet.cells.layer.codes[3]
    for feature in held["features"]:
        for ring in feature["geometry"]["coordinates"][0]:
            assert shapely.LinearRing(ring).is_ccw
    about = held["gridsvc"]
    assert about["provenance"]["parameters"]["seed"] == 7
    assert about["provenance"]["versions"]["gridsvc"]
    assert [column["name"] for column in about["columns"]] == ["reports", "rate", "trend"]
    assert about["outlines"]["features"][0]["properties"]["title"] == HOSTILE[1]
    west, south, east, north = held["bbox"]
    assert west < east
    assert south < north


def test_gdal_reads_the_geojson_where_the_cells_are(sheet: Sheet, tmp_path: Path) -> None:
    file = tmp_path / "map.geojson"
    write_sheet(sheet, file)
    frame = pyogrio.read_dataframe(file)
    assert frame.crs.to_epsg() == 4326
    back = frame.to_crs(SRID).geometry
    ours = shapely.transform(sheet.cells.layer.geom_mm, lambda xy: xy / 1000)
    assert shapely.hausdorff_distance(np.asarray(back), ours).max() < 0.1
    assert frame["reports"].tolist() == sheet.columns[0].values.tolist()


def test_geoparquet_is_valid_and_tells_its_origin(sheet: Sheet, tmp_path: Path) -> None:
    file = tmp_path / "map.parquet"
    assert write_sheet(sheet, file) == file.stat().st_size
    metadata = pyarrow.parquet.read_schema(file).metadata
    geo = json.loads(metadata[b"geo"])
    assert geo["version"] == "1.1.0"
    assert geo["primary_column"] == "geometry"
    assert geo["columns"]["geometry"]["encoding"] == "WKB"
    assert "covering" in geo["columns"]["geometry"]
    assert set(geo["columns"]["geometry"]["geometry_types"]) == {"MultiPolygon"}
    about = json.loads(metadata[b"gridsvc"])
    assert about["provenance"]["snapshot"] == "abc123"
    frame = geopandas.read_parquet(file)
    assert frame.crs == pyproj.CRS.from_user_input("OGC:CRS84")
    assert frame["reports"].tolist() == sheet.columns[0].values.tolist()
    assert frame["rate"].isna().tolist() == np.isnan(sheet.columns[1].values).tolist()
    assert frame["trend"].isna().sum() == 16
    assert set(frame["trend"].dropna()) == {"新增", "减弱"}


def test_geoparquet_keeps_the_type_of_what_is_unknown_everywhere(tmp_path: Path) -> None:
    sheet = made_sheet()
    nothing = Column("nothing", Text("无", "nothing"), np.full(48, np.nan))
    never = Column("never", Text("无", "never"), np.full(48, -1), words=(Text("是", "yes"),))
    file = tmp_path / "map.parquet"
    write_sheet(replace(sheet, columns=[*sheet.columns, nothing, never]), file)
    schema = pyarrow.parquet.read_schema(file)
    assert str(schema.field("nothing").type) == "double"
    assert "string" in str(schema.field("never").type)


def test_geotiff_is_the_surface(tmp_path: Path) -> None:
    surface = made_surface()
    file = tmp_path / "map.tif"
    write_sheet(made_sheet(surface=surface), file, "en")
    with rasterio.open(file) as raster:
        assert raster.crs.to_epsg() == SRID
        assert raster.dtypes == ("float32",)
        assert raster.res == (10, 10)
        assert raster.profile["tiled"]
        assert raster.compression.value == "DEFLATE"
        assert (raster.bounds.left, raster.bounds.top) == (surface.west_m, surface.north_m)
        held = raster.read(1, masked=True)
        assert held.mask.tolist() == np.isnan(surface.values).tolist()
        assert held.filled(0) == pytest.approx(np.nan_to_num(surface.values), rel=1e-6)
        assert np.isfinite(raster.read(1)).all()
        tags = raster.tags()
        assert tags["CONTENT"] == "surface"
        assert json.loads(tags["GRIDSVC"])["provenance"]["parameters"]["seed"] == 7
        assert raster.units == ("per km²",)
        # The top of the hill lies where it was put.
        assert raster.xy(15, 60) == pytest.approx((surface.west_m + 605, surface.north_m - 155))


def test_without_a_surface_geotiff_is_the_shown_column_on_the_cells(tmp_path: Path) -> None:
    sheet = made_sheet(shown="rate")
    file = tmp_path / "map.tif"
    write_sheet(sheet, file)
    with rasterio.open(file) as raster:
        assert "rate" in raster.tags()["CONTENT"]
        assert raster.nodata == NO_DATA
        assert raster.res == (PIXEL_M, PIXEL_M)
        inside = shapely.get_coordinates(shapely.centroid(sheet.cells.layer.geom_mm)) / 1000
        found = np.array([value[0] for value in raster.sample(inside)])
    expected = np.where(np.isnan(sheet.columns[1].values), NO_DATA, sheet.columns[1].values)
    assert found == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("suffix", [".geojson", ".parquet", ".tif", ".png", ".html"])
def test_a_failed_writing_leaves_the_old_file(
    sheet: Sheet, tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / f"map{suffix}"
    file.write_text("old")
    broken = replace(sheet, columns=[replace(sheet.columns[0], values=np.full(48, np.inf))])
    with pytest.raises(ValueError, match="infinity"):
        write_sheet(broken, file)
    monkeypatch.setattr("gridsvc.tabular.report_file.write_whole", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_sheet(sheet, file)
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [file.name]


def test_a_sheet_that_is_not_of_one_piece_is_refused(sheet: Sheet, tmp_path: Path) -> None:
    file = tmp_path / "map.geojson"
    first = sheet.columns[0]
    for broken in (
        replace(sheet, columns=[]),
        replace(sheet, columns=[first, first]),
        replace(sheet, columns=[replace(first, name="street")]),
        replace(sheet, columns=[replace(first, values=first.values[1:])]),
        replace(sheet, columns=[replace(first, words=(Text("是", "yes"),))]),
        replace(sheet, scale=replace(sheet.scale, step=sheet.scale.step + 9)),
        replace(sheet, surface=replace(made_surface(), values=np.full((2, 2), np.inf))),
    ):
        with pytest.raises(ValueError, match=r"column|class|infinity"):
            write_sheet(broken, file)
    assert not file.exists()


@pytest.mark.parametrize("name", ["map.pdf", "map", "map.html.zip", "map.shp"])
def test_other_formats_are_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        check_target(tmp_path / name)
    assert caught.value.code == "bad_suffix"
    assert ".parquet" in (caught.value.remedy.en if caught.value.remedy else "")


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as caught:
        check_target(tmp_path / "none" / "map.html")
    assert caught.value.code == "no_folder"
