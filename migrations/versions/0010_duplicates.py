"""duplicates

Revision: 0010
Revises: 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "report_duplicate",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "earlier_id",
            sa.BigInteger(),
            nullable=False,
            comment="the first report of the incident, itself no duplicate (a trigger sees to it)",
        ),
        sa.Column("probability", sa.Double(), nullable=True, comment="NULL: a person linked them"),
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="what the probability is made of",
        ),
        sa.Column("found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("decision", sa.Text(), nullable=True, comment="NULL: nobody has decided yet"),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("report_id <> earlier_id", name=op.f("report_duplicate_earlier_check")),
        sa.CheckConstraint(
            "probability > 0 and probability <= 1", name=op.f("report_duplicate_probability_check")
        ),
        sa.CheckConstraint(
            "decision in ('accepted', 'rejected')", name=op.f("report_duplicate_decision_check")
        ),
        sa.CheckConstraint(
            "(decision is null) = (decided_at is null)", name=op.f("report_duplicate_decided_at_check")
        ),
        sa.CheckConstraint(
            "(decision is null) = (decided_by is null)", name=op.f("report_duplicate_decided_by_check")
        ),
        sa.CheckConstraint(
            "probability is not null or decision is not null", name=op.f("report_duplicate_reason_check")
        ),
        sa.ForeignKeyConstraint(
            ["earlier_id"], ["report.id"], name=op.f("report_duplicate_earlier_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("report_duplicate_report_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("report_duplicate_pkey")),
        comment="a report of an incident that another told first; rejected: an incident of its own after all",
    )
    op.create_index("report_duplicate_earlier_id_ix", "report_duplicate", ["earlier_id"], unique=False)
    # Once for each statement, so that a hundred thousand links cost one join.
    op.execute(
        """
        CREATE FUNCTION refuse_chain_of_duplicates() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            bad bigint;
        BEGIN
            SELECT link.report_id INTO bad
            FROM changed
            JOIN report_duplicate link
                ON link.report_id = changed.earlier_id OR link.earlier_id = changed.report_id
            WHERE changed.decision IS DISTINCT FROM 'rejected' AND link.decision IS DISTINCT FROM 'rejected'
            LIMIT 1;
            IF FOUND THEN
                RAISE EXCEPTION 'a duplicate names the first report of its incident: see report %', bad
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NULL;
        END $$
        """
    )
    for event in ("insert", "update"):
        op.execute(
            f"CREATE TRIGGER report_duplicate_no_chain_{event} AFTER {event.upper()} ON report_duplicate"
            " REFERENCING NEW TABLE AS changed"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_chain_of_duplicates()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("report_duplicate_earlier_id_ix", table_name="report_duplicate")
    op.drop_table("report_duplicate")
    op.execute("DROP FUNCTION refuse_chain_of_duplicates()")
