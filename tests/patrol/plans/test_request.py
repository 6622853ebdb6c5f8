"""What is asked of a plan, as people write it: hours, breaks, lists of patrols, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.patrol.plans.request import PlanAsked, Spot
from gridsvc.patrol.plans.request_faults import check_request
from gridsvc.patrol.plans.roster import Usual, make_roster, read_roster
from gridsvc.patrol.plans.spellings import parse_pause, parse_span
from tests.patrol.plans.planned import BEGINS, DAY, ZONE, asked, patrol


def night(pause: str | None = None) -> Usual:
    begins, ends = parse_span("22:00-02:00", DAY, ZONE)
    return Usual("walk", begins, ends, (Spot(108.95, 34.25, "队部"),), pause=pause)


def listed(path: Path, usual: Usual, *rows: str) -> PlanAsked:
    path.write_text("\n".join(("name,shift,break", *rows)), encoding="utf-8")
    return replace(asked(), begins=usual.begins, ends=usual.ends, patrols=read_roster(path, usual))


def clock(hours: int, minutes: int = 0, *, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hours, minutes, tzinfo=ZONE)


def test_hours_after_midnight_are_of_the_next_day(tmp_path: Path) -> None:
    wanted = listed(tmp_path / "a.csv", night(), "甲,23:00-02:00,", "乙,00:30-02:00,30@01:00-01:30")
    check_request(wanted)
    first, second = wanted.patrols
    assert (first.begins, first.ends) == (clock(23), clock(2, day=24))
    assert (second.begins, second.ends) == (clock(0, 30, day=24), clock(2, day=24))
    assert second.pause is not None
    assert second.pause.first == clock(1, day=24)


def test_a_break_without_hours_lies_in_the_hours_of_each_patrol(tmp_path: Path) -> None:
    wanted = listed(tmp_path / "a.csv", night("30"), "甲,,", "乙,22:00-23:30,")
    check_request(wanted)
    for each in wanted.patrols:
        third = (each.ends - each.begins) / 3
        assert each.pause is not None
        assert (each.pause.first, each.pause.last) == (each.begins + third, each.ends - third)
    assert all(
        each.pause == parse_pause("30", each.begins, each.ends) for each in make_roster(3, night("30"))
    )


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"seed": 1 << 60}, "out_of_range"),
        ({"seed": -1}, "out_of_range"),
        ({"iterations": 0}, "out_of_range"),
        ({"balance": float("nan")}, "out_of_range"),
        ({"team": "队" * 101}, "too_long"),
        (
            {"patrols": (replace(patrol(1), begins=BEGINS - timedelta(hours=4), ends=BEGINS),)},
            "outside_shift",
        ),
    ],
)
def test_what_the_table_or_the_search_could_not_hold_is_refused(said: dict[str, object], code: str) -> None:
    with pytest.raises(InputRefused) as refused:
        check_request(replace(asked(patrol(1)), **said))  # type: ignore[arg-type]
    assert [fault.code for fault in refused.value.faults] == [code]


@pytest.mark.parametrize("day", [date(1, 1, 1), date(9999, 12, 31)])
def test_a_day_at_the_end_of_time_is_refused(day: date) -> None:
    with pytest.raises(WrongUsage) as refused:
        parse_span("22:00-02:00", day, ZONE)
    assert refused.value.code == "bad_day"
