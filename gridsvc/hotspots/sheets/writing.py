"""Writes a sheet to a file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gridsvc.hotspots.sheets.sheet import Sheet
from gridsvc.hotspots.sheets.table import check_sheet
from gridsvc.tabular import report_file


def check_target(path: Path) -> None:
    """Refuse a file that `write_sheet` could not write, before any work is done.

    Raises
    ------
    WrongUsage
        `bad_suffix`: none of .html, .png, .geojson, .parquet, .tif.
    InputRefused
        `no_folder`: the folder does not exist or may not be written.
    """
    report_file.check_target(path, tuple(_DRAWERS))


def write_sheet(sheet: Sheet, path: Path, language: str = "zh") -> int:
    """Write the sheet to `path`, whole or not at all, and return its size in bytes.

    The suffix says what it becomes: .html a map in one file that needs no network, .png a picture,
    .geojson and .parquet the rows with their cells (WGS 84), .tif the surface, or else the shown column.
    """
    check_target(path)
    check_sheet(sheet)
    return report_file.write_whole(path, _DRAWERS[path.suffix.lower()](sheet, language))


def _html(sheet: Sheet, language: str) -> bytes:
    from gridsvc.hotspots.sheets.page import draw_page

    return draw_page(sheet, language).encode()


def _png(sheet: Sheet, language: str) -> bytes:
    from gridsvc.hotspots.sheets.picture import draw_picture

    return draw_picture(sheet, language)


def _geojson(sheet: Sheet, language: str) -> bytes:
    from gridsvc.hotspots.sheets.geojson import draw_geojson

    return draw_geojson(sheet, language)


def _parquet(sheet: Sheet, language: str) -> bytes:
    from gridsvc.hotspots.sheets.geoparquet import draw_geoparquet

    return draw_geoparquet(sheet, language)


def _tif(sheet: Sheet, language: str) -> bytes:
    from gridsvc.hotspots.sheets.geotiff import draw_geotiff

    return draw_geotiff(sheet, language)


_DRAWERS: dict[str, Callable[[Sheet, str], bytes]] = {
    ".html": _html,
    ".htm": _html,
    ".png": _png,
    ".geojson": _geojson,
    ".parquet": _parquet,
    ".tif": _tif,
    ".tiff": _tif,
}
