"""Tracks, the minutes that they give to cells and streets, and minutes that somebody brought in a file."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import JSONB, TSTZMULTIRANGE, ExcludeConstraint

from gridsvc.postgres.metadata import metadata

track = Table(
    "track",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("patrol", Text, nullable=False, comment="who walked it: the name of one inspector or device"),
    Column("source", Text, nullable=False, comment="the file that it came in"),
    Column("datum", Text, nullable=False, comment="of the file; the geometry is WGS 84"),
    Column("digest", Text, nullable=False, unique=True, comment="SHA-256 of its instants and places"),
    Column("begins", DateTime(timezone=True), nullable=False),
    Column("ends", DateTime(timezone=True), nullable=False),
    Column(
        "spans", TSTZMULTIRANGE, nullable=False, comment="when its fixes follow each other closely enough"
    ),
    Column("fixes", Integer, nullable=False, comment="that were kept"),
    Column("dropped", JSONB, nullable=False, comment="fixes that were not, by reason"),
    Column("minutes", Double, nullable=False, comment="of its spans, in cells and outside"),
    Column("outside_minutes", Double, nullable=False, comment="in no cell"),
    Column("gap_minutes", Double, nullable=False, comment="between its spans: counted nowhere"),
    Column("metres", Double, nullable=False),
    Column("roads", Text, comment="state of the road layer that it was matched to; NULL: there was none"),
    Column(
        "geom",
        Geometry("MULTILINESTRINGM", srid=4326, dimension=3, spatial_index=True),
        nullable=False,
        comment="a line for each span; M: seconds since 1970",
    ),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    CheckConstraint("patrol <> '' and length(patrol) <= 100", name="patrol"),
    CheckConstraint("datum in ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name="datum"),
    CheckConstraint("digest ~ '^[0-9a-f]{64}$'", name="digest"),
    CheckConstraint("begins <= lower(spans) and upper(spans) <= ends", name="spans"),
    CheckConstraint("fixes >= 2", name="fixes"),
    CheckConstraint("jsonb_typeof(dropped) = 'object'", name="dropped"),
    CheckConstraint(
        "minutes > 0 and minutes < 'infinity' and outside_minutes between 0 and minutes"
        " and gap_minutes >= 0 and gap_minutes < 'infinity'",
        name="minutes",
    ),
    CheckConstraint("metres >= 0 and metres < 'infinity'", name="metres"),
    ExcludeConstraint(("patrol", "="), ("spans", "&&"), name="track_one_at_a_time", using="gist"),
    Index("track_begins_ix", "begins"),
    comment="where a patrol really went; nobody is at two places at a time",
)

track_minutes = Table(
    "track_minutes",
    metadata,
    Column("track_id", Integer, ForeignKey("track.id", ondelete="CASCADE"), primary_key=True),
    Column("edition_id", Integer, primary_key=True),
    Column("cell_code", Text, primary_key=True),
    Column("day", Date, primary_key=True, comment="local"),
    Column("minutes", Double, nullable=False),
    CheckConstraint("minutes > 0 and minutes < 'infinity'", name="minutes"),
    ForeignKeyConstraint(["edition_id", "cell_code"], ["area.edition_id", "area.code"], ondelete="CASCADE"),
    Index("track_minutes_edition_id_cell_code_ix", "edition_id", "cell_code"),
    Index("track_minutes_day_ix", "day"),
    comment="minutes of a track by cell and day, in the edition of the cells in force when it began",
)

track_street = Table(
    "track_street",
    metadata,
    Column("track_id", Integer, ForeignKey("track.id", ondelete="CASCADE"), primary_key=True),
    Column("road_id", Integer, ForeignKey("road.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Date, primary_key=True, comment="local"),
    Column("minutes", Double, nullable=False),
    Column("metres", Double, nullable=False, comment="walked along the link, both ways together"),
    CheckConstraint("minutes > 0 and minutes < 'infinity'", name="minutes"),
    CheckConstraint("metres >= 0 and metres < 'infinity'", name="metres"),
    Index("track_street_road_id_ix", "road_id"),
    Index("track_street_day_ix", "day"),
    comment="minutes of a track along each link of the road layer, by day",
)

patrol_effort = Table(
    "patrol_effort",
    metadata,
    Column("edition_id", Integer, primary_key=True),
    Column("cell_code", Text, primary_key=True),
    Column("day", Date, primary_key=True, comment="local"),
    Column("minutes", Double, nullable=False, comment="of all inspectors together"),
    CheckConstraint("minutes >= 0 and minutes < 'infinity'", name="minutes"),
    ForeignKeyConstraint(["edition_id", "cell_code"], ["area.edition_id", "area.code"], ondelete="CASCADE"),
    Index("patrol_effort_edition_id_day_ix", "edition_id", "day"),
    comment="minutes of patrol by cell and day: without them the finds of inspectors cannot be read",
)
