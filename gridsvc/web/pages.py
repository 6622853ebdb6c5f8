"""The console's pages."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from gridsvc.assets import asset_path
from gridsvc.errors import Text
from gridsvc.web.files import STATIC, Files

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).resolve().parent), autoescape=True)


def routes() -> list[BaseRoute]:
    """Return the routes of the console.

    The pages need a session, which whoever carries these routes sees to; `/assets/…` and the icon are open.
    """
    files = Files()

    async def icon(request: Request) -> Response:
        return files.send(request, "favicon.svg")

    return [
        Route("/", console, name="console", methods=["GET"]),
        Route("/hotspots", hotspots, name="hotspots", methods=["GET"]),
        Route("/patrols", patrols, name="patrols", methods=["GET"]),
        Route("/assets/{name:path}", files.answer, name="assets", methods=["GET"]),
        Route("/favicon.ico", icon, name="icon", methods=["GET"]),
    ]


async def console(request: Request) -> Response:  # noqa: ARG001
    """Answer `/`: the map on which a place is resolved.

    Raises
    ------
    ServiceFailed
        `assets_missing`: the vendored files were never fetched; the page would stay blank without them.
    """
    return _map_page("console.html")


async def hotspots(request: Request) -> Response:  # noqa: ARG001
    """Answer `/hotspots`: where problems concentrate. Raises ServiceFailed (assets_missing)."""
    return _map_page("hotspots.html")


async def patrols(request: Request) -> Response:  # noqa: ARG001
    """Answer `/patrols`: who goes where in a shift. Raises ServiceFailed (assets_missing)."""
    return _map_page("patrols.html")


def _map_page(name: str) -> Response:
    asset_path("leaflet/dist/leaflet.js")
    return HTMLResponse(_text(name), headers={"Cache-Control": "no-cache"})


@lru_cache(maxsize=4)
def _text(name: str) -> str:
    return (STATIC / name).read_text("utf-8")


def sign_in_page(language: str, fault: Text | None, next_page: str) -> str:
    """Return the page with the sign-in form; it works without scripts.

    `next_page` is the address to go on to, `fault` what was wrong with the last try.
    """
    return _TEMPLATES.get_template("sign-in.html").render(
        zh=language == "zh",
        fault=fault.in_language(language) if fault else None,
        next_page=next_page,
    )
