"""Taking a report in: the report and its resolution are stored together, and a retry makes no second one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import shapely
from sqlalchemy import Connection, insert, null, select
from sqlalchemy.dialects.postgresql import insert as upsert

from gridsvc.cases.addresses import (
    ACCURACY_KIND,
    ADDRESS_DISAGREES,
    ADDRESS_UNREAD,
    PLACED_BY_ADDRESS,
    Addresses,
    Reading,
)
from gridsvc.cases.resolutions import stored_row
from gridsvc.cases.tables import report as report_table
from gridsvc.cases.tables import resolution as resolution_table
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography import to_wgs84
from gridsvc.responsibility import Atlas, Queries, answer_of, resolve

NEEDS_LOCATION = "needs_location"
OUTSIDE = "outside"


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report as it comes in. `lon`, `lat` in degrees of `datum`; `opened_at` aware.

    `facts`: by name of `handling.facts`, as written.
    """

    opened_at: datetime
    lon: float | None = None
    lat: float | None = None
    datum: str = "wgs84"
    accuracy_m: float | None = None
    accuracy_kind: str | None = None
    heading_deg: float | None = None
    house_number: int | None = None
    scheme: str | None = None
    kind: str | None = None
    class_code: str | None = None
    component_id: str | None = None
    facts: Mapping[str, str] | None = None
    clause_id: int | None = None
    text: str | None = None
    address: str | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class Once:
    """Makes a retry recognisable: the caller's key (unique in the whole service) and what it asked for."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """The stored report; `resolution` is None without place or class. `replayed`: it was there before.

    `placed_by`: the place that the address gave, or the candidates that wait for a person; None where the
    address was not asked.
    """

    id: int
    resolution: dict[str, Any] | None
    flags: list[str]
    replayed: bool
    placed_by: dict[str, Any] | None = None


def submit_report(
    connection: Connection,
    atlas: Atlas,
    new: NewReport,
    *,
    once: Once | None = None,
    origin: str = "api",
    language: str = "zh",
    addresses: Addresses | None = None,
    reading: Reading | None = None,
) -> Submitted:
    """Store a report and its resolution in the caller's transaction.

    `reading` is what `addresses` read in its address, before this transaction, for that takes time; an
    address that was not read is kept and flagged `address_unread`. Without a place the report is put where a
    certain and exact address says; else it is taken as `needs_location`. A place that was given is kept, and
    flagged when the address says another. A house number that the address says stands in for one that was
    not given. With `once` the first report under that key is the only one: a later call with the same
    fingerprint gets its answer again, also when both run at the same time. `language` (zh, en) is that of the
    stored reasons.

    Raises:
        InputRefused: `unknown_class`, `ambiguous_class` and the like, as the resolver finds them, or
            `idempotency_key_reused`, when the key came before with something else.
    """
    if once is not None and (first := _first(connection, once)) is not None:
        return first
    flags = [ADDRESS_UNREAD] if new.address and reading is None else []
    record: dict[str, Any] | None = None
    if reading is not None and (new.lon is None or new.lat is None):
        record = reading.record
        if reading.place is not None:
            new = _placed(new, reading)
            flags.append(PLACED_BY_ADDRESS)
    if addresses is not None and reading is not None and new.house_number is None:
        new = replace(new, house_number=_said_number(addresses, reading, new))
    answer: dict[str, Any] | None = None
    row: dict[str, Any] = {}
    scheme, kind, code, geom = new.scheme, new.kind, new.class_code, None
    if new.lon is None or new.lat is None:
        flags.append(NEEDS_LOCATION)
        if code is not None:
            scheme, kind, code = _class_of(atlas, new, code)
    else:
        answer, row = _resolve(atlas, new, new.lon, new.lat, language)
        lon, lat = to_wgs84(new.datum, [new.lon], [new.lat])
        point = shapely.set_srid(shapely.Point(float(lon[0]), float(lat[0])), 4326)
        geom = shapely.to_wkb(point, hex=True, include_srid=True)
        if (
            addresses is not None
            and reading is not None
            and record is None
            and addresses.disagrees(reading, point.x, point.y, new.accuracy_m)
        ):
            flags.append(ADDRESS_DISAGREES)
            record = reading.record
        if answer is not None:
            scheme, kind, code = (answer["class"][name] for name in ("scheme", "kind", "code"))
            if answer["cell"] is None:
                flags.append(OUTSIDE)
    added = connection.execute(
        upsert(report_table)
        .values(
            origin=origin,
            idempotency_key=once.key if once else None,
            fingerprint=once.fingerprint if once else None,
            lon=new.lon,
            lat=new.lat,
            datum=new.datum,
            accuracy_m=new.accuracy_m,
            accuracy_kind=new.accuracy_kind,
            heading_deg=new.heading_deg,
            house_number=new.house_number,
            geom=geom,
            scheme=scheme,
            kind=kind,
            class_code=code,
            text=new.text,
            address=new.address,
            source=new.source,
            opened_at=new.opened_at,
            flags=flags,
            placed_by=record,
            component_id=new.component_id,
            facts=null() if not new.facts else dict(new.facts),
        )
        # Waits for a transaction that is storing the same key just now, and finds its row afterwards.
        .on_conflict_do_nothing(index_elements=[report_table.c.idempotency_key])
        .returning(report_table.c.id)
    ).scalar_one_or_none()
    if added is None:
        assert once is not None
        first = _first(connection, once)
        assert first is not None, "a key that conflicts has its row"
        return first
    if answer is not None:
        connection.execute(insert(resolution_table).values(row | {"report_id": added}))
    return Submitted(added, answer, flags, replayed=False, placed_by=record)


def _placed(new: NewReport, reading: Reading) -> NewReport:
    """Return the report at the place that its address gave."""
    assert reading.place is not None
    place = reading.place
    return replace(
        new,
        lon=place.lon,
        lat=place.lat,
        datum="wgs84",
        accuracy_m=place.accuracy_m,
        accuracy_kind=ACCURACY_KIND,
    )


def _said_number(addresses: Addresses, reading: Reading, new: NewReport) -> int | None:
    """Return the house number that the address says, None when the place that was given lies elsewhere."""
    if new.lon is None or new.lat is None:
        return reading.certain.house_number if reading.certain is not None else None
    lon, lat = to_wgs84(new.datum, [new.lon], [new.lat])
    return addresses.house_number(reading, float(lon[0]), float(lat[0]), new.accuracy_m)


def _resolve(
    atlas: Atlas, new: NewReport, lon: float, lat: float, language: str
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """Return the answer (None without a class) and the row of table `resolution` for it."""
    if new.class_code is None:
        return None, {}
    resolutions = resolve(
        atlas,
        Queries.one(
            lon=lon,
            lat=lat,
            at=new.opened_at,
            class_code=new.class_code,
            kind=new.kind,
            scheme=new.scheme,
            datum=new.datum,
            accuracy_m=new.accuracy_m,
            accuracy_kind=new.accuracy_kind,
            heading_deg=new.heading_deg,
            house_number=new.house_number,
            component_id=new.component_id,
            facts=new.facts or None,
            clause_id=new.clause_id,
        ),
    )
    fault = resolutions.problem_of(0)
    if fault is not None:
        raise InputRefused(fault.code, fault.message, remedy=fault.remedy, place=fault.place)
    answer = answer_of(resolutions, 0, language)
    return answer, stored_row(resolutions, 0, answer)


def _class_of(atlas: Atlas, new: NewReport, code: str) -> tuple[str, str, str]:
    """Return scheme, kind and code of the class that is meant; without a place it is refused as with one."""
    at = np.array([round(new.opened_at.timestamp() * 1_000_000)], np.int64)
    moment = atlas.moments[int(atlas.moment_at(at)[0])]
    found = atlas.classes.find(new.scheme, new.kind, code.strip(), moment.rules.classes_in_force)
    if isinstance(found, Fault):
        raise InputRefused(found.code, found.message, remedy=found.remedy, place=found.place)
    row = atlas.classes.rows[found]
    return row.scheme, row.kind, row.code


_FIRST = select(
    report_table.c.id,
    report_table.c.fingerprint,
    report_table.c.flags,
    report_table.c.placed_by,
    resolution_table.c.answer,
).select_from(report_table.outerjoin(resolution_table))


def _first(connection: Connection, once: Once) -> Submitted | None:
    """Return what the key stored before, or None."""
    row = connection.execute(_FIRST.where(report_table.c.idempotency_key == once.key)).one_or_none()
    if row is None:
        return None
    if row.fingerprint != once.fingerprint:
        raise InputRefused(
            "idempotency_key_reused",
            Text(
                "这个 Idempotency-Key 已用于内容不同的上报。",
                "This Idempotency-Key was used for a report with other content.",
            ),
            remedy=Text("新的上报请换用新的 Idempotency-Key。", "Use a new key for a new report."),
            place=Place(column=None),
        )
    return Submitted(row.id, row.answer, list(row.flags), replayed=True, placed_by=row.placed_by)
