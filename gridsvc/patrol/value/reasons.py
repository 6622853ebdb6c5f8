"""Why a place is a candidate, in sentences."""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from gridsvc.errors import Text
from gridsvc.patrol.plan import StopKind
from gridsvc.patrol.value.fresh import Hotspot
from gridsvc.patrol.value.surveying import Survey

_SHOWN = 3
_LEAST = 0.005


def reasons(survey: Survey, cell: int, kind: StopKind, hotspot: Hotspot | None) -> tuple[Text, ...]:
    """Return what is expected in a cell, when, what was seen there lately, and the hotspot it lies in."""
    lines = [_expected(survey, cell), _hours(survey, cell), _lately(survey, cell)]
    if kind == "exploration":
        lines.insert(0, _explored(survey, cell))
    if hotspot is not None:
        lines.append(hotspot.because())
    return tuple(line for line in lines if line is not None)


def _expected(survey: Survey, cell: int) -> Text:
    met, classes = survey.met[:, cell], survey.rates.classes
    order = [each for each in np.argsort(-met, kind="stable").tolist() if met[each] >= _LEAST][:_SHOWN]
    whole = float(met.sum())
    zh = "、".join(f"{classes[each].name.zh} {met[each]:.2f}" for each in order)
    en = ", ".join(f"{classes[each].name.en} {met[each]:.2f}" for each in order)
    return Text(
        f"到访 12 分钟预计遇到 {whole:.2f} 件" + (f"：{zh}" if zh else ""),
        f"A visit of 12 minutes is expected to meet {whole:.2f}" + (f": {en}" if en else ""),
    )


def _hours(survey: Survey, cell: int) -> Text | None:
    windows = survey.windows
    if not windows.windowed[cell]:
        return None
    first, last = int(windows.first[cell]), int(windows.first[cell] + windows.length[cell]) % 24 or 24
    most = int(np.argmax(survey.weights * survey.met[:, cell]))
    shares = survey.shares[most]
    if shares.own[cell]:
        zh, en = "本网格及周边", "here and around"
    elif shares.apart:
        zh, en = "热点以外各处", "in all places but the hot ones"
    else:
        zh, en = "全区", "in the whole district"
    return Text(
        f"八成发生在 {first}–{last} 时（{zh}规律）", f"80 % happens in hours {first}–{last} (as {en})"
    )


def _lately(survey: Survey, cell: int) -> Text:
    incidents, question = survey.incidents, survey.rates.counted.question
    rows = np.flatnonzero(incidents.cell == cell)
    days = incidents.day[rows]
    whole, weeks = len(rows), survey.rates.counted.daily.days // 7
    if whole == 0:
        return Text(f"近 {weeks} 周没有上报", f"no report in {weeks} weeks")
    last = question.first + timedelta(days=int(days.max()))
    recent = int((days > survey.rates.counted.daily.days - 1 - 28).sum())
    return Text(
        f"近 4 周 {recent} 件，{weeks} 周 {whole} 件，最近 {last}",
        f"{recent} in the last 4 weeks, {whole} in {weeks}, the last on {last}",
    )


def _explored(survey: Survey, cell: int) -> Text:
    width = float(survey.uncertainty[cell])
    return Text(
        f"探查：所知甚少（预计区间宽 {width:.2f} 件），去看一看才知道",
        f"Explored: little is known of it (interval {width:.2f} wide), and only a visit tells more",
    )
