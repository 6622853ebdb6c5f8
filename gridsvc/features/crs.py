"""Coordinate reference systems by URI, with the order of axes that each one's definition has.

OGC API – Features Part 2: a system is named by URI; an EPSG URI means the axis order of the EPSG definition
(4326 and 4490 latitude first, Gauss-Krüger northing first, UTM and 3857 easting first), CRS84 is longitude
first. Geometry is stored with longitude first, so every answer and question goes through here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from pyproj import CRS

from gridsvc.errors import Place, Text, WrongUsage

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_ALWAYS = (4326, 4490, 3857)


@dataclass(frozen=True, slots=True)
class System:
    """A system that geometry is given in."""

    uri: str
    srid: int
    """EPSG code; CRS84 has that of 4326, whose axes it swaps."""
    north_first: bool
    geographic: bool

    @property
    def stored(self) -> bool:
        """Return whether coordinates are, but for their order, those that are stored: degrees of WGS 84.

        CGCS2000 (4490) and WGS 84 differ by centimetres that no transformation of EPSG tells apart.
        """
        return self.geographic

    @property
    def decimals(self) -> int:
        """Return how many decimals a tenth of a millimetre wants."""
        return 9 if self.geographic else 4


@lru_cache(maxsize=64)
def epsg(srid: int) -> System:
    """Return the system EPSG:`srid`."""
    crs = CRS.from_epsg(srid)
    return System(f"{_EPSG}{srid}", srid, crs.axis_info[0].direction == "north", crs.is_geographic)


DEFAULT = System(CRS84, 4326, north_first=False, geographic=True)


def offered(projected: Iterable[int]) -> list[System]:
    """Return the systems that are served: CRS84, 4326, 4490, 3857, then the grid's projected ones."""
    return [DEFAULT, *(epsg(srid) for srid in dict.fromkeys([*_ALWAYS, *sorted(projected)]))]


def find_system(uri: str, parameter: str, systems: Iterable[System]) -> System:
    """Return the system of that URI (also as a safe CURIE, `[EPSG:4326]`); raise WrongUsage `unknown_crs`."""
    given = re.sub(r"^\[EPSG:(\d+)\]$", _EPSG + r"\1", uri, flags=re.ASCII)
    given = CRS84 if given == "[OGC:CRS84]" else given
    for system in systems:
        if system.uri == given:
            return system
    raise WrongUsage(
        "unknown_crs",
        Text(
            f"{parameter} 不是本集合提供的坐标系。",
            f"{parameter} is not a system that this collection offers.",
        ),
        place=Place(column=parameter, value=uri),
        remedy=Text("可用的坐标系见集合的 crs 列表。", "The collection's `crs` lists those there are."),
    )
