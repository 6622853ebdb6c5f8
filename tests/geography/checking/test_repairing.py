"""`area repair`: nothing that it mends is left, nothing else changes, and a second time it finds nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pyproj
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridsvc.errors import InputRefused
from gridsvc.geography.checking import KINDS, FileColumns, Limits, Repair, repair_file
from gridsvc.geography.reading import declared_crs, read_table, texts_of
from tests.geography import paper
from tests.geography.checking.layers import block, kinds, report_on, write_layer
from tests.geography.checking.test_against_postgis import careless, noises
from tests.geography.checking.test_faults import PLANTED

_MENDED = {kind for kind, each in KINDS.items() if each.repaired}


def _repair(file: Path, target: Path | None, **options: Any) -> Repair:
    return repair_file(
        file,
        target,
        FileColumns(code="code"),
        level="cell",
        profile=options.pop("profile", "gbt"),
        limits=options.pop("limits", Limits()),
        srid=paper.SRID,
        **options,
    )


@pytest.mark.parametrize("name", [name for name, planted in PLANTED.items() if planted[0] in _MENDED])
def test_every_planted_fault_that_can_be_mended_is(tmp_path: Path, name: str) -> None:
    kind, layer, areas, _ = PLANTED[name]
    file, target = write_layer(tmp_path, layer()), tmp_path / "mended.gpkg"
    done = _repair(file, target)
    # The loops of a bow tie are areas that meet in a point: whether they belong together nobody can say.
    left = ["multipart"] if name == "bow tie" else []
    assert kinds(report_on(target)) == left
    assert [each.kind for each in done.left] == left
    codes = paper.cell_codes(14)
    assert {each.code for each in done.changes} <= {codes[k] for k in areas | {1, 9}}
    assert any(kind in each.kinds for each in done.changes)
    assert all(each.moved_m <= 30.1 for each in done.changes)
    again = _repair(target, tmp_path / "again.gpkg")
    assert again.changes == ()
    assert _shapes(target) == _shapes(tmp_path / "again.gpkg")


@pytest.mark.parametrize("name", [name for name, planted in PLANTED.items() if planted[0] not in _MENDED])
def test_what_cannot_be_mended_is_left_and_listed(tmp_path: Path, name: str) -> None:
    kind, layer, _, _ = PLANTED[name]
    file, target = write_layer(tmp_path, layer()), tmp_path / "mended.gpkg"
    done = _repair(file, target)
    assert done.changes == ()
    assert [each.kind for each in done.left] == ([kind] if KINDS[kind].severity != "info" else [])
    assert _shapes(target) == _shapes(file)


def _shapes(file: Path) -> list[str | None]:
    """The coordinates as they are; a format may make multipolygons of polygons."""
    shapes = shapely.from_wkb(pyogrio.raw.read(file)[2])
    return [
        None
        if shape is None
        else shapely.to_wkt(shapely.MultiPolygon(shapely.get_parts(shape).tolist()), -1)
        if shape.geom_type != "Point"
        else shape.wkt
        for shape in shapes
    ]


@given(size=st.sampled_from([0.003, 0.02, 0.3, 2.0]), noise=noises)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_careless_drawing_is_mended_once_and_for_all(tmp_path: Path, size: float, noise: Any) -> None:
    for old in tmp_path.glob("*.gpkg"):
        old.unlink()
    cells = careless(size, noise)
    file, target = write_layer(tmp_path, cells), tmp_path / "mended.gpkg"
    done = _repair(file, target)
    report = report_on(target, limits=Limits(least_m2=500))
    assert _MENDED.isdisjoint(kinds(report)), [each.message.en for each in report.findings]
    assert report.total_m2 == pytest.approx(160_000, abs=0.01)
    for each in done.changes:
        assert abs(each.m2_after - each.m2_before) <= 4 * 100 * 2 * size * 2
    assert _repair(target, None).changes == ()


def test_attributes_features_and_other_areas_stay(tmp_path: Path) -> None:
    cells = block()
    cells[5] = paper.square(100, 100, 99.7)
    file = write_layer(
        tmp_path, cells, grade=[k / 4 for k in range(12)], 备注=[f"说明{k}" for k in range(12)]
    )
    for suffix in ("geojson", "fgb", "shp"):
        target = tmp_path / f"mended.{suffix}"
        _repair(file, target)
        frame = pyogrio.read_dataframe(target).sort_values("code").reset_index(drop=True)
        given_frame = pyogrio.read_dataframe(file)
        columns = ["code", "name", "grade", "备注"]
        assert frame[columns].equals(given_frame[columns]), suffix
        present = [k for k in range(12) if k != 5]
        before = shapely.transform(given_frame.geometry[present].to_numpy(), _metres)
        after = shapely.transform(frame.geometry[present].to_numpy(), _metres)
        assert shapely.hausdorff_distance(before, after).max() < 0.002


def _metres(lonlat: Any) -> Any:
    return lonlat * (91_900.0, 111_320.0)


def test_the_system_of_the_file_is_kept(tmp_path: Path) -> None:
    cells = block()
    cells[5] = paper.square(100, 100, 99.7)
    file = paper.write(
        tmp_path / "m.gpkg", paper.projected(cells), crs="EPSG:4545", code=paper.cell_codes(12)
    )
    _repair(file, tmp_path / "out.gpkg")
    assert pyogrio.read_info(tmp_path / "out.gpkg")["crs"] == "EPSG:4545"
    frame = pyogrio.read_dataframe(tmp_path / "out.gpkg")
    assert frame.area.sum() == pytest.approx(120_000, abs=1e-3)


def test_a_citys_own_system_without_a_number_is_kept(tmp_path: Path) -> None:
    own = pyproj.CRS(
        "+proj=tmerc +lat_0=0 +lon_0=108.95 +k=1 +x_0=150000 +y_0=-3300000 +ellps=GRS80 +units=m +no_defs"
    )
    document = own.to_json_dict()
    document["name"] = "西安地方坐标系"
    document["base_crs"] = pyproj.CRS(4490).to_json_dict()
    own = pyproj.CRS.from_json_dict(document)
    assert own.to_epsg() is None
    ways = pyproj.Transformer.from_crs(4326, own, always_xy=True)
    cells = block()
    cells[5] = paper.square(100, 100, 99.7)
    placed = shapely.transform(
        np.array(paper.degrees(cells), dtype=object), lambda xy: np.column_stack(ways.transform(*xy.T))
    )
    file = paper.write(tmp_path / "own.gpkg", placed, crs=own.to_wkt(), code=paper.cell_codes(12))
    for suffix in ("gpkg", "shp", "parquet", "fgb"):
        target = tmp_path / f"out.{suffix}"
        assert _repair(file, target).changes
        written = declared_crs(target, read_table(target))
        assert written is not None
        assert written.to_epsg() is None
        assert written.coordinate_operation.to_json_dict()["parameters"][1]["value"] == 108.95
        table = read_table(target)
        after = shapely.from_wkb(table.shapes)
        after = after[np.argsort(texts_of(target, table, "code"))]
        moved = shapely.hausdorff_distance(after[[0, 3, 8]], placed[[0, 3, 8]])
        assert moved.max() < 0.002
    with pytest.raises(InputRefused) as refused:
        _repair(file, tmp_path / "out.geojson")
    assert refused.value.code == "not_of_format"
    assert not (tmp_path / "out.geojson").exists()


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    cells = block()
    cells[5] = paper.square(100, 100, 98)
    file = write_layer(tmp_path, cells)
    done = _repair(file, None)
    assert done.written == ()
    (change,) = done.changes
    # Both neighbours along the gap have 100 m of it: the lower code gets it.
    assert change.code == paper.cell_codes(6)[5]
    assert (change.m2_before, change.m2_after) == pytest.approx((9800, 10_000), abs=0.05)
    assert change.moved_m == pytest.approx(2.0, abs=0.01)
    assert [path.name for path in tmp_path.iterdir()] == ["cells.gpkg"]


class TestRealFiles:
    @pytest.mark.parametrize(
        ("file", "left"),
        [
            ("sf_neighborhoods_planning.geojson", {"multipart", "hole"}),
            ("sf_neighborhoods_311.geojson", {"wide_gap"}),
            pytest.param("baltimore_neighborhoods.geojson", {"multipart"}, marks=pytest.mark.long),
        ],
    )
    def test_published_layers(self, real_data: Path, tmp_path: Path, file: str, left: set[str]) -> None:
        target = tmp_path / "mended.gpkg"
        options = {"level": "district", "profile": "free", "limits": Limits()}
        done = repair_file(real_data / file, target, FileColumns(code="name"), **options)
        assert {each.kind for each in done.left} <= left
        assert done.changes
        again = repair_file(target, None, FileColumns(code="name"), **options)
        assert again.changes == ()

    def test_published_layers_have_these_faults(self, real_data: Path) -> None:
        planning = report_on(
            real_data / "sf_neighborhoods_planning.geojson", level="district", profile="free", code="name"
        )
        assert kinds(planning).count("invalid_ring") == 3
        assert {"overlap", "sliver_overlap", "sliver_gap"} <= set(kinds(planning))

    def test_the_districts_of_xian_do_not_overlap(self, real_data: Path) -> None:
        from gridsvc.geography.checking import check_file

        report = check_file(
            real_data / "xian_districts_gcj02.geojson",
            FileColumns(code="adcode", datum="gcj02"),
            level="district",
            profile="gbt",
            limits=Limits(),
        )
        assert kinds(report) == ["multipart"]
        assert np.sum([each.severity == "error" for each in report.findings]) == 0
