"""The console as a dispatcher uses it, in Debian's Chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import Window, open_browser, painted_pixels, watched_page
from tests.web.conftest import Console

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


def enter(browser: Browser, console: Console, *, locale: str = "zh-CN", width: int = 1280) -> Window:
    """Sign in through the form and wait for the map."""
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=locale)
    window = watched_page(context, console.address)
    window.page.goto(console.address + "/")
    window.page.locator("#key").fill(console.key)
    window.page.locator("button[type=submit]").click()
    expect(window.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=20_000)
    return window


@pytest.fixture
def window(browser: Browser, console: Console) -> Iterator[Window]:
    window = enter(browser, console)
    yield window
    assert window.errors == []
    assert window.foreign == []
    window.page.context.close()


def choose(window: Window, asked: str) -> None:
    window.page.locator("#class").click()
    window.page.locator("#class").fill(asked)
    window.page.keyboard.press("Enter")


def click_place(window: Window, console: Console, column: float, row: float) -> None:
    """Click the map at a place counted in cells from the south-west corner."""
    box = window.page.locator("#map").bounding_box()
    assert box is not None
    size = console.district.size
    # The map fits the square district into its shorter side, 12 pixels of margin around it.
    side = min(box["width"], box["height"]) - 24
    x = box["x"] + box["width"] / 2 + (column / size - 0.5) * side * 0.8
    y = box["y"] + box["height"] / 2 - (row / size - 0.5) * side * 0.8
    window.page.mouse.click(x, y)


def detail(window: Window, title: str) -> Locator:
    return window.page.locator(".evidence details").filter(has=window.page.locator("summary", has_text=title))


def test_a_click_is_resolved_with_its_grounds(window: Window, console: Console):
    page = window.page
    assert painted_pixels(page, "#map canvas") > 100_000
    expect(page.locator("#synthetic")).to_have_text("示例数据：几何与案件均为合成")
    expect(page.locator("#who")).to_have_text("派遣员")
    choose(window, "小广告")
    expect(page.locator(".working")).to_contain_text("点选位置")
    click_place(window, console, 1.5, 1.5)
    expect(page.locator(".unit")).to_be_visible()
    expect(page.locator(".chip")).to_have_text(re.compile("已判定|已排序|属地兜底|待人工判定"))
    answer = page.locator("#answer").inner_text()
    assert re.search(r"610103\d{9}", answer)
    assert "甲街道" in answer
    assert re.search(r"2026年1[12]月\d+日 周. \d\d:\d\d", answer)
    detail(window, "判定理由").locator("summary").click()
    assert "单元网格" in detail(window, "判定理由").inner_text()
    detail(window, "条款").first.locator("summary").click()
    assert "立案条件" in detail(window, "条款").first.inner_text()
    assert "atlas-" in page.locator(".atlas").inner_text()


def test_it_works_by_keyboard_alone_and_the_address_keeps_the_question(window: Window, console: Console):
    page = window.page
    lon, lat = console.district.place(4.5, 4.5)
    page.locator("#class").focus()
    page.keyboard.type("0201")
    expect(page.locator("#classes [aria-selected=true]")).to_contain_text("非法小广告")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{lon:.6f}")
    page.keyboard.press("Tab")
    page.keyboard.type(f"{lat:.6f}")
    page.keyboard.press("Enter")
    expect(page.locator(".facts")).to_contain_text(console.district.code(4, 4))
    assert "class=0201" in page.url
    page.reload()
    expect(page.locator(".facts")).to_contain_text(console.district.code(4, 4))
    expect(page.locator("#class")).to_have_value(re.compile("非法小广告"))


def test_another_filing_condition_can_be_chosen(window: Window, console: Console):
    page = window.page
    choose(window, "0201")
    click_place(window, console, 1.5, 1.5)
    conditions = page.locator(".conditions input")
    expect(page.locator(".unit")).to_be_visible()
    assert conditions.count() > 1
    before = page.locator(".facts dd").first.inner_text()
    conditions.nth(1).check()
    expect(page.locator(".facts dd").first).not_to_have_text(before)
    expect(page.locator(".conditions input").nth(1)).to_be_checked()


def test_outside_every_area_is_an_answer(window: Window, console: Console):
    page = window.page
    choose(window, "0201")
    lon, lat = console.district.place(60, 60)
    page.locator("#lon").fill(f"{lon}")
    page.locator("#lat").fill(f"{lat}")
    page.locator("#ask button").click()
    expect(page.locator(".chip.needs_decision")).to_have_text("待人工判定")
    expect(page.locator(".why")).to_contain_text("之外")
    expect(page.locator(".facts")).to_contain_text("不在任何单元网格内")


def test_a_refusal_shows_the_services_own_words(browser: Browser, console: Console):
    window = enter(browser, console)
    page = window.page
    choose(window, "0201")
    page.locator("#lon").fill("34.2")
    page.locator("#lat").fill("108.9")
    page.locator("#ask button").click()
    expect(page.locator(".problem")).to_contain_text("纬度")
    expect(page.locator(".problem code")).to_have_text(re.compile("bad_|no_place|invalid"))
    page.locator("#lon").fill("abc")
    page.locator("#ask button").click()
    expect(page.locator(".problem")).to_contain_text("应为数字")
    page.context.close()


def test_the_service_gone_and_the_session_ended_are_told(browser: Browser, console: Console):
    window = enter(browser, console)
    page = window.page
    choose(window, "0201")
    page.context.set_offline(True)
    click_place(window, console, 1.5, 1.5)
    expect(page.locator(".problem")).to_contain_text("没有响应")
    page.context.set_offline(False)
    page.context.clear_cookies()
    page.locator("#ask button").click()
    expect(page.locator(".problem a")).to_have_attribute("href", re.compile("^/sign-in"))
    page.context.close()


def test_english_on_a_phone(browser: Browser, console: Console):
    window = enter(browser, console, locale="en-GB", width=390)
    page = window.page
    expect(page.locator("h1")).to_have_text("Who is responsible")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    choose(window, "small ads")
    click_place(window, console, 4.5, 1.5)
    expect(page.locator(".facts")).to_contain_text("Deadline")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    reason = page.locator(".why").inner_text()
    page.locator("#language").click()
    expect(page.locator("h1")).to_have_text("责任判定")
    expect(page.locator(".why")).not_to_have_text(reason)
    page.reload()
    expect(page.locator("h1")).to_have_text("责任判定")
    assert window.errors == []
    page.context.close()


def test_an_empty_installation_says_what_to_import(browser: Browser, empty_console: Console):
    window = enter(browser, empty_console)
    page = window.page
    expect(page.locator("#map-note")).to_contain_text("gridsvc area import")
    page.locator("#class").click()
    expect(page.locator("#classes")).to_contain_text("gridsvc class import")
    expect(page.locator("#synthetic")).to_be_hidden()
    assert window.errors == []
    page.context.close()


def test_a_wrong_key_is_refused_at_the_door(browser: Browser, console: Console):
    context = browser.new_context(locale="zh-CN")
    window = watched_page(context, console.address)
    page = window.page
    page.goto(console.address + "/")
    assert "/sign-in" in page.url
    expect(page.locator("body")).to_contain_text("gridsvc up")
    page.locator("#key").fill("wrong")
    page.locator("button[type=submit]").click()
    expect(page.locator("[role=alert]")).to_contain_text("密钥")
    assert window.foreign == []
    context.close()


def test_the_documentation_page_needs_no_cdn(browser: Browser, console: Console):
    context = browser.new_context()
    window = watched_page(context, console.address)
    window.page.goto(console.address + "/docs")
    expect(window.page.locator(".opblock").first).to_be_visible(timeout=20_000)
    assert window.foreign == []
    assert window.errors == []
    context.close()
