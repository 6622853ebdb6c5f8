"""Zones and their cells."""

from __future__ import annotations

from geoalchemy2 import Geometry
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
    text,
)
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from gridsvc.postgres.metadata import metadata

zone = Table(
    "zone",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("kind", Text, nullable=False, comment="patrol, sanitation, enforcement, … or a city's own"),
    Column("code", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE")),
    Column("value", Text, comment="what it says of its ground where its kind is a fact (handling.facts)"),
    Column("effective_from", DateTime(timezone=True), comment="NULL: valid from ever"),
    Column("effective_to", DateTime(timezone=True), comment="first instant no longer valid; NULL: open"),
    Column("given_as", Text, nullable=False, comment="cells: a list of cell codes; polygon: its own outline"),
    Column("srid", Integer, nullable=False, comment="projected system of geom_mm"),
    Column(
        "geom",
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=True),
        nullable=False,
        comment="as given, or the union of its cells, in lon/lat",
    ),
    Column(
        "geom_mm",
        Geometry("MULTIPOLYGON", srid=-1, spatial_index=True),
        nullable=False,
        comment="whole millimetres in EPSG:srid: what decides",
    ),
    Column("source", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True), comment="superseded by a later import for the same date"),
    CheckConstraint("kind ~ '^[a-z][a-z0-9_]{0,31}$'", name="kind"),
    CheckConstraint("code <> '' and length(code) <= 64", name="code"),
    CheckConstraint("effective_from < effective_to", name="effective"),
    CheckConstraint("given_as in ('cells', 'polygon')", name="given_as"),
    CheckConstraint("st_isvalid(geom_mm) and not st_isempty(geom_mm)", name="geom_mm"),
    ExcludeConstraint(
        (text("kind"), "="),
        (text("code"), "="),
        (text("tstzrange(effective_from, effective_to)"), "&&"),
        name="zone_one_at_a_time",
        using="gist",
        where=text("withdrawn_at IS NULL"),
    ),
    Index("zone_unit_code_ix", "unit_code"),
    comment="a named set of cells, or a polygon, given to a unit for one purpose and period",
)

zone_cell = Table(
    "zone_cell",
    metadata,
    Column("zone_id", Integer, ForeignKey("zone.id", ondelete="CASCADE"), primary_key=True),
    Column("cell_code", Text, primary_key=True),
    Index("zone_cell_cell_code_ix", "cell_code"),
    comment="the cells that a zone was given as",
)
