"""Coordinates that stand for many addresses, and what a person said to each."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, DateTime, Double, Integer, Table, Text

from gridsvc.postgres.metadata import metadata

geocode_sink = Table(
    "geocode_sink",
    metadata,
    Column("lon", Double, primary_key=True, comment="degrees, WGS 84: of reports at exactly this place"),
    Column("lat", Double, primary_key=True),
    Column("reports", Integer, nullable=False),
    Column("addresses", Integer, nullable=False, comment="different ones, as they are normalised"),
    Column("without_address", Integer, nullable=False, comment="reports that tell no address"),
    Column("classes", Integer, nullable=False),
    Column("share", Double, nullable=False, comment="of all reports"),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False, comment="quarantined: in no count and on no map"),
    Column("decided_by", Text, comment="NULL: the rule decided"),
    Column("decided_at", DateTime(timezone=True)),
    Column("note", Text),
    CheckConstraint("lon between -180 and 180 and lat between -90 and 90", name="place"),
    CheckConstraint("status in ('suspected', 'quarantined', 'cleared')", name="status"),
    CheckConstraint("share > 0 and share <= 1", name="share"),
    CheckConstraint(
        "addresses >= 0 and without_address between 0 and reports and addresses + without_address <= reports",
        name="addresses",
    ),
    CheckConstraint("classes between 0 and reports", name="classes"),
    CheckConstraint("(decided_by is null) = (decided_at is null)", name="decided"),
    CheckConstraint("status <> 'cleared' or decided_by is not null", name="cleared"),
    comment="a default coordinate of some geocoder: its reports are kept, and left out of counts",
)
