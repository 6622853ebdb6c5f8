"""What a request for a patrol plan means: hours, places and breaks as the room of patrols has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar
from zoneinfo import ZoneInfo

from gridsvc.api.patrol_models import MustVisitRequest, PatrolRequest, PlanRequest, SpotRequest
from gridsvc.errors import Fault, GridsvcError, InputRefused, Text
from gridsvc.geography import to_wgs84
from gridsvc.patrol.plans.request import PatrolAsked, PlanAsked, Spot
from gridsvc.patrol.plans.roster import Usual, make_roster
from gridsvc.patrol.plans.spellings import parse_patrol_span, parse_pause, parse_span
from gridsvc.patrol.value.given import GivenPlace

T = TypeVar("T")


def given_places(listed: Sequence[MustVisitRequest], zone: ZoneInfo) -> tuple[GivenPlace, ...]:
    """Return the places of a request, numbered from 1; an instant without a zone is of `zone`."""
    return tuple(_given(each, number, zone) for number, each in enumerate(listed, 1))


def _given(each: MustVisitRequest, number: int, zone: ZoneInfo) -> GivenPlace:
    lon, lat = (float(value) for value in to_wgs84(each.datum, each.lon, each.lat))
    begins, ends = (
        moment if moment is None or moment.tzinfo else moment.replace(tzinfo=zone)
        for moment in (each.from_, each.to)
    )
    return GivenPlace(
        lon, lat, each.name, begins, ends, each.minutes, each.weight, each.required, number, each.id or ""
    )


def plan_asked(wanted: PlanRequest, zone: ZoneInfo, depot: Spot | None) -> PlanAsked:
    """Return what is asked; `depot`: where patrols begin of whom nothing is said.

    Raises
    ------
    WrongUsage
        `bad_span`, `bad_day`, `bad_break`: of the shift and of what holds for all.
    InputRefused
        `patrols_refused`: rows of the list of patrols that cannot be read, each with its row, counted from 1.
    """
    begins, ends = parse_span(wanted.shift, wanted.date, zone)
    usual = Usual(
        mode=wanted.mode,
        begins=begins,
        ends=ends,
        depots=tuple(_spot(each) for each in wanted.depots) or ((depot,) if depot else ()),
        returns=wanted.returns,
        pause=wanted.break_ or None,
    )
    return PlanAsked(
        day=wanted.date,
        begins=begins,
        ends=ends,
        zone=zone,
        patrols=_patrols(wanted.patrols, usual),
        classes=tuple(wanted.classes),
        scheme=wanted.scheme,
        kind=wanted.kind,
        weights=wanted.weights,
        form=wanted.form,
        most_places=wanted.places,
        weeks=wanted.weeks,
        dwells=tuple(wanted.dwell),
        repeats=wanted.repeats,
        floor_kind=wanted.floor_zones,
        floor=wanted.floor,
        exploration=wanted.exploration,
        within=wanted.within,
        balance=wanted.balance,
        seconds=wanted.seconds,
        iterations=wanted.iterations,
        team=wanted.team,
    )


def _patrols(wanted: int | list[PatrolRequest], usual: Usual) -> tuple[PatrolAsked, ...]:
    if isinstance(wanted, int):
        return make_roster(wanted, usual)
    faults: list[Fault] = []
    alike = make_roster(len(wanted), usual)
    found = tuple(
        _patrol(_Row(number, faults), given, plain, usual)
        for number, (given, plain) in enumerate(zip(wanted, alike, strict=True), 1)
    )
    if faults:
        raise InputRefused(
            "patrols_refused",
            Text(
                f"巡查员名单有 {len(faults)} 处不能接受。",
                f"{len(faults)} things about the patrols cannot be.",
            ),
            faults=faults,
        )
    return found


class _Row:
    """A patrol of the list, and where its faults are gathered."""

    def __init__(self, number: int, faults: list[Fault]) -> None:
        self.number, self.faults = number, faults

    def read(self, given: str | None, otherwise: T, how: Callable[[str], T]) -> T:
        if not given:
            return otherwise
        try:
            return how(given)
        except GridsvcError as error:
            place = replace(error.place, row=self.number)
            self.faults.append(Fault(error.code, error.message, place, error.remedy))
            return otherwise


def _patrol(row: _Row, given: PatrolRequest, plain: PatrolAsked, usual: Usual) -> PatrolAsked:
    begins, ends = row.read(
        given.shift, (plain.begins, plain.ends), lambda shift: parse_patrol_span(shift, usual.begins)
    )
    start = _spot(given.start) if given.start else plain.start
    end = _spot(given.end) if given.end else (start if usual.returns else None)
    return PatrolAsked(
        given.name,
        given.mode or plain.mode,
        begins,
        ends,
        start,
        end,
        row.read(given.break_, usual.pause_in(begins, ends), lambda pause: parse_pause(pause, begins, ends)),
        tuple(given.zones),
        given.most_minutes,
    )


def _spot(given: SpotRequest) -> Spot:
    return Spot(given.lon, given.lat, given.name or f"{given.lon:.5f}, {given.lat:.5f}")
