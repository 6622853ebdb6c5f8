"""Writes a map to a file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridsvc.hotspots.counting import ReportCounts
from gridsvc.tabular import report_file


def check_target(path: Path) -> None:
    """Refuse a file that `write_map` could not write, before any work is done.

    Raises
    ------
    WrongUsage
        `bad_suffix`: neither .html nor .png.
    InputRefused
        `no_folder`: the folder does not exist or may not be written.
    """
    report_file.check_target(path, tuple(_DRAWERS))


def write_map(counts: ReportCounts, path: Path, language: str = "zh") -> int:
    """Write the map to `path` (.html or .png), whole or not at all, and return its size in bytes."""
    check_target(path)
    return report_file.write_whole(path, _DRAWERS[path.suffix.lower()](counts, language))


def _html(counts: ReportCounts, language: str) -> bytes:
    from gridsvc.hotspots.page import draw_page

    return draw_page(counts, language).encode()


def _png(counts: ReportCounts, language: str) -> bytes:
    from gridsvc.hotspots.drawing import draw_picture

    return draw_picture(counts, language)


_DRAWERS: dict[str, Callable[[ReportCounts, str], bytes]] = {".html": _html, ".htm": _html, ".png": _png}
