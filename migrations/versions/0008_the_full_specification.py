"""the full specification

Revision: 0008
Revises: 0007
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NEW_MEANS = "'maintainer', 'supervisor', 'property_manager', 'builder', 'road_keeper'"
OLD_MEANS = "'named', 'street_office', 'territorial_enforcement', 'territorial_department', 'each_owner', 'each_department'"
DAY = "(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
# A unit's code may change, and every table that names the unit follows: that is no change of the edition.
PUBLISHED = {
    "clause": None,
    "clause_limit": None,
    "clause_stage": None,
    "clause_unit": "clause_id, ordinal, role, means, text",
    "responsibility_rule": None,
    "rule_condition": None,
    "rule_unit": "rule_id, ordinal, role, means, text",
}


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "working_calendar",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False, comment="such as 08:00-12:00,14:00-18:00"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9A-Za-z_-]{1,32}$'", name=op.f("working_calendar_code_check")),
        sa.CheckConstraint(
            "rule in ('china', 'weekdays', 'every_day')", name=op.f("working_calendar_rule_check")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("working_calendar_pkey")),
        comment="when a unit works; one without is on the calendar of the settings",
    )
    op.create_table(
        "calendar_day",
        sa.Column("calendar_code", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("hours", sa.Text(), nullable=False, comment="empty: a day off"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["calendar_code"],
            ["working_calendar.code"],
            name=op.f("calendar_day_calendar_code_fkey"),
            onupdate="CASCADE",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("calendar_code", "day", name=op.f("calendar_day_pkey")),
        comment="days that differ from the rule: holidays, make-up days, short days",
    )
    op.create_table(
        "class_crosswalk",
        sa.Column("from_scheme", sa.Text(), nullable=False),
        sa.Column("from_kind", sa.Text(), nullable=False),
        sa.Column("from_code", sa.Text(), nullable=False),
        sa.Column("to_scheme", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False, comment="of several targets the likelier first"),
        sa.Column("to_kind", sa.Text(), nullable=True),
        sa.Column("to_code", sa.Text(), nullable=True, comment="NULL: the other scheme has nothing like it"),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(relation = 'dropped') = (to_code is null)", name=op.f("class_crosswalk_dropped_check")
        ),
        sa.CheckConstraint(
            "confidence in ('found', 'inferred', 'remembered', 'local')",
            name=op.f("class_crosswalk_confidence_check"),
        ),
        sa.CheckConstraint(
            "relation in ('same', 'renamed', 'narrower', 'broader', 'dropped')",
            name=op.f("class_crosswalk_relation_check"),
        ),
        sa.CheckConstraint(
            "(to_kind is null) = (to_code is null)", name=op.f("class_crosswalk_target_check")
        ),
        sa.CheckConstraint("from_scheme <> to_scheme", name=op.f("class_crosswalk_schemes_check")),
        sa.CheckConstraint("ordinal > 0", name=op.f("class_crosswalk_ordinal_check")),
        sa.ForeignKeyConstraint(
            ["from_scheme", "from_kind", "from_code"],
            ["class.scheme", "class.kind", "class.code"],
            name=op.f("class_crosswalk_from_scheme_from_kind_from_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["to_scheme", "to_kind", "to_code"],
            ["class.scheme", "class.kind", "class.code"],
            name=op.f("class_crosswalk_to_scheme_to_kind_to_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "from_scheme", "from_kind", "from_code", "to_scheme", "ordinal", name=op.f("class_crosswalk_pkey")
        ),
        comment="which class of another scheme a class is; narrower: the target is narrower",
    )
    op.create_index(
        "class_crosswalk_to_ix", "class_crosswalk", ["to_scheme", "to_kind", "to_code"], unique=False
    )
    op.create_table(
        "class_word",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("word", sa.Text(), nullable=False, comment="what people call it"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.CheckConstraint("word <> '' and length(word) <= 100", name=op.f("class_word_word_check")),
        sa.ForeignKeyConstraint(
            ["scheme", "kind", "code"],
            ["class.scheme", "class.kind", "class.code"],
            name=op.f("class_word_scheme_kind_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("scheme", "kind", "code", "word", name=op.f("class_word_pkey")),
        comment="everyday words for a class",
    )
    op.create_table(
        "responsibility_rule",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="its name in the rule book: R10"),
        sa.Column("priority", sa.Integer(), nullable=False, comment="the smallest that applies decides"),
        sa.Column("kind", sa.Text(), nullable=True, comment="NULL: both kinds"),
        sa.Column(
            "class_codes",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes, or their beginnings with *; empty: every class",
        ),
        sa.Column("outcome", sa.Text(), server_default="assign", nullable=False),
        sa.Column("listed_only", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("is_fallback", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("note", sa.Text(), nullable=True, comment="what it is for, in the words of who wrote it"),
        sa.Column("basis", sa.Text(), nullable=True, comment="the document that it follows"),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.CheckConstraint("code <> '' and length(code) <= 64", name=op.f("responsibility_rule_code_check")),
        sa.CheckConstraint("kind in ('component', 'event')", name=op.f("responsibility_rule_kind_check")),
        sa.CheckConstraint(
            "not is_fallback or outcome = 'assign'", name=op.f("responsibility_rule_fallback_check")
        ),
        sa.CheckConstraint(
            "outcome in ('assign', 'rank', 'decide')", name=op.f("responsibility_rule_outcome_check")
        ),
        sa.CheckConstraint("priority between 0 and 1000000", name=op.f("responsibility_rule_priority_check")),
        sa.ForeignKeyConstraint(
            ["edition_id"],
            ["specification_edition.id"],
            name=op.f("responsibility_rule_edition_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("responsibility_rule_pkey")),
        sa.UniqueConstraint("edition_id", "code", name=op.f("responsibility_rule_edition_id_code_key")),
        comment="picks and ranks among the units of a clause from facts",
    )
    op.create_table(
        "clause_limit",
        sa.Column("clause_id", sa.BigInteger(), nullable=False),
        sa.Column("grade", sa.Text(), nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False, comment="as written"),
        sa.Column("limit_value", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("limit_unit", sa.Text(), nullable=True),
        sa.CheckConstraint("grade ~ '^[A-D]$'", name=op.f("clause_limit_grade_check")),
        sa.CheckConstraint(
            "limit_unit in ('urgent_hour', 'urgent_day', 'work_hour', 'work_day', 'hour', 'day')",
            name=op.f("clause_limit_limit_unit_check"),
        ),
        sa.CheckConstraint(
            "(limit_value is null) = (limit_unit is null) and limit_value > 0",
            name=op.f("clause_limit_limit_check"),
        ),
        sa.ForeignKeyConstraint(
            ["clause_id"], ["clause.id"], name=op.f("clause_limit_clause_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clause_id", "grade", name=op.f("clause_limit_pkey")),
        comment="the limit of a clause by grade (of area or of urgency, as the edition says)",
    )
    op.create_table(
        "clause_stage",
        sa.Column("clause_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False, comment="what is to be done: 制止, 处罚, 拆除 …"),
        sa.Column("counts_from", sa.Text(), server_default="start", nullable=False),
        sa.Column("limit_text", sa.Text(), nullable=False, comment="as written"),
        sa.Column("limit_value", sa.Numeric(precision=8, scale=2), nullable=False),
        sa.Column("limit_unit", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "counts_from in ('start', 'previous')", name=op.f("clause_stage_counts_from_check")
        ),
        sa.CheckConstraint(
            "limit_unit in ('urgent_hour', 'urgent_day', 'work_hour', 'work_day', 'hour', 'day')",
            name=op.f("clause_stage_limit_unit_check"),
        ),
        sa.CheckConstraint("name <> ''", name=op.f("clause_stage_name_check")),
        sa.CheckConstraint("limit_value > 0", name=op.f("clause_stage_limit_check")),
        sa.CheckConstraint("ordinal > 0", name=op.f("clause_stage_ordinal_check")),
        sa.ForeignKeyConstraint(
            ["clause_id"], ["clause.id"], name=op.f("clause_stage_clause_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clause_id", "ordinal", name=op.f("clause_stage_pkey")),
        comment="closing in stages, each limit from the start of handling or from the end of the one before",
    )
    op.create_table(
        "refusal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report_id", sa.BigInteger(), nullable=True),
        sa.Column("clause_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True, comment="NULL: the clause decided"),
        sa.Column("unit_code", sa.Text(), nullable=False),
        sa.Column("instead_code", sa.Text(), nullable=True, comment="who it was instead"),
        sa.Column("area_code", sa.Text(), nullable=True, comment="the street where it was"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("settled_by", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.Text(), nullable=True, comment="why it was upheld or dismissed"),
        sa.CheckConstraint("(state = 'open') = (settled_at is null)", name=op.f("refusal_settled_at_check")),
        sa.CheckConstraint("(state = 'open') = (settled_by is null)", name=op.f("refusal_settled_by_check")),
        sa.CheckConstraint("reason <> '' and length(reason) <= 2000", name=op.f("refusal_reason_check")),
        sa.CheckConstraint("state in ('open', 'upheld', 'dismissed')", name=op.f("refusal_state_check")),
        sa.CheckConstraint("settled_at >= made_at", name=op.f("refusal_order_check")),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("refusal_clause_id_fkey")),
        sa.ForeignKeyConstraint(
            ["instead_code"], ["unit.code"], name=op.f("refusal_instead_code_fkey"), onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("refusal_report_id_fkey"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["rule_id"], ["responsibility_rule.id"], name=op.f("refusal_rule_id_fkey")),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["unit.code"], name=op.f("refusal_unit_code_fkey"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("refusal_pkey")),
        sa.UniqueConstraint("report_id", "unit_code", name=op.f("refusal_report_id_unit_code_key")),
        comment="a unit said that it is not responsible; upheld, it is evidence against the rule or the clause",
    )
    op.create_index("refusal_clause_id_ix", "refusal", ["clause_id"], unique=False)
    op.create_index("refusal_rule_id_ix", "refusal", ["rule_id"], unique=False)
    op.create_table(
        "rule_condition",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=False, comment="one of handling.facts"),
        sa.Column("negated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("values", postgresql.ARRAY(sa.Text()), nullable=False, comment="any of them fulfils it"),
        sa.CheckConstraint("cardinality(values) > 0", name=op.f("rule_condition_values_check")),
        sa.ForeignKeyConstraint(
            ["rule_id"],
            ["responsibility_rule.id"],
            name=op.f("rule_condition_rule_id_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("rule_id", "fact", name=op.f("rule_condition_pkey")),
        comment="a rule applies when all of its conditions hold; an unknown fact fulfils none",
    )
    op.create_table(
        "rule_unit",
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False, comment="the words as written"),
        sa.Column("unit_code", sa.Text(), nullable=True, comment="for a named unit"),
        sa.CheckConstraint("(means = 'named') = (unit_code is not null)", name=op.f("rule_unit_named_check")),
        sa.CheckConstraint(
            "means in ('as_listed', 'named', 'street_office', 'territorial_enforcement', 'territorial_department', 'each_owner', 'maintainer', 'supervisor', 'property_manager', 'builder', 'road_keeper', 'each_department')",
            name=op.f("rule_unit_means_check"),
        ),
        sa.CheckConstraint("role in ('lead', 'assist')", name=op.f("rule_unit_role_check")),
        sa.CheckConstraint("ordinal > 0", name=op.f("rule_unit_ordinal_check")),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["responsibility_rule.id"], name=op.f("rule_unit_rule_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["unit.code"], name=op.f("rule_unit_unit_code_fkey"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("rule_id", "ordinal", name=op.f("rule_unit_pkey")),
        comment="whom a rule names; as_listed: the bodies that the clause lists, in its order",
    )
    op.create_index("rule_unit_unit_code_ix", "rule_unit", ["unit_code"], unique=False)
    op.add_column("clause", sa.Column("legal_basis", sa.Text(), nullable=True))
    op.add_column(
        "clause",
        sa.Column(
            "collection_rule",
            sa.Text(),
            nullable=True,
            comment="采集规则: what a collector files and what not",
        ),
    )
    op.add_column(
        "clause",
        sa.Column(
            "season_from",
            sa.Text(),
            nullable=True,
            comment="MM-DD; the works are possible from this day of the year on",
        ),
    )
    op.add_column(
        "clause", sa.Column("season_to", sa.Text(), nullable=True, comment="MM-DD, that day included")
    )
    op.add_column(
        "clause",
        sa.Column(
            "other",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="other columns of the form",
        ),
    )
    op.add_column(
        "clause",
        sa.Column(
            "class_cells",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="codes and names of major and minor class as the form wrote them",
        ),
    )
    op.add_column("clause_unit", sa.Column("role", sa.Text(), server_default="lead", nullable=False))
    op.add_column(
        "report",
        sa.Column("component_id", sa.Text(), nullable=True, comment="the component that the sender names"),
    )
    op.add_column(
        "report",
        sa.Column(
            "facts",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="facts that the sender gives, by name (handling.facts)",
        ),
    )
    op.add_column(
        "resolution",
        sa.Column("component_id", sa.Text(), nullable=True, comment="of the inventory, as it was matched"),
    )
    op.add_column(
        "resolution", sa.Column("rule_id", sa.BigInteger(), nullable=True, comment="the rule that decided")
    )
    op.create_index("resolution_rule_id_ix", "resolution", ["rule_id"], unique=False)
    op.create_foreign_key(
        op.f("resolution_rule_id_fkey"), "resolution", "responsibility_rule", ["rule_id"], ["id"]
    )
    op.add_column("road", sa.Column("keeper", sa.Text(), nullable=True, comment="who keeps it, as given"))
    op.add_column("road", sa.Column("keeper_code", sa.Text(), nullable=True))
    op.create_index("road_keeper_code_ix", "road", ["keeper_code"], unique=False)
    op.create_foreign_key(
        op.f("road_keeper_code_fkey"), "road", "unit", ["keeper_code"], ["code"], onupdate="CASCADE"
    )
    op.add_column(
        "specification_edition",
        sa.Column(
            "hour_declared",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="whether somebody said what 小时 means; else `hour_means` is the default",
        ),
    )
    op.add_column(
        "specification_edition",
        sa.Column("day_declared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.add_column(
        "specification_edition",
        sa.Column(
            "grade_means",
            sa.Text(),
            nullable=True,
            comment="what limits graded A, B, C go by; NULL: the edition has none",
        ),
    )
    op.add_column(
        "unit",
        sa.Column(
            "calendar_code",
            sa.Text(),
            nullable=True,
            comment="when it works; NULL: the calendar of the settings",
        ),
    )
    op.create_foreign_key(
        op.f("unit_calendar_code_fkey"),
        "unit",
        "working_calendar",
        ["calendar_code"],
        ["code"],
        onupdate="CASCADE",
    )
    op.add_column(
        "zone",
        sa.Column(
            "value",
            sa.Text(),
            nullable=True,
            comment="what it says of its ground where its kind is a fact (handling.facts)",
        ),
    )
    op.create_check_constraint(
        op.f("specification_edition_grade_means_check"),
        "specification_edition",
        "grade_means in ('area', 'urgency')",
    )
    op.create_check_constraint(
        op.f("clause_season_check"), "clause", "(season_from is null) = (season_to is null)"
    )
    op.create_check_constraint(
        op.f("clause_season_days_check"), "clause", f"season_from ~ '^{DAY}$' and season_to ~ '^{DAY}$'"
    )
    op.create_check_constraint(op.f("clause_unit_role_check"), "clause_unit", "role in ('lead', 'assist')")
    op.drop_constraint(op.f("clause_unit_means_check"), "clause_unit")
    op.create_check_constraint(
        op.f("clause_unit_means_check"),
        "clause_unit",
        "means in ('named', 'street_office', 'territorial_enforcement', 'territorial_department', 'each_owner',"
        f" {NEW_MEANS}, 'each_department')",
    )
    op.execute(
        """
        CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'a published edition does not change: % of %', TG_OP, TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """
    )
    for table, columns in PUBLISHED.items():
        of = f" OF {columns}" if columns else ""
        op.execute(
            f"CREATE TRIGGER {table}_is_published BEFORE UPDATE{of} ON {table}"
            " FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for table in PUBLISHED:
        op.execute(f"DROP TRIGGER {table}_is_published ON {table}")
    op.execute("DROP FUNCTION refuse_change()")
    # What the older program has no word for it takes for a department.
    op.drop_constraint(op.f("clause_unit_means_check"), "clause_unit")
    op.execute(f"UPDATE clause_unit SET means = 'each_department' WHERE means IN ({NEW_MEANS})")
    op.create_check_constraint(op.f("clause_unit_means_check"), "clause_unit", f"means in ({OLD_MEANS})")
    op.drop_constraint(op.f("clause_season_check"), "clause")
    op.drop_constraint(op.f("clause_season_days_check"), "clause")
    op.drop_column("zone", "value")
    op.drop_constraint(op.f("unit_calendar_code_fkey"), "unit", type_="foreignkey")
    op.drop_column("unit", "calendar_code")
    op.drop_column("specification_edition", "grade_means")
    op.drop_column("specification_edition", "day_declared")
    op.drop_column("specification_edition", "hour_declared")
    op.drop_constraint(op.f("road_keeper_code_fkey"), "road", type_="foreignkey")
    op.drop_index("road_keeper_code_ix", table_name="road")
    op.drop_column("road", "keeper_code")
    op.drop_column("road", "keeper")
    op.drop_constraint(op.f("resolution_rule_id_fkey"), "resolution", type_="foreignkey")
    op.drop_index("resolution_rule_id_ix", table_name="resolution")
    op.drop_column("resolution", "rule_id")
    op.drop_column("resolution", "component_id")
    op.drop_column("report", "facts")
    op.drop_column("report", "component_id")
    op.drop_column("clause_unit", "role")
    op.drop_column("clause", "class_cells")
    op.drop_column("clause", "other")
    op.drop_column("clause", "season_to")
    op.drop_column("clause", "season_from")
    op.drop_column("clause", "collection_rule")
    op.drop_column("clause", "legal_basis")
    op.drop_index("rule_unit_unit_code_ix", table_name="rule_unit")
    op.drop_table("rule_unit")
    op.drop_table("rule_condition")
    op.drop_index("refusal_rule_id_ix", table_name="refusal")
    op.drop_index("refusal_clause_id_ix", table_name="refusal")
    op.drop_table("refusal")
    op.drop_table("clause_stage")
    op.drop_table("clause_limit")
    op.drop_table("responsibility_rule")
    op.drop_table("class_word")
    op.drop_index("class_crosswalk_to_ix", table_name="class_crosswalk")
    op.drop_table("class_crosswalk")
    op.drop_table("calendar_day")
    op.drop_table("working_calendar")
