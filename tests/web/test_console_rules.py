"""Rules on the page: what decides, which component is meant, what is not known and can be said right there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from gridsvc.access import add_key
from gridsvc.postgres import open_engine
from tests.browser import Window, open_browser, watched_page
from tests.responsibility.hard_town.loading import load_town, place, table
from tests.throwaway import Server
from tests.web.conftest import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def window(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Window]:
    """The console over the town of the hard cases, entered."""
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            load_town(connection, tmp_path_factory.mktemp("town"))
            key = add_key(connection, "派遣员", "dispatcher")
        engine.dispose()
        with served(url) as address, open_browser() as browser:
            context = browser.new_context(viewport={"width": 1280, "height": 1000}, locale="zh-CN")
            window = watched_page(context, address)
            window.page.goto(address + "/")
            window.page.locator("#key").fill(key)
            window.page.locator("button[type=submit]").click()
            expect(window.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=20_000)
            yield window
            assert window.errors == []
            assert window.foreign == []


def ask(page: Page, name: str, code: str, kind: str) -> None:
    """Open the page at a question, as a link to it does."""
    spot = next(each for each in table("places") if each["地点"] == name)
    lon, lat = place(float(spot["东"]), float(spot["北"]))
    origin = page.url.split("?")[0]
    page.goto(f"{origin}?lon={lon}&lat={lat}&class={code}&kind={kind}&scheme=gbt30428.2-2013")
    expect(page.locator(".unit")).to_be_visible()


def test_a_fact_that_a_rule_misses_is_said_on_the_page(window: Window) -> None:
    page = window.page
    ask(page, "甲中", "0406", "event")
    expect(page.locator(".chip")).to_have_text("已排序")
    page.locator("select[data-fact=surface]").select_option("sidewalk")
    expect(page.locator(".chip")).to_have_text("已判定")
    expect(page.locator(".unit")).to_have_text("甲执法中队")
    expect(page.locator(".why")).to_contain_text("R32")
    # It stays on the page, and can be taken back.
    page.locator("select[data-fact=surface]").select_option("")
    expect(page.locator(".chip")).to_have_text("已排序")


def test_the_component_that_is_meant_and_who_owns_it(window: Window) -> None:
    page = window.page
    ask(page, "水井一", "0101", "component")
    expect(page.locator(".unit")).to_have_text("水务公司")
    expect(page.locator(".facts")).to_contain_text("6101030101000001")
    ask(page, "甲中", "0101", "component")
    expect(page.locator(".facts")).to_contain_text("没有对应的登记部件")


def test_stages_and_who_assists(window: Window) -> None:
    page = window.page
    ask(page, "乙中", "0101", "event")
    expect(page.locator(".stages li")).to_have_count(3)
    expect(page.locator(".stages li").nth(1)).to_contain_text("处罚")
    ask(page, "甲苑内", "0136", "event")
    page.locator("summary", has_text="候选单位").click()
    expect(page.locator(".candidates li", has_text="甲街道办事处")).to_contain_text("协办")


def test_on_a_boundary_road_the_page_says_the_rule_and_not_the_road_first(window: Window) -> None:
    page = window.page
    ask(page, "甲管段乙侧", "0201", "event")
    expect(page.locator(".unit")).to_have_text("甲街道办事处")
    expect(page.locator(".why")).to_contain_text("R81")
    expect(page.locator(".why")).not_to_contain_text("中心线")


def test_a_class_is_found_by_pinyin(window: Window) -> None:
    page = window.page
    ask(page, "甲中", "0201", "event")
    page.locator("#class").click()
    page.locator("#class").fill("zhandaojingying")
    expect(page.locator("#classes [aria-selected=true]")).to_contain_text("占道经营")
    page.keyboard.press("Enter")
    expect(page.locator("#class")).to_have_value(re.compile("占道经营"))
    expect(page.locator(".why")).to_contain_text("R81")
    # Nothing at all: the list says so, and goes on saying it.
    page.locator("#class").click()
    page.locator("#class").fill("qqqqqq")
    page.wait_for_timeout(600)
    expect(page.locator("#classes .none")).to_have_text("没有符合的类别")
    page.keyboard.press("Escape")


def test_what_is_typed_is_what_is_asked_never_the_class_before(window: Window) -> None:
    page = window.page
    ask(page, "甲中", "0406", "event")
    page.locator("#class").fill("井盖")
    page.keyboard.press("Tab")  # away from the list that lies over the button
    page.locator("button[type=submit].primary").click()
    expect(page.locator(".working")).to_contain_text("选择类别")
    page.locator("#class").fill("小广告")
    page.keyboard.press("Tab")
    expect(page.locator("#class")).to_have_value("非法小广告　0201")
    expect(page.locator(".facts")).to_contain_text("非法小广告")
