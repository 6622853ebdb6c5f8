"""What a person says to a suggested duplicate: the machine never overrides it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import Connection, text

from gridsvc.cases.duplicates.counting import holds
from gridsvc.errors import InputRefused, NotFound, Place, Text


def accept_duplicate(
    connection: Connection, report: int, *, by: str, now: datetime, of: int | None = None
) -> dict[str, Any]:
    """Say that a report tells of the incident that was suggested, or of that of the report `of`.

    It is linked to the first report of that incident; reports that had it as their first follow, and come
    back to it should it be rejected later. Return the link as plain values.

    Raises
    ------
    NotFound
        `no_such_report`; `no_suggestion`: nothing was suggested, and `of` is not given.
    InputRefused
        `not_earlier`: the other report was not opened before; `same_report`.
    """
    connection.execute(text("LOCK TABLE report_duplicate IN SHARE ROW EXCLUSIVE MODE"))
    there = _row(connection, report)
    if of is None and there is None:
        raise _no_suggestion(connection, report)
    first = _first_of(connection, of if of is not None else there["earlier_id"])
    _check_order(connection, report, first)
    # Nobody's first may be a duplicate itself: whoever followed this report follows its first from now on.
    _move_followers(connection, report, first)
    connection.execute(
        text(
            "INSERT INTO report_duplicate (report_id, earlier_id, found_at, decision, decided_by, decided_at)"
            " VALUES (:report, :first, :now, 'accepted', :by, :now) ON CONFLICT (report_id) DO UPDATE SET"
            " earlier_id = :first, decision = 'accepted', decided_by = :by, decided_at = :now"
        ),
        {"report": report, "first": first, "by": by, "now": now},
    )
    return _told(connection, report)


def reject_duplicate(connection: Connection, report: int, *, by: str, now: datetime) -> dict[str, Any]:
    """Say that a report is an incident of its own, and return the link as plain values.

    Reports that it took along to the incident it was said to repeat come back to it.

    Raises
    ------
    NotFound
        `no_such_report`, `no_suggestion`.
    """
    connection.execute(text("LOCK TABLE report_duplicate IN SHARE ROW EXCLUSIVE MODE"))
    done = connection.execute(
        text(
            "UPDATE report_duplicate SET decision = 'rejected', decided_by = :by, decided_at = :now"
            " WHERE report_id = :report"
        ),
        {"report": report, "by": by, "now": now},
    )
    if not done.rowcount:
        raise _no_suggestion(connection, report)
    _move_followers(connection, report, report)
    return _told(connection, report)


def _move_followers(connection: Connection, report: int, first: int) -> None:
    """Give those that tell of what `report` tells the first report `first`.

    They are those that it is the first of, and those that came along when it was linked: a person who says
    anew where `report` belongs says nothing against them. Each remembers the firsts that it had, in order.
    """
    rows = connection.execute(
        text(
            "SELECT l.report_id, coalesce(l.evidence -> 'followed', '[]') AS followed"
            f" FROM report_duplicate AS l WHERE {holds('l')} AND l.report_id <> :report AND (l.earlier_id ="
            " :report OR l.earlier_id = (SELECT o.earlier_id FROM report_duplicate AS o"
            " WHERE o.report_id = :report) AND l.evidence -> 'followed' @> to_jsonb(CAST(:report AS bigint)))"
        ),
        {"report": report},
    ).all()
    moved = []
    for row in rows:
        before = row.followed[: row.followed.index(report)] if report in row.followed else row.followed
        followed = before if first == report else [*before, report]
        moved.append({"report": row.report_id, "first": first, "followed": orjson.dumps(followed).decode()})
    if moved:
        connection.execute(
            text(
                "UPDATE report_duplicate SET earlier_id = :first, evidence = coalesce(evidence, '{}')"
                " || jsonb_build_object('followed', CAST(:followed AS jsonb)) WHERE report_id = :report"
            ),
            moved,
        )


def _row(connection: Connection, report: int) -> Any:
    return (
        connection.execute(
            text("SELECT report_id, earlier_id, decision FROM report_duplicate WHERE report_id = :report"),
            {"report": report},
        )
        .mappings()
        .one_or_none()
    )


def _first_of(connection: Connection, report: int) -> int:
    row = _row(connection, report)
    return report if row is None or row["decision"] == "rejected" else int(row["earlier_id"])


def _check_order(connection: Connection, report: int, first: int) -> None:
    opened = {
        row.id: (row.opened_at, row.id)
        for row in connection.execute(
            text("SELECT id, opened_at FROM report WHERE id IN (:report, :first)"),
            {"report": report, "first": first},
        )
    }
    for wanted in (report, first):
        if wanted not in opened:
            raise _no_report(wanted)
    if report == first:
        raise InputRefused(
            "same_report",
            Text(f"上报 {report} 就是该事件的首次上报。", f"report {report} is the first of that incident."),
            place=Place(column="report", value=str(report)),
            remedy=Text("请改用该事件较晚的上报编号。", "Name a later report of it."),
        )
    if opened[first] > opened[report]:
        raise InputRefused(
            "not_earlier",
            Text(f"上报 {first} 晚于上报 {report}。", f"report {first} came after report {report}."),
            place=Place(column="of", value=str(first)),
            remedy=Text("请交换两个编号。", "Exchange the two."),
        )


def _no_suggestion(connection: Connection, report: int) -> NotFound:
    if connection.scalar(text("SELECT 1 FROM report WHERE id = :id"), {"id": report}) is None:
        return _no_report(report)
    return NotFound(
        "no_suggestion",
        Text(f"上报 {report} 没有重复建议。", f"nothing was suggested for report {report}."),
        place=Place(column="report", value=str(report)),
        remedy=Text("可用 --of 编号 指明它重复哪一件上报。", "Name the report that it repeats by --of ID."),
    )


def _no_report(report: int) -> NotFound:
    return NotFound(
        "no_such_report",
        Text(f"没有编号为 {report} 的上报。", f"there is no report {report}."),
        place=Place(column="report", value=str(report)),
        remedy=Text(
            "编号见 gridsvc case duplicates list。", "gridsvc case duplicates list shows the numbers."
        ),
    )


def _told(connection: Connection, report: int) -> dict[str, Any]:
    row = connection.execute(
        text(
            "SELECT report_id, earlier_id, probability, decision, decided_by, decided_at"
            " FROM report_duplicate WHERE report_id = :report"
        ),
        {"report": report},
    ).one()
    return dict(row._mapping) | {"decided_at": row.decided_at.isoformat()}
