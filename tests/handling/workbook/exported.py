"""Editions of a database as they stand there, and as our own workbook."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from gridsvc.catalog import load_classes, load_units
from gridsvc.handling import Specification, load_specifications
from gridsvc.handling.calendars import load_calendars
from gridsvc.handling.workbook import write_specification

ZONE = ZoneInfo("Asia/Shanghai")


def edition_named(connection: Connection, name: str) -> Specification:
    return next(each for each in load_specifications(connection, withdrawn=True) if each.name == name)


def export_of(connection: Connection, name: str, path: Path) -> Path:
    """Write an edition with its units and calendars, over what stands there."""
    edition = edition_named(connection, name)
    write_specification(
        path,
        edition,
        classes=load_classes(connection, edition.scheme),
        units=load_units(connection),
        calendars=load_calendars(connection),
        zone=ZONE,
        overwrite=True,
    )
    return path
