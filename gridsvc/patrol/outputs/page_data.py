"""What the script of the page is given: the answer, routes to draw, and what stands behind them."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from gridsvc.errors import Text
from gridsvc.patrol.outputs import wording
from gridsvc.patrol.outputs.backdrop import Backdrop
from gridsvc.patrol.outputs.colours import DROPPED, OMITTED, STREET, colour_of, dashes_of
from gridsvc.patrol.outputs.lines import pieces
from gridsvc.patrol.outputs.page_words import PAGE
from gridsvc.patrol.outputs.plain import plan_as_dict
from gridsvc.patrol.plan import (
    KIND_WORDS,
    OMITTED_WORDS,
    OmittedPlace,
    Plan,
    PlannedRoute,
    PlannedStop,
    called,
)

Box = tuple[float, float, float, float]

_MARGIN = 0.15
_DECIMALS = 6
"""Of degrees on the page: a decimetre."""


def page_data(plan: Plan, language: str, backdrop: Backdrop | None) -> dict[str, Any]:
    """Return plain values for JSON; every word in them is put into the page as text, never as markup."""

    def said(words: Text) -> str:
        return words.in_language(language)

    box = extent(plan)
    floors = [floor for floor in plan.floors if not floor.met]
    return {
        "title": said(wording.title(plan)),
        "headline": said(wording.headline(plan)),
        "quality": said(wording.quality(plan)),
        "synthetic": said(wording.SYNTHETIC) if plan.synthetic else "",
        "bounds": None if box is None else [[box[1], box[0]], [box[3], box[2]]],
        "routes": [_route(plan, number, route, language) for number, route in enumerate(plan.routes)],
        "omitted": [_omitted(place, language) for place in plan.omitted],
        "dropped": [_omitted(place, language) for place in plan.dropped],
        "colours": {"omitted": OMITTED, "dropped": DROPPED, "street": STREET},
        "floors": {
            "all": len(plan.floors),
            "unmet": [
                {
                    "name": said(called(floor.name)),
                    "floor": floor.floor,
                    "visits": floor.visits,
                    "because": said(floor.because) if floor.because else "",
                }
                for floor in floors
            ],
        },
        "remarks": [said(remark) for remark in plan.remarks],
        "streets": _streets(backdrop, box),
        "plan": plan_as_dict(plan),
        "words": {name: said(words) for name, words in PAGE.items()},
    }


def extent(plan: Plan) -> Box | None:
    """Return west, south, east, north of everything drawn of the plan, in degrees; None: nothing."""
    places = [route.patrol.start for route in plan.routes]
    places += [route.patrol.end for route in plan.routes if route.patrol.end is not None]
    places += [(stop.lon, stop.lat) for route in plan.routes for stop in route.stops]
    places += [(place.lon, place.lat) for place in (*plan.omitted, *plan.dropped)]
    lines = [stop.way for route in plan.routes for stop in route.stops]
    lines += [stop.along for route in plan.routes for stop in route.stops]
    lines += [route.home for route in plan.routes]
    drawn = [piece for line in lines for piece in pieces(line)]
    if not places and not drawn:
        return None
    xy = np.concatenate([np.array(places, float).reshape(-1, 2), *drawn])
    west, south = xy.min(axis=0).tolist()
    east, north = xy.max(axis=0).tolist()
    return west, south, east, north


def _route(plan: Plan, number: int, route: PlannedRoute, language: str) -> dict[str, Any]:
    patrol = route.patrol
    return {
        "name": patrol.name,
        "colour": colour_of(number),
        "dashes": " ".join(map(str, dashes_of(number) or ())),
        "about": wording.patrol_line(plan, route).in_language(language),
        "totals": wording.totals_line(route.totals).in_language(language),
        "start": _at(*patrol.start),
        "startName": called(patrol.start_name).in_language(language),
        "end": None if patrol.end is None else _at(*patrol.end),
        "endName": called(patrol.end_name).in_language(language),
        "leaves": wording.clock(plan, route.leaves),
        "returns": wording.clock(plan, route.returns),
        "home": _latlng(route.home),
        "stops": [_stop(plan, stop, language) for stop in route.stops],
    }


def _stop(plan: Plan, stop: PlannedStop, language: str) -> dict[str, Any]:
    return {
        "number": stop.number,
        "name": stop.name.in_language(language),
        "kind": KIND_WORDS[stop.kind].in_language(language),
        "required": stop.kind in ("must_visit", "urgent"),
        "at": _at(stop.lon, stop.lat),
        "cell": stop.cell,
        "arrives": wording.clock(plan, stop.arrives),
        "begins": wording.clock(plan, stop.begins),
        "leaves": wording.clock(plan, stop.leaves),
        "minutes": round(stop.dwell_minutes),
        "lookFor": wording.look_for(stop).in_language(language),
        "window": None
        if stop.window is None
        else "–".join(wording.clock(plan, each) for each in stop.window),
        "because": [reason.in_language(language) for reason in stop.because],
        "streets": list(stop.streets),
        "way": _latlng(stop.way),
        "along": _latlng(stop.along),
        "alongM": round(stop.along_m),
    }


def _omitted(place: OmittedPlace, language: str) -> dict[str, Any]:
    return {
        "name": place.name.in_language(language),
        "at": _at(place.lon, place.lat),
        "reason": OMITTED_WORDS.get(place.code, place.because).in_language(language),
        "because": place.because.in_language(language),
        "cell": place.cell,
        "value": round(float(place.value), 2),
    }


def _at(lon: float, lat: float) -> list[float]:
    return [round(float(lat), _DECIMALS), round(float(lon), _DECIMALS)]


def _latlng(line: Any) -> list[list[list[float]]]:
    return [np.round(piece[:, ::-1], _DECIMALS).tolist() for piece in pieces(line)]


def _streets(backdrop: Backdrop | None, box: Box | None) -> list[dict[str, Any]]:
    """Return the streets around the routes, those without a name as one."""
    if backdrop is None or box is None:
        return []
    west, south, east, north = box
    wide, high = max(east - west, 0.005) * _MARGIN, max(north - south, 0.005) * _MARGIN
    near = backdrop.within(west - wide, south - high, east + wide, north + high)
    # Half a metre, in degrees: no screen shows it, and the page is half the size.
    lines = shapely.simplify(near.lines, 5e-6)
    by_name: dict[str, list[list[list[float]]]] = {}
    for line, name in zip(lines, near.names, strict=True):
        by_name.setdefault(name or "", []).extend(_latlng(line))
    return [{"name": name, "lines": lines} for name, lines in by_name.items()]
