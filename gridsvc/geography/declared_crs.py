"""The system that a GeoJSON file names in its `crs` member; GDAL takes one it cannot read for WGS 84."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import pyproj
from pyproj.exceptions import CRSError

from gridsvc.errors import InputRefused, Place, Text

_WINDOW = 65_536
_MEMBER = re.compile(r'"crs"\s*:\s*')
_SUFFIXES = (".geojson", ".json", ".geojson.gz", ".json.gz")


def names_no_crs(path: Path) -> bool:
    """Tell whether a GeoJSON file says `"crs": null`: its coordinates are in no known system (GeoJSON 2008).

    Raises:
        InputRefused: `wrong_crs`, the member names a system that nobody knows.
    """
    if not path.name.lower().endswith(_SUFFIXES):
        return False
    member = _member(path)
    if member is None:
        return True
    if member is _ABSENT:
        return False
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    try:
        pyproj.CRS.from_user_input(name)
    except (CRSError, TypeError) as error:
        raise InputRefused(
            "wrong_crs",
            Text(
                f"文件声明的坐标系“{name or member}”无法识别。",
                f"The file declares the system {name or member!r}, which nobody knows.",
            ),
            remedy=Text(
                "改正文件的 crs，例如 urn:ogc:def:crs:EPSG::4490；经纬度的 GeoJSON 可以不写。",
                "Correct its crs, e.g. urn:ogc:def:crs:EPSG::4490; GeoJSON in lon/lat needs none.",
            ),
            place=Place(file=path.name, column="crs", value=str(name or member)[:80]),
        ) from error
    return False


_ABSENT: dict[str, Any] = {}


def _member(path: Path) -> Any:
    """Return the value of the collection's `crs`, _ABSENT for none; a feature's property is not looked at."""
    with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
        start = file.read(_WINDOW)
        end = start
        while block := file.read(1 << 20):
            end = (end + block)[-_WINDOW:]
    head = start.decode("utf-8", "ignore").split('"features"')[0]
    tail = end.decode("utf-8", "ignore").rpartition("]")[2]
    for text in (head, tail):
        found = _MEMBER.search(text)
        if found:
            try:
                return json.JSONDecoder().raw_decode(text, found.end())[0]
            except ValueError:
                return _ABSENT  # no JSON: the reader says where
    return _ABSENT
