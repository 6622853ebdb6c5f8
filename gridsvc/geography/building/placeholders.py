"""Lists that stand in for missing polygons: street offices as points, and the communities of each street."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gridsvc.errors import Fault, InputRefused, Place, Text
from gridsvc.geography.building.sources import CODE_COLUMNS, NAME_COLUMNS, SourceFile
from gridsvc.geography.codes import CodeField, CodeProfile
from gridsvc.geography.datum import to_wgs84
from gridsvc.geography.projection import to_millimetres
from gridsvc.geography.rings import Floats
from gridsvc.tabular import read_text_table

CELLS_PER_COMMUNITY = 25


@dataclass(frozen=True, slots=True, eq=False)
class Offices:
    """Street offices: codes, names, places in millimetres (n, 2)."""

    codes: list[str]
    names: list[str]
    places: Floats


@dataclass(frozen=True, slots=True)
class Named:
    """An area that is known by code and name only; `parent` is the code one level up."""

    code: str
    name: str
    parent: str


def read_offices(source: SourceFile, srid: int, profile: CodeProfile) -> Offices:
    """Read a table of offices: columns `street_code`, `street_name`, and `lon`, `lat` (or `lon_bd09` …).

    The datum is the one given, else the one that the column of longitudes names, else WGS 84. Raises
    `InputRefused`: what `read_text_table` raises, `missing_columns`, and `offices_refused` with every faulty
    row (codes, numbers, doubles).
    """
    path = source.path
    columns = _columns(path)
    code, name = _column(path, columns, CODE_COLUMNS), _optional(columns, NAME_COLUMNS)
    lon_name = next((each for each in columns if each.casefold().startswith("lon")), None)
    lat_name = next((each for each in columns if each.casefold().startswith("lat")), None)
    if lon_name is None or lat_name is None:
        raise _missing(path, "lon, lat", columns)
    lons, lats = _numbers(columns[lon_name]), _numbers(columns[lat_name])
    faults = _code_faults(path, columns[code], "street", profile, code)
    bad = ~(np.isfinite(lons) & (np.abs(lons) <= 180) & np.isfinite(lats) & (np.abs(lats) <= 90))
    faults += [
        Fault(
            "bad_number",
            Text("经纬度不是有效数值。", "Longitude or latitude is no valid number."),
            Place(file=path.name, row=int(k) + 2, column=lon_name, value=columns[lon_name][k]),
            Text("以度填写，先经后纬。", "Write degrees: longitude, then latitude."),
        )
        for k in np.flatnonzero(bad)
    ]
    _refuse(path, faults, Text("办事处表有误。", "The table of offices is faulty."))
    suffix = lon_name.casefold().rpartition("_")[2]
    datum = source.datum or (suffix if suffix in ("gcj02", "bd09", "cgcs2000") else "wgs84")
    x, y = to_millimetres(srid, *to_wgs84(datum, lons, lats))
    names = columns[name] if name else columns[code]
    return Offices(list(columns[code]), list(names), np.column_stack([x, y]).astype(np.float64))


def read_community_list(path: Path, profile: CodeProfile) -> list[Named]:
    """Read a table `community_code, community_name[, street_code]`; sorted by code.

    Raises `InputRefused` as `read_offices` does.
    """
    columns = _columns(path)
    code = _column(path, columns, ("community_code", *CODE_COLUMNS))
    name = _optional(columns, ("community_name", *NAME_COLUMNS))
    faults = _code_faults(path, columns[code], "community", profile, code)
    _refuse(path, faults, Text("社区表有误。", "The table of communities is faulty."))
    names = columns[name] if name else columns[code]
    listed = [
        Named(each, title or each, profile.parent("community", each) or "")
        for each, title in zip(columns[code], names, strict=True)
    ]
    return sorted(listed, key=lambda named: named.code)


def numbered_children(
    profile: CodeProfile, level: str, parent: str, above: str, count: int, words: str
) -> list[Named]:
    """Return `count` areas of `level` inside `parent`, numbered from 1, for want of any list."""
    fields, own = profile.parse(above, parent), _own_field(profile, level).name
    return [
        Named(profile.build(level, {**fields, own: k}), words.format(k), parent) for k in range(1, count + 1)
    ]


def most_children(profile: CodeProfile, level: str) -> int:
    """Return how many areas of `level` one parent has numbers for."""
    return int(10 ** _own_field(profile, level).least) - 1


def _own_field(profile: CodeProfile, level: str) -> CodeField:
    return [each for each in profile.levels[level] if not isinstance(each, str)][-1]


def _columns(path: Path) -> dict[str, list[str]]:
    table = read_text_table(path)
    return {
        name: [("" if value is None else str(value).strip()) for value in table[name].to_pylist()]
        for name in table.column_names
    }


def _optional(columns: dict[str, list[str]], wanted: Sequence[str]) -> str | None:
    known = {name.casefold(): name for name in columns}
    return next((known[each.casefold()] for each in wanted if each.casefold() in known), None)


def _column(path: Path, columns: dict[str, list[str]], wanted: Sequence[str]) -> str:
    found = _optional(columns, wanted)
    if found is None:
        raise _missing(path, wanted[0], columns)
    return found


def _missing(path: Path, name: str, columns: dict[str, list[str]]) -> InputRefused:
    return InputRefused(
        "missing_columns",
        Text(f"表中没有列 {name}。", f"The table has no column {name}."),
        remedy=Text(
            f"请给列命名为 {name}；现有列：{'、'.join(columns)}。",
            f"Give columns the name {name}; there are: {', '.join(columns)}.",
        ),
        place=Place(file=path.name),
    )


def _numbers(values: list[str]) -> Floats:
    def number(value: str) -> float:
        try:
            return float(value)
        except ValueError:
            return float("nan")

    return np.array([number(value) for value in values], dtype=np.float64)


def _code_faults(path: Path, codes: list[str], level: str, profile: CodeProfile, column: str) -> list[Fault]:
    found: list[Fault] = []
    seen: dict[str, int] = {}
    for k, code in enumerate(codes):
        place = Place(file=path.name, row=k + 2, column=column, value=code)
        fault = profile.fault(level, code)
        if fault is not None:
            found.append(Fault(fault.code, fault.message, place, fault.remedy))
        elif code in seen:
            first = seen[code]
            message = Text(f"编码与第 {first} 行重复。", f"The code is that of row {first} too.")
            found.append(Fault("duplicate_code", message, place, _ONE_ROW))
        else:
            seen[code] = k + 2
    return found


_ONE_ROW = Text("每个编码只留一行。", "Keep one row for each code.")


def _refuse(path: Path, faults: list[Fault], message: Text) -> None:
    if faults:
        raise InputRefused("list_refused", message, place=Place(file=path.name), faults=faults)
