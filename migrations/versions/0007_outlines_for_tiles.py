"""outlines for tiles

Revision: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The table is written anew, which takes a second for ten thousand areas and lets nobody read it meanwhile.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "area",
        sa.Column(
            "geom_web",
            Geometry("MULTIPOLYGON", srid=3857, spatial_index=False),
            sa.Computed("st_forcepolygoncw(st_transform(geom, 3857))", persisted=True),
            comment="for tiles alone, nothing is measured in it; outer rings clockwise",
        ),
    )
    op.add_column(
        "area",
        sa.Column(
            "web_clearance",
            sa.Double(),
            sa.Computed(
                # A million corners would take minutes, and the few areas of more than ten thousand are no load.
                "CASE WHEN st_npoints(geom) <= 10000 AND st_isvalid(st_transform(geom, 3857))"
                " THEN st_minimumclearance(st_transform(geom, 3857)) ELSE 0::double precision END",
                persisted=True,
            ),
            comment="shortest way between two corners, or a corner and a side, of geom_web; 0: not known",
        ),
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_column("area", "web_clearance")
    op.drop_column("area", "geom_web")
