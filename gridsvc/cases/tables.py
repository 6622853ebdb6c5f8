"""Reports as they came in, and the resolution stored with each."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gridsvc.postgres.metadata import metadata

report = Table(
    "report",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("external_id", Text, comment="its id where it came from"),
    Column("origin", Text, nullable=False, comment="'api', or the name of the imported file"),
    Column("idempotency_key", Text, unique=True),
    Column("fingerprint", Text, comment="SHA-256 of the request with the key, or of the imported row"),
    Column("lon", Double, comment="as given, in `datum`"),
    Column("lat", Double, comment="as given, in `datum`"),
    Column("datum", Text, nullable=False, server_default="wgs84"),
    Column("accuracy_m", Double),
    Column("accuracy_kind", Text),
    Column("geom", Geometry("POINT", srid=4326, spatial_index=True), comment="NULL: needs_location"),
    Column("scheme", Text),
    Column("kind", Text),
    Column("class_code", Text, comment="the class code, or the words of the sender when `kind` is NULL"),
    Column("text", Text),
    Column("address", Text),
    Column("source", Text, comment="collector, hotline, app, … as told"),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("closed_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True), comment="the deadline that the sender gave"),
    Column("unit_text", Text, comment="the responsible unit as the sender names it"),
    Column("flags", ARRAY(Text), nullable=False, server_default=text("'{}'"), comment="what is doubtful"),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column(
        "placed_by",
        JSONB,
        comment="what of the address gave the place, or the candidates that wait for a person",
    ),
    CheckConstraint("datum in ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name="datum"),
    CheckConstraint("kind in ('component', 'event')", name="kind"),
    CheckConstraint("accuracy_m > 0", name="accuracy_m"),
    CheckConstraint("accuracy_kind in ('android', 'ios', 'browser', 'geocode')", name="accuracy_kind"),
    CheckConstraint("(lon is null) = (lat is null)", name="lon_lat"),
    CheckConstraint("length(text) <= 20000 and length(address) <= 2000", name="text"),
    # MATCH SIMPLE: without a kind the code is the sender's words, and no class.
    ForeignKeyConstraint(["scheme", "kind", "class_code"], ["class.scheme", "class.kind", "class.code"]),
    Index("report_opened_at_ix", "opened_at"),
    Index("report_scheme_kind_class_code_opened_at_ix", "scheme", "kind", "class_code", "opened_at"),
    Index("report_origin_external_id_key", "origin", "external_id", unique=True),
)

resolution = Table(
    "resolution",
    metadata,
    Column("report_id", BigInteger, ForeignKey("report.id", ondelete="CASCADE"), primary_key=True),
    Column("resolved_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("atlas", Text, nullable=False, comment="version of the atlas that answered"),
    Column("cell_edition_id", Integer),
    Column("cell_code", Text),
    Column("street_code", Text),
    Column("clause_id", BigInteger, ForeignKey("clause.id")),
    Column("decision", Text, nullable=False),
    Column("unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE")),
    Column("deadline", DateTime(timezone=True)),
    Column("confidence", Double),
    Column("answer", JSONB, comment="the whole answer with its reasons; NULL for imported history"),
    CheckConstraint("decision in ('determined', 'ranked', 'fallback', 'needs_decision')", name="decision"),
    CheckConstraint("confidence between 0 and 1", name="confidence"),
    CheckConstraint("(cell_edition_id is null) = (cell_code is null)", name="cell"),
    ForeignKeyConstraint(["cell_edition_id", "cell_code"], ["area.edition_id", "area.code"]),
    Index("resolution_cell_edition_id_cell_code_ix", "cell_edition_id", "cell_code"),
    Index("resolution_clause_id_ix", "clause_id"),
    Index("resolution_unit_code_ix", "unit_code"),
    comment="the answer for one report: cell, clause, unit, deadline, reasons",
)
