"""A replay where rules, zones, roads and components decide: the counts are those of each case by itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection

from gridsvc.handling import load_specifications
from gridsvc.responsibility import Atlas, load_atlas, resolve
from gridsvc.responsibility.replay.classes import Translation
from gridsvc.responsibility.replay.replaying import Batch, ReplaySide, replay
from gridsvc.responsibility.replay.report import report_of
from gridsvc.settings import Settings
from tests.responsibility.hard_town.loading import SCHEME, load_town, table
from tests.responsibility.test_hard_cases import asked_alone, asked_together, question


def test_the_hard_cases_under_a_rule_book_and_without_it(connection: Connection, tmp_path: Path) -> None:
    ruled = load_town(connection, tmp_path)
    bare = load_atlas(
        connection,
        Settings(),
        ruled,
        specifications=[replace(each, rules=()) for each in load_specifications(connection)],
    )
    asked = [question(row | {"条件": ""}, {}) for row in table("cases")]
    together = Batch(list(range(len(asked))), asked_together(asked))
    schemes = Translation.none(frozenset({SCHEME}))
    sides = ReplaySide("规则", ruled, schemes), ReplaySide("无规则", bare, schemes)
    report = report_of(replay(*sides, [together]))

    def alone(atlas: Atlas) -> list[tuple[str, str | None, str | None]]:
        answers = [resolve(atlas, asked_alone(each)).answer(0) for each in asked]
        return [
            (each["decision"], each["unit"] and each["unit"]["code"], each["deadline"]) for each in answers
        ]

    pairs = list(zip(alone(ruled), alone(bare), strict=True))
    assert report["cases"] == report["compared"] == len(pairs)
    decisions = Counter((before[0], after[0]) for before, after in pairs)
    assert {(row["before"], row["after"]): row["cases"] for row in report["decisions"]} == decisions
    for row in report["units"]:
        assert row["before"] == sum(before[1] == row["unit"] for before, _ in pairs)
        assert row["after"] == sum(after[1] == row["unit"] for _, after in pairs)
    moved = sum(None not in (before[2], after[2]) and before[2] != after[2] for before, after in pairs)
    assert report["deadlines"]["earlier"] + report["deadlines"]["later"] == moved
    itself = report_of(replay(sides[0], replace(sides[0], name="again"), [together]))
    assert itself["changed"] == 0


def test_why_cases_need_a_person_is_told_in_sentences_that_they_share(
    connection: Connection, tmp_path: Path
) -> None:
    """Each case's own sentence holds its metres and shares: a million cases would be a million of them."""
    strict = load_town(connection, tmp_path)
    lax = load_atlas(connection, Settings(doubtful_share=0.05), strict)
    row = next(each for each in table("cases") if each["情形"].startswith("界路南段以西 2 米"))
    asked = [question(row | {"精度": str(metres)}, {}) for metres in range(30, 60)]
    schemes = Translation.none(frozenset({SCHEME}))
    found = replay(
        ReplaySide("宽", lax, schemes),
        ReplaySide("严", strict, schemes),
        [Batch(list(range(len(asked))), asked_together(asked))],
    )
    assert (len(found.undecidable), found.undecidable.total()) == (1, len(asked))
