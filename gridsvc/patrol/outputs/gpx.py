"""A plan as GPX 1.1 (Topografix): stops as a route, the way as a track with times; WGS 84, UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import gpxpy.gpx

from gridsvc.patrol.outputs.lines import DECIMALS
from gridsvc.patrol.outputs.passing import passages
from gridsvc.patrol.outputs.wording import (
    headline,
    look_for,
    patrol_line,
    printable,
    stop_title,
    title,
    totals_line,
)
from gridsvc.patrol.plan import KIND_WORDS, Plan, PlannedRoute, PlannedStop

NAMESPACE = "urn:gridsvc:patrol:1"
"""Of our own data, in `extensions` alone."""


def draw_gpx(plan: Plan, language: str = "zh") -> bytes:
    """Return the file: for each patrol a route (its stops) and a track (its way); waypoints name the stops.
    A patrol that stays has none.

    `time` of a stop is when the stop begins; of a place on the way when it is passed at even speed.
    """
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "gridsvc"
    gpx.nsmap["gridsvc"] = NAMESPACE
    gpx.name = printable(title(plan).in_language(language))
    gpx.description = printable(headline(plan).in_language(language))
    gpx.time = _utc(plan.made_at)
    several = len(plan.routes) > 1
    for number, route in enumerate(plan.routes, 1):
        if not route.stops:
            continue
        name = printable(route.patrol.name)
        for stop in route.stops:
            if stop.number:
                said = printable(stop_title(stop).in_language(language))
                held = gpxpy.gpx.GPXWaypoint(**_place(stop, language))
                held.name = f"{name} {said}" if several else said
                held.extensions = _extensions(route, stop)
                gpx.waypoints.append(held)
        gpx.routes.append(_route(plan, route, number, language))
        gpx.tracks.append(_track(route, number, language))
    written: str = gpx.to_xml(version="1.1")
    return written.encode()


def _route(plan: Plan, route: PlannedRoute, number: int, language: str) -> Any:
    made = gpxpy.gpx.GPXRoute(
        name=printable(route.patrol.name),
        description=printable(totals_line(route.totals).in_language(language)),
        number=number,
    )
    made.comment = patrol_line(plan, route).in_language(language)
    for stop in route.stops:
        point = gpxpy.gpx.GPXRoutePoint(**_place(stop, language))
        point.extensions = _extensions(route, stop)
        made.points.append(point)
    return made


def _place(stop: PlannedStop, language: str) -> dict[str, Any]:
    because = [look_for(stop), *stop.because]
    lines = [line for line in (printable(words.in_language(language)) for words in because) if line]
    return {
        "latitude": round(stop.lat, DECIMALS),
        "longitude": _longitude(stop.lon),
        "time": _utc(stop.begins),
        "name": printable(stop_title(stop).in_language(language)),
        "description": "\n".join(lines) or None,
        "type": KIND_WORDS[stop.kind].in_language(language),
    }


def _extensions(route: PlannedRoute, stop: PlannedStop) -> list[Any]:
    told = {
        "patrol": route.patrol.name,
        "key": stop.key,
        "kind": stop.kind,
        "cell": stop.cell,
        "zone": stop.zone,
        "arrives": _utc(stop.arrives).isoformat().replace("+00:00", "Z"),
        "leaves": _utc(stop.leaves).isoformat().replace("+00:00", "Z"),
        "value": f"{stop.value:.4f}",
        "expected": f"{stop.expected:.4f}",
    }
    made = ElementTree.Element(f"{{{NAMESPACE}}}stop")
    for name, value in told.items():
        if value is not None:
            # gpxpy writes texts of extensions as they are.
            ElementTree.SubElement(made, f"{{{NAMESPACE}}}{name}").text = escape(printable(value))
    return [made]


def _track(route: PlannedRoute, number: int, language: str) -> Any:
    track = gpxpy.gpx.GPXTrack(name=printable(route.patrol.name), number=number)
    track.description = printable(totals_line(route.totals).in_language(language))
    for passed in passages(route):
        points = [
            gpxpy.gpx.GPXTrackPoint(
                latitude=round(lat, DECIMALS), longitude=_longitude(lon), time=_utc(moment)
            )
            for (lon, lat), moment in passed
        ]
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
    return track


def _utc(moment: datetime) -> datetime:
    """Return an instant in UTC to the second: devices read no finer."""
    rounded = moment.astimezone(UTC) + timedelta(milliseconds=500)
    return rounded.replace(microsecond=0)


def _longitude(lon: float) -> float:
    """Return a longitude as the standard wants it: -180 is in, 180 is not."""
    return round(-180.0 if lon >= 180 else lon, DECIMALS)
