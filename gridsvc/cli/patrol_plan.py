"""`gridsvc patrol plan`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, Datum, pairs
from gridsvc.cli.output import print_faults
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
    from sqlalchemy import Connection

    from gridsvc.patrol.plans.request import PatrolAsked, PlanAsked
    from gridsvc.patrol.plans.roster import Usual


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("plan")(plan_)


def plan_(
    day: Annotated[
        datetime, typer.Option("--date", formats=["%Y-%m-%d"], help="Day on which the shift begins.")
    ],
    shift: Annotated[str, typer.Option(help="17:00-21:00; 22:00-02:00 runs over midnight.")],
    patrols: Annotated[str, typer.Option(metavar="N|FILE", help="How many, or a CSV with a row for each.")],
    classes: Annotated[
        list[str] | None,
        typer.Option("--class", metavar="CODE", help="What to look for: code or exact name; several times."),
    ] = None,
    scheme: Annotated[str | None, typer.Option(help="Classification, such as gbt30428.2-2013.")] = None,
    kind: Annotated[str | None, typer.Option(help="component (部件) or event (事件)")] = None,
    mode: Annotated[str, typer.Option(help="walk, ebike or car.")] = "walk",
    depot: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LON,LAT[,NAME]", help="Where patrols begin and end; several are taken in turn."
        ),
    ] = None,
    returns: Annotated[bool, typer.Option("--return/--no-return", help="End where one began.")] = True,
    pause: Annotated[
        str | None,
        typer.Option("--break", metavar="MINUTES[@HH:MM-HH:MM]", help="A break: 30, or 30@19:00-20:00."),
    ] = None,
    form: Annotated[
        Literal["points", "streets"],
        typer.Option(help="points: places with a dwell; streets: streets are walked."),
    ] = "points",
    weight: Annotated[
        list[str] | None,
        typer.Option(metavar="CODE=W", help="How grave a class is beside the others, 1 else."),
    ] = None,
    places: Annotated[int, typer.Option(help="So many hotspots are candidates.")] = 150,
    weeks: Annotated[int, typer.Option(help="Weeks of history behind the forecast.")] = 26,
    dwell: Annotated[
        list[float] | None, typer.Option(help="Minutes of a visit; several: the plan chooses.")
    ] = None,
    repeats: Annotated[int, typer.Option(help="A place may be visited so often, two hours apart.")] = 1,
    must_visit: Annotated[
        Path | None,
        typer.Option(
            help="Places to visit: lon, lat, name, from, to, minutes, weight, required, id (CSV, GeoJSON …)."
        ),
    ] = None,
    datum: Datum = None,
    open_cases: Annotated[
        bool, typer.Option("--open-cases", help="Cases of the classes not closed must be visited.")
    ] = False,
    recurrent: Annotated[
        bool, typer.Option("--recurrent", help="Places where it comes back again and again too.")
    ] = False,
    inspect: Annotated[
        list[str] | None,
        typer.Option(metavar="CLASS=DAYS", help="Components of a class that nobody passed for so many days."),
    ] = None,
    floor: Annotated[
        int, typer.Option(help="Visits that each duty grid gets in seven days, 0: no floor.")
    ] = 0,
    floor_zones: Annotated[str, typer.Option(help="Kind of the zones that have the floor.")] = "duty",
    exploration: Annotated[
        float, typer.Option(help="Share of the time for places of which little is known.")
    ] = 0.0,
    within: Annotated[
        float, typer.Option(help="Share of the value given up for not being a timetable.")
    ] = 0.05,
    balance: Annotated[float, typer.Option(help="The longest day's work over the mean.")] = 1.2,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Of the night's variation. [drawn, and told]")
    ] = None,
    seconds: Seconds = 3.0,
    iterations: Annotated[
        int | None, typer.Option(help="Instead of seconds: the same plan on every machine.")
    ] = None,
    team: Annotated[str, typer.Option(help="Whose patrols; of its plans for a shift the last holds.")] = "",
    output: Outputs = None,
    patrol: OnePatrol = None,
    by: By = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Plan, but keep nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    """Plan the routes of a shift: where to go, when, why, and what is left out (巡查计划)."""
    from gridsvc.patrol.outputs.writing import check_target
    from gridsvc.patrol.plans import plan_patrols
    from gridsvc.patrol.plans.request import PlanAsked
    from gridsvc.patrol.plans.spellings import parse_span
    from gridsvc.patrol.value.must_asked import MustAsked

    settings = get_settings()
    for target in output or ():
        check_target(target)
    begins, ends = parse_span(shift, day.date(), settings.zone)
    asked = PlanAsked(
        day=day.date(),
        begins=begins,
        ends=ends,
        zone=settings.zone,
        patrols=(),
        classes=tuple(classes or ()),
        scheme=scheme,
        kind=kind,
        weights={code: _number("weight", value) for code, value in pairs(weight, "--weight")},
        form=form,
        most_places=places,
        weeks=weeks,
        dwells=tuple(dwell or (12.0,)),
        repeats=repeats,
        floor_kind=floor_zones,
        floor=floor,
        exploration=exploration,
        within=within,
        balance=balance,
        seed=seed,
        seconds=seconds,
        iterations=iterations,
        team=team,
    )
    musts = MustAsked(
        file=must_visit,
        datum=datum,
        open_cases=open_cases,
        recurrent=recurrent,
        inspect={code: _days(value) for code, value in pairs(inspect, "--inspect")},
    )
    with progress_of_search() as progress, transaction(dry_run=dry_run) as connection:
        now = datetime.now(settings.zone)
        usual = _usual(asked, connection, now, mode, depot, pause, returns=returns)
        planned = plan_patrols(
            connection,
            replace(asked, patrols=_roster(patrols, usual)),
            musts,
            now=now,
            settings=settings,
            made_by=name_of(by),
            progress=progress,
        )
    print_faults(planned.refused)
    # What is not kept has no number.
    plan = replace(planned.plan, id=None) if dry_run else planned.plan
    show_plan(plan, planned.streets, output, patrol, as_json=as_json)


def _days(given: str) -> int:
    if not given.isdecimal() or len(given) > 6:
        raise WrongUsage(
            "bad_inspection",
            Text(f"{given} 不是天数。", f"{given} is no number of days."),
            place=Place(column="inspect", value=given),
        )
    return int(given)


def _number(column: str, given: str) -> float:
    try:
        return float(given)
    except ValueError:
        raise WrongUsage(
            "bad_number",
            Text(f"{given} 不是数字。", f"{given} is no number."),
            place=Place(column=column, value=given),
        ) from None


def _usual(
    asked: PlanAsked,
    connection: Connection,
    now: datetime,
    mode: str,
    depots: list[str] | None,
    pause: str | None,
    *,
    returns: bool,
) -> Usual:
    from gridsvc.patrol.plans import default_depot
    from gridsvc.patrol.plans.roster import Usual
    from gridsvc.patrol.plans.spellings import parse_mode, parse_spot

    return Usual(
        mode=parse_mode(mode),
        begins=asked.begins,
        ends=asked.ends,
        depots=tuple(map(parse_spot, depots or ())) or (default_depot(connection, now),),
        returns=returns,
        pause=pause or None,
    )


def _roster(given: str, usual: Usual) -> tuple[PatrolAsked, ...]:
    from gridsvc.patrol.plans.request import MOST_PATROLS
    from gridsvc.patrol.plans.roster import make_roster, read_roster

    if given.removeprefix("-").isdecimal():
        # One more than may be is enough to be refused; less than none is none.
        return make_roster(min(max(int(given), 0), MOST_PATROLS + 1), usual)
    return read_roster(Path(given), usual)
