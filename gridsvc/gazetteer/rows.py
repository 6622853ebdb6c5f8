"""Rows of a file of places: what each says, and what is wrong with it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from gridsvc.catalog import cell_faults, plain_header, read_records
from gridsvc.errors import Fault, Place, Text, WrongUsage
from gridsvc.gazetteer.numbers import number_of
from gridsvc.gazetteer.places import IMPORTED_KINDS
from gridsvc.geography import read_vector_file, to_wgs84
from gridsvc.tabular import numbers

FIELDS: Mapping[str, Sequence[str]] = {
    "name": ("name", "place_name", "名称", "地名", "标准名称", "地点名称", "小区名称", "点位名称", "name:zh"),
    "kind": ("kind", "type", "类型", "类别", "种类", "地名类别"),
    "other_names": (
        "other_names",
        "alias",
        "aliases",
        "alt_name",
        "别名",
        "曾用名",
        "俗称",
        "简称",
        "其他名称",
    ),
    "road": ("road", "street", "addr:street", "道路", "路名", "道路名称", "街路巷", "街路巷名称"),
    "house_number": (
        "house_number",
        "housenumber",
        "addr:housenumber",
        "number",
        "门牌号",
        "门牌",
        "门牌号码",
    ),
    "address": ("address", "addr:full", "地址", "详细地址", "标准地址", "门牌地址"),
    "accuracy": ("accuracy_m", "accuracy", "精度", "定位精度"),
    "lon": ("lon", "lng", "long", "longitude", "经度", "lon_wgs84", "x"),
    "lat": ("lat", "latitude", "纬度", "lat_wgs84", "y"),
}
"""The fields of a place, and the headers that are known for them."""

_LONGEST = {"other_names": 1000, "address": 500}
_KIND_WORDS: Mapping[str, tuple[str, ...]] = {
    "road": ("road", "street", "道路", "街路巷", "路"),
    "crossing": ("crossing", "junction", "路口", "十字路口", "交叉口", "十字"),
    "address": ("address", "house", "门牌", "门牌号", "地址"),
    "compound": (
        "compound", "campus", "小区", "院落", "居民区", "住宅小区", "单位大院", "家属院", "校园", "园区",
    ),
    "stop": (
        "stop", "bus_stop", "bus_station", "subway_exit", "station",
        "公交站", "地铁站", "车站", "站点", "公交站点",
    ),
    "area": ("area", "区域", "片区", "行政区", "社区", "街道", "district", "neighbourhood"),
}  # fmt: skip
_KIND_OF = {word: kind for kind, words in _KIND_WORDS.items() for word in words}
# 西安市碑林区文艺路68号院: the road is what stands before the number and behind the last area.
_ADDRESS = re.compile(
    r"^(?:.*(?:[省市县镇乡]|(?<![小园校社])区|街道办事处|街道办|街道|街办|社区))?"
    r"(?P<road>[\u4e00-\u9fffA-Za-z0-9]{1,30}?(?:路|街|道|巷|弄|胡同)(?:[东西南北中]段)?)"
    r"(?P<number>[甲乙丙丁附]?\d{1,5}(?:-\d{1,4})?(?:号|#)?(?:附\d{1,4}号|之\d{1,3})?)(?!\d|楼)"
)
_SEPARATORS = re.compile(r"[;；,，、|/\n]+")
_TYPES = frozenset(("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"))


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A place as its file gives it; `shape` in lon, lat of WGS 84."""

    kind: str
    name: str
    other_names: tuple[str, ...]
    road: str | None
    house_number: str | None
    accuracy_m: float | None
    shape: Any


@dataclass(frozen=True, slots=True)
class PlaceRows:
    """What a file holds: `total` rows, those that can be taken, and what is wrong or doubtful."""

    total: int
    rows: list[PlaceRow]
    refused: list[Fault]
    doubtful: list[Fault]


@dataclass(frozen=True, slots=True)
class _Raw:
    """One row as text by field, its geometry if the file has any, and where each field stands."""

    texts: Mapping[str, str]
    shape: Any
    place: Callable[[str | None], Place]
    faults: list[Fault]


def read_places(
    path: Path,
    *,
    kind: str | None = None,
    columns: Mapping[str, str] | None = None,
    datum: str | None = None,
    layer: str | None = None,
) -> PlaceRows:
    """Read a vector file, or a CSV or XLSX file with longitude and latitude.

    `kind` is that of rows that do not say it; without it a row with road and number is an address, all else
    a landmark. A landmark with an address (文艺路68号) is taken twice: by its name, and as that number.

    Raises InputRefused: what reading the file raises; WrongUsage (`unknown_field`).
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
    raws = _of_table(path, given, datum or "wgs84") if tabular else _of_layer(path, given, datum, layer)
    rows: list[PlaceRow] = []
    refused: list[Fault] = []
    doubtful: list[Fault] = []
    seen: set[tuple[Any, ...]] = set()
    total = 0
    for raw in raws:
        total += 1
        made = [] if raw.faults else _rows(raw, kind, refused)
        refused += raw.faults
        for row in made:
            key = (row.kind, row.name, row.road, row.house_number, shapely.to_wkb(row.shape))
            if key in seen:
                doubtful.append(
                    Fault(
                        "repeated",
                        Text("与前面一行相同，只取一次。", "The same as an earlier row: taken once."),
                        raw.place("name"),
                    )
                )
            else:
                seen.add(key)
                rows.append(row)
    return PlaceRows(total, rows, refused, doubtful)


def _of_table(path: Path, columns: Mapping[str, str], datum: str) -> Iterable[_Raw]:
    records = read_records(
        path,
        FIELDS,
        columns=columns,
        needed=(("name", "lon", "lat"), ("road", "house_number", "lon", "lat"), ("address", "lon", "lat")),
    )
    texts = [{field: record.text(field) for field in FIELDS} for record in records]
    degrees = [numbers(pa.chunked_array([[text[axis] for text in texts]]))[0] for axis in ("lon", "lat")]
    lon, lat = to_wgs84(datum, *degrees)
    for record, text, given, x, y in zip(
        records, texts, np.column_stack(degrees).tolist(), lon.tolist(), lat.tolist(), strict=True
    ):
        faults = cell_faults(record, _LONGEST)
        problem = _degrees_problem(*given)
        if problem is not None and not faults:
            faults.append(Fault(problem[0], problem[1], record.place("lat" if problem[2] else "lon")))
        yield _Raw(text, None if faults else shapely.Point(x, y), record.place, faults)


def _degrees_problem(lon: float, lat: float) -> tuple[str, Text, bool] | None:
    """Return code, words and whether it is the latitude's; None when all is well."""
    if lon != lon or lat != lat:
        return "no_place", Text("没有可用的经纬度。", "There is no usable place."), lon == lon
    if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
        return "swapped_lon_lat", Text("经纬度写反了。", "Longitude and latitude are swapped."), True
    if abs(lon) > 180 or abs(lat) > 90:
        return "bad_place", Text("坐标不是有效的度数。", "The coordinates are not degrees."), abs(lat) > 90
    return None


def _of_layer(path: Path, columns: Mapping[str, str], datum: str | None, layer: str | None) -> Iterable[_Raw]:
    file = read_vector_file(path, datum=datum, layer=layer)
    plain = {plain_header(name): name for name in file.columns}
    names: dict[str, str] = {}
    for field, known in FIELDS.items():
        if field in columns:
            file.column(columns[field])
            names[field] = columns[field]
        else:
            found = next((plain[word] for word in map(plain_header, known) if word in plain), None)
            if found is not None:
                names[field] = found
    values = {field: file.column(name) for field, name in names.items()}
    for k in range(len(file)):
        texts = {field: values[field][k] if field in values else "" for field in FIELDS}

        def place(field: str | None, row: int = k + 1, texts: Mapping[str, str] = texts) -> Place:
            if field is None:
                return Place(file.file, file.layer, row)
            return Place(file.file, file.layer, row, names.get(field, field), texts.get(field, "")[:80])

        shape = file.geometries[k]
        yield _Raw(texts, shape, place, _shape_faults(shape, place))


def _shape_faults(shape: Any, place: Callable[[str | None], Place]) -> list[Fault]:
    if shape is None or shapely.is_empty(shape):
        return [Fault("no_geometry", Text("没有几何图形。", "There is no geometry."), place(None))]
    if shape.geom_type not in _TYPES:
        words = Text(f"不支持图形类型 {shape.geom_type}。", f"{shape.geom_type} is no shape of a place.")
        return [Fault("bad_geometry", words, place(None))]
    if not np.isfinite(shapely.bounds(shape)).all():
        return [Fault("bad_geometry", Text("坐标不是数。", "A coordinate is no number."), place(None))]
    return []


def _rows(raw: _Raw, kind: str | None, refused: list[Fault]) -> list[PlaceRow]:
    texts = raw.texts
    road, number = texts["road"].strip(), texts["house_number"].strip()
    if not (road and number):
        match = _ADDRESS.match(re.sub(r"\s+", "", texts["address"] or texts["name"]))
        road, number = (match["road"], match["number"]) if match else ("", "")
    if number_of(number) is None:
        road = number = ""
    name = re.sub(r"\s+", " ", texts["name"]).strip()
    written = f"{road}{number}" + ("" if re.search("[号#]", number) else "号") if road else ""
    stated = _KIND_OF.get(texts["kind"].strip().casefold())
    meant = stated or ("landmark" if texts["kind"].strip() else None) or kind
    if meant is None:
        meant = "address" if road and (not name or name == written or not texts["address"]) else "landmark"
    if meant == "address" and not road:
        refused.append(
            Fault(
                "no_house_number",
                Text("认不出道路和门牌号。", "Road and house number cannot be told."),
                raw.place("address" if texts["address"] else "name"),
                Text("写成 文艺路68号，或分两列给出。", "Write 文艺路68号, or give two columns."),
            )
        )
        return []
    if not name and not written:
        refused.append(Fault("missing_name", Text("没有名称。", "There is no name."), raw.place("name")))
        return []
    faults = _text_faults(name or written, texts, raw)
    refused += faults
    if faults:
        return []
    accuracy, _ = numbers(pa.chunked_array([[texts["accuracy"]]], pa.string()))
    others = tuple(dict.fromkeys(filter(None, map(str.strip, _SEPARATORS.split(texts["other_names"])))))
    shape = raw.shape if shapely.is_valid(raw.shape) else shapely.make_valid(raw.shape)
    within = float(accuracy[0]) if 0 < accuracy[0] <= 100_000 else None
    row = PlaceRow(meant, name or written, others, None, None, within, shape)
    if not road or meant in ("road", "area", "crossing"):
        return [row]
    house = PlaceRow("address", written, (), road, number, within, shape)
    if meant == "address":
        # A building's own name is one more name of its address.
        more = (name,) if name and name != written else ()
        return [replace(house, other_names=(*more, *others))]
    return [row, house]


def _text_faults(name: str, texts: Mapping[str, str], raw: _Raw) -> list[Fault]:
    faults = []
    if len(name) > 200:
        faults.append(
            Fault(
                "too_long",
                Text("名称超过 200 字。", "The name has more than 200 letters."),
                raw.place("name"),
            )
        )
    for field, value in texts.items():
        if "\x00" in value:
            words = Text("含空字符（U+0000）。", "It holds U+0000.")
            faults.append(Fault("bad_character", words, raw.place(field)))
    return faults


def check_kind(kind: str | None) -> None:
    """Raise WrongUsage (`unknown_kind`) when `kind` is not one of IMPORTED_KINDS."""
    if kind is not None and kind not in IMPORTED_KINDS:
        known = ", ".join(IMPORTED_KINDS)
        raise WrongUsage(
            "unknown_kind",
            Text(f"没有种类“{kind}”；可用：{known}。", f"No kind {kind!r}; there are: {known}."),
        )
