"""hotspots

Revision: 0012
Revises: 0011
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "hotspot_series",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "asked",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="classes, scheme, kind, sources, hours, exposure",
        ),
        sa.Column(
            "weeks", sa.Integer(), server_default=sa.text("4"), nullable=False, comment="whole weeks in a run"
        ),
        sa.Column("watched", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("jsonb_typeof(asked) = 'object'", name=op.f("hotspot_series_asked_check")),
        sa.CheckConstraint("name <> '' and length(name) <= 200", name=op.f("hotspot_series_name_check")),
        sa.CheckConstraint("weeks between 1 and 52", name=op.f("hotspot_series_weeks_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("hotspot_series_pkey")),
        sa.UniqueConstraint("name", name=op.f("hotspot_series_name_key")),
        comment="a question that is asked again every week",
    )
    op.create_table(
        "hotspot",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("born_of", sa.Integer(), nullable=True, comment="it split off from"),
        sa.Column(
            "first_day", sa.Date(), nullable=False, comment="the last day of the run that first saw it"
        ),
        sa.ForeignKeyConstraint(
            ["born_of"], ["hotspot.id"], name=op.f("hotspot_born_of_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["series_id"], ["hotspot_series.id"], name=op.f("hotspot_series_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hotspot_pkey")),
        comment="a place that stays itself from week to week",
    )
    op.create_index("hotspot_series_id_ix", "hotspot", ["series_id"], unique=False)
    op.create_table(
        "hotspot_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False, comment="included; a Sunday"),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "snapshot", sa.Text(), nullable=False, comment="the state of the reports that it was made from"
        ),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("incidents", sa.Integer(), nullable=False),
        sa.Column("provenance", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name=op.f("hotspot_run_days_check")),
        sa.CheckConstraint("reports >= 0 and incidents >= 0", name=op.f("hotspot_run_counts_check")),
        sa.ForeignKeyConstraint(
            ["series_id"], ["hotspot_series.id"], name=op.f("hotspot_run_series_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("hotspot_run_pkey")),
        sa.UniqueConstraint("series_id", "last_day", name=op.f("hotspot_run_series_id_last_day_key")),
        comment="one week's answer of a series; made anew, it replaces itself",
    )
    op.create_table(
        "hotspot_answer",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "product in ('cells', 'trend', 'alerts', 'forecast')", name=op.f("hotspot_answer_product_check")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["hotspot_run.id"], name=op.f("hotspot_answer_run_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "product", name=op.f("hotspot_answer_pkey")),
        comment="what else a run found, as its product prints it",
    )
    op.create_table(
        "hotspot_sighting",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("hotspot_id", sa.Integer(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("change", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cell_codes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column(
            "geom",
            Geometry(geometry_type="MULTIPOLYGON", srid=4326, spatial_index=True),
            nullable=False,
        ),
        sa.Column("observed", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=False),
        sa.Column("risk", sa.Double(), nullable=False, comment="observed / expected"),
        sa.Column("risk_low", sa.Double(), nullable=False),
        sa.Column("risk_high", sa.Double(), nullable=False),
        sa.Column(
            "details",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="classes, hours, weeks, cases, units, tests of the cells",
        ),
        sa.CheckConstraint(
            "change in ('new', 'continuing', 'grown', 'shrunk', 'split', 'returned')",
            name=op.f("hotspot_sighting_change_check"),
        ),
        sa.CheckConstraint("cardinality(cell_codes) >= 1", name=op.f("hotspot_sighting_cell_codes_check")),
        sa.CheckConstraint(
            "observed >= 0 and expected > 0 and risk_low >= 0 and risk_low <= risk and risk <= risk_high",
            name=op.f("hotspot_sighting_risk_check"),
        ),
        sa.CheckConstraint("rank >= 1", name=op.f("hotspot_sighting_rank_check")),
        sa.ForeignKeyConstraint(
            ["hotspot_id"], ["hotspot.id"], name=op.f("hotspot_sighting_hotspot_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["hotspot_run.id"], name=op.f("hotspot_sighting_run_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("run_id", "hotspot_id", name=op.f("hotspot_sighting_pkey")),
        sa.UniqueConstraint("run_id", "rank", name=op.f("hotspot_sighting_run_id_rank_key")),
        comment="a hotspot as one run saw it",
    )
    op.create_index("hotspot_sighting_hotspot_id_ix", "hotspot_sighting", ["hotspot_id"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("hotspot_sighting_hotspot_id_ix", table_name="hotspot_sighting")
    op.drop_table("hotspot_sighting")
    op.drop_table("hotspot_answer")
    op.drop_table("hotspot_run")
    op.drop_index("hotspot_series_id_ix", table_name="hotspot")
    op.drop_table("hotspot")
    op.drop_table("hotspot_series")
