"""The files of the sample: where they lie, and how a layer is written so that it is always the same bytes."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gridsvc.sample.network import SRID

SYNTHETIC = (
    "示例数据：除行政区划代码与街道名称外，几何、名称、部件、案件均由程序生成。"
    "Sample data: apart from the district's and street offices' codes and names, everything is generated."
)
GROUND = ("compound", "construction_site", "surface", "land_use", "management_grade")
"""Kinds of zones that say what their ground is."""
DECIMALS = 9
"""Of a degree: a tenth of a millimetre, so that a vertex comes back to the same millimetre."""


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """The files that `generate` writes into one folder."""

    folder: Path

    @property
    def district(self) -> Path:
        """Return the district's polygon."""
        return self.folder / "district.geojson"

    @property
    def streets(self) -> Path:
        """Return the polygons of the eight street offices."""
        return self.folder / "streets.geojson"

    @property
    def communities(self) -> Path:
        """Return the communities' polygons."""
        return self.folder / "communities.geojson"

    @property
    def cells(self) -> Path:
        """Return the unit grid cells."""
        return self.folder / "cells.geojson"

    @property
    def roads(self) -> Path:
        """Return the road links between crossings."""
        return self.folder / "roads.geojson"

    @property
    def places(self) -> Path:
        """Return markets, schools, subway exits, bus stops and the like, as points."""
        return self.folder / "places.geojson"

    @property
    def addresses(self) -> Path:
        """Return house numbers, as points."""
        return self.folder / "addresses.geojson"

    @property
    def units(self) -> Path:
        """Return the responsible units."""
        return self.folder / "units.csv"

    @property
    def components(self) -> Path:
        """Return the component inventory."""
        return self.folder / "components.geojson"

    @property
    def patrol(self) -> Path:
        """Return the patrol beats: a row for each of their cells."""
        return self.folder / "patrol_zones.csv"

    @property
    def enforcement(self) -> Path:
        """Return the enforcement squads' ground: a row for each, with the code of its street."""
        return self.folder / "enforcement_zones.csv"

    @property
    def sanitation(self) -> Path:
        """Return the cleaning contracts, as polygons."""
        return self.folder / "sanitation_zones.geojson"

    def ground(self, kind: str) -> Path:
        """Return the zones of a kind of GROUND: a row for each of their cells."""
        return self.folder / f"{kind}_zones.csv"

    @property
    def people(self) -> Path:
        """Return the residents of each cell."""
        return self.folder / "people.csv"

    @property
    def patrol_minutes(self) -> Path:
        """Return the minutes that inspectors walked in each cell on each day."""
        return self.folder / "patrol_minutes.csv"

    @property
    def specification(self) -> Path:
        """Return the handling specification: clauses, rules, units and calendars in one workbook."""
        return self.folder / "specification.xlsx"

    @property
    def reports(self) -> Path:
        """Return a year of reports."""
        return self.folder / "reports.csv"

    @property
    def planted(self) -> Path:
        """Return what was planted in the reports: hotspots, and faults by count."""
        return self.folder / "planted.json"

    def all(self) -> tuple[Path, ...]:
        """Return every file."""
        return (
            self.district, self.streets, self.communities, self.cells, self.roads, self.places,
            self.addresses, self.units, self.components, self.patrol, self.enforcement, self.sanitation,
            *(self.ground(kind) for kind in GROUND), self.people, self.patrol_minutes, self.specification,
            self.reports, self.planted,
        )  # fmt: skip

    def complete(self) -> bool:
        """Return whether every file is there; `planted` is written last."""
        return all(path.is_file() for path in self.all())


@lru_cache(maxsize=1)
def _transformer() -> Transformer:
    # Building one takes 70 ms, a hundred times what a projection takes.
    return Transformer.from_crs(SRID, 4326, always_xy=True)


def to_degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return lon, lat in WGS84 of east, north in EPSG:4545, rounded to `DECIMALS`."""
    lon, lat = _transformer().transform(xy[:, 0], xy[:, 1])
    return np.round(np.stack([lon, lat], axis=1), DECIMALS)


def write_layer(path: Path, shapes: NDArray[np.object_], columns: Mapping[str, NDArray[Any]]) -> None:
    """Write shapes in EPSG:4545 metres as GeoJSON in lon, lat, one feature a line."""
    degrees = shapely.orient_polygons(shapely.transform(shapes, to_degrees))
    geometries = shapely.to_geojson(degrees)
    names = list(columns)
    with path.open("wb") as file:
        file.write(b'{"type":"FeatureCollection","name":"%b",' % path.stem.encode())
        file.write(b'"description":%b,"features":[' % orjson.dumps(SYNTHETIC))
        values = zip(*(columns[name].tolist() for name in names), strict=True)
        for number, (row, geometry) in enumerate(zip(values, geometries, strict=True)):
            file.write(b"\n" if number == 0 else b",\n")
            file.write(b'{"type":"Feature","properties":')
            file.write(orjson.dumps(dict(zip(names, row, strict=True))))
            file.write(b',"geometry":' + geometry.encode() + b"}")
        file.write(b"\n]}\n")


def write_table(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write a CSV in UTF-8 with Unix line ends."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
