"""What is planned as asked, and remarked: shifts that are past, hours beside the shift."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta

from gridsvc.patrol.plans.changing import Change
from gridsvc.patrol.plans.doubts import doubts_of
from gridsvc.patrol.plans.keeping import KeptPlan
from gridsvc.patrol.plans.making import make_plan
from gridsvc.patrol.plans.replanning import replan
from gridsvc.patrol.value.merging import no_places
from tests.patrol.plans.planned import BEGINS, asked, lattice, material, patrol, scattered

MINUTE = timedelta(minutes=1)


def test_a_shift_that_is_over_is_remarked_and_one_to_come_is_not() -> None:
    wanted = asked(patrol(1))
    assert doubts_of(wanted, BEGINS - MINUTE) == ()
    assert doubts_of(wanted, BEGINS + 5 * MINUTE) == ()
    (late,) = doubts_of(wanted, (BEGINS + 65 * MINUTE).astimezone(UTC))
    assert "18:05" in late.zh
    assert "18:05" in late.en
    (over,) = doubts_of(wanted, BEGINS + timedelta(hours=4))
    assert "2026-11-23 21:00" in over.zh
    assert "2026-11-23 21:00" in over.en
    # One of the patrols that is planned anew begins where and when it is free.
    assert doubts_of(asked(replace(patrol(1), begins=BEGINS + 60 * MINUTE)), BEGINS + 60 * MINUTE) == ()


def test_a_shift_planned_anew_is_not_told_to_be_planned_anew() -> None:
    """Nor to be tried out: `patrol replan` keeps what it makes."""
    streets = lattice()
    wanted = asked(patrol(1), iterations=20)
    plan, places = make_plan(material(streets, scattered(5)), wanted)
    kept = KeptPlan(replace(plan, id=1), wanted, places, None, "甲", None, None)
    change = Change(BEGINS + 60 * MINUTE, no_places(), {})
    for after, told in ((60, ()), (90, ("plan anew from now on",)), (300, ("made anew afterwards",))):
        made, _, _ = replan(kept, change, streets, (), made_at=BEGINS + after * MINUTE)
        assert len(made.remarks) == 1 + len(told)
        assert all(remark.en.endswith(words) for remark, words in zip(made.remarks[1:], told, strict=True))


def test_hours_beside_the_shift_are_named_with_what_is_used_of_them() -> None:
    """Who begins early sets out early and waits for nothing; who ends late comes home after the shift."""
    early = replace(patrol(1), begins=BEGINS - 30 * MINUTE)
    late = replace(patrol(2), ends=BEGINS + 280 * MINUTE)
    streets, places = lattice(), scattered(60)
    plan, _ = make_plan(material(streets, places), asked(early, late, patrol(3), iterations=40))
    (told,) = plan.remarks
    assert "1号 16:30–21:00、2号 17:00–21:40" in told.zh
    assert "3号" not in told.zh
    assert "1号 16:30–21:00, 2号 17:00–21:40" in told.en
    begins = [stop.begins for route in plan.routes for stop in route.stops]
    assert min(begins) >= BEGINS
    assert max(begins) <= BEGINS + 240 * MINUTE
    assert plan.routes[0].leaves < BEGINS
    assert plan.routes[1].returns > BEGINS + 240 * MINUTE
