"""The plans that were made, and their stops."""

from __future__ import annotations

from geoalchemy2 import Geometry
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import JSONB

from gridsvc.patrol.plan import KIND_WORDS
from gridsvc.postgres.metadata import metadata

_KINDS = ", ".join(f"'{kind}'" for kind in KIND_WORDS)

patrol_plan = Table(
    "patrol_plan",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("day", Date, nullable=False, comment="local day on which the shift begins"),
    Column("team", Text, nullable=False, comment="whose patrols; of its plans for one shift the last holds"),
    Column("begins", DateTime(timezone=True), nullable=False),
    Column("ends", DateTime(timezone=True), nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_by", Text, nullable=False),
    Column(
        "follows",
        BigInteger,
        ForeignKey("patrol_plan.id", ondelete="SET NULL"),
        unique=True,
        comment="the plan of the same shift in whose place it came",
    ),
    Column("seed", BigInteger, nullable=False),
    Column("value", Double, nullable=False),
    Column("asked", JSONB, nullable=False, comment="the request"),
    Column(
        "places", JSONB, nullable=False, comment="all candidates with their values: planning anew needs them"
    ),
    Column("plan", JSONB, nullable=False, comment="the answer, whole"),
    # What the list shows: unpacking the whole plan for it took 2 to 4 ms a row.
    Column("form", Text, Computed("plan ->> 'form'", persisted=True)),
    Column("bound", Double, Computed("(plan ->> 'bound')::double precision", persisted=True)),
    Column("patrols", Integer, Computed("jsonb_array_length(plan -> 'routes')", persisted=True)),
    CheckConstraint("begins < ends", name="shift"),
    CheckConstraint("value >= 0 and value < 'infinity'", name="value"),
    CheckConstraint("follows < id", name="follows"),
    CheckConstraint("length(team) <= 100", name="team"),
    CheckConstraint("made_by <> '' and length(made_by) <= 200", name="made_by"),
    CheckConstraint(
        "jsonb_typeof(asked) = 'object' and jsonb_typeof(places) = 'object'"
        " and jsonb_typeof(plan) = 'object'",
        name="documents",
    ),
    Index("patrol_plan_day_ix", "day"),
    comment="routes for the patrols of one shift; never changed, a later plan of the shift follows it",
)

patrol_stop = Table(
    "patrol_stop",
    metadata,
    Column("plan_id", BigInteger, ForeignKey("patrol_plan.id", ondelete="CASCADE"), primary_key=True),
    Column("patrol", Text, primary_key=True),
    Column("position", Integer, primary_key=True, comment="from 1, breaks included"),
    Column("key", Text, nullable=False, comment="of the place, the same from day to day"),
    Column("kind", Text, nullable=False),
    Column("cell_code", Text),
    Column("zone_code", Text, comment="of the kind of zone that has the floor"),
    Column("begins", DateTime(timezone=True), nullable=False),
    Column("ends", DateTime(timezone=True), nullable=False),
    Column("value", Double, nullable=False),
    Column("geom", Geometry("POINT", srid=4326, spatial_index=True), nullable=False),
    CheckConstraint("position >= 1", name="position"),
    CheckConstraint("begins <= ends", name="times"),
    CheckConstraint("value >= 0 and value < 'infinity'", name="value"),
    CheckConstraint(f"kind in ({_KINDS})", name="kind"),
    Index("patrol_stop_key_ix", "key"),
    comment="who is where when: floors over days and the habits that a plan is to avoid are read from it",
)
