"""`import_places`: the places of a file, in place of what the same source gave before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import shapely
from sqlalchemy import Connection, text

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.gazetteer.rows import PlaceRow, check_kind, read_places
from gridsvc.postgres import announce_change, copy_rows

_COLUMNS = ("source", "kind", "name", "other_names", "road", "house_number", "accuracy_m", "geom")


@dataclass(frozen=True, slots=True)
class PlaceImport:
    """What an import did. `replaced`: places of the same source that it took the place of."""

    source: str
    rows: int
    places: int
    kinds: Mapping[str, int]
    replaced: int
    unchanged: bool
    refused: tuple[Fault, ...]
    doubtful: tuple[Fault, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain values, for JSON."""
        return {
            "source": self.source,
            "rows": self.rows,
            "places": self.places,
            "kinds": dict(self.kinds),
            "replaced": self.replaced,
            "unchanged": self.unchanged,
            "refused": [fault.as_dict() for fault in self.refused],
            "doubtful": [fault.as_dict() for fault in self.doubtful],
        }


def import_places(
    connection: Connection,
    path: Path,
    *,
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    datum: str | None = None,
    layer: str | None = None,
    source_name: str | None = None,
    skip_invalid: bool = False,
) -> PlaceImport:
    """Load the places of a file; they replace what the same source (the file's name, unless given) gave.

    Raises:
        InputRefused: the file cannot be read, or rows are refused and `skip_invalid` is not set
            (`places_refused`; `faults` are the findings).
        WrongUsage: an unknown kind or field.
    """
    check_kind(kind)
    read = read_places(path, kind=kind, columns=columns, datum=datum, layer=layer)
    if (read.refused and not skip_invalid) or not read.rows:
        raise InputRefused(
            "places_refused",
            Text(
                f"{read.total:,} 行中有 {len(read.refused):,} 处不能接受，未导入任何地名。",
                f"{len(read.refused):,} faults in {read.total:,} rows; no place was imported.",
            ),
            remedy=Text(
                "改正后重试，或用 --skip-invalid 文件 跳过并另存这些行。",
                "Correct them, or pass them over with --skip-invalid FILE.",
            ),
            place=Place(file=path.name),
            faults=read.refused,
        )
    source = source_name or path.name
    # Two imports of one source take turns, so that the second replaces what the first has stored.
    connection.execute(
        text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": f"place import {source}"}
    )
    rows = list(_stored(source, read.rows))
    before = [
        tuple(row)
        for row in connection.execute(
            text(
                "SELECT source, kind, name, other_names, road, house_number, accuracy_m,"
                " upper(encode(ST_AsEWKB(geom), 'hex')) FROM place WHERE source = :source ORDER BY id"
            ),
            {"source": source},
        )
    ]
    unchanged = sorted(map(repr, before)) == sorted(map(repr, rows))
    if not unchanged:
        connection.execute(text("DELETE FROM place WHERE source = :source"), {"source": source})
        copy_rows(connection, "place", _COLUMNS, rows)
        announce_change(connection, "places")
    return PlaceImport(
        source,
        read.total,
        len(rows),
        dict(Counter(row.kind for row in read.rows)),
        0 if unchanged else len(before),
        unchanged,
        tuple(read.refused),
        tuple(read.doubtful),
    )


def _stored(source: str, places: list[PlaceRow]) -> Iterable[tuple[Any, ...]]:
    shapes = shapely.set_srid([place.shape for place in places], 4326)
    for place, wkb in zip(places, shapely.to_wkb(shapes, hex=True, include_srid=True), strict=True):
        yield (
            source,
            place.kind,
            place.name,
            list(place.other_names),
            place.road,
            place.house_number,
            place.accuracy_m,
            wkb,
        )
