"""Reading reports: one, or a page of many."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, or_, select, true, tuple_

from gridsvc.cases.tables import report, resolution
from gridsvc.errors import NotFound, Text

MOST_A_PAGE = 1000
_ID = re.compile(r"[0-9]{1,18}")


@dataclass(frozen=True, slots=True)
class ReportFilter:
    """Which reports; what is None does not filter. `since` and `until` are aware; `until` is excluded."""

    scheme: str | None = None
    kind: str | None = None
    class_code: str | None = None
    source: str | None = None
    origin: str | None = None
    flag: str | None = None
    cell_code: str | None = None
    street_code: str | None = None
    unit_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    number: str | None = None
    """Of the case where it came from, or the report's own."""


@dataclass(frozen=True, slots=True)
class ReportPage:
    """A page, newest first; `after` is the key of its last report, None on the last page."""

    reports: list[dict[str, Any]]
    matched: int
    after: tuple[datetime, int] | None


_COLUMNS = (
    report.c.id,
    report.c.external_id,
    report.c.origin,
    report.c.lon,
    report.c.lat,
    report.c.datum,
    report.c.accuracy_m,
    report.c.scheme,
    report.c.kind,
    report.c.class_code,
    report.c.text,
    report.c.address,
    report.c.source,
    report.c.opened_at,
    report.c.closed_at,
    report.c.due_at,
    report.c.unit_text,
    report.c.flags,
    report.c.received_at,
    resolution.c.atlas,
    resolution.c.cell_code,
    resolution.c.street_code,
    resolution.c.clause_id,
    resolution.c.decision,
    resolution.c.unit_code,
    resolution.c.deadline,
    resolution.c.confidence,
)
_SAID = (report.c.component_id, report.c.facts, report.c.heading_deg, report.c.house_number)
"""What the sender said that rules go by: without it nobody can tell why the answer is what it is."""
_JOINED = report.outerjoin(resolution)


def find_report(connection: Connection, report_id: int) -> dict[str, Any]:
    """Return one report with all that its sender said, and the whole answer that was stored with it.

    Raises:
        NotFound: `unknown_report`.
    """
    row = connection.execute(
        select(*_COLUMNS, resolution.c.answer, report.c.placed_by, *_SAID)
        .select_from(_JOINED)
        .where(report.c.id == report_id)
    ).one_or_none()
    if row is None:
        raise NotFound(
            "unknown_report", Text(f"没有编号为 {report_id} 的上报。", f"There is no report {report_id}.")
        )
    said = {str(column.name): row._mapping[column] for column in _SAID}
    return _as_dict(row) | {"resolution": row.answer, "placed_by": row.placed_by} | said


def list_reports(
    connection: Connection,
    wanted: ReportFilter,
    *,
    limit: int = 100,
    after: tuple[datetime, int] | None = None,
    matched: int | None = None,
) -> ReportPage:
    """Return reports by opening time and id, newest first, from behind the key `after`.

    A key rather than an offset: reports that come in between two pages shift nothing. `matched` is what the
    first page counted; with it nothing is counted again, which on a large table costs more than the page.
    """
    conditions = _conditions(wanted)
    if matched is None:
        matched = connection.execute(
            select(func.count()).select_from(_JOINED).where(and_(true(), *conditions))
        ).scalar_one()
    statement: Select[Any] = (
        select(*_COLUMNS)
        .select_from(_JOINED)
        .where(and_(true(), *conditions))
        .order_by(report.c.opened_at.desc(), report.c.id.desc())
        .limit(min(limit, MOST_A_PAGE) + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(report.c.opened_at, report.c.id) < tuple_(*after))
    rows = connection.execute(statement).all()
    shown = rows[: min(limit, MOST_A_PAGE)]
    last = (shown[-1].opened_at, shown[-1].id) if len(rows) > len(shown) else None
    return ReportPage([_as_dict(row) for row in shown], matched, last)


def _conditions(wanted: ReportFilter) -> Sequence[ColumnElement[bool]]:
    columns = {
        "scheme": report.c.scheme,
        "kind": report.c.kind,
        "class_code": report.c.class_code,
        "source": report.c.source,
        "origin": report.c.origin,
        "cell_code": resolution.c.cell_code,
        "street_code": resolution.c.street_code,
        "unit_code": resolution.c.unit_code,
    }
    conditions = [
        column == value for name, column in columns.items() if (value := getattr(wanted, name)) is not None
    ]
    if wanted.flag is not None:
        conditions.append(report.c.flags.contains([wanted.flag]))
    if wanted.since is not None:
        conditions.append(report.c.opened_at >= wanted.since)
    if wanted.until is not None:
        conditions.append(report.c.opened_at < wanted.until)
    if wanted.number is not None:
        own = [report.c.id == int(wanted.number)] if _ID.fullmatch(wanted.number) else []
        conditions.append(or_(report.c.external_id == wanted.number, *own))
    return conditions


def _as_dict(row: Row[*tuple[Any, ...]]) -> dict[str, Any]:
    given = row._mapping
    # str(): SQLAlchemy's names are a kind of str that no JSON writer takes for one.
    answer = {str(column.name): given[column.name] for column in _COLUMNS if column.table is report}
    answer["class"] = answer.pop("class_code")
    answer["case_id"] = None
    resolved = None
    if given["decision"] is not None:
        resolved = {str(column.name): given[column.name] for column in _COLUMNS if column.table is resolution}
    return answer | {"resolution_summary": resolved}
