"""Change notices: who writes what an atlas is built from says so, who holds an atlas hears it."""

from __future__ import annotations

from sqlalchemy import Connection, text

CHANNEL = "gridsvc_changed"


def announce_change(connection: Connection, subject: str) -> None:
    """Tell every listener, when this transaction commits, that `subject` (areas, classes, …) changed."""
    connection.execute(
        text("SELECT pg_notify(:channel, :subject)"), {"channel": CHANNEL, "subject": subject}
    )
