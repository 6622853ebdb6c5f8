"""The page of hotspots as a planner uses it, in Debian's Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from gridsvc.access import add_key
from gridsvc.postgres import open_engine
from tests.browser import Window, open_browser, watched_page
from tests.hotspots.busy_district import NAME, make_busy_district, watch_small_ads
from tests.throwaway import Server
from tests.web.conftest import Console, served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def planner(server: Server) -> Iterator[Console]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            district = make_busy_district(connection)
            watch_small_ads(connection)
            key = add_key(connection, "规划员", "planner")
        engine.dispose()
        with served(url) as address:
            yield Console(address, key, district)


@pytest.fixture
def window(browser: Browser, planner: Console, request: pytest.FixtureRequest) -> Iterator[Window]:
    width = getattr(request, "param", 1280)
    context = browser.new_context(viewport={"width": width, "height": 800}, locale="zh-CN")
    window = watched_page(context, planner.address)
    window.page.goto(f"{planner.address}/hotspots")
    window.page.locator("#key").fill(planner.key)
    window.page.locator("button[type=submit]").click()
    expect(window.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=30_000)
    yield window
    assert window.errors == []
    assert window.foreign == []
    context.close()


def test_the_watched_question_comes_first(window: Window) -> None:
    page = window.page
    expect(page.locator("#series")).to_have_value(NAME)
    first = page.locator(".ranked button").first
    expect(first).to_contain_text("持续")
    first.click()
    expect(page.locator(".ranked .more").first).to_contain_text("墙面有小广告")
    expect(page.locator(".ranked .bars")).to_have_count(2)


def test_a_class_and_a_period_of_ones_own(window: Window) -> None:
    page = window.page
    page.locator("#class").click()
    page.locator("#class").fill("小广告")
    page.keyboard.press("Enter")
    page.locator("#ask button").click()
    expect(page.locator(".headline")).to_contain_text(re.compile("网格"), timeout=20_000)
    expect(page.locator("#legend li")).not_to_have_count(0)
    row = page.locator(".ranked button").first
    row.click()
    expect(page.locator(".ranked table.numbers").first).to_be_visible()
    assert "class=0201" in page.url
    page.locator("#language").click()
    expect(page.locator("#language")).to_have_text("中文")
    expect(page.locator(".headline")).to_contain_text(re.compile("cell", re.IGNORECASE), timeout=20_000)


def test_a_question_without_answer_is_told(window: Window) -> None:
    page = window.page
    page.locator("#class").click()
    page.locator("#class").fill("小广告")
    page.keyboard.press("Enter")
    page.locator("#product").select_option("trend")
    page.locator("#ask button").click()
    expect(page.get_by_role("alert")).to_be_visible(timeout=20_000)
    window.errors.clear()  # the browser tells a refused request on its console


@pytest.mark.parametrize("window", [390], indirect=True)
def test_on_a_phone(window: Window) -> None:
    expect(window.page.locator(".ranked button").first).to_be_visible()
    assert window.page.evaluate("document.documentElement.scrollWidth") <= 390
