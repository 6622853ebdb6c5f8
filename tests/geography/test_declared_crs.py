"""A GeoJSON file's own word about its system."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from gridsvc.errors import InputRefused
from gridsvc.geography.declared_crs import names_no_crs


def written(
    folder: Path, head: dict[str, Any], tail: dict[str, Any] | None = None, name: str = "a.geojson"
) -> Path:
    feature = {"type": "Feature", "properties": {"crs": None, "name": "x"}, "geometry": None}
    path = folder / name
    content = json.dumps(
        {"type": "FeatureCollection", **head, "features": [feature], **(tail or {})}
    ).encode()
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


def named(name: Any) -> dict[str, Any]:
    return {"crs": {"type": "name", "properties": {"name": name}}}


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:OGC:1.3:CRS84", "urn:ogc:def:crs:EPSG::4490", "EPSG:4545"])
def test_a_known_system_is_left_to_the_reader(tmp_path: Path, name: str) -> None:
    assert not names_no_crs(written(tmp_path, named(name)))
    assert not names_no_crs(written(tmp_path, {}, named(name), "b.geojson.gz"))


def test_none_is_lon_lat_and_a_property_of_that_name_is_nothing(tmp_path: Path) -> None:
    assert not names_no_crs(written(tmp_path, {}))


def test_null_says_that_nobody_knows(tmp_path: Path) -> None:
    assert names_no_crs(written(tmp_path, {"crs": None}))
    assert names_no_crs(written(tmp_path, {}, {"crs": None}))


@pytest.mark.parametrize("name", ["urn:ogc:def:crs:EPSG::999999", "garbage", "", None])
def test_an_unknown_system_is_refused(tmp_path: Path, name: Any) -> None:
    for path in (written(tmp_path, named(name)), written(tmp_path, {}, named(name), "b.json")):
        with pytest.raises(InputRefused) as refused:
            names_no_crs(path)
        assert refused.value.code == "wrong_crs"
