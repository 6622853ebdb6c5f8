"""Coordinates to which some geocoder sent whatever it could not find, before they are the top hotspot.

In one real city 14 % of all reports lay on a single point (`hotspots.md` section 2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, text

from gridsvc.errors import NotFound, Place, Text

MORE_THAN_REPORTS = 20
MORE_THAN_SHARE = 0.002
MORE_THAN_ADDRESSES = 10
FEWEST_CLASSES = 2
_SAME_PLACE_DEGREES = 1e-6  # a tenth of a metre: what a person copies from a list

Status = Literal["suspected", "quarantined", "cleared"]


@dataclass(frozen=True, slots=True)
class Sink:
    """A coordinate (degrees, WGS 84) that stands, or may stand, for many addresses.

    `share` is of all reports. Reports at a `quarantined` one are in no count. At a `suspected` one they tell
    too few addresses to decide, and are counted. `decided_by` is None where the rule decided.
    """

    lon: float
    lat: float
    reports: int
    addresses: int
    without_address: int
    classes: int
    share: float
    found_at: datetime
    status: Status
    decided_by: str | None
    decided_at: datetime | None
    note: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the sink as plain values, for JSON."""
        values = {each.name: getattr(self, each.name) for each in fields(self)}
        return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in values.items()}


@dataclass(frozen=True, slots=True)
class _Figures:
    lon: float
    lat: float
    reports: int
    addresses: int
    without_address: int
    classes: int
    share: float

    @property
    def status(self) -> Status | None:
        """Return what the rule says: `hotspots.md` section 2, and `suspected` where nobody told addresses."""
        if self.reports <= max(MORE_THAN_REPORTS, MORE_THAN_SHARE * self.reports / self.share):
            return None
        if self.addresses > MORE_THAN_ADDRESSES and self.classes >= FEWEST_CLASSES:
            return "quarantined"
        return "suspected" if 2 * self.without_address > self.reports else None


def find_sinks(connection: Connection, *, now: datetime) -> list[Sink]:
    """Look through all reports, store what is found, and return every sink, the largest first.

    Quarantined is a coordinate with more than 20 reports and 0.2 % of all, more than 10 different addresses
    and at least two classes; suspected one with as many reports, most of which tell no address. Nothing is
    ever taken back by the rule, and what a person decided stands; the figures are brought up to date.
    """
    candidates = connection.execute(_CANDIDATES, _LIMITS).all()
    known = connection.execute(text("SELECT lon, lat FROM geocode_sink")).all()
    places = sorted({(row.lon, row.lat) for row in (*candidates, *known)})
    for figures in _figures(connection, places):
        connection.execute(_REFRESH, _values(figures))
        if figures.status is not None:
            connection.execute(_STORE, _values(figures) | {"status": figures.status, "now": now})
    return list_sinks(connection)


def list_sinks(connection: Connection) -> list[Sink]:
    """Return the sinks as they were found last, the largest first."""
    rows = connection.execute(text("SELECT * FROM geocode_sink ORDER BY reports DESC, lon, lat"))
    return [_sink(row) for row in rows]


def decide_sink(
    connection: Connection,
    lon: float,
    lat: float,
    status: Literal["quarantined", "cleared"],
    *,
    by: str,
    now: datetime,
    note: str | None = None,
) -> Sink:
    """Store what a person says of a coordinate, found by the rule or not, and return it.

    Raises
    ------
    NotFound
        `no_reports_there`: it is no known sink, and no report lies within a tenth of a metre.
    """
    at = {"lon": lon, "lat": lat, "near": _SAME_PLACE_DEGREES}
    row = connection.execute(_KNOWN_NEAR, at).first() or connection.execute(_REPORTS_NEAR, at).first()
    if row is None:
        raise NotFound(
            "no_reports_there",
            Text(f"坐标 {lon!r},{lat!r} 处没有上报。", f"there are no reports at {lon!r},{lat!r}."),
            place=Place(value=f"{lon!r},{lat!r}"),
            remedy=Text(
                "请从 gridsvc hotspot sinks 的清单中抄写坐标。",
                "Copy the coordinate from the list of gridsvc hotspot sinks.",
            ),
        )
    for figures in _figures(connection, [(row.lon, row.lat)]):
        connection.execute(_REFRESH, _values(figures))
        connection.execute(_STORE, _values(figures) | {"status": "suspected", "now": now})
    decided = connection.execute(
        text(
            "UPDATE geocode_sink SET status = :status, decided_by = :by, decided_at = :now,"
            " note = coalesce(:note, note) WHERE lon = :lon AND lat = :lat RETURNING *"
        ),
        {"lon": row.lon, "lat": row.lat, "status": status, "by": by, "now": now, "note": note},
    )
    return _sink(decided.one())


def normalised(address: str) -> str:
    """Return an address as it is compared: full and half width, case, blanks and punctuation alike.

    Between two digits something stays: 12-3号 is not 123号.
    """
    plain = unicodedata.normalize("NFKC", address).casefold()
    return re.sub(r"[\W_]+", "", re.sub(r"(?<=\d)[\W_]+(?=\d)", "至", plain))


_LIMITS = {"most": MORE_THAN_REPORTS, "share": MORE_THAN_SHARE}
# A NaN is larger than every number, and an empty point has no coordinate.
_CANDIDATES = text(
    "SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat FROM report WHERE ST_X(geom) BETWEEN -180 AND 180"
    " AND ST_Y(geom) BETWEEN -90 AND 90 GROUP BY geom"
    " HAVING count(*) > greatest(:most, :share * (SELECT count(*) FROM report))"
)
_AT = (
    " FROM unnest(CAST(:lons AS float8[]), CAST(:lats AS float8[])) WITH ORDINALITY AS k(lon, lat, n)"
    " JOIN report r ON r.geom ~= ST_SetSRID(ST_MakePoint(k.lon, k.lat), 4326)"
    " AND ST_X(r.geom) = k.lon AND ST_Y(r.geom) = k.lat"
)
_CLASSES = text(
    "SELECT k.n, count(*) AS reports, count(DISTINCT (r.scheme, r.kind, r.class_code)) AS classes,"
    f" (SELECT count(*) FROM report) AS total{_AT} GROUP BY 1 ORDER BY 1"
)
_ADDRESSES = text(f"SELECT k.n, r.address, count(*) AS reports{_AT} GROUP BY 1, 2")
_REFRESH = text(
    "UPDATE geocode_sink SET reports = :reports, addresses = :addresses, without_address = :without_address,"
    " classes = :classes, share = :share WHERE lon = :lon AND lat = :lat"
)
# The rule may turn a suspicion into a quarantine, and nothing else.
_STORE = text(
    "INSERT INTO geocode_sink"
    " (lon, lat, reports, addresses, without_address, classes, share, found_at, status)"
    " VALUES (:lon, :lat, :reports, :addresses, :without_address, :classes, :share, :now, :status)"
    " ON CONFLICT (lon, lat) DO UPDATE SET status = 'quarantined' WHERE excluded.status = 'quarantined'"
    " AND geocode_sink.decided_by IS NULL"
)
_KNOWN_NEAR = text(
    "SELECT lon, lat FROM geocode_sink WHERE abs(lon - :lon) <= :near AND abs(lat - :lat) <= :near"
    " ORDER BY abs(lon - :lon) + abs(lat - :lat) LIMIT 1"
)
_REPORTS_NEAR = text(
    "SELECT ST_X(geom) AS lon, ST_Y(geom) AS lat FROM report"
    " WHERE geom && ST_Expand(ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), :near)"
    " GROUP BY geom ORDER BY count(*) DESC, 1, 2 LIMIT 1"
)


def _figures(connection: Connection, places: Sequence[tuple[float, float]]) -> list[_Figures]:
    """Return the figures of those places that still have reports."""
    at = {"lons": [lon for lon, _ in places], "lats": [lat for _, lat in places]}
    told: dict[int, set[str]] = {}
    without: dict[int, int] = {}
    for n, address, reports in connection.execute(_ADDRESSES, at):
        one = normalised(address or "")
        if one:
            told.setdefault(n, set()).add(one)
        else:
            without[n] = without.get(n, 0) + reports
    return [
        _Figures(
            lon=places[row.n - 1][0],
            lat=places[row.n - 1][1],
            reports=row.reports,
            addresses=len(told.get(row.n, ())),
            without_address=without.get(row.n, 0),
            classes=row.classes,
            share=row.reports / row.total,
        )
        for row in connection.execute(_CLASSES, at)
    ]


def _values(figures: _Figures) -> dict[str, Any]:
    return {each.name: getattr(figures, each.name) for each in fields(figures)}


def _sink(row: Row[Any]) -> Sink:
    return Sink(**row._mapping)
