"""In which zones somebody was of late: by tracks where there are any, by plans where there are none."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from gridsvc.patrol.plans.lately import patrols_lately
from gridsvc.patrol.plans.request import PlanAsked
from gridsvc.patrol.plans.tracked import tracked
from gridsvc.tracks import days_told, tracks_between, zone_visits


def zones_been(connection: Connection, asked: PlanAsked, first: date) -> set[tuple[str, date]]:
    """Return in which zones somebody was, or goes, on which days from `first` to that of the plan.

    A patrol was where its track of the shift says; one without a track where it was to be by the plan that
    held, and so is one of the plan's own day whose shift is not over when this one begins. Tracks of nobody's
    plan count too, those of the plan's own day only from before its shift: its own tracks are no visits
    beside it. A day whose minutes a file tells, of all patrols together, counts as the file says.
    """
    midnight = datetime.combine(first, time(), asked.zone)
    tracks = tracks_between(connection, midnight, asked.ends + timedelta(days=1))
    before = {each.id for each in tracks if each.begins + (each.ends - each.begins) / 2 <= asked.begins}
    told = days_told(connection, first, asked.day)
    patrols = [
        each
        for each in patrols_lately(connection, first - timedelta(days=1), asked.day)
        if each.day < asked.day
        or (each.begins <= asked.begins and (each.team, each.begins, each.ends) != _shift(asked))
    ]
    # A file of the plan's own day tells of this shift too: then that day's plans are what is known.
    over = [
        each
        for each in patrols
        if each.day < asked.day or (each.ends <= asked.begins and asked.day not in told)
    ]
    by_track = tracked(over, [each for each in tracks if each.id in before])
    visits = zone_visits(
        connection,
        asked.floor_kind,
        first,
        asked.day,
        counted_on=by_track.counted_on,
        without=[each.id for each in tracks if each.id not in before],
    )
    been = {
        (code, day) for code, by_day in visits.items() for day in by_day if day < asked.day or day not in told
    }
    return been | {
        (code, each.day)
        for each in patrols
        if each.day == asked.day or (each.day >= first and each.day not in told)
        if (each.plan, each.name) not in by_track.patrols
        for code in each.zones
    }


def _shift(asked: PlanAsked) -> tuple[str, datetime, datetime]:
    return asked.team, asked.begins, asked.ends
