"""Units: the organisations that can be made responsible."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from gridsvc.catalog.tables import unit

FROM_SPECIFICATION = "from_specification"


@dataclass(frozen=True, slots=True)
class Unit:
    """An organisation; `area_code` None: it answers everywhere.

    `kind` is street_office, enforcement, … or free words; from_specification: known by name only, because a
    handling specification named it before any unit list did.
    """

    code: str
    name: str
    kind: str
    area_code: str | None
    parent_code: str | None
    contact: str | None
    calendar_code: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the unit as plain values, for JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def load_units(connection: Connection) -> list[Unit]:
    """Return every unit, ordered by code."""
    return [Unit(**row) for row in connection.execute(select(unit).order_by(unit.c.code)).mappings()]


def normalised_name(name: str) -> str:
    """Return a unit's name without blanks, in one width: what two spellings of one name share."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name)).casefold()


def register_units(connection: Connection, names: Sequence[str]) -> dict[str, str]:
    """Add units known by name only and return their codes by name.

    The code is made from the name, so that the same name gets the same code in every installation.
    """
    taken = set(connection.scalars(select(unit.c.code)))
    codes: dict[str, str] = {}
    for name in names:
        digest = hashlib.sha256(normalised_name(name).encode()).hexdigest().upper()
        length = 8
        while f"S-{digest[:length]}" in taken:
            length += 1
        codes[name] = f"S-{digest[:length]}"
        taken.add(codes[name])
    if codes:
        connection.execute(
            insert(unit),
            [{"code": code, "name": name, "kind": FROM_SPECIFICATION} for name, code in codes.items()],
        )
    return codes
