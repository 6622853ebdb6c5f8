"""Writes a plan to a file, by its suffix."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import orjson

from gridsvc.errors import NotFound, Text, WrongUsage
from gridsvc.patrol.outputs.backdrop import Backdrop
from gridsvc.patrol.outputs.geojson import draw_geojson
from gridsvc.patrol.outputs.plain import plan_as_dict
from gridsvc.patrol.plan import Plan
from gridsvc.tabular import report_file

MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "gpx": "application/gpx+xml",
    "geojson": "application/geo+json",
    "pdf": "application/pdf",
    "json": "application/json",
}
"""Formats of a plan, and what the service calls them."""


def check_target(path: Path) -> None:
    """Refuse a file that `write_plan` could not write, before any work is done.

    Raises
    ------
    WrongUsage
        `bad_suffix`: none of .html, .gpx, .geojson, .pdf, .json.
    InputRefused
        `no_folder`: the folder does not exist or may not be written.
    """
    report_file.check_target(path, tuple(f".{name}" for name in MEDIA_TYPES))


def write_plan(
    plan: Plan,
    path: Path,
    language: str = "zh",
    *,
    patrol: str | None = None,
    backdrop: Backdrop | None = None,
) -> int:
    """Write the plan to `path`, whole or not at all, and return its size in bytes; see `draw_plan`."""
    check_target(path)
    content = draw_plan(plan, path.suffix[1:].lower(), language, patrol=patrol, backdrop=backdrop)
    return report_file.write_whole(path, content)


def draw_plan(
    plan: Plan,
    form: str,
    language: str = "zh",
    *,
    patrol: str | None = None,
    backdrop: Backdrop | None = None,
) -> bytes:
    """Return the plan as `form`, one of `MEDIA_TYPES`.

    Parameters
    ----------
    language : `zh` or `en`; JSON has both.
    patrol : name of the one patrol whose route is wanted; None: all of them.
    backdrop : streets under the routes on the map and the sheets.

    Raises
    ------
    WrongUsage
        `bad_format`: none of `MEDIA_TYPES`.
    NotFound
        `unknown_patrol`: no patrol of the plan is called so.
    """
    if form not in _DRAWERS:
        raise WrongUsage(
            "bad_format",
            Text(f"巡查路线不能写成 {form}。", f"a plan cannot be had as {form}."),
            remedy=Text(f"可用：{'、'.join(_DRAWERS)}。", f"Use {', '.join(_DRAWERS)}."),
        )
    if patrol is not None:
        plan = of_patrol(plan, patrol)
    return _DRAWERS[form](_Asked(plan, language, backdrop, patrol is not None))


def of_patrol(plan: Plan, name: str) -> Plan:
    """Return the plan with the route of one patrol; the figures of the plan as a whole stay.

    Raises NotFound (unknown_patrol).
    """
    routes = tuple(route for route in plan.routes if route.patrol.name == name)
    if not routes:
        names = [route.patrol.name for route in plan.routes]
        raise NotFound(
            "unknown_patrol",
            Text(f"方案中没有巡查员“{name}”。", f"the plan has no patrol {name!r}."),
            remedy=Text(f"可用：{'、'.join(names)}。", f"Use one of {', '.join(names)}."),
        )
    return replace(plan, routes=routes)


class _Asked(NamedTuple):
    """What a drawer needs; `alone`: the plan is one patrol's part of it."""

    plan: Plan
    language: str
    backdrop: Backdrop | None
    alone: bool


def _json(asked: _Asked) -> bytes:
    return orjson.dumps(plan_as_dict(asked.plan), option=orjson.OPT_INDENT_2)


def _geojson(asked: _Asked) -> bytes:
    return draw_geojson(asked.plan, asked.language)


def _gpx(asked: _Asked) -> bytes:
    from gridsvc.patrol.outputs.gpx import draw_gpx

    return draw_gpx(asked.plan, asked.language)


def _html(asked: _Asked) -> bytes:
    from gridsvc.patrol.outputs.page import draw_page

    return draw_page(asked.plan, asked.language, asked.backdrop).encode()


def _pdf(asked: _Asked) -> bytes:
    from gridsvc.patrol.outputs.sheet import draw_sheets

    return draw_sheets(asked.plan, asked.language, asked.backdrop, overview=not asked.alone)


_DRAWERS: dict[str, Callable[[_Asked], bytes]] = {
    "html": _html,
    "gpx": _gpx,
    "geojson": _geojson,
    "pdf": _pdf,
    "json": _json,
}
