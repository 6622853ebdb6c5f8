"""Zones as they are stored: those of a kind, and those that hold at an instant."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import Connection, RowMapping, text


@dataclass(frozen=True, slots=True, eq=False)
class Zone:
    """A zone; `cells` are the sorted codes that it was given as, () for a polygon.

    `geom_mm` is a multipolygon in whole millimetres of EPSG:`srid`. `effective_from` None: from ever;
    `effective_to`: the first instant at which it no longer holds, None: open.
    """

    id: int
    kind: str
    code: str
    name: str
    unit_code: str | None
    unit_name: str | None
    effective_from: datetime | None
    effective_to: datetime | None
    given_as: str
    cells: tuple[str, ...]
    srid: int
    geom_mm: Any = field(repr=False)
    m2: float
    """On the spheroid."""
    source: str
    value: str | None = None
    """What it says of its ground where its kind is a fact; None: nothing."""

    @property
    def parts(self) -> int:
        """Return how many parts it has: ground that meets at a corner only is in two."""
        return len(self.geom_mm.geoms)

    def as_dict(self) -> dict[str, Any]:
        """Return the zone as plain values without its shape, for JSON."""
        return {
            "kind": self.kind,
            "code": self.code,
            "name": self.name,
            "unit": None if self.unit_code is None else {"code": self.unit_code, "name": self.unit_name},
            "value": self.value,
            "effective_from": None if self.effective_from is None else self.effective_from.isoformat(),
            "effective_to": None if self.effective_to is None else self.effective_to.isoformat(),
            "given_as": self.given_as,
            "cells": list(self.cells),
            "m2": round(self.m2, 1),
            "source": self.source,
        }


# COLLATE "C": codes are sorted by code point, not by a language.
_ZONES = text(
    "SELECT zone.id, zone.kind, zone.code, zone.name, value, unit_code, unit.name AS unit_name,"
    " effective_from, effective_to, given_as, srid, source, ST_AsBinary(geom_mm) AS shape,"
    " ST_Area(geom::geography) AS m2,"
    ' coalesce((SELECT array_agg(cell_code ORDER BY cell_code COLLATE "C") FROM zone_cell'
    " WHERE zone_id = zone.id), '{}') AS cells"
    " FROM zone LEFT JOIN unit ON unit.code = unit_code"
    " WHERE withdrawn_at IS NULL AND (CAST(:kind AS text) IS NULL OR zone.kind = :kind)"
    " AND (CAST(:at AS timestamptz) IS NULL"
    " OR tstzrange(effective_from, effective_to) @> CAST(:at AS timestamptz))"
    ' ORDER BY zone.kind, zone.code COLLATE "C", effective_from NULLS FIRST'
)


def load_zones(connection: Connection, kind: str | None = None, at: datetime | None = None) -> list[Zone]:
    """Return the zones (of one kind), sorted by kind, code and date; with `at` only those that hold then.

    What was withdrawn is left out.
    """
    rows = connection.execute(_ZONES, {"kind": kind, "at": at}).mappings()
    return [_zone(row) for row in rows]


def _zone(row: RowMapping) -> Zone:
    values = dict(row)
    shape = shapely.from_wkb(bytes(values.pop("shape")))
    values["cells"] = tuple(values["cells"])
    return Zone(geom_mm=shape, **values)


_KINDS = text(
    "SELECT DISTINCT kind FROM zone WHERE withdrawn_at IS NULL AND (CAST(:at AS timestamptz) IS NULL"
    " OR tstzrange(effective_from, effective_to) @> CAST(:at AS timestamptz)) ORDER BY kind"
)


def zone_kinds(connection: Connection, at: datetime | None = None) -> list[str]:
    """Return the kinds that any zone is of (with `at`: any that holds then)."""
    return list(connection.scalars(_KINDS, {"at": at}))
