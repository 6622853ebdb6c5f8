"""Is a batch of reports in the datum that it is said to be in? Held against ground that is known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridsvc.cases.columns import choose_columns
from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography import DatumVerdict, KnownGround, finding_of, judge_datum, remedy_of
from gridsvc.tabular import MISSING_INSTANT, instants, numbers, read_text_table

WRONG_DATUM = "wrong_datum"
_FEWEST = 30
_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class BatchVerdict:
    """The verdict on some rows: of one source (None: all) on one day (None: all)."""

    source: str | None
    day: str | None
    rows: int
    verdict: DatumVerdict


def judge_batch(
    path: Path,
    ground: KnownGround,
    *,
    columns: Mapping[str, str],
    declared: str,
    zone: ZoneInfo,
) -> list[BatchVerdict]:
    """Judge a CSV or Parquet of reports: the whole first, then each source and day of 30 rows or more.

    `columns` maps the fields `lon, lat, source, opened` to column names; otherwise they are known by the
    names that vendors give. Days are those of `zone`. Raises `InputRefused` as reading a table does, and
    `missing_column` without places.
    """
    table = read_text_table(path)
    choice, _ = choose_columns(table.column_names, columns, path.name)
    missing = [field for field in ("lon", "lat") if field not in choice.names]
    if missing:
        raise InputRefused(
            "missing_column",
            Text("文件没有经纬度列。", "The file has no columns of longitude and latitude."),
            remedy=Text("用 --column lon=列名 指定。", "Name them by --column lon=NAME."),
            place=Place(file=path.name, column=missing[0]),
        )
    lon, lat = (numbers(table[choice.names[field]])[0] for field in ("lon", "lat"))
    groups: dict[tuple[str | None, str | None], NDArray[np.int64]] = {(None, None): np.arange(len(lon))}
    sources: Sequence[str | None] = [None] * len(lon)
    if "source" in choice.names:
        sources = table[choice.names["source"]].to_pylist()
    days: Sequence[str | None] = [None] * len(lon)
    if "opened" in choice.names:
        days = _days(instants(table[choice.names["opened"]], zone)[0], zone)
    by_group: defaultdict[tuple[str | None, str | None], list[int]] = defaultdict(list)
    for row, key in enumerate(zip(sources, days, strict=True)):
        by_group[key].append(row)
    if len(by_group) > 1:
        ordered = sorted(by_group, key=lambda key: (key[0] or "", key[1] or ""))
        groups |= {key: np.array(by_group[key]) for key in ordered if len(by_group[key]) >= _FEWEST}
    return [
        BatchVerdict(source, day, len(rows), judge_datum(lon[rows], lat[rows], ground, declared=declared))
        for (source, day), rows in groups.items()
    ]


def _days(at: NDArray[np.int64], zone: ZoneInfo) -> list[str | None]:
    from datetime import UTC, datetime

    names = {
        hour: f"{datetime.fromtimestamp(hour * 3600, UTC).astimezone(zone):%Y-%m-%d}"
        for hour in np.unique(at[at != MISSING_INSTANT] // (_DAY_US // 24)).tolist()
    }
    return [None if value == MISSING_INSTANT else names[value // (_DAY_US // 24)] for value in at.tolist()]


def datum_doubts(
    grounds: Sequence[KnownGround],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    declared: str,
    file: str,
) -> list[Fault]:
    """Return a finding when a batch is far likelier in another datum than it is said to be in."""
    for ground in grounds:
        verdict = judge_datum(lon, lat, ground, declared=declared, look_for_move=False)
        message = finding_of(verdict, ground.name)
        if message is not None:
            return [Fault(WRONG_DATUM, message, Place(file), remedy_of(verdict))]
    return []
