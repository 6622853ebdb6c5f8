"""Handling specifications: editions, clauses, limits, stages, units, responsibility rules, refusals."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Numeric,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from gridsvc.postgres.metadata import metadata

_LIMIT_UNITS = "limit_unit in ('urgent_hour', 'urgent_day', 'work_hour', 'work_day', 'hour', 'day')"
_LIMIT = "(limit_value is null) = (limit_unit is null) and limit_value > 0"
_MEANS = (
    "means in ('named', 'street_office', 'territorial_enforcement', 'territorial_department', 'each_owner',"
    " 'maintainer', 'supervisor', 'property_manager', 'builder', 'road_keeper', 'each_department')"
)

specification_edition = Table(
    "specification_edition",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("scheme", Text, nullable=False),
    Column("effective_from", DateTime(timezone=True), comment="NULL: valid from ever"),
    Column("hour_means", Text, nullable=False, server_default="through"),
    Column("day_means", Text, nullable=False, server_default="through"),
    Column(
        "hour_declared",
        Boolean,
        nullable=False,
        server_default=text("false"),
        comment="whether somebody said what 小时 means; else `hour_means` is the default",
    ),
    Column("day_declared", Boolean, nullable=False, server_default=text("false")),
    Column("grade_means", Text, comment="what limits graded A, B, C go by; NULL: the edition has none"),
    Column("source", Text, nullable=False),
    Column("digest", Text, nullable=False, comment="SHA-256 of the clauses"),
    Column("imported_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("withdrawn_at", DateTime(timezone=True), comment="superseded by a later import for the same date"),
    UniqueConstraint("id", "scheme"),
    CheckConstraint("hour_means in ('through', 'working')", name="hour_means"),
    CheckConstraint("day_means in ('through', 'working')", name="day_means"),
    CheckConstraint("grade_means in ('area', 'urgency')", name="grade_means"),
    comment="a dated, immutable publication of a handling specification",
)

clause = Table(
    "clause",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("edition_id", Integer, nullable=False),
    Column("scheme", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("class_code", Text, nullable=False),
    Column("ordinal", Integer, nullable=False, comment="number of the sub-condition in its class, from 1"),
    Column("filing_condition", Text, nullable=False),
    Column("closing_condition", Text),
    Column("responsible_text", Text, nullable=False, comment="the units as written"),
    Column("supervising_text", Text),
    Column("limit_text", Text, comment="the limit as written; NULL: the specification gives none"),
    Column("limit_value", Numeric(8, 2)),
    Column("limit_unit", Text),
    Column("legal_basis", Text),
    Column("collection_rule", Text, comment="采集规则: what a collector files and what not"),
    Column("season_from", Text, comment="MM-DD; the works are possible from this day of the year on"),
    Column("season_to", Text, comment="MM-DD, that day included"),
    Column("other", JSONB, nullable=False, server_default=text("'{}'"), comment="other columns of the form"),
    Column(
        "class_cells",
        JSONB,
        nullable=False,
        server_default=text("'{}'"),
        comment="codes and names of major and minor class as the form wrote them",
    ),
    Column("sheet", Text),
    Column("row", Integer),
    UniqueConstraint("edition_id", "kind", "class_code", "ordinal"),
    ForeignKeyConstraint(
        ["edition_id", "scheme"],
        ["specification_edition.id", "specification_edition.scheme"],
        ondelete="CASCADE",
    ),
    ForeignKeyConstraint(["scheme", "kind", "class_code"], ["class.scheme", "class.kind", "class.code"]),
    Index("clause_scheme_kind_class_code_ix", "scheme", "kind", "class_code"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint(_LIMIT, name="limit"),
    CheckConstraint(_LIMIT_UNITS, name="limit_unit"),
    CheckConstraint("(season_from is null) = (season_to is null)", name="season"),
    CheckConstraint(
        "season_from ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'"
        " and season_to ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'",
        name="season_days",
    ),
    comment="per class and filing condition: candidate units, time limit, closing condition",
)

clause_limit = Table(
    "clause_limit",
    metadata,
    Column("clause_id", BigInteger, ForeignKey("clause.id", ondelete="CASCADE"), primary_key=True),
    Column("grade", Text, primary_key=True),
    Column("limit_text", Text, nullable=False, comment="as written"),
    Column("limit_value", Numeric(8, 2)),
    Column("limit_unit", Text),
    CheckConstraint("grade ~ '^[A-D]$'", name="grade"),
    CheckConstraint(_LIMIT, name="limit"),
    CheckConstraint(_LIMIT_UNITS, name="limit_unit"),
    comment="the limit of a clause by grade (of area or of urgency, as the edition says)",
)

clause_stage = Table(
    "clause_stage",
    metadata,
    Column("clause_id", BigInteger, ForeignKey("clause.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("name", Text, nullable=False, comment="what is to be done: 制止, 处罚, 拆除 …"),
    Column("counts_from", Text, nullable=False, server_default="start"),
    Column("limit_text", Text, nullable=False, comment="as written"),
    Column("limit_value", Numeric(8, 2), nullable=False),
    Column("limit_unit", Text, nullable=False),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint("name <> ''", name="name"),
    CheckConstraint("counts_from in ('start', 'previous')", name="counts_from"),
    CheckConstraint("limit_value > 0", name="limit"),
    CheckConstraint(_LIMIT_UNITS, name="limit_unit"),
    comment="closing in stages, each limit from the start of handling or from the end of the one before",
)

clause_unit = Table(
    "clause_unit",
    metadata,
    Column("clause_id", BigInteger, ForeignKey("clause.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True, comment="order in the text, from 1"),
    Column("role", Text, nullable=False, server_default="lead"),
    Column("means", Text, nullable=False, comment="how the words are to be read; see handling.expressions"),
    Column("text", Text, nullable=False, comment="the words as written"),
    Column("unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE"), comment="for a named unit"),
    Index("clause_unit_unit_code_ix", "unit_code"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint("role in ('lead', 'assist')", name="role"),
    CheckConstraint(_MEANS, name="means"),
    CheckConstraint("(means = 'named') = (unit_code is not null)", name="named"),
)

responsibility_rule = Table(
    "responsibility_rule",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("edition_id", Integer, ForeignKey("specification_edition.id", ondelete="CASCADE"), nullable=False),
    Column("code", Text, nullable=False, comment="its name in the rule book: R10"),
    Column("priority", Integer, nullable=False, comment="the smallest that applies decides"),
    Column("kind", Text, comment="NULL: both kinds"),
    Column(
        "class_codes",
        ARRAY(Text),
        nullable=False,
        server_default=text("'{}'"),
        comment="codes, or their beginnings with *; empty: every class",
    ),
    Column("outcome", Text, nullable=False, server_default="assign"),
    Column("listed_only", Boolean, nullable=False, server_default=text("false")),
    Column("is_fallback", Boolean, nullable=False, server_default=text("false")),
    Column("note", Text, comment="what it is for, in the words of who wrote it"),
    Column("basis", Text, comment="the document that it follows"),
    Column("sheet", Text),
    Column("row", Integer),
    UniqueConstraint("edition_id", "code"),
    CheckConstraint("code <> '' and length(code) <= 64", name="code"),
    CheckConstraint("priority between 0 and 1000000", name="priority"),
    CheckConstraint("kind in ('component', 'event')", name="kind"),
    CheckConstraint("outcome in ('assign', 'rank', 'decide')", name="outcome"),
    CheckConstraint("not is_fallback or outcome = 'assign'", name="fallback"),
    comment="picks and ranks among the units of a clause from facts",
)

rule_condition = Table(
    "rule_condition",
    metadata,
    Column("rule_id", BigInteger, ForeignKey("responsibility_rule.id", ondelete="CASCADE"), primary_key=True),
    Column("fact", Text, primary_key=True, comment="one of handling.facts"),
    Column("negated", Boolean, nullable=False, server_default=text("false")),
    Column("values", ARRAY(Text), nullable=False, comment="any of them fulfils it"),
    CheckConstraint("cardinality(values) > 0", name="values"),
    comment="a rule applies when all of its conditions hold; an unknown fact fulfils none",
)

rule_unit = Table(
    "rule_unit",
    metadata,
    Column("rule_id", BigInteger, ForeignKey("responsibility_rule.id", ondelete="CASCADE"), primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("role", Text, nullable=False),
    Column("means", Text, nullable=False),
    Column("text", Text, nullable=False, comment="the words as written"),
    Column("unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE"), comment="for a named unit"),
    Index("rule_unit_unit_code_ix", "unit_code"),
    CheckConstraint("ordinal > 0", name="ordinal"),
    CheckConstraint("role in ('lead', 'assist')", name="role"),
    CheckConstraint(_MEANS.replace("('named'", "('as_listed', 'named'"), name="means"),
    CheckConstraint("(means = 'named') = (unit_code is not null)", name="named"),
    comment="whom a rule names; as_listed: the bodies that the clause lists, in its order",
)

refusal = Table(
    "refusal",
    metadata,
    Column("id", BigInteger, Identity(), primary_key=True),
    Column("report_id", BigInteger, ForeignKey("report.id", ondelete="SET NULL")),
    Column("clause_id", BigInteger, ForeignKey("clause.id"), nullable=False),
    Column("rule_id", BigInteger, ForeignKey("responsibility_rule.id"), comment="NULL: the clause decided"),
    Column("unit_code", Text, ForeignKey("unit.code", onupdate="CASCADE"), nullable=False),
    Column("instead_code", Text, ForeignKey("unit.code", onupdate="CASCADE"), comment="who it was instead"),
    Column("area_code", Text, comment="the street where it was"),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("settled_by", Text),
    Column("settled_at", DateTime(timezone=True)),
    Column("note", Text, comment="why it was upheld or dismissed"),
    CheckConstraint("state in ('open', 'upheld', 'dismissed')", name="state"),
    CheckConstraint("(state = 'open') = (settled_at is null)", name="settled_at"),
    CheckConstraint("(state = 'open') = (settled_by is null)", name="settled_by"),
    CheckConstraint("reason <> '' and length(reason) <= 2000", name="reason"),
    CheckConstraint("settled_at >= made_at", name="order"),
    Index("refusal_rule_id_ix", "rule_id"),
    Index("refusal_clause_id_ix", "clause_id"),
    UniqueConstraint("report_id", "unit_code"),
    comment="a unit said that it is not responsible; upheld, it is evidence against the rule or the clause",
)
