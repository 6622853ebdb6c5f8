"""Files that a grid is built from: what is doubted and what is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from gridsvc.errors import InputRefused
from gridsvc.geography.building import SourceFile, Sources, read_sources
from gridsvc.geography.profiles import code_profile

GBT = code_profile("gbt")
EAST, NORTH = 587_000.0, 3_791_000.0
DISTRICT = shapely.box(0, 0, 1500, 900)
ROAD = shapely.LineString([(-10, 450), (1600, 450)])


def written(folder: Path, file: str, shapes: list[Any], **columns: list[Any]) -> SourceFile:
    placed = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    frame = geopandas.GeoDataFrame(columns, geometry=placed, crs=4545).to_crs(4326)
    frame.to_file(folder / f"{file}.geojson")
    return SourceFile(folder / f"{file}.geojson")


def read(folder: Path, roads: list[Any] | None = None, **more: Any) -> Sources:
    boundary = written(folder, "boundary", [DISTRICT], code=["610103"], name=["试区"])
    lines = [ROAD] if roads is None else roads
    names = [f"路{k}" for k in range(len(lines))]
    return read_sources(boundary, written(folder, "roads", lines, name=names), profile=GBT, **more)


def test_roads_elsewhere_are_told(tmp_path: Path) -> None:
    sources = read(tmp_path, [shapely.affinity.translate(ROAD, 0, 50_000)])
    assert [fault.code for fault in sources.doubts] == ["roads_outside"]
    assert sources.roads.given == 0


def test_polygons_for_roads_and_lines_for_a_boundary_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, [DISTRICT])
    assert refused.value.code == "not_lines"
    line = written(tmp_path, "line", [ROAD], code=["610103"])
    with pytest.raises(InputRefused) as refused:
        read_sources(line, line, profile=GBT)
    assert refused.value.code == "boundary_refused"
    assert refused.value.faults[0].place.row == 1


def test_compounds_across_the_boundary_are_clipped_and_told(tmp_path: Path) -> None:
    shapes = [shapely.box(1400, 300, 1600, 500), shapely.box(100, 100, 200, 200), shapely.box(5e3, 0, 6e3, 9)]
    sources = read(tmp_path, compounds=written(tmp_path, "yards", shapes))
    assert [(fault.code, fault.place.row) for fault in sources.doubts] == [("across_boundary", 1)]
    assert sorted(round(shape.area / 1e6) for shape in sources.compounds) == [10_000, 20_000]
    nothing = read(tmp_path, compounds=written(tmp_path, "far", [shapes[2]]))
    assert [fault.code for fault in nothing.doubts] == ["outside_boundary"]


def test_communities_need_codes_and_must_lie_here(tmp_path: Path) -> None:
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, communities=written(tmp_path, "no-codes", [DISTRICT], label=["甲"]))
    assert refused.value.code == "missing_codes"
    away = shapely.affinity.translate(DISTRICT, 1200, 0)
    with pytest.raises(InputRefused) as refused:
        read(tmp_path, communities=written(tmp_path, "away", [away], code=["610103001001"]))
    assert refused.value.code == "communities_elsewhere"
    most = shapely.box(0, 0, 1490, 900)
    sources = read(tmp_path, communities=written(tmp_path, "most", [most], code=["610103001001"]))
    assert [fault.code for fault in sources.doubts] == ["communities_incomplete"]


def test_faulty_communities_are_refused_with_their_rows(tmp_path: Path) -> None:
    west, middle, east = (shapely.box(500 * k, 0, 500 * k + 500, 900) for k in range(3))
    away = shapely.affinity.translate(DISTRICT, 0, 5000)

    def faults(shapes: list[Any], codes: list[str]) -> list[tuple[str, int | None, str | None, str | None]]:
        with pytest.raises(InputRefused) as refused:
            read(tmp_path, communities=written(tmp_path, "given", shapes, code=codes))
        assert refused.value.code == "communities_refused"
        assert all(fault.remedy is not None for fault in refused.value.faults)
        found = [fault.place for fault in refused.value.faults]
        assert {place.file for place in found} == {"given.geojson"}
        return [
            (fault.code, place.row, place.column, place.value)
            for fault, place in zip(refused.value.faults, found, strict=True)
        ]

    assert faults([west, middle, east, away], ["610103001", "", "610104001001", "610104001001"]) == [
        ("bad_code", 1, "code", "610103001"),
        ("blank_code", 2, "code", ""),
        ("other_district", 3, "code", "610104001001"),
        ("duplicate_code", 4, "code", "610104001001"),
    ]
    wide = shapely.box(400, 0, 1000, 900)
    codes = [f"61010300100{k}" for k in (1, 2, 3)]
    assert faults([west, wide, east], codes) == [("overlapping_communities", 2, "code", codes[1])]
    nearly = shapely.box(499.6, 0, 1000, 900)
    outside = [*codes, "610104001001"]
    taken = read(
        tmp_path, communities=written(tmp_path, "good", [west, nearly, east, away], code=outside)
    ).communities
    assert taken is not None
    assert taken.codes == outside


def test_one_way_links_are_known_by_their_column(tmp_path: Path) -> None:
    boundary = written(tmp_path, "boundary", [DISTRICT], code=["610103"])
    roads = written(tmp_path, "ways", [ROAD] * 6, oneway=["yes", "no", "-1", "F", "B", ""])
    assert read_sources(boundary, roads, profile=GBT).roads.one_way.tolist() == [
        True,
        False,
        True,
        True,
        False,
        False,
    ]
