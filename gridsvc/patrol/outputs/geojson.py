"""A plan as GeoJSON (RFC 7946): stops, ways, starts, and the places left out; WGS 84."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from gridsvc.patrol.outputs.colours import colour_of
from gridsvc.patrol.outputs.lines import line_geometry, point_geometry
from gridsvc.patrol.outputs.plain import instant, number, plan_as_dict
from gridsvc.patrol.outputs.wording import look_for
from gridsvc.patrol.plan import OmittedPlace, Plan, PlannedRoute, PlannedStop

_NOT_ABOUT = ("routes", "omitted", "dropped")


def draw_geojson(plan: Plan, language: str = "zh") -> bytes:
    """Return the file; its foreign member `gridsvc` has what belongs to the plan as a whole.

    `role` of a feature: `start`, `end`, `stop` (Point), `way` to a stop, `home` and `street` that is walked
    (LineString), `omitted`, `dropped` (Point). Properties are flat, words in `language`.
    """
    features: list[dict[str, Any]] = []
    for index, route in enumerate(plan.routes):
        features += _route(plan, index, route, language)
    features += [_omitted("omitted", place, language) for place in plan.omitted]
    features += [_omitted("dropped", place, language) for place in plan.dropped]
    about = {name: value for name, value in plan_as_dict(plan).items() if name not in _NOT_ABOUT}
    return orjson.dumps({"type": "FeatureCollection", "gridsvc": about, "features": features})


def _route(plan: Plan, index: int, route: PlannedRoute, language: str) -> Iterator[dict[str, Any]]:
    patrol = route.patrol
    own = {"patrol": patrol.name, "route": index, "mode": patrol.mode, "colour": colour_of(index)}
    start = {"name": patrol.start_name, "leaves": instant(plan, route.leaves)}
    yield _feature(point_geometry(*patrol.start), "start", own | start)
    for stop in route.stops:
        named = own | {"stop": stop.number, "key": stop.key}
        if way := line_geometry(stop.way):
            length = {"m": round(stop.way_m, 1), "streets": "、".join(stop.streets)}
            yield _feature(way, "way", named | length)
        yield _feature(point_geometry(stop.lon, stop.lat), "stop", own | _stop(plan, stop, language))
        if along := line_geometry(stop.along):
            yield _feature(along, "street", named | {"m": round(stop.along_m, 1)})
    if home := line_geometry(route.home):
        yield _feature(home, "home", own | {"m": round(route.home_m, 1)})
    if patrol.end is not None:
        end = {"name": patrol.end_name, "arrives": instant(plan, route.returns)}
        yield _feature(point_geometry(*patrol.end), "end", own | end)


def _stop(plan: Plan, stop: PlannedStop, language: str) -> dict[str, Any]:
    return {
        "stop": stop.number,
        "key": stop.key,
        "kind": stop.kind,
        "name": stop.name.in_language(language),
        "cell": stop.cell,
        "zone": stop.zone,
        "arrives": instant(plan, stop.arrives),
        "begins": instant(plan, stop.begins),
        "leaves": instant(plan, stop.leaves),
        "dwell_minutes": number(stop.dwell_minutes),
        "value": number(stop.value),
        "expected": number(stop.expected),
        "look_for": look_for(stop).in_language(language),
        "window_from": None if stop.window is None else instant(plan, stop.window[0]),
        "window_to": None if stop.window is None else instant(plan, stop.window[1]),
        "because": "；".join(reason.in_language(language) for reason in stop.because),
    }


def _omitted(role: str, place: OmittedPlace, language: str) -> dict[str, Any]:
    properties = {
        "key": place.key,
        "name": place.name.in_language(language),
        "cell": place.cell,
        "value": number(place.value),
        "code": place.code,
        "because": place.because.in_language(language),
        "required": place.required,
    }
    return _feature(point_geometry(place.lon, place.lat), role, properties)


def _feature(geometry: dict[str, Any], role: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": {"role": role} | properties}
