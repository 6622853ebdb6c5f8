"""What hotspots keep of reports: default coordinates, and what every count needs of each report."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, DateTime, Double, Index, Integer, Table, Text

from gridsvc.postgres.metadata import metadata

geocode_sink = Table(
    "geocode_sink",
    metadata,
    Column("lon", Double, primary_key=True, comment="degrees, WGS 84: of reports at exactly this place"),
    Column("lat", Double, primary_key=True),
    Column("reports", Integer, nullable=False),
    Column("addresses", Integer, nullable=False, comment="different ones, as they are normalised"),
    Column("without_address", Integer, nullable=False, comment="reports that tell no address"),
    Column("classes", Integer, nullable=False),
    Column("share", Double, nullable=False, comment="of all reports"),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("status", Text, nullable=False, comment="quarantined: in no count and on no map"),
    Column("decided_by", Text, comment="NULL: the rule decided"),
    Column("decided_at", DateTime(timezone=True)),
    Column("note", Text),
    CheckConstraint("lon between -180 and 180 and lat between -90 and 90", name="place"),
    CheckConstraint("status in ('suspected', 'quarantined', 'cleared')", name="status"),
    CheckConstraint("share > 0 and share <= 1", name="share"),
    CheckConstraint(
        "addresses >= 0 and without_address between 0 and reports and addresses + without_address <= reports",
        name="addresses",
    ),
    CheckConstraint("classes between 0 and reports", name="classes"),
    CheckConstraint("(decided_by is null) = (decided_at is null)", name="decided"),
    CheckConstraint("status <> 'cleared' or decided_by is not null", name="cleared"),
    comment="a default coordinate of some geocoder: its reports are kept, and left out of counts",
)

# Triggers on report and resolution keep it, as an index is kept; nothing else writes into it. A key is the
# first eight bytes of an MD5 (records.keys): no list of texts is needed, for which writers would queue.
report_tally = Table(
    "report_tally",
    metadata,
    Column("report_id", BigInteger, primary_key=True, autoincrement=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("class_key", BigInteger),
    Column("channel_key", BigInteger),
    Column("cell_key", BigInteger, comment="of edition and code; NULL: no cell was recorded"),
    Index(
        "report_tally_class_key_opened_at_ix",
        "class_key",
        "opened_at",
        postgresql_include=["cell_key", "channel_key", "report_id"],
    ),
    comment="what every count needs of a report, in 64 bytes: a row of report and resolution has 400",
)
