"""Classes and their crosswalks, the units that can be made responsible, working calendars, components."""

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
    Integer,
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

class_word = Table(
    "class_word",
    metadata,
    Column("scheme", Text, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("word", Text, primary_key=True, comment="what people call it"),
    Column("source", Text, nullable=False),
    CheckConstraint("word <> '' and length(word) <= 100", name="word"),
    ForeignKeyConstraint(
        ["scheme", "kind", "code"], ["class.scheme", "class.kind", "class.code"], ondelete="CASCADE"
    ),
    comment="everyday words for a class",
)

class_crosswalk = Table(
    "class_crosswalk",
    metadata,
    Column("from_scheme", Text, primary_key=True),
    Column("from_kind", Text, primary_key=True),
    Column("from_code", Text, primary_key=True),
    Column("to_scheme", Text, primary_key=True),
    Column("ordinal", Integer, primary_key=True, comment="of several targets the likelier first"),
    Column("to_kind", Text),
    Column("to_code", Text, comment="NULL: the other scheme has nothing like it"),
    Column("relation", Text, nullable=False),
    Column("confidence", Text, nullable=False),
    Column("note", Text),
    Column("source", Text, nullable=False),
    ForeignKeyConstraint(
        ["from_scheme", "from_kind", "from_code"],
        ["class.scheme", "class.kind", "class.code"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(
        ["to_scheme", "to_kind", "to_code"],
        ["class.scheme", "class.kind", "class.code"],
        ondelete="CASCADE",
    ),
    CheckConstraint("relation in ('same', 'renamed', 'narrower', 'broader', 'dropped')", name="relation"),
    CheckConstraint("(relation = 'dropped') = (to_code is null)", name="dropped"),
    CheckConstraint("(to_kind is null) = (to_code is null)", name="target"),
    CheckConstraint("from_scheme <> to_scheme", name="schemes"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint("confidence in ('found', 'inferred', 'remembered', 'local')", name="confidence"),
    Index("class_crosswalk_to_ix", "to_scheme", "to_kind", "to_code"),
    comment="which class of another scheme a class is; narrower: the target is narrower",
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
    Column(
        "calendar_code",
        Text,
        ForeignKey("working_calendar.code", onupdate="CASCADE"),
        comment="when it works; NULL: the calendar of the settings",
    ),
    Index("unit_kind_area_code_ix", "kind", "area_code"),
    Index("unit_parent_code_ix", "parent_code"),
    comment="an organisation that can be made responsible",
)

working_calendar = Table(
    "working_calendar",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("rule", Text, nullable=False),
    Column("hours", Text, nullable=False, comment="such as 08:00-12:00,14:00-18:00"),
    Column("source", Text, nullable=False),
    CheckConstraint("code ~ '^[0-9A-Za-z_-]{1,32}$'", name="code"),
    CheckConstraint("rule in ('china', 'weekdays', 'every_day')", name="rule"),
    comment="when a unit works; one without is on the calendar of the settings",
)

calendar_day = Table(
    "calendar_day",
    metadata,
    Column(
        "calendar_code",
        Text,
        ForeignKey("working_calendar.code", ondelete="CASCADE", onupdate="CASCADE"),
        primary_key=True,
    ),
    Column("day", Date, primary_key=True),
    Column("hours", Text, nullable=False, comment="empty: a day off"),
    Column("note", Text),
    comment="days that differ from the rule: holidays, make-up days, short days",
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
