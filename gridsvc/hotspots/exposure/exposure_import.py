"""`import_exposure`: people, shops, … by cell, and minutes of patrol by cell and day, from a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, NotFound, Text
from gridsvc.geography import AreaEdition, areas_in_force, edition_named
from gridsvc.hotspots.exposure.description import check_description
from gridsvc.hotspots.exposure.file import ExposureRows, read_exposure_file
from gridsvc.hotspots.exposure.reading import PEOPLE_FLOOR
from gridsvc.postgres import copy_rows

_UNITS = {"patrol_minutes": "minute", "people": "person"}


@dataclass(frozen=True, slots=True)
class ExposureImport:
    """What an import did. `without`: cells of the edition of which the file says nothing (0 there)."""

    name: str
    edition: str
    columns: Mapping[str, str]
    rows: int
    added: int
    updated: int
    unchanged: int
    without: int
    total: float
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "name": self.name,
            "edition": self.edition,
            "columns": dict(self.columns),
            "rows": self.rows,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "cells_without": self.without,
            "total": round(self.total, 6),
            "refused": [fault.as_dict() for fault in self.refused],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_exposure(
    connection: Connection,
    path: Path,
    name: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    columns: Mapping[str, str] | None = None,
    unit: str | None = None,
    floor: float | None = None,
    as_of: date | None = None,
    edition: str | None = None,
    skip_invalid: bool = False,
    source_name: str | None = None,
) -> ExposureImport:
    """Store an exposure of the cells in force at `now`, or of the edition named.

    `patrol_minutes` are by cell and day, in minutes and with their own floor: a day and cell that is there
    already is changed, the others stay; days told for an older edition count by this one from now on. Every
    other name is by cell and takes the place of what was imported under it for that edition.

    Raises
    ------
    WrongUsage
        `bad_name`; `reserved_name`: it is measured, not imported; `bad_floor`; `bad_unit`;
        `not_of_patrol_minutes`: a unit, floor or day of validity, which they have of themselves;
        `no_days`: a column of days for what is not by day.
    NotFound
        `no_cells`, `no_such_edition`.
    InputRefused
        `exposure_refused` with all faults unless `skip_invalid` leaves those rows out; `no_rows_left`.
    """
    check_description(name, unit=unit, floor=floor, as_of=as_of, by_day="day" in (columns or {}))
    of = _cells_of(connection, now, edition)
    codes = list(
        connection.scalars(
            text('SELECT code FROM area WHERE edition_id = :edition ORDER BY code COLLATE "C"'),
            {"edition": of.id},
        )
    )
    rows = read_exposure_file(path, name, codes, columns=columns or {}, zone=zone, now=now)
    if rows.refused and not skip_invalid:
        raise InputRefused(
            "exposure_refused",
            Text(
                f"{path.name}：{len(rows.refused):,} 行不能接受，数据库未改动。",
                f"{path.name}: {len(rows.refused):,} rows cannot be taken; the database is unchanged.",
            ),
            faults=rows.refused,
            remedy=Text(
                "请改正这些行，或用 --skip-invalid 文件 略过并另存。",
                "Correct them, or leave them out by --skip-invalid FILE.",
            ),
        )
    if not len(rows.cell):
        raise InputRefused(
            "no_rows_left",
            Text(
                f"{path.name}：没有一行可以导入，数据库未改动。",
                f"{path.name}: no row is left to import; the database is unchanged.",
            ),
            faults=rows.refused,
        )
    given = [codes[cell] for cell in rows.cell.tolist()]
    if name == "patrol_minutes":
        added, updated = _store_minutes(connection, of.id, given, rows)
    else:
        least = floor if floor is not None else (PEOPLE_FLOOR if name == "people" else 0.0)
        described = {
            "edition": of.id,
            "name": name,
            "unit": unit or _UNITS.get(name, name),
            "floor": least,
            "as_of": as_of,
            "source": source_name or path.name,
        }
        added, updated = _store_values(connection, described, given, rows)
    return ExposureImport(
        name,
        of.name,
        rows.columns,
        len(rows.cell) + len(rows.refused),
        added,
        updated,
        len(rows.cell) - added - updated,
        len(codes) - len(np.unique(rows.cell)),
        float(rows.value.sum()),
        tuple(rows.refused),
        tuple(rows.doubtful),
    )


def _cells_of(connection: Connection, now: datetime, name: str | None) -> AreaEdition:
    found = edition_named(connection, name) if name else areas_in_force(connection, "cell", now)
    if found is None or found.level != "cell":
        raise NotFound(
            "no_cells",
            Text("没有现行的单元网格。", "no cells are in force.")
            if found is None
            else Text(f"版本“{name}”不是单元网格。", f"the edition {name!r} is not of cells."),
            remedy=Text("请先运行 gridsvc area import。", "Run gridsvc area import first."),
        )
    return found


def _store_minutes(
    connection: Connection, edition: int, codes: list[str], rows: ExposureRows
) -> tuple[int, int]:
    connection.execute(text("LOCK TABLE patrol_effort IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(text("CREATE TEMPORARY TABLE effort_in (cell_code text, day date, minutes float8)"))
    epoch = date(1970, 1, 1)
    dates = {day: epoch + timedelta(days=day) for day in np.unique(rows.day).tolist()}
    days = (dates[day] for day in rows.day.tolist())
    copy_rows(
        connection,
        "effort_in",
        ["cell_code", "day", "minutes"],
        zip(codes, days, rows.value.tolist(), strict=True),
    )
    connection.execute(text("ANALYZE effort_in"))
    edition_of = {"edition": edition}
    updated = connection.execute(
        text(
            "UPDATE patrol_effort AS p SET minutes = i.minutes FROM effort_in AS i"
            " WHERE p.edition_id = :edition AND p.cell_code = i.cell_code AND p.day = i.day"
            " AND p.minutes <> i.minutes"
        ),
        edition_of,
    ).rowcount
    added = connection.execute(
        text(
            "INSERT INTO patrol_effort (edition_id, cell_code, day, minutes)"
            " SELECT :edition, cell_code, day, minutes FROM effort_in"
            " ON CONFLICT (edition_id, cell_code, day) DO NOTHING"
        ),
        edition_of,
    ).rowcount
    connection.execute(text("DROP TABLE effort_in"))
    return added, updated


def _store_values(
    connection: Connection, described: Mapping[str, Any], codes: list[str], rows: ExposureRows
) -> tuple[int, int]:
    connection.execute(text("LOCK TABLE exposure, exposure_value IN SHARE ROW EXCLUSIVE MODE"))
    before = {
        row.cell_code: row.value
        for row in connection.execute(
            text("SELECT cell_code, value FROM exposure_value WHERE edition_id = :edition AND name = :name"),
            described,
        )
    }
    connection.execute(text("DELETE FROM exposure WHERE edition_id = :edition AND name = :name"), described)
    connection.execute(
        text(
            "INSERT INTO exposure (edition_id, name, unit, floor, as_of, source)"
            " VALUES (:edition, :name, :unit, :floor, :as_of, :source)"
        ),
        described,
    )
    values = rows.value.tolist()
    copy_rows(
        connection,
        "exposure_value",
        ["edition_id", "name", "cell_code", "value"],
        (
            (described["edition"], described["name"], code, value)
            for code, value in zip(codes, values, strict=True)
        ),
    )
    added = sum(code not in before for code in codes)
    same = sum(before.get(code) == value for code, value in zip(codes, values, strict=True))
    return added, len(codes) - added - same
