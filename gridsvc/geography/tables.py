"""Areas and their editions."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
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
from sqlalchemy.dialects.postgresql import JSONB

from gridsvc.postgres.metadata import metadata

area_edition = Table(
    "area_edition",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("level", Text, nullable=False),
    Column("effective_from", DateTime(timezone=True), comment="NULL: valid from ever"),
    Column("profile", Text, nullable=False),
    Column("code_rules", JSONB, nullable=False, comment="the code profile as it was at the import"),
    Column("srid", Integer, nullable=False, comment="projected system of geom_mm"),
    Column("source", Text, nullable=False),
    Column(
        "digest", Text, nullable=False, comment="SHA-256 of the accepted codes, names, parents and geometry"
    ),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True), comment="superseded by a later import for the same date"),
    CheckConstraint("level in ('district', 'street', 'community', 'cell')", name="level"),
    CheckConstraint("profile ~ '^[a-z][a-z0-9_.-]{0,31}$'", name="profile"),
    comment="a dated, immutable publication of one level of the administrative tree",
)
Index(
    "area_edition_one_in_force",
    area_edition.c.level,
    func.coalesce(area_edition.c.effective_from, text("'-infinity'::timestamptz")),
    unique=True,
    postgresql_where=area_edition.c.withdrawn_at.is_(None),
)

area = Table(
    "area",
    metadata,
    Column("edition_id", Integer, ForeignKey("area_edition.id", ondelete="CASCADE"), primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent_code", Text, comment="code of the area one level up"),
    Column("area_m2", Double, nullable=False, comment="on the spheroid"),
    Column(
        "geom",
        Geometry("MULTIPOLYGON", srid=4326, spatial_index=True),
        nullable=False,
        comment="as given, in lon/lat; a repaired one as repaired",
    ),
    Column(
        "geom_mm",
        Geometry("MULTIPOLYGON", srid=-1, spatial_index=True),
        nullable=False,
        comment="whole millimetres in the edition's projected system: what decides",
    ),
    Column(
        "geom_web",
        Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
        Computed("st_forcepolygoncw(st_transform(geom, 3857))", persisted=True),
        comment="for tiles alone, nothing is measured in it; outer rings clockwise",
    ),
    Column(
        "web_clearance",
        Double,
        Computed(
            # A million corners would take minutes, and the few areas of more than ten thousand are no load.
            "CASE WHEN st_npoints(geom) <= 10000 AND st_isvalid(st_transform(geom, 3857))"
            " THEN st_minimumclearance(st_transform(geom, 3857)) ELSE 0::double precision END",
            persisted=True,
        ),
        comment="shortest way between two corners, or a corner and a side, of geom_web; 0: not known",
    ),
    CheckConstraint("code <> '' and length(code) <= 64", name="code"),
    CheckConstraint("area_m2 > 0", name="area_m2"),
    CheckConstraint("st_isvalid(geom_mm) and not st_isempty(geom_mm)", name="geom_mm"),
)

area_fault = Table(
    "area_fault",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("edition_id", Integer, nullable=False),
    Column("area_code", Text, nullable=False),
    Column("code", Text, nullable=False, comment="stable code of the fault"),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    ForeignKeyConstraint(["edition_id", "area_code"], ["area.edition_id", "area.code"], ondelete="CASCADE"),
    Index("area_fault_edition_id_area_code_ix", "edition_id", "area_code"),
    comment="faults of the published file that were repaired or taken as they are",
)
