"""A replay as a file: the tables as a workbook, or every case whose answer changes as rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as parquet

from gridsvc.responsibility.deadlines import NO_DEADLINE
from gridsvc.responsibility.replay.answers import DECISIONS, Answers, Numbers, Registers
from gridsvc.responsibility.replay.moves import MOVES
from gridsvc.responsibility.replay.replaying import Compared

ROW_SUFFIXES = (".csv", ".parquet")
SUFFIXES = (".xlsx", *ROW_SUFFIXES)
_INSTANT = pa.timestamp("us", "UTC")
_COLUMNS = (
    "id",
    "scheme",
    "kind",
    "class",
    *(f"{name}_{side}" for name in ("cell", "street", "decision", "unit") for side in ("before", "after")),
    "deadline_before",
    "deadline_after",
    "deadline",
    "moved_h",
)
_OTHERS = {"deadline_before": _INSTANT, "deadline_after": _INSTANT, "moved_h": pa.float64()}
_SCHEMA = pa.schema([(name, _OTHERS.get(name, pa.string())) for name in _COLUMNS])


class ChangedCases:
    """Writes every case whose answer changes, batch by batch."""

    def __init__(self, writer: parquet.ParquetWriter | arrow_csv.CSVWriter) -> None:
        """Take a writer of tables of `_SCHEMA`."""
        self._writer = writer

    def take(self, compared: Compared) -> None:
        """Write the changed rows of a batch."""
        rows = np.flatnonzero(compared.changed())
        if not len(rows):
            return
        old, new = compared.before, compared.after
        classes = old.resolutions.atlas.classes.rows
        of_class = np.where(old.class_ >= 0, old.class_, new.class_)[rows]
        columns: dict[str, Any] = {
            "id": pa.array([str(compared.batch.ids[row]) for row in rows.tolist()], pa.string()),
            "scheme": _words(of_class, [each.scheme for each in classes]),
            "kind": _words(of_class, [each.kind for each in classes]),
            "class": _words(of_class, [each.code for each in classes]),
            "deadline": _words(compared.move[rows], MOVES),
        }
        for side, answers in (("before", old), ("after", new)):
            columns |= _side(side, answers, rows, compared.registers)
        both = (old.deadline[rows] != NO_DEADLINE) & (new.deadline[rows] != NO_DEADLINE)
        moved = np.where(both, new.deadline[rows] - np.where(both, old.deadline[rows], 0), 0)
        columns["moved_h"] = pa.array(moved / 3_600_000_000, mask=~both)
        self._writer.write_table(pa.table([columns[name] for name in _COLUMNS], schema=_SCHEMA))


def _side(side: str, answers: Answers, rows: Numbers, registers: Registers) -> dict[str, pa.Array]:
    deadline = answers.deadline[rows]
    areas = {
        f"{level}_{side}": _words(answers.areas[level][rows], registers.areas[level].texts)
        for level in ("cell", "street")
    }
    return areas | {
        f"decision_{side}": _words(answers.decision[rows], DECISIONS),
        f"unit_{side}": _words(answers.unit[rows], registers.units.texts),
        f"deadline_{side}": pa.array(deadline, pa.int64(), mask=deadline == NO_DEADLINE).cast(_INSTANT),
    }


def _words(numbers: Numbers, texts: Sequence[str | None]) -> pa.Array:
    return pa.array(texts, pa.string()).take(pa.array(numbers))


@contextmanager
def changed_cases(path: Path) -> Iterator[ChangedCases]:
    """Give what writes the changed cases to a .csv or .parquet, which is there when the block ended well."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open("wb") as sink:
            if path.suffix.lower() == ".csv":
                with arrow_csv.CSVWriter(sink, _SCHEMA) as writer:
                    yield ChangedCases(writer)
            else:
                with parquet.ParquetWriter(sink, _SCHEMA) as rows:
                    yield ChangedCases(rows)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
