"""A plan as lines of text, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from gridsvc.errors import Text
from gridsvc.patrol.outputs.wording import clock, headline, patrol_line, quality, stop_title, title
from gridsvc.patrol.plan import OMITTED_WORDS, Plan, called

MOST_NAMED = 8
"""Places left out, and floors not held, that are named; of the others only how many."""


def plan_lines(plan: Plan) -> Iterator[Text]:
    """Yield the answer, each patrol with its stops, what is left out and why, what must be known."""
    yield title(plan)
    yield headline(plan)
    yield quality(plan)
    for route in plan.routes:
        yield Text("", "")
        line, name = patrol_line(plan, route), route.patrol.name
        yield Text(f"{name} · {line.zh}", f"{name} · {line.en}")
        for stop in route.stops:
            when = f"  {clock(plan, stop.begins)}–{clock(plan, stop.leaves)}  "
            named = stop_title(stop)
            reason = stop.because[0] if stop.because and stop.kind != "break" else Text("", "")
            yield Text(when + named.zh + _after(reason.zh), when + named.en + _after(reason.en))
        if not route.stops:
            yield Text("  未安排", "  nothing planned")
        elif route.patrol.end is not None and route.home_m > 0:  # not one that fell out on the way
            back = f"  {clock(plan, route.returns)}  "
            end = called(route.patrol.end_name)
            yield Text(f"{back}回到{end.zh}", f"{back}back at {end.en}")
    yield from _left_out(plan)
    yield from _floors(plan)
    yield from plan.remarks


def _after(words: str) -> str:
    return f"  · {words}" if words else ""


def _left_out(plan: Plan) -> Iterator[Text]:
    for place in plan.dropped[:MOST_NAMED]:
        yield Text(
            f"必到无法安排：{place.name.zh}：{place.because.zh}",
            f"A must-visit cannot be held: {place.name.en}: {place.because.en}",
        )
    if len(plan.dropped) > MOST_NAMED:
        yield _more(len(plan.dropped) - MOST_NAMED)
    if not plan.omitted:
        return
    counts = Counter(place.code for place in plan.omitted)
    zh = "、".join(f"{OMITTED_WORDS[code].zh} {number}" for code, number in counts.most_common())
    en = ", ".join(f"{OMITTED_WORDS[code].en} {number}" for code, number in counts.most_common())
    yield Text("", "")
    yield Text(f"未安排 {len(plan.omitted)} 处：{zh}", f"{len(plan.omitted)} places are left out: {en}")
    worth = sorted(plan.omitted, key=lambda place: -place.value)[:MOST_NAMED]
    for place in worth:
        yield Text(
            f"  {place.name.zh}（{place.value:.2f}）：{place.because.zh}",
            f"  {place.name.en} ({place.value:.2f}): {place.because.en}",
        )
    if len(plan.omitted) > MOST_NAMED:
        yield _more(len(plan.omitted) - MOST_NAMED)


def _floors(plan: Plan) -> Iterator[Text]:
    if not plan.floors:
        return
    missed = [floor for floor in plan.floors if not floor.met]
    held = len(plan.floors) - len(missed)
    yield Text("", "")
    yield Text(
        f"七日到访底线：{held} 个责任网格达到或来得及，{len(missed)} 个达不到",
        f"Floor of seven days: {held} duty grids hold it or still can, {len(missed)} cannot",
    )
    for floor in missed[:MOST_NAMED]:
        reason = floor.because or Text("", "")
        zone = called(floor.name)
        yield Text(f"  {zone.zh}（{floor.zone}）：{reason.zh}", f"  {zone.en} ({floor.zone}): {reason.en}")
    if len(missed) > MOST_NAMED:
        yield _more(len(missed) - MOST_NAMED)


def _more(rest: int) -> Text:
    return Text(f"  另有 {rest} 个（--json 列出全部）", f"  and {rest} more (--json lists all)")
