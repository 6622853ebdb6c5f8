"""Bulk resolution of a file: its columns in, its columns and ours out, row by row in input order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet
from numpy.typing import NDArray

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.responsibility.atlas import Atlas
from gridsvc.responsibility.columns import PLACE_COLUMNS, columns_of
from gridsvc.responsibility.deadlines import NO_DEADLINE
from gridsvc.responsibility.facts import read_headings, read_house_numbers
from gridsvc.responsibility.gathering.given import MAY_BE_GIVEN
from gridsvc.responsibility.queries import Queries
from gridsvc.responsibility.resolving import resolve
from gridsvc.tabular import MISSING_INSTANT, instants, numbers, read_text_table

FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "case_id", "案件编号", "编号"),
    "lon": ("lon", "lng", "longitude", "经度"),
    "lat": ("lat", "latitude", "纬度"),
    "kind": ("kind", "部件事件", "案件类型", "类型"),
    "class": ("class", "class_code", "小类代码"),
    "scheme": ("scheme", "分类标准"),
    "at": ("at", "时间"),
    "accuracy": ("accuracy", "accuracy_m", "精度"),
    "datum": ("datum", "坐标系"),
    "heading": ("heading_deg", "heading", "行车方向"),
    "house_number": ("house_number", "门牌号"),
    "component": ("component", "部件编码", "部件标识码"),
    # A header does not say that a column is meant as a fact: it is named by --column surface=COL.
    **dict.fromkeys(MAY_BE_GIVEN, ()),
}
_KINDS = {"部件": "component", "事件": "event"}
_ANY_TYPE = "类型"  # a header that may as well stand above types of anything else


@dataclass(frozen=True, slots=True)
class Summary:
    """What became of the rows of a file.

    `not_understood`: by field, how many headings and house numbers could not be read; those rows are resolved
    without.
    """

    rows: int
    problems: Mapping[str, int]
    decisions: Mapping[str, int]
    not_understood: Mapping[str, int]

    def as_dict(self) -> dict[str, object]:
        """Return plain values, for JSON."""
        return {
            "rows": self.rows,
            "problems": dict(self.problems),
            "decisions": dict(self.decisions),
            "not_understood": dict(self.not_understood),
        }


def resolve_file(
    atlas: Atlas,
    source: Path,
    target: Path,
    *,
    columns: Mapping[str, str],
    now: datetime,
    zone: ZoneInfo,
    defaults: Mapping[str, str] | None = None,
) -> Summary:
    """Resolve every row of a CSV or Parquet file and write it, with our columns added, to `target`.

    `columns` names a field's column where the header does not; `defaults` (kind, scheme, class, datum) stand
    in for a missing column; a row without a time is resolved at `now`. Raises InputRefused when the file has
    no place columns, WrongUsage for an unknown field or suffix, or a target that is the source.
    """
    if target.suffix.lower() not in (".csv", ".parquet"):
        raise WrongUsage(
            "unknown_suffix",
            Text(f"不支持写出 {target.suffix} 文件。", f"Cannot write {target.suffix} files."),
            remedy=Text("请用 .csv 或 .parquet。", "Use .csv or .parquet."),
        )
    if target.exists() and source.exists() and target.samefile(source):
        raise WrongUsage(
            "same_file",
            Text(f"输出文件就是输入文件 {source}。", f"The output is the input file {source}."),
            remedy=Text("请换一个输出文件名。", "Name another output file."),
        )
    with _written_whole(target) as sink:
        table = read_text_table(source)
        unread: Counter[str] = Counter()
        queries = queries_of(table, columns, now, zone, defaults or {}, source.name, unread)
        answers = columns_of(resolve(atlas, queries))
        if not any(value is not None for value in queries.class_code.values):
            answers = {name: answers[name] for name in (*PLACE_COLUMNS, "problem")}
        for name, values in answers.items():
            column = _arrow(name, values, zone)
            # A file that was resolved before is resolved again, not given every column twice.
            if name in table.column_names:
                table = table.set_column(table.column_names.index(name), name, column)
            else:
                table = table.append_column(name, column)
        if target.suffix.lower() == ".parquet":
            parquet.write_table(table, sink)
        else:
            arrow_csv.write_csv(table, sink)
    problems, decisions = _counted(answers["problem"]), _counted(answers.get("decision"))
    return Summary(table.num_rows, problems, decisions, dict(+unread))


@contextmanager
def _written_whole(target: Path) -> Iterator[IO[bytes]]:
    """Give a file to write that takes `target`'s name at the end; it is opened before the work begins."""
    partial = target.with_name(f".{target.name}.partial")
    try:
        sink = partial.open("wb")
    except OSError as error:
        error.filename = str(target)
        raise
    try:
        with sink:
            yield sink
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)


def queries_of(
    table: pa.Table,
    columns: Mapping[str, str],
    now: datetime,
    zone: ZoneInfo,
    defaults: Mapping[str, str],
    file: str,
    unread: Counter[str] | None = None,
) -> Queries:
    """Return the queries of a table of texts.

    Headings and house numbers that cannot be read are as if not given; they are counted in `unread`.
    """
    named = _fields(table, columns, file)
    lon, bad_lon = numbers(table[named["lon"]])
    lat, bad_lat = numbers(table[named["lat"]])
    at = np.full(table.num_rows, round(now.timestamp() * 1_000_000))
    if "at" in named:
        given = table[named["at"]]
        found, unreadable = instants(given, zone)
        # An unreadable time stays missing and becomes the row's problem; a blank one is now.
        at = np.where((found != MISSING_INSTANT) | unreadable, found, at)
    accuracy, bad_accuracy = _numbers_if_there(table, named, "accuracy")
    heading, house_number = _facts(table, named, Counter() if unread is None else unread)

    def words(field: str) -> list[str | None] | str | None:
        if field not in named:
            return defaults.get(field)
        column = table[named[field]]
        if field == "kind":
            column = _replaced(column, _KINDS)
        if field in defaults:
            column = pa.compute.fill_null(column, defaults[field])
        return column  # type: ignore[no-any-return]

    return Queries.of(
        lon=lon,
        lat=lat,
        at=at,
        class_code=words("class"),
        kind=words("kind"),
        scheme=words("scheme"),
        datum=words("datum") or "wgs84",
        accuracy_m=accuracy,
        unreadable=bad_lon | bad_lat | bad_accuracy,
        heading_deg=heading,
        house_number=house_number,
        component_id=words("component"),
        facts={name: words(name) for name in MAY_BE_GIVEN if name in named or name in defaults},
    )


def _numbers_if_there(
    table: pa.Table, named: Mapping[str, str], field: str
) -> tuple[NDArray[np.float64] | None, NDArray[np.bool_]]:
    if field not in named:
        return None, np.zeros(table.num_rows, bool)
    return numbers(table[named[field]])


def _facts(
    table: pa.Table, named: Mapping[str, str], unread: Counter[str]
) -> tuple[NDArray[np.float64] | None, NDArray[np.int64] | None]:
    """Return headings and house numbers; what cannot be read is not given, and counted in `unread`."""
    heading = house_number = None
    if "heading" in named:
        heading, strange = read_headings(table[named["heading"]].to_pylist())
        unread["heading"] += int(strange.sum())
    if "house_number" in named:
        house_number, strange = read_house_numbers(table[named["house_number"]].to_pylist())
        unread["house_number"] += int(strange.sum())
    return heading, house_number


def _fields(table: pa.Table, columns: Mapping[str, str], file: str) -> dict[str, str]:
    by_lower = {name.strip().lower(): name for name in reversed(table.column_names)}
    named = {}
    for field, known in FIELDS.items():
        for name in known:
            if name in by_lower:
                named[field] = by_lower[name]
                break
    if by_lower.get(_ANY_TYPE) == named.get("kind") and not _tells_kinds(table, named.get("kind")):
        named.pop("kind", None)
    for field, name in columns.items():
        if field not in FIELDS:
            raise WrongUsage(
                "unknown_field",
                Text(f"没有字段 {field}。", f"There is no field {field}."),
                remedy=Text(f"可用字段：{'、'.join(FIELDS)}。", f"Fields: {', '.join(FIELDS)}."),
            )
        if name not in table.column_names:
            raise InputRefused(
                "missing_column",
                Text(f"文件没有列“{name}”。", f"The file has no column {name!r}."),
                place=Place(file=file, row=1, column=name),
                remedy=Text(f"现有列：{'、'.join(table.column_names)}。", f"It has {table.column_names}."),
            )
        named[field] = name
    missing = [field for field in ("lon", "lat") if field not in named]
    if missing:
        raise InputRefused(
            "missing_column",
            Text(f"缺少坐标列 {'、'.join(missing)}。", f"The columns {missing} are missing."),
            place=Place(file=file, row=1),
            remedy=Text(
                "用 --column lon=列名 --column lat=列名 指定。", "Say --column lon=NAME --column lat=NAME."
            ),
        )
    return named


def _tells_kinds(table: pa.Table, name: str | None) -> bool:
    """Return whether a column has the word of a kind in it anywhere."""
    if name is None:
        return False
    words = pa.array([*_KINDS, *_KINDS.values()])
    return bool(pa.compute.any(pa.compute.is_in(table[name], value_set=words)).as_py())


def _replaced(column: pa.ChunkedArray, words: Mapping[str, str]) -> pa.ChunkedArray:
    for word, code in words.items():
        column = pa.compute.if_else(pa.compute.equal(column, word), code, column)
    return column


def _arrow(name: str, values: NDArray[Any], zone: ZoneInfo) -> pa.Array:
    if name == "deadline":
        missing = values.view(np.int64) == NO_DEADLINE
        seconds = pa.array(values.astype("datetime64[s]"), pa.timestamp("s"), mask=missing)
        local = pa.compute.assume_timezone(seconds, "UTC").cast(pa.timestamp("s", zone.key))
        text = pa.compute.strftime(local, format="%Y-%m-%dT%H:%M:%S%z")
        return pa.compute.replace_substring_regex(text, r"([+-]\d\d)(\d\d)$", r"\1:\2")
    if name == "clause_id":
        return pa.array(values, pa.int64(), mask=values < 0)
    if name == "confidence":
        return pa.array(values, pa.float64(), mask=np.isnan(values))
    return pa.array(values, pa.bool_() if values.dtype == bool else pa.string())


def _counted(values: NDArray[Any] | None) -> dict[str, int]:
    if values is None:
        return {}
    counts = pa.array(values, pa.string()).value_counts().to_pylist()
    return {each["values"]: each["counts"] for each in counts if each["values"] is not None}
