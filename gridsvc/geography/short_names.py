"""Shapefile's column names of ten bytes, and the map beside the file that gives the whole names back."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

from gridsvc.errors import InputRefused, Place, Text

# dBASE III: a field's name has 11 bytes, the last of them zero.
_LONGEST = 10
_HEADER = ("short", "name")


def name_map_beside(path: Path) -> Path:
    """Return where the map of `x.shp` lies: `x.names.csv`."""
    return path.with_suffix(".names.csv")


def short_names(names: Sequence[str], encoding: str) -> dict[str, str]:
    """Return short name → name for every column, in order; no two short names differ by case alone.

    A name that fits keeps itself. Others are cut at a whole character and numbered.
    """
    fits = {name for name in names if len(name.encode(encoding)) <= _LONGEST}
    taken = {name.casefold() for name in fits}
    short: dict[str, str] = {}
    for name in names:
        if name in fits and name.casefold() not in {each.casefold() for each in short}:
            short[name] = name
            continue
        number = 1
        while (made := _cut(name, encoding, f"_{number}")).casefold() in taken:
            number += 1
        taken.add(made.casefold())
        short[made] = name
    return short


def _cut(name: str, encoding: str, ending: str) -> str:
    room = _LONGEST - len(ending)
    return name.encode(encoding)[:room].decode(encoding, "ignore") + ending


def write_name_map(path: Path, short: Mapping[str, str]) -> None:
    """Write the map as CSV with the columns `short, name` (UTF-8 with a mark, so that Excel reads it)."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(short.items())


def read_name_map(path: Path) -> dict[str, str]:
    """Return short name → name of a map; raises `InputRefused` (`bad_name_map`)."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [tuple(row) for row in csv.reader(file) if row]
    except (UnicodeDecodeError, csv.Error, OSError):
        rows = []
    short = {row[0]: row[1] for row in rows[1:] if len(row) == 2 and all(row)}
    if (
        not rows
        or rows[0] != _HEADER
        or len(short) != len(rows) - 1
        or len(set(short.values())) != len(short)
    ):
        raise InputRefused(
            "bad_name_map",
            Text(
                f"{path.name} 不是列名对照表（UTF-8 的 CSV，两列 short,name，一一对应）。",
                f"{path.name} is no map of column names (CSV in UTF-8, columns short,name, one to one).",
            ),
            remedy=Text("改正或移走该文件后再导入。", "Correct it, or move it away, and import again."),
            place=Place(file=path.name),
        )
    return short
