"""Imported places."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import CheckConstraint, Column, DateTime, Double, Identity, Index, Integer, Table, Text, func
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from gridsvc.postgres.metadata import metadata

place = Table(
    "place",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("source", Text, nullable=False, comment="the imported file; a later import of it takes its place"),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("other_names", ARRAY(Text), nullable=False, server_default=sql("'{}'")),
    Column("road", Text, comment="the road of a house number, as given"),
    Column("house_number", Text, comment="as given: 68, 68号, 甲68号, 68-2号"),
    Column("accuracy_m", Double, comment="as given: radius that holds 68 %; NULL: by kind and size"),
    Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=True), nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint(
        "kind in ('road', 'crossing', 'address', 'compound', 'landmark', 'stop', 'area')", name="kind"
    ),
    CheckConstraint("name <> '' and length(name) <= 200", name="name"),
    CheckConstraint("(kind = 'address') = (road is not null and house_number is not null)", name="address"),
    CheckConstraint("accuracy_m > 0 and accuracy_m <= 100000", name="accuracy_m"),
    Index("place_source_ix", "source"),
    comment="a named place that was imported; roads, crossings and areas are drawn from their layers",
)
