"""Past cases of a file, as batches: read as `resolve` reads it, with the same columns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa

from gridsvc.responsibility.files import FIELDS, queries_of
from gridsvc.responsibility.replay.replaying import Batch
from gridsvc.tabular import read_text_table

ROWS = 131_072


def file_batches(
    path: Path,
    *,
    columns: Mapping[str, str],
    now: datetime,
    zone: ZoneInfo,
    since: datetime | None = None,
    until: datetime | None = None,
    defaults: Mapping[str, str] | None = None,
    rows: int = ROWS,
) -> Iterator[Batch]:
    """Read a CSV or Parquet file of cases; a row without an id is called by its number in the file.

    `since`, `until` (excluded): only the cases whose time lies between them. Raises what `resolve_file` does
    of a file that cannot be read.
    """
    table = read_text_table(path)
    known = [name for name in table.column_names if name.strip().lower() in FIELDS["id"]]
    named = columns.get("id") or next(iter(known), None)
    for start in range(0, table.num_rows, rows):
        part = table.slice(start, rows)
        queries = queries_of(part, columns, now, zone, defaults or {}, path.name)
        if named in part.column_names:
            ids = part[named].to_pylist()
        else:
            ids = list(range(start + 2, start + 2 + part.num_rows))  # the header is row 1
        if since is not None or until is not None:
            keep = np.ones(len(queries), bool)
            if since is not None:
                keep &= queries.at >= _microseconds(since)
            if until is not None:
                keep &= queries.at < _microseconds(until)
            # Cut the table rather than the columns of the queries: their words stay in step.
            part = part.filter(pa.array(keep))
            queries = queries_of(part, columns, now, zone, defaults or {}, path.name)
            ids = [name for name, wanted in zip(ids, keep.tolist(), strict=True) if wanted]
        if len(queries):
            yield Batch(ids, queries)


def _microseconds(instant: datetime) -> int:
    return round(instant.timestamp() * 1_000_000)
