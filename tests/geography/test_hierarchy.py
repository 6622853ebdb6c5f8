"""Whole trees in one file, parents by place, and the limit of size."""

from __future__ import annotations

import gzip
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.geography import (
    VectorLayer,
    editions_to_export,
    export_areas,
    import_areas,
    import_hierarchy,
    load_layers,
    read_vector_file,
    write_vector_file,
    write_vector_layers,
)
from gridsvc.geography.size_limit import check_size
from tests.geography import paper

WHOLE = paper.square(0, 0, 400, 200)
CELLS = [paper.square(100 * x, 100 * y) for x in range(4) for y in range(2)]
TREE = {
    "district": (["610103"], ["碑林区"], [WHOLE]),
    "street": (["610103001"], ["南院门街道"], [WHOLE]),
    "community": (
        ["610103001001", "610103001002"],
        ["西羊市", "大有巷"],
        [paper.square(0, 0, 200, 200), paper.square(200, 0, 200, 200)],
    ),
    "cell": (
        [f"61010300100{1 + k // 4}{k % 4 + 1:03d}" for k in range(8)],
        [f"{k}号网格" for k in range(8)],
        CELLS,
    ),
}
LATER = datetime(2026, 6, 1, tzinfo=UTC)
OPTIONS: dict[str, Any] = {"code_column": "code", "name_column": "name"}


def _one_layer(path: Path, words: dict[str, str], **changed: Any) -> Path:
    """The tree in one layer, cells first, with a column of levels in other words."""
    rows = [
        (code, name, words[level], shape)
        for level in reversed(TREE)
        for code, name, shape in zip(*(changed.get(level) or TREE[level]), strict=True)
    ]
    codes, names, levels, shapes = zip(*rows, strict=True)
    write_vector_file(
        path, {"code": codes, "name": names, "层级": levels}, paper.degrees(list(shapes)), srid=4490
    )
    return path


@pytest.mark.parametrize("suffix", [".geojson", ".fgb", ".parquet", ".shp"])
@pytest.mark.parametrize(
    "words",
    [
        {level: level for level in TREE},
        {"district": "区", "street": "街道", "community": "社区", "cell": "单元网格"},
    ],
)
def test_a_tree_in_one_layer(
    connection: Connection, tmp_path: Path, suffix: str, words: dict[str, str]
) -> None:
    path = _one_layer(tmp_path / f"tree{suffix}", words)
    done = import_hierarchy(connection, path, level_column="层级", **OPTIONS)
    assert [(each.level, each.areas, each.doubtful) for each in done] == [
        ("district", 1, ()),
        ("street", 1, ()),
        ("community", 2, ()),
        ("cell", 8, ()),
    ]


@pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
def test_a_tree_in_layers(connection: Connection, tmp_path: Path, suffix: str) -> None:
    names = {"district": "区", "street": "街道", "community": "社区", "cell": "网格"}
    layers = {
        names[level]: VectorLayer({"code": codes, "name": titles}, paper.degrees(shapes))
        for level, (codes, titles, shapes) in reversed(TREE.items())
    }
    path = tmp_path / f"tree{suffix}"
    write_vector_layers(path, layers | {"roads": VectorLayer({"a": [1]}, [shapely.Point(108.9, 34.2)])})
    done = import_hierarchy(connection, path, **OPTIONS)
    assert [(each.level, each.areas) for each in done] == [
        ("district", 1),
        ("street", 1),
        ("community", 2),
        ("cell", 8),
    ]


@pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp"])
def test_out_and_back(connection: Connection, tmp_path: Path, suffix: str) -> None:
    import_hierarchy(
        connection,
        _one_layer(tmp_path / "in.fgb", {level: level for level in TREE}),
        level_column="层级",
        **OPTIONS,
    )
    path = tmp_path / f"out{suffix}"
    chosen = editions_to_export(connection, "all", at=LATER)
    export_areas(connection, path, chosen, zone=ZoneInfo("Asia/Shanghai"))
    again = import_hierarchy(connection, path, parent_column="parent_code", **OPTIONS)
    assert [each.unchanged for each in again] == [suffix != ".geojson"] * 4


def test_a_faulty_level_is_named_by_its_rows_in_the_file(connection: Connection, tmp_path: Path) -> None:
    codes = [*TREE["cell"][0][:7], TREE["cell"][0][0]]
    path = _one_layer(
        tmp_path / "tree.geojson", {level: level for level in TREE}, cell=(codes, *TREE["cell"][1:])
    )
    work = connection.begin_nested()
    with pytest.raises(InputRefused) as caught:
        import_hierarchy(connection, path, level_column="层级", **OPTIONS)
    work.rollback()
    assert [(fault.code, fault.place.row) for fault in caught.value.faults] == [("duplicate_code", 8)]
    assert load_layers(connection) == []
    # Of a level that is not the first of the file too.
    codes = ["610103001", "61010300"]
    path = _one_layer(
        tmp_path / "other.geojson",
        {level: level for level in TREE},
        street=(codes, ["甲", "乙"], [paper.square(0, 0, 200, 200), paper.square(200, 0, 200, 200)]),
    )
    with pytest.raises(InputRefused) as caught:
        import_hierarchy(connection, path, level_column="层级", **OPTIONS)
    assert [(fault.code, fault.place.row) for fault in caught.value.faults] == [("bad_code", 12)]


def test_words_that_are_no_level(connection: Connection, tmp_path: Path) -> None:
    path = _one_layer(
        tmp_path / "tree.geojson",
        {"district": "区", "street": "街道", "community": "社区", "cell": "地块"},
    )
    with pytest.raises(InputRefused) as caught:
        import_hierarchy(connection, path, level_column="层级", **OPTIONS)
    assert (caught.value.code, caught.value.place.value) == ("unknown_level", "地块")


class TestParentsByPlace:
    def _streets(self, connection: Connection, tmp_path: Path) -> None:
        path = paper.write(
            tmp_path / "streets.gpkg",
            paper.degrees([paper.square(0, 0, 200, 200), paper.square(200, 0, 200, 200)]),
            code=["west", "east"],
        )
        import_areas(connection, path, level="street", code_column="code", profile="free")

    def test_the_area_that_holds_the_most(self, connection: Connection, tmp_path: Path) -> None:
        self._streets(connection, tmp_path)
        shapes = [
            paper.square(0, 0),
            paper.square(300, 0),
            paper.square(130, 100),  # 70 m in the west, 30 m in the east
            paper.square(900, 0),
        ]
        path = paper.write(tmp_path / "a.gpkg", paper.degrees(shapes), code=["a", "b", "c", "d"])
        done = import_areas(
            connection, path, level="community", code_column="code", profile="free", by_place=True
        )
        rows = connection.exec_driver_sql(
            "SELECT code, parent_code FROM area WHERE edition_id = %(id)s ORDER BY code",
            {"id": done.edition_id},
        ).all()
        assert [tuple(row) for row in rows] == [
            ("a", "west"),
            ("b", "east"),
            ("c", "west"),
            ("d", None),
        ]
        doubts = {
            fault.place.value: fault.message.en for fault in done.doubtful if fault.code == "parent_by_place"
        }
        assert set(doubts) == {"c", "d"}
        assert "70.0%" in doubts["c"]

    def test_a_column_goes_before_the_place(self, connection: Connection, tmp_path: Path) -> None:
        self._streets(connection, tmp_path)
        path = paper.write(
            tmp_path / "a.gpkg",
            paper.degrees([paper.square(0, 0), paper.square(300, 0)]),
            code=["a", "b"],
            street=["east", None],
        )
        done = import_areas(
            connection,
            path,
            level="community",
            code_column="code",
            parent_column="street",
            profile="free",
            by_place=True,
        )
        parents = connection.exec_driver_sql(
            "SELECT parent_code FROM area WHERE edition_id = %(id)s ORDER BY code", {"id": done.edition_id}
        ).scalars()
        assert list(parents) == ["east", "east"]
        assert [fault.code for fault in done.doubtful] == ["outside_parent"]


class TestLimits:
    def test_every_kind_of_file_is_measured_unpacked(self, tmp_path: Path) -> None:
        big = b"0" * 3_000_000
        plain, packed, archive = (tmp_path / name for name in ("a.geojson", "a.geojson.gz", "a.zip"))
        plain.write_bytes(big)
        packed.write_bytes(gzip.compress(big))
        with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
            file.writestr("a.shp", big)
        (tmp_path / "b[1].shp").write_bytes(b"0" * 100)
        (tmp_path / "b[1].dbf").write_bytes(big)
        folder = tmp_path / "a.gdb"
        folder.mkdir()
        (folder / "x.gdbtable").write_bytes(big)
        for path in (plain, packed, archive, tmp_path / "b[1].shp", folder):
            check_size(path, 4)
            with pytest.raises(InputRefused) as caught:
                check_size(path, 2)
            assert caught.value.code == "file_too_large"
            assert "2 MB" in caught.value.message.en
            assert "GRIDSVC_LARGEST_IMPORT_MB" in (caught.value.remedy or caught.value.message).en

    def test_two_gigabytes_are_refused_unread(self, tmp_path: Path) -> None:
        path = tmp_path / "huge.gpkg"
        with path.open("wb") as file:
            file.truncate(2_000_000_000)  # a hole: no disk is used
        with pytest.raises(InputRefused) as caught:
            read_vector_file(path)
        assert caught.value.code == "file_too_large"

    def test_damaged_archives_are_left_to_the_reader(self, tmp_path: Path) -> None:
        for name in ("a.geojson.gz", "a.zip"):
            path = tmp_path / name
            path.write_bytes(b"no archive")
            check_size(path, 1)


def test_a_cell_of_forty_square_kilometres_is_doubtful(connection: Connection, tmp_path: Path) -> None:
    path = paper.write(
        tmp_path / "a.gpkg", paper.degrees([paper.square(0, 0, 8000, 5000)]), code=paper.cell_codes(1)
    )
    done = import_areas(connection, path, level="cell", code_column="code")
    large = [fault for fault in done.doubtful if fault.code == "large_cell"]
    assert len(large) == 1
    assert "39.99 km²" in large[0].message.en


@pytest.mark.parametrize("exchanged", [False, True])
def test_degrees_said_to_be_web_mercator(connection: Connection, tmp_path: Path, exchanged: bool) -> None:
    shapes = paper.degrees(CELLS[:1])
    if exchanged:
        shapes = [shapely.transform(shape, lambda xy: xy[:, ::-1]) for shape in shapes]
    path = paper.write(tmp_path / "a.gpkg", shapes, crs="EPSG:3857", code=paper.cell_codes(1))
    with pytest.raises(InputRefused) as caught:
        import_areas(connection, path, level="cell", code_column="code")
    (fault,) = caught.value.faults
    assert fault.code == "wrong_crs"
    assert "degrees, not metres" in fault.message.en


class TestLayersThatWouldBeLeftOut:
    def _tree(self, path: Path, more: dict[str, VectorLayer]) -> Path:
        layers = {
            level: VectorLayer({"code": codes, "name": names}, paper.degrees(shapes))
            for level, (codes, names, shapes) in TREE.items()
        }
        write_vector_layers(path, layers | more)
        return path

    def test_are_refused_by_name(self, connection: Connection, tmp_path: Path) -> None:
        square = VectorLayer({"code": ["x"]}, paper.degrees([paper.square(0, 0)]))
        mixed = VectorLayer({"a": [1, 2]}, [shapely.Point(108.9, 34.2), *square.geometries])
        path = self._tree(
            tmp_path / "tree.gpkg",
            {"社区": square, "cells_2026": square, "mixed": mixed, "border": VectorLayer({"a": []}, [])},
        )
        with pytest.raises(InputRefused) as caught:
            import_hierarchy(connection, path, **OPTIONS)
        assert caught.value.code == "layers_refused"
        faults = {(fault.code, fault.place.sheet) for fault in caught.value.faults}
        assert faults >= {("unknown_level", "cells_2026"), ("unknown_level", "mixed")}
        assert {
            code for code, _ in faults - {("unknown_level", "cells_2026"), ("unknown_level", "mixed")}
        } == {"duplicate_level"}
        assert load_layers(connection) == []

    @pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
    def test_lines_may_stay(self, connection: Connection, tmp_path: Path, suffix: str) -> None:
        lines = [shapely.LineString([(108.9, 34.2), (108.91, 34.2)])]
        path = self._tree(tmp_path / f"tree{suffix}", {"border": VectorLayer({"kind": ["road"]}, lines)})
        assert len(import_hierarchy(connection, path, **OPTIONS)) == 4


class TestUnpackedParquet:
    def test_what_repeats_counts_as_often_as_it_is_there(self, tmp_path: Path) -> None:
        import pyarrow
        import pyarrow.parquet

        path = tmp_path / "a.parquet"
        write_vector_file(path, {"n": list(range(20))}, paper.degrees([paper.square(0, 0)] * 20))
        table = pyarrow.parquet.read_table(path)
        text = "字" * 100_000
        for name, values, kind in (
            ("plain", [text] * 20, None),
            ("listed", [[text, text]] * 10 + [None] * 10, None),
            ("parts", [{"a": text}] * 20, None),
            ("map", [[("k", text)]] * 20, pyarrow.map_(pyarrow.string(), pyarrow.string())),
            ("numbers", [[7] * 40_000] * 20, pyarrow.list_(pyarrow.int64())),
        ):
            pyarrow.parquet.write_table(table.append_column(name, pyarrow.array(values, kind)), path)
            assert path.stat().st_size < 1_000_000
            check_size(path, 7)
            with pytest.raises(InputRefused) as caught:
                check_size(path, 5)
            assert caught.value.code == "file_too_large"

    def test_damaged_ones_are_left_to_the_reader(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        path.write_bytes(b"PAR1 no parquet PAR1")
        check_size(path, 1)
        with pytest.raises(InputRefused) as caught:
            read_vector_file(path)
        assert caught.value.code == "unreadable_file"
