"""How large a Parquet file is in memory, found without unpacking it.

Neither its size on disk nor what its footer says bounds that: a value that repeats is stored once, so that
16 kB may hold gigabytes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow
    import pyarrow.parquet

_BYTES = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8, "BYTE_ARRAY": 4}
# Indices into dictionaries, a few bytes a row.
_ROWS_AT_ONCE = 65_536


def parquet_size(path: Path, limit: int) -> int:
    """Return the bytes that the values of a file have in memory, or the first size beyond `limit`.

    Raises `OSError` or `ValueError` for what is no Parquet file.
    """
    import pyarrow

    try:
        return _unpacked(path, limit)
    except pyarrow.ArrowException as error:
        raise ValueError(str(error)) from error


def _unpacked(path: Path, limit: int) -> int:
    import pyarrow.parquet

    with pyarrow.parquet.ParquetFile(path) as file:
        packed: int = sum(
            file.metadata.row_group(k).total_byte_size for k in range(file.metadata.num_row_groups)
        )
        if packed > limit:
            return packed
        size = _fixed(file.metadata)
        texts = [
            column.path
            for column in map(file.metadata.schema.column, range(file.metadata.num_columns))
            if column.physical_type == "BYTE_ARRAY" and column.logical_type.type != "DECIMAL"
        ]
    if size > limit or not texts:
        return size
    # As dictionaries each value is there once, and only counted as often as it is used.
    with pyarrow.parquet.ParquetFile(path, read_dictionary=texts) as file:
        for batch in file.iter_batches(_ROWS_AT_ONCE, columns=texts):
            size += sum(_lengths(column) for column in batch.columns)
            if size > limit:
                break
    return size


def _fixed(metadata: pyarrow.parquet.FileMetaData) -> int:
    """Return the bytes of all values of a fixed width, and of the offsets of the others."""
    size = 0
    for number in range(metadata.num_columns):
        column = metadata.schema.column(number)
        width = _BYTES.get(column.physical_type, column.length)
        chunks = (metadata.row_group(k).column(number) for k in range(metadata.num_row_groups))
        size += width * sum(chunk.num_values for chunk in chunks)
    return size


def _lengths(column: Any) -> int:
    """Return the total length in bytes of the texts of an array, however deep they lie in it."""
    import pyarrow
    import pyarrow.compute

    if pyarrow.types.is_dictionary(column.type):
        each = pyarrow.compute.binary_length(column.dictionary).cast(pyarrow.int64())
        return int(pyarrow.compute.sum(each.take(column.indices)).as_py() or 0)
    if pyarrow.types.is_map(column.type):
        return _lengths(column.keys) + _lengths(column.items)
    if pyarrow.types.is_struct(column.type):
        return sum(_lengths(part) for part in column.flatten())
    if pyarrow.types.is_nested(column.type):
        return _lengths(column.flatten())
    return int(column.nbytes)
