"""Exactness: the atlas and PostGIS on the same places, and both against a city's own column.

    python -m benchmarks.agreement [--points N] [--data FOLDER]

The sample: random places over the district, every shared corner and every edge middle, resolved as reports
are and asked of `ST_Covers` on the geometry that decides. San Francisco: every published case that has a
place, under the neighbourhoods in force at its time, beside the share that SOURCES.md gives as the ceiling.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from sqlalchemy import Connection, text

from benchmarks.sample import sample_database
from benchmarks.table import print_table
from gridsvc.geography import Layer, import_areas
from gridsvc.geography.projection import to_degrees
from gridsvc.postgres import copy_rows
from gridsvc.responsibility import Atlas, Queries, Resolutions, load_atlas, resolve
from gridsvc.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
REDRAWN = datetime(2013, 1, 1, tzinfo=ZoneInfo("America/Los_Angeles"))
# SOURCES.md, "Share of points in the polygon that their own column names".
CEILINGS = {"planning, before 2013": 0.979, "311, from 2013": 0.943, "tracts": 1.0}

Places = NDArray[np.float64]


@dataclass(frozen=True)
class Agreement:
    """How n places were answered by both; `wrong` are the rows that disagree, with what each said."""

    places: int
    in_one: int
    in_several: int
    snapped: int
    nowhere: int
    wrong: tuple[str, ...]

    @property
    def agreeing(self) -> int:
        return self.places - len(self.wrong)

    def row(self, name: str) -> list[str]:
        counts = (self.places, self.agreeing, self.in_one, self.in_several, self.snapped, self.nowhere)
        return [name, *(f"{count:,}" for count in counts)]


HEADER = ["places", "n", "agree", "in one cell", "on a border of several", "snapped", "nowhere"]


def random_places(layer: Layer, n: int, seed: int = 1) -> Places:
    """Lon and lat of places drawn over the box of a layer, a little beyond its edge; shape (n, 2)."""
    random = np.random.default_rng(seed)
    x0, y0, x1, y1 = shapely.total_bounds(layer.geom_mm)
    x = random.uniform(x0 - 50_000, x1 + 50_000, n) / 1000
    y = random.uniform(y0 - 50_000, y1 + 50_000, n) / 1000
    lon, lat = Transformer.from_crs(layer.srid, 4326, always_xy=True).transform(x, y)
    return np.stack([lon, lat], axis=1)


def corners_and_middles(layer: Layer) -> tuple[Places, Places]:
    """Lon and lat of every vertex, and of every edge's middle that is a whole millimetre; shapes (n, 2)."""
    rings = shapely.get_rings(shapely.get_parts(layer.geom_mm))
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    begin, end = xy[:-1][ring[1:] == ring[:-1]], xy[1:][ring[1:] == ring[:-1]]
    middle = (begin + end) / 2
    middle = middle[(middle == np.rint(middle)).all(axis=1)]
    return tuple(_degrees(layer.srid, np.unique(each, axis=0)) for each in (xy, middle))  # type: ignore[return-value]


def _degrees(srid: int, xy: NDArray[np.float64]) -> Places:
    return np.stack(to_degrees(srid, *xy.astype(np.int64).T), axis=1)


def resolved(atlas: Atlas, places: Places, at: datetime | NDArray[np.datetime64]) -> Resolutions:
    """Resolve places without a class, as a file of them would be."""
    return resolve(atlas, Queries.of(lon=places[:, 0], lat=places[:, 1], at=at))


def compare(connection: Connection, layer: Layer, found: Resolutions, rows: NDArray[np.int64]) -> Agreement:
    """Ask PostGIS for the places of `rows`, all of which `layer` answered, and compare."""
    place, area = covering(connection, layer, found.lon[rows], found.lat[rows])
    owner, snapped = found.cell[rows], ~np.isnan(found.snapped_mm[rows])
    covers = np.bincount(place, minlength=len(rows))
    among = np.zeros(len(rows), bool)
    among[place[owner[place] == area]] = True
    right = np.where(covers > 0, among & ~snapped, (owner < 0) | snapped)
    wrong = tuple(
        f"{found.lon[rows[k]]!r}, {found.lat[rows[k]]!r}: "
        f"PostGIS {[layer.codes[a] for a in area[place == k]]}, atlas {owner[k]}, snapped {snapped[k]}"
        for k in np.flatnonzero(~right)[:20]
    ) + ("…",) * max(int((~right).sum()) - 20, 0)
    return Agreement(
        len(rows),
        int((covers == 1).sum()),
        int((covers > 1).sum()),
        int((snapped & (covers == 0)).sum()),
        int(((owner < 0) & (covers == 0)).sum()),
        wrong,
    )


def covering(
    connection: Connection, layer: Layer, lon: NDArray[np.float64], lat: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs (place, index of the area) for which ST_Covers holds on whole millimetres."""
    x, y = Transformer.from_crs(4326, layer.srid, always_xy=True).transform(lon, lat)
    connection.execute(text("CREATE TEMPORARY TABLE asked (n integer, x float8, y float8) ON COMMIT DROP"))
    millimetres = (np.rint(np.asarray(each) * 1000).tolist() for each in (x, y))
    copy_rows(connection, "asked", ("n", "x", "y"), zip(range(len(lon)), *millimetres, strict=True))
    connection.execute(
        text(
            "CREATE TEMPORARY TABLE place ON COMMIT DROP AS SELECT n, ST_MakePoint(x, y) AS geom FROM asked"
            " WHERE x BETWEEN -1e12 AND 1e12 AND y BETWEEN -1e12 AND 1e12"
        )
    )
    connection.execute(text("CREATE INDEX ON place USING gist (geom)"))
    connection.execute(text("ANALYZE place"))
    rows = connection.execute(
        # Areas outside and places inside, held there by OFFSET 0: then PostGIS prepares each polygon once.
        text(
            "SELECT place.n, area.code FROM (SELECT code, geom_mm FROM area WHERE edition_id = :edition) area"
            " CROSS JOIN LATERAL"
            " (SELECT n FROM place WHERE ST_Covers(area.geom_mm, place.geom) OFFSET 0) place"
        ),
        {"edition": layer.edition_id},
    ).all()
    connection.execute(text("DROP TABLE asked, place"))
    index = {code: k for k, code in enumerate(layer.codes)}
    return (
        np.fromiter((row[0] for row in rows), np.int64, len(rows)),
        np.fromiter((index[row[1]] for row in rows), np.int64, len(rows)),
    )


@dataclass(frozen=True)
class Cases:
    """The published cases of San Francisco that have a place; shapes (n, 2), (n,), (n,), (n,)."""

    places: Places
    opened: NDArray[np.datetime64]  # UTC
    neighborhood: NDArray[np.object_]
    tract: NDArray[np.object_]


def san_francisco(folder: Path) -> Cases:
    """Read the cases; rows without coordinates are left out."""
    with (folder / "sf311_cases.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["lon"] and row["lat"]]
    zone = REDRAWN.tzinfo
    opened = [datetime.fromisoformat(row["opened"]).replace(tzinfo=zone).timestamp() for row in rows]
    return Cases(
        np.array([[float(row["lon"]), float(row["lat"])] for row in rows]),
        (np.array(opened) * 1e6).astype("datetime64[us]"),
        np.array([row["neighborhood"] for row in rows], object),
        np.array([row["tract2010"] for row in rows], object),
    )


def layers_of(atlas: Atlas) -> list[Layer]:
    """The cell layers of the moments of an atlas, in time."""
    return [moment.grid.layers["cell"] for moment in atlas.moments if "cell" in moment.grid.layers]


def shares(
    layer: Layer, found: Resolutions, rows: NDArray[np.int64], label: NDArray[np.object_]
) -> list[float]:
    """The shares of rows whose cell is the one that the city's own column names, and is within 1 mm of it.

    A city that joins in floating point may put a place that lies on a border to the other side.
    """
    number = {code: k for k, code in enumerate(layer.codes)}
    named = np.array([number.get(name, -1) for name in label[rows]])
    equal = named == found.cell[rows]
    x, y = Transformer.from_crs(4326, layer.srid, always_xy=True).transform(found.lon[rows], found.lat[rows])
    places = shapely.points(np.rint(np.asarray(x) * 1000), np.rint(np.asarray(y) * 1000))
    near = equal.copy()
    near[named >= 0] |= shapely.distance(layer.geom_mm[named[named >= 0]], places[named >= 0]) <= 1
    return [float(equal.mean()), float(near.mean())]


@dataclass(frozen=True)
class Comparison:
    """One line of the tables of San Francisco."""

    name: str
    agreement: Agreement
    labelled: int
    share: float
    within_1mm: float
    ceiling: float


def compare_san_francisco(connection: Connection, settings: Settings, folder: Path) -> list[Comparison]:
    """Load neighbourhoods, then tracts, as cells and compare every case; other areas are withdrawn."""
    cases = san_francisco(folder)
    _withdraw_areas(connection)
    for name, since in (("planning", None), ("311", REDRAWN)):
        import_areas(
            connection,
            folder / f"sf_neighborhoods_{name}.geojson",
            level="cell",
            code_column="name",
            profile="free",
            effective=since,
        )
    lines = _compared(
        connection, settings, cases, cases.neighborhood, ("planning, before 2013", "311, from 2013")
    )
    _withdraw_areas(connection)
    tracts = folder / "sf_tracts_2010.geojson"
    import_areas(connection, tracts, level="cell", code_column="tract2010", profile="free")
    return [*lines, *_compared(connection, settings, cases, cases.tract, ("tracts",))]


def _withdraw_areas(connection: Connection) -> None:
    connection.execute(text("UPDATE area_edition SET withdrawn_at = now() WHERE withdrawn_at IS NULL"))


def _compared(
    connection: Connection, settings: Settings, cases: Cases, label: NDArray[np.object_], names: Sequence[str]
) -> list[Comparison]:
    atlas = load_atlas(connection, settings)
    found = resolved(atlas, cases.places, cases.opened)
    lines = []
    for name, layer in zip(names, _distinct(layers_of(atlas)), strict=True):
        mine = [k for k, each in enumerate(atlas.moments) if each.grid.layers.get("cell") is layer]
        rows = np.flatnonzero(np.isin(found.moment, mine))
        agreement = compare(connection, layer, found, rows)
        rows = rows[label[rows] != ""]
        lines.append(
            Comparison(name, agreement, len(rows), *shares(layer, found, rows, label), CEILINGS[name])
        )
    return lines


def _distinct(layers: Sequence[Layer]) -> list[Layer]:
    return [layer for k, layer in enumerate(layers) if layer not in layers[:k]]


def compare_sample(connection: Connection, settings: Settings, points: int) -> dict[str, Agreement]:
    """Compare random places over the cells that are loaded, their corners and their edge middles."""
    atlas = load_atlas(connection, settings)
    layer = layers_of(atlas)[-1]
    corners, middles = corners_and_middles(layer)
    now = datetime(2026, 11, 23, tzinfo=settings.zone)
    found = {}
    for name, places in (
        ("random over the district", random_places(layer, points)),
        ("corners", corners),
        ("edge middles", middles),
    ):
        result = resolved(atlas, places, now)
        found[name] = compare(connection, layer, result, np.arange(len(places)))
    return found


def print_comparisons(lines: Sequence[Comparison]) -> None:
    """Print the tables of San Francisco."""
    print_table(
        "San Francisco: atlas against ST_Covers", HEADER, [each.agreement.row(each.name) for each in lines]
    )
    print_table(
        "San Francisco: atlas against the city's own column",
        ["column", "labelled", "equal", "within 1 mm", "ceiling in SOURCES.md"],
        [
            [
                each.name,
                f"{each.labelled:,}",
                *(f"{value:.1%}" for value in (each.share, each.within_1mm, each.ceiling)),
            ]
            for each in lines
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, default=1_000_000)
    data = Path(os.environ.get("GRIDSVC_REAL_DATA") or ROOT.parent / "shared/geodata")
    parser.add_argument("--data", type=Path, default=data, help="folder of the published files")
    arguments = parser.parse_args()
    wrong: list[Any] = []
    with sample_database() as (settings, engine), engine.connect() as connection, connection.begin() as work:
        sample = compare_sample(connection, settings, arguments.points)
        print_table(
            "Sample: atlas against ST_Covers", HEADER, [each.row(name) for name, each in sample.items()]
        )
        wrong += [each.wrong for each in sample.values()]
        if arguments.data.is_dir():
            lines = compare_san_francisco(connection, settings, arguments.data)
            print_comparisons(lines)
            wrong += [each.agreement.wrong for each in lines]
        else:
            print(f"\nno published files at {arguments.data}: San Francisco is left out")
        work.rollback()
    sys.exit(1 if any(wrong) else 0)


if __name__ == "__main__":
    main()
