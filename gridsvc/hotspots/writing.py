"""Writes a map to a file, by its suffix."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from gridsvc.errors import InputRefused, Place, Text, WrongUsage
from gridsvc.hotspots.counting import ReportCounts


def check_target(path: Path) -> None:
    """Refuse a file that `write_map` could not write, before any work is done.

    Raises
    ------
    WrongUsage
        `bad_suffix`: neither .html nor .png.
    InputRefused
        `no_folder`: the folder does not exist or may not be written.
    """
    place = Place(file=str(path))
    if path.suffix.lower() not in _DRAWERS:
        raise WrongUsage(
            "bad_suffix",
            Text(
                f"不支持输出为 {path.suffix or '（无后缀）'}。",
                f"cannot write {path.suffix or '(no suffix)'}.",
            ),
            place=place,
            remedy=Text("请用 .html 或 .png。", "Use .html or .png."),
        )
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise InputRefused(
            "no_folder",
            Text(f"无法写入 {path}。", f"cannot write {path}."),
            place=place,
            remedy=Text("请先建立该文件夹并确认有写权限。", "Make the folder first, writable."),
        )


def write_map(counts: ReportCounts, path: Path, language: str = "zh") -> int:
    """Write the map to `path` (.html or .png), whole or not at all, and return its size in bytes."""
    check_target(path)
    content = _DRAWERS[path.suffix.lower()](counts, language)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return len(content)


def _html(counts: ReportCounts, language: str) -> bytes:
    from gridsvc.hotspots.page import draw_page

    return draw_page(counts, language).encode()


def _png(counts: ReportCounts, language: str) -> bytes:
    from gridsvc.hotspots.drawing import draw_picture

    return draw_picture(counts, language)


_DRAWERS: dict[str, Callable[[ReportCounts, str], bytes]] = {".html": _html, ".htm": _html, ".png": _png}
