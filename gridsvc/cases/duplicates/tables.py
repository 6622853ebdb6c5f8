"""Which reports are thought to be of an incident that was reported before, and what a person said to it."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB

from gridsvc.postgres.metadata import metadata

report_duplicate = Table(
    "report_duplicate",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "earlier_id",
        BigInteger,
        ForeignKey("report.id", ondelete="CASCADE"),
        nullable=False,
        comment="the first report of the incident, itself no duplicate (a trigger sees to it)",
    ),
    Column("probability", Double, comment="NULL: a person linked them"),
    Column("evidence", JSONB, comment="what the probability is made of"),
    Column("found_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("decision", Text, comment="NULL: nobody has decided yet"),
    Column("decided_by", Text),
    Column("decided_at", DateTime(timezone=True)),
    CheckConstraint("report_id <> earlier_id", name="earlier"),
    CheckConstraint("probability > 0 and probability <= 1", name="probability"),
    CheckConstraint("decision in ('accepted', 'rejected')", name="decision"),
    CheckConstraint("(decision is null) = (decided_at is null)", name="decided_at"),
    CheckConstraint("(decision is null) = (decided_by is null)", name="decided_by"),
    CheckConstraint("probability is not null or decision is not null", name="reason"),
    Index("report_duplicate_earlier_id_ix", "earlier_id"),
    comment="a report of an incident that another told first; rejected: an incident of its own after all",
)
