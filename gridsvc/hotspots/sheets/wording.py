"""The words of pages and pictures that every sheet has, in both languages."""

from __future__ import annotations

from typing import Any

from gridsvc.errors import Text
from gridsvc.hotspots.sheets.sheet import Sheet

SYNTHETIC = Text("示例数据：几何与案件均为合成", "Sample data: geometry and cases are synthetic")
CELL_LAYER = Text("单元网格", "Cells")
HEAT_LAYER = Text("热力层", "Heat layer")
STREET_LAYER = Text("街道界线", "Streets")
SURFACE_LAYER = Text("密度面", "Density surface")
CONTOUR_LAYER = Text("等值线", "Contours")
SHAPE_LAYER = Text("圈出的范围", "Outlined")
SPARSE, DENSE = Text("稀", "sparse"), Text("密", "dense")
CELLS = Text("个网格", "cells")

# Words that the script of the page puts in itself.
PAGE = {
    "cells": CELLS,
    "code": Text("网格", "cell"),
    "name": Text("名称", "name"),
    "city": Text("市", "city"),
    "district": Text("区县", "district"),
    "street": Text("街道", "street"),
    "community": Text("社区", "community"),
    "close": Text("关闭", "close"),
    "columns": Text("各列的含义与算法", "What the columns are, and how they are computed"),
    "dense": DENSE,
    "evidence": Text("依据：怎样算出来的", "How this was computed"),
    "heatHint": Text(
        "热力层按屏幕距离平滑，只供浏览；数值以网格设色为准。",
        "The heat layer is smoothed by screen distance, for the eye only; the cells show the numbers.",
    ),
    "heatLayer": HEAT_LAYER,
    "neighbours": Text("邻域", "neighbourhood"),
    "neighboursNote": Text(
        "检验时合并计算的网格（含自身），按本表“网格”列的行序，从 1 起",
        "cells taken together in the test, itself included: numbers of rows in the order of codes, from 1",
    ),
    "outlined": SHAPE_LAYER,
    "saveCsv": Text("下载 CSV", "Save CSV"),
    "saveJson": Text("下载 JSON", "Save JSON"),
    "shownRows": Text(
        "显示 {shown} / {all} 行；下载的文件含全部。", "{shown} of {all} rows; the files hold all."
    ),
    "showTable": Text("全部网格的数据表", "Table of all cells"),
    "sparse": SPARSE,
    "top": Text("排在最前的网格", "First cells"),
    "unknown": Text("—", "—"),
}

_PROVENANCE = {
    "method": Text("方法", "Method"),
    "period": Text("时段", "Period"),
    "snapshot": Text("数据快照", "Data snapshot"),
    "grid": Text("网格版本", "Cell edition"),
    "exposure": Text("暴露量（分母）", "Exposure"),
    "null": Text("零假设", "Chance means"),
    "parameters": Text("参数", "Parameters"),
    "versions": Text("软件版本", "Versions"),
}


def provenance_lines(sheet: Sheet, language: str) -> list[tuple[str, str]]:
    """Return label and value of everything that the figures were computed from."""
    lines = []
    for name, value in sheet.provenance.as_dict().items():
        if value in (None, "", {}):
            continue
        label = _PROVENANCE[name].in_language(language) if name in _PROVENANCE else name
        lines.append((label, _plain(value)))
    return lines


def period(sheet: Sheet, language: str) -> str:
    """Return the period in words."""
    return sheet.period.in_language(language) if sheet.period is not None else sheet.provenance.period


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        return "; ".join(f"{name} = {_plain(each)}" for name, each in value.items())
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(each) for each in value)
    return str(value)
