"""Handling specifications: editions, clauses, and the units that each clause names."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
)

from gridsvc.postgres.metadata import metadata

specification_edition = Table(
    "specification_edition",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scheme", Text, nullable=False),
    Column("effective_from", DateTime(timezone=True), comment="NULL: valid from ever"),
    Column("hour_means", Text, nullable=False, server_default="through"),
    Column("day_means", Text, nullable=False, server_default="through"),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the clauses"),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True), comment="superseded by a later import for the same date"),
    UniqueConstraint("id", "scheme"),
    CheckConstraint("hour_means in ('through', 'working')", name="hour_means"),
    CheckConstraint("day_means in ('through', 'working')", name="day_means"),
    comment="a dated, immutable publication of a handling specification",
)

clause = Table(
    "clause",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("edition_id", Integer, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("class_code", Text, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="number of the sub-condition in its class, from 1"),
    Column("filing_condition", Text, nullable=False),
    Column("closing_condition", Text),
    Column("responsible_text", Text, nullable=False, comment="the units as written"),
    Column("supervising_text", Text),
    Column("limit_text", Text, comment="the limit as written; NULL: the specification gives none"),
    Column("limit_value", Numeric(8, 2)),
    Column("limit_unit", Text),
    Column("sheet", Text),
    Column("row", Integer),
    UniqueConstraint("edition_id", "kind", "class_code", "ordinal"),
    ForeignKeyConstraint(
        ["edition_id", "scheme"],
        ["specification_edition.id", "specification_edition.scheme"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["scheme", "kind", "class_code"], ["class.scheme", "class.kind", "class.code"]),
    Index("clause_scheme_kind_class_code_ix", "scheme", "kind", "class_code"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint("(limit_value is null) = (limit_unit is null) and limit_value > 0", name="limit"),
    CheckConstraint(
        "limit_unit in ('urgent_hour', 'urgent_day', 'work_hour', 'work_day', 'hour', 'day')",
        name="limit_unit",
    ),
    comment="per class and filing condition: candidate units, time limit, closing condition",
)

clause_unit = Table(
    "clause_unit",
    metadata,
    Column("clause_id", BigInteger, ForeignKey("clause.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, comment="order in the text, from 1"),
    Column("means", Text, nullable=False, comment="how the words are to be read; see handling.expressions"),
    Column("text", Text, nullable=False, comment="the words as written"),
    Column("unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE"), comment="for a named unit"),
    Index("clause_unit_unit_code_ix", "unit_code"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint(
        "means in ('named', 'street_office', 'territorial_enforcement', 'territorial_department',"
        " 'each_owner', 'each_department')",
        name="means",
    ),
    CheckConstraint("(means = 'named') = (unit_code is not null)", name="named"),
)
