"""The page of patrol routes as a leader of patrols uses it, in Debian's Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import gpxpy
import pytest
from playwright.sync_api import Browser, Page, expect

from gridsvc.access import add_key
from gridsvc.postgres import open_engine
from tests.browser import Window, open_browser, watched_page
from tests.throwaway import Server
from tests.web.conftest import Console, served
from tests.web.town_with_streets import make_town_with_streets

pytestmark = pytest.mark.browser


REPLAN = """async (id) => (await (await fetch(`/api/v1/patrols/${id}/replan`, {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({at: "2026-11-23T18:00:00+08:00", seconds: 0.2}),
})).json()).id"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def town(server: Server) -> Iterator[dict[str, Console]]:
    """A town with streets, and the keys of who leads patrols and of who may only look."""
    with server.fresh(template=server.template) as url:
        engine = open_engine(url)
        with engine.begin() as connection:
            district = make_town_with_streets(connection)
            keys = {role: add_key(connection, role, role) for role in ("patrol_leader", "dispatcher")}
        engine.dispose()
        with served(url) as address:
            yield {role: Console(address, key, district) for role, key in keys.items()}


@pytest.fixture
def window(browser: Browser, town: dict[str, Console], request: pytest.FixtureRequest) -> Iterator[Window]:
    width, role = getattr(request, "param", (1280, "patrol_leader"))
    console = town[role]
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True
    )
    window = watched_page(context, console.address)
    window.page.goto(f"{console.address}/patrols")
    window.page.locator("#key").fill(console.key)
    window.page.locator("button[type=submit]").click()
    expect(window.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=30_000)
    yield window
    assert window.errors == []
    assert window.foreign == []
    context.close()


def plan(page: Page) -> None:
    """Ask for two patrols after small ads, with a base and a must-visit set on the map."""
    page.locator("#class").click()
    page.locator("#class").fill("小广告")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen li")).to_have_count(1)
    page.locator("#date").fill("2026-11-23")
    page.locator("#patrols").fill("2")
    page.locator("#map").click(position={"x": 420, "y": 450})
    page.get_by_label("必到点").check()
    page.locator("#map").click(position={"x": 500, "y": 250})
    expect(page.locator("#placed li")).to_have_text([re.compile("出发地 1"), re.compile("必到点 1")])
    page.locator(".more summary").first.click()
    page.locator("#seed").fill("7")
    page.locator("#make").click()
    expect(page.locator(".headline")).to_contain_text("2 名巡查员到", timeout=60_000)


def test_a_plan_is_made_read_and_taken_along(window: Window) -> None:
    page = window.page
    plan(page)
    assert re.search(r"\?id=\d+$", page.url)
    expect(page.locator(".routes > li")).to_have_count(2)
    expect(page.locator(".stop.square")).to_have_count(1)
    drawn = page.locator(".stop:not(.break)").count()
    assert drawn == int(re.findall(r"到 (\d+) 处", page.locator(".headline").inner_text())[0])
    assert page.locator(".head").count() > 0
    # A patrol's stops: in its list, and its GPX.
    page.locator(".routes > li > button").first.click()
    listed = page.locator(".routes > li").first.locator("tr[data-stop]").count()
    with page.expect_download() as saved:
        page.locator(".routes > li").first.get_by_role("link", name="GPX").click()
    read = gpxpy.parse(Path(saved.value.path()).read_text("utf-8"))
    assert [route.name for route in read.routes] == ["1号"]
    assert len(read.routes[0].points) == listed
    with page.expect_download() as saved:
        page.get_by_role("link", name="巡查单 PDF").click()
    assert Path(saved.value.path()).read_bytes().startswith(b"%PDF")
    with page.expect_download() as saved:
        page.get_by_role("link", name="GeoJSON").click()
    held = json.loads(Path(saved.value.path()).read_text("utf-8"))
    assert held["gridsvc"]["seed"] == 7
    # What is left out, and why.
    page.locator(".evidence summary").first.click()
    page.locator(".evidence details details summary").first.click()
    expect(page.locator(".evidence details details table").first).to_be_visible()
    # A stop clicked on the map opens its patrol.
    page.locator(".stop.square span").click()
    expect(page.locator('.routes button[aria-expanded="true"]')).to_have_count(1)
    page.locator("#language").click()
    expect(page.locator(".headline")).to_contain_text("patrols visit", timeout=20_000)
    # The plan stays where its address says, also when another has taken its place; more can be asked.
    later = page.evaluate(REPLAN, page.url.split("=")[1])
    page.reload()
    expect(page.locator(".warning a")).to_contain_text(f"plan {later} holds now", timeout=20_000)
    expect(page.locator(".headline")).to_contain_text("patrols visit", timeout=20_000)
    page.locator("#plan").select_option("")
    expect(page.locator("#make")).to_be_visible()
    expect(page.locator(".stop")).to_have_count(0)


def test_what_cannot_be_asked_is_told(window: Window) -> None:
    page = window.page
    page.locator("#make").click()
    expect(page.get_by_role("alert")).to_contain_text("请选择类别")
    page.locator("#map").click(position={"x": 500, "y": 250})
    page.get_by_label("必到点").check()
    page.locator("#map").click(position={"x": 400, "y": 250})
    page.get_by_role("button", name="移除 出发地 1").click()
    expect(page.locator("#placed li")).to_have_count(1)
    page.locator("#shift").fill("五点")
    page.locator("#make").click()
    expect(page.get_by_role("alert")).to_contain_text("五点", timeout=20_000)
    expect(page.locator("#make")).to_be_enabled()
    window.errors.clear()  # the browser tells a refused request on its console


@pytest.mark.parametrize("window", [(390, "dispatcher")], indirect=True)
def test_who_may_only_look_sees_the_plans(window: Window) -> None:
    page = window.page
    expect(page.locator("#new")).to_be_hidden()
    page.locator("#plan").select_option(index=1)
    expect(page.locator(".headline")).to_contain_text("名巡查员到", timeout=20_000)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_address_of_no_plan_is_told(window: Window, town: dict[str, Console]) -> None:
    page = window.page
    page.goto(f"{town['patrol_leader'].address}/patrols?id=999999")
    expect(page.get_by_role("alert")).to_contain_text("999999", timeout=20_000)
    window.errors.clear()
