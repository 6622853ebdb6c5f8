"""Files that a report is written into: checked before any work, written whole, harmless in spreadsheets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gridsvc.errors import InputRefused, Place, Text, WrongUsage

REPORT_SUFFIXES = (".xlsx", ".json", ".csv")
# A cell that begins so is taken for a formula by spreadsheet programs, wherever it came from.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def check_target(path: Path, suffixes: Sequence[str] = REPORT_SUFFIXES, *, overwrite: bool = True) -> None:
    """Refuse a file that could not be written, before any work is done.

    Raises WrongUsage (bad_suffix), InputRefused (no_folder; file_exists, unless `overwrite`).
    """
    place = Place(file=str(path))
    if path.suffix.lower() not in suffixes:
        raise WrongUsage(
            "bad_suffix",
            Text(
                f"报告不能写成 {path.suffix or '（无后缀）'}。",
                f"cannot write {path.suffix or '(no suffix)'}.",
            ),
            place=place,
            remedy=Text(f"可用：{'、'.join(suffixes)}。", f"Use {', '.join(suffixes)}."),
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise InputRefused(
            "no_folder",
            Text(f"无法写入 {path}。", f"cannot write {path}."),
            place=place,
            remedy=Text("请先建立该文件夹并确认有写权限。", "Make the folder first, writable."),
        )
    if path.exists() and not overwrite:
        raise InputRefused(
            "file_exists",
            Text(f"文件 {path} 已存在。", f"The file {path} exists."),
            place=place,
            remedy=Text("加 --overwrite 覆盖。", "Give --overwrite to replace it."),
        )


def write_whole(path: Path, content: bytes) -> int:
    """Write a file whole or not at all; return its bytes."""
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)


def harmless(value: Any) -> Any:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
