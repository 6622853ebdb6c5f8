"""A table of fixes (CSV or Parquet), as terminals and vehicles export it: several patrols in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gridsvc.catalog.named_columns import named_columns
from gridsvc.errors import Fault, Place, Text, WrongUsage
from gridsvc.tabular import MISSING_INSTANT, instants, numbers, read_text_table
from gridsvc.tracks.fixes import Fixes, Instants

WORDS: Mapping[str, Sequence[str]] = {
    "patrol": (
        "patrol", "agent_id", "agent", "device_id", "device", "vehicle_id", "vehicle", "user", "name",
        "巡查员", "采集员", "监督员", "网格员", "人员", "姓名", "设备号", "设备编号", "终端号",
        "车牌号", "车辆",
    ),
    "time": (
        "time", "gps_time", "timestamp", "datetime", "at", "时间", "定位时间", "采集时间", "上报时间",
        "gps时间",
    ),
    "lon": ("lon", "lng", "long", "longitude", "经度", "x"),
    "lat": ("lat", "latitude", "纬度", "y"),
}  # fmt: skip
"""The names of columns by field, as `plain_header` leaves them."""
_SHOWN = 200


def read_fixes_table(
    path: Path, *, patrol: str | None, columns: Mapping[str, str], zone: ZoneInfo
) -> tuple[list[Fixes], list[Fault]]:
    """Return the fixes of each patrol of a table, and its rows that cannot be read (200 at most).

    `columns` names the column of a field (patrol, time, lon, lat). A time without a zone is of `zone`; a
    whole number of 10 or 13 digits counts seconds or milliseconds since 1970. `patrol` names who walked it
    where no column does, and is refused where one tells several apart.

    Raises
    ------
    WrongUsage
        `unknown_field`; `several_patrols`.
    InputRefused
        `unknown_column`, `missing_column`, and what reading a table raises.
    """
    table = read_text_table(path)
    found = named_columns(path.name, table.column_names, columns, WORDS, optional=("patrol",))
    at, bad_time = _instants(table[found["time"]], zone)
    lon, bad_lon = numbers(table[found["lon"]])
    lat, bad_lat = numbers(table[found["lat"]])
    bad = np.zeros(len(at), bool)
    faults = []
    for field, wrong, code, message in (
        ("time", bad_time, "bad_time", Text("不是时间。", "is no time.")),
        ("lon", bad_lon, "bad_number", Text("不是数字。", "is no number.")),
        ("lat", bad_lat, "bad_number", Text("不是数字。", "is no number.")),
    ):
        for row in np.flatnonzero(wrong & ~bad)[:_SHOWN].tolist():
            value = table[found[field]][row].as_py()
            faults.append(Fault(code, message, Place(path.name, None, row + 2, found[field], value)))
        bad |= wrong
    good = np.flatnonzero(~bad)
    names = _names(table, found.get("patrol"), path.stem)
    distinct, owner = np.unique(names[good], return_inverse=True)
    if patrol is not None and len(distinct) > 1:
        raise WrongUsage(
            "several_patrols",
            Text(
                f"文件有 {len(distinct)} 个巡查员（列“{found.get('patrol')}”），不能都叫“{patrol}”。",
                f"The file has {len(distinct)} patrols (column {found.get('patrol')!r}); they cannot all be"
                f" {patrol!r}.",
            ),
            remedy=Text("请去掉 --patrol，或按人拆分文件。", "Leave out --patrol, or divide the file."),
        )
    parts = [good[owner == number] for number in range(len(distinct))]
    told = [
        Fixes(patrol or str(name), str(name), at[rows], lon[rows], lat[rows])
        for name, rows in zip(distinct.tolist(), parts, strict=True)
    ]
    return told, sorted(faults, key=lambda fault: fault.place.row or 0)


def _names(table: pa.Table, column: str | None, stem: str) -> NDArray[np.object_]:
    if column is None:
        return np.full(table.num_rows, stem, object)
    trimmed = pc.fill_null(pc.utf8_trim_whitespace(table[column]), "")
    names = np.array(trimmed.to_pylist(), object)
    names[names == ""] = stem
    return names


def _instants(column: pa.ChunkedArray, zone: ZoneInfo) -> tuple[Instants, NDArray[np.bool_]]:
    text = pc.fill_null(pc.utf8_trim_whitespace(column), "")
    if pc.all(pc.match_substring_regex(text, r"^(\d{10}|\d{13})?$")).as_py():
        since, _ = numbers(column)
        digits = np.asarray(pc.utf8_length(text).to_numpy(zero_copy_only=False), np.int64)
        blank = np.isnan(since)
        micros = np.where(blank, 0, since).astype(np.int64) * np.where(digits == 13, 1_000, 1_000_000)
        return np.where(blank, MISSING_INSTANT, micros), np.zeros(len(micros), bool)
    return instants(column, zone)
