"""default coordinates, and what every count needs of a report

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

CLASS_KEY = (
    "tally_key(CASE WHEN r.kind IS NULL THEN '' ELSE r.scheme || ' ' || r.kind END || ' ' || r.class_code)"
)
CHANNEL_KEY = "tally_key(r.source)"
CELL_KEY = "tally_key(s.cell_edition_id || ' ' || s.cell_code)"
# By name: table, events, function. A transition table wants a trigger for each event.
TRIGGERS = {
    "report_tally_added": ("AFTER INSERT ON report REFERENCING NEW TABLE AS r", "tally_reports"),
    "report_tally_changed": ("AFTER UPDATE ON report REFERENCING NEW TABLE AS r", "retally_reports"),
    "report_tally_renumbered": ("AFTER UPDATE OF id ON report", "renumber_tally"),
    "report_tally_removed": ("AFTER DELETE ON report REFERENCING OLD TABLE AS r", "untally_reports"),
    "report_tally_emptied": ("AFTER TRUNCATE ON report", "empty_tally"),
    "resolution_tally_added": ("AFTER INSERT ON resolution REFERENCING NEW TABLE AS s", "tally_cells"),
    "resolution_tally_changed": ("AFTER UPDATE ON resolution REFERENCING NEW TABLE AS s", "tally_cells"),
    "resolution_tally_moved": ("AFTER UPDATE OF report_id ON resolution", "untally_moved_cell"),
    "resolution_tally_removed": ("AFTER DELETE ON resolution REFERENCING OLD TABLE AS s", "untally_cells"),
    "resolution_tally_emptied": ("AFTER TRUNCATE ON resolution", "untally_all_cells"),
}
# A statement that gives a row another key is rare, and no join of transition tables could follow it: these
# are for each row, and come before the triggers of the statement.
BY_ROW = {
    "report_tally_renumbered": "WHEN (OLD.id <> NEW.id)",
    "resolution_tally_moved": "WHEN (OLD.report_id <> NEW.report_id)",
}
FUNCTIONS = {
    "tally_reports": "INSERT INTO report_tally (report_id, opened_at, class_key, channel_key)"
    f" SELECT r.id, r.opened_at, {CLASS_KEY}, {CHANNEL_KEY} FROM r",
    "retally_reports": f"UPDATE report_tally t SET opened_at = r.opened_at, class_key = {CLASS_KEY},"
    f" channel_key = {CHANNEL_KEY} FROM r WHERE t.report_id = r.id AND (t.opened_at, t.class_key, t.channel_key)"
    f" IS DISTINCT FROM (r.opened_at, {CLASS_KEY}, {CHANNEL_KEY})",
    "renumber_tally": "UPDATE report_tally SET report_id = NEW.id WHERE report_id = OLD.id",
    "untally_reports": "DELETE FROM report_tally t USING r WHERE t.report_id = r.id",
    "empty_tally": "TRUNCATE report_tally",
    "tally_cells": f"UPDATE report_tally t SET cell_key = {CELL_KEY} FROM s WHERE t.report_id = s.report_id"
    f" AND t.cell_key IS DISTINCT FROM {CELL_KEY}",
    "untally_moved_cell": "UPDATE report_tally SET cell_key = NULL WHERE report_id = OLD.report_id",
    "untally_cells": "UPDATE report_tally t SET cell_key = NULL FROM s WHERE t.report_id = s.report_id",
    "untally_all_cells": "UPDATE report_tally SET cell_key = NULL",
}


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
        sa.Column(
            "addresses", sa.Integer(), nullable=False, comment="different ones, as they are normalised"
        ),
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
    op.create_table(
        "report_tally",
        sa.Column("report_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("class_key", sa.BigInteger(), nullable=True),
        sa.Column("channel_key", sa.BigInteger(), nullable=True),
        sa.Column(
            "cell_key",
            sa.BigInteger(),
            nullable=True,
            comment="of edition and code; NULL: no cell was recorded",
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("report_tally_pkey")),
        comment="what every count needs of a report, in 64 bytes: a row of report and resolution has 400",
    )
    op.execute(
        "CREATE FUNCTION tally_key(text) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE"
        " AS $$ SELECT ('x' || left(md5($1), 16))::bit(64)::bigint $$"
    )
    # Until the commit no report is written that neither this nor a trigger sees.
    op.execute("LOCK TABLE report, resolution IN SHARE ROW EXCLUSIVE MODE")
    op.execute(
        f"INSERT INTO report_tally SELECT r.id, r.opened_at, {CLASS_KEY}, {CHANNEL_KEY}, {CELL_KEY}"
        " FROM report r LEFT JOIN resolution s ON s.report_id = r.id"
    )
    op.create_index(
        "report_tally_class_key_opened_at_ix",
        "report_tally",
        ["class_key", "opened_at"],
        unique=False,
        postgresql_include=["cell_key", "channel_key", "report_id"],
    )
    for function, body in FUNCTIONS.items():
        # A plan is kept for the session: one made for a large import must not read the whole table for the
        # single report that comes after it.
        op.execute(
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SET enable_hashjoin = off"
            " SET enable_mergejoin = off SET enable_seqscan = off"
            f" AS $$ BEGIN {body}; RETURN NULL; END $$"
        )
    for trigger, (event, function) in TRIGGERS.items():
        each = f"ROW {BY_ROW[trigger]}" if trigger in BY_ROW else "STATEMENT"
        op.execute(f"CREATE TRIGGER {trigger} {event} FOR EACH {each} EXECUTE FUNCTION {function}()")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for trigger, (event, _) in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {trigger} ON {event.split(' ON ')[1].split()[0]}")
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}()")
    op.drop_index("report_tally_class_key_opened_at_ix", table_name="report_tally")
    op.drop_table("report_tally")
    op.execute("DROP FUNCTION tally_key(text)")
    op.drop_table("geocode_sink")
