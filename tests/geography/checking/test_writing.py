"""The report as files: tables that no spreadsheet program runs, GeoJSON, and a page to look at."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
import shapely
from playwright.sync_api import Browser

from gridsvc.assets.figure import foreign_addresses
from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.geography.checking import LayerReport, check_report_target, write_report
from tests.browser import open_browser, painted_pixels, watched_page
from tests.geography import paper
from tests.geography.checking.layers import block, report_on, write_layer

HOSTILE = "=HYPERLINK(1)</script><img src=x onerror=window.harmed=1>{{7*7}}"


@pytest.fixture
def report(tmp_path: Path) -> LayerReport:
    """A block with an overlap, a slit, a hole and a code that would do harm."""
    cells = block()
    cells[5] = paper.square(100, 100, 103)
    cells[8] = paper.square(0, 200, 99.5)
    cells[3] = shapely.difference(cells[3], paper.square(330, 30, 20, 20))
    codes = paper.cell_codes(12)
    codes[6] = HOSTILE
    return report_on(write_layer(tmp_path, cells, codes), profile="free")


def test_the_table_is_whole_and_harmless(report: LayerReport, tmp_path: Path) -> None:
    write_report([report], tmp_path / "r.csv")
    with (tmp_path / "r.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(report.findings) == 3
    assert [row["类型 kind"] for row in rows] == [each.kind for each in report.findings]
    overlap = next(row for row in rows if row["类型 kind"] == "overlap")
    assert overlap["编码 codes"].startswith("'=HYPERLINK")
    assert float(overlap["面积 m2"]) == pytest.approx(300, rel=1e-3)
    for row in rows:
        assert not any(value.startswith(("=", "@", "+")) for value in row.values())
        assert 108 < float(row["经度 lon"]) < 110


def test_the_workbook_holds_text_where_it_says_so(report: LayerReport, tmp_path: Path) -> None:
    write_report([report], tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    assert book.sheetnames == ["汇总", "明细"]
    assert [row[0].value for row in book["汇总"].iter_rows(min_row=2)] == ["cells.gpkg"] * 3
    cells = [cell for row in book["明细"].iter_rows() for cell in row]
    assert all(cell.data_type != "f" for cell in cells)
    assert any(str(cell.value).startswith("'=HYPERLINK") for cell in cells)


def test_the_geojson_shows_what_was_found(report: LayerReport, tmp_path: Path) -> None:
    write_report([report], tmp_path / "r.geojson")
    features = json.loads((tmp_path / "r.geojson").read_text())["features"]
    assert {each["properties"]["kind"] for each in features} == {"overlap", "sliver_gap", "hole"}
    for each in features:
        shape = shapely.geometry.shape(each["geometry"])
        assert shape.is_valid
        assert shape.contains(shapely.Point(each["properties"]["at"]))


@pytest.mark.parametrize("name", ["report.pdf", "report"])
def test_other_formats_are_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(WrongUsage) as caught:
        check_report_target(tmp_path / name)
    assert caught.value.code == "bad_suffix"
    with pytest.raises(InputRefused) as refused:
        check_report_target(tmp_path / "none" / "report.csv")
    assert refused.value.code == "no_folder"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with open_browser() as opened:
        yield opened


@pytest.mark.browser
def test_the_page_shows_lists_and_zooms(report: LayerReport, browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    write_report([report], file)
    assert foreign_addresses(file.read_text()) == []
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        window = watched_page(context, file.as_uri())
        page = window.page
        page.goto(file.as_uri())
        page.locator(".report li button").first.wait_for()
        assert page.locator(".report li button").count() == 3
        assert painted_pixels(page, ".leaflet-places-pane canvas") > 100
        assert painted_pixels(page, ".leaflet-outlines-pane canvas") > 1000
        overlap = page.locator(".report li button", has_text="HYPERLINK").first
        overlap.click()
        page.locator(".leaflet-popup-content h3").wait_for()
        assert "重叠" in page.locator(".leaflet-popup-content").inner_text()
        assert "chosen" in (overlap.get_attribute("class") or "")
        assert page.evaluate("document.querySelectorAll('.report img, .leaflet-popup img').length") == 0
        page.locator(".severities button").nth(1).click()
        assert page.locator(".report li button").count() == 0
        assert page.locator(".report .empty").count() == 1
        page.locator(".severities button").nth(1).click()
        page.locator(".report input").fill(paper.cell_codes(4)[3])
        assert page.locator(".report li button").count() == 1
        assert page.evaluate("window.harmed") is None
        assert window.errors == []
        assert window.foreign == []


@pytest.mark.browser
def test_a_page_without_findings_says_so(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "r.html"
    write_report([report_on(write_layer(tmp_path, block()))], file)
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        window = watched_page(context, file.as_uri())
        window.page.goto(file.as_uri())
        assert "未发现任何问题" in window.page.locator(".report").inner_text()
        assert window.errors == []
