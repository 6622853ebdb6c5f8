"""The steps of a trend: whole local weeks that are over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.hotspots.question import Question
from gridsvc.hotspots.trends.emerging import LEAST_STEPS

MOST_STEP_WEEKS = 13
MOST_STEPS = 260
"""Five years of weeks: the slopes of all pairs of steps take time by their square, and a request waits."""
_BY_CHANCE = 0.001


def steps_of(question: Question, now: datetime, step_weeks: int) -> tuple[tuple[date, ...], date]:
    """Return the Mondays on which the steps of whole weeks begin, and the last day of the last step.

    The steps end with the last whole week of the period that is over at `now`.

    Raises
    ------
    WrongUsage
        `bad_step`: not 1 to 13 weeks.
    InputRefused
        `too_few_weeks`: fewer than ten steps; `too_many_steps`: more than 260.
    """
    if not 1 <= step_weeks <= MOST_STEP_WEEKS:
        raise WrongUsage(
            "bad_step",
            Text(
                f"每期须为 1 至 {MOST_STEP_WEEKS} 周，而非 {step_weeks} 周。",
                f"a step has 1 to {MOST_STEP_WEEKS} weeks, not {step_weeks}.",
            ),
            place=Place(column="step-weeks", value=str(step_weeks)),
        )
    yesterday = now.astimezone(question.zone).date() - timedelta(days=1)
    last = min(question.last, yesterday)
    last -= timedelta(days=(last.weekday() + 1) % 7)
    first = question.first + timedelta(days=-question.first.weekday() % 7)
    weeks = max(((last - first).days + 1) // 7, 0)
    steps = weeks // step_weeks
    if steps < LEAST_STEPS:
        raise InputRefused(
            "too_few_weeks",
            Text(
                f"时段内已过去的完整周（周一至周日）有 {weeks} 周，即 {steps} 期；"
                f"判断热点演变至少需要 {LEAST_STEPS} 期。",
                f"the period has {weeks} whole weeks (Monday to Sunday) that are over, {steps} steps;"
                f" emerging hot spots need at least {LEAST_STEPS}.",
            ),
            place=Place(column="from", value=str(question.first)),
            remedy=Text("请把 --from 提前。", "Begin earlier."),
        )
    if steps > MOST_STEPS:
        raise InputRefused(
            "too_many_steps",
            Text(
                f"时段有 {steps} 期，判断热点演变最多 {MOST_STEPS} 期。",
                f"the period has {steps} steps; emerging hot spots take {MOST_STEPS} at most.",
            ),
            place=Place(column="from", value=str(question.first)),
            remedy=Text(
                "请把 --from 推后，或用 --step-weeks 加长每期。",
                "Begin later, or take longer steps with --step-weeks.",
            ),
        )
    step = timedelta(weeks=step_weeks)
    beginning = last + timedelta(days=1) - steps * step
    return tuple(beginning + number * step for number in range(steps)), last


def silent_lead(totals: NDArray[np.int64]) -> int:
    """Return how many first steps (or days) without any incident are no chance: nothing was recorded yet.

    `totals`: incidents of all cells by step. If all of them had been recorded, n incidents would all come
    after the first k of m steps with probability (1 − k/m)ⁿ; below 1 in 1,000 that is not believed.
    """
    some = np.flatnonzero(totals)
    if len(some) == 0:
        return 0
    lead = int(some[0])
    return lead if (1 - lead / len(totals)) ** float(totals.sum()) < _BY_CHANCE else 0


def check_steps(steps: int, recorded_from: date) -> None:
    """Refuse (`too_few_weeks`) if fewer than ten steps are left of what was recorded."""
    if steps < LEAST_STEPS:
        raise InputRefused(
            "too_few_weeks",
            Text(
                f"自 {recorded_from} 起才有记录，只有 {steps} 期；判断热点演变至少需要 {LEAST_STEPS} 期。",
                f"nothing was recorded before {recorded_from}, which leaves {steps} steps; emerging hot spots"
                f" need at least {LEAST_STEPS}.",
            ),
            remedy=Text("请等待更多数据，或缩短每期。", "Wait for more data, or take shorter steps."),
        )
