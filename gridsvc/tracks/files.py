"""The files that tracks come in: GPX or a table, told apart by how they begin."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from gridsvc.errors import Fault, InputRefused, Place, Text, WrongUsage
from gridsvc.tracks.fixes import Fixes
from gridsvc.tracks.gpx_file import read_gpx
from gridsvc.tracks.table_file import read_fixes_table

_LONGEST_NAME = 100
_MB = 1_000_000


@dataclass(slots=True)
class FixesFile:
    """The fixes of a file by patrol, and what of it cannot be read, or only with doubt."""

    fixes: list[Fixes]
    refused: list[Fault]
    doubtful: list[Fault]


def read_fixes(
    given: Path | bytes,
    content: bytes | None,
    name: str,
    *,
    patrol: str | None,
    columns: Mapping[str, str],
    zone: ZoneInfo,
    local_times: bool,
) -> FixesFile:
    """Read a GPX or a table by what it begins with; `content` and `name` are those of `content_of`.

    Raises what `read_gpx` and `read_fixes_table` raise.
    """
    found = FixesFile([], [], [])
    if content is not None and (name.lower().endswith(".gpx") or _is_markup(content)):
        fixes, unzoned = read_gpx(content, name, patrol=patrol, local_times=zone if local_times else None)
        if unzoned:
            found.doubtful.append(_unzoned(name, zone, local_times))
    elif isinstance(given, Path):
        fixes, found.refused = read_fixes_table(given, patrol=patrol, columns=columns, zone=zone)
    else:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tracks.csv"
            path.write_bytes(content or b"")
            fixes, found.refused = read_fixes_table(path, patrol=patrol, columns=columns, zone=zone)
    for each in fixes:
        if 0 < len(each.patrol) <= _LONGEST_NAME and each.patrol.isprintable():
            found.fixes.append(each)
        else:
            found.refused.append(_bad_name(each.patrol, name))
    return found


def _is_markup(content: bytes) -> bool:
    """Return whether a text in any encoding begins with a tag."""
    return content[:256].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"<")


def content_of(given: Path | bytes, file: str | None, largest_mb: int) -> tuple[bytes | None, str]:
    """Return the bytes of a text file (None of a Parquet) and its name.

    Raises `InputRefused` (`file_not_found`, `file_too_large`).
    """
    if isinstance(given, Path):
        if not given.is_file():
            raise InputRefused(
                "file_not_found",
                Text(f"找不到文件 {given}。", f"There is no file {given}."),
                place=Place(file=str(given)),
            )
        size, name = given.stat().st_size, file or given.name
    else:
        size, name = len(given), file or "tracks"
    if size > largest_mb * _MB:
        raise InputRefused(
            "file_too_large",
            Text(
                f"文件有 {size / _MB:.0f} MB，上限为 {largest_mb} MB。",
                f"The file has {size / _MB:.0f} MB; the limit is {largest_mb} MB.",
            ),
            remedy=Text(
                "请按日拆分；内存充足时可提高设置 GRIDSVC_LARGEST_IMPORT_MB（约需文件大小 25 倍的内存）。",
                "Divide it by day; where there is memory (some 25 times the file), raise the setting"
                " GRIDSVC_LARGEST_IMPORT_MB.",
            ),
            place=Place(file=name),
        )
    if isinstance(given, bytes):
        return given, name
    return (None if given.suffix.lower() in (".parquet", ".pq") else given.read_bytes()), name


def checked_name(patrol: str) -> str:
    """Return the name of a patrol without blanks around it; raises `WrongUsage` (`bad_patrol`)."""
    name = patrol.strip()
    if 0 < len(name) <= _LONGEST_NAME and name.isprintable():
        return name
    raise WrongUsage(
        "bad_patrol",
        Text(
            f"巡查员名称须为 1 至 {_LONGEST_NAME} 个可见字符。",
            f"The name of a patrol has 1 to {_LONGEST_NAME} visible characters.",
        ),
        place=Place(column="patrol", value=patrol),
    )


def _bad_name(name: str, file: str) -> Fault:
    return Fault(
        "bad_patrol",
        Text(
            f"巡查员名称须为 1 至 {_LONGEST_NAME} 个可见字符。",
            f"The name of a patrol has 1 to {_LONGEST_NAME} visible characters.",
        ),
        Place(file=file, value=name[:_LONGEST_NAME]),
        Text("用 --patrol 指明。", "Name it by --patrol."),
    )


def _unzoned(file: str, zone: ZoneInfo, local: bool) -> Fault:
    taken = Text(zone.key, zone.key) if local else Text("UTC（GPX 标准）", "UTC, as GPX has it")
    return Fault(
        "times_without_zone",
        Text(f"时间没有时区，按 {taken.zh} 处理。", f"Times have no zone and were taken for {taken.en}."),
        Place(file=file, column="time"),
        None
        if local
        else Text(
            f"若为当地时间，用 --local-times（{zone.key}）。",
            f"If they are local ({zone.key}), say --local-times.",
        ),
    )
