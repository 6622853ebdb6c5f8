"""default coordinates

Revision: 0009
Revises: 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "geocode_sink",
        sa.Column(
            "lon", sa.Double(), nullable=False, comment="degrees, WGS 84: of reports at exactly this place"
        ),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("reports", sa.Integer(), nullable=False),
        sa.Column("addresses", sa.Integer(), nullable=False, comment="different ones, as they are normalised"),
        sa.Column("without_address", sa.Integer(), nullable=False, comment="reports that tell no address"),
        sa.Column("classes", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False, comment="of all reports"),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Text(), nullable=False, comment="quarantined: in no count and on no map"),
        sa.Column("decided_by", sa.Text(), nullable=True, comment="NULL: the rule decided"),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "lon between -180 and 180 and lat between -90 and 90", name=op.f("geocode_sink_place_check")
        ),
        sa.CheckConstraint(
            "status in ('suspected', 'quarantined', 'cleared')", name=op.f("geocode_sink_status_check")
        ),
        sa.CheckConstraint("share > 0 and share <= 1", name=op.f("geocode_sink_share_check")),
        sa.CheckConstraint(
            "addresses >= 0 and without_address between 0 and reports and addresses + without_address <= reports",
            name=op.f("geocode_sink_addresses_check"),
        ),
        sa.CheckConstraint("classes between 0 and reports", name=op.f("geocode_sink_classes_check")),
        sa.CheckConstraint(
            "(decided_by is null) = (decided_at is null)", name=op.f("geocode_sink_decided_check")
        ),
        sa.CheckConstraint(
            "status <> 'cleared' or decided_by is not null", name=op.f("geocode_sink_cleared_check")
        ),
        sa.PrimaryKeyConstraint("lon", "lat", name=op.f("geocode_sink_pkey")),
        comment="a default coordinate of some geocoder: its reports are kept, and left out of counts",
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_table("geocode_sink")
