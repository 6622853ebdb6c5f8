"""what the list of patrol plans shows, beside the whole plan

Revision: 0015
Revises: 0014
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Read from the document by the database itself, once: the two cannot differ, and the plans there are get them too.
_SHOWN = (
    ("form", sa.Text(), "plan ->> 'form'"),
    ("bound", sa.Double(), "(plan ->> 'bound')::double precision"),
    ("patrols", sa.Integer(), "jsonb_array_length(plan -> 'routes')"),
)


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, kind, told in _SHOWN:
        op.add_column("patrol_plan", sa.Column(name, kind, sa.Computed(told, persisted=True), nullable=True))


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for name, _kind, _told in reversed(_SHOWN):
        op.drop_column("patrol_plan", name)
