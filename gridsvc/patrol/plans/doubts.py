"""What is done as it was asked, and said to be doubtful: a shift that is past, hours beside the shift."""

from __future__ import annotations

from datetime import datetime, timedelta

from gridsvc.errors import Text
from gridsvc.patrol.plans.request import PlanAsked

LATE = timedelta(minutes=5)
"""A plan made so soon after its patrols set out still sends them anywhere."""


def doubts_of(asked: PlanAsked, now: datetime, *, anew: bool = False) -> tuple[Text, ...]:
    """Return what is to be said of a request that is planned at `now`; `anew`: of the rest of a shift."""
    return tuple(doubt for doubt in (_past(asked, now, anew), _beside(asked)) if doubt is not None)


def _past(asked: PlanAsked, now: datetime, anew: bool) -> Text | None:
    """Say that the shift is over, or under way for long: whoever tries out past days does so on purpose."""
    ended = asked.ends.astimezone(asked.zone)
    if ended <= now and anew:
        return Text(
            f"该班次已于 {ended:%Y-%m-%d %H:%M} 结束，这是事后重新规划的方案",
            f"The shift ended at {ended:%Y-%m-%d %H:%M}: this plan is made anew afterwards",
        )
    if ended <= now:
        return Text(
            f"该班次已于 {ended:%Y-%m-%d %H:%M} 结束，这是事后排的方案。"
            "它仍作为该班次最后的方案计入底线与变化；只想试算请用 gridsvc patrol plan --dry-run",
            f"The shift ended at {ended:%Y-%m-%d %H:%M}: this plan is made afterwards."
            " As the last one of its shift it still counts for floors and habits;"
            " gridsvc patrol plan --dry-run keeps nothing",
        )
    first = min(patrol.begins for patrol in asked.patrols).astimezone(asked.zone)
    if now - first <= LATE:
        return None
    clock = now.astimezone(asked.zone)
    better = Text("班次中请对现行方案重新编排", "within a shift plan anew the plan that holds")
    if anew:
        better = Text("请从现在的时刻重新规划", "plan anew from now on")
    return Text(
        f"现在已是 {clock:%m-%d %H:%M}，路线仍从 {first:%H:%M} 排起，已过时刻的站点去不成；{better.zh}",
        f"It is {clock:%m-%d %H:%M} already, and the routes begin at {first:%H:%M}:"
        f" stops before now cannot be made; {better.en}",
    )


def _beside(asked: PlanAsked) -> Text | None:
    """Say whose hours lie partly beside the shift, and what of them is used."""
    beside = [patrol for patrol in asked.patrols if patrol.begins < asked.begins or patrol.ends > asked.ends]
    if not beside:
        return None
    named = [f"{patrol.name} {_hours(patrol.begins, patrol.ends, asked)}" for patrol in beside]
    shift = _hours(asked.begins, asked.ends, asked)
    return Text(
        f"时段有一部分在班次 {shift} 之外：{'、'.join(named)}。"
        "到访只在班次之内开始，班次之外的时间只用于路上和做完最后一处",
        f"Hours partly beside the shift {shift}: {', '.join(named)}. Visits begin within the shift;"
        " the rest is used for the ways and to end the last visit",
    )


def _hours(begins: datetime, ends: datetime, asked: PlanAsked) -> str:
    return "–".join(f"{each.astimezone(asked.zone):%H:%M}" for each in (begins, ends))
