"""The road layer: any file of lines, its headers, its faults, and what replaces what."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.roads import import_roads, load_roads, road_sources
from tests.roads.town_roads import degrees, line, roads, write


def test_links_come_with_name_grade_direction_and_line(connection: Connection, tmp_path: Path) -> None:
    features: list[tuple[dict[str, Any], Any]] = [
        (
            {"路名": "友谊 西路", "道路等级": "主干路", "通行方向": "单向", "路段编号": "A1"},
            line((0, 0), (100, 0)),
        ),
        ({"路名": "无名道路", "道路等级": "", "通行方向": "双向", "路段编号": "A2"}, line((0, 0), (0, 50))),
        (
            {"路名": "友谊西路辅路", "道路等级": "支路", "通行方向": "逆向", "路段编号": "A3"},
            line((0, 9), (90, 9)),
        ),
    ]
    done = import_roads(connection, write(tmp_path / "路网.geojson", features))
    assert (done.source, done.features, done.links, done.unnamed, done.replaced) == (
        "路网.geojson",
        3,
        3,
        1,
        0,
    )
    found = load_roads(connection)
    assert found.names.tolist() == ["友谊 西路", None, "友谊西路辅路"]
    assert found.grades.tolist() == ["主干路", None, "支路"]
    assert found.directions.tolist() == ["forward", "both", "backward"]
    assert found.roles.tolist() == ["road", "road", "side"]
    assert found.link_ids.tolist() == ["A1", "A2", "A3"]
    for geometry, (_, drawn) in zip(found.geometries, features, strict=True):
        assert shapely.equals_exact(geometry, degrees(drawn), 1e-9)
    assert found.subset(found.names == "友谊西路辅路").directions.tolist() == ["backward"]


def test_a_multi_line_becomes_links(connection: Connection, tmp_path: Path) -> None:
    shape = shapely.MultiLineString([[(0, 0), (10, 0)], [(20, 0), (30, 5)]])
    done = import_roads(connection, write(tmp_path / "r.geojson", [({"name": "路"}, shape)]))
    assert (done.features, done.links) == (1, 2)


def test_an_import_of_the_same_source_replaces_it(connection: Connection, tmp_path: Path) -> None:
    path = write(tmp_path / "r.geojson", roads())
    import_roads(connection, path)
    import_roads(connection, path, source_name="other")
    again = import_roads(connection, write(tmp_path / "r.geojson", roads()[:2]))
    assert (again.links, again.replaced) == (2, 7)
    assert {each.source: each.links for each in road_sources(connection)} == {"other": 7, "r.geojson": 2}
    boundary = road_sources(connection)[1]
    assert abs(boundary.length_m - 3600) < 4
    assert load_roads(connection).roles.tolist().count("turn") == 1


def test_every_fault_is_named_and_nothing_changes(connection: Connection, tmp_path: Path) -> None:
    features: list[tuple[dict[str, Any], Any]] = [
        ({"name": "好路", "dir": "0"}, line((0, 0), (100, 0))),
        ({"name": "面", "dir": "0"}, shapely.box(0, 0, 5, 5)),
        ({"name": "无图形", "dir": "0"}, None),
        ({"name": "点线", "dir": "0"}, line((7, 7), (7, 7))),
        ({"name": "坏\x07字", "dir": "0"}, line((0, 5), (100, 5))),
        ({"name": "怪方向", "dir": "斜"}, line((0, 9), (100, 9))),
        ({"name": "重复", "dir": "0"}, line((0, 0), (100, 0))),
    ]
    path = write(tmp_path / "r.geojson", features)
    with pytest.raises(InputRefused) as refused:
        import_roads(connection, path)
    assert refused.value.code == "roads_refused"
    assert [(fault.code, fault.place.row) for fault in refused.value.faults] == [
        ("not_a_line", 2), ("empty_geometry", 3), ("zero_length", 4), ("bad_text", 5),
    ]  # fmt: skip
    assert len(load_roads(connection)) == 0
    done = import_roads(connection, path, skip_invalid=True)
    assert done.links == 3
    assert [(fault.code, fault.place.row) for fault in done.doubtful] == [
        ("unknown_direction", 6),
        ("duplicate_line", 7),
    ]


def test_a_file_of_polygons_is_refused(connection: Connection, tmp_path: Path) -> None:
    path = write(tmp_path / "r.geojson", [({"name": "面"}, shapely.box(0, 0, 5, 5))])
    with pytest.raises(InputRefused, match="cannot be taken"):
        import_roads(connection, path, skip_invalid=True)


def test_real_links_load(connection: Connection, real_data: Path) -> None:
    done = import_roads(connection, real_data / "beilin_road_links_wgs84.geojson")
    found = load_roads(connection)
    assert (done.links, done.unnamed, done.refused, done.doubtful) == (1546, 142, (), ())
    assert len({name for name in found.names if name}) == 110
    assert (found.roles == "turn").sum() == 106
    assert (found.directions == "forward").sum() == 1493
    assert (np.diff(found.ids) > 0).all()
