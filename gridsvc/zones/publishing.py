"""Storing zones: what they take the place of is ended or withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import shapely
from sqlalchemy import Connection, func, select, text, update

from gridsvc.postgres import announce_change, copy_rows
from gridsvc.zones.cells import Shapes
from gridsvc.zones.tables import zone, zone_cell


@dataclass(frozen=True, slots=True, eq=False)
class NewZones:
    """The accepted zones of a file, sorted by code: shapes in degrees, and in millimetres of EPSG:`srid`.

    `cells` holds the sorted codes of each; () for one that is given as a polygon.
    """

    kind: str
    given_as: str
    srid: int
    codes: Sequence[str]
    names: Sequence[str]
    units: Sequence[str | None]
    values: Sequence[str | None]
    cells: Sequence[tuple[str, ...]]
    geometries: Shapes
    geom_mm: Shapes

    def content(self, k: int) -> _Content:
        """Return all that makes zone `k` the same as another."""
        lattice = shapely.to_wkb(shapely.normalize(self.geom_mm[k]))
        return _Content(
            self.names[k], self.units[k], self.values[k], self.given_as, self.cells[k], self.srid, lattice
        )


@dataclass(frozen=True, slots=True)
class _Content:
    name: str
    unit: str | None
    value: str | None
    given_as: str
    cells: tuple[str, ...]
    srid: int
    lattice: bytes


@dataclass(frozen=True, slots=True)
class _Stored:
    id: int
    code: str
    since: datetime | None
    until: datetime | None
    content: _Content


@dataclass(frozen=True, slots=True)
class Published:
    """What storing did: codes of zones begun, left as they were, ended at the date, and withdrawn.

    `until` is when the new ones end, at the latest; `cut_short`: codes of those that end before the date
    asked for, because later ones begin then. `resumed`: codes of zones that come back after the new ones.
    """

    begun: tuple[str, ...]
    unchanged: tuple[str, ...]
    ended: tuple[str, ...]
    withdrawn: tuple[str, ...]
    until: datetime | None
    cut_short: tuple[str, ...]
    resumed: tuple[str, ...]


def publish(
    connection: Connection,
    new: NewZones,
    *,
    effective: datetime | None,
    until: datetime | None,
    only_these: bool,
    source: str,
) -> Published:
    """Put `new` in force from `effective` (None: ever) to `until` (None: open), or to where later ones begin.

    In that time they are all the zones of the kind (`only_these`: all of the same codes), and at any other
    time nothing changes: what holds is ended, or withdrawn when it began at that very instant, and comes
    back afterwards when it would have gone on. A zone that is the same already is left alone.
    """
    # Two imports take turns; readers go on reading.
    connection.execute(text("LOCK TABLE zone IN SHARE ROW EXCLUSIVE MODE"))
    stored = _stored(connection, new.kind, new.codes if only_these else None)
    ends = _ends(stored, new.codes, effective, until, each_its_own=only_these)
    number = {code: k for k, code in enumerate(new.codes)}
    unchanged: set[str] = set()
    ending: list[_Stored] = []
    for each in stored:
        if not _holds(each, effective):
            continue
        k = number.get(each.code)
        if k is not None and each.until == ends[each.code] and each.content == new.content(k):
            unchanged.add(each.code)
        else:
            ending.append(each)
    withdrawn = [each for each in ending if each.since == effective]
    ended = [each for each in ending if each.since != effective]
    begun = [k for k, code in enumerate(new.codes) if code not in unchanged]
    for gone, values in (
        (withdrawn, {"withdrawn_at": func.now()}),
        (ended, {"effective_to": effective}),
    ):
        ids = [each.id for each in gone]
        if ids:
            connection.execute(update(zone).where(zone.c.id.in_(ids)).values(values))
    resumed = [
        (each, end)
        for each in ending
        if (end := ends[each.code]) is not None and (each.until is None or each.until > end)
    ]
    _resume(connection, resumed)
    _copy(connection, new, begun, effective, ends, source)
    if begun or ending:
        announce_change(connection, "zones")
    return Published(
        begun=tuple(new.codes[k] for k in begun),
        unchanged=tuple(sorted(unchanged)),
        ended=tuple(sorted(each.code for each in ended)),
        withdrawn=tuple(sorted(each.code for each in withdrawn)),
        until=None if None in (there := {ends[code] for code in new.codes}) else max(filter(None, there)),
        cut_short=tuple(code for code in new.codes if ends[code] != until),
        resumed=tuple(sorted(each.code for each, _ in resumed)),
    )


def _ends(
    stored: Sequence[_Stored],
    codes: Sequence[str],
    effective: datetime | None,
    until: datetime | None,
    *,
    each_its_own: bool,
) -> dict[str, datetime | None]:
    """Return when the new time ends for each code: at `until`, or where the first later zone begins.

    The first of the kind, or (`each_its_own`) the first of the same code.
    """
    later: dict[str, list[datetime]] = {}
    for each in stored:
        if each.since is not None and (effective is None or each.since > effective):
            later.setdefault(each.code if each_its_own else "", []).append(each.since)
    asked = [] if until is None else [until]
    return {
        code: min([*asked, *later.get(code if each_its_own else "", [])], default=None)
        for code in {*codes, *(each.code for each in stored)}
    }


def _holds(each: _Stored, at: datetime | None) -> bool:
    """Tell whether a stored zone is in force at `at` (None: from ever)."""
    if at is None:
        return each.since is None
    return (each.since is None or each.since <= at) and (each.until is None or each.until > at)


def _stored(connection: Connection, kind: str, codes: Sequence[str] | None) -> list[_Stored]:
    listed = (
        select(func.array_agg(zone_cell.c.cell_code))
        .where(zone_cell.c.zone_id == zone.c.id)
        .scalar_subquery()
    )
    query = select(
        zone.c.id,
        zone.c.code,
        zone.c.name,
        zone.c.unit_code,
        zone.c.value,
        zone.c.given_as,
        zone.c.srid,
        zone.c.effective_from,
        zone.c.effective_to,
        listed.label("cells"),
        func.ST_AsBinary(zone.c.geom_mm, type_=None).label("lattice"),
    ).where(zone.c.kind == kind, zone.c.withdrawn_at.is_(None))
    if codes is not None:
        query = query.where(zone.c.code.in_(codes))
    rows = connection.execute(query).all()
    return [
        _Stored(
            row.id,
            row.code,
            row.effective_from,
            row.effective_to,
            _Content(
                row.name, row.unit_code, row.value, row.given_as, tuple(sorted(row.cells or ())), row.srid,
                shapely.to_wkb(shapely.normalize(shapely.from_wkb(bytes(row.lattice)))),
            ),
        )
        for row in rows
    ]  # fmt: skip


_IDS = text("SELECT nextval(pg_get_serial_sequence('zone', 'id')) FROM generate_series(1, :count)")
_COPIES = (
    " FROM unnest(CAST(:old AS int[]), CAST(:new AS int[]), CAST(:since AS timestamptz[]),"
    " CAST(:until AS timestamptz[])) AS copy (old, new, since, until)"
)
_RESUME = text(
    "INSERT INTO zone (id, kind, code, name, unit_code, value, effective_from, effective_to, given_as, srid,"
    " geom, geom_mm, source) SELECT copy.new, kind, code, name, unit_code, value, copy.since, copy.until,"
    " given_as, srid, geom, geom_mm, source" + _COPIES + " JOIN zone ON zone.id = copy.old"
)
_RESUME_CELLS = text(
    "INSERT INTO zone_cell (zone_id, cell_code) SELECT copy.new, cell_code"
    + _COPIES
    + " JOIN zone_cell ON zone_cell.zone_id = copy.old"
)


def _resume(connection: Connection, resumed: Sequence[tuple[_Stored, datetime | None]]) -> None:
    """Let zones that were ended or withdrawn come back at the instants given, until they would have ended."""
    if not resumed:
        return
    asked = {
        "old": [each.id for each, _ in resumed],
        "new": list(connection.scalars(_IDS, {"count": len(resumed)})),
        "since": [at for _, at in resumed],
        "until": [each.until for each, _ in resumed],
    }
    connection.execute(_RESUME, asked)
    connection.execute(_RESUME_CELLS, asked)


def _copy(
    connection: Connection,
    new: NewZones,
    begun: Sequence[int],
    effective: datetime | None,
    ends: Mapping[str, datetime | None],
    source: str,
) -> None:
    if not begun:
        return
    ids = connection.scalars(_IDS, {"count": len(begun)}).all()
    chosen = np.array(begun)
    shapes = shapely.to_wkb(shapely.set_srid(new.geometries[chosen], 4326), hex=True, include_srid=True)
    lattice = shapely.to_wkb(new.geom_mm[chosen], hex=True)
    copy_rows(
        connection,
        "zone",
        (
            "id", "kind", "code", "name", "unit_code", "value", "effective_from", "effective_to", "given_as",
            "srid", "geom", "geom_mm", "source",
        ),
        (
            (
                id_, new.kind, new.codes[k], new.names[k], new.units[k], new.values[k], effective,
                ends[new.codes[k]], new.given_as, new.srid, shape, mm, source,
            )
            for id_, k, shape, mm in zip(ids, begun, shapes, lattice, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        connection,
        "zone_cell",
        ("zone_id", "cell_code"),
        ((id_, cell) for id_, k in zip(ids, begun, strict=True) for cell in new.cells[k]),
    )
