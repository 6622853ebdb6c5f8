"""A report as a table (CSV, XLSX), as GeoJSON of what was found, or as a page with a map."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from gridsvc.geography.checking.findings import CheckFinding
from gridsvc.geography.checking.kinds import KINDS, SEVERITY_NAMES
from gridsvc.geography.checking.report import LayerReport
from gridsvc.tabular import check_target, harmless, write_whole

_COLUMNS = (
    "图层 source",
    "层级 level",
    "级别 severity",
    "类型 kind",
    "编码 codes",
    "要素 rows",
    "面积 m2",
    "长度 length_m",
    "宽度 width_m",
    "比例 share",
    "经度 lon",
    "纬度 lat",
    "说明",
    "description",
    "处理建议",
    "remedy",
)
_WIDTHS = (20, 10, 9, 18, 36, 10, 14, 12, 12, 9, 12, 11, 60, 60, 40, 40)
_DECIMALS = 8  # of a degree: a millimetre
_HEADER_COLOUR = "FFE8EDF2"


def check_report_target(path: Path) -> None:
    """Refuse a file that `write_report` could not write, before any work is done.

    Raises `WrongUsage` (`bad_suffix`), `InputRefused` (`no_folder`).
    """
    check_target(path, tuple(_WRITERS))


def write_report(reports: Sequence[LayerReport], path: Path, language: str = "zh") -> int:
    """Write the findings of all layers by the suffix of `path`, whole or not at all; return its bytes."""
    check_report_target(path)
    return write_whole(path, _WRITERS[path.suffix.lower()](reports, language))


def _rows(reports: Sequence[LayerReport]) -> Iterator[list[Any]]:
    for report in reports:
        for each in report.findings:
            lon, lat = place_of(each) or (None, None)
            yield [
                report.source,
                report.level,
                each.severity,
                each.kind,
                " ".join(each.codes),
                " ".join(map(str, each.rows)),
                _number(each.m2, 4),
                _number(each.length_m, 3),
                _number(each.width_m, 4),
                _number(each.share, 5),
                lon,
                lat,
                each.message.zh,
                each.message.en,
                each.remedy.zh,
                each.remedy.en,
            ]


def place_of(found: CheckFinding) -> tuple[float, float] | None:
    """Return a place inside what was found (lon, lat), None where there is nothing to look at."""
    if found.shape is None or found.shape.is_empty:
        return None
    at = found.shape.point_on_surface()
    return round(at.x, 7), round(at.y, 7)


def _number(value: float | None, digits: int) -> float | None:
    return None if value is None else round(float(value), digits)


def _csv(reports: Sequence[LayerReport], _language: str) -> bytes:
    held = io.StringIO()
    writer = csv.writer(held)
    writer.writerow(_COLUMNS)
    writer.writerows([harmless(value) for value in row] for row in _rows(reports))
    return held.getvalue().encode("utf-8-sig")


def _xlsx(reports: Sequence[LayerReport], _language: str) -> bytes:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)

    def sheet(title: str, header: Sequence[str], widths: Sequence[int], rows: Iterator[list[Any]]) -> None:
        page = book.create_sheet(title)
        page.freeze_panes = "A2"
        for k, width in enumerate(widths):
            page.column_dimensions[get_column_letter(k + 1)].width = width
        cells = []
        for name in header:
            cell = WriteOnlyCell(page, value=name)
            cell.font = Font(bold=True)
            cell.fill = PatternFill("solid", fgColor=_HEADER_COLOUR)
            cells.append(cell)
        page.append(cells)
        count = 1
        for row in rows:
            page.append([harmless(value) for value in row])
            count += 1
        page.auto_filter.ref = f"A1:{get_column_letter(len(header))}{count}"

    sheet(
        "汇总",
        ("图层 source", "级别", "severity", "类型", "kind", "数量 count", "面积 m2"),
        (20, 9, 10, 20, 26, 12, 16),
        _sums(reports),
    )
    sheet("明细", _COLUMNS, _WIDTHS, _rows(reports))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _sums(reports: Sequence[LayerReport]) -> Iterator[list[Any]]:
    for report in reports:
        for each in report.summary():
            yield [
                report.source,
                SEVERITY_NAMES[each.severity].zh,
                each.severity,
                KINDS[each.kind].title.zh,
                each.kind,
                each.count,
                _number(each.m2, 4),
            ]


def _geojson(reports: Sequence[LayerReport], _language: str) -> bytes:
    features = []
    for report in reports:
        shapes = [_rounded(each.shape) for each in report.findings]
        for each, shape in zip(report.findings, shapes, strict=True):
            properties = {"source": report.source, "level": report.level} | each.as_dict()
            features.append({"type": "Feature", "properties": properties, "geometry": shape})
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def _rounded(shape: Any) -> dict[str, Any] | None:
    if shape is None or shape.is_empty:
        return None
    rounded = shapely.transform(shape, lambda xy: np.round(xy, _DECIMALS))
    mapped: dict[str, Any] = orjson.loads(shapely.to_geojson(rounded))
    return mapped


def _html(reports: Sequence[LayerReport], language: str) -> bytes:
    from gridsvc.geography.checking.page import draw_page

    return draw_page(reports, language).encode()


_WRITERS: dict[str, Callable[[Sequence[LayerReport], str], bytes]] = {
    ".html": _html,
    ".geojson": _geojson,
    ".csv": _csv,
    ".xlsx": _xlsx,
}
