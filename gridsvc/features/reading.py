"""Features out of PostGIS, as the text of GeoJSON: PostGIS writes it, one statement a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from gridsvc.features.boxes import BoxCondition
from gridsvc.features.collections import Collection
from gridsvc.features.compiling import Compiled
from gridsvc.features.crs import DEFAULT, System
from gridsvc.features.moments import Span
from gridsvc.features.rows import ALL_TIME, Rows, rows_at
from gridsvc.geography import Box


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a collection."""

    collection: Collection
    span: Span
    limit: int
    system: System = DEFAULT
    box: BoxCondition | None = None
    equal: Mapping[str, Any] = field(default_factory=dict)
    """Property → the value that it must have."""
    condition: Compiled | None = None
    after: tuple[Any, ...] | None = None
    """Keys of the last feature of the page before."""


@dataclass(frozen=True, slots=True)
class Page:
    """Features as GeoJSON texts, how many match in all, and the last one's keys when there are more."""

    features: Sequence[str]
    matched: int
    following: tuple[Any, ...] | None


def read_page(connection: Connection, question: Question) -> Page:
    """Return a page: ordered by the collection's keys, so that no row inserted meanwhile moves another."""
    collection = question.collection
    rows, where, parameters = _selected(connection, question)
    keys = ", ".join(collection.keys)
    after = ""
    if question.after is not None:
        marks = ", ".join(f":after_{n}" for n in range(len(collection.keys)))
        after = f" AND ({keys}) > ({marks})"
        parameters |= {f"after_{n}": value for n, value in enumerate(question.after)}
    statement = (
        f"WITH chosen AS NOT MATERIALIZED (SELECT * FROM ({rows.sql}) AS feature WHERE {where})"
        f" SELECT (SELECT count(*) FROM chosen), page.* FROM (SELECT 1) AS one LEFT JOIN"
        f" (SELECT {keys}, {feature_sql(collection, question.system)} AS json FROM chosen"
        f" WHERE TRUE{after} ORDER BY {keys} LIMIT :most) AS page ON TRUE ORDER BY {keys}"
    )
    # SQLAlchemy would keep every shape of a filter that was ever asked, with its compiled statement.
    uncached = {"compiled_cache": None}
    found = connection.execute(
        text(statement), parameters | {"most": question.limit + 1}, execution_options=uncached
    ).all()
    matched: int = found[0][0]
    if found[0][-1] is None:
        return Page((), matched, None)
    more = len(found) > question.limit
    page = found[: question.limit]
    return Page([row[-1] for row in page], matched, tuple(page[-1][1:-1]) if more else None)


def read_feature(
    connection: Connection, collection: Collection, feature_id: str, system: System = DEFAULT
) -> str | None:
    """Return one feature, of whatever time, as the text of GeoJSON; None when there is none of that id."""
    rows = rows_at(connection, collection, ALL_TIME)
    found = key_condition(collection, feature_id)
    if found is None:
        return None
    condition, parameters = found
    statement = (
        f"SELECT {feature_sql(collection, system)} FROM ({rows.sql}) AS feature"
        f" WHERE {' AND '.join(('TRUE', *rows.conditions))} AND {condition}"
    )
    json: str | None = connection.execute(text(statement), rows.parameters | parameters).scalar()
    return json


def key_condition(collection: Collection, feature_id: str) -> tuple[str, dict[str, Any]] | None:
    """Return the condition that finds an id by its keys, through the index; None when none can have it."""
    if "\0" in feature_id:
        return None
    if collection.keys == ("edition_id", "code"):
        number, dot, code = feature_id.partition(".")
        if not dot or not _is_number(number):
            return None
        return "edition_id = :edition_id AND code = :code", {"edition_id": int(number), "code": code}
    if "id" in collection.named():
        return "id = :id", {"id": feature_id}
    return ("id = :id", {"id": int(feature_id)}) if _is_number(feature_id) else None


def _is_number(given: str) -> bool:
    """Return whether it is a 32-bit id in the one form that the answers have."""
    # Its length first: Python refuses to read a number of thousands of digits.
    return (
        len(given) <= 10
        and given.isascii()
        and given.isdigit()
        and str(n := int(given)) == given
        and n < 2**31
    )


def _selected(connection: Connection, question: Question) -> tuple[Rows, str, dict[str, Any]]:
    rows = rows_at(connection, question.collection, question.span)
    conditions = ["TRUE", *rows.conditions]
    parameters = dict(rows.parameters)
    if question.box is not None:
        conditions.append(question.box.sql)
        parameters |= question.box.parameters
    for n, (name, value) in enumerate(question.equal.items()):
        conditions.append(f"{name} = :equal_{n}")
        parameters[f"equal_{n}"] = value
    if question.condition is not None:
        conditions.append(question.condition.sql)
        parameters |= question.condition.parameters
    return rows, " AND ".join(conditions), parameters


def feature_sql(collection: Collection, system: System) -> str:
    """Return the SQL of a feature's GeoJSON.

    The outer ring runs counter-clockwise on the ground (RFC 7946): settled before axes change places.
    """
    # ST_ForcePolygonCCW turns lines around, too, and a road's direction means something.
    shape = {
        "multipolygon": "ST_ForcePolygonCCW(geometry)",
        "linestring": "geometry",
        "any": "CASE WHEN ST_Dimension(geometry) = 2 THEN ST_ForcePolygonCCW(geometry) ELSE geometry END",
    }[collection.geometry]
    if not system.stored:
        shape = f"ST_Transform({shape}, {system.srid})"
    if system.north_first:
        shape = f"ST_FlipCoordinates({shape})"
    properties = ", ".join(f"'{each.name}', {each.name}" for each in collection.properties)
    return (
        "json_build_object('type', 'Feature', 'id', fid,"
        f" 'geometry', ST_AsGeoJSON({shape}, {system.decimals}, 0)::json,"
        f" 'properties', json_build_object({properties}))::text"
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """What a collection covers, of all time: its box, first and last instant."""

    box: Box | None
    start: datetime | None
    end: datetime | None


def reach(connection: Connection, collection: Collection) -> Reach:
    """Return the extent of every feature of a collection."""
    rows = rows_at(connection, collection, ALL_TIME)
    # An open end of one feature is an open end of all: a null counts before every date.
    times = (
        "CASE WHEN bool_and(valid_from IS NOT NULL) THEN min(valid_from) END,"
        " CASE WHEN bool_and(valid_to IS NOT NULL) THEN max(valid_to) END"
        if collection.timed
        else "NULL, NULL"
    )
    west, south, east, north, start, end = connection.execute(
        text(
            "SELECT ST_XMin(b), ST_YMin(b), ST_XMax(b), ST_YMax(b), s, e"
            f" FROM (SELECT ST_Extent(geometry)::geometry, {times} FROM ({rows.sql}) AS feature)"
            " AS reach(b, s, e)"
        ),
        rows.parameters,
    ).one()
    return Reach(None if west is None else Box(west, south, east, north), start, end)


def projected_srids(connection: Connection) -> list[int]:
    """Return the projected systems of the published areas and zones."""
    found = connection.execute(
        text(
            "SELECT srid FROM area_edition WHERE withdrawn_at IS NULL UNION SELECT srid FROM zone ORDER BY 1"
        )
    )
    return [row[0] for row in found]
