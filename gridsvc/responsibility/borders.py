"""What an answer says of a boundary road, and of a border on which nothing was agreed."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridsvc.errors import Text
from gridsvc.responsibility.accuracy import sigma_mm
from gridsvc.responsibility.corridors import LEFT, ON_THE_LINE, RIGHT
from gridsvc.responsibility.grid import Grid
from gridsvc.responsibility.grounds import LEFT_KEEPS, RIGHT_KEEPS
from gridsvc.responsibility.pieces import REACH
from gridsvc.responsibility.resolutions import Resolutions

Answer = dict[str, Any]

_SIDE = {LEFT: "left", ON_THE_LINE: "line", RIGHT: "right"}
_SIDE_ZH = {"left": "左侧", "line": "中心线上", "right": "右侧"}
_SIDE_EN = {"left": "left of", "line": "on", "right": "right of"}
_RULE_ZH = {
    "centre_line": "以道路中心线为界",
    "whole_road": "全路归一方",
    "direction": "按行车方向划分",
    "house_number": "按门牌单双号划分",
}
_RULE_EN = {
    "centre_line": "divided by its centre line",
    "whole_road": "kept whole by one party",
    "direction": "divided by direction of traffic",
    "house_number": "divided by odd and even house numbers",
}
_LEAST_SHARE = 0.02


def boundary_road_of(result: Resolutions, row: int) -> Answer | None:
    """Return the boundary road on which a place lies, None when it lies on none.

    `party` is the area that keeps the place, None when a fact is `missing` or a `unit` keeps the whole road;
    `side` is seen along the line of the section.
    """
    if result.on_roads is None or result.on_roads.section[row] < 0:
        return None
    grounds = result.atlas.moments[result.moment[row]].grounds
    assert grounds is not None, "a section that was found is one of its moment"
    section = grounds.corridors.sections[int(result.on_roads.section[row])]
    outcome = int(result.on_roads.outcome[row])
    party = {LEFT_KEEPS: section.left_code, RIGHT_KEEPS: section.right_code}.get(outcome)
    unit = section.unit_code
    missing = None
    if party is None and unit is None:
        missing = "house_number" if section.rule == "house_number" else "heading_deg"
    return {
        "code": section.code,
        "name": section.name,
        "rule": section.rule,
        "left": _area(result, row, section.left_code),
        "right": _area(result, row, section.right_code),
        "party": party and _area(result, row, party),
        "unit": unit and {"code": unit, "name": result.atlas.units.get(unit, unit)},
        "side": _SIDE[int(result.on_roads.side[row])],
        "distance_m": round(float(result.on_roads.mm[row]) / 1000, 3),
        "missing": missing,
        "agreed_in": section.agreed_in,
    }


def road_reason(result: Resolutions, row: int, road: Answer, language: str) -> Answer:
    """Return the reason that a boundary road is; `road` is what `boundary_road_of` answered."""
    zh = (
        f"地点在界路“{road['name']}”（{road['code']}）{_SIDE_ZH[road['side']]}，距中心线"
        f" {road['distance_m']:.1f} 米；{_RULE_ZH[road['rule']]}"
    )
    en = (
        f"The place is {_SIDE_EN[road['side']]} the centre line of the boundary road {road['name']}"
        f" ({road['code']}), {road['distance_m']:.1f} m away; the road is {_RULE_EN[road['rule']]}"
    )
    keeper = road["party"] or road["unit"]
    if keeper is not None:
        zh += f"，此处由{keeper['name']}负责"
        en += f": {keeper['name']} keeps this part"
    if road["agreed_in"]:
        zh += f"（依据：{road['agreed_in']}）"
        en += f" (agreed in {road['agreed_in']})"
    text = Text(zh + "。", en + ".")
    heading, number = float(result.queries.heading_deg[row]), int(result.queries.house_number[row])
    facts: Answer = {"boundary_road": road}
    if not np.isnan(heading):
        facts["heading_deg"] = heading
    if number > 0:
        facts["house_number"] = number
    return {"step": "rule", "text": text.in_language(language), "facts": facts}


def border_reason(result: Resolutions, row: int, language: str) -> Answer | None:
    """Return the reason that a place lies on a border of two streets on which nothing was agreed, or None."""
    streets = _streets(result, row)
    if len(streets) < 2 or _agreed(result, row, {code for code, _ in streets}):
        return None
    names = [name for _, name in streets]
    text = Text(
        f"地点在{'、'.join(names)}的交界处，没有登记界路约定（gridsvc boundary-road import）。",
        f"The place is where {', '.join(names)} meet, and no agreement on a boundary road is on file"
        " (gridsvc boundary-road import).",
    )
    facts = {"streets": [code for code, _ in streets]}
    return {"step": "place", "text": text.in_language(language), "facts": facts}


def _streets(result: Resolutions, row: int) -> list[tuple[str, str]]:
    """Return code and name of the streets that a place may lie in: on their border, or by its accuracy."""
    grid = result.atlas.moments[result.moment[row]].grid
    layer = grid.layers.get("street")
    if layer is None:
        return []
    found = {}
    if result.on_boundary[row]:
        found = dict(grid.touched(float(result.lon[row]), float(result.lat[row]), "street"))
    shares = np.zeros(len(layer.codes) + 1)
    for cell, share in result.cells.get(row, ()):
        shares[grid.street_of(cell)] += share
    for street in np.flatnonzero(shares[:-1] >= _LEAST_SHARE).tolist():
        found[layer.codes[street]] = layer.names[street]
    return sorted(found.items())


def _agreed(result: Resolutions, row: int, streets: set[str]) -> bool:
    """Return whether each of the streets has an agreement with another of them where the place may lie."""
    moment = result.atlas.moments[result.moment[row]]
    accuracy = float(result.queries.accuracy_m[row])
    if moment.grounds is None or not accuracy > 0:
        return False
    sigma = sigma_mm(accuracy, result.queries.accuracy_kind[row])
    x, y = moment.grid.millimetres(result.lon[row : row + 1], result.lat[row : row + 1])
    corridors = moment.grounds.corridors
    agreed: set[str] = set()
    for near in corridors.near(int(x[0]), int(y[0]), REACH * sigma):
        section = corridors.sections[near]
        parties = {_street_of(moment.grid, code) for code in (section.left_code, section.right_code)}
        if len(parties) == 2 and parties <= streets:
            agreed |= {code for code in parties if code is not None}
    return streets <= agreed


def _street_of(grid: Grid, code: str) -> str | None:
    """Return the street in which an area lies, or which it is."""
    key = grid.key_of(code)
    street = -1 if key is None else key[2]
    return grid.layers["street"].codes[street] if street >= 0 else None


def _area(result: Resolutions, row: int, code: str) -> Answer:
    grid = result.atlas.moments[result.moment[row]].grid
    return {"code": code, "name": grid.name_of(code) or code}
