"""A hundred hard cases: `hard_town/cases.csv` says what must come out, for dispatchers to read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from sqlalchemy import Connection, text

from gridsvc.responsibility import Atlas, Queries, load_atlas, resolve
from gridsvc.settings import Settings
from tests.responsibility.hard_town.loading import NOW, SCHEME, ZONE, load_town, place, table

DECISIONS = {"确定": "determined", "排序": "ranked", "兜底": "fallback", "人工": "needs_decision"}
KINDS = {"部件": "component", "事件": "event"}

Row = dict[str, str]


@pytest.fixture
def town(connection: Connection, tmp_path: Path) -> Atlas:
    return load_town(connection, tmp_path)


def question(row: Row, clauses: dict[tuple[str, str, int], int]) -> dict[str, Any]:
    """What is asked in one line of the table."""
    spot = next(each for each in table("places") if each["地点"] == row["地点"])
    lon, lat = place(float(spot["东"]), float(spot["北"]))
    given = dict(each.split("=") for each in row["给定事实"].split(";") if each)
    kind = KINDS[row["类型"]]
    return {
        "lon": lon,
        "lat": lat,
        "at": datetime.fromisoformat(row["时间"]).replace(tzinfo=ZONE) if row["时间"] else NOW,
        "kind": kind,
        "class_code": row["类别"],
        "accuracy_m": float(row["精度"]) if row["精度"] else None,
        "component_id": row["部件编号"] or None,
        "house_number": int(row["门牌"]) if row["门牌"] else None,
        "heading_deg": float(row["方向"]) if row["方向"] else None,
        "clause_id": clauses[kind, row["类别"], int(row["条件"])] if row["条件"] else None,
        "facts": given or None,
    }


def asked_alone(asked: dict[str, Any]) -> Queries:
    return Queries.one(scheme=SCHEME, **asked)


def asked_together(asked: list[dict[str, Any]]) -> Queries:
    def column(name: str, missing: Any) -> list[Any]:
        return [missing if each[name] is None else each[name] for each in asked]

    names = sorted({name for each in asked for name in each["facts"] or ()})
    return Queries.of(
        lon=column("lon", None),
        lat=column("lat", None),
        at=np.array([round(each["at"].timestamp() * 1_000_000) for each in asked], np.int64),
        class_code=column("class_code", None),
        kind=column("kind", None),
        scheme=SCHEME,
        accuracy_m=column("accuracy_m", np.nan),
        component_id=column("component_id", None),
        house_number=column("house_number", -1),
        heading_deg=column("heading_deg", np.nan),
        clause_id=column("clause_id", -1),
        facts={name: [(each["facts"] or {}).get(name) for each in asked] for name in names},
    )


def what_is_wrong(row: Row, answer: dict[str, Any], rules: dict[int, str]) -> list[str]:
    """What of an answer is not as the table has it."""
    leading = [c for c in answer["candidates"] if c["role"] == "lead" and c["share"] > 0]
    found = {
        "决定": {english: chinese for chinese, english in DECISIONS.items()}[answer["decision"]],
        "单位": (answer["unit"] or {}).get("code") or "",
        "候选": "|".join(c["unit"]["code"] or c["unit"]["name"] for c in leading),
        "配合": "|".join(
            c["unit"]["code"] or c["unit"]["name"] for c in answer["candidates"] if c["role"] == "assist"
        ),
        "规则": decided_by(answer, rules),
        "截止": (answer["deadline"] or "")[:16],
    }
    # A star stands for any; where a person decides nobody leads, and not every line has a deadline.
    held = ["决定", "单位", "规则"]
    held += [] if row["决定"] == "人工" or row["候选"] == "*" else ["候选", "配合"]
    held += ["截止"] if row["截止"] else []
    wrong = [
        f"{name} {row[name] or '无'} ≠ {found[name] or '无'}"
        for name in held
        if row[name] not in ("*", found[name])
    ]
    said = "\n".join(each["text"] for each in answer["reasons"])
    wrong += [f"理由缺“{words}”" for words in row["理由"].split("|") if words not in said]
    return wrong


def decided_by(answer: dict[str, Any], rules: dict[int, str]) -> str:
    """The code of the rule that decided, - for none: the first reason of the step that tells of no road."""
    said = [each for each in answer["reasons"] if each["step"] == "rule"]
    of_rules = (each for each in said if not isinstance(each.get("facts", {}).get("boundary_road"), dict))
    first = next(of_rules, {})
    passed = "missing" in first.get("facts", {})
    return rules[first["rule"]] if "rule" in first and not passed else "-"


def test_each_case_comes_out_as_the_table_says(town: Atlas, connection: Connection) -> None:
    rules = {row.id: row.code for row in connection.execute(text("SELECT id, code FROM responsibility_rule"))}
    clauses = {
        (kind, code, ordinal): number
        for number, kind, code, ordinal in connection.execute(
            text("SELECT id, kind, class_code, ordinal FROM clause")
        )
    }
    rows = table("cases")
    assert len(rows) >= 100
    asked = [question(row, clauses) for row in rows]
    together = resolve(town, asked_together(asked))
    faults = []
    for number, (row, one) in enumerate(zip(rows, asked, strict=True)):
        fault = together.problem_of(number)
        if fault is not None:
            faults.append(f"{row['编号']} {row['情形']}: {fault.message.zh}")
            continue
        answer = together.answer(number)
        faults += [f"{row['编号']} {row['情形']}：{each}" for each in what_is_wrong(row, answer, rules)]
        alone = resolve(town, asked_alone(one)).answer(0)
        if orjson.dumps(alone) != orjson.dumps(answer):
            faults.append(f"{row['编号']} {row['情形']}：单独判定与成批判定不同")
    assert not faults, "\n" + "\n".join(faults)


def test_every_reason_names_a_rule_and_a_clause_of_its_edition_also_next_year(
    town: Atlas, connection: Connection
) -> None:
    rules = set(connection.scalars(text("SELECT id FROM responsibility_rule")))
    clauses = dict.fromkeys(connection.scalars(text("SELECT id FROM clause")), 0)
    asked = [question(row | {"条件": ""}, {}) for row in table("cases")]
    before = resolve(town, asked_together(asked))
    again = resolve(load_atlas(connection, Settings()), asked_together(asked))
    for number in range(len(asked)):
        answer = before.answer(number)
        assert orjson.dumps(answer) == orjson.dumps(again.answer(number))
        assert {each["rule"] for each in answer["reasons"] if "rule" in each} <= rules
        assert answer["clause"] is None or answer["clause"]["id"] in clauses
