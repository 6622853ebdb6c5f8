"""The map as a page and as a picture: complete, harmless, and without a network."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser
from sqlalchemy import Connection, text

from gridsvc.assets.figure import foreign_addresses, script_json
from gridsvc.errors import InputRefused, WrongUsage
from gridsvc.hotspots import Question, ReportCounts, check_target, count_reports, write_map
from gridsvc.hotspots.breaks import NO_REPORT_COLOUR, count_breaks
from gridsvc.hotspots.drawing import draw_picture, kernel_density
from gridsvc.hotspots.page import draw_page
from gridsvc.postgres import open_engine
from tests.browser import open_browser, painted_pixels, watched_page
from tests.conftest import Run
from tests.hotspots.district import ZONE, District, add_reports, make_district

HOSTILE = (
    "</script><script>window.harmed=1</script>",
    "<img src=x onerror='window.harmed=1'>",
    "{{ 7*7 }}{% for x in y %}${window.harmed=1}`",
    "\u2028';window.harmed=1;//\\",
    "<!--<script>",
)
HOSTILE_CLASS = "$非法$小广告</script><b>{{ 7*7 }}"


def counted(connection: Connection, classes: str = "0201", **fields: str) -> ReportCounts:
    question = Question.of([classes], date(2026, 3, 1), date(2026, 3, 31), ZONE, **fields)
    return count_reports(connection, question, now=datetime(2026, 11, 22, tzinfo=ZONE), snap_outside_m=30)


def spread(district: District, n: int = 300) -> list[tuple[float, float]]:
    rng = np.random.default_rng(7)
    dense = rng.normal((1.5, 4.4), 0.3, (n // 2, 2))
    thin = rng.uniform(0, district.size, (n // 2, 2))
    return [district.place(x, y) for x, y in np.vstack([dense, thin])]


@pytest.fixture
def counts(connection: Connection) -> ReportCounts:
    district = make_district(connection, source="synthetic: for a test")
    add_reports(connection, [*spread(district), district.place(20, 20), None])
    for hostile in HOSTILE:
        add_reports(connection, [district.place(1.5, 1.5)], said=hostile, source=hostile)
    connection.execute(text("UPDATE class SET name = :name WHERE code = '0201'"), {"name": HOSTILE_CLASS})
    connection.execute(text("UPDATE area SET name = '<i>甲</i>{{ 7*7 }}街道' WHERE code = '610103001'"))
    return counted(connection)


def test_the_page_is_one_file_that_fetches_nothing(counts: ReportCounts):
    page = draw_page(counts)
    assert foreign_addresses(page) == []
    assert not re.search(r"<script[^>]+src=|<link", page)
    assert "default-src 'none'" in page
    assert "@font-face" in page


def test_a_page_says_what_it_shows(counts: ReportCounts):
    page = draw_page(counts)
    for said in ("2026-03-01 至 2026-03-31", "示例数据：几何与案件均为合成", "307 件", "1 件没有位置"):
        assert said in page
    english = draw_page(counts, "en")
    assert '<html lang="en">' in english
    for said in ("Reports of Small ads", "Cells by number of reports", "1 without a place"):
        assert said in english


def test_texts_stay_texts_in_the_source(counts: ReportCounts):
    page = draw_page(counts)
    assert "49" not in re.findall(r"<title>(.*?)</title>", page)[0]
    assert "<img src=x" not in page
    assert "window.harmed=1</script>" not in page
    assert "{{ 7*7 }}" in page
    assert page.count("</script>") == page.count("<script>")


def test_json_in_a_script_cannot_end_it():
    data = {"a": "</script><!--&\u2028\u2029", "中": [1, None]}
    written = script_json(data)
    assert not set("<>&\u2028\u2029") & set(written)
    assert json.loads(written) == data


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.mark.browser
def test_the_page_opens_without_a_network(counts: ReportCounts, browser: Browser, tmp_path: Path):
    file = tmp_path / "热点.html"
    write_map(counts, file)
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        context.set_offline(True)
        window = watched_page(context, file.as_uri())
        page = window.page
        page.goto(file.as_uri())
        page.wait_for_function("document.querySelector('.leaflet-heatmap-layer')")
        page.wait_for_timeout(500)
        assert painted_pixels(page, "canvas.leaflet-heatmap-layer") > 5_000
        assert painted_pixels(page, "canvas.leaflet-zoom-animated:not(.leaflet-heatmap-layer)") > 100_000
        assert window.foreign == []
        assert window.errors == []

        swatches = page.eval_on_selector_all(
            ".swatch", "all => all.map(one => getComputedStyle(one).backgroundColor)"
        )
        assert [_hex(colour) for colour in swatches] == [each.colour for each in count_breaks(counts.counts)]
        empty = str(int((counts.counts == 0).sum()))
        assert page.locator(".legend tr").first.inner_text().split() == ["0", "件", empty, "个网格"]
        assert page.locator(".leaflet-control-layers-overlays label").all_inner_texts() == [
            " 单元网格（按件数设色）",
            " 街道界线",
            " 热力层",
        ]
        assert page.locator(".panel h1").inner_text() == f"{HOSTILE_CLASS} 上报热点图"
        assert "<i>甲</i>{{ 7*7 }}街道" in page.locator(".street-name").all_inner_texts()
        shown = Image.open(io.BytesIO(page.screenshot())).convert("RGB")
        colours = {colour for _, colour in shown.getcolors(1 << 24) or []}
        for each in count_breaks(counts.counts)[1:3]:
            assert _near(_rgb(each.colour), colours)


@pytest.mark.browser
def test_layers_switch_and_hostile_reports_are_read_as_text(
    counts: ReportCounts, browser: Browser, tmp_path: Path
):
    file = tmp_path / "map.html"
    write_map(counts, file)
    with browser.new_context(viewport={"width": 1200, "height": 800}) as context:
        window = watched_page(context, file.as_uri())
        page = window.page
        page.goto(file.as_uri())
        page.get_by_text("热力层", exact=True).last.click()
        assert page.locator("canvas.leaflet-heatmap-layer").count() == 0
        code = next(code for code, reports in _texts(counts).items() if HOSTILE[0] in reports)
        page.locator(f".top button[title*='{code}']").focus()
        page.keyboard.press("Enter")
        page.locator(".leaflet-popup-content li").first.wait_for()
        said = page.locator(".leaflet-popup-content li").all_inner_texts()
        assert len(said) == 3
        assert any(hostile in shown for shown in said for hostile in HOSTILE)
        assert page.locator(".leaflet-popup-content img, .leaflet-popup-content script").count() == 0
        assert page.evaluate("window.harmed") is None
        assert window.errors == []


def _texts(counts: ReportCounts) -> dict[str, str]:
    return {
        counts.cells.layer.codes[index]: " ".join(report.words for report in reports) + HOSTILE[0]
        for index, reports in counts.texts.items()
        if any(report.words in HOSTILE for report in reports)
    }


@pytest.mark.browser
def test_an_empty_map_says_so(connection: Connection, browser: Browser, tmp_path: Path):
    make_district(connection)
    file = tmp_path / "empty.html"
    write_map(counted(connection), file)
    with browser.new_context(viewport={"width": 390, "height": 800}) as context:
        window = watched_page(context, file.as_uri())
        window.page.goto(file.as_uri())
        assert "0 件" in window.page.locator(".total").inner_text()
        assert "没有上报" in window.page.locator(".panel").inner_text()
        assert window.page.locator("canvas.leaflet-heatmap-layer").count() == 0
        assert window.errors == []


def test_the_picture_has_cells_heat_and_chinese(counts: ReportCounts):
    picture = Image.open(io.BytesIO(draw_picture(counts)))
    assert picture.format == "PNG"
    assert min(picture.size) > 1000
    colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 24) or []}
    assert len(colours) > 500  # the heat
    for each in count_breaks(counts.counts):
        assert _rgb(each.colour) in colours


def test_an_empty_picture_is_drawn(connection: Connection):
    make_district(connection, streets=())
    picture = Image.open(io.BytesIO(draw_picture(counted(connection), "en"))).convert("RGB")
    assert _rgb(NO_REPORT_COLOUR) in {colour for _, colour in picture.getcolors(1 << 24) or []}


def test_kernel_density_keeps_mass_and_follows_its_formula():
    counts = np.zeros((81, 81))
    counts[40, 40] = 3
    step, bandwidth = 10.0, 200.0
    density = kernel_density(counts, step, bandwidth)
    assert density.sum() * (step / 1000) ** 2 == pytest.approx(3, rel=1e-9)
    for offset in (0, 5, 12, 19):
        far = offset * step / bandwidth
        quartic = 3 * 3 / (np.pi * (bandwidth / 1000) ** 2) * (1 - far**2) ** 2
        assert density[40, 40 + offset] == pytest.approx(quartic, rel=0.01)
    assert density[40, 61] == 0


@pytest.mark.parametrize("name", ["map.pdf", "map", "map.html.zip"])
def test_other_formats_are_refused_before_any_work(tmp_path: Path, name: str):
    with pytest.raises(WrongUsage) as caught:
        check_target(tmp_path / name)
    assert caught.value.code == "bad_suffix"


def test_a_missing_folder_is_refused(tmp_path: Path):
    with pytest.raises(InputRefused) as caught:
        check_target(tmp_path / "none" / "map.html")
    assert caught.value.code == "no_folder"


def test_a_failed_drawing_leaves_the_old_file(
    counts: ReportCounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    file = tmp_path / "map.html"
    file.write_text("old")
    monkeypatch.setattr("gridsvc.assets.figure.embedded_font_face", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        write_map(counts, file)
    assert file.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["map.html"]


def test_the_command(database_url: str, run: Run, tmp_path: Path):
    engine = open_engine(database_url)
    with engine.begin() as connection:
        district = make_district(connection)
        add_reports(connection, spread(district, 20))
    engine.dispose()
    env = {"GRIDSVC_DATABASE_URL": database_url}
    period = ["--from", "2026-03-01", "--to", "2026-03-31"]
    file = tmp_path / "out.html"
    drawn = run("hotspot", "map", "--class", "0201", *period, "-o", file, "--json", env=env)
    assert drawn.status == 0, drawn.stderr
    told = json.loads(drawn.stdout)
    assert told["reports"] == 20
    assert told["in_cells"] + told["outside"] == 20
    assert told["bytes"] == file.stat().st_size

    unknown = run("hotspot", "map", "--class", "小广告", *period, "-o", tmp_path / "no.html", env=env)
    assert unknown.status == 1
    assert "unknown_class" in unknown.stderr
    assert "非法小广告" in unknown.stderr
    assert not (tmp_path / "no.html").exists()

    reversed_period = run(
        "hotspot", "map", "--class", "0201", "--from", "2026-03-02", "--to", "2026-03-01", "--json", env=env
    )
    assert reversed_period.status == 1
    assert run("hotspot", "map", "--class", "0201", *period, env=env).status == 2
    assert run("hotspot", "map", "--class", "0201", *period, "-o", "map.pdf", env=env).status == 2
    assert run("hotspot", "map", "--class", "0201", "--from", "March", "--to", "x", env=env).status == 2


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: str) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in re.findall(r"\d+", colour)[:3])


def _near(wanted: tuple[int, int, int], colours: set[tuple[int, int, int]]) -> bool:
    """Whether a colour was painted at nine tenths of its strength on the page's background."""
    return any(max(abs(a - b) for a, b in zip(wanted, colour, strict=True)) < 28 for colour in colours)
