"""Sheets over made-up cells, without a database: a lattice turned by a few degrees, two streets, hostile words."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.geography import AreaEdition, Layer, code_profile
from gridsvc.hotspots.cells import Cells
from gridsvc.hotspots.neighbours import lattice
from gridsvc.hotspots.sheets import Column, Provenance, Shape, Sheet, Surface
from gridsvc.hotspots.sheets.scales import count_scale

SRID = 4545
EAST, NORTH = 590_000_000, 3_790_000_000
HOSTILE = (
    "</script><script>window.harmed=1</script>",
    "<img src=x onerror='window.harmed=1'>",
    "{{ 7*7 }}{% for x in y %}${window.harmed=1}`",
    "\u2028';window.harmed=1;//\\",
    "<!--<script>",
)
HOSTILE_CLASS = "$非法$小广告</script><b>{{ 7*7 }}"


def made_layer(level: str, codes: list[str], names: list[str], shapes: list[Any]) -> Layer:
    geometries = np.empty(len(shapes), object)
    geometries[:] = [shapely.MultiPolygon([shape]) for shape in shapes]
    return Layer(
        edition_id=1,
        name=f"{level}-2026",
        level=level,
        effective_from=None,
        rules=code_profile("gbt"),
        srid=SRID,
        codes=codes,
        names=names,
        parent_codes=[None] * len(codes),
        geom_mm=geometries,
        digest="made",
    )


def made_cells(
    rows: int = 6, columns: int = 8, *, side_m: int = 100, source: str = "synthetic: made"
) -> Cells:
    """Return square cells, row by row from the south-west, and two streets west and east of the middle."""
    side = side_m * 1000

    def box(west: float, south: float, east: float, north: float) -> Any:
        return shapely.box(EAST + west * side, NORTH + south * side, EAST + east * side, NORTH + north * side)

    places = [(row, column) for row in range(rows) for column in range(columns)]
    codes = [f"610103001001{number:06d}" for number in range(len(places))]
    layer = made_layer(
        "cell", codes, [f"网格{code[-3:]}" for code in codes], [box(c, r, c + 1, r + 1) for r, c in places]
    )
    streets = made_layer(
        "street",
        ["610103001", "610103002"],
        ["<i>甲</i>{{ 7*7 }}街道", "乙街道"],
        [box(0, 0, columns / 2, rows), box(columns / 2, 0, columns, rows)],
    )
    edition = AreaEdition(
        1,
        "网格 2026",
        "cell",
        None,
        "gbt",
        layer.rules,
        SRID,
        source,
        "made",
        datetime(2026, 1, 1, tzinfo=UTC),
        None,
    )
    names = [streets.names[0 if column < columns / 2 else 1] for _, column in places]
    grid = cast(Any, SimpleNamespace(layers={"cell": layer, "street": streets}))
    return Cells(edition, layer, grid, {"street": list(names), "community": [None] * len(places)})


def made_provenance() -> Provenance:
    return Provenance(
        method="counts of reports per cell",
        period="2026-03-01/2026-03-31",
        snapshot="abc123",
        grid="网格 2026 (made)",
        exposure="road_km",
        null="none: counts only",
        parameters={"seed": 7, "limits": (1, 2)},
    )


def made_sheet(rows: int = 6, columns: int = 8, **fields: Any) -> Sheet:
    cells = made_cells(rows, columns)
    size = rows * columns
    rng = np.random.default_rng(7)
    counts = np.maximum(rng.negative_binomial(0.4, 0.08, size) - 1, 0).astype(np.int64)
    rate = counts / 0.7
    rate[3] = np.nan
    words = (Text("新增", "new"), Text("减弱", "fading"))
    trend = (np.arange(size) % 3 - 1).astype(np.int8)
    given: dict[str, Any] = {
        "cells": cells,
        "title": Text(f"{HOSTILE_CLASS} 上报热点图", f"Reports of {HOSTILE_CLASS}"),
        "headline": Text(f"{counts.sum():,} 件", f"{counts.sum():,} reports"),
        "columns": [
            Column("reports", Text("件数", "reports"), counts, Text("件", "reports")),
            Column(
                "rate",
                Text("每千米", "per km"),
                rate,
                Text("件/千米", "per km"),
                note=Text("件数 ÷ 0.7", "reports / 0.7"),
            ),
            Column("trend", Text("走势", "trend"), trend, words=words),
        ],
        "scale": count_scale(counts, Text("每个单元网格的上报件数", "Reports per cell")),
        "provenance": made_provenance(),
        "remarks": [Text("来源：监督员 40", "Channels: 监督员 40")],
        "details": {number: [Text(said, said)] for number, said in enumerate(HOSTILE)},
        "heat": np.array([[108.98 + k * 1e-4, 34.238, 3.0] for k in range(20)]),
        "heat_step": 1e-4,
        "period": Text("2026-03-01 至 2026-03-31", "2026-03-01 to 2026-03-31"),
        "neighbourhood": lattice(rows, columns),
    }
    return Sheet(**(given | fields))


def made_surface(rows: int = 60, columns: int = 80, step_m: float = 10.0) -> Surface:
    """Return a surface over the cells of `made_sheet`: one hill in the north-east, outside unknown."""
    y, x = np.mgrid[0:rows, 0:columns]
    values = 50 * np.exp(-((x - 60.0) ** 2 + (y - 15.0) ** 2) / 60)
    values[values < 1e-6] = 0
    values[:, 0] = np.nan
    west, north = EAST / 1000, NORTH / 1000 + rows * step_m
    level = shapely.Point(west + 600, north - 150).buffer(60)
    return Surface(
        Text("核密度", "Density"),
        Text("件/平方千米", "per km²"),
        SRID,
        west,
        north,
        step_m,
        values,
        contours=[(25.0, shapely.MultiPolygon([level]))],
    )


def made_shape(words: str = HOSTILE[1]) -> Shape:
    side = 100_000
    outline = shapely.box(EAST + 5 * side, NORTH + 4 * side, EAST + 7 * side, NORTH + 6 * side)
    return Shape(shapely.MultiPolygon([outline]), Text(words, words), [Text(HOSTILE[0], HOSTILE[0])])
