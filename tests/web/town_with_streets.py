"""A district with small ads and streets between all its cells: enough for patrols to be planned."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection, text

from tests.hotspots.busy_district import SIZE, make_busy_district
from tests.hotspots.district import District


def make_town_with_streets(connection: Connection, *, weeks: int = 12) -> District:
    """Add the busy district, and a street along each border of its cells."""
    district = make_busy_district(connection, weeks=weeks)
    across = np.arange(SIZE + 1.0)
    rows = []
    for number in range(SIZE + 1):
        for name, places in (
            (f"第{number}横路", [district.place(x, number) for x in across]),
            (f"第{number}纵路", [district.place(number, y) for y in across]),
        ):
            line = ", ".join(f"{lon} {lat}" for lon, lat in places)
            rows.append({"name": name, "line": f"LINESTRING({line})"})
    connection.execute(
        text(
            "INSERT INTO road (source, name, grade, geom)"
            " VALUES ('streets.geojson', :name, '支路', ST_GeomFromText(:line, 4326))"
        ),
        rows,
    )
    return district
