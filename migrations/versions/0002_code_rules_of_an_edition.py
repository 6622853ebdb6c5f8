"""code rules of an edition

Revision: 0002
Revises: 0001
"""

from __future__ import annotations

import json
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# What the two profiles of revision 0001 were, as documents of this revision. Frozen: the files in
# geodata/profiles may change, what an older edition was held against does not.
_RULES: dict[str, dict[str, Any]] = {
    "gbt": {
        "name": "gbt",
        "title": {"zh": "国标网格编码，15 位", "en": "standard codes, 15 digits"},
        "strict": True,
        "reuse": "refuse",
        "levels": {
            "district": "{district}",
            "street": "{district}{street}",
            "community": "{district}{street}{community}",
            "cell": "{district}{street}{community}{sequence}",
        },
        "fields": {
            "district": {
                "label": {"zh": "区划", "en": "district"},
                "width": 6,
                "alphabet": "0-9",
                "ranges": [],
            },
            "street": {
                "label": {"zh": "街道", "en": "street"},
                "width": 3,
                "alphabet": "0-9",
                "ranges": [
                    {"first": 1, "last": 99, "zh": "街道", "en": "subdistrict"},
                    {"first": 100, "last": 199, "zh": "镇", "en": "town"},
                    {"first": 200, "last": 399, "zh": "乡", "en": "township"},
                ],
                "least": 1,
            },
            "community": {
                "label": {"zh": "社区", "en": "community"},
                "width": 3,
                "alphabet": "0-9",
                "ranges": [
                    {"first": 1, "last": 199, "zh": "居委会", "en": "residents' committee"},
                    {"first": 200, "last": 999, "zh": "村", "en": "village"},
                ],
                "least": 1,
            },
            "sequence": {
                "label": {"zh": "顺序号", "en": "sequence number"},
                "width": 3,
                "alphabet": "0-9",
                "ranges": [],
                "least": 1,
            },
        },
        "retired": [
            {
                "level": "cell",
                "width": 14,
                "zh": "这是 14 位旧网格编码（CJ/T 213-2005，顺序号两位），现行编码为 15 位（顺序号三位）；旧图层请用 --profile gbt14。",
                "en": "This is an older 14-digit cell code (CJ/T 213-2005, two digits of sequence); the code in use has 15 digits (three of sequence). An old layer needs --profile gbt14.",
            }
        ],
        "numbering": {"level": "cell", "field": "sequence", "order": "rows", "band_m": 100.0},
    },
    "free": {
        "name": "free",
        "title": {"zh": "任意编码", "en": "any code"},
        "strict": False,
        "reuse": "allow",
        "levels": {},
        "fields": {},
        "retired": [],
    },
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.add_column(
        "area_edition",
        sa.Column(
            "code_rules",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=True,
            comment="the code profile as it was at the import",
        ),
    )
    for name, rules in _RULES.items():
        op.execute(
            sa.text("UPDATE area_edition SET code_rules = :rules ::jsonb WHERE profile = :name").bindparams(
                rules=json.dumps(rules, ensure_ascii=False), name=name
            )
        )
    op.alter_column("area_edition", "code_rules", nullable=False)
    op.drop_constraint(op.f("area_edition_profile_check"), "area_edition", type_="check")
    op.create_check_constraint(
        op.f("area_edition_profile_check"), "area_edition", "profile ~ '^[a-z][a-z0-9_.-]{0,31}$'"
    )


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.drop_constraint(op.f("area_edition_profile_check"), "area_edition", type_="check")
    # Revision 0001 knows two profiles: strict layers become gbt, all others free.
    op.execute(
        "UPDATE area_edition SET profile = CASE WHEN (code_rules ->> 'strict')::boolean THEN 'gbt' ELSE 'free' END"
        " WHERE profile NOT IN ('gbt', 'free')"
    )
    op.create_check_constraint(
        op.f("area_edition_profile_check"), "area_edition", "profile in ('gbt', 'free')"
    )
    op.drop_column("area_edition", "code_rules")
