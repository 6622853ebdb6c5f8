"""What has changed within a shift, and what of it cannot be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from gridsvc.errors import Conflict, Fault, InputRefused, Place, Text
from gridsvc.patrol.plan import Plan
from gridsvc.patrol.plans.keeping import KeptPlan
from gridsvc.patrol.plans.request import Spot
from gridsvc.patrol.value.places import Places


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What has changed by the instant `at`.

    `positions`: where patrols are, by name; of the others it is taken from the plan. `absent`: patrols that
    fall out, for the rest of the shift. `done`: keys of places visited, None: those that the plan has had so
    far. `urgent`: places that must be visited now, of kind `urgent`. `seconds` of searching.
    """

    at: datetime
    urgent: Places
    positions: Mapping[str, Spot]
    absent: frozenset[str] = frozenset()
    done: frozenset[str] | None = None
    seconds: float = 3.0


def check_change(kept: KeptPlan, change: Change) -> None:
    """Refuse what cannot be changed.

    Raises
    ------
    Conflict
        `plan_followed`: a later plan took its place; `shift_over`; `before_replan`: the plan was itself made
        anew at a later time, and until then says what was done.
    InputRefused
        `bad_change`: a patrol or a place that the plan does not have.
    """
    if kept.followed_by is not None:
        raise Conflict(
            "plan_followed",
            Text(
                f"该计划已由第 {kept.followed_by} 号计划接替。",
                f"plan {kept.followed_by} has taken its place.",
            ),
            remedy=Text(
                f"请对第 {kept.followed_by} 号重新规划。", f"Plan anew from plan {kept.followed_by}."
            ),
        )
    if change.at >= kept.plan.ends:
        raise Conflict("shift_over", Text("该班次已结束。", "the shift is over."))
    since = kept.plan.replanned_at
    if since is not None and change.at < since:
        raise _before_replan(kept.plan, change.at, since)
    names = {route.patrol.name for route in kept.plan.routes}
    faults = [
        Fault(
            "unknown_patrol",
            Text(f"该计划没有巡查员“{name}”。", f"the plan has no patrol {name!r}."),
            Place(column="patrol", value=name),
        )
        for name in sorted({*change.positions, *change.absent} - names)
    ]
    on_duty = {patrol.name for patrol in kept.asked.patrols}
    faults += [
        Fault(
            "fell_out",
            Text(f"巡查员“{name}”此前已退出本班次。", f"patrol {name!r} fell out of the shift before."),
            Place(column="patrol", value=name),
        )
        for name in sorted((names & set(change.positions)) - on_duty)
    ]
    known = {*kept.places.key.tolist(), *(stop.key for route in kept.plan.routes for stop in route.stops)}
    faults += [
        Fault(
            "unknown_place",
            Text(f"该计划没有地点“{key}”。", f"the plan has no place {key!r}."),
            Place(column="done", value=key),
        )
        for key in sorted((change.done or frozenset()) - known)
    ]
    if faults:
        raise InputRefused(
            "bad_change",
            Text(f"{len(faults)} 处与计划不符。", f"{len(faults)} things do not fit the plan."),
            faults=faults,
        )


def _before_replan(plan: Plan, at: datetime, since: datetime) -> Conflict:
    given, made = (each.astimezone(plan.zone) for each in (at, since))
    # Clocks are given to the minute: the first one that is not before it.
    first = (made + timedelta(minutes=1, microseconds=-1)).replace(second=0, microsecond=0)
    return Conflict(
        "before_replan",
        Text(
            f"第 {plan.id} 号计划是 {made:%H:%M:%S} 重新规划的，此前的行程已定，"
            f"不能再从 {given:%H:%M:%S} 排起。",
            f"Plan {plan.id} was made anew at {made:%H:%M:%S}, and what was driven until then stands:"
            f" it cannot be made anew from {given:%H:%M:%S}.",
        ),
        remedy=Text(
            f"请给出 {first:%H:%M} 或更晚的时刻；人不在方案所推算的地方，请写明现在的位置。",
            f"Give {first:%H:%M} or later; say where patrols are if it is not where the plan has them.",
        ),
    )
