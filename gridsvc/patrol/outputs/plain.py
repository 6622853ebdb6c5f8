"""A plan as plain values: what the command line prints and the service answers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from gridsvc.errors import Text
from gridsvc.patrol.outputs.lines import DECIMALS
from gridsvc.patrol.outputs.wording import headline, quality
from gridsvc.patrol.plan import (
    OMITTED_WORDS,
    FloorState,
    OmittedPlace,
    Plan,
    PlannedPatrol,
    PlannedRoute,
    PlannedStop,
)


def plan_as_dict(plan: Plan) -> dict[str, Any]:
    """Return the plan for JSON, the answer first: routes, totals, what is left out, what stands behind it.

    Words are `{"zh", "en"}`; instants ISO 8601 in the plan's zone; lon, lat degrees of WGS 84. Lines are not
    in it: `geojson.draw_geojson` has them.
    """
    return {
        "id": plan.id,
        "headline": said(headline(plan)),
        "quality": said(quality(plan)),
        "day": plan.day.isoformat(),
        "begins": instant(plan, plan.begins),
        "ends": instant(plan, plan.ends),
        "zone": str(plan.zone),
        "form": plan.form,
        "synthetic": plan.synthetic,
        "routes": [_route(plan, route) for route in plan.routes],
        "totals": plan.totals.as_dict(),
        "value": number(plan.value),
        "possible": number(plan.possible),
        "share": number(plan.value / plan.possible) if plan.possible > 0 else None,
        "bound": number(plan.bound),
        "gap": number(plan.gap),
        "greedy": number(plan.greedy),
        "omitted": _omitted(plan.omitted),
        "dropped": _omitted(plan.dropped),
        "floors": [_floor(floor) for floor in plan.floors],
        "seed": plan.seed,
        "made_at": instant(plan, plan.made_at),
        "replanned_at": None if plan.replanned_at is None else instant(plan, plan.replanned_at),
        "versions": dict(plan.versions),
        "remarks": [said(remark) for remark in plan.remarks],
    }


def instant(plan: Plan, moment: datetime) -> str:
    """Return an instant as it is read in the plan's zone, to the second."""
    return moment.astimezone(plan.zone).isoformat(timespec="seconds")


def said(words: Text) -> dict[str, str]:
    """Return words in both languages."""
    return {"zh": words.zh, "en": words.en}


def degrees(value: float) -> float:
    """Return a longitude or latitude to a centimetre."""
    return round(float(value), DECIMALS)


def number(value: float) -> float:
    """Return a number rounded for reading."""
    return round(float(value), 4)


def _route(plan: Plan, route: PlannedRoute) -> dict[str, Any]:
    return {
        "patrol": _patrol(plan, route.patrol),
        "leaves": instant(plan, route.leaves),
        "returns": instant(plan, route.returns),
        "totals": route.totals.as_dict(),
        "home_km": round(route.home_m / 1000, 3),
        "stops": [_stop(plan, stop) for stop in route.stops],
    }


def _patrol(plan: Plan, patrol: PlannedPatrol) -> dict[str, Any]:
    start_lon, start_lat = patrol.start
    start = {"lon": degrees(start_lon), "lat": degrees(start_lat), "name": patrol.start_name}
    end = None
    if patrol.end is not None:
        end = {"lon": degrees(patrol.end[0]), "lat": degrees(patrol.end[1]), "name": patrol.end_name}
    return {
        "name": patrol.name,
        "mode": patrol.mode,
        "begins": instant(plan, patrol.begins),
        "ends": instant(plan, patrol.ends),
        "start": start,
        "end": end,
        "zones": list(patrol.zones),
    }


def _stop(plan: Plan, stop: PlannedStop) -> dict[str, Any]:
    return {
        "number": stop.number,
        "key": stop.key,
        "kind": stop.kind,
        "name": said(stop.name),
        "lon": degrees(stop.lon),
        "lat": degrees(stop.lat),
        "cell": stop.cell,
        "zone": stop.zone,
        "arrives": instant(plan, stop.arrives),
        "begins": instant(plan, stop.begins),
        "leaves": instant(plan, stop.leaves),
        "dwell_minutes": number(stop.dwell_minutes),
        "value": number(stop.value),
        "expected": number(stop.expected),
        "classes": [
            {"code": each.code, "name": each.name, "expected": number(each.number)} for each in stop.classes
        ],
        "window": None if stop.window is None else [instant(plan, moment) for moment in stop.window],
        "because": [said(reason) for reason in stop.because],
        "way_km": round(stop.way_m / 1000, 3),
        "along_km": round(stop.along_m / 1000, 3),
        "streets": list(stop.streets),
    }


def _omitted(places: Sequence[OmittedPlace]) -> list[dict[str, Any]]:
    return [
        {
            "key": place.key,
            "name": said(place.name),
            "lon": degrees(place.lon),
            "lat": degrees(place.lat),
            "cell": place.cell,
            "value": number(place.value),
            "code": place.code,
            "reason": said(OMITTED_WORDS.get(place.code, place.because)),
            "because": said(place.because),
            "required": place.required,
        }
        for place in places
    ]


def _floor(floor: FloorState) -> dict[str, Any]:
    return {
        "zone": floor.zone,
        "name": floor.name,
        "floor": floor.floor,
        "visits": floor.visits,
        "planned": floor.planned,
        "met": floor.met,
        "because": None if floor.because is None else said(floor.because),
    }
