"""What an export holds, and that importing it again changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from sqlalchemy import Connection

from gridsvc.errors import GridsvcError, InputRefused
from gridsvc.geography import (
    LEVELS,
    editions_to_export,
    export_areas,
    import_areas,
    load_layer,
    read_vector_file,
    to_wgs84,
)
from tests.geography import paper

SHANGHAI = ZoneInfo("Asia/Shanghai")
NEW_YEAR = datetime(2025, 12, 31, 16, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)
SUFFIXES = [".gpkg", ".shp", ".geojson", ".fgb", ".parquet", ".gdb"]


def _town(connection: Connection, tmp_path: Path) -> None:
    """One district, street and community, and four cells, one of them in two parts; from ever."""
    whole = paper.square(0, 0, 400, 200)
    for level, code, name in (
        ("district", "610103", "碑林区"),
        ("street", "610103001", "南院门街道"),
        ("community", "610103001001", "西羊市社区"),
    ):
        path = paper.write(tmp_path / f"{level}.gpkg", paper.degrees([whole]), code=[code], name=[name])
        import_areas(connection, path, level=level, code_column="code", name_column="name")
    cells = [
        shapely.MultiPolygon([paper.square(0, 0, 100, 200), paper.square(300, 0, 100, 200)]),
        paper.square(100, 0),
        paper.square(200, 0),
        paper.square(100, 100, 200),
    ]
    path = paper.write(
        tmp_path / "cell.gpkg",
        paper.degrees(cells),
        code=paper.cell_codes(4),
        name=["一号", "二号", "三号", "四号"],
    )
    import_areas(connection, path, level="cell", code_column="code", name_column="name", repair=True)


def _export(connection: Connection, path: Path, level: str, *, at: datetime = LATER, **options: Any) -> Any:
    chosen = editions_to_export(connection, level, at=at)
    return export_areas(connection, path, chosen, zone=SHANGHAI, **options)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_importing_an_export_again_changes_nothing(
    connection: Connection, tmp_path: Path, suffix: str
) -> None:
    _town(connection, tmp_path)
    path = tmp_path / f"out{suffix}"
    done = _export(connection, path, "cell")
    assert done.areas == {"cell-ever-1": 4}
    again = import_areas(
        connection, path, level="cell", code_column="code", name_column="name", parent_column="parent_code"
    )
    # GeoJSON and the geodatabase keep a tenth of a millimetre, the others every bit.
    assert again.unchanged == (suffix not in (".geojson", ".gdb"))
    assert (again.areas, again.doubtful) == (4, ())


@pytest.mark.parametrize("srid", [4490, 4545, 4524])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_in_another_system_the_millimetres_stay(
    connection: Connection, tmp_path: Path, suffix: str, srid: int
) -> None:
    _town(connection, tmp_path)
    before = load_layer(connection, editions_to_export(connection, "cell", at=LATER)[0].id)
    path = tmp_path / f"out{suffix}"
    _export(connection, path, "cell", srid=srid)
    again = import_areas(connection, path, level="cell", code_column="code", name_column="name", srid=4545)
    after = load_layer(connection, again.edition_id)
    assert (after.codes, after.names) == (before.codes, before.names)
    one, other = (shapely.get_coordinates(layer.geom_mm) for layer in (before, after))
    assert np.abs(one - other).max() <= 1


def test_attributes_and_dates(connection: Connection, tmp_path: Path) -> None:
    _town(connection, tmp_path)
    cells = paper.write(
        tmp_path / "new.gpkg", paper.degrees([paper.square(0, 0, 400, 200)]), code=paper.cell_codes(1)
    )
    import_areas(connection, cells, level="cell", code_column="code", effective=NEW_YEAR)
    old, new = tmp_path / "old.geojson", tmp_path / "new.geojson"
    assert _export(connection, old, "cell", at=datetime(2025, 6, 1, tzinfo=UTC)).areas == {"cell-ever-1": 4}
    assert list(_export(connection, new, "cell").areas.values()) == [1]
    first, second = read_vector_file(old), read_vector_file(new)
    assert first.column("effective_from") == [""] * 4
    assert first.column("effective_to") == ["2026-01-01T00:00:00+08:00"] * 4
    assert second.column("effective_from") == ["2026-01-01T00:00:00+08:00"]
    assert second.column("effective_to") == [""]
    assert first.column("parent_code") == [paper.COMMUNITY] * 4
    assert [round(float(area)) for area in first.column("area_m2")] == pytest.approx(
        [40_000, 10_000, 10_000, 20_000], rel=1e-3
    )


def test_a_withdrawn_edition_has_no_end_but_says_when_it_was_withdrawn(
    connection: Connection, tmp_path: Path
) -> None:
    _town(connection, tmp_path)
    cells = paper.write(
        tmp_path / "new.gpkg", paper.degrees([paper.square(0, 0, 400, 200)]), code=paper.cell_codes(1)
    )
    for since in (None, NEW_YEAR):
        import_areas(connection, cells, level="cell", code_column="code", effective=since, allow_reuse=True)
    (chosen,) = editions_to_export(connection, "cell", at=LATER, name="cell-ever-1")
    assert chosen.withdrawn_at is not None
    path = tmp_path / "old.geojson"
    export_areas(connection, path, [chosen], zone=SHANGHAI)
    read = read_vector_file(path)
    assert read.column("effective_to") == [""] * 4
    assert read.column("withdrawn_at") == [chosen.withdrawn_at.astimezone(SHANGHAI).isoformat()] * 4
    (after,) = editions_to_export(connection, "cell", at=LATER, name="cell-ever-2")
    export_areas(connection, path, [after], zone=SHANGHAI, overwrite=True)
    read = read_vector_file(path)
    assert (read.column("effective_to"), read.column("withdrawn_at")) == (["2026-01-01T00:00:00+08:00"], [""])


class TestTheWholeTree:
    @pytest.mark.parametrize("suffix", [".gpkg", ".gdb"])
    def test_as_layers(self, connection: Connection, tmp_path: Path, suffix: str) -> None:
        _town(connection, tmp_path)
        path = tmp_path / f"tree{suffix}"
        assert len(_export(connection, path, "all").areas) == 4
        assert [len(read_vector_file(path, layer=level)) for level in LEVELS] == [1, 1, 1, 4]

    def test_as_one_layer_with_a_level(self, connection: Connection, tmp_path: Path) -> None:
        _town(connection, tmp_path)
        path = tmp_path / "tree.geojson"
        _export(connection, path, "all")
        assert read_vector_file(path).column("level") == ["district", "street", "community", *["cell"] * 4]


class TestWebMapDatums:
    @pytest.mark.parametrize("suffix", SUFFIXES)
    @pytest.mark.parametrize("datum", ["gcj02", "bd09"])
    def test_the_file_cannot_be_taken_for_wgs84(
        self, connection: Connection, tmp_path: Path, suffix: str, datum: str
    ) -> None:
        _town(connection, tmp_path)
        path = tmp_path / f"out{suffix}"
        _export(connection, path, "cell", datum=datum)
        with pytest.raises(InputRefused) as caught:
            import_areas(connection, path, level="cell", code_column="code")
        assert caught.value.code == "missing_crs"
        assert caught.value.remedy is not None
        assert f"--datum {datum}" in caught.value.remedy.en
        raw = read_vector_file(path, datum="wgs84")
        assert set(raw.column("datum")) == {datum}
        again = import_areas(
            connection, path, level="cell", code_column="code", name_column="name", datum=datum, srid=4545
        )
        before = load_layer(connection, editions_to_export(connection, "cell", at=LATER)[0].id)
        after = load_layer(connection, again.edition_id)
        one, other = (shapely.get_coordinates(layer.geom_mm) for layer in (before, after))
        assert np.abs(one - other).max() <= 1
        lon, lat = to_wgs84(datum, *shapely.get_coordinates(raw.geometries).T)
        assert 108 < lon.min() < 110
        assert 34 < lat.min() < 35

    def test_never_projected(self, connection: Connection, tmp_path: Path) -> None:
        _town(connection, tmp_path)
        with pytest.raises(GridsvcError) as caught:
            _export(connection, tmp_path / "a.gpkg", "cell", datum="gcj02", srid=4545)
        assert caught.value.code == "datum_and_srid"


def test_what_is_not_there(connection: Connection, tmp_path: Path) -> None:
    with pytest.raises(GridsvcError) as caught:
        editions_to_export(connection, "all", at=LATER)
    assert caught.value.code == "no_areas_then"
    _town(connection, tmp_path)
    for options, code in (
        ({"level": "cell", "name": "cell-never"}, "no_such_edition"),
        ({"level": "street", "name": "cell-ever-1"}, "not_of_level"),
        ({"level": "village"}, "unknown_level"),
    ):
        with pytest.raises(GridsvcError) as caught:
            editions_to_export(connection, at=LATER, **options)
        assert caught.value.code == code
