"""A file that says of itself which datum it is in is not taken for another."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection

from gridsvc.errors import InputRefused
from gridsvc.geography import AreaImport, import_areas


def district(path: Path, *columns: dict[str, Any]) -> Path:
    """Write a district for each dictionary of columns, as GeoJSON, side by side."""
    features = []
    for k, extra in enumerate(columns):
        west, east = 108.9 + 0.1 * k, 109.0 + 0.1 * k
        ring = [[west, 34.2], [east, 34.2], [east, 34.3], [west, 34.3], [west, 34.2]]
        properties = {"code": f"61010{k + 1}", "name": f"区{k}"} | extra
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False), encoding="utf-8"
    )
    return path


def load(connection: Connection, path: Path, **options: Any) -> AreaImport:
    return import_areas(connection, path, level="district", code_column="code", name_column="name", **options)


@pytest.mark.parametrize(
    ("column", "value", "datum"),
    [
        ("datum", "GCJ-02", "gcj02"),
        ("Datum", "gcj02", "gcj02"),
        ("坐标系", "火星坐标系", "gcj02"),
        ("坐标系", "BD-09", "bd09"),
        ("基准", "百度坐标", "bd09"),
    ],
)
def test_a_column_that_names_another_datum(
    connection: Connection, tmp_path: Path, column: str, value: str, datum: str
) -> None:
    path = district(tmp_path / "a.geojson", {}, {column: value})
    with pytest.raises(InputRefused) as caught:
        load(connection, path, skip_invalid=True)
    (fault,) = caught.value.faults
    assert (fault.code, fault.place.column, fault.place.value) == ("wrong_datum", column, value)
    assert "feature 2" in fault.message.en
    assert fault.remedy is not None
    assert f"--datum {datum}" in fault.remedy.en
    assert load(connection, path, datum=datum).doubtful == ()
    insisted = load(connection, path, datum="wgs84")
    assert [each.code for each in insisted.doubtful if each.place.column == column] == ["wrong_datum"]
    assert "on your word" in insisted.doubtful[0].message.en


def test_of_two_datums_in_one_file_the_advice_is_to_divide_it(connection: Connection, tmp_path: Path) -> None:
    path = district(tmp_path / "a.geojson", {"datum": "GCJ-02"}, {"datum": "WGS 84"})
    with pytest.raises(InputRefused) as caught:
        load(connection, path)
    (fault,) = caught.value.faults
    assert fault.code == "wrong_datum"
    assert fault.remedy is not None
    assert "Divide the file" in fault.remedy.en


@pytest.mark.parametrize("value", ["WGS84", "CGCS2000", "国家2000", "1985国家高程基准", "2026-01-01", "", 7])
def test_what_names_no_other_datum_says_nothing(
    connection: Connection, tmp_path: Path, value: str | int
) -> None:
    done = load(connection, district(tmp_path / "a.geojson", {"datum": value}))
    assert done.doubtful == ()
    # There is nothing in an empty database to hold it against, and the report says so.
    assert not done.datum_checked
    assert done.as_dict()["datum_checked"] is False
