"""Keys that open the API, and the sessions of people who signed in."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
)

from gridsvc.postgres.metadata import metadata

_ROLE = (
    "role in ('collector', 'acceptor', 'shift_leader', 'dispatcher', 'unit', 'planner',"
    " 'patrol_leader', 'administrator', 'leader')"
)

access_key = Table(
    "access_key",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False, unique=True, comment="the key itself is never stored"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("revoked_at", DateTime(timezone=True)),
    CheckConstraint(_ROLE, name="role"),
)

session = Table(
    "session",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("secret_sha256", Text, nullable=False, unique=True),
    Column("access_key_id", Integer, ForeignKey("access_key.id", ondelete="CASCADE")),
    Column("role", Text, nullable=False),
    Column("state", Text, nullable=False, comment="link: not yet used; open: a browser's cookie"),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("state in ('link', 'open')", name="state"),
    CheckConstraint(_ROLE, name="role"),
    Index("session_access_key_id_ix", "access_key_id"),
    comment="a one-time sign-in link, and the browser session that it opens",
)
