"""The words of the printed sheets."""

from __future__ import annotations

from gridsvc.errors import Text

SHEET = {
    "sheet": Text("巡查单", "Patrol sheet"),
    "overview": Text("当班总览", "The shift at a glance"),
    "plan": Text("方案 {id}", "plan {id}"),
    "seed": Text("种子 {seed}", "seed {seed}"),
    "page": Text("第 {page} 页 / 共 {pages} 页", "page {page} of {pages}"),
    "number": Text("序", "No."),
    "time": Text("时间", "Time"),
    "place": Text("地点", "Place"),
    "way": Text("路线", "Way"),
    "look_for": Text("留意", "Look for"),
    "done": Text("完成", "Done"),
    "note": Text("记录", "Notes"),
    "minutes": Text("{n} 分", "{n} min"),
    "window": Text("宜在 {span}", "best {span}"),
    "walk": Text("沿街巡查 {m} 米", "walk {m} m of street"),
    "metres": Text("{m} 米", "{m} m"),
    "cells": Text("网格", "Cell"),
    "cell": Text("网格 {code}", "cell {code}"),
    "start": Text("出发", "Start"),
    "end": Text("返回", "Back"),
    "ends_there": Text("末站结束", "ends at the last stop"),
    "stays": Text("本班未安排巡查点。", "Nothing is planned for this patrol."),
    "no_streets": Text("图上无街道：制图时没有给出道路。", "No streets on this map: none were given."),
    "patrol": Text("巡查员", "Patrol"),
    "mode": Text("方式", "Mode"),
    "stops": Text("处", "Stops"),
    "km": Text("千米", "km"),
    "travel": Text("路上（分）", "Travel (min)"),
    "dwell": Text("停留（分）", "There (min)"),
    "expected": Text("预计（件）", "Expected"),
    "span": Text("出发–返回", "From – to"),
    "total": Text("合计", "Total"),
    "dropped": Text("无法安排的必到地点", "Must-visits that cannot be held"),
    "omitted": Text("未安排的地点（{n}）", "Places left out ({n})"),
    "omitted_more": Text(
        "另有 {n} 处价值更低的未列，JSON 与 GeoJSON 中齐全。",
        "{n} more of less value are in the JSON and GeoJSON.",
    ),
    "floors": Text("责任网格七日到访未达下限", "Duty grids below their floor of seven days"),
    "floors_met": Text(
        "{n} 个责任网格都达到七日到访下限。", "All {n} duty grids have their floor of seven days."
    ),
    "floor": Text("下限 {floor}，到访 {visits}", "floor {floor}, visits {visits}"),
    "reason": Text("原因", "Reason"),
    "value": Text("价值", "Value"),
    "remarks": Text("须知", "To be known"),
    "made": Text("生成于 {at}；{versions}", "made {at}; {versions}"),
    "north": Text("北", "N"),
}
"""By name; braces are filled by `str.format`."""


def word(name: str, language: str, **values: object) -> str:
    """Return one of the words in a language, its braces filled."""
    return SHEET[name].in_language(language).format(**values)
