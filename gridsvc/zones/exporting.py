"""Zones, and what their check found, as vector files and tables."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography import outlines_in_degrees, write_vector_file
from gridsvc.zones.cells import Shapes, load_cells
from gridsvc.zones.report import ZoneCheck
from gridsvc.zones.zones import Zone, load_zones

_LIST = ";"


def export_zones(
    connection: Connection, path: Path, *, kind: str, at: datetime, srid: int = 4326, overwrite: bool = False
) -> int:
    """Write the zones of `kind` that hold at `at` to a new vector file and return how many there are.

    `cells` has the codes of a zone that was given so, between semicolons: `zone import` reads them back from
    a table. Raises InputRefused (`no_zones`) and as `write_vector_file` does.
    """
    zones = load_zones(connection, kind, at)
    if not zones:
        raise InputRefused(
            "no_zones",
            Text(f"此时没有“{kind[:40]}”类责任网格。", f"No zones of the kind {kind[:40]!r} hold then."),
            remedy=Text("用 gridsvc zone list 查看。", "See gridsvc zone list."),
        )
    write_vector_file(path, _columns(zones), zone_shapes(zones), srid=srid, layer=kind, overwrite=overwrite)
    return len(zones)


def _columns(zones: Sequence[Zone]) -> dict[str, list[Any]]:
    return {
        "zone": [zone.code for zone in zones],
        "name": [zone.name for zone in zones],
        "kind": [zone.kind for zone in zones],
        "unit": [zone.unit_code for zone in zones],
        "unit_name": [zone.unit_name for zone in zones],
        "value": [zone.value for zone in zones],
        "effective_from": [zone.effective_from and zone.effective_from.isoformat() for zone in zones],
        "effective_to": [zone.effective_to and zone.effective_to.isoformat() for zone in zones],
        "given_as": [zone.given_as for zone in zones],
        "m2": [round(zone.m2, 1) for zone in zones],
        "cells": [_LIST.join(zone.cells) or None for zone in zones],
    }


def zone_shapes(zones: Sequence[Zone]) -> Shapes:
    """Return the outlines in lon, lat of WGS 84."""
    shapes = np.empty(len(zones), dtype=object)
    for k, zone in enumerate(zones):
        shapes[k] = outlines_in_degrees(np.array([zone.geom_mm], dtype=object), zone.srid)[0]
    return shapes


def write_check(connection: Connection, check: ZoneCheck, path: Path) -> None:
    """Write what a check found: a table (`.csv`), or a vector file with the cell or zone of each fault.

    Whole or not at all: raises as `write_vector_file` does. A file that is there already is replaced.
    """
    columns: dict[str, list[Any]] = {
        "code": [fault.code for fault in check.faults],
        "severity": [fault.severity for fault in check.faults],
        "cell": [fault.cell for fault in check.faults],
        "zones": [_LIST.join(fault.zones) for fault in check.faults],
        "m2": [None if fault.m2 is None else round(fault.m2, 1) for fault in check.faults],
        "reason": [fault.message.zh for fault in check.faults],
        "reason_en": [fault.message.en for fault in check.faults],
    }
    if path.suffix.lower() == ".csv":
        _write_table(path, columns)
        return
    zones = load_zones(connection, check.kind, check.at)
    cells = load_cells(connection, check.at)
    by_zone = dict(zip((zone.code for zone in zones), zone_shapes(zones), strict=True))
    by_cell: dict[str, Any] = {}
    if cells is not None:
        named = sorted({fault.cell for fault in check.faults if fault.cell is not None})
        lattice = cells.geom_mm[[cells.number[code] for code in named]]
        by_cell = dict(zip(named, outlines_in_degrees(lattice, cells.edition.srid), strict=True))
    shapes = [
        by_zone[fault.zones[0]] if fault.cell is None else by_cell[fault.cell] for fault in check.faults
    ]
    write_vector_file(path, columns, shapes, layer="zone_check", overwrite=True)


def _write_table(path: Path, columns: dict[str, list[Any]]) -> None:
    unfinished = path.with_name(f".{os.urandom(8).hex()}.part")
    try:
        with unfinished.open("x", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))
        unfinished.replace(path)
    except OSError as error:
        raise InputRefused(
            "file_not_written",
            Text(f"无法写入 {path}：{error.strerror}。", f"{path} cannot be written: {error.strerror}."),
            place=Place(file=str(path)),
            remedy=Text("请指定可写文件夹中的文件名。", "Name a file in a folder that can be written."),
        ) from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
