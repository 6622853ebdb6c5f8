"""`import_components`: the inventory from a file; what is there already by its id is brought up to date."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
import shapely
from sqlalchemy import Connection, text

from gridsvc.catalog.classes import Class, load_classes
from gridsvc.catalog.component_checks import (
    check_ids,
    class_codes,
    location_classes,
    states,
    survey_dates,
)
from gridsvc.catalog.component_columns import STORED
from gridsvc.catalog.component_file import ComponentFile, read_components
from gridsvc.catalog.component_notes import Noted, in_order, refusal
from gridsvc.catalog.component_places import check_places, shapes
from gridsvc.catalog.component_units import match_units
from gridsvc.catalog.schemes import checked_scheme
from gridsvc.catalog.units import load_units
from gridsvc.errors import Fault, InputRefused, Text
from gridsvc.postgres import announce_change, copy_rows


@dataclass(frozen=True, slots=True)
class ComponentImport:
    """What an import of components did; the faults are in the order of the file.

    `without_owner` counts those taken that name no owner. `unknown_units` has the names that no unit bears,
    with how often each occurs: they are kept as text. `outside`: components outside every cell.
    """

    scheme: str
    columns: Mapping[str, str]
    components: int
    added: int
    updated: int
    unchanged: int
    without_owner: int
    outside: int
    unknown_units: Mapping[str, int]
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "scheme": self.scheme,
            "columns": dict(self.columns),
            "components": self.components,
            "added": self.added,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "without_owner": self.without_owner,
            "outside": self.outside,
            "unknown_units": dict(self.unknown_units),
            "refused": [fault.as_dict() for fault in self.refused],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_components(
    connection: Connection,
    path: Path,
    *,
    now: datetime,
    zone: ZoneInfo,
    scheme: str | None = None,
    columns: Mapping[str, str] | None = None,
    datum: str | None = None,
    layer: str | None = None,
    free_ids: bool = False,
    skip_invalid: bool = False,
    source_name: str | None = None,
) -> ComponentImport:
    """Add the components of a file and change those whose id is there; what the file lacks stays.

    A vector file gives points, lines or polygons; a CSV or Parquet longitude and latitude. Ids follow the
    standard of `scheme` (by default the only one with component classes) unless `free_ids`. Supervisor, owner
    and maintainer are matched to units by code or name, and kept as text when there is none. Cells in force
    at `now` say what lies outside; days of surveys are those of `zone`. Every column of the file takes the
    place of what is stored, also where it is blank; what the file has no column for stays.

    All faults are collected first: raises InputRefused (`components_refused`) with them and changes nothing,
    unless `skip_invalid` leaves the refused components out.
    """
    scheme, classes = _scheme(connection, scheme)
    file = read_components(path, columns or {}, datum=datum, layer=layer)
    noted = Noted(file)
    found = shapes(noted)
    check_ids(noted, scheme, free=free_ids)
    of_class = class_codes(noted, classes, free=free_ids)
    values: dict[str, Sequence[Any]] = {
        "id": file.fields["id"],
        "scheme": [scheme] * len(file),
        "class_code": of_class,
        "name": [name or None for name in file.fields.get("name") or [""] * len(file)],
        "state": states(noted),
        "location_class": location_classes(noted),
        "surveyed_on": survey_dates(noted, zone),
    }
    units = match_units(noted, load_units(connection))
    values |= units.names | {f"{role}_code": codes for role, codes in units.codes.items()}
    outside = check_places(noted, connection, found, now)
    kept = [k for k in range(len(file)) if k not in noted.out]
    if (noted.refused and not skip_invalid) or not kept:
        raise refusal(noted)
    values["other"] = _other(file)
    values["geom"] = shapely.to_wkb(shapely.set_srid(found, 4326), hex=True, include_srid=True).tolist()
    values["source"] = [source_name or path.name] * len(file)
    given = {name for name in STORED if name in file.fields}
    further = [_without_nul(name) for name in file.other]
    added, updated = _store(connection, values, kept, given, further)
    if added or updated:
        announce_change(connection, "components")
    owners = values["owner"]
    return ComponentImport(
        scheme=scheme,
        columns=file.headers,
        components=len(file),
        added=added,
        updated=updated,
        unchanged=len(kept) - added - updated,
        without_owner=sum(owners[k] is None for k in kept),
        outside=outside,
        unknown_units=units.unknown,
        refused=in_order(noted.refused),
        doubtful=in_order(noted.doubtful),
    )


def _scheme(connection: Connection, given: str | None) -> tuple[str, list[Class]]:
    scheme = None if given is None else checked_scheme(given)
    known = [each for each in load_classes(connection) if each.kind == "component"]
    schemes = sorted({each.scheme for each in known})
    if scheme is None and len(schemes) == 1:
        scheme = schemes[0]
    if scheme not in schemes:
        listed = "、".join(schemes) or "—"
        raise InputRefused(
            "which_scheme" if scheme is None else "unknown_scheme",
            Text("须指明部件类别的方案。", "The scheme of the classes must be named.")
            if scheme is None
            else Text(f"方案 {scheme} 没有部件类别。", f"The scheme {scheme} has no component classes."),
            remedy=Text(
                f"用 --scheme 指明；已有：{listed}。先用 class import 导入类别。",
                f"Name it by --scheme; there are: {listed}. Import class lists by class import.",
            ),
        )
    return scheme, [each for each in known if each.scheme == scheme]


def _other(file: ComponentFile) -> list[str]:
    if not file.other:
        return ["{}"] * len(file)
    names = [_without_nul(name) for name in file.other]
    return [
        orjson.dumps(
            {name: _without_nul(value) for name, value in zip(names, row, strict=True) if value}
        ).decode()
        for row in zip(*file.other.values(), strict=True)
    ]


def _without_nul(text_: str) -> str:
    """Return what PostgreSQL can keep in JSON."""
    return text_.replace("\x00", "")


def _store(
    connection: Connection,
    values: Mapping[str, Sequence[Any]],
    kept: Sequence[int],
    given: set[str],
    other: Sequence[str],
) -> tuple[int, int]:
    """Write the rows `kept` and return how many were added and how many changed.

    `given` are the stored fields and `other` the further columns that the file has: a blank clears them.
    """
    # Two imports take turns; readers go on reading.
    connection.execute(text("LOCK TABLE component IN SHARE ROW EXCLUSIVE MODE"))
    connection.execute(text("CREATE TEMPORARY TABLE component_in (LIKE component INCLUDING DEFAULTS)"))
    names = list(values)
    columns = [values[name] for name in names]
    copy_rows(connection, "component_in", names, ([column[k] for column in columns] for k in kept))
    connection.execute(text("ANALYZE component_in"))
    changing = ["scheme", "class_code", "geom", *sorted(given)]
    changing += [f"{role}_code" for role in ("supervisor", "owner", "maintainer") if role in given]
    here = ", ".join(f"component.{name}" for name in changing)
    there = ", ".join(f"new.{name}" for name in changing)
    others = "(component.other - CAST(:others AS text[]) || new.other)"
    updated = connection.execute(
        text(
            f"UPDATE component SET ({', '.join(changing)}, other, source, imported_at) ="
            f" ROW({there}, {others}, new.source, now()) FROM component_in AS new"
            f" WHERE component.id = new.id AND (({here}) IS DISTINCT FROM ({there})"
            f" OR component.other <> {others})"
        ),
        {"others": list(other)},
    ).rowcount
    added = connection.execute(
        text(
            "INSERT INTO component SELECT new.* FROM component_in AS new"
            " WHERE NOT EXISTS (SELECT FROM component WHERE component.id = new.id)"
        )
    ).rowcount
    connection.execute(text("DROP TABLE component_in"))
    return added, updated
