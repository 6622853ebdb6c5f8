"""Made-up cells of about a hectare in any number, and a database that is thrown away."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from sqlalchemy import Connection, Engine, text

from gridsvc.geography.projection import to_degrees
from gridsvc.postgres import copy_rows, ready_engine
from gridsvc.postgres.cluster import Cluster
from gridsvc.settings import Settings

SRID = 4545
COLUMNS, ROWS = 400, 250
SIDE_MM = 100_000
CORNER_MM = (560_000_000, 3_780_000_000)
# On each side of a cell, so that an outline has twelve corners, as a surveyed one has.
CORNERS_A_SIDE = 3


@contextmanager
def empty_database() -> Iterator[Engine]:
    """Give an engine on a migrated database in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="gridsvc-bench-") as folder:
        Path(folder).chmod(0o755)  # the server's account has to reach its own folder inside
        before = {name: os.environ.pop(name, None) for name in ("GRIDSVC_DATABASE_URL",)}
        settings = Settings(home=Path(folder))
        engine = ready_engine(settings, pool_size=4)
        try:
            yield engine
        finally:
            engine.dispose()
            Cluster(settings).stop()
            os.environ.update({name: value for name, value in before.items() if value is not None})


def add_cells(
    connection: Connection, seed: int = 7, columns: int = COLUMNS, rows: int = ROWS
) -> tuple[float, float, float, float]:
    """Add columns × rows cells of about 100 m without gap or overlap; return their box in degrees."""
    edition = connection.execute(
        text(
            "INSERT INTO area_edition (name, level, profile, code_rules, srid, source, digest)"
            " VALUES ('十万网格', 'cell', 'free', CAST(:rules AS jsonb), :srid, 'synthetic: benchmark',"
            " :digest) RETURNING id"
        ),
        {
            "srid": SRID,
            "rules": '{"name": "free"}',
            "digest": sha256(f"{columns} {rows} {seed}".encode()).hexdigest(),
        },
    ).scalar_one()
    outlines = outlines_of(columns, rows, CORNER_MM, seed)
    lon, lat = to_degrees(SRID, outlines[..., 0], outlines[..., 1])
    degrees = shapely.multipolygons(shapely.polygons(np.stack([lon, lat], axis=-1))[:, None])
    millimetres = shapely.multipolygons(shapely.polygons(outlines.astype(float))[:, None])
    codes = [
        f"610103{k // 999 // 999:03d}{k // 999 % 999 + 1:03d}{k % 999 + 1:03d}" for k in range(len(degrees))
    ]
    areas: list[tuple[Any, ...]] = list(
        zip(
            [edition] * len(codes),
            codes,
            [f"网格{code[-6:]}" for code in codes],
            [code[:12] for code in codes],
            (shapely.area(millimetres) / 1e6).tolist(),
            shapely.to_wkb(shapely.set_srid(degrees, 4326), hex=True, include_srid=True),
            shapely.to_wkb(millimetres, hex=True),
            strict=True,
        )
    )
    copy_rows(
        connection, "area", ["edition_id", "code", "name", "parent_code", "area_m2", "geom", "geom_mm"], areas
    )
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def outlines_of(columns: int, rows: int, corner: tuple[int, int], seed: int) -> npt.NDArray[np.int64]:
    """Return the closed rings of columns × rows cells, shape (cells, 13, 2), in whole millimetres.

    They are points of a lattice from `corner` on, each moved by up to 8 m. Neighbours take the points of a
    common side from one array, so that they share them all.
    """
    n = CORNERS_A_SIDE
    x, y = np.meshgrid(np.arange(columns * n + 1), np.arange(rows * n + 1), indexing="ij")
    lattice = np.stack([x, y], axis=-1) * (SIDE_MM / n) + np.array(corner)
    moved = np.random.default_rng(seed).uniform(-8_000, 8_000, lattice.shape)
    lattice = np.rint(lattice + moved).astype(np.int64)
    column, row = (
        each.ravel() * n for each in np.meshgrid(np.arange(columns), np.arange(rows), indexing="ij")
    )
    around = (
        [(k, 0) for k in range(n)]
        + [(n, k) for k in range(n)]
        + [(n - k, n) for k in range(n)]
        + [(0, n - k) for k in range(n)]
        + [(0, 0)]
    )
    return np.stack([lattice[column + across, row + up] for across, up in around], axis=1)
