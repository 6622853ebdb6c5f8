"""The sample, generated once for the tests of this folder."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from gridsvc.sample import SampleFiles


@dataclass(frozen=True)
class Layer:
    """A GeoJSON file of the sample: rows of properties, shapes in degrees and in whole millimetres."""

    rows: list[dict[str, Any]]
    degrees: NDArray[np.object_]
    millimetres: NDArray[np.object_]

    def column(self, name: str) -> list[Any]:
        return [row[name] for row in self.rows]


def to_metres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    x, y = Transformer.from_crs(4326, 4545, always_xy=True).transform(degrees[:, 0], degrees[:, 1])
    return np.stack([x, y], axis=1)


def read_layer(path: Path) -> Layer:
    features = json.loads(path.read_text(encoding="utf-8"))["features"]
    degrees = np.array([shapely.from_geojson(json.dumps(f["geometry"])) for f in features], dtype=object)
    millimetres = shapely.transform(degrees, lambda xy: np.rint(to_metres(xy) * 1000))
    return Layer([f["properties"] for f in features], degrees, np.asarray(millimetres))


@dataclass(frozen=True)
class Reports:
    """The report file as columns of text."""

    columns: dict[str, NDArray[np.str_]]

    def __getitem__(self, name: str) -> NDArray[np.str_]:
        return self.columns[name]

    def metres(self, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
        degrees = np.stack([self["lon"][chosen], self["lat"][chosen]], axis=1).astype(np.float64)
        return to_metres(degrees)

    def opened(self) -> NDArray[np.datetime64]:
        """Return the local opening times."""
        return np.array([text[:19] for text in self["opened"].tolist()], dtype="datetime64[s]")


@pytest.fixture(scope="session")
def files(sample_files: SampleFiles) -> SampleFiles:
    return sample_files


@pytest.fixture(scope="session")
def cells(files: SampleFiles) -> Layer:
    return read_layer(files.cells)


@pytest.fixture(scope="session")
def communities(files: SampleFiles) -> Layer:
    return read_layer(files.communities)


@pytest.fixture(scope="session")
def streets(files: SampleFiles) -> Layer:
    return read_layer(files.streets)


@pytest.fixture(scope="session")
def district(files: SampleFiles) -> Layer:
    return read_layer(files.district)


@pytest.fixture(scope="session")
def places(files: SampleFiles) -> Layer:
    return read_layer(files.places)


@pytest.fixture(scope="session")
def components(files: SampleFiles) -> Layer:
    return read_layer(files.components)


@pytest.fixture(scope="session")
def reports(files: SampleFiles) -> Reports:
    with files.reports.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    return Reports(
        {name: np.array(values) for name, values in zip(rows[0], zip(*rows[1:], strict=True), strict=True)}
    )


@pytest.fixture(scope="session")
def planted(files: SampleFiles) -> dict[str, Any]:
    return json.loads(files.planted.read_text(encoding="utf-8"))
