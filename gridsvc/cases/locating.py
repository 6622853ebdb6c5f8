"""Places and classes of a case file: resolved at once, exchanged coordinates found out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridsvc.cases.addresses import ACCURACY_KIND, PLACED_BY_ADDRESS, Addresses, PlacedRows
from gridsvc.cases.checking import CheckedCases
from gridsvc.cases.reading import CaseTable
from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography import to_wgs84
from gridsvc.responsibility import (
    Atlas,
    Queries,
    Resolutions,
    columns_of,
    read_headings,
    read_house_numbers,
    resolve,
)


@dataclass(slots=True)
class Located:
    """Answers for all rows: places in WGS 84, and the resolver's answer with its class.

    `heading_deg` (NaN) and `house_number` (-1 for none) are what was asked with.
    `by_address`: of the rows that have no coordinates, what their address gave; None when none was asked.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    answers: Resolutions
    class_: NDArray[np.int32]
    heading_deg: NDArray[np.float64]
    house_number: NDArray[np.int64]
    by_address: PlacedRows | None = None


def locate(
    atlas: Atlas,
    table: CaseTable,
    checked: CheckedCases,
    *,
    scheme: str | None,
    kind: str | None,
    datum: str,
    addresses: Addresses | None = None,
) -> Located:
    """Resolve all rows at once; adds the flags of class and place.

    A row without a usable place is put where its address says, when `addresses` finds that certain and exact.
    A house number that is not given and would settle who keeps a boundary road is taken from the address.
    """
    n = len(checked.keep)
    by_address = _placed(addresses, table, checked)
    usable = ~checked.flags["needs_location"]
    lon, lat = np.full(n, np.nan), np.full(n, np.nan)
    if usable.any():
        lon[usable], lat[usable] = to_wgs84(datum, checked.lon[usable], checked.lat[usable])
    accuracy = None
    if by_address is not None:
        said = ~np.isnan(by_address.lon)
        lon[said], lat[said] = by_address.lon[said], by_address.lat[said]
        accuracy = by_address.accuracy_m
        checked.flags[PLACED_BY_ADDRESS] = said
        checked.flags["needs_location"] = checked.flags["needs_location"] & ~said
        usable = usable | said
    heading, house_number = _facts(table, checked)
    if by_address is not None:
        numbers = [(record or {}).get("house_number") or -1 for record in by_address.records]
        house_number = np.where(house_number < 0, np.array(numbers, np.int64), house_number)
    words = (
        [table.columns["class"][index] for index in checked.keep] if "class" in table.columns else [""] * n
    )
    kinds = [each or kind for each in checked.kind]
    asked = _classes_by_name(atlas, words, kinds, scheme)
    earliest, latest = atlas.calendar.span
    at = np.clip(checked.opened.astype(np.int64), earliest, latest - 1)

    def ask(codes: list[str | None], house_number: NDArray[np.int64]) -> Resolutions:
        return resolve(
            atlas,
            Queries.of(
                lon=lon,
                lat=lat,
                at=at,
                class_code=codes,
                kind=[key[1] for key in asked],
                scheme=[key[0] for key in asked],
                accuracy_m=accuracy,
                accuracy_kind=ACCURACY_KIND if accuracy is not None else None,
                heading_deg=heading,
                house_number=house_number,
            ),
        )

    answers = ask([key[2] for key in asked], house_number)
    said = _numbers_said(addresses, table, checked, answers)
    if (said > 0).any():
        house_number = np.where(said > 0, said, house_number)
        answers = ask([key[2] for key in asked], house_number)
    class_ = answers.class_.copy()
    named = np.array([key[2] is not None for key in asked], bool)
    lost = named & (class_ < 0)
    codes = columns_of(answers)["problem"]
    ambiguous = codes == "ambiguous_class"
    if lost.any():
        # The resolver answers nothing at all for a class that it does not know; the place is still wanted.
        known = [None if gone else key[2] for gone, key in zip(lost, asked, strict=True)]
        answers = ask(known, house_number)
    checked.flags["ambiguous_class"] = ambiguous
    checked.flags["unknown_class"] = lost & ~ambiguous
    checked.flags["no_class"] = ~named
    has_areas = any(moment.grid.layers for moment in atlas.moments)
    checked.flags["outside"] = usable & answers.outside() if has_areas else np.zeros(n, bool)
    return Located(lon, lat, answers, class_, heading, house_number, by_address)


def _placed(addresses: Addresses | None, table: CaseTable, checked: CheckedCases) -> PlacedRows | None:
    """Return the places that the addresses of rows without coordinates give, shape (n,)."""
    if addresses is None or "address" not in table.columns or not checked.flags["needs_location"].any():
        return None
    words = table.columns["address"]
    return addresses.place_all(
        words[index] if waiting else ""
        for index, waiting in zip(
            checked.keep.tolist(), checked.flags["needs_location"].tolist(), strict=True
        )
    )


def _facts(table: CaseTable, checked: CheckedCases) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return headings (NaN) and house numbers (-1 for none), shape (n,); flags what is not understood."""

    def words(field: str) -> list[str]:
        values = table.columns.get(field)
        return [""] * len(checked.keep) if values is None else [values[k] for k in checked.keep.tolist()]

    heading, checked.flags["bad_heading"] = read_headings(words("heading"))
    house_number, checked.flags["bad_house_number"] = read_house_numbers(words("house_number"))
    return heading, house_number


def _numbers_said(
    addresses: Addresses | None, table: CaseTable, checked: CheckedCases, answers: Resolutions
) -> NDArray[np.int64]:
    """Return the house numbers that the addresses of those rows say for which one is missing, -1 for none."""
    said = np.full(len(answers), -1, np.int64)
    if addresses is not None and "address" in table.columns:
        rows = np.flatnonzero(answers.wants_house_number())
        words = [table.columns["address"][index] for index in checked.keep[rows].tolist()]
        readings = {word: addresses.read(word) for word in set(words) if word}
        for row, word in zip(rows.tolist(), words, strict=True):
            if word:
                place = float(answers.lon[row]), float(answers.lat[row])
                said[row] = addresses.house_number(readings[word], *place, None) or -1
    return said


def _classes_by_name(
    atlas: Atlas, words: list[str], kinds: list[str | None], scheme: str | None
) -> list[tuple[str | None, str | None, str | None]]:
    """Return (scheme, kind, code) to ask for; a name that one class alone has becomes its code."""
    names: dict[str, list[int]] = {}
    for index, row in enumerate(atlas.classes.rows):
        for name in {row.name, (row.name_en or "").casefold()} - {""}:
            names.setdefault(name, []).append(index)
    in_use = {edition.scheme for edition in atlas.clauses.edition}
    found: dict[tuple[str, str | None], tuple[str | None, str | None, str | None]] = {}
    for word, kind in set(zip(words, kinds, strict=True)):
        key: tuple[str | None, str | None, str | None] = (scheme, kind, word or None)
        if word and word not in atlas.classes.by_code:
            rows = [atlas.classes.rows[index] for index in names.get(word, names.get(word.casefold(), []))]
            rows = [row for row in rows if scheme in (None, row.scheme) and kind in (None, row.kind)]
            rows = [row for row in rows if row.scheme in in_use] or rows
            if len(rows) == 1:
                key = (rows[0].scheme, rows[0].kind, rows[0].code)
        found[word, kind] = key
    return [found[pair] for pair in zip(words, kinds, strict=True)]


def refuse_swapped_file(checked: CheckedCases, table: CaseTable, file: str) -> None:
    """Refuse a file most of whose latitudes can only be longitudes."""
    swapped = checked.flags["swapped_lon_lat"]
    placed = int((~np.isnan(checked.lon) & ~np.isnan(checked.lat)).sum())
    if placed and int(swapped.sum()) * 2 > placed:
        raise _swapped(file, int(swapped.sum()), table.rows[checked.keep[np.flatnonzero(swapped)[0]]])


def refuse_swapped_places(atlas: Atlas, checked: CheckedCases, located: Located, file: str) -> None:
    """Find places outside every area that would lie inside if lon and lat were exchanged.

    Most of the file: it is refused. Single rows: flagged, and without a usable place.
    """
    suspects = np.flatnonzero(checked.flags["outside"] & (np.abs(located.lon) <= 90))
    if not len(suspects):
        return
    exchanged = resolve(
        atlas,
        Queries.of(
            lon=located.lat[suspects],
            lat=located.lon[suspects],
            at=located.answers.queries.at[suspects],
        ),
    )
    swapped = suspects[~exchanged.outside() & (exchanged.problem == 0)]
    placed = int((~np.isnan(located.lon)).sum())
    if len(swapped) * 2 > placed:
        raise _swapped(file, len(swapped), None)
    checked.flags["swapped_lon_lat"][swapped] = True
    checked.flags["needs_location"][swapped] = True
    checked.flags["outside"][swapped] = False
    located.lon[swapped] = located.lat[swapped] = np.nan


def _swapped(file: str, n: int, row: int | None) -> InputRefused:
    return InputRefused(
        "swapped_lon_lat",
        Text(
            f"有 {n:,} 行的经纬度写反了，整个文件多半如此。",
            f"Longitude and latitude are swapped in {n:,} rows: most likely in the whole file.",
        ),
        remedy=Text(
            "请用 --column lon=纬度列名 --column lat=经度列名 对调。",
            "Exchange them: --column lon=NAME --column lat=NAME.",
        ),
        place=Place(file=file, row=row),
    )
