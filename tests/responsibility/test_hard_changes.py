"""What changes between two reports: the rule book, the name of a unit and its code, what was held against it."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from sqlalchemy import Connection, text

from gridsvc.catalog import import_units
from gridsvc.handling import import_specification
from gridsvc.responsibility import Queries, load_atlas, resolve
from gridsvc.settings import Settings
from tests.responsibility.hard_town.loading import SCHEME, ZONE, load_town, place, table

NIGHT = datetime(2026, 11, 23, 23, 30, tzinfo=ZONE)
CHANGE = datetime(2026, 12, 1, tzinfo=ZONE)


def ask(*instants: datetime, code: str = "0406") -> Queries:
    spot = next(each for each in table("places") if each["地点"] == "甲中")
    lon, lat = place(float(spot["东"]), float(spot["北"]))
    n = len(instants)
    return Queries.of(
        lon=[lon] * n,
        lat=[lat] * n,
        at=np.array([round(each.timestamp() * 1_000_000) for each in instants], np.int64),
        class_code=[code] * n,
        kind=["event"] * n,
        scheme=SCHEME,
    )


def test_each_report_is_decided_by_the_rule_book_of_its_own_instant(
    connection: Connection, tmp_path: Path
) -> None:
    """The second form has no rules and is taken without the policy: the clause's own order decides."""
    load_town(connection, tmp_path)
    form = tmp_path / "later.csv"
    form.write_text(
        "类型,类别代码,大类名称,小类名称,立案条件,处置单位,主管部门,结案条件,处置时限\n"
        "事件,0406,街面秩序,占道经营,占道摆摊,属地行政执法部门,市容局,取缔,4紧急工作时\n",
        encoding="utf-8",
    )
    import_specification(
        connection, form, edition="难案镇 2027", scheme=SCHEME, kind="event", effective=CHANGE, policy=False
    )
    atlas = load_atlas(connection, Settings())
    instants = (CHANGE - timedelta(seconds=1), CHANGE, CHANGE - timedelta(days=1))
    found = resolve(atlas, ask(*instants))
    answers = [found.answer(row) for row in range(3)]
    assert [each["unit"]["code"] for each in answers] == ["N-01", "E-01", "N-01"]
    assert [each["clause"]["edition"] for each in answers] == ["难案镇 2026", "难案镇 2027", "难案镇 2026"]
    assert [each["limit"]["text"] for each in answers] == ["2紧急工作时", "4紧急工作时", "2紧急工作时"]
    assert ["rule" in next(r for r in each["reasons"] if r["step"] == "rule") for each in answers] == [
        True,
        False,
        True,
    ]
    for row, at in enumerate(instants):
        assert resolve(atlas, ask(at)).answer(0) == answers[row]


def test_the_clock_of_a_reason_is_the_reports_own(connection: Connection, tmp_path: Path) -> None:
    """The rule is held against where the interval between windows begins; nobody was told 22:00."""
    town = load_town(connection, tmp_path)
    night = resolve(town, ask(NIGHT)).answer(0)["reasons"]
    assert next(each["facts"] for each in night if "rule" in each) == {"time": "23:30"}
    snow = resolve(town, ask(NIGHT, code="0507")).answer(0)["reasons"]
    assert next(each["facts"] for each in snow if "rule" in each) == {"season": "11-23"}


def test_a_unit_of_a_rule_takes_another_name_and_another_code(connection: Connection, tmp_path: Path) -> None:
    before = resolve(load_town(connection, tmp_path), ask(NIGHT)).answer(0)
    assert before["unit"] == {"code": "N-01", "name": "夜间执法支队"}
    path = tmp_path / "units.csv"
    path.write_text("code,name,kind\nN-01,城市夜间管理支队,bureau\n", encoding="utf-8")
    import_units(connection, path)
    named = resolve(load_atlas(connection, Settings()), ask(NIGHT)).answer(0)
    assert named["unit"] == {"code": "N-01", "name": "城市夜间管理支队"}
    assert named["candidates"][0]["because"] == before["candidates"][0]["because"], (
        "the rule says what it said"
    )
    connection.execute(text("UPDATE unit SET code = 'N-77' WHERE code = 'N-01'"))
    coded = resolve(load_atlas(connection, Settings()), ask(NIGHT)).answer(0)
    assert coded["unit"] == {"code": "N-77", "name": "城市夜间管理支队"}
    assert coded["decision"] == before["decision"]


def test_refusals_of_what_a_withdrawn_edition_said_are_no_evidence(
    connection: Connection, tmp_path: Path
) -> None:
    load_town(connection, tmp_path)
    connection.execute(
        text(
            "INSERT INTO refusal (clause_id, rule_id, unit_code, reason, made_by, made_at, state, settled_by,"
            " settled_at) SELECT c.id, r.id, 'N-01', '非我职责', 'N-01', now(), 'upheld', '班长', now()"
            " FROM clause c, responsibility_rule r WHERE c.class_code = '0406' AND r.code = 'R30'"
        )
    )
    atlas = load_atlas(connection, Settings())
    assert list(atlas.refusals.values()) == [1]
    said = resolve(atlas, ask(NIGHT)).answer(0)["reasons"]
    assert [
        each["facts"]["refusals_upheld"] for each in said if "refusals_upheld" in each.get("facts", {})
    ] == [1]
    assert sum(each["text"].endswith("该规则此前被退单成立 1 次。") for each in said) == 1
    connection.execute(text("UPDATE specification_edition SET withdrawn_at = now()"))
    assert load_atlas(connection, Settings()).refusals == {}
