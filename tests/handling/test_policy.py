"""The default policy: stored with a form that has no rules, and only then."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from gridsvc.handling import FACTS, MEANS, import_specification, load_specifications
from gridsvc.handling.policy import default_rules
from gridsvc.handling.rules import AS_LISTED
from tests.handling.form_files import LAMP, STALL, changed, write_book


def test_a_form_without_rules_gets_the_default_policy(connection: Connection, tmp_path: Path) -> None:
    path = write_book(tmp_path / "a.xlsx", {"部件": [LAMP], "事件": [STALL]})
    done = import_specification(connection, path)
    (stored,) = load_specifications(connection)
    assert [rule.code for rule in stored.rules] == ["P-10", "P-20", "P-30", "P-40", "P-80", "P-90"]
    assert (done.rules, done.default_policy) == (6, True)
    by_code = {rule.code: rule for rule in stored.rules}
    assert [unit.means for unit in by_code["P-10"].units] == ["each_owner"]
    assert by_code["P-40"].kind == "event"
    assert [rule.code for rule in stored.rules if rule.is_fallback] == ["P-90"]
    assert stored.rules[-1].code == "P-90"
    assert all(rule.note for rule in stored.rules)


def test_only_rules_for_the_kinds_of_the_form_are_stored(connection: Connection, tmp_path: Path) -> None:
    import_specification(connection, write_book(tmp_path / "a.xlsx", {"事件": [STALL]}))
    (stored,) = load_specifications(connection)
    assert [rule.code for rule in stored.rules] == ["P-40", "P-80", "P-90"]


def test_without_the_policy_there_are_no_rules(connection: Connection, tmp_path: Path) -> None:
    done = import_specification(connection, write_book(tmp_path / "a.xlsx", {"部件": [LAMP]}), policy=False)
    (stored,) = load_specifications(connection)
    assert (stored.rules, done.rules, done.default_policy) == ((), 0, False)


def test_the_rules_ask_for_facts_and_name_bodies_that_there_are() -> None:
    for rule in default_rules(("component", "event")):
        for condition in rule.conditions:
            assert set(condition.values) <= set(FACTS[condition.fact].words)
        assert {unit.means for unit in rule.units} <= {*MEANS, AS_LISTED}
    priorities = [rule.priority for rule in default_rules(("component", "event"))]
    assert priorities == sorted(set(priorities))


def test_a_stored_rule_does_not_change(connection: Connection, tmp_path: Path) -> None:
    import_specification(connection, write_book(tmp_path / "a.xlsx", {"部件": [LAMP]}))
    with (
        pytest.raises(Exception, match="published edition does not change"),
        connection.begin_nested(),
    ):
        connection.execute(text("UPDATE responsibility_rule SET priority = 1"))


@pytest.mark.parametrize(
    ("limit", "options", "asked"),
    [
        ("2天", {}, ("day",)),
        ("2小时", {}, ("hour",)),
        ("2工作日", {}, ()),
        ("2天", {"day_means": "through"}, ()),
        ("A类2小时，B类3天", {"hour_means": "working"}, ("day",)),
    ],
)
def test_asks_what_plain_hours_and_days_mean(
    connection: Connection, tmp_path: Path, limit: str, options: dict[str, Any], asked: tuple[str, ...]
) -> None:
    path = write_book(tmp_path / "a.xlsx", {"部件": [changed(LAMP, 处置时限=limit)]})
    done = import_specification(connection, path, **options)
    (stored,) = load_specifications(connection)
    assert done.undeclared == asked
    assert (stored.hour_declared, stored.day_declared) == ("hour_means" in options, "day_means" in options)
