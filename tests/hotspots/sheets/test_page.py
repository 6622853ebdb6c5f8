"""The page: complete, harmless, without a network, and enough to compute its figures again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page

from gridsvc.assets.figure import foreign_addresses, script_json
from gridsvc.errors import Text
from gridsvc.hotspots.sheets import Sheet, write_sheet
from gridsvc.hotspots.sheets.colours import rgb
from gridsvc.hotspots.sheets.page import draw_page
from gridsvc.hotspots.sheets.scales import CellStatus, count_scale
from tests.browser import open_browser, painted_pixels, watched_page
from tests.hotspots.sheets.made_sheet import HOSTILE, HOSTILE_CLASS, made_shape, made_sheet, made_surface


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@contextmanager
def opened(
    browser: Browser, sheet: Sheet, folder: Path, width: int = 1200, language: str = "zh"
) -> Iterator[Page]:
    """Open the page of a sheet without a network; nothing may fail or be fetched on it."""
    file = folder / "热点.html"
    write_sheet(sheet, file, language)
    with browser.new_context(viewport={"width": width, "height": 800}, accept_downloads=True) as context:
        context.set_offline(True)
        window = watched_page(context, file.as_uri())
        window.page.goto(file.as_uri())
        window.page.locator(".panel").wait_for()
        yield window.page
        assert window.foreign == []
        assert window.errors == []
        assert window.page.evaluate("window.harmed") is None


def test_the_page_is_one_file_that_fetches_nothing() -> None:
    page = draw_page(made_sheet(surface=made_surface(), shapes=[made_shape()]))
    assert foreign_addresses(page) == []
    assert not re.search(r"<script[^>]+src=|<link", page)
    assert "default-src 'none'" in page
    assert "@font-face" in page


def test_texts_stay_texts_in_the_source() -> None:
    page = draw_page(made_sheet(shapes=[made_shape()]))
    assert "49" not in re.findall(r"<title>(.*?)</title>", page)[0]
    assert "<img src=x" not in page
    assert "window.harmed=1</script>" not in page
    assert "{{ 7*7 }}" in page
    assert page.count("</script>") == page.count("<script>")


def test_json_in_a_script_cannot_end_it() -> None:
    data = {"a": "</script><!--&\u2028\u2029", "中": [1, None]}
    written = script_json(data)
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == data


@pytest.mark.parametrize(("language", "tag"), [("zh", "zh-CN"), ("en", "en")])
def test_a_page_is_of_one_language(language: str, tag: str) -> None:
    page = draw_page(made_sheet(), language)
    assert f'<html lang="{tag}">' in page
    assert ("Reports per cell" in page) == (language == "en")
    assert ("每个单元网格的上报件数" in page) == (language == "zh")


@pytest.mark.browser
def test_the_answer_comes_first_and_every_layer_is_there(browser: Browser, tmp_path: Path) -> None:
    sheet = made_sheet(surface=made_surface(), shapes=[made_shape()], warning=Text("数据不足", "too few"))
    with opened(browser, sheet, tmp_path) as page:
        page.wait_for_function("document.querySelector('.leaflet-heatmap-layer')")
        page.wait_for_timeout(500)
        assert painted_pixels(page, "canvas.leaflet-heatmap-layer") > 500
        assert painted_pixels(page, "canvas.leaflet-zoom-animated:not(.leaflet-heatmap-layer)") > 100_000
        assert page.locator(".leaflet-control-layers-overlays label").all_inner_texts() == [
            " 单元网格",
            " 密度面",
            " 等值线",
            " 街道界线",
            " 圈出的范围",
            " 热力层",
        ]
        assert page.locator(".panel h1").inner_text() == f"{HOSTILE_CLASS} 上报热点图"
        said = page.locator(".panel").inner_text()
        assert said.index("件") < said.index("每个单元网格的上报件数") < said.index("排在最前的网格")
        for words in ("2026-03-01 至 2026-03-31", "示例数据", "数据不足", "来源：监督员 40"):
            assert words in said
        swatches = page.eval_on_selector_all(
            ".swatch", "all => all.map(one => getComputedStyle(one).backgroundColor)"
        )
        assert [tuple(map(int, re.findall(r"\d+", one)[:3])) for one in swatches] == [
            rgb(step.colour) for step in sheet.scale.steps
        ]
        first = page.locator(".legend tr").first.inner_text().split()
        assert first == ["0", str(sheet.scale.steps[0].cells), "个网格"]
        assert "<i>甲</i>{{ 7*7 }}街道" in page.locator(".street-name").all_inner_texts()
        shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        colours = {colour for _, colour in shown.getcolors(1 << 24) or []}
        for step in sheet.scale.steps[1:3]:
            assert _near(rgb(step.colour), colours)


@pytest.mark.browser
def test_the_surface_lies_over_the_cells_and_lines_over_both(browser: Browser, tmp_path: Path) -> None:
    nothing = np.zeros(48, np.int64)
    sheet = made_sheet(
        surface=made_surface(), heat=None, scale=count_scale(nothing, Text("件", "n")), shapes=[made_shape()]
    )
    with opened(browser, sheet, tmp_path) as page:
        page.wait_for_timeout(500)
        # The hill is the only red thing on a map of empty cells.
        shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(int)
        on_map = shown[:, 340:]
        red = (on_map[..., 0] > 150) & (on_map[..., 1] < 80)
        assert red.sum() > 500
        assert page.locator(".leaflet-lines-pane path").count() == 4


@pytest.mark.browser
def test_evidence_is_a_click_away_by_keyboard_too(browser: Browser, tmp_path: Path) -> None:
    sheet = made_sheet(shapes=[made_shape()])
    cell = int(np.argsort(-sheet.columns[0].values, kind="stable")[0])
    sheet = replace(sheet, details={cell: [Text(said, said) for said in HOSTILE]})
    with opened(browser, sheet, tmp_path) as page:
        page.get_by_text("热力层", exact=True).last.click()
        assert page.locator("canvas.leaflet-heatmap-layer").count() == 0
        page.locator(f".top button[title*='{sheet.cells.layer.codes[cell]}']").focus()
        page.keyboard.press("Enter")
        page.locator(".leaflet-popup-content li").first.wait_for()
        assert page.locator(".leaflet-popup-content li").all_text_contents() == list(HOSTILE)
        rows = page.locator(".leaflet-popup-content tr").all_inner_texts()
        assert [row.split("\t")[0] for row in rows] == ["件数", "每千米", "走势"]
        assert f"{int(sheet.columns[0].values[cell])} 件" in rows[0]
        assert page.locator(".leaflet-popup-content img, .leaflet-popup-content script").count() == 0
        page.get_by_text("依据：怎样算出来的").click()
        shown = page.locator(".panel dl").inner_text()
        for words in ("abc123", "seed = 7", "road_km", "none: counts only", "gridsvc = "):
            assert words in shown
        page.get_by_text(HOSTILE[1]).first.click()
        page.locator(".leaflet-popup").nth(1).wait_for(state="detached")
        assert page.locator(".leaflet-popup-content h3").inner_text() == HOSTILE[1]
        assert page.locator(".leaflet-popup-content li").all_text_contents() == [HOSTILE[0]]


@pytest.mark.browser
def test_every_row_can_be_seen_sorted_and_saved(browser: Browser, tmp_path: Path) -> None:
    """H12: who has the page alone computes its figures again."""
    sheet = made_sheet()
    counts, rate = sheet.columns[0].values, sheet.columns[1].values
    with opened(browser, sheet, tmp_path) as page:
        page.get_by_role("button", name="全部网格的数据表").click()
        table = page.locator("dialog table")
        assert table.locator("tbody tr").count() == 48
        top = table.locator("tbody tr").first.locator("td").all_inner_texts()
        assert int(top[4]) == counts.max()
        table.get_by_role("button", name="每千米").click()
        table.get_by_role("button", name="每千米").click()
        assert page.locator("th[aria-sort=ascending]").inner_text() == "每千米"
        assert "件数 ÷ 0.7" in page.locator("dialog .notes").inner_text()
        with page.expect_download() as saved:
            page.locator("dialog").get_by_role("button", name="下载 JSON").click()
        held = json.loads(Path(saved.value.path()).read_text("utf-8"))
        with page.expect_download() as saved:
            page.locator("dialog").get_by_role("button", name="下载 CSV").click()
        assert saved.value.suggested_filename.endswith(".csv")
        text = Path(saved.value.path()).read_text("utf-8-sig")
        page.keyboard.press("Escape")
        page.locator("dialog").wait_for(state="detached")
    rows = held["rows"]
    assert rows["reports"] == counts.tolist()
    assert [np.nan if each is None else each for each in rows["rate"]] == pytest.approx(
        rate.tolist(), nan_ok=True, abs=0
    )
    near = sheet.neighbourhood.sums(counts) if sheet.neighbourhood is not None else None
    assert near is not None
    again = [sum(rows["reports"][other - 1] for other in others) for others in rows["neighbours"]]
    assert again == near.tolist()
    assert held["provenance"]["parameters"]["seed"] == 7
    lines = list(csv.DictReader(io.StringIO(text)))
    assert [int(line["reports"]) for line in lines] == counts.tolist()
    assert lines[3]["rate"] == ""
    assert lines[0]["street"] == "<i>甲</i>{{ 7*7 }}街道"


@pytest.mark.browser
def test_no_saved_cell_is_a_formula(browser: Browser, tmp_path: Path) -> None:
    sheet = made_sheet()
    sheet = replace(sheet, cells=replace(sheet.cells, above={"street": ["=1+1"] * 48}))
    with opened(browser, sheet, tmp_path) as page:
        with page.expect_download() as saved:
            page.get_by_role("button", name="下载 CSV").click()
        text = Path(saved.value.path()).read_text("utf-8-sig")
    assert ",'=1+1," in text
    assert ",=1+1," not in text


@pytest.mark.browser
def test_the_unpatrolled_is_hatched_on_the_map(browser: Browser, tmp_path: Path) -> None:
    status = np.full(48, CellStatus.NOT_PATROLLED, np.int8)
    scale = count_scale(np.zeros(48, np.int64), Text("件", "n"), status=status)
    with opened(browser, made_sheet(scale=scale, heat=None), tmp_path) as page:
        page.wait_for_timeout(300)
        shown = np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("L"))[250:550, 500:900]
        assert 0.1 < (shown < 200).mean() < 0.6
        assert page.locator(".swatch").last.evaluate("one => one.style.backgroundImage").startswith("url")


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_map_on_a_small_screen(browser: Browser, tmp_path: Path, language: str) -> None:
    nothing = np.zeros(48, np.int64)
    sheet = made_sheet(heat=None, details={}, scale=count_scale(nothing, Text("件数", "Reports")), top=[])
    with opened(browser, sheet, tmp_path, 390, language) as page:
        panel = page.locator(".panel").bounding_box()
        assert panel is not None
        assert panel["width"] == 390
        assert panel["y"] > 400
        assert page.locator(".top li").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_page_of_a_whole_district_is_a_few_megabytes() -> None:
    assert len(draw_page(made_sheet(50, 50)).encode()) < 3_000_000


def _near(wanted: tuple[int, int, int], colours: set[tuple[int, ...]]) -> bool:
    """Whether a colour was painted at nine tenths of its strength on the page's background."""
    return any(max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) < 28 for colour in colours)
