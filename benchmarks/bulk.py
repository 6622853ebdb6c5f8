"""Bulk: a million points to place, cell, class, clause, unit and deadline, against geopandas' cell alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import pyarrow as pa
import shapely
from sqlalchemy import Engine, text

from benchmarks.table import print_table, verdict
from gridsvc.responsibility import Atlas, Queries, columns_of, load_atlas, resolve
from gridsvc.settings import Settings

RUNS = 5


def compare(settings: Settings, engine: Engine, count: int) -> bool:
    """Run both on the same points and print the ratio; returns whether the target is met."""
    with engine.connect() as connection:
        atlas = load_atlas(connection, settings)
        cells = gpd.read_postgis(
            text(
                "SELECT code, geom AS geometry FROM area JOIN area_edition e ON e.id = edition_id"
                " WHERE e.level = 'cell' AND e.withdrawn_at IS NULL"
            ),
            connection,
            geom_col="geometry",
        )
    rng = np.random.default_rng(20261122)
    west, south, east, north = cells.total_bounds
    lon, lat = rng.uniform(west, east, count), rng.uniform(south, north, count)
    events = sorted({row.code for row in atlas.classes.rows if row.kind == "event"})
    # As a file's reader gives a column of text.
    codes = pa.array(events).take(pa.array(rng.integers(0, len(events), count)))
    year = 365 * 86_400
    at = (1_761_926_400 + rng.integers(0, year, count)) * 1_000_000
    points = gpd.GeoDataFrame(geometry=shapely.points(lon, lat), crs=4326)

    def ours() -> Any:
        return resolve(atlas, Queries.of(lon=lon, lat=lat, class_code=codes, kind="event", at=at))

    def theirs() -> Any:
        return gpd.sjoin(points, cells, predicate="within", how="left")

    ours(), theirs()  # warm
    timed = [(_seconds(ours), _seconds(theirs)) for _ in range(RUNS)]
    (mine, result), (peer, joined) = (
        min(pairs, key=lambda pair: pair[0]) for pairs in zip(*timed, strict=True)
    )
    written, _ = _seconds(lambda: columns_of(result))
    _check(atlas, result, joined)
    print_table(
        f"Bulk: {count:,} points, {len(cells):,} cells, best of {RUNS}, one thread",
        ("", "seconds", "points per second"),
        [
            ("gridsvc: place, cell, class, clause, unit, deadline", f"{mine:.3f}", f"{count / mine:,.0f}"),
            (
                "  the same, decoded to text columns",
                f"{mine + written:.3f}",
                f"{count / (mine + written):,.0f}",
            ),
            ("geopandas.sjoin(within): cell only", f"{peer:.3f}", f"{count / peer:,.0f}"),
        ],
    )
    return verdict("gridsvc's time as a share of sjoin's", mine / peer, 0.5, at_most=True)


def _seconds(work: Callable[[], Any]) -> tuple[float, Any]:
    begin = time.perf_counter()
    done = work()
    return time.perf_counter() - begin, done


def _check(atlas: Atlas, result: Any, joined: gpd.GeoDataFrame) -> None:
    """Both must have found the same cells, but for those who lie within a millimetre of a border."""
    codes = columns_of(result)["cell_code"]
    inside = np.isnan(result.snapped_mm) & (result.cell >= 0)
    theirs = joined[~joined.index.duplicated()]["code"].to_numpy(object)
    differ = int((codes[inside] != theirs[inside]).sum())
    print(f"\n{atlas.version}: {inside.mean():.1%} of the points in a cell; {differ} differ from sjoin")
    assert differ <= len(codes) * 1e-4
