"""What a plan says of itself, in both languages."""

from __future__ import annotations

import re
from datetime import datetime

from gridsvc.errors import Text
from gridsvc.patrol.plan import MODE_WORDS, Plan, PlannedRoute, PlannedStop, Totals

SYNTHETIC = Text("示例数据：几何与案件均为合成", "Sample data: geometry and cases are synthetic")


# What XML 1.0 has no way to write, in whatever form; no sheet of paper has it either.
_NOT_WRITTEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(words: str) -> str:
    """Return words without control characters."""
    return _NOT_WRITTEN.sub("", words)


def headline(plan: Plan) -> Text:
    """Return the answer in one sentence: how many go to how many places, and what they may meet.

    It is told of the routes that are there: the plan's totals stay those of all where one patrol's is taken.
    """
    patrols = sum(1 for route in plan.routes if route.totals.stops)
    stops = sum(route.totals.stops for route in plan.routes)
    expected = amount(sum(route.totals.expected for route in plan.routes))
    if not stops and not (plan.omitted or plan.dropped):
        return Text(
            "没有安排任何一处：没有类别或必到点给出可去的地点。",
            "No place is visited: no class and no must-visit gives anywhere to go.",
        )
    if not stops:
        return Text(
            "没有安排任何一处：原因见未安排的地点。", "No place is visited: the places left out say why."
        )
    zh = f"{patrols} 名巡查员到 {stops} 处，预计遇到 {expected} 件"
    en = f"{patrols} patrols visit {stops} places and may expect {expected} problems"
    if patrols == 1:
        en = f"1 patrol visits {stops} places and may expect {expected} problems"
    if plan.dropped:
        zh += f"；{len(plan.dropped)} 处必到无法安排"
        en += f"; {len(plan.dropped)} must-visit{'s' if len(plan.dropped) > 1 else ''} cannot be held"
    return Text(zh + "。", en + ".")


def quality(plan: Plan) -> Text:
    """Return how good the plan is: its share of all value, of the bound, and against the simple plan."""
    zh, en = [], []
    if plan.possible > 0:
        share = _percent(plan.value / plan.possible)
        zh.append(f"取得全部价值的 {share}")
        en.append(f"{share} of all value")
    if plan.bound > 0:
        near = _percent(1 - plan.gap)
        zh.append(f"达到上界的 {near}（任何方案都不能超过上界）")
        en.append(f"{near} of the bound that no plan can exceed")
    if plan.greedy > 0:
        more = f"{100 * (plan.value / plan.greedy - 1):+.1f} %"
        zh.append(f"与逐个挑选的简单方案相比 {more}")
        en.append(f"{more} against the simple plan that picks one by one")
    if not zh:
        return Text("各处价值均为零。", "No place is worth anything.")
    return Text("；".join(zh) + "。", "; ".join(en) + ".")


def title(plan: Plan) -> Text:
    """Return what the plan is: day and shift."""
    when = f"{plan.day.isoformat()} {clock(plan, plan.begins)}–{clock(plan, plan.ends)}"
    mark = "" if plan.id is None else f" · {plan.id}"
    return Text(f"巡查路线 {when}{mark}", f"Patrol routes {when}{mark}")


def clock(plan: Plan, moment: datetime) -> str:
    """Return hours and minutes in the plan's zone; a day after the plan's is marked."""
    local = moment.astimezone(plan.zone)
    days = (local.date() - plan.day).days
    return f"{local:%H:%M}" + (f" ({days:+d})" if days else "")


def stop_title(stop: PlannedStop) -> Text:
    """Return number and name of a stop; a break has no number."""
    if not stop.number:
        return stop.name
    return Text(f"{stop.number} {stop.name.zh}", f"{stop.number} {stop.name.en}")


def amount(number: float) -> str:
    """Return an expected number as it is read: one place, two below 1, and what is less than a hundredth."""
    if 0 < number < 0.005:
        return "<0.01"
    return f"{number:.1f}" if number >= 0.995 or number == 0 else f"{number:.2f}"


def look_for(stop: PlannedStop) -> Text:
    """Return what may be met at a stop: classes with the number expected of each."""
    named = [f"{each.name} {amount(each.number)}" for each in stop.classes]
    return Text("、".join(named), ", ".join(named))


def totals_line(totals: Totals) -> Text:
    """Return the sums of a route in one line."""
    travel, dwell = round(totals.travel_minutes), round(totals.dwell_minutes)
    zh = [f"{totals.stops} 处", f"{totals.km:.1f} 千米", f"路上 {travel} 分", f"停留 {dwell} 分"]
    en = [f"{totals.stops} stops", f"{totals.km:.1f} km", f"{travel} min on the way", f"{dwell} min there"]
    for minutes, one, other in (
        (totals.break_minutes, "休息", "break"),
        (totals.idle_minutes, "等候", "waiting"),
    ):
        if round(minutes):
            zh.append(f"{one} {round(minutes)} 分")
            en.append(f"{round(minutes)} min {other}")
    zh.append(f"预计 {amount(totals.expected)} 件")
    en.append(f"{amount(totals.expected)} problems expected")
    return Text(" · ".join(zh), " · ".join(en))


def patrol_line(plan: Plan, route: PlannedRoute) -> Text:
    """Return who goes how and when."""
    shift = f"{clock(plan, route.patrol.begins)}–{clock(plan, route.patrol.ends)}"
    mode = MODE_WORDS[route.patrol.mode]
    return Text(f"{mode.zh} · 班次 {shift}", f"{mode.en} · shift {shift}")


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
