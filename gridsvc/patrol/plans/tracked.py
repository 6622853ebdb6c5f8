"""Which patrols of plans are told of by a track: of them the track is the truth, of the others the plan."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from gridsvc.patrol.plans.lately import PatrolOfShift
from gridsvc.tracks import TrackTime

LEAST_SHARE = 0.5
"""A track is of a shift where it has so much of its own time in it, or fills so much of the shift."""


@dataclass(frozen=True, slots=True)
class Tracked:
    """`patrols`: (plan, name) of those that have a track. `counted_on`: by number of a track the day of the
    shift that it is of: what is walked after midnight belongs to the shift that began before.
    """

    patrols: frozenset[tuple[int, str]]
    counted_on: dict[int, date]


def tracked(patrols: Sequence[PatrolOfShift], tracks: Sequence[TrackTime]) -> Tracked:
    """Return which patrols have tracks of their shifts.

    A track is a patrol's by its name, whatever its width and case. Where two teams have a patrol of that name
    at the same time nobody knows whose it is: it stands for neither. One of two shifts stands for both, and
    its minutes keep their own days where these are not of one day.
    """
    by_name: dict[str, list[PatrolOfShift]] = {}
    for patrol in patrols:
        by_name.setdefault(_plain(patrol.name), []).append(patrol)
    told: set[tuple[int, str]] = set()
    counted_on: dict[int, date] = {}
    for track in tracks:
        mine = [each for each in by_name.get(_plain(track.patrol), ()) if _is_of(track, each)]
        if _of_two_teams(mine):
            continue
        told |= {(each.plan, each.name) for each in mine}
        days = {each.day for each in mine}
        if len(days) == 1:
            counted_on[track.id] = days.pop()
    return Tracked(frozenset(told), counted_on)


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


def _is_of(track: TrackTime, shift: PatrolOfShift) -> bool:
    common = _common(track.begins, track.ends, shift.begins, shift.ends)
    shortest = min(track.ends - track.begins, shift.ends - shift.begins)
    return common > timedelta() and common >= LEAST_SHARE * shortest


def _of_two_teams(patrols: Sequence[PatrolOfShift]) -> bool:
    return any(
        one.team != other.team and _common(one.begins, one.ends, other.begins, other.ends) > timedelta()
        for number, one in enumerate(patrols)
        for other in patrols[:number]
    )


def _common(begins: datetime, ends: datetime, other_begins: datetime, other_ends: datetime) -> timedelta:
    return min(ends, other_ends) - max(begins, other_begins)
