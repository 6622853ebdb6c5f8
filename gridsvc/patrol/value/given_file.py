"""Reading a list of places to visit: CSV, XLSX, GeoJSON and what else holds places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import shapely

from gridsvc.catalog import plain_header, read_records
from gridsvc.errors import Fault, InputRefused, Place, Text, WrongUsage
from gridsvc.geography import read_vector_file, to_wgs84
from gridsvc.patrol.value.asked import Asked
from gridsvc.patrol.value.dwell import DWELL
from gridsvc.patrol.value.given import LONGEST_MINUTES, GivenList, GivenPlace
from gridsvc.tabular import numbers

FIELDS: Mapping[str, Sequence[str]] = {
    "lon": ("lon", "lng", "long", "longitude", "经度", "lon_wgs84", "x"),
    "lat": ("lat", "latitude", "纬度", "lat_wgs84", "y"),
    "name": ("name", "名称", "地点", "地点名称", "点位", "点位名称", "地址", "address"),
    "from": ("from", "begins", "start", "开始", "开始时间", "起始时间", "最早"),
    "to": ("to", "until", "ends", "end", "结束", "结束时间", "截止时间", "最晚"),
    "minutes": ("minutes", "dwell", "分钟", "停留", "停留分钟", "时长"),
    "weight": ("weight", "value", "权重", "重要性"),
    "required": ("required", "must", "必到", "是否必到"),
    "id": ("id", "编号", "编码", "代码", "标识", "标识码", "点位编号", "点位编码", "code", "key"),
}
"""The fields of a list, and the headers that are known for them."""

MOST_ROWS = 5_000
_YES = ("", "1", "true", "yes", "y", "是", "必到", "t", "1.0")
_NO = ("0", "false", "no", "n", "否", "不", "f", "0.0", "选到")
_LONGEST_OVER_MIDNIGHT = timedelta(hours=12)
_CLOCK = re.compile(r"([01]?\d|2[0-4])[:：时点]([0-5]\d)?(?:[:：分]([0-5]\d)?)?(?:\.0+)?秒?")


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    texts: Mapping[str, str]
    lon: float
    lat: float
    place: Callable[[str | None], Place]
    faults: tuple[Fault, ...] = ()


def read_given(
    path: Path, asked: Asked, *, datum: str | None = None, columns: Mapping[str, str] | None = None
) -> GivenList:
    """Read a list of places: a table with lon and lat, or any file of points that pyogrio reads.

    Optional columns: name, from, to (`18:30`, or with a date; of a time alone the one in or after the shift's
    begin), minutes, weight, required (yes where nothing is said), id. `columns`: headers by field. A row that
    cannot be taken is in `refused` with its column, the others are taken.

    Raises
    ------
    InputRefused
        The file cannot be read, `missing_column`, `no_rows`, `too_many_rows`, `bad_datum`.
    WrongUsage
        `unknown_field`.
    """
    given = dict(columns or {})
    for field in given:
        if field not in FIELDS:
            known = ", ".join(FIELDS)
            raise WrongUsage(
                "unknown_field",
                Text(f"没有字段“{field}”；可用：{known}。", f"No field {field!r}; there are: {known}."),
            )
    tabular = path.suffix.casefold() in (".csv", ".xlsx", ".xlsm", ".xls", ".txt", ".tsv")
    rows = list(_of_table(path, given, datum or "wgs84") if tabular else _of_layer(path, given, datum))
    if len(rows) > MOST_ROWS:
        raise InputRefused(
            "too_many_rows",
            Text(
                f"名单有 {len(rows):,} 行，最多 {MOST_ROWS:,} 行。",
                f"{len(rows):,} rows; {MOST_ROWS:,} at most.",
            ),
            place=Place(file=path.name),
        )
    places, refused = [], []
    ids = _identifiers(rows)
    for row, identifier in zip(rows, ids, strict=True):
        made = _given(row, asked, identifier)
        if isinstance(made, GivenPlace):
            places.append(made)
        else:
            refused += made
    return GivenList(path.name, tuple(places), tuple(refused))


def _of_table(path: Path, columns: Mapping[str, str], datum: str) -> Iterator[_Row]:
    records = read_records(path, FIELDS, columns=columns, needed=(("lon", "lat"),))
    texts = [{field: record.text(field) for field in FIELDS} for record in records]
    degrees = [numbers(pa.chunked_array([[text[axis] for text in texts]]))[0] for axis in ("lon", "lat")]
    right = [_degrees_fault(*pair) for pair in zip(*(each.tolist() for each in degrees), strict=True)]
    usable = np.array([fault is None for fault in right])
    lon, lat = (np.where(usable, each, np.nan) for each in degrees)
    lon, lat = to_wgs84(datum, lon, lat)
    for record, text, x, y, fault in zip(records, texts, lon.tolist(), lat.tolist(), right, strict=True):
        faults = (Fault(fault[0], fault[1], record.place(fault[2])),) if fault else ()
        yield _Row(record.row, text, x, y, record.place, faults)


def _degrees_fault(lon: float, lat: float) -> tuple[str, Text, str] | None:
    """Return code, words and field of what is wrong with a pair of degrees; None when all is well."""
    if lon != lon or lat != lat:
        return (
            "no_place",
            Text("没有可用的经纬度。", "There is no usable place."),
            "lon" if lon != lon else "lat",
        )
    if 90 < abs(lat) <= 180 and abs(lon) <= 90:
        return "swapped_lon_lat", Text("经纬度写反了。", "Longitude and latitude are swapped."), "lat"
    if abs(lon) > 180 or abs(lat) > 90:
        words = Text("坐标不是有效的度数。", "The coordinates are not degrees.")
        return "bad_place", words, "lat" if abs(lat) > 90 else "lon"
    return None


def _of_layer(path: Path, columns: Mapping[str, str], datum: str | None) -> Iterator[_Row]:
    file = read_vector_file(path, datum=datum)
    plain = {plain_header(name): name for name in file.columns}
    names: dict[str, str] = {}
    for field, words in FIELDS.items():
        if field in columns:
            file.column(columns[field])
            names[field] = columns[field]
        elif found := next((plain[word] for word in map(plain_header, words) if word in plain), None):
            names[field] = found
    values = {field: file.column(name) for field, name in names.items()}
    for number, shape in enumerate(file.geometries.tolist(), 1):
        texts = {field: values[field][number - 1] if field in values else "" for field in FIELDS}

        def place(field: str | None, row: int = number, texts: Mapping[str, str] = texts) -> Place:
            if field is None:
                return Place(file.file, file.layer, row)
            return Place(file.file, file.layer, row, names.get(field, field), texts.get(field, "")[:80])

        if shape is None or shapely.is_empty(shape) or not np.isfinite(shapely.bounds(shape)).all():
            nothing = Text("没有可用的图形。", "There is no usable geometry.")
            yield _Row(number, texts, np.nan, np.nan, place, (Fault("no_place", nothing, place(None)),))
            continue
        point = shape if shape.geom_type == "Point" else shapely.point_on_surface(shape)
        yield _Row(number, texts, point.x, point.y, place)


def _identifiers(rows: Sequence[_Row]) -> list[str]:
    """Return what each row calls its place, "" for nothing: a column that counts the rows names no place."""
    told = [re.sub(r"\s+", " ", row.texts["id"]).strip()[:64] for row in rows]
    if told == [str(number) for number in range(1, len(rows) + 1)]:
        return [""] * len(rows)
    return told


def _given(row: _Row, asked: Asked, identifier: str) -> GivenPlace | list[Fault]:
    faults = list(row.faults)
    minutes = _number(row, "minutes", DWELL.usual, (0.0, LONGEST_MINUTES), faults)
    weight = _number(row, "weight", 1.0, (-1e-9, 1e9), faults)
    begins = _instant(row, "from", asked, None, faults)
    if begins and begins >= asked.ends and _since_yesterday(row, asked, begins - timedelta(days=1)):
        begins -= timedelta(days=1)
    ends = _instant(row, "to", asked, begins, faults)
    required = row.texts["required"].strip().casefold()
    if required not in (*_YES, *_NO):
        words = Text("应为 是 或 否。", "It is yes or no.")
        faults.append(Fault("bad_required", words, row.place("required")))
    if begins and ends and ends < begins:
        words = Text("结束早于开始。", "It ends before it begins.")
        dated = Text(
            "跨零点超过 12 小时的，请写上日期：2026-11-24 07:00。",
            "Over midnight for more than 12 hours it needs its date: 2026-11-24 07:00.",
        )
        faults.append(Fault("window_reversed", words, row.place("to"), dated))
    elif (begins and begins >= asked.ends) or (ends and ends <= asked.begins):
        words = Text("时段不在班次之内。", "Its hours are none of the shift's.")
        faults.append(Fault("outside_shift", words, row.place("from" if begins else "to")))
    if faults:
        return faults
    name = re.sub(r"\s+", " ", row.texts["name"]).strip()[:200]
    return GivenPlace(
        row.lon, row.lat, name, begins, ends, minutes, weight, required in _YES, row.number, identifier
    )


def _number(
    row: _Row, field: str, otherwise: float, between: tuple[float, float], faults: list[Fault]
) -> float:
    """Return a number above the first and up to the second of `between`."""
    values, unreadable = numbers(pa.chunked_array([[row.texts[field]]], pa.string()))
    value = float(values[0])
    if unreadable[0] or value <= between[0] or value > between[1]:
        words = Text(
            f"应为不超过 {between[1]:g} 的正数。", f"It is a positive number of {between[1]:g} at most."
        )
        faults.append(Fault(f"bad_{field}", words, row.place(field)))
    return otherwise if np.isnan(value) else max(value, 0.0)


def _instant(
    row: _Row, field: str, asked: Asked, begins: datetime | None, faults: list[Fault]
) -> datetime | None:
    text = row.texts[field].strip()
    if not text:
        return None
    if match := _CLOCK.fullmatch(text):
        return _of_clock(int(match[1]), int(match[2] or 0), asked, begins, ends=field == "to")
    from gridsvc.tabular.times import read_times  # pandas: only when there are dates

    read = read_times([text], asked.zone)
    if read.bad[0] or read.missing[0]:
        faults.append(
            Fault(
                "bad_time",
                Text("时间无法识别。", "The time cannot be read."),
                row.place(field),
                Text("写成 18:30，或 2026-11-23 18:30。", "Write 18:30, or 2026-11-23 18:30."),
            )
        )
        return None
    found: datetime = read.instants[0].astype("datetime64[us]").item()
    return found.replace(tzinfo=UTC).astimezone(asked.zone)


def _since_yesterday(row: _Row, asked: Asked, begins: datetime) -> bool:
    """Tell whether hours over midnight (22:00 to 02:00) that begin the day before reach into the shift."""
    first, last = (_CLOCK.fullmatch(row.texts[field].strip()) for field in ("from", "to"))
    if not first or not last:
        return False
    ends = _of_clock(int(last[1]), int(last[2] or 0), asked, begins, ends=True)
    return asked.begins < ends <= begins + _LONGEST_OVER_MIDNIGHT


def _of_clock(hour: int, minute: int, asked: Asked, begins: datetime | None, *, ends: bool) -> datetime:
    """Return the time on the shift's first day, or on the next where that is meant.

    A begin (16:00, the shift from 17:00 on) is of the first day, unless only the next day's is in the shift.
    An end is the first after the row's begin, or after the shift's where the row has none; but one that lies
    in the shift before its begin, or comes over half a day after it and after the shift, is no window over
    midnight: it stays on the first day, and the row ends before it begins, or before the shift does.
    """
    local = asked.begins.astimezone(asked.zone)
    midnight = datetime.combine(local.date(), time(), asked.zone)
    at = midnight + timedelta(hours=hour, minutes=minute)
    later = at + timedelta(days=1)
    if ends:
        start = begins or local
        over_midnight = at <= start and (later - start <= _LONGEST_OVER_MIDNIGHT or later <= asked.ends)
        return later if over_midnight and not local < at <= asked.ends else at
    return later if at < local and later < asked.ends else at
