"""patrol plans

Revision: 0014
Revises: 0013
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "patrol_plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local day on which the shift begins"),
        sa.Column(
            "team",
            sa.Text(),
            nullable=False,
            comment="whose patrols; of its plans for one shift the last holds",
        ),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column(
            "follows",
            sa.BigInteger(),
            nullable=True,
            comment="the plan of the same shift in whose place it came",
        ),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("asked", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="the request"),
        sa.Column(
            "places",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="all candidates with their values: planning anew needs them",
        ),
        sa.Column(
            "plan", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="the answer, whole"
        ),
        sa.CheckConstraint("begins < ends", name=op.f("patrol_plan_shift_check")),
        sa.CheckConstraint("value >= 0 and value < 'infinity'", name=op.f("patrol_plan_value_check")),
        sa.CheckConstraint("follows < id", name=op.f("patrol_plan_follows_check")),
        sa.CheckConstraint("length(team) <= 100", name=op.f("patrol_plan_team_check")),
        sa.CheckConstraint(
            "made_by <> '' and length(made_by) <= 200", name=op.f("patrol_plan_made_by_check")
        ),
        sa.CheckConstraint(
            "jsonb_typeof(asked) = 'object' and jsonb_typeof(places) = 'object'"
            " and jsonb_typeof(plan) = 'object'",
            name=op.f("patrol_plan_documents_check"),
        ),
        sa.ForeignKeyConstraint(
            ["follows"], ["patrol_plan.id"], name=op.f("patrol_plan_follows_fkey"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("patrol_plan_pkey")),
        sa.UniqueConstraint("follows", name=op.f("patrol_plan_follows_key")),
        comment="routes for the patrols of one shift; never changed, a later plan of the shift follows it",
    )
    op.create_index("patrol_plan_day_ix", "patrol_plan", ["day"], unique=False)
    op.create_table(
        "patrol_stop",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("patrol", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="from 1, breaks included"),
        sa.Column("key", sa.Text(), nullable=False, comment="of the place, the same from day to day"),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.Column("zone_code", sa.Text(), nullable=True, comment="of the kind of zone that has the floor"),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("geom", Geometry(geometry_type="POINT", srid=4326, spatial_index=True), nullable=False),
        sa.CheckConstraint("position >= 1", name=op.f("patrol_stop_position_check")),
        sa.CheckConstraint("begins <= ends", name=op.f("patrol_stop_times_check")),
        sa.CheckConstraint("value >= 0 and value < 'infinity'", name=op.f("patrol_stop_value_check")),
        sa.CheckConstraint(
            "kind in ('hotspot', 'street', 'must_visit', 'coverage', 'exploration', 'urgent', 'break')",
            name=op.f("patrol_stop_kind_check"),
        ),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["patrol_plan.id"], name=op.f("patrol_stop_plan_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("plan_id", "patrol", "position", name=op.f("patrol_stop_pkey")),
        comment="who is where when: floors over days and the habits that a plan is to avoid are read from it",
    )
    op.create_index("patrol_stop_key_ix", "patrol_stop", ["key"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("patrol_stop_key_ix", table_name="patrol_stop")
    op.drop_table("patrol_stop")
    op.drop_index("patrol_plan_day_ix", table_name="patrol_plan")
    op.drop_table("patrol_plan")
