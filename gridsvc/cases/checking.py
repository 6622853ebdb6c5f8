"""Checks of a case file's columns: what is refused, what is doubtful."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridsvc.cases.reading import CaseTable, shown
from gridsvc.errors import Fault, Place, Text
from gridsvc.tabular.times import Times, read_times

Mask = NDArray[np.bool_]

LONGEST = {"text": 20_000, "address": 2_000}
LONGEST_OTHER = 500

# What each flag says of a report, and which field it is about.
FLAGS: dict[str, tuple[str, Text]] = {
    "needs_location": ("lon", Text("没有可用的位置，待定位。", "No usable place: it waits for one.")),
    "placed_by_address": (
        "address",
        Text("没有坐标，按地址定位。", "No coordinates: placed by its address."),
    ),
    "bad_place": ("lon", Text("坐标不是有效的度数。", "The coordinates are not degrees.")),
    "placeholder_place": (
        "lon",
        Text("坐标是整度数，多半是占位值。", "Whole degrees: most likely a placeholder."),
    ),
    "swapped_lon_lat": ("lon", Text("经纬度似乎写反了。", "Longitude and latitude seem to be swapped.")),
    "outside": ("lon", Text("地点在所有区域之外。", "The place lies outside every area.")),
    "unknown_kind": ("kind", Text("既不是部件也不是事件。", "Neither component nor event.")),
    "unknown_class": (
        "class",
        Text("类别表中没有这个类别，按原文保留。", "No such class: the words are kept."),
    ),
    "ambiguous_class": (
        "class",
        Text("类别有多种含义，按原文保留。", "The class may mean several: the words are kept."),
    ),
    "no_class": ("class", Text("没有类别。", "There is no class.")),
    "bad_closed_time": ("closed", Text("结案时间无法识别。", "The closing time cannot be read.")),
    "bad_due_time": ("due", Text("截止时间无法识别。", "The deadline cannot be read.")),
    "closed_before_opened": ("closed", Text("结案早于上报。", "Closed before it was opened.")),
    "due_not_after_opened": ("due", Text("截止时间不晚于上报时间。", "Due not after it was opened.")),
    "opened_in_future": ("opened", Text("上报时间在未来。", "Opened in the future.")),
    "time_in_gap": (
        "opened",
        Text("拨钟时跳过的时刻，取其后第一刻。", "A time that clocks skipped; the next one is taken."),
    ),
    "bad_heading": (
        "heading",
        Text("行车方向看不懂，未采用。", "The heading is not understood: it counts as not given."),
    ),
    "bad_house_number": (
        "house_number",
        Text("门牌号看不懂，未采用。", "The house number is not understood: it counts as not given."),
    ),
    "made_id": ("id", Text("没有编号，按内容生成。", "No id: one was made from the content.")),
}


@dataclass(slots=True)
class CheckedCases:
    """Columns of the rows that can be taken, shape (n,); `keep` are their positions in the table.

    `lon`, `lat` are degrees as given, NaN where there is nothing usable; `flags` are masks by name.
    """

    keep: NDArray[np.int64]
    ids: list[str]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    kind: list[str | None]
    opened: NDArray[np.datetime64]
    closed: NDArray[np.datetime64]
    due: NDArray[np.datetime64]
    flags: dict[str, Mask]
    repeated: int
    refused: list[Fault]
    doubts: list[Fault] = field(default_factory=list)


def check_cases(table: CaseTable, file: str, *, zone: ZoneInfo, now: datetime) -> CheckedCases:
    """Check every row. Refused: no time of opening or none that can be read, a text too long or with NUL,
    an id that another row of the file has with other content. All else is taken and flagged."""
    n = len(table.rows)
    refused = list(table.refused)
    wrong = np.zeros(n, bool)

    def refuse(rows: Mask, code: str, field: str, text: Text, remedy: Text | None = None) -> None:
        column = table.choice.names.get(field, field)
        values = table.columns.get(field)
        for index in np.flatnonzero(rows & ~wrong).tolist():
            value = shown(values[index]) if values is not None else None
            refused.append(Fault(code, text, Place(file, None, table.rows[index], column, value), remedy))
        wrong[rows] = True

    for name, values in table.columns.items():
        most = LONGEST.get(name, LONGEST_OTHER)
        lengths = np.fromiter(map(len, values), np.int64, n)
        refuse(
            lengths > most,
            "too_long",
            name,
            Text(f"超过 {most:,} 个字符。", f"More than {most:,} characters."),
        )
        refuse(
            np.fromiter(("\x00" in value for value in values), bool, n),
            "bad_character",
            name,
            Text("含空字符（U+0000）。", "It holds U+0000."),
        )
    opened = read_times(table.columns["opened"], zone)
    refuse(opened.missing, "no_time", "opened", Text("没有上报时间。", "There is no opening time."))
    refuse(
        opened.bad,
        "bad_time",
        "opened",
        Text("上报时间无法识别。", "The opening time cannot be read."),
        Text("请用 2026-11-22 10:00:00 的形式。", "Write it like 2026-11-22 10:00:00."),
    )
    blank = [""] * n
    closed = read_times(table.columns.get("closed", blank), zone)
    due = read_times(table.columns.get("due", blank), zone)
    ids, made, repeated = _ids(table, refuse)
    keep = np.flatnonzero(~wrong & ~repeated)
    lon, lat, flags = _places(table, n)
    kind, flags["unknown_kind"] = _kinds(table.columns.get("kind", blank))
    flags |= _order(opened, closed, due, now)
    flags["made_id"] = made
    columns = (("opened", opened), ("closed", closed), ("due", due))
    doubts = [
        Fault(
            "guessed_order",
            Text("日期的日、月先后无从判断，按月在前理解。", "Day or month first? Month was taken."),
            Place(file, None, None, table.choice.names[name]),
        )
        for name, times in columns
        if times.guessed_order
    ]
    return CheckedCases(
        keep=keep,
        ids=[ids[index] for index in keep.tolist()],
        lon=lon[keep],
        lat=lat[keep],
        kind=[kind[index] for index in keep.tolist()],
        opened=opened.instants[keep],
        closed=closed.instants[keep],
        due=due.instants[keep],
        flags={name: mask[keep] for name, mask in flags.items()},
        repeated=int((repeated & ~wrong).sum()),
        refused=sorted(refused, key=lambda fault: fault.place.row or 0),
        doubts=doubts,
    )


def _ids(table: CaseTable, refuse: Callable[..., None]) -> tuple[list[str], Mask, Mask]:
    """Return the id of each row, which were made up, and which are a row that was there before."""
    n = len(table.rows)
    given = table.columns.get("id", [""] * n)
    fingerprints = [
        hashlib.sha256("\x1f".join(row).encode("utf-8", "surrogatepass")).hexdigest()[:32]
        for row in zip(*table.columns.values(), strict=True)
    ]
    made = np.array([not value for value in given], bool)
    # Rows that are alike to the last letter, without an id, are still different reports: they are numbered.
    series = pd.Series(fingerprints)
    ordinal = series.where(made).groupby(series).cumcount().tolist() if made.any() else [0] * n
    ids = [
        value or f"sha256:{print_}/{number}"
        for value, print_, number in zip(given, fingerprints, ordinal, strict=True)
    ]
    first: dict[str, int] = {}
    repeated, clashing = np.zeros(n, bool), np.zeros(n, bool)
    for index, value in enumerate(ids):
        before = first.setdefault(value, index)
        if before != index:
            alike = fingerprints[before] == fingerprints[index]
            (repeated if alike else clashing)[index] = True
    refuse(
        clashing,
        "duplicate_id",
        "id",
        Text("编号在文件中重复，而内容不同。", "The id comes twice in the file, with other content."),
        Text("请核对哪一行是对的。", "Find out which row is right."),
    )
    return ids, made, repeated


def _places(table: CaseTable, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, Mask]]:
    blank = [""] * n
    texts = [table.columns.get(name, blank) for name in ("lon", "lat")]
    lon, lat = (
        pd.to_numeric(pd.Series(column, dtype=object), errors="coerce").to_numpy(np.float64)
        for column in texts
    )
    empty = np.array([not x and not y for x, y in zip(*texts, strict=True)], bool)
    swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    bad = ~empty & ~swapped & ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    whole = ~empty & ~bad & ~swapped & (lon == np.rint(lon)) & (lat == np.rint(lat))
    return (
        np.where(bad, np.nan, lon),
        np.where(bad, np.nan, lat),
        {
            "needs_location": empty | bad | whole | swapped,
            "bad_place": bad,
            "placeholder_place": whole,
            "swapped_lon_lat": swapped,
        },
    )


def _kinds(values: Iterable[str]) -> tuple[list[str | None], Mask]:
    known: dict[str, str | None] = {"": None}
    for value in set(values):
        plain = value.casefold()
        # Events first: 事部件, a word for them, holds the word for components.
        if plain in ("event", "事部件", "管理事项") or "事件" in value:
            known[value] = "event"
        elif plain == "component" or "部件" in value:
            known[value] = "component"
    kinds = [known.get(value) for value in values]
    return kinds, np.array([value not in known for value in values], bool)


def _order(opened: Times, closed: Times, due: Times, now: datetime) -> dict[str, Mask]:
    # Comparisons with NaT are false.
    return {
        "bad_closed_time": closed.bad,
        "bad_due_time": due.bad,
        "closed_before_opened": closed.instants < opened.instants,
        "due_not_after_opened": due.instants <= opened.instants,
        "opened_in_future": opened.instants > np.datetime64(round(now.timestamp() * 1_000_000), "us"),
        "time_in_gap": opened.in_gap | closed.in_gap | due.in_gap,
    }
