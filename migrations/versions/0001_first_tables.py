"""first tables

Revision: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A migration that cannot get its lock gives up instead of queueing the whole service behind it.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.create_table(
        "access_key",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False, comment="the key itself is never stored"),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role in ('collector', 'acceptor', 'shift_leader', 'dispatcher', 'unit', 'planner', 'patrol_leader', 'administrator', 'leader')",
            name=op.f("access_key_role_check"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("access_key_pkey")),
        sa.UniqueConstraint("name", name=op.f("access_key_name_key")),
        sa.UniqueConstraint("secret_sha256", name=op.f("access_key_secret_sha256_key")),
    )
    op.create_table(
        "area_edition",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column(
            "effective_from", sa.DateTime(timezone=True), nullable=True, comment="NULL: valid from ever"
        ),
        sa.Column("profile", sa.Text(), nullable=False),
        sa.Column("srid", sa.Integer(), nullable=False, comment="projected system of geom_mm"),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "digest",
            sa.Text(),
            nullable=False,
            comment="SHA-256 of the accepted codes, names, parents and geometry",
        ),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="superseded by a later import for the same date",
        ),
        sa.CheckConstraint(
            "level in ('district', 'street', 'community', 'cell')", name=op.f("area_edition_level_check")
        ),
        sa.CheckConstraint("profile in ('gbt', 'free')", name=op.f("area_edition_profile_check")),
        sa.PrimaryKeyConstraint("id", name=op.f("area_edition_pkey")),
        sa.UniqueConstraint("name", name=op.f("area_edition_name_key")),
        comment="a dated, immutable publication of one level of the administrative tree",
    )
    op.create_index(
        "area_edition_one_in_force",
        "area_edition",
        ["level", sa.literal_column("coalesce(effective_from, '-infinity'::timestamptz)")],
        unique=True,
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.create_table(
        "class",
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=True),
        sa.Column("major_code", sa.Text(), nullable=False),
        sa.Column("major_name", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("confidence", sa.Text(), nullable=False),
        sa.CheckConstraint("code ~ '^[0-9A-Za-z]{1,16}$'", name=op.f("class_code_check")),
        sa.CheckConstraint(
            "confidence in ('found', 'inferred', 'remembered', 'local')", name=op.f("class_confidence_check")
        ),
        sa.CheckConstraint("kind in ('component', 'event')", name=op.f("class_kind_check")),
        sa.PrimaryKeyConstraint("scheme", "kind", "code", name=op.f("class_pkey")),
        comment="a minor class; (scheme, kind, code) is its key: three standards give one name three codes",
    )
    op.create_geospatial_table(
        "report",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("external_id", sa.Text(), nullable=True, comment="its id where it came from"),
        sa.Column("origin", sa.Text(), nullable=False, comment="'api', or the name of the imported file"),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column(
            "fingerprint",
            sa.Text(),
            nullable=True,
            comment="SHA-256 of the request with the key, or of the imported row",
        ),
        sa.Column("lon", sa.Double(), nullable=True, comment="as given, in `datum`"),
        sa.Column("lat", sa.Double(), nullable=True, comment="as given, in `datum`"),
        sa.Column("datum", sa.Text(), server_default="wgs84", nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=True),
        sa.Column("accuracy_kind", sa.Text(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
            comment="NULL: needs_location",
        ),
        sa.Column("scheme", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column(
            "class_code",
            sa.Text(),
            nullable=True,
            comment="the class code, or the words of the sender when `kind` is NULL",
        ),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=True, comment="collector, hotline, app, … as told"),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "due_at", sa.DateTime(timezone=True), nullable=True, comment="the deadline that the sender gave"
        ),
        sa.Column(
            "unit_text", sa.Text(), nullable=True, comment="the responsible unit as the sender names it"
        ),
        sa.Column(
            "flags",
            postgresql.ARRAY(sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
            comment="what is doubtful",
        ),
        sa.Column("received_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint(
            "datum in ('wgs84', 'cgcs2000', 'gcj02', 'bd09')", name=op.f("report_datum_check")
        ),
        sa.CheckConstraint("kind in ('component', 'event')", name=op.f("report_kind_check")),
        sa.CheckConstraint("(lon is null) = (lat is null)", name=op.f("report_lon_lat_check")),
        sa.CheckConstraint("accuracy_m > 0", name=op.f("report_accuracy_m_check")),
        sa.CheckConstraint(
            "accuracy_kind in ('android', 'ios', 'browser', 'geocode')",
            name=op.f("report_accuracy_kind_check"),
        ),
        sa.CheckConstraint(
            "length(text) <= 20000 and length(address) <= 2000", name=op.f("report_text_check")
        ),
        sa.ForeignKeyConstraint(
            ["scheme", "kind", "class_code"],
            ["class.scheme", "class.kind", "class.code"],
            name=op.f("report_scheme_kind_class_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("report_pkey")),
        sa.UniqueConstraint("idempotency_key", name=op.f("report_idempotency_key_key")),
    )
    op.create_geospatial_index(
        "idx_report_geom", "report", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_index("report_opened_at_ix", "report", ["opened_at"], unique=False)
    op.create_index("report_origin_external_id_key", "report", ["origin", "external_id"], unique=True)
    op.create_index(
        "report_scheme_kind_class_code_opened_at_ix",
        "report",
        ["scheme", "kind", "class_code", "opened_at"],
        unique=False,
    )
    op.create_table(
        "specification_edition",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column(
            "effective_from", sa.DateTime(timezone=True), nullable=True, comment="NULL: valid from ever"
        ),
        sa.Column("hour_means", sa.Text(), server_default="through", nullable=False),
        sa.Column("day_means", sa.Text(), server_default="through", nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False, comment="SHA-256 of the clauses"),
        sa.Column("imported_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column(
            "withdrawn_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="superseded by a later import for the same date",
        ),
        sa.CheckConstraint(
            "day_means in ('through', 'working')", name=op.f("specification_edition_day_means_check")
        ),
        sa.CheckConstraint(
            "hour_means in ('through', 'working')", name=op.f("specification_edition_hour_means_check")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("specification_edition_pkey")),
        sa.UniqueConstraint("id", "scheme", name=op.f("specification_edition_id_scheme_key")),
        sa.UniqueConstraint("name", name=op.f("specification_edition_name_key")),
        comment="a dated, immutable publication of a handling specification",
    )
    op.create_table(
        "unit",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "kind", sa.Text(), nullable=False, comment="street_office, enforcement, bureau, company, …"
        ),
        sa.Column(
            "area_code", sa.Text(), nullable=True, comment="the area that it answers for; NULL: everywhere"
        ),
        sa.Column("parent_code", sa.Text(), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["parent_code"],
            ["unit.code"],
            name=op.f("unit_parent_code_fkey"),
            onupdate="CASCADE",
            initially="DEFERRED",
            deferrable=True,
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("unit_pkey")),
        sa.UniqueConstraint("name", name=op.f("unit_name_key")),
        comment="an organisation that can be made responsible",
    )
    op.create_index("unit_kind_area_code_ix", "unit", ["kind", "area_code"], unique=False)
    op.create_index("unit_parent_code_ix", "unit", ["parent_code"], unique=False)
    op.create_geospatial_table(
        "area",
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_code", sa.Text(), nullable=True, comment="code of the area one level up"),
        sa.Column("area_m2", sa.Double(), nullable=False, comment="on the spheroid"),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4326,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
            comment="as given, in lon/lat; a repaired one as repaired",
        ),
        sa.Column(
            "geom_mm",
            Geometry(
                geometry_type="MULTIPOLYGON",
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
            comment="whole millimetres in the edition's projected system: what decides",
        ),
        sa.CheckConstraint("code <> '' and length(code) <= 64", name=op.f("area_code_check")),
        sa.CheckConstraint("area_m2 > 0", name=op.f("area_area_m2_check")),
        sa.CheckConstraint(
            "st_isvalid(geom_mm) and not st_isempty(geom_mm)", name=op.f("area_geom_mm_check")
        ),
        sa.ForeignKeyConstraint(
            ["edition_id"], ["area_edition.id"], name=op.f("area_edition_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("edition_id", "code", name=op.f("area_pkey")),
    )
    op.create_geospatial_index(
        "idx_area_geom", "area", ["geom"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_geospatial_index(
        "idx_area_geom_mm", "area", ["geom_mm"], unique=False, postgresql_using="gist", postgresql_ops={}
    )
    op.create_table(
        "clause",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("scheme", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("class_code", sa.Text(), nullable=False),
        sa.Column(
            "ordinal",
            sa.Integer(),
            nullable=False,
            comment="number of the sub-condition in its class, from 1",
        ),
        sa.Column("filing_condition", sa.Text(), nullable=False),
        sa.Column("closing_condition", sa.Text(), nullable=True),
        sa.Column("responsible_text", sa.Text(), nullable=False, comment="the units as written"),
        sa.Column("supervising_text", sa.Text(), nullable=True),
        sa.Column(
            "limit_text",
            sa.Text(),
            nullable=True,
            comment="the limit as written; NULL: the specification gives none",
        ),
        sa.Column("limit_value", sa.Numeric(precision=8, scale=2), nullable=True),
        sa.Column("limit_unit", sa.Text(), nullable=True),
        sa.Column("sheet", sa.Text(), nullable=True),
        sa.Column("row", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "limit_unit in ('urgent_hour', 'urgent_day', 'work_hour', 'work_day', 'hour', 'day')",
            name=op.f("clause_limit_unit_check"),
        ),
        sa.CheckConstraint(
            "(limit_value is null) = (limit_unit is null) and limit_value > 0",
            name=op.f("clause_limit_check"),
        ),
        sa.CheckConstraint("ordinal > 0", name=op.f("clause_ordinal_check")),
        sa.ForeignKeyConstraint(
            ["edition_id", "scheme"],
            ["specification_edition.id", "specification_edition.scheme"],
            name=op.f("clause_edition_id_scheme_fkey"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["scheme", "kind", "class_code"],
            ["class.scheme", "class.kind", "class.code"],
            name=op.f("clause_scheme_kind_class_code_fkey"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("clause_pkey")),
        sa.UniqueConstraint(
            "edition_id",
            "kind",
            "class_code",
            "ordinal",
            name=op.f("clause_edition_id_kind_class_code_ordinal_key"),
        ),
        comment="per class and filing condition: candidate units, time limit, closing condition",
    )
    op.create_index(
        "clause_scheme_kind_class_code_ix", "clause", ["scheme", "kind", "class_code"], unique=False
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("secret_sha256", sa.Text(), nullable=False),
        sa.Column("access_key_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False, comment="link: not yet used; open: a browser's cookie"),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('link', 'open')", name=op.f("session_state_check")),
        sa.CheckConstraint(
            "role in ('collector', 'acceptor', 'shift_leader', 'dispatcher', 'unit', 'planner', 'patrol_leader', 'administrator', 'leader')",
            name=op.f("session_role_check"),
        ),
        sa.ForeignKeyConstraint(
            ["access_key_id"], ["access_key.id"], name=op.f("session_access_key_id_fkey"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("session_pkey")),
        sa.UniqueConstraint("secret_sha256", name=op.f("session_secret_sha256_key")),
        comment="a one-time sign-in link, and the browser session that it opens",
    )
    op.create_index("session_access_key_id_ix", "session", ["access_key_id"], unique=False)
    op.create_table(
        "area_fault",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("edition_id", sa.Integer(), nullable=False),
        sa.Column("area_code", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False, comment="stable code of the fault"),
        sa.Column("zh", sa.Text(), nullable=False),
        sa.Column("en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["edition_id", "area_code"],
            ["area.edition_id", "area.code"],
            name=op.f("area_fault_edition_id_area_code_fkey"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("area_fault_pkey")),
        comment="faults of the published file that were repaired or taken as they are",
    )
    op.create_index(
        "area_fault_edition_id_area_code_ix", "area_fault", ["edition_id", "area_code"], unique=False
    )
    op.create_table(
        "clause_unit",
        sa.Column("clause_id", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False, comment="order in the text, from 1"),
        sa.Column(
            "means",
            sa.Text(),
            nullable=False,
            comment="how the words are to be read; see handling.expressions",
        ),
        sa.Column("text", sa.Text(), nullable=False, comment="the words as written"),
        sa.Column("unit_code", sa.Text(), nullable=True, comment="for a named unit"),
        sa.CheckConstraint(
            "(means = 'named') = (unit_code is not null)", name=op.f("clause_unit_named_check")
        ),
        sa.CheckConstraint(
            "means in ('named', 'street_office', 'territorial_enforcement', 'territorial_department', 'each_owner', 'each_department')",
            name=op.f("clause_unit_means_check"),
        ),
        sa.CheckConstraint("ordinal > 0", name=op.f("clause_unit_ordinal_check")),
        sa.ForeignKeyConstraint(
            ["clause_id"], ["clause.id"], name=op.f("clause_unit_clause_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["unit.code"], name=op.f("clause_unit_unit_code_fkey"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("clause_id", "ordinal", name=op.f("clause_unit_pkey")),
    )
    op.create_index("clause_unit_unit_code_ix", "clause_unit", ["unit_code"], unique=False)
    op.create_table(
        "resolution",
        sa.Column("report_id", sa.BigInteger(), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("atlas", sa.Text(), nullable=False, comment="version of the atlas that answered"),
        sa.Column("cell_edition_id", sa.Integer(), nullable=True),
        sa.Column("cell_code", sa.Text(), nullable=True),
        sa.Column("street_code", sa.Text(), nullable=True),
        sa.Column("clause_id", sa.BigInteger(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("unit_code", sa.Text(), nullable=True),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confidence", sa.Double(), nullable=True),
        sa.Column(
            "answer",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the whole answer with its reasons; NULL for imported history",
        ),
        sa.CheckConstraint(
            "decision in ('determined', 'ranked', 'fallback', 'needs_decision')",
            name=op.f("resolution_decision_check"),
        ),
        sa.CheckConstraint("confidence between 0 and 1", name=op.f("resolution_confidence_check")),
        sa.CheckConstraint(
            "(cell_edition_id is null) = (cell_code is null)", name=op.f("resolution_cell_check")
        ),
        sa.ForeignKeyConstraint(
            ["cell_edition_id", "cell_code"],
            ["area.edition_id", "area.code"],
            name=op.f("resolution_cell_edition_id_cell_code_fkey"),
        ),
        sa.ForeignKeyConstraint(["clause_id"], ["clause.id"], name=op.f("resolution_clause_id_fkey")),
        sa.ForeignKeyConstraint(
            ["report_id"], ["report.id"], name=op.f("resolution_report_id_fkey"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["unit_code"], ["unit.code"], name=op.f("resolution_unit_code_fkey"), onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("report_id", name=op.f("resolution_pkey")),
        comment="the answer for one report: cell, clause, unit, deadline, reasons",
    )
    op.create_index(
        "resolution_cell_edition_id_cell_code_ix",
        "resolution",
        ["cell_edition_id", "cell_code"],
        unique=False,
    )
    op.create_index("resolution_clause_id_ix", "resolution", ["clause_id"], unique=False)
    op.create_index("resolution_unit_code_ix", "resolution", ["unit_code"], unique=False)


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_index("resolution_unit_code_ix", table_name="resolution")
    op.drop_index("resolution_clause_id_ix", table_name="resolution")
    op.drop_index("resolution_cell_edition_id_cell_code_ix", table_name="resolution")
    op.drop_table("resolution")
    op.drop_index("clause_unit_unit_code_ix", table_name="clause_unit")
    op.drop_table("clause_unit")
    op.drop_index("area_fault_edition_id_area_code_ix", table_name="area_fault")
    op.drop_table("area_fault")
    op.drop_index("session_access_key_id_ix", table_name="session")
    op.drop_table("session")
    op.drop_index("clause_scheme_kind_class_code_ix", table_name="clause")
    op.drop_table("clause")
    op.drop_geospatial_index(
        "idx_area_geom_mm", table_name="area", postgresql_using="gist", column_name="geom_mm"
    )
    op.drop_geospatial_index("idx_area_geom", table_name="area", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("area")
    op.drop_index("unit_parent_code_ix", table_name="unit")
    op.drop_index("unit_kind_area_code_ix", table_name="unit")
    op.drop_table("unit")
    op.drop_table("specification_edition")
    op.drop_index("report_scheme_kind_class_code_opened_at_ix", table_name="report")
    op.drop_index("report_origin_external_id_key", table_name="report")
    op.drop_index("report_opened_at_ix", table_name="report")
    op.drop_geospatial_index(
        "idx_report_geom", table_name="report", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("report")
    op.drop_table("class")
    op.drop_index(
        "area_edition_one_in_force",
        table_name="area_edition",
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )
    op.drop_table("area_edition")
    op.drop_table("access_key")
