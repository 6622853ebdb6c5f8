"""The patrols of a shift: so many alike, or a list of unlike ones from a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from gridsvc.catalog.records import plain_header
from gridsvc.errors import Fault, GridsvcError, InputRefused, Place, Text, WrongUsage
from gridsvc.patrol.plan import Mode
from gridsvc.patrol.plans.request import PatrolAsked, Pause, Spot
from gridsvc.patrol.plans.spellings import parse_mode, parse_patrol_span, parse_pause, parse_spot
from gridsvc.tabular import read_text_table

T = TypeVar("T")
_WORDS: Mapping[str, Sequence[str]] = {
    "name": ("name", "patrol", "姓名", "名称", "巡查员", "班组"),
    "mode": ("mode", "交通方式", "方式"),
    "shift": ("shift", "hours", "班次", "时段"),
    "start": ("start", "depot", "起点", "出发地"),
    "end": ("end", "终点", "收班地"),
    "break": ("break", "pause", "休息"),
    "zones": ("zones", "zone", "责任网格", "责任区", "网格"),
    "most_minutes": ("most_minutes", "minutes", "最长分钟", "最长工作分钟"),
}


@dataclass(frozen=True, slots=True)
class Usual:
    """What holds for each patrol of whom nothing else is said. `depots` are taken in turn; `returns`: whether
    a patrol ends where it began. `pause`: `30` or `30@19:00-20:00`, as `parse_pause` reads it in the hours of
    each.
    """

    mode: Mode
    begins: datetime
    ends: datetime
    depots: tuple[Spot, ...]
    returns: bool = True
    pause: str | None = None
    zones: tuple[str, ...] = ()
    most_minutes: float | None = None

    def pause_in(self, begins: datetime, ends: datetime) -> Pause | None:
        """Return the break of a patrol with hours of its own; WrongUsage (`bad_break`, `bad_span`)."""
        return parse_pause(self.pause, begins, ends) if self.pause else None


def make_roster(count: int, usual: Usual) -> tuple[PatrolAsked, ...]:
    """Return `count` patrols alike but for their depots: 1号, 2号 …"""
    return tuple(_usual(f"{number}号", number, usual) for number in range(1, count + 1))


def _usual(name: str, number: int, usual: Usual) -> PatrolAsked:
    start = usual.depots[(number - 1) % len(usual.depots)]
    return PatrolAsked(
        name,
        usual.mode,
        usual.begins,
        usual.ends,
        start,
        start if usual.returns else None,
        usual.pause_in(usual.begins, usual.ends),
        usual.zones,
        usual.most_minutes,
    )


def read_roster(path: Path, usual: Usual) -> tuple[PatrolAsked, ...]:
    """Read patrols from a CSV or Parquet, a row each; what a row leaves blank is as usual.

    Columns: name, mode, shift (`17:00-21:00`), start and end (`lon,lat`, end also `-` for anywhere), break
    (`30@19:00-20:00`), zones (codes with `;` between), most_minutes.

    Raises
    ------
    InputRefused
        `patrols_refused` with every fault; what reading a table raises; `missing_column` without a name.
    """
    table = read_text_table(path)
    known = {plain_header(name): name for name in table.column_names}
    columns = {
        field: next((known[plain_header(word)] for word in words if plain_header(word) in known), None)
        for field, words in _WORDS.items()
    }
    if columns["name"] is None:
        raise InputRefused(
            "missing_column",
            Text("缺少巡查员姓名一列。", "There is no column of names."),
            place=Place(file=path.name, row=1),
            remedy=Text(
                f"列名可用：{'、'.join(_WORDS['name'])}。", f"Call it one of {', '.join(_WORDS['name'])}."
            ),
        )
    faults: list[Fault] = []
    patrols = []
    for number, record in enumerate(table.to_pylist(), 1):
        values = {field: (record[column] or "").strip() for field, column in columns.items() if column}
        patrols.append(_of_row(_Row(path.name, number, values, faults), usual))
    if faults:
        raise InputRefused(
            "patrols_refused",
            Text(f"{path.name}：{len(faults)} 处不能接受。", f"{path.name}: {len(faults)} things cannot be."),
            faults=faults,
        )
    return tuple(patrols)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the file, and where its faults are gathered."""

    file: str
    number: int
    values: Mapping[str, str]
    faults: list[Fault]

    def read(self, field: str, otherwise: T, how: Callable[[str], T]) -> T:
        given = self.values.get(field, "")
        if not given:
            return otherwise
        try:
            return how(given)
        except GridsvcError as error:
            place = Place(file=self.file, row=self.number + 1, column=field, value=given)
            self.faults.append(Fault(error.code, error.message, place, error.remedy))
            return otherwise


def _of_row(row: _Row, usual: Usual) -> PatrolAsked:
    """Return the patrol of a row; what of it cannot be read is as usual, and among the faults."""
    name = row.values["name"]
    if not name:
        place = Place(file=row.file, row=row.number + 1, column="name")
        row.faults.append(Fault("no_name", Text("没有姓名。", "There is no name."), place))
    plain = _usual(name, row.number, usual)
    begins, ends = row.read(
        "shift", (plain.begins, plain.ends), lambda given: parse_patrol_span(given, usual.begins)
    )
    start = row.read("start", plain.start, parse_spot)
    return PatrolAsked(
        name,
        row.read("mode", plain.mode, parse_mode),
        begins,
        ends,
        start,
        row.read("end", start if usual.returns else None, _end),
        row.read("break", usual.pause_in(begins, ends), lambda given: parse_pause(given, begins, ends)),
        row.read("zones", plain.zones, lambda given: tuple(filter(None, re.split(r"[;；,，、\s]+", given)))),
        row.read("most_minutes", plain.most_minutes, _minutes),
    )


def _end(given: str) -> Spot | None:
    return None if given in ("-", "－", "—", "无") else parse_spot(given)


def _minutes(given: str) -> float:
    try:
        minutes = float(given)
    except ValueError:
        minutes = -1.0
    if not 0 < minutes <= 24 * 60:
        raise WrongUsage("bad_minutes", Text(f"{given} 不是分钟数。", f"{given} is no number of minutes."))
    return minutes
