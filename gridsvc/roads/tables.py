"""Road links, and the sections of roads that are borders with who keeps them."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
)

from gridsvc.postgres.metadata import metadata

road = Table(
    "road",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("source", Text, nullable=False, comment="the imported file; a later import of it takes its place"),
    Column("link_id", Text, comment="as the file numbers it"),
    Column("name", Text, comment="NULL: unnamed"),
    Column("grade", Text, comment="as given: 主干路, 次干路, 支路, …"),
    Column("keeper", Text, comment="who keeps it, as given"),
    Column("keeper_code", Text, ForeignKey("unit.code", onupdate="CASCADE")),
    Column("role", Text, nullable=False, server_default="road"),
    Column("direction", Text, nullable=False, server_default="both"),
    Column("geom", Geometry("LINESTRING", srid=4326, spatial_index=True), nullable=False),
    CheckConstraint("direction in ('both', 'forward', 'backward')", name="direction"),
    CheckConstraint("role in ('road', 'side', 'elevated', 'ramp', 'turn', 'roundabout')", name="role"),
    Index("road_name_ix", "name"),
    Index("road_keeper_code_ix", "keeper_code"),
    Index("road_source_ix", "source"),
    comment="one link of the road layer; its line runs in the direction of the file",
)

boundary_road = Table(
    "boundary_road",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("code", Text, nullable=False, comment="of the section, in its source"),
    Column("name", Text, nullable=False, comment="of the road"),
    Column("rule", Text, nullable=False),
    Column("left_code", Text, nullable=False, comment="area on the left of the line's direction"),
    Column("right_code", Text, nullable=False, comment="area on the right"),
    Column("party_code", Text, comment="whole_road: the area that keeps all of it"),
    Column(
        "unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE"), comment="a unit that keeps all of it"
    ),
    Column("odd_code", Text, comment="house_number: the area of odd numbers"),
    Column("half_width_m", Double, nullable=False, comment="from the centre line to the outer kerb or wall"),
    Column("effective_from", DateTime(timezone=True), comment="NULL: valid from ever"),
    Column("effective_to", DateTime(timezone=True), comment="first instant no longer valid; NULL: open"),
    Column("agreed_in", Text, comment="the minutes or document that settled it"),
    Column(
        "geom", Geometry("LINESTRING", srid=4326, spatial_index=True), nullable=False, comment="centre line"
    ),
    Column("source", Text, nullable=False),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True), comment="superseded by a later import"),
    CheckConstraint("rule in ('centre_line', 'whole_road', 'direction', 'house_number')", name="rule"),
    CheckConstraint(
        "(rule = 'whole_road') = (party_code is not null or unit_code is not null)", name="party"
    ),
    CheckConstraint("(rule = 'house_number') = (odd_code is not null)", name="odd_code"),
    CheckConstraint("party_code in (left_code, right_code)", name="party_code"),
    CheckConstraint("odd_code in (left_code, right_code)", name="odd_in_sides"),
    CheckConstraint("half_width_m > 0 and half_width_m <= 100", name="half_width_m"),
    CheckConstraint("effective_from < effective_to", name="effective"),
    Index("boundary_road_unit_code_ix", "unit_code"),
    comment="a section of a road that is a border, and the party that keeps it",
)
