"""Exposures that somebody brought; the minutes of patrols are a table of `gridsvc.tracks`."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    func,
)

from gridsvc.postgres.metadata import metadata

exposure = Table(
    "exposure",
    metadata,
    Column("edition_id", Integer, ForeignKey("area_edition.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("unit", Text, nullable=False, comment="what one of its values is one of"),
    Column("floor", Double, nullable=False, comment="a cell with less gives no rate"),
    Column("as_of", Date, comment="the day for which it holds; NULL: not told"),
    Column("source", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("name ~ '^[a-z][a-z0-9_]{0,31}$'", name="name"),
    CheckConstraint("floor >= 0 and floor < 'infinity'", name="floor"),
    CheckConstraint("unit <> '' and length(unit) <= 32", name="unit"),
    comment="what reports are counted against, by cell: people, shops, … as imported",
)

exposure_value = Table(
    "exposure_value",
    metadata,
    Column("edition_id", Integer, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("cell_code", Text, primary_key=True),
    Column("value", Double, nullable=False),
    CheckConstraint("value >= 0 and value < 'infinity'", name="value"),
    ForeignKeyConstraint(
        ["edition_id", "name"], ["exposure.edition_id", "exposure.name"], ondelete="CASCADE"
    ),
    ForeignKeyConstraint(["edition_id", "cell_code"], ["area.edition_id", "area.code"], ondelete="CASCADE"),
    Index("exposure_value_edition_id_cell_code_ix", "edition_id", "cell_code"),
    comment="a cell of the edition that has no row has nothing of it",
)
