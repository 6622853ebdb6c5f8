"""roads and boundary roads

Revision: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "road",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="the imported file; a later import of it takes its place",
        ),
        sa.Column("link_id", sa.Text(), nullable=True, comment="as the file numbers it"),
        sa.Column("name", sa.Text(), nullable=True, comment="NULL: unnamed"),
        sa.Column("grade", sa.Text(), nullable=True, comment="as given: 主干路, 次干路, 支路, …"),
        sa.Column("role", sa.Text(), server_default="road", nullable=False),
        sa.Column("direction", sa.Text(), server_default="both", nullable=False),
        sa.Column(
            "geom", Geometry(geometry_type="LINESTRING", srid=4326, spatial_index=True), nullable=False
        ),
        sa.CheckConstraint("direction in ('both', 'forward', 'backward')", name=op.f("road_direction_check")),
        sa.CheckConstraint(
            "role in ('road', 'side', 'elevated', 'ramp', 'turn', 'roundabout')", name=op.f("road_role_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("road_pkey")),
        comment="one link of the road layer; its line runs in the direction of the file",
    )
    op.create_index("road_name_ix", "road", ["name"], unique=False)
    op.create_index("road_source_ix", "road", ["source"], unique=False)
    op.create_table(
        "boundary_road",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="of the section, in its source"),
        sa.Column("name", sa.Text(), nullable=False, comment="of the road"),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("left_code", sa.Text(), nullable=False, comment="area on the left of the line's direction"),
        sa.Column("right_code", sa.Text(), nullable=False, comment="area on the right"),
        sa.Column(
            "party_code", sa.Text(), nullable=True, comment="whole_road: the area that keeps all of it"
        ),
        sa.Column("unit_code", sa.Text(), nullable=True, comment="a unit that keeps all of it"),
        sa.Column("odd_code", sa.Text(), nullable=True, comment="house_number: the area of odd numbers"),
        sa.Column(
            "half_width_m",
            sa.Double(),
            nullable=False,
            comment="from the centre line to the outer kerb or wall",
        ),
        sa.Column(
            "effective_from", sa.DateTime(timezone=True), nullable=True, comment="NULL: valid from ever"
        ),
        sa.Column(
            "effective_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="first instant no longer valid; NULL: open",
        ),
        sa.Column("agreed_in", sa.Text(), nullable=True, comment="the minutes or document that settled it"),
        sa.Column(
            "geom",
            Geometry(geometry_type="LINESTRING", srid=4326, spatial_index=True),
            nullable=False,
            comment="centre line",
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "withdrawn_at", sa.DateTime(timezone=True), nullable=True, comment="superseded by a later import"
        ),
        sa.CheckConstraint(
            "(rule = 'house_number') = (odd_code is not null)", name=op.f("boundary_road_odd_code_check")
        ),
        sa.CheckConstraint(
            "(rule = 'whole_road') = (party_code is not null or unit_code is not null)",
            name=op.f("boundary_road_party_check"),
        ),
        sa.CheckConstraint(
            "rule in ('centre_line', 'whole_road', 'direction', 'house_number')",
            name=op.f("boundary_road_rule_check"),
        ),
        sa.CheckConstraint("effective_from < effective_to", name=op.f("boundary_road_effective_check")),
        sa.CheckConstraint(
            "half_width_m > 0 and half_width_m <= 100", name=op.f("boundary_road_half_width_m_check")
        ),
        sa.CheckConstraint(
            "odd_code in (left_code, right_code)", name=op.f("boundary_road_odd_in_sides_check")
        ),
        sa.CheckConstraint(
            "party_code in (left_code, right_code)", name=op.f("boundary_road_party_code_check")
        ),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["unit.code"], name=op.f("boundary_road_unit_code_fkey"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("boundary_road_pkey")),
        comment="a section of a road that is a border, and the party that keeps it",
    )
    op.create_index("boundary_road_unit_code_ix", "boundary_road", ["unit_code"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("boundary_road_unit_code_ix", table_name="boundary_road")
    op.drop_table("boundary_road")
    op.drop_index("road_source_ix", table_name="road")
    op.drop_index("road_name_ix", table_name="road")
    op.drop_table("road")
