"""Reports of the past as batches for a replay: streamed by COPY, so that memory does not grow with them."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from datetime import datetime
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.csv as arrow_csv
from psycopg import sql
from sqlalchemy import Connection

from gridsvc.responsibility import Queries
from gridsvc.responsibility.replay.replaying import Batch

_BLOCK = 1 << 23  # bytes of CSV in a batch: some 80,000 reports

_TEXT, _FLOAT, _WHOLE = pa.string(), pa.float64(), pa.int64()
_COLUMNS = {
    "id": ("id", _WHOLE),
    "lon": ("lon", _FLOAT),
    "lat": ("lat", _FLOAT),
    "datum": ("datum", _TEXT),
    "accuracy_m": ("accuracy_m", _FLOAT),
    "accuracy_kind": ("accuracy_kind", _TEXT),
    "scheme": ("scheme", _TEXT),
    "kind": ("kind", _TEXT),
    "class_code": ("class_code", _TEXT),
    # Whole microseconds, as the resolver counts: text would have to be read again.
    "at": ("(extract(epoch FROM opened_at) * 1000000)::bigint", _WHOLE),
    "heading_deg": ("heading_deg", _FLOAT),
    "house_number": ("house_number", _WHOLE),
    "component_id": ("component_id", _TEXT),
    "facts": ("facts", _TEXT),
}


def report_batches(
    connection: Connection,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    origin: str | None = None,
    block: int = _BLOCK,
) -> Generator[Batch, None, None]:
    """Yield all reports by id, each as it was asked; `since` and `until` (excluded) are aware.

    The connection does nothing else until the last batch was taken.
    """
    conditions: list[sql.Composable] = [sql.SQL("true")]
    for word, value in (("opened_at >= ", since), ("opened_at < ", until), ("origin = ", origin)):
        if value is not None:
            conditions.append(sql.SQL(word) + sql.Literal(value))
    # COPY takes no parameters; the literals are quoted by the driver.
    statement = sql.SQL("COPY (SELECT {} FROM report WHERE {} ORDER BY id) TO STDOUT (FORMAT csv)").format(
        sql.SQL(", ").join(sql.SQL(expression) for expression, _ in _COLUMNS.values()),
        sql.SQL(" AND ").join(conditions),
    )
    raw = connection.connection.driver_connection
    assert raw is not None
    with raw.cursor() as cursor, cursor.copy(statement) as copy:
        for table in _tables(_Stream(copy), block):
            yield _batch(table)


class _Stream(io.RawIOBase):
    """What COPY sends, as a file."""

    def __init__(self, copy: Any) -> None:
        self._rows = iter(copy)
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end."""
        target = memoryview(buffer).cast("B")
        filled = 0
        while filled < len(target):
            if not self._rest:
                following = next(self._rows, None)
                if following is None:
                    break
                self._rest = memoryview(following)
            taken = min(len(self._rest), len(target) - filled)
            target[filled : filled + taken] = self._rest[:taken]
            self._rest = self._rest[taken:]
            filled += taken
        return filled


def _tables(stream: _Stream, block: int) -> Iterator[pa.Table]:
    # An empty file is an error to the reader, and none to us.
    first = stream.read(1)
    if not first:
        return
    whole = _Rejoined(first, stream)
    reader = arrow_csv.open_csv(
        whole,
        read_options=arrow_csv.ReadOptions(column_names=list(_COLUMNS), block_size=block, use_threads=False),
        parse_options=arrow_csv.ParseOptions(newlines_in_values=True),
        convert_options=arrow_csv.ConvertOptions(
            column_types={name: kind for name, (_, kind) in _COLUMNS.items()},
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            null_values=[""],
        ),
    )
    for part in reader:
        yield pa.Table.from_batches([part])


class _Rejoined(io.RawIOBase):
    """A stream with what was read of it before put back in front."""

    def __init__(self, first: bytes, stream: _Stream) -> None:
        self._first = first
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill the buffer; 0 at the end."""
        if self._first:
            target = memoryview(buffer).cast("B")
            target[: len(self._first)] = self._first
            taken, self._first = len(self._first), b""
            return taken
        return self._stream.readinto(buffer)


def _batch(table: pa.Table) -> Batch:
    return Batch(
        table["id"].to_numpy().tolist(),
        Queries.of(
            lon=_floats(table["lon"]),
            lat=_floats(table["lat"]),
            at=table["at"].to_numpy(),
            class_code=table["class_code"],
            kind=table["kind"],
            scheme=table["scheme"],
            datum=table["datum"],
            accuracy_m=_floats(table["accuracy_m"]),
            accuracy_kind=table["accuracy_kind"],
            component_id=table["component_id"],
            heading_deg=_floats(table["heading_deg"]),
            house_number=table["house_number"].fill_null(-1).to_numpy(),
            facts=_facts(table["facts"]),
        ),
    )


def _floats(column: pa.ChunkedArray) -> Any:
    return column.fill_null(np.nan).to_numpy()


def _facts(column: pa.ChunkedArray) -> dict[str, list[str | None]] | None:
    """Return the facts that reports give, by name; None when none gives any."""
    if column.null_count == len(column):
        return None
    given = [orjson.loads(each) if each else {} for each in column.to_pylist()]
    names = sorted({name for facts in given for name in facts})
    return {
        name: [None if (value := facts.get(name)) is None else str(value) for facts in given]
        for name in names
    }
