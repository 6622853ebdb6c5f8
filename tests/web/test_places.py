"""The search box over the map, as a dispatcher uses it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from gridsvc.access import add_key
from gridsvc.postgres import open_engine
from tests.browser import Window, open_browser
from tests.gazetteer.streetscape import add_places, add_roads
from tests.throwaway import Server
from tests.town import make_town
from tests.web.conftest import Console, served
from tests.web.test_console import choose, click_place, enter

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def console(server: Server) -> Iterator[Console]:
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            district = make_town(connection)
            add_roads(connection, district)
            add_places(
                connection, district, [("compound", "阳光小区", (1.4, 4.5)), ("stop", "太乙路", (4.1, 4.0))]
            )
            add_places(
                connection, district, [("landmark", "肯德基", (0.5, 0.5)), ("landmark", "肯德基", (5.5, 5.5))]
            )
            key = add_key(connection, "派遣员", "dispatcher")
        engine.dispose()
        with served(url) as address:
            yield Console(address, key, district)


@pytest.fixture
def window(browser: Browser, console: Console) -> Iterator[Window]:
    window = enter(browser, console)
    yield window
    assert window.errors == []
    assert window.foreign == []
    window.page.context.close()


def test_an_address_puts_the_marker_and_is_resolved(window: Window, console: Console):
    page = window.page
    choose(window, "小广告")
    page.locator("#place").click()
    page.locator("#place").fill("友谊东路与太乙路十字西北角")
    option = page.locator("#places [role=option]").first
    expect(option).to_contain_text("友谊东路与太乙路十字")
    expect(option).to_contain_text("西北角")
    page.keyboard.press("Enter")
    expect(page.locator("#places")).to_be_hidden()
    expect(page.locator(".unit")).to_be_visible()
    lon, lat = console.district.place(4.0, 3.0)
    assert float(page.locator("#lon").input_value()) == pytest.approx(lon - 0.0002, abs=0.0002)
    assert float(page.locator("#lat").input_value()) == pytest.approx(lat + 0.0002, abs=0.0002)
    assert float(page.locator("#accuracy").input_value()) == 15
    expect(page.locator(".evidence")).to_contain_text("610103002001")


def test_pinyin_and_the_arrow_keys(window: Window):
    page = window.page
    page.locator("#place").focus()
    page.keyboard.type("yangguangxiaoqu")
    expect(page.locator("#places [aria-selected=true]")).to_contain_text("阳光小区")
    page.keyboard.press("Control+a")
    page.keyboard.type("taiyilu")
    expect(page.locator("#places [role=option]")).to_have_count(2)
    before = page.locator("#places [aria-selected=true]").inner_text()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#places [aria-selected=true]")).not_to_have_text(before)
    page.keyboard.press("Escape")
    expect(page.locator("#places")).to_be_hidden()


def test_two_of_one_name_are_to_be_chosen_from(window: Window, console: Console):
    page = window.page
    page.locator("#place").click()
    page.locator("#place").fill("肯德基")
    expect(page.locator("#places [role=option]")).to_have_count(2)
    expect(page.locator("#places")).to_contain_text("几处同样符合")
    page.locator("#places [role=option]").nth(1).click()
    expect(page.locator("#lon")).not_to_have_value("")
    expect(page.locator(".working")).to_contain_text("请选择类别")
    # A click on the map afterwards is a finger's, not an address's.
    click_place(window, console, 2.5, 1.5)
    expect(page.locator("#accuracy")).to_have_value("")


def test_what_is_not_known_is_said(window: Window):
    page = window.page
    page.locator("#place").click()
    page.locator("#place").fill("不存在的地方")
    expect(page.locator("#places")).to_contain_text("没有找到")
    page.locator("#place").fill("太乙路老王面馆")
    expect(page.locator("#places")).to_contain_text("未识别：老王面馆")
