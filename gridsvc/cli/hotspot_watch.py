"""`gridsvc hotspot watch|unwatch|refresh|list|show|campaign`: hotspots as objects, from week to week."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.hotspot_options import (
    AsJson,
    Classes,
    First,
    HoursOfDay,
    Kind,
    Last,
    Scheme,
    Source,
    question_of,
)
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Conflict, Fault, InputRefused, NotFound, Place, Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.hotspots.spots import Forgotten

SeriesName = Annotated[str | None, typer.Argument(metavar="SERIES", help="Name of a watched question.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("watch")(watch_)
    app.command("unwatch")(unwatch_)
    app.command("refresh")(refresh_)
    app.command("list")(list_)
    app.command("show")(show_)
    app.command("campaign")(campaign_)


def watch_(
    classes: Classes,
    name: Annotated[str, typer.Option(help="What the question is called.")],
    kind: Kind = None,
    scheme: Scheme = None,
    source: Source = None,
    hours: HoursOfDay = None,
    exposure: Annotated[
        str | None, typer.Option(help="what it is counted against; without: streets, else area")
    ] = None,
    weeks: Annotated[int, typer.Option(help="whole weeks that each run looks at")] = 4,
    as_json: AsJson = False,
) -> None:
    """Ask a question again every week; `hotspot refresh` makes its runs (关注)."""
    from gridsvc.hotspots.spots import watch

    now = datetime.now(get_settings().zone)
    question = question_of(classes, now, now, kind, scheme, source, hours)
    with transaction() as connection:
        series = watch(connection, question, name=name, exposure=exposure, weeks=weeks, now=now)
    if as_json:
        print_json(series.as_dict())
        return
    print(
        say(
            Text(
                f"已关注“{series.name}”：{'、'.join(series.classes)}，每次 {series.weeks} 周。",
                f"Watching {series.name!r}: {', '.join(series.classes)}, {series.weeks} weeks a run.",
            )
        )
    )


def unwatch_(name: Annotated[str, typer.Argument(metavar="SERIES")]) -> None:
    """Stop asking a watched question; what was found stays (取消关注)."""
    from gridsvc.hotspots.spots import unwatch

    with transaction() as connection:
        unwatch(connection, name)
    print(say(Text(f"已停止关注“{name}”。", f"No longer watching {name!r}.")))


def refresh_(
    series: SeriesName = None,
    first: Annotated[
        datetime | None,
        typer.Option("--from", formats=["%Y-%m-%d"], help="make all runs anew from the week with this day"),
    ] = None,
    last: Annotated[
        datetime | None,
        typer.Option(
            "--to", formats=["%Y-%m-%d"], help="up to the week that ends by this day [last with reports]"
        ),
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="hotspots alone: no trends, alerts and forecasts")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the runs of the watched questions: hotspots, trends, alerts, forecasts (每周、每夜运行)."""
    from gridsvc.hotspots.spots import all_series, forget_runs, last_recorded_week, refresh, series_named

    settings = get_settings()
    now = datetime.now(settings.zone)
    with transaction() as connection:
        until = last_recorded_week(connection, now, settings.zone)
    if last is not None:
        until = min(until, last.date() - timedelta(days=(last.date().weekday() + 1) % 7))
    since = first.date() + timedelta(days=6 - first.date().weekday()) if first is not None else until
    if since > until:
        raise WrongUsage(
            "no_whole_week",
            Text(f"{since} 至 {until} 没有整周。", f"There is no whole week from {since} to {until}."),
        )
    with transaction() as connection:
        chosen = (
            [series_named(connection, series)]
            if series is not None
            else [each for each in all_series(connection) if each.watched]
        )
    if not chosen:
        raise NotFound(
            "nothing_watched",
            Text("没有关注的问题。", "Nothing is watched."),
            remedy=Text(
                "请先运行 gridsvc hotspot watch --class … --name …。",
                "Run gridsvc hotspot watch --class … --name … first.",
            ),
        )
    made, faults = [], []
    for each in chosen:
        weeks = [since + timedelta(weeks=number) for number in range((until - since).days // 7 + 1)]
        forgotten: list[Forgotten] = []
        try:
            for week in weeks:
                # A run is stored whole: one that fails leaves those before it.
                with transaction() as connection:
                    if first is not None and week == since:
                        forgotten = forget_runs(connection, each, since)
                    done = refresh(
                        connection,
                        each,
                        week,
                        zone=settings.zone,
                        now=now,
                        snap_outside_m=settings.snap_outside_m,
                        beside=() if quick or week < until else None,
                        forgotten=forgotten,
                    )
                made.append(done.as_dict())
                if not as_json:
                    _say_run(done.as_dict())
        except (InputRefused, NotFound, Conflict) as error:
            # One question that cannot be asked any more must not keep the others from their night's run.
            if len(chosen) == 1:
                raise
            faults.append(
                Fault(error.code, error.message, Place(column="series", value=each.name), error.remedy)
            )
    if as_json:
        print_json({"runs": made, "failed": [fault.as_dict() for fault in faults]})
    if faults:
        raise InputRefused(
            "refresh_incomplete",
            Text(
                f"{len(chosen)} 个关注的问题中有 {len(faults)} 个未能统计。",
                f"{len(faults)} of {len(chosen)} watched questions could not be made.",
            ),
            faults=faults,
        )


def list_(series: SeriesName = None, as_json: AsJson = False) -> None:
    """List what is watched, or the hotspots of one question's last run (热点清单)."""
    from gridsvc.hotspots.spots import CHANGES, list_hotspots, list_series

    with transaction() as connection:
        if series is None:
            known = list_series(connection)
        else:
            found = list_hotspots(connection, series)
    if series is None:
        if as_json:
            print_json({"series": known})
            return
        for each in known:
            run = each["last_run"]
            week = f"{run['from']} – {run['to']}  {run['hotspots']}" if run else "—"
            print(f"{each['name']}\t{'、'.join(each['classes'])}\t{week}")
        return
    if as_json:
        print_json(found)
        return
    print(f"{found['series']} {found['from']} – {found['to']}")
    for feature in found["features"]:
        it = feature["properties"]
        print(
            f"{it['rank']:>3} {it['name']}  {it['observed']}/{it['expected']:.1f}"
            f"  ×{it['risk']:.1f} ({it['risk_low']:.1f}–{it['risk_high']:.1f})"
            f"  {say(CHANGES[it['change']])}  #{feature['id']}"
        )


def show_(number: Annotated[int, typer.Argument(metavar="HOTSPOT")], as_json: AsJson = False) -> None:
    """Show a hotspot from week to week (热点的历周)."""
    from gridsvc.hotspots.spots import CHANGES, hotspot_history

    with transaction() as connection:
        found = hotspot_history(connection, number)
    if as_json:
        print_json(found)
        return
    print(f"#{found['id']} {found['name']} ({found['series']})")
    for run in found["runs"]:
        print(
            f"{run['from']} – {run['to']}  {run['rank']:>3}  {run['observed']}/{run['expected']:.1f}"
            f"  ×{run['risk']:.1f} ({run['risk_low']:.1f}–{run['risk_high']:.1f})"
            f"  {say(CHANGES[run['change']])}"
        )


def campaign_(
    classes: Classes,
    first: First,
    last: Last,
    start: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="first day of the campaign")],
    end: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="its last day")],
    hotspot: Annotated[int | None, typer.Option(help="where: the cells of this hotspot")] = None,
    cell: Annotated[list[str] | None, typer.Option(help="where: these cells")] = None,
    kind: Kind = None,
    scheme: Scheme = None,
    source: Source = None,
    hours: HoursOfDay = None,
    as_json: AsJson = False,
) -> None:
    """Judge a campaign: before and after, against the rest of the area, with its uncertainty (整治成效)."""
    from gridsvc.hotspots.spots import cells_of_hotspot, judge_campaign

    settings = get_settings()
    question = question_of(classes, first, last, kind, scheme, source, hours)
    if (hotspot is None) == (not cell):
        raise WrongUsage(
            "where",
            Text("请给出 --hotspot 或 --cell 之一。", "Give one of --hotspot and --cell."),
        )
    with transaction() as connection:
        codes = cells_of_hotspot(connection, hotspot) if hotspot is not None else tuple(cell or ())
        found = judge_campaign(
            connection,
            question,
            codes,
            start.date(),
            end.date(),
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
        )
    if as_json:
        print_json(found.as_dict())
        return
    print(say(found.effect.sentence()))


def _say_run(run: dict[str, Any]) -> None:
    missing = "".join(f"  {product}: {code}" for product, code in run["missing"].items())
    took = sum(run["seconds"].values())
    print(f"{run['series']} {run['to']}: {run['hotspots']}  {took:.1f} s{missing}", flush=True)
