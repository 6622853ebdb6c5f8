"""Ids keep every digit: whole numbers with gaps, read, imported, repaired and written again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow
import pyarrow.parquet
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.geography import import_areas, load_layer, read_vector_file, write_vector_file
from gridsvc.geography.checking import FileColumns, Limits, repair_file
from gridsvc.geography.reading import read_table
from tests.geography import paper

SUFFIXES = [".gpkg", ".geojson", ".shp", ".fgb", ".parquet", ".gdb"]
LONG = 12_345_678_901_234_123
CELLS = paper.degrees([paper.square(0, 0), paper.square(100, 0), paper.square(200, 0)])


def _sorted(values: Sequence[Any]) -> list[str]:
    return sorted("" if value is None else str(value) for value in values)  # FlatGeobuf has its own order


class TestReading:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    def test_an_id_beside_a_missing_one_keeps_its_digits(self, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"网格{suffix}"
        write_vector_file(path, {"编号": [LONG, None, 7]}, CELLS)
        assert _sorted(read_vector_file(path).column("编号")) == _sorted([LONG, "", 7])

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10)
    @pytest.mark.parametrize("suffix", SUFFIXES)
    @given(ids=st.lists(st.none() | st.integers(1 - 10**18, 2**63 - 2), min_size=1, max_size=3))
    def test_any_whole_number_of_64_bits(self, tmp_path: Path, suffix: str, ids: list[int | None]) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, {"id": ids}, CELLS[: len(ids)], overwrite=True)
        assert _sorted(read_vector_file(path).column("id")) == _sorted(ids)

    @pytest.mark.parametrize("declared", [True, False])
    def test_a_shapefile_in_gbk(self, tmp_path: Path, declared: bool) -> None:
        path = tmp_path / "a.shp"
        columns = {"编号": [LONG, None, 7], "名称": ["西羊市", "柏树林", None]}
        write_vector_file(path, columns, CELLS, encoding="GBK")
        if not declared:
            path.with_suffix(".cpg").unlink()
            raw = bytearray(path.with_suffix(".dbf").read_bytes())
            raw[29] = 0  # the language byte
            path.with_suffix(".dbf").write_bytes(bytes(raw))
        read = read_vector_file(path)
        assert dict(read.columns) == {"编号": [str(LONG), "", "7"], "名称": ["西羊市", "柏树林", ""]}

    @pytest.mark.parametrize("kind", [pyarrow.int64(), pyarrow.uint64(), pyarrow.decimal128(18)])
    def test_parquet_of_other_makers(self, tmp_path: Path, kind: pyarrow.DataType) -> None:
        path = tmp_path / "a.parquet"
        write_vector_file(path, {"n": [1, 2, 3]}, CELLS)
        table = pyarrow.parquet.read_table(path)
        table = table.append_column("id", pyarrow.array([LONG, None, 7], kind))
        table = table.append_column("day", pyarrow.array([date(2026, 1, 2), None, None]))
        table = table.append_column("at", pyarrow.array([0, None, 10**9], pyarrow.timestamp("ns", "UTC")))
        pyarrow.parquet.write_table(table, path)
        read = read_vector_file(path)
        assert read.column("id") == [str(LONG), "", "7"]
        assert read.column("day") == ["2026-01-02", "", ""]
        assert read.column("at") == ["1970-01-01T00:00:00+00:00", "", "1970-01-01T00:00:01+00:00"]

    def test_an_index_of_pandas_is_a_column(self, tmp_path: Path) -> None:
        import geopandas
        import pandas

        path = tmp_path / "a.parquet"
        frame = geopandas.GeoDataFrame(
            {"id": pandas.array([LONG, None, 7], dtype="Int64")}, geometry=CELLS, crs=4326
        )
        frame.set_index(pandas.Index(["x", "y", "z"], name="code")).to_parquet(path)
        assert dict(read_vector_file(path).columns) == {"id": [str(LONG), "", "7"], "code": ["x", "y", "z"]}
        frame[1:].to_parquet(path)
        assert dict(read_vector_file(path).columns) == {"id": ["", "7"]}

    def test_long_lists_and_long_text_are_whole(self, tmp_path: Path) -> None:
        path = tmp_path / "a.geojson"
        route, text = list(range(3000)), "字" * 5000
        properties = [{"route": route, "text": text}, {"route": None, "text": None}]
        path.write_text(
            json.dumps(
                {
                    "type": "FeatureCollection",
                    "features": [
                        {"type": "Feature", "properties": each, "geometry": shapely.geometry.mapping(shape)}
                        for each, shape in zip(properties, CELLS, strict=False)
                    ],
                }
            )
        )
        read = read_vector_file(path)
        assert [json.loads(each) if each else None for each in read.column("route")] == [route, None]
        assert read.column("text") == [text, ""]


class TestRoundedNumbers:
    @pytest.mark.parametrize("suffix", [".gpkg", ".geojson", ".shp", ".parquet"])
    def test_are_no_codes(self, connection: Connection, tmp_path: Path, suffix: str) -> None:
        path = tmp_path / f"a{suffix}"
        write_vector_file(path, {"n": ["x", "y", "z"], "id": [1.5, float(LONG), None]}, CELLS)
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, path, level="cell", code_column="ID", profile="free")
        error = caught.value
        assert error.code == "number_rounded"
        assert (error.place.row, error.place.column) == (2, "id")
        with pytest.raises(InputRefused, match="rounded"):
            read_vector_file(path).column("id")
        # A column that nobody asks for does no harm.
        assert import_areas(connection, path, level="cell", code_column="n", profile="free").areas == 3
        assert read_vector_file(path).column("n") == ["x", "y", "z"]

    def test_of_single_precision(self, tmp_path: Path) -> None:
        path = tmp_path / "a.parquet"
        write_vector_file(path, {"n": [1, 2, 3]}, CELLS)
        table = pyarrow.parquet.read_table(path)
        ids = pyarrow.array(np.array([610103001, 1.5, 2], dtype=np.float32))
        pyarrow.parquet.write_table(table.append_column("id", ids), path)
        with pytest.raises(InputRefused) as caught:
            read_vector_file(path).column("id")
        assert caught.value.code == "number_rounded"

    def test_infinity_is_no_rounded_number(self, tmp_path: Path) -> None:
        path = tmp_path / "a.gpkg"
        write_vector_file(path, {"x": [float("inf"), 2.0**53 - 1, None]}, CELLS)
        assert read_vector_file(path).column("x") == ["inf", str(2**53 - 1), ""]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_imported_codes_are_those_of_the_file(connection: Connection, tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_vector_file(path, {"id": [LONG, LONG + 1, None]}, CELLS)
    done = import_areas(connection, path, level="cell", code_column="id", profile="free", skip_invalid=True)
    assert load_layer(connection, done.edition_id).codes == [str(LONG), str(LONG + 1)]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_repair_writes_what_it_read(tmp_path: Path, suffix: str) -> None:
    source, target = tmp_path / f"a{suffix}", tmp_path / f"b{suffix}"
    shapes = paper.degrees([paper.square(0, 0), paper.square(100, 0), paper.square(199, 0)])  # overlapping
    write_vector_file(
        source, {"code": paper.cell_codes(3), "id": [LONG, None, 7], "old": [True, None, False]}, shapes
    )
    before = read_table(source)
    done = repair_file(source, target, FileColumns(code="code"), level="cell", profile="gbt", limits=Limits())
    assert done.changes
    assert LONG in before.values[before.columns.index("id")].tolist()
    after = read_table(target)
    assert after.columns == before.columns
    for one, other in zip(before.values, after.values, strict=True):
        assert sorted(map(repr, one.tolist())) == sorted(map(repr, other.tolist()))
