"""Debian's Chromium for the tests that look at a page as a person would."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, sync_playwright

_CHROMIUM = shutil.which("chromium")
_ARGUMENTS = [
    "--no-sandbox",  # the tests may run as root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


class Window(NamedTuple):
    """A page with what went wrong on it: script errors, and requests to anywhere else."""

    page: Page
    errors: list[str]
    foreign: list[str]


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium; the test is skipped where there is none."""
    if _CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        yield browser
        browser.close()


def watched_page(context: BrowserContext, own: str) -> Window:
    """Open a page in which every request that does not begin with `own` is recorded and refused."""
    window = Window(context.new_page(), [], [])

    def judge(route: Route, request: Request) -> None:
        if request.url.startswith((own, "data:", "blob:")):
            route.continue_()
        else:
            window.foreign.append(request.url)
            route.abort()

    window.page.route("**/*", judge)
    window.page.on("pageerror", lambda error: window.errors.append(str(error)))
    window.page.on(
        "console",
        lambda message: window.errors.append(message.text) if message.type == "error" else None,
    )
    return window


def painted_pixels(page: Page, selector: str) -> int:
    """Return how many pixels of a canvas are not transparent, -1 when there is no such canvas."""
    script = """selector => {
        const canvas = document.querySelector(selector);
        if (!canvas) return -1;
        const data = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
        let painted = 0;
        for (let i = 3; i < data.length; i += 4) painted += data[i] > 0;
        return painted;
    }"""
    painted: int = page.evaluate(script, selector)
    return painted
