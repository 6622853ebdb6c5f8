"""`gridsvc refusal`, as a dispatcher and a shift leader use it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from gridsvc.postgres import open_engine
from tests.conftest import Outcome
from tests.town import make_town

Command = Callable[..., Outcome]


@pytest.fixture
def report(database_url: str) -> int:
    """A report that the resolution gave to 甲街道办事处."""
    engine = open_engine(database_url)
    with engine.begin() as connection:
        make_town(connection)
        made = connection.execute(
            text("INSERT INTO report (origin, opened_at) VALUES ('api', '2026-11-23T09:00+08') RETURNING id")
        ).scalar_one()
        connection.execute(
            text(
                "INSERT INTO resolution (report_id, atlas, clause_id, decision, unit_code)"
                " SELECT :id, 'atlas-1', min(id), 'determined', 'S-01' FROM clause"
            ),
            {"id": made},
        )
    engine.dispose()
    return int(made)


def test_a_refusal_from_beginning_to_end(command: Command, report: int) -> None:
    def listed(*options: str) -> Any:
        return json.loads(command("refusal", "list", *options, "--json").stdout)

    assert listed() == []
    done = command("refusal", "add", report, "--reason", "不在\n我街道", "--instead", "S-02", "--by", "张")
    assert done.status == 0
    assert "open" in done.stdout
    assert "甲街道办事处 → 乙街道办事处" in done.stdout
    assert "不在 我街道" in done.stdout
    (made,) = listed("--state", "open")
    assert (made["made_by"], made["report_id"], made["rule"]) == ("张", report, None)
    assert made["made_at"].endswith("+08:00")
    upheld = json.loads(command("refusal", "uphold", made["id"], "--note", "属实", "--json").stdout)
    assert (upheld["state"], upheld["note"], upheld["id"]) == ("upheld", "属实", made["id"])
    assert upheld["settled_by"]
    late = command("refusal", "dismiss", made["id"])
    assert (late.status, late.stdout) == (1, "")
    assert "already_settled" in late.stderr
    assert listed("--state", "open") == []
    assert [each["id"] for each in listed("--unit", "S-01", "--edition", "规范 2026")] == [made["id"]]
    assert listed("--edition", "规范 2027") == []


def test_what_it_refuses(command: Command, report: int) -> None:
    for arguments, status, code in (
        (("add", report, "--reason", " "), 1, "no_reason"),
        (("add", report, "--reason", "x", "--unit", "E-01"), 1, "not_named"),
        (("add", report + 1, "--reason", "x"), 1, "unknown_report"),
        (("uphold", 1), 1, "unknown_refusal"),
        (("add", report), 2, "--reason"),
        (("list", "--state", "lost"), 2, "lost"),
    ):
        done = command("refusal", *arguments)
        assert (done.status, done.stdout) == (status, ""), arguments
        assert code in done.stderr
