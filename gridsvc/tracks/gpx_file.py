"""GPX 1.0 and 1.1 (topografix.com/GPX/1/1) to fixes: tracks only, for a route says where, never when."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from gridsvc.errors import InputRefused, Place, Text
from gridsvc.tabular import MISSING_INSTANT, decoded
from gridsvc.tracks.fixes import EPOCH, Fixes

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_ENTITIES = re.compile(r"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
# Atomic: of many comments each could else be a part of the one before, and all ways would be tried.
_ROOT = re.compile(r"^\s*(?>(?:<!--.*?-->\s*|<\?.*?\?>\s*)*)<([A-Za-z_][\w.-]*)(?::([\w.-]+))?", re.DOTALL)
_DAY = 86_400_000_000


def read_gpx(
    content: bytes, file: str, *, patrol: str | None, local_times: ZoneInfo | None
) -> tuple[list[Fixes], bool]:
    """Return the fixes of each patrol of a GPX file, and whether any time had no zone.

    All tracks are of `patrol`; without it those of one name are one patrol's, and a track without a name is
    called after the file. A time without a zone is UTC, as the standard has every time, or of `local_times`.

    Raises
    ------
    InputRefused
        `bad_encoding`; `entities_refused`: a document type or entity, which no GPX needs and an attack does;
        `not_gpx`; `routes_only`; `no_tracks`.
    """
    import gpxpy
    import gpxpy.gpx

    text = _DECLARATION.sub("", decoded(content, file))  # it is decoded already, whatever it declares
    if _ENTITIES.search(text):
        raise InputRefused(
            "entities_refused",
            Text("GPX 中不得有 DOCTYPE 或 ENTITY。", "A GPX must not have a DOCTYPE or ENTITY."),
            place=Place(file=file),
        )
    root = _ROOT.match(text)
    if root is None or (root[2] or root[1]) != "gpx":
        raise _no_gpx(file, f"<{root[0].strip()[:40]}>" if root else text[:40])
    try:
        read = gpxpy.parse(text)
    # gpxpy raises its own errors, and ValueError for a date such as the 30th of February.
    except (gpxpy.gpx.GPXException, ValueError) as error:
        raise _no_gpx(file, str(error)[:200]) from error
    if not any(segment.points for track in read.tracks for segment in track.segments):
        raise _nothing(file, bool(read.routes))
    stem = file.rpartition(".")[0] or file
    by_patrol: dict[str, list[Any]] = {}
    for track in read.tracks:
        name = patrol or (track.name or "").strip() or stem
        points = by_patrol.setdefault(name, [])
        for segment in track.segments:
            points.extend(segment.points)
    unzoned = False
    found = []
    for name, points in by_patrol.items():
        times = [point.time for point in points]
        naive = [time is not None and time.tzinfo is None for time in times]
        unzoned |= any(naive)
        zone = local_times or UTC
        at = np.array([MISSING_INSTANT if time is None else _micros(time, zone) for time in times], np.int64)
        lon = np.array([point.longitude for point in points], np.float64)
        lat = np.array([point.latitude for point in points], np.float64)
        if len(points):
            found.append(Fixes(name, name, at, lon, lat))
    return found, unzoned


def _micros(time: datetime, zone: Any) -> int:
    aware = time if time.tzinfo is not None else time.replace(tzinfo=zone)
    # Not by timestamp(): a float would lose the microsecond.
    since = aware - EPOCH
    return since.days * _DAY + since.seconds * 1_000_000 + since.microseconds


def _no_gpx(file: str, why: str) -> InputRefused:
    return InputRefused(
        "not_gpx",
        Text(f"不是可读的 GPX：{why}", f"This is no readable GPX: {why}"),
        place=Place(file=file),
        remedy=Text(
            "请从应用导出 GPX 1.1，或 CSV（patrol, time, lon, lat）。",
            "Export GPX 1.1 from the app, or a CSV with patrol, time, lon, lat.",
        ),
    )


def _nothing(file: str, routes: bool) -> InputRefused:
    if routes:
        return InputRefused(
            "routes_only",
            Text("文件只有路线（rte），没有轨迹（trk）。", "The file has routes (rte) and no track (trk)."),
            place=Place(file=file),
            remedy=Text(
                "路线是计划，轨迹才是走过的；请在应用中导出“轨迹”。",
                "A route is a plan, a track is what was walked: export the track from the app.",
            ),
        )
    return InputRefused(
        "no_tracks",
        Text("文件没有轨迹点（trkpt）。", "The file has no track points (trkpt)."),
        place=Place(file=file),
    )
