"""The map of a plan: complete, harmless, without a network, usable by hand and by keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from playwright.sync_api import Browser, Page

from gridsvc.assets.figure import foreign_addresses
from gridsvc.patrol.outputs import Backdrop, write_plan
from gridsvc.patrol.outputs.colours import ROUTES, colour_of, dashes_of
from gridsvc.patrol.outputs.page import draw_page
from gridsvc.patrol.outputs.page_data import page_data
from gridsvc.patrol.plan import OMITTED_WORDS, Plan, Totals
from tests.browser import open_browser, watched_page
from tests.patrol.plan_by_hand import HOSTILE, at, made_backdrop, made_plan


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@contextmanager
def opened(browser: Browser, plan: Plan, folder: Path, width: int = 1200, **asked: Any) -> Iterator[Page]:
    """Open the map of a plan without a network; nothing may fail or be fetched on it."""
    file = folder / "路线.html"
    write_plan(plan, file, asked.get("language", "zh"), backdrop=asked.get("backdrop"))
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
    page = draw_page(made_plan(), backdrop=made_backdrop())
    assert foreign_addresses(page) == []
    assert not re.search(r"<script[^>]+src=|<link", page)
    assert "default-src 'none'" in page
    assert "@font-face" in page


def test_texts_stay_texts_in_the_source() -> None:
    lines = np.empty(1, object)
    lines[0] = shapely.LineString([at(0, 0), at(5, 5)])
    page = draw_page(made_plan(words=HOSTILE), backdrop=Backdrop(lines, np.array([HOSTILE[0]], object)))
    assert "<img src=x" not in page
    assert "window.harmed=1</script>" not in page
    assert "{{ 7*7 }}" in page
    assert page.count("</script>") == page.count("<script>")


def test_only_streets_around_the_routes_are_on_the_page() -> None:
    far = np.array([shapely.LineString([(109.5, 34.2), (109.6, 34.2)])], object)
    near = made_backdrop()
    both = Backdrop(np.concatenate([near.lines, far]), np.append(near.names, "远路"))
    streets = page_data(made_plan(), "zh", both)["streets"]
    names = [street["name"] for street in streets]
    assert "远路" not in names
    assert len(names) == len(set(names))
    assert {name for name in near.names if name} | {""} == set(names)


def test_colours_are_told_apart_and_repeat_as_dashes() -> None:
    drawn = [(colour_of(number), dashes_of(number)) for number in range(3 * len(ROUTES))]
    assert len(set(drawn)) == len(drawn)


@pytest.mark.browser
def test_the_answer_comes_first_and_each_patrol_can_be_hidden(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, made_plan(), tmp_path, backdrop=made_backdrop()) as page:
        said = page.locator(".panel").inner_text()
        order = [
            "2 名巡查员到 9 处",
            "达到上界的 97.3 %",
            "无法安排的必到地点",
            "王巡查",
            "未安排的地点 · 7",
            "太乙路责任网格",
            "种子 7",
        ]
        assert [said.index(words) for words in order] == sorted(said.index(words) for words in order)
        assert page.locator(".stop:not(.break)").count() == 9
        assert page.locator(".stop.break").count() == 1
        assert page.locator(".stop.square").count() == 2  # must-visits
        assert page.locator(".base").count() == 3
        assert page.locator(".head").count() > 5
        assert page.locator(".street-name").count() > 3
        shown = page.evaluate("getComputedStyle(document.querySelector('.stop span')).backgroundColor")
        assert shown == "rgb(0, 114, 178)"
        page.get_by_label("王巡查").uncheck()
        assert page.locator(".stop:not(.break)").count() == 3
        page.get_by_label("全部").click()
        page.get_by_label("全部").click()
        assert page.locator(".stop:not(.break)").count() == 9
        page.locator("summary", has_text=OMITTED_WORDS["no_time"].zh).click()
        page.locator(".places button", has_text="第 00 处").first.click()
        assert page.locator(".leaflet-popup-content .because").inner_text() == "时间不够"


@pytest.mark.browser
def test_a_stop_is_a_few_keys_away(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, made_plan(form="streets"), tmp_path) as page:
        page.locator(".patrols > li > button").first.focus()
        page.keyboard.press("Enter")
        assert page.locator(".stops:not([hidden]) li").count() == 7
        page.locator(".stops:not([hidden]) button").nth(1).focus()
        page.keyboard.press("Enter")
        popup = page.locator(".leaflet-popup-content")
        popup.wait_for()
        assert popup.locator("h3").inner_text() == "2　友谊东路与雁塔北路口"
        told = popup.inner_text()
        for words in (
            "17:09",
            "沿街巡查 200 米",
            "非法小广告 0.45、店外经营 0.45、无照经营游商 0.45",
            "本时段预计 0.8 件",
        ):
            assert words in told
        page.get_by_text("依据：怎样算出来的").click()
        assert "pyvrp = 0.14.1" in page.locator(".evidence").inner_text()
        with page.expect_download() as saved:
            page.get_by_role("button", name="下载 JSON").click()
        assert json.loads(Path(saved.value.path()).read_text("utf-8"))["seed"] == 7


@pytest.mark.browser
def test_hostile_words_are_shown_as_they_are(browser: Browser, tmp_path: Path) -> None:
    with opened(browser, made_plan(words=HOSTILE), tmp_path, backdrop=made_backdrop()) as page:
        assert page.locator(".patrols b").first.inner_text() == HOSTILE[0]
        page.locator(".patrols > li > button").first.click()
        page.locator(".stops:not([hidden]) button").first.click()
        page.locator(".leaflet-popup-content").wait_for()
        assert page.locator(".leaflet-popup-content h3").inner_text() == f"1　{HOSTILE[1]}"
        assert page.locator(".leaflet-popup-content img, .leaflet-popup-content script").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_empty_plan_on_a_small_screen(browser: Browser, tmp_path: Path, language: str) -> None:
    plan = made_plan(
        routes=(),
        omitted=(),
        dropped=(),
        floors=(),
        totals=Totals(),
        value=0.0,
        possible=0.0,
        bound=0.0,
        greedy=0.0,
    )
    with opened(browser, plan, tmp_path, 390, language=language) as page:
        assert (
            page.locator(".headline").inner_text().startswith("没有安排" if language == "zh" else "No place")
        )
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        assert page.locator("html").get_attribute("lang") == ("zh-CN" if language == "zh" else "en")
