"""A grid of squares over the simulated fixes of Xi'an, which lie outside every published grid."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.csv as arrow_csv
import shapely
from sqlalchemy import Connection, text

from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.postgres import copy_rows

SRID = 4545
SIDE = 1_000_000


def cover_with_cells(connection: Connection, path: Path) -> int:
    """Add squares of 1 km over all fixes of the file, as cells; return the edition."""
    table = arrow_csv.read_csv(path)
    x, y = to_millimetres(SRID, table["lng"].to_numpy(), table["lat"].to_numpy())
    edition: int = connection.execute(
        text(
            "INSERT INTO area_edition (name, level, profile, code_rules, srid, source, digest)"
            " VALUES ('方格', 'cell', 'free', '{\"name\": \"free\"}', :srid, 'made for a test', 'squares')"
            " RETURNING id"
        ),
        {"srid": SRID},
    ).scalar_one()
    rows = []
    for east in range(int(x.min()) // SIDE - 1, int(x.max()) // SIDE + 2):
        for north in range(int(y.min()) // SIDE - 1, int(y.max()) // SIDE + 2):
            square = shapely.box(east * SIDE, north * SIDE, (east + 1) * SIDE, (north + 1) * SIDE)
            corners = shapely.get_coordinates(square).astype(np.int64)
            degrees = np.column_stack(to_degrees(SRID, corners[:, 0], corners[:, 1]))
            rows.append(
                (
                    edition,
                    f"E{east}N{north}",
                    f"E{east}N{north}",
                    1_000_000.0,
                    _hex(shapely.MultiPolygon([shapely.Polygon(degrees)]), 4326),
                    _hex(shapely.MultiPolygon([square]), -1),
                )
            )
    copy_rows(connection, "area", ["edition_id", "code", "name", "area_m2", "geom", "geom_mm"], rows)
    return edition


def _hex(shape: shapely.MultiPolygon, srid: int) -> str:
    text: str = shapely.to_wkb(shapely.set_srid(shape, srid), hex=True, include_srid=True)
    return text
