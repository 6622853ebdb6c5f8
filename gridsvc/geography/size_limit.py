"""How large a file may be that is read whole into memory; asked before a byte of it is parsed."""

from __future__ import annotations

import gzip
import zipfile
import zlib
from pathlib import Path

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.geography.parquet_size import parquet_size

PARQUET = {".parquet", ".geoparquet"}
"""How the names of Parquet files end."""

_MB = 1_000_000
_BLOCK = 1 << 20


def check_size(path: Path, largest_mb: int) -> None:
    """Refuse a file of more than `largest_mb` megabytes once it is unpacked (`file_too_large`).

    A Shapefile is all of its files, a geodatabase all of its folder, an archive what it holds, and Parquet
    the values that it unpacks to.
    """
    limit = largest_mb * _MB
    size = _size(path, limit)
    if size <= limit:
        return
    raise InputRefused(
        "file_too_large",
        Text(
            f"文件（解压后）超过 {size / _MB:.0f} MB，上限为 {largest_mb} MB。",
            f"The file has {size / _MB:.0f} MB or more (unpacked); the limit is {largest_mb} MB.",
        ),
        remedy=Text(
            "按区域拆分文件；内存充足时可提高设置 GRIDSVC_LARGEST_IMPORT_MB（最多需文件大小 40 倍的内存）。",
            "Split it by area; where there is memory (up to 40 times the file), raise the setting"
            " GRIDSVC_LARGEST_IMPORT_MB.",
        ),
        place=Place(file=path.name),
    )


def _size(path: Path, limit: int) -> int:
    if path.is_dir():
        return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
    suffix = path.suffix.lower()
    if suffix == ".shp":
        return sum(each.stat().st_size for each in path.parent.glob(f"{_literal(path.stem)}.*"))
    try:
        if suffix == ".gz":
            return _unpacked(path, limit)
        if suffix in (".zip", ".shz", ".kmz"):
            with zipfile.ZipFile(path) as archive:
                return sum(each.file_size for each in archive.infolist())
        if suffix in PARQUET:
            return max(path.stat().st_size, parquet_size(path, limit))
    except (OSError, EOFError, ValueError, zlib.error, zipfile.BadZipFile):
        pass  # damaged: the reader says so
    return path.stat().st_size


def _unpacked(path: Path, limit: int) -> int:
    """Return the unpacked size of a gzip file, or the first size beyond the limit."""
    size = 0
    with gzip.open(path) as file:
        while size <= limit and (block := file.read(_BLOCK)):
            size += len(block)
    return size


def _literal(stem: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in stem)
