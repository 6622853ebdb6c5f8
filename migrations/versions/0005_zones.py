"""zones

Revision: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    # `=` on text inside a GiST exclusion; the owner of a database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.create_table(
        "zone",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="patrol, sanitation, enforcement, … or a city's own"
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column(
            "effective_from", sa.DateTime(timezone=True), nullable=True, comment="NULL: valid from ever"
        ),
        sa.Column(
            "effective_to",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="first instant no longer valid; NULL: open",
        ),
        sa.Column(
            "given_as",
            sa.Text(),
            nullable=False,
            comment="cells: a list of cell codes; polygon: its own outline",
        ),
        sa.Column("srid", sa.Integer(), nullable=False, comment="projected system of geom_mm"),
        sa.Column(
            "geom",
            Geometry(geometry_type="MULTIPOLYGON", srid=4326, spatial_index=True),
            nullable=False,
            comment="as given, or the union of its cells, in lon/lat",
        ),
        sa.Column(
            "geom_mm",
            Geometry(geometry_type="MULTIPOLYGON", srid=-1, spatial_index=True),
            nullable=False,
            comment="whole millimetres in EPSG:srid: what decides",
        ),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="superseded by a later import for the same date",
        ),
        postgresql.ExcludeConstraint(
            (sa.text("kind"), "="),
            (sa.text("code"), "="),
            (sa.text("tstzrange(effective_from, effective_to)"), "&&"),
            where=sa.text("withdrawn_at IS NULL"),
            using="gist",
            name="zone_one_at_a_time",
        ),
        sa.CheckConstraint("code <> '' and length(code) <= 64", name=op.f("zone_code_check")),
        sa.CheckConstraint("given_as in ('cells', 'polygon')", name=op.f("zone_given_as_check")),
        sa.CheckConstraint("kind ~ '^[a-z][a-z0-9_]{0,31}$'", name=op.f("zone_kind_check")),
        sa.CheckConstraint("effective_from < effective_to", name=op.f("zone_effective_check")),
        sa.CheckConstraint(
            "st_isvalid(geom_mm) and not st_isempty(geom_mm)", name=op.f("zone_geom_mm_check")
        ),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["unit.code"], name=op.f("zone_unit_code_fkey"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("zone_pkey")),
        comment="a named set of cells, or a polygon, given to a unit for one purpose and period",
    )
    op.create_index("zone_unit_code_ix", "zone", ["unit_code"], unique=False)
    op.create_table(
        "zone_cell",
        sa.Column("zone_id", sa.Integer(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["zone_id"], ["zone.id"], name=op.f("zone_cell_zone_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("zone_id", "cell_code", name=op.f("zone_cell_pkey")),
        comment="the cells that a zone was given as",
    )
    op.create_index("zone_cell_cell_code_ix", "zone_cell", ["cell_code"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("zone_cell_cell_code_ix", table_name="zone_cell")
    op.drop_table("zone_cell")
    op.drop_index("zone_unit_code_ix", table_name="zone")
    op.drop_table("zone")
    op.execute("DROP EXTENSION IF EXISTS btree_gist")
