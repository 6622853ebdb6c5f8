"""Many reports at once into the database: by COPY, each with its resolution."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from gridsvc.cases.addresses import ACCURACY_KIND
from gridsvc.cases.checking import CheckedCases
from gridsvc.cases.locating import Located
from gridsvc.cases.reading import CaseTable
from gridsvc.cases.resolutions import cell_editions, rule_ids
from gridsvc.postgres import copy_rows
from gridsvc.responsibility import columns_of

_REPORT_COLUMNS = (
    "id external_id origin fingerprint lon lat datum accuracy_m accuracy_kind placed_by geom scheme kind"
    " class_code text address source"
    " opened_at closed_at due_at unit_text flags heading_deg house_number"
)
_RESOLUTION_COLUMNS = (
    "report_id atlas cell_edition_id cell_code street_code component_id clause_id rule_id decision unit_code"
    " deadline confidence"
)


def store(
    connection: Connection,
    origin: str,
    table: CaseTable,
    checked: CheckedCases,
    located: Located,
    fresh: NDArray[np.bool_],
    prints: list[str],
    *,
    scheme: str | None,
    datum: str,
) -> None:
    """Append the `fresh` rows, digests `prints`, both of shape (n,), inside the caller's transaction."""
    rows = np.flatnonzero(fresh)
    if not len(rows):
        return
    numbers = (
        connection.execute(
            text("SELECT nextval(pg_get_serial_sequence('report', 'id')) FROM generate_series(1, :n)"),
            {"n": len(rows)},
        )
        .scalars()
        .all()
    )
    copy_rows(
        connection,
        "report",
        _REPORT_COLUMNS.split(),
        _report_rows(origin, table, checked, located, rows, prints, numbers, scheme, datum),
    )
    copy_rows(
        connection,
        "resolution",
        _RESOLUTION_COLUMNS.split(),
        _resolution_rows(located, checked, rows, numbers),
    )


def _report_rows(
    origin: str,
    table: CaseTable,
    checked: CheckedCases,
    located: Located,
    rows: NDArray[np.int64],
    prints: list[str],
    numbers: Any,
    scheme: str | None,
    datum: str,
) -> Iterator[tuple[Any, ...]]:
    classes = located.answers.atlas.classes.rows
    keep = checked.keep[rows].tolist()

    def column(name: str) -> list[str | None]:
        values = table.columns.get(name)
        return [None] * len(keep) if values is None else [values[index] or None for index in keep]

    lon, lat = _floats(checked.lon[rows]), _floats(checked.lat[rows])
    datums = [datum] * len(rows)
    accuracies: list[float | None] = [None] * len(rows)
    records: list[str | None] = [None] * len(rows)
    if located.by_address is not None:
        said = located.by_address
        for at, row in enumerate(rows.tolist()):
            record = said.records[row]
            if record is not None:
                lon[at], lat[at], datums[at] = record["lon"], record["lat"], "wgs84"
                accuracies[at], records[at] = record["accuracy_m"], json.dumps(record, ensure_ascii=False)
    placed = ~np.isnan(located.lon[rows])
    points = np.full(len(rows), None, object)
    if placed.any():
        geometry = shapely.points(located.lon[rows][placed], located.lat[rows][placed])
        points[placed] = shapely.to_wkb(shapely.set_srid(geometry, 4326), hex=True, include_srid=True)
    flags = _flag_texts(checked, rows)
    known = [classes[index] if index >= 0 else None for index in located.class_[rows].tolist()]
    words = column("class")
    yield from zip(
        numbers,
        [checked.ids[index] for index in rows],
        [origin] * len(rows),
        [prints[index] for index in rows],
        # One without the other is no place at all; the file's own words are in the list of doubts.
        [x if y is not None else None for x, y in zip(lon, lat, strict=True)],
        [y if x is not None else None for x, y in zip(lon, lat, strict=True)],
        datums,
        accuracies,
        [None if each is None else ACCURACY_KIND for each in accuracies],
        records,
        points.tolist(),
        [each.scheme if each else scheme for each in known],
        [each.kind if each else None for each in known],
        [each.code if each else word for each, word in zip(known, words, strict=True)],
        column("text"),
        column("address"),
        column("source"),
        _instants(checked.opened[rows]),
        _instants(checked.closed[rows]),
        _instants(checked.due[rows]),
        column("unit"),
        flags,
        _floats(located.heading_deg[rows]),
        [number if number > 0 else None for number in located.house_number[rows].tolist()],
        strict=True,
    )


def _resolution_rows(
    located: Located, checked: CheckedCases, rows: NDArray[np.int64], numbers: Any
) -> Iterator[tuple[Any, ...]]:
    """Yield the resolution of each report that has a place; the answer in full is not kept for history."""
    columns = columns_of(located.answers)
    edition = cell_editions(located.answers)
    placed = ~checked.flags["needs_location"][rows]
    chosen = rows[placed]
    ids = [number for number, wanted in zip(numbers, placed, strict=True) if wanted]
    clause, editions = columns["clause_id"][chosen].tolist(), edition[chosen].tolist()
    rules = rule_ids(located.answers)[chosen].tolist()
    yield from zip(
        ids,
        [located.answers.atlas.version] * len(ids),
        [each if each >= 0 else None for each in editions],
        columns["cell_code"][chosen].tolist(),
        columns["street_code"][chosen].tolist(),
        columns["component_id"][chosen].tolist(),
        [each if each >= 0 else None for each in clause],
        [each if each >= 0 else None for each in rules],
        [each or "needs_decision" for each in columns["decision"][chosen].tolist()],
        columns["unit_code"][chosen].tolist(),
        _instants(columns["deadline"][chosen]),
        _floats(np.asarray(columns["confidence"][chosen], np.float64)),
        strict=True,
    )


def _floats(values: NDArray[np.float64]) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


def _instants(values: NDArray[Any]) -> list[str | None]:
    """Return instants as the database reads them: text is several times quicker to send than datetimes."""
    texts = np.datetime_as_string(values.astype("datetime64[us]"))
    return [None if word == "NaT" else f"{word}Z" for word in texts.tolist()]


def _flag_texts(checked: CheckedCases, rows: NDArray[np.int64]) -> list[str]:
    """Return each row's flags as an array in PostgreSQL's own writing."""
    flags: list[list[str]] = [[] for _ in range(len(rows))]
    for name, mask in checked.flags.items():
        for index in np.flatnonzero(mask[rows]).tolist():
            flags[index].append(name)
    return ["{" + ",".join(names) + "}" for names in flags]
