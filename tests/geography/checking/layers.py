"""Small layers for the topology report: a faultless block of cells, and its report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from gridsvc.geography.checking import FileColumns, LayerReport, Limits, Parents, Things, check_file
from tests.geography import paper

COLUMNS, ROWS = 4, 3


def block() -> list[Any]:
    """Twelve cells of 100 m: number 4 · row + column, row 0 in the south; 5 and 6 lie within."""
    return [paper.square(100 * column, 100 * row) for row in range(ROWS) for column in range(COLUMNS)]


def write_layer(folder: Path, shapes: Sequence[Any], codes: Sequence[str] | None = None, **more: Any) -> Path:
    """Write cells in degrees as a GeoPackage with the columns `code`, `name` and what else is given."""
    codes = paper.cell_codes(len(shapes)) if codes is None else list(codes)
    names = [f"网格{k + 1}" for k in range(len(shapes))]
    return paper.write(folder / "cells.gpkg", paper.degrees(shapes), code=codes, name=names, **more)


def report_on(
    file: Path,
    *,
    level: str = "cell",
    profile: str = "gbt",
    parent: str | None = None,
    parents: Parents | None = None,
    things: Things | None = None,
    limits: Limits | None = None,
    code: str | None = "code",
) -> LayerReport:
    """Check a file with a column `code`."""
    return check_file(
        file,
        FileColumns(code=code, name=None, parent=parent),
        level=level,
        profile=profile,
        limits=limits or Limits(),
        parents=parents,
        things=things,
        srid=paper.SRID,
    )


def parents_of(shapes: Sequence[Any], codes: Sequence[str], level: str = "community") -> Parents:
    """Drawn shapes (metres) as a level above."""
    mm = [
        shapely.MultiPolygon([shapely.transform(shape, lambda xy: (xy * 1000).round())])
        for shape in paper.projected(shapes)
    ]
    return Parents("parents", level, list(codes), list(codes), np.array(mm, dtype=object), paper.SRID)


def kinds(report: LayerReport) -> list[str]:
    """The kinds found, one entry for each finding."""
    return [each.kind for each in report.findings]
