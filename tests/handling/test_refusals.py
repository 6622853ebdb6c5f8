"""What a unit may refuse, who settles it, and what stays for ever."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gridsvc.errors import Conflict, InputRefused, NotFound
from gridsvc.handling.refusals import (
    RefusalFilter,
    list_refusals,
    record_refusal,
    settle_refusal,
    upheld_counts,
)
from tests.town import make_town

AT = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.fixture
def town(connection: Connection) -> Connection:
    make_town(connection)
    return connection


def report(
    connection: Connection,
    unit: str | None = "S-01",
    *,
    clause: bool = True,
    rule: int | None = None,
    answer: dict[str, Any] | None = None,
) -> int:
    """Store a report whose resolution names `unit`."""
    made = connection.execute(
        text("INSERT INTO report (origin, opened_at) VALUES ('api', :at) RETURNING id"), {"at": AT}
    ).scalar_one()
    connection.execute(
        text(
            "INSERT INTO resolution (report_id, atlas, street_code, clause_id, rule_id, decision, unit_code,"
            " answer) VALUES (:id, 'atlas-1', '610103001',"
            " CASE WHEN :clause THEN (SELECT min(id) FROM clause) END, :rule, 'ranked', :unit,"
            " CAST(:answer AS jsonb))"
        ),
        {
            "id": made,
            "clause": clause,
            "rule": rule,
            "unit": unit,
            "answer": None if answer is None else json.dumps(answer),
        },
    )
    return int(made)


def rule(connection: Connection) -> int:
    return int(
        connection.execute(
            text(
                "INSERT INTO responsibility_rule (edition_id, code, priority)"
                " SELECT id, 'R10', 10 FROM specification_edition RETURNING id"
            )
        ).scalar_one()
    )


def refuse(connection: Connection, made: int, **given: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"reason": "不在我街道", "by": "S-01", "at": AT} | given
    return record_refusal(connection, made, **fields)


def test_a_refusal_names_what_the_resolution_said(town: Connection) -> None:
    decided = rule(town)
    made = refuse(town, report(town, rule=decided), instead="S-02")
    assert made["unit"] == {"code": "S-01", "name": "甲街道办事处"}
    assert made["instead"] == {"code": "S-02", "name": "乙街道办事处"}
    assert made["rule"] == {"id": decided, "code": "R10"}
    assert made["clause"]["edition"] == "规范 2026"
    assert (made["class"]["code"], made["street_code"]) == ("0201", "610103001")
    assert (made["state"], made["made_by"], made["made_at"]) == ("open", "S-01", AT)
    assert list_refusals(town) == [made]


def test_only_who_was_named_can_refuse(town: Connection) -> None:
    shared = {
        "candidates": [
            {"unit": {"code": "S-01", "name": "甲"}, "role": "lead", "share": 0.5, "refused": None},
            {"unit": {"code": "S-02", "name": "乙"}, "role": "lead", "share": 0.5, "refused": None},
            {"unit": {"name": "各产权单位"}, "role": "lead", "share": 0, "refused": None},
            {"unit": {"code": "E-01", "name": "局"}, "role": "assist", "share": 0, "refused": None},
        ]
    }
    made = report(town, answer=shared)
    with pytest.raises(InputRefused) as refused:
        refuse(town, made, unit="E-01")
    assert (refused.value.code, refused.value.place.value) == ("not_named", "E-01")
    assert refuse(town, made, unit="S-02")["unit"]["code"] == "S-02"
    assert refuse(town, made)["unit"]["code"] == "S-01"


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"reason": " \n"}, "no_reason"),
        ({"reason": "长" * 2001}, "too_long"),
        ({"reason": "a\x00b"}, "bad_character"),
        ({"unit": "S-99"}, "not_named"),
        ({"instead": "S-01"}, "same_unit"),
        ({"instead": "S-99"}, "unknown_unit"),
    ],
)
def test_what_a_refusal_may_not_be(town: Connection, given: dict[str, Any], code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        refuse(town, report(town), **given)
    assert refused.value.code == code
    assert list_refusals(town) == []


def test_there_must_be_something_to_refuse(town: Connection) -> None:
    for made in (report(town, unit=None), report(town, clause=False)):
        with pytest.raises(InputRefused) as refused:
            refuse(town, made)
        assert refused.value.code == "nothing_to_refuse"
    with pytest.raises(NotFound):
        refuse(town, 10**9)


def test_a_unit_refuses_a_report_once(town: Connection) -> None:
    made = report(town)
    refuse(town, made)
    with pytest.raises(Conflict) as refused:
        refuse(town, made)
    assert refused.value.code == "already_refused"


@pytest.mark.parametrize(("first", "then"), [("upheld", "dismissed"), ("dismissed", "upheld")])
def test_what_is_settled_stays(town: Connection, first: str, then: str) -> None:
    made = refuse(town, report(town), instead="S-02")
    later = AT + timedelta(hours=1)
    settled = settle_refusal(town, made["id"], first, by="值班长", at=later, note=" 现场已核 ")
    assert (settled["state"], settled["settled_by"], settled["settled_at"]) == (first, "值班长", later)
    assert (settled["note"], settled["instead"]["code"]) == ("现场已核", "S-02")
    with pytest.raises(Conflict) as refused:
        settle_refusal(town, made["id"], then, by="别人", at=later + timedelta(hours=1))
    assert refused.value.code == "already_settled"
    assert list_refusals(town) == [settled]


def test_it_may_turn_out_to_be_somebody_elses(town: Connection) -> None:
    made = refuse(town, report(town), instead="S-02")
    settled = settle_refusal(town, made["id"], "upheld", by="值班长", at=AT, instead="E-01")
    assert settled["instead"]["code"] == "E-01"
    with pytest.raises(InputRefused, match="before"):
        settle_refusal(town, refuse(town, report(town))["id"], "upheld", by="x", at=AT - timedelta(seconds=1))
    with pytest.raises(NotFound):
        settle_refusal(town, 10**9, "upheld", by="x", at=AT)


def test_only_what_was_upheld_counts(town: Connection) -> None:
    decided = rule(town)
    clause = town.execute(text("SELECT min(id) FROM clause")).scalar_one()
    assert upheld_counts(town) == {}
    for state, of_rule in (
        ("upheld", decided),
        ("upheld", decided),
        ("dismissed", decided),
        ("upheld", None),
        (None, decided),
    ):
        made = refuse(town, report(town, rule=of_rule))
        if state is not None:
            settle_refusal(town, made["id"], state, by="值班长", at=AT)
    assert upheld_counts(town) == {(None, clause, "S-01"): 1, (decided, clause, "S-01"): 2}
    assert [each["state"] for each in list_refusals(town)] == [
        "open",
        "upheld",
        "dismissed",
        "upheld",
        "upheld",
    ]
    assert len(list_refusals(town, RefusalFilter(state="upheld", rule=decided))) == 2
    assert len(list_refusals(town, RefusalFilter(edition="规范 2026", unit="S-01"), limit=3)) == 3
    newest = list_refusals(town, limit=2)
    assert [each["id"] for each in list_refusals(town, before=newest[-1]["id"])] == [
        newest[-1]["id"] - k for k in (1, 2, 3)
    ]


def test_an_upheld_refusal_changes_neither_rule_nor_answer(town: Connection) -> None:
    decided = rule(town)
    first = report(town, rule=decided)
    tables = ("clause", "clause_unit", "responsibility_rule", "rule_unit", "resolution", "unit")

    def picture() -> list[Any]:
        return [
            town.execute(text(f"SELECT to_jsonb(t) FROM {table} t ORDER BY to_jsonb(t)::text")).all()
            for table in tables
        ]

    before = picture()
    settle_refusal(town, refuse(town, first)["id"], "upheld", by="值班长", at=AT, instead="S-02")
    assert picture() == before
