"""`gridsvc patrol replan`."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, pairs
from gridsvc.cli.patrol_output import (
    By,
    OnePatrol,
    Outputs,
    Seconds,
    name_of,
    progress_of_search,
    show_plan,
)
from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.patrol.plans.request import Spot


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("replan")(replan_)


def replan_(
    number: Annotated[int, typer.Argument(min=1, metavar="PLAN", help="Number of the plan.")],
    at: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="From this time of the shift on. [now]")
    ] = None,
    urgent: Annotated[
        list[str] | None,
        typer.Option(metavar="LON,LAT[,NAME]", help="A place that must be visited now; several times."),
    ] = None,
    position: Annotated[
        list[str] | None,
        typer.Option(metavar="PATROL=LON,LAT", help="Where a patrol is. [where the plan has it]"),
    ] = None,
    absent: Annotated[
        list[str] | None, typer.Option(metavar="PATROL", help="A patrol that falls out; several times.")
    ] = None,
    done: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY", help="Keys of places visited. [those that the plan has had]"),
    ] = None,
    seconds: Seconds = 3.0,
    output: Outputs = None,
    patrol: OnePatrol = None,
    by: By = None,
    as_json: AsJson = False,
) -> None:
    """Plan the rest of a shift anew: an urgent case, a patrol that falls out (重新规划)."""
    from gridsvc.patrol.outputs.writing import check_target
    from gridsvc.patrol.plans import replan_patrols
    from gridsvc.patrol.plans.spellings import parse_spot
    from gridsvc.patrol.value.given import GivenPlace

    settings = get_settings()
    for target in output or ():
        check_target(target)
    spots = [parse_spot(given) for given in urgent or ()]
    positions: dict[str, Spot] = {name: parse_spot(given) for name, given in pairs(position, "--position")}
    with progress_of_search() as progress, transaction() as connection:
        from gridsvc.patrol.plans import read_plan

        now = datetime.now(settings.zone)
        planned = replan_patrols(
            connection,
            number,
            at=_instant(at, read_plan(connection, number).plan.begins, now),
            now=now,
            settings=settings,
            made_by=name_of(by),
            urgent=[GivenPlace(spot.lon, spot.lat, spot.name) for spot in spots],
            positions=positions,
            absent=frozenset(absent or ()),
            done=frozenset(done) if done else None,
            seconds=seconds,
            progress=progress,
        )
    show_plan(planned.plan, planned.streets, output, patrol, as_json=as_json)


def _instant(given: str | None, begins: datetime, now: datetime) -> datetime:
    """Return the instant of the shift at which the clock shows `given`."""
    if given is None:
        return now
    from datetime import timedelta

    try:
        clock = datetime.strptime(given, "%H:%M")  # noqa: DTZ007  only hours and minutes
    except ValueError:
        raise WrongUsage(
            "bad_time",
            Text(f"时刻 {given} 无法识别，请写成 18:20。", f"the time {given} cannot be read; write 18:20."),
            place=Place(column="at", value=given),
        ) from None
    at = begins.astimezone(now.tzinfo).replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
    return at if at >= begins - timedelta(hours=1) else at + timedelta(days=1)
