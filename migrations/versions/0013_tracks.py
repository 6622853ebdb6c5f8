"""tracks

Revision: 0013
Revises: 0012
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "track",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "patrol", sa.Text(), nullable=False, comment="who walked it: the name of one inspector or device"
        ),
        sa.Column("source", sa.Text(), nullable=False, comment="the file that it came in"),
        sa.Column("datum", sa.Text(), nullable=False, comment="of the file; the geometry is WGS 84"),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of its instants and places"),
        sa.Column("begins", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "spans",
            postgresql.TSTZMULTIRANGE(),
            nullable=False,
            comment="when its fixes follow each other closely enough",
        ),
        sa.Column("fixes", sa.Integer(), nullable=False, comment="that were kept"),
        sa.Column(
            "dropped",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="fixes that were not, by reason",
        ),
        sa.Column("minutes", sa.Double(), nullable=False, comment="of its spans, in cells and outside"),
        sa.Column("outside_minutes", sa.Double(), nullable=False, comment="in no cell"),
        sa.Column("gap_minutes", sa.Double(), nullable=False, comment="between its spans: counted nowhere"),
        sa.Column("metres", sa.Double(), nullable=False),
        sa.Column(
            "roads",
            sa.Text(),
            nullable=True,
            comment="state of the road layer that it was matched to; NULL: there was none",
        ),
        sa.Column(
            "geom",
            Geometry(geometry_type="MULTILINESTRINGM", srid=4326, dimension=3, spatial_index=True),
            nullable=False,
            comment="a line for each span; M: seconds since 1970",
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("patrol <> '' and length(patrol) <= 100", name=op.f("track_patrol_check")),
        sa.CheckConstraint("datum in ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("track_datum_check")),
        sa.CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name=op.f("track_digest_check")),
        sa.CheckConstraint("begins <= lower(spans) and upper(spans) <= ends", name=op.f("track_spans_check")),
        sa.CheckConstraint("fixes >= 2", name=op.f("track_fixes_check")),
        sa.CheckConstraint("jsonb_typeof(dropped) = 'object'", name=op.f("track_dropped_check")),
        sa.CheckConstraint(
            "minutes > 0 and minutes < 'infinity' and outside_minutes between 0 and minutes"
            " and gap_minutes >= 0 and gap_minutes < 'infinity'",
            name=op.f("track_minutes_check"),
        ),
        sa.CheckConstraint("metres >= 0 and metres < 'infinity'", name=op.f("track_metres_check")),
        postgresql.ExcludeConstraint(
            ("patrol", "="), ("spans", "&&"), name="track_one_at_a_time", using="gist"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("track_pkey")),
        sa.UniqueConstraint("digest", name=op.f("track_digest_key")),
        comment="where a patrol really went; nobody is at two places at a time",
    )
    op.create_index("track_begins_ix", "track", ["begins"], unique=False)
    op.create_table(
        "track_minutes",
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("cell_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local"),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.CheckConstraint("minutes > 0 and minutes < 'infinity'", name=op.f("track_minutes_minutes_check")),
        sa.ForeignKeyConstraint(
            ["track_id"], ["track.id"], name=op.f("track_minutes_track_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["edition_id", "cell_code"],
            ["area.edition_id", "area.code"],
            name=op.f("track_minutes_edition_id_cell_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "track_id", "edition_id", "cell_code", "day", name=op.f("track_minutes_pkey")
        ),
        comment="minutes of a track by cell and day, in the edition of the cells in force when it began",
    )
    op.create_index(
        "track_minutes_edition_id_cell_code_ix", "track_minutes", ["edition_id", "cell_code"], unique=False
    )
    op.create_index("track_minutes_day_ix", "track_minutes", ["day"], unique=False)
    op.create_table(
        "track_street",
        sa.Column("track_id", sa.Integer(), nullable=False),
        sa.Column("road_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False, comment="local"),
        sa.Column("minutes", sa.Double(), nullable=False),
        sa.Column("metres", sa.Double(), nullable=False, comment="walked along the link, both ways together"),
        sa.CheckConstraint("minutes > 0 and minutes < 'infinity'", name=op.f("track_street_minutes_check")),
        sa.CheckConstraint("metres >= 0 and metres < 'infinity'", name=op.f("track_street_metres_check")),
        sa.ForeignKeyConstraint(
            ["track_id"], ["track.id"], name=op.f("track_street_track_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["road_id"], ["road.id"], name=op.f("track_street_road_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("track_id", "road_id", "day", name=op.f("track_street_pkey")),
        comment="minutes of a track along each link of the road layer, by day",
    )
    op.create_index("track_street_road_id_ix", "track_street", ["road_id"], unique=False)
    op.create_index("track_street_day_ix", "track_street", ["day"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("track_street_day_ix", table_name="track_street")
    op.drop_index("track_street_road_id_ix", table_name="track_street")
    op.drop_table("track_street")
    op.drop_index("track_minutes_day_ix", table_name="track_minutes")
    op.drop_index("track_minutes_edition_id_cell_code_ix", table_name="track_minutes")
    op.drop_table("track_minutes")
    op.drop_index("track_begins_ix", table_name="track")
    op.drop_table("track")
