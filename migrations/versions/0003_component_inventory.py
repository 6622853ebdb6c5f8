"""component inventory

Revision: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "component",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="component", nullable=False),
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("supervisor", sa.Text(), nullable=True, comment="主管部门 as given"),
        sa.Column("owner", sa.Text(), nullable=True, comment="权属单位 as given"),
        sa.Column("maintainer", sa.Text(), nullable=True, comment="养护单位 as given"),
        sa.Column("supervisor_code", sa.Text(), nullable=True),
        sa.Column("owner_code", sa.Text(), nullable=True),
        sa.Column("maintainer_code", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), server_default="in_use", nullable=False),
        sa.Column("location_class", sa.Text(), nullable=True, comment="A ±0.5 m, B ±1 m, C ±10 m"),
        sa.Column("surveyed_on", sa.Date(), nullable=True),
        sa.Column(
            "other",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="the file's other columns",
        ),
        sa.Column("geom", Geometry(srid=4326, spatial_index=True), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("id <> '' and length(id) <= 64", name=op.f("component_id_check")),
        sa.CheckConstraint("kind = 'component'", name=op.f("component_kind_check")),
        sa.CheckConstraint("location_class in ('A', 'B', 'C')", name=op.f("component_location_class_check")),
        sa.CheckConstraint(
            "state in ('in_use', 'damaged', 'lost', 'abandoned', 'removed')",
            name=op.f("component_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["maintainer_code"],
            ["unit.code"],
            name=op.f("component_maintainer_code_fkey"),
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_code"], ["unit.code"], name=op.f("component_owner_code_fkey"), onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["scheme", "kind", "class_code"],
            ["class.scheme", "class.kind", "class.code"],
            name=op.f("component_scheme_kind_class_code_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["supervisor_code"],
            ["unit.code"],
            name=op.f("component_supervisor_code_fkey"),
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("component_pkey")),
        comment="a surveyed physical object; null owner, maintainer or supervisor is normal",
    )
    op.create_index("component_maintainer_code_ix", "component", ["maintainer_code"], unique=False)
    op.create_index("component_owner_code_ix", "component", ["owner_code"], unique=False)
    op.create_index(
        "component_scheme_kind_class_code_ix", "component", ["scheme", "kind", "class_code"], unique=False
    )
    op.create_index("component_supervisor_code_ix", "component", ["supervisor_code"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("component_supervisor_code_ix", table_name="component")
    op.drop_index("component_scheme_kind_class_code_ix", table_name="component")
    op.drop_index("component_owner_code_ix", table_name="component")
    op.drop_index("component_maintainer_code_ix", table_name="component")
    op.drop_table("component")
