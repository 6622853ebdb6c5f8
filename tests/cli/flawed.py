"""Imports of a file with one good row and one that is refused, as arguments of `gridsvc`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.geography import paper
from tests.handling.form_files import STALL, changed, write_book


def units(folder: Path) -> list[object]:
    path = folder / "units.csv"
    path.write_text("code,name\nA,城管局\n,甲队\n", encoding="utf-8")
    return ["unit", "import", path]


def classes(folder: Path) -> list[object]:
    path = folder / "classes.csv"
    path.write_text("kind,code,name\nevent,0201,非法小广告\nevent,02,\n", encoding="utf-8")
    return ["class", "import", path, "--scheme", "gbt30428.2-2013"]


def cases(folder: Path) -> list[object]:
    path = folder / "cases.csv"
    path.write_text(
        "编号,经度,纬度,小类,上报时间\n1,108.95,34.24,0201,2026-03-01 08:00\n2,108.95,34.24,0201,昨天\n",
        encoding="utf-8",
    )
    return ["case", "import", path]


def areas(folder: Path) -> list[object]:
    codes = [*paper.cell_codes(1), "甲"]
    cells = paper.degrees([paper.square(0, 0), paper.square(100, 0)])
    path = paper.write(folder / "cells.gpkg", cells, code=codes)
    return ["area", "import", path, "--level", "cell", "--code", "code"]


def form(folder: Path) -> list[object]:
    rows = [STALL, changed(STALL, 小类代码="07", 小类名称=None)]
    return ["spec", "import", write_book(folder / "a.xlsx", {"事件": rows})]


IMPORTS: list[Callable[[Path], list[object]]] = [units, classes, cases, areas, form]
