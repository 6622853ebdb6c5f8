"""Reading suggested and decided duplicates."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Connection, text

Standing = Literal["open", "accepted", "rejected"]

_SHOWN = 80


def list_duplicates(
    connection: Connection, *, standing: Standing | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """Return duplicates beside the first reports of their incidents, the least certain suggestions first.

    `standing`: only those that nobody decided (open), or accepted, or rejected. Texts are the senders' and
    cut at 80 characters: never trust them.
    """
    wanted = {
        None: "true",
        "open": "d.decision IS NULL",
        "accepted": "d.decision = 'accepted'",
        "rejected": "d.decision = 'rejected'",
    }[standing]
    rows = connection.execute(
        text(
            "SELECT d.report_id, d.earlier_id, d.probability, d.decision, d.decided_by, d.decided_at,"
            " d.found_at, d.evidence, r.class_code, r.opened_at, e.opened_at AS earlier_opened_at,"
            " r.source, e.source AS earlier_source, left(r.text, :shown) AS text,"
            " left(e.text, :shown) AS earlier_text, left(r.address, :shown) AS address,"
            " left(e.address, :shown) AS earlier_address,"
            " ST_Distance(r.geom::geography, e.geom::geography) AS metres"
            " FROM report_duplicate d JOIN report r ON r.id = d.report_id"
            " JOIN report e ON e.id = d.earlier_id"
            f" WHERE {wanted} ORDER BY d.decision NULLS FIRST, d.probability, d.report_id LIMIT :most"
        ),
        {"shown": _SHOWN, "most": most},
    )
    return [_plain(dict(row._mapping)) for row in rows]


def count_duplicates(connection: Connection) -> dict[str, int]:
    """Return how many duplicates are open, accepted and rejected."""
    row = connection.execute(
        text(
            "SELECT count(*) FILTER (WHERE decision IS NULL) AS open,"
            " count(*) FILTER (WHERE decision = 'accepted') AS accepted,"
            " count(*) FILTER (WHERE decision = 'rejected') AS rejected FROM report_duplicate"
        )
    ).one()
    return dict(row._mapping)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    for name in ("decided_at", "found_at", "opened_at", "earlier_opened_at"):
        row[name] = row[name].isoformat() if row[name] else None
    row["metres"] = None if row["metres"] is None else round(row["metres"], 1)
    return row
