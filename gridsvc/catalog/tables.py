"""Classes of components and events, the units that can be made responsible, the component inventory."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gridsvc.postgres.metadata import metadata

class_ = Table(
    "class",
    metadata,
    Column("scheme", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text),
    Column("major_code", Text, nullable=False),
    Column("major_name", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    CheckConstraint("kind in ('component', 'event')", name="kind"),
    CheckConstraint("code ~ '^[0-9A-Za-z]{1,16}$'", name="code"),
    CheckConstraint("confidence in ('found', 'inferred', 'remembered', 'local')", name="confidence"),
    comment="a minor class; (scheme, kind, code) is its key: three standards give one name three codes",
)

unit = Table(
    "unit",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False, comment="street_office, enforcement, bureau, company, …"),
    Column("area_code", Text, comment="the area that it answers for; NULL: everywhere"),
    Column(
        "parent_code",
        Text,
        ForeignKey("unit.code", onupdate="CASCADE", deferrable=True, initially="DEFERRED"),
    ),
    Column("contact", Text),
    Index("unit_kind_area_code_ix", "kind", "area_code"),
    Index("unit_parent_code_ix", "parent_code"),
    comment="an organisation that can be made responsible",
)

component = Table(
    "component",
    metadata,
    Column("id", Text, primary_key=True),
    Column("scheme", Text, nullable=False),
    Column("kind", Text, nullable=False, server_default="component"),
    Column("class_code", Text, nullable=False),
    Column("name", Text),
    Column("supervisor", Text, comment="主管部门 as given"),
    Column("owner", Text, comment="权属单位 as given"),
    Column("maintainer", Text, comment="养护单位 as given"),
    Column("supervisor_code", Text, ForeignKey("unit.code", onupdate="CASCADE")),
    Column("owner_code", Text, ForeignKey("unit.code", onupdate="CASCADE")),
    Column("maintainer_code", Text, ForeignKey("unit.code", onupdate="CASCADE")),
    Column("state", Text, nullable=False, server_default="in_use"),
    Column("location_class", Text, comment="A ±0.5 m, B ±1 m, C ±10 m"),
    Column("surveyed_on", Date),
    Column("other", JSONB, nullable=False, server_default=text("'{}'"), comment="the file's other columns"),
    Column("geom", Geometry("GEOMETRY", srid=4326, spatial_index=True), nullable=False),
    Column("source", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("id <> '' and length(id) <= 64", name="id"),
    CheckConstraint("kind = 'component'", name="kind"),
    CheckConstraint("state in ('in_use', 'damaged', 'lost', 'abandoned', 'removed')", name="state"),
    CheckConstraint("location_class in ('A', 'B', 'C')", name="location_class"),
    ForeignKeyConstraint(["scheme", "kind", "class_code"], ["class.scheme", "class.kind", "class.code"]),
    Index("component_scheme_kind_class_code_ix", "scheme", "kind", "class_code"),
    Index("component_owner_code_ix", "owner_code"),
    Index("component_maintainer_code_ix", "maintainer_code"),
    Index("component_supervisor_code_ix", "supervisor_code"),
    comment="a surveyed physical object; null owner, maintainer or supervisor is normal",
)
