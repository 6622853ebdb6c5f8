"""Conditions as cells: written and read back, several values, turned round, impossible ones found."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridsvc.handling import FACTS, Condition
from gridsvc.handling.workbook.conditions import contradiction, never_holds, read_condition, write_condition

CLOSED = [fact.name for fact in FACTS.values() if fact.form == "closed"]
OPEN = st.text(max_size=20).map(lambda text: unicodedata.normalize("NFKC", text).strip()).filter(bool)


@pytest.mark.parametrize(
    ("fact", "text", "condition"),
    [
        ("owner", "已知", Condition("owner", ("known",))),
        ("owner", "不是：不明", Condition("owner", ("unknown",), negated=True)),
        ("owner", "非:无主", Condition("owner", ("unknown",), negated=True)),
        ("surface", "车行道、人行道，绿地", Condition("surface", ("carriageway", "sidewalk", "green"))),
        ("surface", "车行道、车行道", Condition("surface", ("carriageway",))),
        ("time", "22：00至6:00", Condition("time", ("22:00-06:00",))),
        ("season", "11月15日至3月15日", Condition("season", ("11-15..03-15",))),
        ("land_use", '商业、"居住、办公"', Condition("land_use", ("商业", "居住、办公"))),
        ("land_use", '"说""引""号"', Condition("land_use", ('说"引"号',))),
        ("road_grade", "≠主干路", Condition("road_grade", ("主干路",), negated=True)),
    ],
)
def test_reads_what_people_write(fact: str, text: str, condition: Condition) -> None:
    assert read_condition(FACTS[fact], text) == (condition, [])


@pytest.mark.parametrize(
    ("fact", "text", "wrong"),
    [
        ("owner", "也许", ["也许"]),
        ("owner", "非已知", ["非已知"]),
        ("surface", "车行道、屋顶", ["屋顶"]),
        ("time", "夜间", ["夜间"]),
        ("time", "25:00-26:00", ["25:00-26:00"]),
        ("season", "02-30..03-15", ["02-30..03-15"]),
        ("owner", "不是：", ["不是："]),
    ],
)
def test_names_what_is_no_value(fact: str, text: str, wrong: list[str]) -> None:
    assert read_condition(FACTS[fact], text) == (None, wrong)


@given(st.data())
def test_gives_back_what_was_written(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(FACTS)))
    values = {
        "closed": st.sampled_from(sorted(FACTS[name].words) or [""]),
        "clock": st.sampled_from(["22:00-06:00", "08:00-12:30", "18:00-24:00"]),
        "season": st.sampled_from(["11-15..03-15", "01-01..12-31", "02-29..02-29"]),
    }.get(FACTS[name].form, OPEN)
    wanted = data.draw(st.lists(values, min_size=1, max_size=4, unique=True))
    condition = Condition(name, tuple(wanted), data.draw(st.booleans()))
    assert read_condition(FACTS[name], write_condition(condition)) == (condition, [])


@pytest.mark.parametrize("name", CLOSED)
def test_finds_a_condition_that_leaves_no_value(name: str) -> None:
    words = tuple(FACTS[name].words)
    assert never_holds(Condition(name, words, negated=True))
    assert not never_holds(Condition(name, words))
    assert not never_holds(Condition(name, words[1:], negated=True))


def test_finds_windows_that_leave_no_time() -> None:
    assert never_holds(Condition("time", ("06:00-22:00", "22:00-06:00"), negated=True))
    assert not never_holds(Condition("time", ("06:00-22:00", "22:00-05:59"), negated=True))
    assert never_holds(Condition("season", ("01-01..06-30", "07-01..12-31"), negated=True))
    assert not never_holds(Condition("season", ("01-01..06-30", "07-02..12-31"), negated=True))
    assert not never_holds(Condition("time", ("00:00-24:00",)))


@pytest.mark.parametrize("party", ["owner", "maintainer", "supervisor"])
def test_finds_facts_that_never_hold_together(party: str) -> None:
    unregistered = Condition("component", ("unregistered",))
    known = Condition(party, ("known",))
    assert contradiction(unregistered, known) is not None
    assert contradiction(known, unregistered) is not None
    assert contradiction(unregistered, Condition(party, ("known",), negated=True)) is None
    assert contradiction(Condition("component", ("unregistered", "matched")), known) is None
    assert contradiction(Condition("component", ("matched", "several"), negated=True), known) is not None
    assert contradiction(Condition("surface", ("green",)), known) is None
