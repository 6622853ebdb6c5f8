"""The reports that a question asks for, as SQL that every reader shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, text

from gridsvc.cases.duplicates.counting import holds
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.hotspots.cells import Cells, cells_in_force
from gridsvc.hotspots.classes import CountedClass, choose_classes
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.records.keys import cell_keys, class_key, tally_key
from gridsvc.hotspots.records.local_time import LocalTime


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A question whose classes, cells and clocks are known.

    `sql` is a SELECT of the reports asked for: id, opened_at, source, text, geom, `class_key` (its index
    is in `class_of`), `at_sink` (at a quarantined coordinate) and `is_duplicate` (of an earlier one).
    `tally` is one of what is kept of them for counts: id, opened_at, `class_key` (a number, its index is in
    `class_of_key`), `channel_key`, `cell_key`, and again `at_sink` and `is_duplicate`.
    `parameters` are the values that they and the queries around it bind, in psycopg's notation.
    """

    question: Question
    classes: tuple[CountedClass, ...]
    cells: Cells
    clocks: LocalTime
    class_of: dict[str, int]
    sql: str
    tally: str
    class_of_key: dict[int, int]
    parameters: dict[str, Any]
    has_sinks: bool
    has_duplicates: bool
    days_ahead: int


def ask(
    connection: Connection,
    question: Question,
    *,
    now: datetime,
    snap_outside_m: float,
    cells: Cells | None = None,
) -> Asked:
    """Settle what a question means.

    Without `cells`, those in force when its period ends are taken, or those of now if that is earlier.

    Raises
    ------
    InputRefused
        `unknown_class`, `ambiguous_class`; `unknown_source`: no report has ever come from there;
        `period_future`: the period has not begun.
    NotFound
        `no_cells`: no cells were imported.
    """
    if question.start > now:
        raise InputRefused(
            "period_future",
            Text(
                f"时段自 {question.first} 起，尚未开始，不会有上报。",
                f"the period begins on {question.first}, which is still to come: it can have no reports.",
            ),
            place=Place(column="from", value=str(question.first)),
            remedy=Text("请选择已开始的时段。", "Choose a period that has begun."),
        )
    # An edition from midnight on is the next day's.
    at = min(question.end - timedelta.resolution, now)
    classes = choose_classes(connection, question.classes, question.scheme, question.kind, at)
    _check_sources(connection, question.sources)
    cells = cells or cells_in_force(connection, at, snap_outside_m=snap_outside_m)
    clocks = LocalTime.of(question.zone, question.first, question.last)
    chosen = _chosen(classes)
    keys = {class_key(each): number for number, each in enumerate(classes)}
    sinks, duplicates = _set_aside(connection)
    return Asked(
        question,
        classes,
        cells,
        clocks,
        chosen.keys,
        _sql(question, chosen, sinks=sinks, duplicates=duplicates),
        _tally(question, sinks=sinks, duplicates=duplicates),
        keys,
        {
            "edition": cells.edition.id,
            "start": question.start,
            "end": question.end,
            "first_day": question.first,
            "zone": question.zone.key,
            "first_hour": question.hours.first if question.hours else None,
            "last_hour": question.hours.last if question.hours else None,
            "sources": list(question.sources),
            "class_keys": list(keys),
            "cell_keys": cell_keys(cells.layer),
            "channel_keys": [tally_key(source) for source in question.sources],
        }
        | chosen.parameters,
        has_sinks=sinks,
        has_duplicates=duplicates,
        days_ahead=max(0, (question.last - now.astimezone(question.zone).date()).days),
    )


_HOUR = "extract(hour FROM r.opened_at AT TIME ZONE %(zone)s)"
_PERIOD = "r.opened_at >= %(start)s AND r.opened_at < %(end)s"
# The index on places holds boxes of single precision: it finds, and the coordinates decide.
_AT_SINKS = (
    "LEFT JOIN (SELECT n.id FROM geocode_sink k"
    " JOIN report n ON n.geom ~= ST_SetSRID(ST_MakePoint(k.lon, k.lat), 4326)"
    " AND ST_X(n.geom) = k.lon AND ST_Y(n.geom) = k.lat"
    " WHERE k.status = 'quarantined') AS q ON q.id = r.id"
)
_DUPLICATES = (
    f"LEFT JOIN (SELECT l.report_id FROM report_duplicate AS l WHERE {holds('l')}) AS d ON d.report_id = r.id"
)


@dataclass(frozen=True, slots=True)
class _Chosen:
    """The classes asked for as a condition, and as a text that tells them apart."""

    condition: str
    key: str
    keys: dict[str, int]
    parameters: dict[str, Any]


def _chosen(classes: Sequence[CountedClass]) -> _Chosen:
    """Say the classes as plainly as they allow: PostgreSQL then takes the index, and all its processes."""
    together: dict[tuple[str | None, str | None], list[str]] = {}
    for each in classes:
        together.setdefault((each.scheme, each.kind), []).append(each.code)
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    for number, ((scheme, kind), codes) in enumerate(together.items()):
        codes_in = f"r.class_code = ANY(%(codes{number})s::text[])"
        conditions.append(
            f"({codes_in} AND r.kind IS NULL)"
            if kind is None
            else f"({codes_in} AND r.scheme = %(scheme{number})s AND r.kind = %(kind{number})s)"
        )
        parameters |= {f"codes{number}": codes, f"scheme{number}": scheme, f"kind{number}": kind}
    if len(classes) == 1:
        key, keys = "''", {"": 0}
    elif len(together) == 1:
        key, keys = "r.class_code", {each.code: number for number, each in enumerate(classes)}
    else:
        # A sender's words have no kind, whatever their scheme.
        key = "CASE WHEN r.kind IS NULL THEN '' ELSE r.scheme || ' ' || r.kind END || ' ' || r.class_code"
        keys = {
            f"{'' if each.kind is None else f'{each.scheme} {each.kind}'} {each.code}": number
            for number, each in enumerate(classes)
        }
    return _Chosen(f"({' OR '.join(conditions)})", key, keys, parameters)


def _sql(question: Question, chosen: _Chosen, *, sinks: bool, duplicates: bool) -> str:
    """Return the SELECT; a condition or a join is there only where it is needed, for the planner's sake."""
    where = f"{_PERIOD} AND {chosen.condition}{_hours(question)}"
    if question.sources:
        where += " AND r.source = ANY(%(sources)s)"
    return (
        f"SELECT r.id, r.opened_at, r.source, r.text, r.geom, {chosen.key} AS class_key"
        f", {'q.id IS NOT NULL' if sinks else 'false'} AS at_sink"
        f", {'d.report_id IS NOT NULL' if duplicates else 'false'} AS is_duplicate"
        f" FROM report r {_AT_SINKS if sinks else ''} {_DUPLICATES if duplicates else ''} WHERE {where}"
    )


def _tally(question: Question, *, sinks: bool, duplicates: bool) -> str:
    """Return the SELECT of the same reports from `report_tally`, which an index alone can answer."""
    where = f"{_PERIOD} AND r.class_key = ANY(%(class_keys)s::bigint[]){_hours(question)}"
    if question.sources:
        where += " AND r.channel_key = ANY(%(channel_keys)s::bigint[])"
    return (
        "SELECT r.id, r.opened_at, r.class_key, r.channel_key, r.cell_key"
        f", {'q.id IS NOT NULL' if sinks else 'false'} AS at_sink"
        f", {'d.report_id IS NOT NULL' if duplicates else 'false'} AS is_duplicate"
        " FROM (SELECT report_id AS id, opened_at, class_key, channel_key, cell_key FROM report_tally) AS r"
        f" {_AT_SINKS if sinks else ''} {_DUPLICATES if duplicates else ''} WHERE {where}"
    )


def _hours(question: Question) -> str:
    if question.hours is None:
        return ""
    if question.hours.first < question.hours.last:
        return f" AND {_HOUR} BETWEEN %(first_hour)s AND %(last_hour)s - 1"
    return f" AND {_HOUR} NOT BETWEEN %(last_hour)s AND %(first_hour)s - 1"


def _set_aside(connection: Connection) -> tuple[bool, bool]:
    """Return whether any coordinate is quarantined, and whether any duplicate is known."""
    row = connection.execute(
        text(
            "SELECT EXISTS (SELECT FROM geocode_sink WHERE status = 'quarantined'),"
            " EXISTS (SELECT FROM report_duplicate)"
        )
    ).one()
    return bool(row[0]), bool(row[1])


def _check_sources(connection: Connection, sources: Sequence[str]) -> None:
    found = text("SELECT 1 FROM report WHERE source = :source LIMIT 1")
    for source in sources:
        if connection.execute(found, {"source": source}).first() is None:
            known = connection.scalars(
                text("SELECT DISTINCT source FROM report WHERE source IS NOT NULL ORDER BY source")
            ).all()
            listed = "、".join(known[:20]) or "—"
            raise InputRefused(
                "unknown_source",
                Text(
                    f"没有来源为 {source} 的上报；已有来源：{listed}。",
                    f"no report has the source {source}; there are: {listed}.",
                ),
                place=Place(column="source", value=source),
            )
