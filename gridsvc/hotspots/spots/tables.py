"""What is watched, and the hotspots that were found week by week."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gridsvc.postgres.metadata import metadata

hotspot_series = Table(
    "hotspot_series",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("asked", JSONB, nullable=False, comment="classes, scheme, kind, sources, hours, exposure"),
    Column("weeks", Integer, nullable=False, server_default=text("4"), comment="whole weeks in a run"),
    Column("watched", Boolean, nullable=False, server_default=text("true")),
    Column("made_at", DateTime(timezone=True), nullable=False),
    CheckConstraint("name <> '' and length(name) <= 200", name="name"),
    CheckConstraint("weeks between 1 and 52", name="weeks"),
    CheckConstraint("jsonb_typeof(asked) = 'object'", name="asked"),
    comment="a question that is asked again every week",
)

hotspot_run = Table(
    "hotspot_run",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("series_id", Integer, ForeignKey("hotspot_series.id", ondelete="CASCADE"), nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False, comment="included; a Sunday"),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("snapshot", Text, nullable=False, comment="the state of the reports that it was made from"),
    Column("reports", Integer, nullable=False),
    Column("incidents", Integer, nullable=False),
    Column("provenance", JSONB, nullable=False),
    CheckConstraint("first_day <= last_day", name="days"),
    CheckConstraint("reports >= 0 and incidents >= 0", name="counts"),
    UniqueConstraint("series_id", "last_day"),
    comment="one week's answer of a series; made anew, it replaces itself",
)

hotspot = Table(
    "hotspot",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("series_id", Integer, ForeignKey("hotspot_series.id", ondelete="CASCADE"), nullable=False),
    Column("born_of", Integer, ForeignKey("hotspot.id", ondelete="SET NULL"), comment="it split off from"),
    Column("first_day", Date, nullable=False, comment="the last day of the run that first saw it"),
    Index("hotspot_series_id_ix", "series_id"),
    comment="a place that stays itself from week to week",
)

hotspot_sighting = Table(
    "hotspot_sighting",
    metadata,
    Column("run_id", BigInteger, ForeignKey("hotspot_run.id", ondelete="CASCADE"), primary_key=True),
    Column("hotspot_id", Integer, ForeignKey("hotspot.id", ondelete="CASCADE"), primary_key=True),
    Column("rank", Integer, nullable=False),
    Column("change", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("cell_codes", ARRAY(Text), nullable=False),
    Column("geom", Geometry("MULTIPOLYGON", srid=4326, spatial_index=True), nullable=False),
    Column("observed", Integer, nullable=False),
    Column("expected", Double, nullable=False),
    Column("risk", Double, nullable=False, comment="observed / expected"),
    Column("risk_low", Double, nullable=False),
    Column("risk_high", Double, nullable=False),
    Column(
        "details", JSONB, nullable=False, comment="classes, hours, weeks, cases, units, tests of the cells"
    ),
    CheckConstraint("rank >= 1", name="rank"),
    CheckConstraint("change in ('new', 'continuing', 'grown', 'shrunk', 'split', 'returned')", name="change"),
    CheckConstraint("cardinality(cell_codes) >= 1", name="cell_codes"),
    CheckConstraint(
        "observed >= 0 and expected > 0 and risk_low >= 0 and risk_low <= risk and risk <= risk_high",
        name="risk",
    ),
    UniqueConstraint("run_id", "rank"),
    Index("hotspot_sighting_hotspot_id_ix", "hotspot_id"),
    comment="a hotspot as one run saw it",
)

hotspot_answer = Table(
    "hotspot_answer",
    metadata,
    Column("run_id", BigInteger, ForeignKey("hotspot_run.id", ondelete="CASCADE"), primary_key=True),
    Column("product", Text, primary_key=True),
    Column("answer", JSONB, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("product in ('cells', 'trend', 'alerts', 'forecast')", name="product"),
    comment="what else a run found, as its product prints it",
)
