"""Sections of boundary roads: who keeps a road that is a border, as it was agreed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import shapely
from sqlalchemy import Connection, text

RULES = ("centre_line", "whole_road", "direction", "house_number")


@dataclass(frozen=True, slots=True, eq=False)
class BoundarySection:
    """A section of a road that is a border.

    `geometry` is its centre line in lon, lat of WGS 84; left and right are seen along it. The corridor is
    what lies within `half_width_m` of the line and not beyond its ends. `rule` is one of RULES:

    - `centre_line`: each side keeps its half; a place on the line itself is the smaller code's.
    - `whole_road`: `party_code` keeps all of it, or the unit `unit_code` does.
    - `direction`: each side keeps the carriageway on its side, whatever the place: a report says which by
      the heading of its traffic.
    - `house_number`: odd numbers are `odd_code`'s, even ones the other side's.
    """

    id: int
    code: str
    name: str
    rule: str
    left_code: str
    right_code: str
    party_code: str | None
    unit_code: str | None
    odd_code: str | None
    half_width_m: float
    effective_from: datetime | None
    effective_to: datetime | None
    agreed_in: str | None
    source: str
    imported_at: datetime | None
    withdrawn_at: datetime | None
    geometry: Any

    def content(self) -> tuple[Any, ...]:
        """Return what decides and what is said of it: two sections of equal content answer alike."""
        return (
            self.code,
            self.name,
            self.rule,
            self.left_code,
            self.right_code,
            self.party_code,
            self.unit_code,
            self.odd_code,
            self.half_width_m,
            self.effective_from and self.effective_from.timestamp(),
            self.effective_to and self.effective_to.timestamp(),
            self.agreed_in,
            shapely.to_wkb(self.geometry, hex=True),
        )

    def in_force(self, at: datetime) -> bool:
        """Return whether it holds at an instant."""
        return (self.effective_from is None or self.effective_from <= at) and (
            self.effective_to is None or at < self.effective_to
        )

    def overlaps_in_time(self, other: BoundarySection) -> bool:
        """Return whether there is an instant at which both hold."""
        return _before(self.effective_from, other.effective_to) and _before(
            other.effective_from, self.effective_to
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values without the line, for JSON."""
        return {
            name: value.isoformat() if isinstance(value := getattr(self, name), datetime) else value
            for name in self.__slots__
            if name != "geometry"
        }


def _before(begin: datetime | None, end: datetime | None) -> bool:
    return begin is None or end is None or begin < end


_COLUMNS = (
    "id, code, name, rule, left_code, right_code, party_code, unit_code, odd_code, half_width_m,"
    " effective_from, effective_to, agreed_in, source, imported_at, withdrawn_at"
)
_SECTIONS = text(
    f"SELECT {_COLUMNS}, ST_AsBinary(geom) AS geometry FROM boundary_road"
    " WHERE withdrawn_at IS NULL OR :withdrawn"
    ' ORDER BY code COLLATE "C", effective_from NULLS FIRST, id'
)


def load_sections(connection: Connection, *, withdrawn: bool = False) -> list[BoundarySection]:
    """Return the sections by code and date; those that a later import superseded only if asked."""
    rows = connection.execute(_SECTIONS, {"withdrawn": withdrawn}).all()
    return [
        BoundarySection(**row._asdict() | {"geometry": shapely.from_wkb(bytes(row.geometry))}) for row in rows
    ]
