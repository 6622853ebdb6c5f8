"""Storing zones: what they take the place of is ended or withdrawn, never deleted."""

from __future__ import annotations

from collections.abc import Sequence
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
    cells: Sequence[tuple[str, ...]]
    geometries: Shapes
    geom_mm: Shapes

    def content(self, k: int) -> _Content:
        """Return all that makes zone `k` the same as another."""
        lattice = shapely.to_wkb(shapely.normalize(self.geom_mm[k]))
        return _Content(self.names[k], self.units[k], self.given_as, self.cells[k], self.srid, lattice)


@dataclass(frozen=True, slots=True)
class _Content:
    name: str
    unit: str | None
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

    `until` is when the new ones end; `cut_short`: later zones made them end before the date asked for.
    `not_resumed`: codes of zones that went on beyond `until` and end at the date all the same.
    """

    begun: tuple[str, ...]
    unchanged: tuple[str, ...]
    ended: tuple[str, ...]
    withdrawn: tuple[str, ...]
    until: datetime | None
    cut_short: bool
    not_resumed: tuple[str, ...]


def publish(
    connection: Connection,
    new: NewZones,
    *,
    effective: datetime | None,
    until: datetime | None,
    only_these: bool,
    source: str,
) -> Published:
    """Put `new` in force from `effective` (None: ever) to `until` (None: open).

    All zones of the kind that are in force then end there (`only_these`: those with the same codes), unless
    they are the same; those that began at that very instant are withdrawn. Zones that begin later stay, and
    the new ones end where the first of them begins.
    """
    # Two imports take turns; readers go on reading.
    connection.execute(text("LOCK TABLE zone IN SHARE ROW EXCLUSIVE MODE"))
    stored = _stored(connection, new.kind, new.codes if only_these else None)
    later = [
        each.since
        for each in stored
        if each.since is not None and (effective is None or each.since > effective)
    ]
    asked, until = until, min([*later, *([until] if until else [])], default=None)
    number = {code: k for k, code in enumerate(new.codes)}
    unchanged: list[str] = []
    ending: list[_Stored] = []
    for each in stored:
        if not _holds(each, effective):
            continue
        k = number.get(each.code)
        if k is not None and each.until == until and each.content == new.content(k):
            unchanged.append(each.code)
        else:
            ending.append(each)
    withdrawn = [each for each in ending if each.since == effective]
    ended = [each for each in ending if each.since != effective]
    same = set(unchanged)
    begun = [k for k, code in enumerate(new.codes) if code not in same]
    for gone, values in (
        (withdrawn, {"withdrawn_at": func.now()}),
        (ended, {"effective_to": effective}),
    ):
        ids = [each.id for each in gone]
        if ids:
            connection.execute(update(zone).where(zone.c.id.in_(ids)).values(values))
    _copy(connection, new, begun, effective, until, source)
    if begun or ending:
        announce_change(connection, "zones")
    return Published(
        begun=tuple(new.codes[k] for k in begun),
        unchanged=tuple(unchanged),
        ended=tuple(each.code for each in ended),
        withdrawn=tuple(each.code for each in withdrawn),
        until=until,
        cut_short=until != asked,
        not_resumed=tuple(
            each.code
            for each in ending
            if until is not None and (each.until is None or each.until > until) and not later
        ),
    )


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
                row.name, row.unit_code, row.given_as, tuple(sorted(row.cells or ())), row.srid,
                shapely.to_wkb(shapely.normalize(shapely.from_wkb(bytes(row.lattice)))),
            ),
        )
        for row in rows
    ]  # fmt: skip


_IDS = text("SELECT nextval(pg_get_serial_sequence('zone', 'id')) FROM generate_series(1, :count)")


def _copy(
    connection: Connection,
    new: NewZones,
    begun: Sequence[int],
    effective: datetime | None,
    until: datetime | None,
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
            "id", "kind", "code", "name", "unit_code", "effective_from", "effective_to", "given_as", "srid",
            "geom", "geom_mm", "source",
        ),
        (
            (
                id_, new.kind, new.codes[k], new.names[k], new.units[k], effective, until, new.given_as,
                new.srid, shape, mm, source,
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
