"""Classes of components and events, and the units that can be made responsible."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text

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
