"""The fingerprint of an edition's content: two editions that say the same have the same one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from gridsvc.handling.drafts import DraftClass, DraftClause, DraftRule
from gridsvc.handling.expressions import DraftUnit
from gridsvc.handling.limits import Limit


def content_digest(
    drafts: Sequence[DraftClass],
    rules: Sequence[DraftRule],
    scheme: str,
    effective: datetime | None,
    declared: Sequence[str | None],
) -> str:
    """Return the SHA-256 of everything that an edition says, in hexadecimal.

    `declared`: what hours, days and grades mean, None for what nobody said. The places in the file are left
    out, the names of units stand for their codes, and clauses count in the order in which they are stored.
    How the form wrote codes and names of its classes counts, too: an export gives that back.
    """
    stamp = effective.timestamp() if effective else None
    clauses = [
        [draft.kind, draft.code, draft.cells, *_clause(clause)]
        for draft in sorted(drafts, key=lambda each: (each.kind, each.code))
        for clause in draft.clauses
    ]
    book = [_rule(rule) for rule in sorted(rules, key=lambda each: each.code)]
    content = [scheme, stamp, list(declared), clauses, book]
    return hashlib.sha256(orjson.dumps(content, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _clause(clause: DraftClause) -> list[Any]:
    return [
        clause.condition,
        clause.closing,
        clause.responsible_text,
        clause.supervising_text,
        clause.limit_text,
        _limit(clause.limit),
        [[grade, written, _limit(limit)] for grade, written, limit in clause.graded],
        [[stage.name, stage.limit.text, _limit(stage.limit), stage.counts_from] for stage in clause.stages],
        clause.legal_basis,
        clause.collection_rule,
        clause.season_from,
        clause.season_to,
        clause.other,
        [_unit(unit) for unit in clause.units],
    ]


def _rule(rule: DraftRule) -> list[Any]:
    return [
        rule.code,
        rule.priority,
        rule.kind,
        list(rule.class_codes),
        sorted([each.fact, each.negated, sorted(each.values)] for each in rule.conditions),
        rule.outcome,
        [_unit(unit) for unit in rule.units],
        rule.listed_only,
        rule.is_fallback,
        rule.note,
        rule.basis,
    ]


def _unit(unit: DraftUnit) -> list[str]:
    return [unit.role, unit.means, unit.text]


def _limit(limit: Limit | None) -> list[str] | None:
    return [str(limit.value), limit.unit] if limit else None
