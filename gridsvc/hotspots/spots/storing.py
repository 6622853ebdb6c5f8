"""Keeping what a run found: hotspots get their identity, and the run its place in the series."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.errors import Conflict, Place, Text
from gridsvc.geography.projection import to_degrees, to_millimetres
from gridsvc.hotspots.spots.finding import Spot
from gridsvc.hotspots.spots.following import Known, follow
from gridsvc.hotspots.spots.series import Series

REMEMBERED_RUNS = 8
"""A hotspot unseen for so many runs is forgotten: what comes there later is a new one."""


@dataclass(frozen=True, slots=True)
class Run:
    """One week's answer, as it is stored; `reports` and `incidents` of the whole area."""

    first: date
    last: date
    snapshot: str
    reports: int
    incidents: int
    provenance: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A hotspot as a run that was dropped had seen it; `last` is the run's, `outline` WKB in WGS 84."""

    id: int
    last: date
    outline: bytes


def store_run(
    connection: Connection,
    series: Series,
    run: Run,
    spots: Sequence[Spot],
    srid: int,
    *,
    now: datetime,
    forgotten: Sequence[Forgotten] = (),
) -> int:
    """Store a run with its hotspots in order of rank, in place of the same week's, and return its id.

    A hotspot that only the replaced run had seen keeps its number where it is found again; so do those that
    `forget_runs` dropped before, if given as `forgotten`.

    Raises Conflict (later_runs): weeks after this one are stored already, and followed from what was before.
    """
    later = connection.scalar(
        text("SELECT max(last_day) FROM hotspot_run WHERE series_id = :series AND last_day > :last"),
        {"series": series.id, "last": run.last},
    )
    if later is not None:
        raise Conflict(
            "later_runs",
            Text(
                f"“{series.name}”已有截至 {later} 的结果，不能补插 {run.last} 的一期。",
                f"{series.name!r} is stored up to {later}: the week to {run.last} cannot go before it.",
            ),
            place=Place(column="to", value=str(run.last)),
            remedy=Text("请用 --from 从那一周起重算。", "Make all weeks from there anew with --from."),
        )
    dropped = [*forgotten, *forget_runs(connection, series, run.last)]
    known = _known(connection, series, srid)
    shapes = np.empty(len(spots), object)
    shapes[:] = [spot.geometry_mm for spot in spots]
    identities = follow(known, shapes)
    unborn = [place for place, identity in enumerate(identities) if identity.id is None]
    again = _known_again(connection, dropped, run.last, shapes[unborn], srid)
    number: int = connection.execute(
        text(
            "INSERT INTO hotspot_run (series_id, first_day, last_day, made_at, snapshot, reports, incidents,"
            " provenance) VALUES (:series, :first, :last, :now, :snapshot, :reports, :incidents, :provenance)"
            " RETURNING id"
        ),
        {
            "series": series.id,
            "first": run.first,
            "last": run.last,
            "now": now,
            "snapshot": run.snapshot,
            "reports": run.reports,
            "incidents": run.incidents,
            "provenance": _json(run.provenance),
        },
    ).scalar_one()
    parents = [identities[place].born_of for place in unborn]
    born = iter(_born(connection, series, run.last, parents, again))
    outlines = _in_degrees(shapes, srid)
    rows = [
        {
            "run": number,
            "hotspot": identity.id if identity.id is not None else next(born),
            "rank": rank,
            "change": identity.change,
            "name": spot.name,
            "codes": list(spot.codes),
            "geom": outline,
            "observed": spot.observed,
            "expected": spot.expected,
            "risk": spot.risk,
            "low": spot.low,
            "high": spot.high,
            "details": _json(spot.details),
        }
        for rank, (spot, identity, outline) in enumerate(zip(spots, identities, outlines, strict=True), 1)
    ]
    if rows:
        connection.execute(_SIGHTING, rows)
    return number


def store_answer(connection: Connection, run: int, product: str, answer: dict[str, Any]) -> None:
    """Keep what else was found in the run (cells, trend, alerts, forecast), in place of what was there."""
    connection.execute(
        text(
            # Made when its run was: no clock of the database in what shall come out the same again.
            "INSERT INTO hotspot_answer (run_id, product, answer, made_at)"
            " SELECT id, :product, CAST(:answer AS jsonb), made_at FROM hotspot_run WHERE id = :run"
            " ON CONFLICT (run_id, product) DO UPDATE"
            " SET answer = excluded.answer, made_at = excluded.made_at"
        ),
        {"run": run, "product": product, "answer": _json(answer)},
    )


def forget_runs(connection: Connection, series: Series, since: date) -> list[Forgotten]:
    """Drop the runs of a series that end on `since` or later, and the hotspots that only they saw.

    Returns what was dropped of these, so that the same weeks made anew can give them their numbers again.
    """
    asked = {"series": series.id, "since": since}
    seen = connection.execute(
        text(
            "SELECT s.hotspot_id, r.last_day, ST_AsBinary(s.geom) FROM hotspot_sighting s"
            " JOIN hotspot_run r ON r.id = s.run_id"
            " WHERE r.series_id = :series AND r.last_day >= :since ORDER BY r.last_day, s.rank"
        ),
        asked,
    ).all()
    connection.execute(
        text("DELETE FROM hotspot_run WHERE series_id = :series AND last_day >= :since"), asked
    )
    gone = set(
        connection.scalars(
            text(
                "DELETE FROM hotspot h WHERE series_id = :series"
                " AND NOT EXISTS (SELECT 1 FROM hotspot_sighting s WHERE s.hotspot_id = h.id) RETURNING id"
            ),
            asked,
        )
    )
    return [Forgotten(number, last, bytes(outline)) for number, last, outline in seen if number in gone]


_SIGHTING = text(
    "INSERT INTO hotspot_sighting (run_id, hotspot_id, rank, change, name, cell_codes, geom, observed,"
    " expected, risk, risk_low, risk_high, details) VALUES (:run, :hotspot, :rank, :change, :name, :codes,"
    " ST_Multi(ST_GeomFromWKB(:geom, 4326)), :observed, :expected, :risk, :low, :high, :details)"
)
_KNOWN = text(
    "WITH run AS (SELECT id, row_number() OVER (ORDER BY last_day DESC) AS ago FROM hotspot_run"
    "  WHERE series_id = :series)"
    " SELECT DISTINCT ON (s.hotspot_id) s.hotspot_id, run.ago, ST_AsBinary(s.geom)"
    " FROM hotspot_sighting s JOIN run ON run.id = s.run_id"
    " WHERE run.ago <= :runs ORDER BY s.hotspot_id, run.ago"
)


def _known(connection: Connection, series: Series, srid: int) -> list[Known]:
    rows = connection.execute(_KNOWN, {"series": series.id, "runs": REMEMBERED_RUNS}).all()
    shapes = _in_millimetres([bytes(row[2]) for row in rows], srid)
    return [Known(row[0], shape, row[1]) for row, shape in zip(rows, shapes, strict=True)]


def _known_again(
    connection: Connection, dropped: Sequence[Forgotten], last: date, shapes: NDArray[Any], srid: int
) -> list[int | None]:
    """Return which hotspot each new outline was when this week was made before, None for none."""
    taken = set(
        connection.scalars(
            text("SELECT id FROM hotspot WHERE id = ANY(:ids)"), {"ids": [each.id for each in dropped]}
        )
    )
    before = [each for each in dropped if each.last == last and each.id not in taken]
    outlines = _in_millimetres([each.outline for each in before], srid)
    known = [Known(each.id, outline, 1) for each, outline in zip(before, outlines, strict=True)]
    return [identity.id for identity in follow(known, shapes)]


def _in_millimetres(outlines: Sequence[bytes], srid: int) -> NDArray[Any]:
    def millimetres(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_millimetres(srid, degrees[:, 0], degrees[:, 1])).astype(np.float64)

    shapes = shapely.transform(shapely.from_wkb(np.array(outlines, object)), millimetres)
    # Rounded to millimetres anew, an outline may touch itself.
    return np.asarray(shapely.make_valid(shapes), object)


def _born(
    connection: Connection,
    series: Series,
    last: date,
    parents: Sequence[int | None],
    numbers: Sequence[int | None],
) -> list[int]:
    return [
        connection.execute(
            text(
                "INSERT INTO hotspot (id, series_id, born_of, first_day)"
                " VALUES (coalesce(:number, nextval(pg_get_serial_sequence('hotspot', 'id'))),"
                " :series, :parent, :last) RETURNING id"
            ),
            {"number": number, "series": series.id, "parent": parent, "last": last},
        ).scalar_one()
        for parent, number in zip(parents, numbers, strict=True)
    ]


def _in_degrees(shapes: NDArray[Any], srid: int) -> list[bytes]:
    def degrees(millimetres: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = np.rint(millimetres).astype(np.int64).T
        return np.stack(to_degrees(srid, x, y), axis=1).astype(np.float64)

    return [shapely.to_wkb(shape) for shape in shapely.transform(shapes, degrees)]


def _json(value: dict[str, Any]) -> str:
    return orjson.dumps(value, option=orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_NON_STR_KEYS).decode()
