"""Refusals: a unit says that a case is not its own; upheld, that is evidence against the rule or clause.

Evidence is counted and shown. It never changes a rule or an answer by itself (domain/handling.md, "For the
model": a refusal by a unit is new evidence, not an error).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import Connection, text

from gridsvc.errors import Conflict, InputRefused, NotFound, Place, Text
from gridsvc.postgres import announce_change

STATES = {
    "open": Text("待处理", "open"),
    "upheld": Text("成立", "upheld"),
    "dismissed": Text("不成立", "dismissed"),
}
"""The states of a refusal in words, by name."""
MOST_A_PAGE = 1000
_LONGEST = 2000

Key = tuple[int | None, int, str]
"""(id of the rule, None where the clause alone decided; id of the clause; code of the unit)."""


@dataclass(frozen=True, slots=True)
class RefusalFilter:
    """Which refusals; what is None does not filter. `edition` is the name of a specification's edition."""

    state: str | None = None
    unit: str | None = None
    report: int | None = None
    clause: int | None = None
    rule: int | None = None
    edition: str | None = None


_LIST = """
SELECT f.id, f.report_id, f.clause_id, e.name AS edition, c.scheme, c.kind, c.class_code,
       k.name AS class_name, c.filing_condition, f.rule_id, r.code AS rule_code, f.unit_code,
       u.name AS unit_name, f.instead_code, i.name AS instead_name, f.area_code, f.reason, f.made_by,
       f.made_at, f.state, f.settled_by, f.settled_at, f.note
  FROM refusal f
  JOIN clause c ON c.id = f.clause_id
  JOIN specification_edition e ON e.id = c.edition_id
  JOIN class k ON (k.scheme, k.kind, k.code) = (c.scheme, c.kind, c.class_code)
  JOIN unit u ON u.code = f.unit_code
  LEFT JOIN unit i ON i.code = f.instead_code
  LEFT JOIN responsibility_rule r ON r.id = f.rule_id
 WHERE (CAST(:id AS bigint) IS NULL OR f.id = :id)
   AND (CAST(:state AS text) IS NULL OR f.state = :state)
   AND (CAST(:unit AS text) IS NULL OR f.unit_code = :unit)
   AND (CAST(:report AS bigint) IS NULL OR f.report_id = :report)
   AND (CAST(:clause AS bigint) IS NULL OR f.clause_id = :clause)
   AND (CAST(:rule AS bigint) IS NULL OR f.rule_id = :rule)
   AND (CAST(:edition AS text) IS NULL OR e.name = :edition)
   AND (CAST(:before AS bigint) IS NULL OR f.id < :before)
 ORDER BY f.id DESC
 LIMIT :limit
"""
# A candidate that shares in a ranked answer was named as well: a dispatcher may have sent it the case.
_NAMED = """
SELECT p.id, s.clause_id, s.rule_id, s.street_code, s.unit_code,
       ARRAY(SELECT each -> 'unit' ->> 'code' FROM jsonb_array_elements(
                 CASE WHEN jsonb_typeof(s.answer -> 'candidates') = 'array' THEN s.answer -> 'candidates'
                      ELSE '[]' END) AS each
              WHERE each ->> 'role' = 'lead' AND each ->> 'refused' IS NULL
                AND each -> 'unit' ->> 'code' IS NOT NULL) AS candidates
  FROM report p LEFT JOIN resolution s ON s.report_id = p.id
 WHERE p.id = :report
   FOR UPDATE OF p
"""


def record_refusal(
    connection: Connection,
    report: int,
    *,
    reason: str,
    by: str,
    at: datetime,
    unit: str | None = None,
    instead: str | None = None,
) -> dict[str, Any]:
    """Store that a unit refuses a report, and return it as `list_refusals` does.

    What it refuses, the clause, the rule and the street, is taken from the resolution stored with the
    report. `unit` is the unit that refuses, by default the one that leads the resolution; `instead` whose it
    says that it is; `by` who handed the refusal in, `at` when.

    Raises:
        NotFound: `unknown_report`.
        InputRefused: `no_reason`, `too_long`, `bad_character`, `unknown_unit`, `same_unit` (instead of
            itself), `nothing_to_refuse` (no clause or no unit was found for the report) or `not_named`
            (another unit than the resolution names).
        Conflict: `already_refused`, when the unit refused this report before.
    """
    reason = _checked(reason, "reason") or _refuse(
        "no_reason", "退单必须写明理由。", "A refusal needs a reason.", "reason"
    )
    row = connection.execute(text(_NAMED), {"report": report}).one_or_none()
    if row is None:
        raise NotFound(
            "unknown_report", Text(f"没有编号为 {report} 的上报。", f"There is no report {report}.")
        )
    named = [code for code in dict.fromkeys((row.unit_code, *row.candidates)) if code is not None]
    if row.clause_id is None or not named:
        _refuse(
            "nothing_to_refuse",
            "该上报没有判定到单位，无可退。",
            "No unit was found for this report: there is nothing to refuse.",
        )
    unit = unit or named[0]
    if unit not in named:
        _refuse(
            "not_named",
            f"判定没有指到单位 {unit}，它不能退单。",
            f"The resolution does not name unit {unit}: it cannot refuse.",
            "unit",
            unit,
        )
    _check_instead(connection, unit, instead)
    before = connection.execute(
        text("SELECT id, state FROM refusal WHERE report_id = :report AND unit_code = :unit"),
        {"report": report, "unit": unit},
    ).first()
    if before is not None:
        raise Conflict(
            "already_refused",
            Text(
                f"单位 {unit} 已退过该上报（退单 {before.id}，{STATES[before.state].zh}）。",
                f"Unit {unit} has refused this report before (refusal {before.id}, {before.state}).",
            ),
        )
    made = connection.execute(
        text(
            "INSERT INTO refusal (report_id, clause_id, rule_id, unit_code, instead_code, area_code, reason,"
            " made_by, made_at) VALUES (:report, :clause, :rule, :unit, :instead, :area, :reason, :by, :at)"
            " RETURNING id"
        ),
        {
            "report": report,
            "clause": row.clause_id,
            "rule": row.rule_id,
            "unit": unit,
            "instead": instead,
            "area": row.street_code,
            "reason": reason,
            "by": by,
            "at": at,
        },
    ).scalar_one()
    return find_refusal(connection, made)


def settle_refusal(
    connection: Connection,
    refusal: int,
    state: str,
    *,
    by: str,
    at: datetime,
    note: str | None = None,
    instead: str | None = None,
) -> dict[str, Any]:
    """Uphold or dismiss (`state`: upheld, dismissed) a refusal, once, and return it.

    `instead`: whose the case is, as found when it was settled; None keeps what the unit said.

    Raises:
        NotFound: `unknown_refusal`.
        Conflict: `already_settled`: what was settled stays.
        InputRefused: `too_long`, `bad_character`, `unknown_unit`, `same_unit`, or `bad_time` (before the
            refusal was made).
    """
    assert state in ("upheld", "dismissed")
    note = _checked(note or "", "note") or None
    row = connection.execute(
        text("SELECT state, unit_code, made_at FROM refusal WHERE id = :id FOR UPDATE"), {"id": refusal}
    ).one_or_none()
    if row is None:
        raise _no_refusal(refusal)
    if row.state != "open":
        raise Conflict(
            "already_settled",
            Text(
                f"退单 {refusal} 已处理（{STATES[row.state].zh}），不能更改。",
                f"Refusal {refusal} is {row.state} already.",
            ),
        )
    if at < row.made_at:
        _refuse("bad_time", "处理时间早于退单时间。", "It would be settled before it was made.", "at")
    _check_instead(connection, row.unit_code, instead)
    connection.execute(
        text(
            "UPDATE refusal SET state = :state, settled_by = :by, settled_at = :at, note = :note,"
            " instead_code = coalesce(:instead, instead_code) WHERE id = :id"
        ),
        {"id": refusal, "state": state, "by": by, "at": at, "note": note, "instead": instead},
    )
    if state == "upheld":
        announce_change(connection, "refusals")
    return find_refusal(connection, refusal)


def find_refusal(connection: Connection, refusal: int) -> dict[str, Any]:
    """Return one refusal as `list_refusals` does. Raises NotFound (unknown_refusal)."""
    found = _rows(connection, RefusalFilter(), identity=refusal, before=None, limit=1)
    if not found:
        raise _no_refusal(refusal)
    return found[0]


def list_refusals(
    connection: Connection,
    wanted: RefusalFilter | None = None,
    *,
    limit: int = MOST_A_PAGE,
    before: int | None = None,
) -> list[dict[str, Any]]:
    """Return refusals as plain values, newest first; `before`: those with a smaller id, the next page."""
    return _rows(connection, wanted or RefusalFilter(), identity=None, before=before, limit=limit)


def upheld_counts(connection: Connection) -> dict[Key, int]:
    """Return how many refusals were upheld, by rule, clause and unit, sorted; see `Key`."""
    rows = connection.execute(
        text(
            "SELECT rule_id, clause_id, unit_code, count(*) AS n FROM refusal WHERE state = 'upheld'"
            " GROUP BY rule_id, clause_id, unit_code ORDER BY rule_id NULLS FIRST, clause_id, unit_code"
        )
    )
    return {(each.rule_id, each.clause_id, each.unit_code): each.n for each in rows}


def _rows(
    connection: Connection, wanted: RefusalFilter, *, identity: int | None, before: int | None, limit: int
) -> list[dict[str, Any]]:
    given = {name: getattr(wanted, name) for name in wanted.__slots__}
    rows = connection.execute(text(_LIST), given | {"id": identity, "before": before, "limit": limit})
    return [_as_dict(dict(row)) for row in rows.mappings()]


def _as_dict(row: dict[str, Any]) -> dict[str, Any]:
    instead = row["instead_code"]
    return {
        "id": row["id"],
        "report_id": row["report_id"],
        "state": row["state"],
        "unit": {"code": row["unit_code"], "name": row["unit_name"]},
        "instead": {"code": instead, "name": row["instead_name"]} if instead else None,
        "reason": row["reason"],
        "made_by": row["made_by"],
        "made_at": row["made_at"],
        "settled_by": row["settled_by"],
        "settled_at": row["settled_at"],
        "note": row["note"],
        "street_code": row["area_code"],
        "class": {
            "scheme": row["scheme"],
            "kind": row["kind"],
            "code": row["class_code"],
            "name": row["class_name"],
        },
        "clause": {
            "id": row["clause_id"],
            "edition": row["edition"],
            "filing_condition": row["filing_condition"],
        },
        "rule": {"id": row["rule_id"], "code": row["rule_code"]} if row["rule_id"] is not None else None,
    }


def _checked(given: str, column: str) -> str:
    """Return a text without outer blanks; refuse what is too long or cannot be stored."""
    plain = given.strip()
    if len(plain) > _LONGEST:
        _refuse("too_long", f"最多 {_LONGEST} 字。", f"At most {_LONGEST} characters.", column)
    if "\x00" in plain:
        _refuse("bad_character", "不能含空字符（U+0000）。", "It must not hold U+0000.", column)
    return plain


def _check_instead(connection: Connection, unit: str, instead: str | None) -> None:
    if instead is None:
        return
    if instead == unit:
        _refuse(
            "same_unit",
            "应由哪个单位负责，不能填退单单位自己。",
            "The unit that refuses cannot be the one that it is instead.",
            "instead",
            instead,
        )
    there = connection.execute(text("SELECT 1 FROM unit WHERE code = :code"), {"code": instead}).first()
    if there is None:
        _refuse(
            "unknown_unit", f"没有单位“{instead}”。", f"There is no unit “{instead}”.", "instead", instead
        )


def _refuse(code: str, zh: str, en: str, column: str | None = None, value: str | None = None) -> NoReturn:
    raise InputRefused(code, Text(zh, en), place=Place(column=column, value=value))


def _no_refusal(refusal: int) -> NotFound:
    return NotFound("unknown_refusal", Text(f"没有退单 {refusal}。", f"There is no refusal {refusal}."))
