"""The page of patrol routes as a leader of patrols uses it, in Debian's Chromium."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import gpxpy
import pytest
from playwright.sync_api import Browser, Page, Request, Route, expect
from sqlalchemy import text

from gridsvc.access import add_key
from gridsvc.postgres import open_engine
from tests.browser import Window, open_browser, watched_page
from tests.throwaway import Server
from tests.web.conftest import Console, served
from tests.web.town_with_streets import make_town_with_streets

pytestmark = pytest.mark.browser

CASE = text(
    "INSERT INTO report (external_id, origin, lon, lat, geom, class_code, text, opened_at, received_at)"
    " VALUES (:number, 'desk', :lon, :lat, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), '0101', :text,"
    " CAST(:opened AS timestamptz), CAST(:opened AS timestamptz)) RETURNING id"
)


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
            lon, lat = district.place(5.3, 5.3)
            place = {"lon": lon, "lat": lat}
            case = {"number": "CASE-1", "text": "井盖缺失", "opened": "2026-11-23 08:30+08"}
            own = connection.scalar(CASE, place | case)
            older = {"number": str(own), "text": "编号相同", "opened": "2026-11-20 08:30+08"}
            connection.execute(CASE, place | older)
            keys = {role: add_key(connection, role, role) for role in ("patrol_leader", "dispatcher")}
        engine.dispose()
        with served(url) as address:
            yield {role: Console(address, key, district) for role, key in keys.items()}


def hurry(route: Route, request: Request) -> None:
    """Let no search for a plan take its three seconds."""
    if request.method == "POST":
        route.continue_(post_data=json.dumps(request.post_data_json | {"seconds": 0.3}))
    else:
        route.fallback()


@pytest.fixture
def window(browser: Browser, town: dict[str, Console], request: pytest.FixtureRequest) -> Iterator[Window]:
    width, role = getattr(request, "param", (1280, "patrol_leader"))
    console = town[role]
    context = browser.new_context(
        viewport={"width": width, "height": 900}, locale="zh-CN", accept_downloads=True
    )
    window = watched_page(context, console.address)
    window.page.route(re.compile(r"/api/v1/patrols(/\d+/replan)?$"), hurry)
    window.page.goto(f"{console.address}/patrols")
    window.page.locator("#key").fill(console.key)
    window.page.locator("button[type=submit]").click()
    expect(window.page.locator("main")).to_have_attribute("aria-busy", "false", timeout=30_000)
    yield window
    assert window.errors == []
    assert window.foreign == []
    context.close()


def forgive_refusals(window: Window) -> None:
    """Leave faults of scripts alone among the errors: the browser tells a refused request on its console, too."""
    window.errors[:] = [each for each in window.errors if not each.startswith("Failed to load resource")]


MAKE = """async (said) => (await (await fetch("/api/v1/patrols", {
    method: "POST", headers: {"Content-Type": "application/json"},
    body: JSON.stringify({date: "2026-11-23", shift: "17:00-21:00", patrols: 2, classes: ["0201"], mode: "ebike", iterations: 40, ...said}),
})).json()).id"""


def choose_ads(page: Page) -> None:
    page.locator("#class").click()
    page.locator("#class").fill("小广告")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen li")).to_have_count(1)


def plan(page: Page) -> None:
    """Ask for two patrols after small ads, with a base and a must-visit set on the map, and one off it."""
    choose_ads(page)
    page.locator("#date").fill("2026-11-23")
    page.locator("#patrols").fill("2")
    page.locator("#map").click(position={"x": 420, "y": 450})
    page.get_by_label("必到点").check()
    page.locator("#map").click(position={"x": 500, "y": 250})
    page.locator("#map").click(position={"x": 20, "y": 840})
    placed = ["出发地 1", "必到点 1", "必到点 2"]
    expect(page.locator("#placed li")).to_have_text([re.compile(each) for each in placed])
    page.locator("#unlike summary").click()
    page.locator("#patrol-1-mode").select_option("walk")
    page.locator("#patrol-1-shift").fill("18:00-20:00")
    page.locator("#options summary").click()
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
    expect(page.locator(".routes > li").nth(1)).to_contain_text("步行 · 18:00–")
    # What of a list was not taken.
    told = page.locator(".warning", has_text="1 处没有采用")
    expect(told).to_contain_text("第 2 行")
    expect(told).to_contain_text("不在任何单元网格内")
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
    expect(page.locator(".warning", has_text="1 not taken")).to_contain_text("row 2")
    # More can be asked.
    page.locator("#plan").select_option("")
    expect(page.locator("#make")).to_be_visible()
    expect(page.locator(".stop")).to_have_count(0)


def replan(page: Page, beside: str, done: str) -> None:
    """Plan the shift anew: a case, a place typed or clicked, a patrol whose place is known, one that fell out."""
    page.locator("#again-open > summary").click()
    expect(page.locator("#at")).to_have_value("2026-11-23T18:20")
    # What cannot be taken is said at its field, and the plan stays.
    page.locator("#urgent").fill("没有这件")
    page.locator("#add-urgent").click()
    expect(page.locator(".fault")).to_contain_text("没有这件")
    expect(page.locator("#urgent")).to_have_attribute("aria-invalid", "true")
    page.locator("#urgent").fill("CASE-1")
    page.keyboard.press("Enter")
    expect(page.locator("#urgents li")).to_contain_text("CASE-1 井盖缺失")
    if beside:
        page.locator("#urgent").fill(beside)
        page.locator("#add-urgent").click()
    else:
        page.locator("#map").click(position={"x": 160, "y": 250})
    expect(page.locator("#urgents li")).to_have_count(2)
    first = page.locator("#whereabouts tr").first
    assert first.locator("input").first.get_attribute("placeholder")
    first.locator("input").first.fill("x")
    page.locator("#replan").click()
    expect(first.locator(".fault")).to_be_visible()
    first.locator("input").first.fill("")
    page.locator("#at").fill("2026-11-23T21:30")
    page.locator("#replan").click()
    expect(page.locator(".field:has(#at) .fault")).to_be_visible(timeout=20_000)
    expect(page.locator(".headline")).to_be_visible()
    page.locator("#at").fill("2026-11-23T18:20")
    first.locator("input").first.fill("100,20")
    page.locator("#replan").click()
    expect(first.locator(".fault")).to_be_visible(timeout=20_000)
    page.locator("#urgent").fill("100,20,远方")
    page.locator("#replan").click()
    expect(page.locator(".field:has(#urgent) .fault")).to_be_visible(timeout=20_000)
    # The rows are drawn anew while a place is awaited.
    first.locator(".pick").click()
    expect(page.locator("#map-note")).to_be_visible()
    page.locator("#urgents li", has_text="远方").locator("button").click()
    page.locator("#map").click(position={"x": 200, "y": 300})
    expect(page.locator("#map-note")).to_be_hidden()
    expect(first.locator("input").first).to_have_value(re.compile(r"^108\.\d+,34\.\d+$"))
    expect(page.locator(".base.position")).to_have_count(1)
    page.locator("#whereabouts [type=checkbox]").nth(1).check()
    page.locator("#replan").click()
    expect(page.locator(".changes p")).to_contain_text(re.compile(done), timeout=60_000)


@pytest.mark.parametrize(
    ("window", "language"),
    [((1280, "patrol_leader"), "zh"), ((390, "patrol_leader"), "en")],
    indirect=["window"],
)
def test_a_shift_is_planned_anew_from_where_everybody_is(
    window: Window, town: dict[str, Console], language: str
) -> None:
    page = window.page
    page.clock.set_fixed_time("2026-11-23T18:20:00+08:00")
    made = page.evaluate(MAKE, {"seed": 5})
    page.goto(f"{page.url.partition('?')[0]}?id={made}")
    expect(page.locator(".headline")).to_be_visible(timeout=20_000)
    if language == "en":
        page.locator("#language").click()
        expect(page.locator(".headline")).to_contain_text("patrols visit", timeout=20_000)
    lon, lat = town["patrol_leader"].district.place(2.4, 3.3)
    # How many hotspots are new beside the two urgent places depends on how far the search came.
    beside, named, done = {
        "zh": ("", "紧急地点 2", r"新增 \d+ 处"),
        "en": (f"{lon:.6f}, {lat:.6f}, Gate", "Gate", r"\d+ new"),
    }[language]
    replan(page, beside, done)
    assert page.url.endswith("=" + str(made + 1))
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    new = page.locator(".changes details").first
    expect(new.locator("tr", has_text="CASE-1 井盖缺失")).to_have_count(1)
    expect(new.locator("tr", has_text=named)).to_have_count(1)
    # Who fell out stays out.
    page.locator("#again-open > summary").click()
    expect(page.locator("#whereabouts [type=checkbox]").nth(1)).to_be_disabled()
    expect(page.locator("#whereabouts [type=checkbox]").nth(0)).to_be_enabled()
    # The time shown is the one that would be sent; a form that is shut with its plan leaves no fault behind.
    page.clock.set_fixed_time("2026-11-23T18:31:00+08:00")
    own = page.evaluate(
        "async () => (await (await fetch('/api/v1/reports?number=CASE-1')).json()).reports[0].id"
    )
    page.locator("#urgent").fill(str(own))
    page.locator("#add-urgent").click()
    # The number that a case came with goes before our own.
    expect(page.locator("#urgents li")).to_contain_text("编号相同")
    expect(page.locator("#at")).to_have_value("2026-11-23T18:31")
    page.locator("#whereabouts .pick").first.click()
    page.locator("#plan").select_option("")
    expect(page.locator("#make")).to_be_visible()
    expect(page.locator("#map-note")).to_be_hidden()
    # The plan stays where its address says, though another has taken its place.
    page.goto(f"{page.url.partition('?')[0]}?id={made}")
    told = {"zh": f"现行方案 {made + 1}", "en": f"plan {made + 1} holds now"}[language]
    expect(page.locator(".warning a")).to_contain_text(told, timeout=20_000)
    expect(page.locator("#again")).to_be_hidden()
    forgive_refusals(window)


def test_patrols_that_are_not_alike(window: Window) -> None:
    page = window.page
    choose_ads(page)
    page.locator("#date").fill("2026-11-23")
    page.locator("#patrols").fill("2")
    page.locator("#unlike summary").click()
    rows = page.locator("#roster > li")
    expect(rows).to_have_count(2)
    page.locator("#add-patrol").click()
    expect(page.locator("#patrols")).to_have_value("3")
    rows.nth(2).locator(".drop").click()
    page.locator("#patrol-0-name").fill("王巡查")
    page.locator("#patrol-1-mode").select_option("walk")
    page.locator("#patrol-1-shift").fill("五点")
    page.locator("#patrol-1-break").fill("20")
    rows.nth(0).locator(".pick").click()
    page.locator("#add-patrol").click()  # draws the rows anew
    rows.nth(2).locator(".drop").click()
    page.locator("#map").click(position={"x": 420, "y": 450})
    expect(page.locator("#patrol-0-start")).to_have_value(re.compile(r"^108\.\d+,34\.\d+$"))
    page.locator("#make").click()
    # Row, column and reason beside the map, and the reason at the field.
    expect(page.get_by_role("alert")).to_contain_text("第 2 行 · 时段 · “五点”", timeout=20_000)
    expect(rows.nth(1).locator(".of-shift .fault")).to_contain_text("17:00-21:00")
    page.locator("#patrol-1-shift").fill("18:00-20:00")
    page.locator("#patrol-1-zones").fill("没有")
    page.locator("#make").click()
    expect(rows.nth(1).locator(".of-zones .fault")).to_contain_text("没有", timeout=20_000)
    page.locator("#alike").click()
    expect(rows).to_have_count(0)
    expect(page.locator("#patrols")).to_be_editable()
    forgive_refusals(window)


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
    forgive_refusals(window)


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
    forgive_refusals(window)
