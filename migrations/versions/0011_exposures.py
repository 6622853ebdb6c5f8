"""exposures

Revision: 0011
Revises: 0010
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "exposure",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False, comment="what one of its values is one of"),
        sa.Column("floor", sa.Double(), nullable=False, comment="a cell with less gives no rate"),
        sa.Column("as_of", sa.Date(), nullable=True, comment="the day for which it holds; NULL: not told"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("name ~ '^[a-z][a-z0-9_]{0,31}$'", name=op.f("exposure_name_check")),
        sa.CheckConstraint("floor >= 0 and floor < 'infinity'", name=op.f("exposure_floor_check")),
        sa.CheckConstraint("unit <> '' and length(unit) <= 32", name=op.f("exposure_unit_check")),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["area_edition.id"],
            name=op.f("exposure_edition_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", "name", name=op.f("exposure_pkey")),
        comment="what reports are counted against, by cell: people, shops, … as imported",
    )
    op.create_table(
        "exposure_value",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.CheckConstraint("value >= 0 and value < 'infinity'", name=op.f("exposure_value_value_check")),
        sa.ForeignKeyConstraint(
            ["edition_id", "name"],
            ["exposure.edition_id", "exposure.name"],
            name=op.f("exposure_value_edition_id_name_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "cell_code"],
            ["area.edition_id", "area.code"],
            name=op.f("exposure_value_edition_id_cell_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", "name", "cell_code", name=op.f("exposure_value_pkey")),
        comment="a cell of the edition that has no row has nothing of it",
    )
    op.create_index(
        "exposure_value_edition_id_cell_code_ix", "exposure_value", ["edition_id", "cell_code"], unique=False
    )
    op.create_table(
        "patrol_effort",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local"),
        sa.Column("minutes", sa.Double(), nullable=False, comment="of all inspectors together"),
        sa.CheckConstraint("minutes >= 0 and minutes < 'infinity'", name=op.f("patrol_effort_minutes_check")),
        sa.ForeignKeyConstraint(
            ["edition_id", "cell_code"],
            ["area.edition_id", "area.code"],
            name=op.f("patrol_effort_edition_id_cell_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("edition_id", "cell_code", "day", name=op.f("patrol_effort_pkey")),
        comment="minutes of patrol by cell and day: without them the finds of inspectors cannot be read",
    )
    op.create_index("patrol_effort_edition_id_day_ix", "patrol_effort", ["edition_id", "day"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("patrol_effort_edition_id_day_ix", table_name="patrol_effort")
    op.drop_table("patrol_effort")
    op.drop_index("exposure_value_edition_id_cell_code_ix", table_name="exposure_value")
    op.drop_table("exposure_value")
    op.drop_table("exposure")
