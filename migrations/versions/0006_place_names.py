"""place names

Revision: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "place",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="the imported file; a later import of it takes its place",
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("other_names", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("road", sa.Text(), nullable=True, comment="the road of a house number, as given"),
        sa.Column("house_number", sa.Text(), nullable=True, comment="as given: 68, 68号, 甲68号, 68-2号"),
        sa.Column(
            "accuracy_m",
            sa.Double(),
            nullable=True,
            comment="as given: radius that holds 68 %; NULL: by kind and size",
        ),
        sa.Column("geom", Geometry(geometry_type="GEOMETRY", srid=4326, spatial_index=True), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "(kind = 'address') = (road is not null and house_number is not null)",
            name=op.f("place_address_check"),
        ),
        sa.CheckConstraint("accuracy_m > 0 and accuracy_m <= 100000", name=op.f("place_accuracy_m_check")),
        sa.CheckConstraint(
            "kind in ('road', 'crossing', 'address', 'compound', 'landmark', 'stop', 'area')",
            name=op.f("place_kind_check"),
        ),
        sa.CheckConstraint("name <> '' and length(name) <= 200", name=op.f("place_name_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("place_pkey")),
        comment="a named place that was imported; roads, crossings and areas are drawn from their layers",
    )
    op.create_index("place_source_ix", "place", ["source"], unique=False)
    # What was searched for and found for a report's address: JSON because it is read with its report alone.
    op.add_column(
        "report",
        sa.Column(
            "placed_by",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what of the address gave the place, or the candidates that wait for a person",
        ),
    )
    # What settles who keeps a boundary road, so that a report can be resolved again and answered alike.
    op.add_column(
        "report",
        sa.Column(
            "heading_deg",
            sa.Double(),
            nullable=True,
            comment="of the traffic on the carriageway, clockwise from north",
        ),
    )
    op.add_column(
        "report",
        sa.Column("house_number", sa.Integer(), nullable=True, comment="as given, or as the address says"),
    )
    op.create_check_constraint(
        op.f("report_heading_deg_check"), "report", "heading_deg >= 0 and heading_deg <= 360"
    )
    op.create_check_constraint(
        op.f("report_house_number_check"), "report", "house_number >= 1 and house_number <= 999999"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("report", "house_number")
    op.drop_column("report", "heading_deg")
    op.drop_column("report", "placed_by")
    op.drop_index("place_source_ix", table_name="place")
    op.drop_table("place")
