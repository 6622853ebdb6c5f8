"""What an answer says of the component that a report is about."""

from __future__ import annotations

from typing import Any

import numpy as np

from gridsvc.catalog.inventory import REMOVED
from gridsvc.errors import Text
from gridsvc.responsibility.gathering.components import (
    NAMED,
    NAMED_OTHER_CLASS,
    NAMED_UNKNOWN,
    OnComponents,
)
from gridsvc.responsibility.matching.matcher import MATCHED, NO_INVENTORY, NOT_ASKED, SEVERAL, UNREGISTERED
from gridsvc.responsibility.resolutions import Resolutions

Answer = dict[str, Any]


def component_of(result: Resolutions, row: int) -> Answer | None:
    """Return the likeliest component with what else may be meant, None where none is.

    `probability` and those of the alternatives leave to 1 what an unregistered component has. `cell` is where
    the component itself stands, which may be another one than the report's.
    """
    on = result.components
    if on is None or on.component[row] < 0 or on.status[row] not in (MATCHED, SEVERAL):
        return None
    component = int(on.component[row])
    return {
        "id": on.inventory.ids[component],
        "distance_m": round(float(on.mm[row]) / 1000, 2),
        "probability": round(float(on.probability[row]), 4),
        "cell": _cell_of(result, row, component),
        "alternatives": [
            {"id": on.inventory.ids[each], "probability": round(probability, 4)}
            for each, probability, _ in on.alternatives(row)
            if each != component
        ],
    }


def component_reason(result: Resolutions, row: int, language: str) -> Answer | None:
    """Return why this component, or none; None for a report that is about no component."""
    on = result.components
    if on is None or on.status[row] == NOT_ASKED:
        return None
    text = _named(on, row) if on.named[row] == NAMED else _matched(on, row)
    if on.named[row] in (NAMED_UNKNOWN, NAMED_OTHER_CLASS):
        word = result.queries.component_id[row]
        unknown = on.named[row] == NAMED_UNKNOWN
        zh = "普查数据中没有" if unknown else "不是所报的类别"
        en = "is not in the inventory" if unknown else "is of another class"
        text = Text(
            f"所报部件编号 {word} {zh}，按位置匹配。{text.zh}",
            f"The component {word} {en}; matched by place. {text.en}",
        )
    elsewhere = _elsewhere(result, row)
    text = Text(text.zh + elsewhere.zh, text.en + elsewhere.en)
    return {"step": "component", "text": text.in_language(language)}


def _named(on: OnComponents, row: int) -> Text:
    name, metres = on.inventory.ids[int(on.component[row])], float(on.mm[row]) / 1000
    zh, en = f"上报指明部件 {name}，相距 {metres:.1f} 米。", f"The report names {name}, {metres:.1f} m away."
    if on.inventory.state[int(on.component[row])] == REMOVED:
        zh += "该部件在普查中已拆除，请核对编号。"
        en += " The inventory has it as removed: check the number."
    if on.far[row]:
        zh += "相距超过 50 米，请核对编号或位置。"
        en += " That is more than 50 m: check the number, or the place."
    return Text(zh, en)


def _matched(on: OnComponents, row: int) -> Text:
    status = on.status[row]
    if status == NO_INVENTORY:
        return Text("普查数据中没有这一类部件。", "The inventory has no component of this class at all.")
    if status == UNREGISTERED or on.component[row] < 0:
        return Text(
            "附近没有登记这一类部件，按未登记处理。",
            "No component of this class is registered near: it is taken as unregistered.",
        )
    name, metres = on.inventory.ids[int(on.component[row])], float(on.mm[row]) / 1000
    probability = float(on.probability[row])
    if status == MATCHED:
        return Text(
            f"与登记部件 {name} 相距 {metres:.1f} 米，可能性 {probability:.0%}。",
            f"It is the registered {name}, {metres:.1f} m away ({probability:.0%}).",
        )
    others = len(on.alternatives(row)) - 1
    zh = f"最可能是登记部件 {name}（相距 {metres:.1f} 米，{probability:.0%}）"
    en = f"Likeliest is the registered {name} ({metres:.1f} m away, {probability:.0%})"
    if others:
        zh += f"，另有 {others} 个可能"
        en += f", {others} more may be meant"
    return Text(
        f"{zh}；未登记的可能性 {float(on.unregistered[row]):.0%}。",
        f"{en}; an unregistered one has {float(on.unregistered[row]):.0%}.",
    )


def _cell_of(result: Resolutions, row: int, component: int) -> str | None:
    """Return the code of the cell in which a component stands, None outside all."""
    moment = result.atlas.moments[result.moment[row]]
    if moment.matcher is None or "cell" not in moment.grid.layers:
        return None
    x, y = moment.matcher.place(component)
    cell = int(moment.grid.cells_at(np.array([x], np.int64), np.array([y], np.int64))[0])
    return moment.grid.layers["cell"].codes[cell] if cell >= 0 else None


def _elsewhere(result: Resolutions, row: int) -> Text:
    """Say that a component stands in another cell than its report: neither is moved silently."""
    on = result.components
    if on is None or on.component[row] < 0 or on.status[row] not in (MATCHED, SEVERAL):
        return Text("", "")
    own, index = _cell_of(result, row, int(on.component[row])), int(result.cell[row])
    cells = result.atlas.moments[result.moment[row]].grid.layers.get("cell")
    if own is None or index < 0 or cells is None or cells.codes[index] == own:
        return Text("", "")
    return Text(
        f"部件在网格 {own}，上报地点在 {cells.codes[index]}，以上报地点定街道。",
        f" The component stands in cell {own}, the report in {cells.codes[index]}, which says the street.",
    )
