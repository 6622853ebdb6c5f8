"""`gridsvc hotspot forecast`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

import typer

from gridsvc.cli import hotspot_options as options
from gridsvc.cli.database import transaction
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.settings import get_settings

HorizonOption = Annotated[
    str, typer.Option(help="week: the seven days after --to; shift: one of the next day")
]


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("forecast")(forecast_)


def forecast_(
    classes: options.Classes,
    first: options.First,
    last: options.Last,
    output: options.Output = None,
    kind: options.Kind = None,
    scheme: options.Scheme = None,
    source: options.Source = None,
    hours: options.HoursOfDay = None,
    horizon: HorizonOption = "week",
    shift: Annotated[str, typer.Option(help="with --horizon shift: early (until 14:00) or late")] = "early",
    model: Annotated[
        str, typer.Option(help="auto: what beat EWMA in the back-test; or a method, such as eb_regression")
    ] = "auto",
    thorough: Annotated[
        bool,
        typer.Option(
            "--thorough",
            help="let boosting and the self-exciting method compete too; takes some seconds more",
        ),
    ] = False,
    guard: Annotated[
        bool,
        typer.Option("--guard", help="add what patrols should follow: corrected for effort and reporting"),
    ] = False,
    exposure: Annotated[str | None, typer.Option(help="road_km, hectare, patrol_minutes, people, …")] = None,
    as_json: options.AsJson = False,
) -> None:
    """Forecast the coming week or shift from the period; the back-test decides the method (预测)."""
    from gridsvc.hotspots.products.forecast import forecast
    from gridsvc.hotspots.sheets import check_target, write_sheet

    settings = get_settings()
    options.need_output(output, as_json)
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    of = check_horizon(horizon)
    if shift not in ("early", "late"):
        raise WrongUsage(
            "bad_shift",
            Text(f"班次 {shift} 无效，应为 early 或 late。", f"the shift {shift} is neither early nor late."),
            place=Place(column="shift", value=shift),
        )
    if output is not None:
        check_target(output)
    with transaction() as connection:
        found = forecast(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            horizon=of,
            shift=cast('Literal["early", "late"]', shift),
            model=model,
            thorough=thorough,
            guard=settings.patrol_channel_names if guard else None,
            exposure=exposure,
        )
    sheet = found.sheet()
    size = write_sheet(sheet, output, settings.language) if output is not None else 0
    if as_json:
        written = {"file": str(output), "bytes": size} if output is not None else {}
        print_json(found.as_dict() | written)
        return
    print(f"{output}: {say(sheet.headline)}")
    for line in sheet.remarks:
        print(say(line))


def check_horizon(given: str) -> Literal["week", "shift"]:
    """Return the horizon; WrongUsage (`bad_horizon`) for another word."""
    if given not in ("week", "shift"):
        raise WrongUsage(
            "bad_horizon",
            Text(
                f"预测跨度 {given} 无效，应为 week 或 shift。",
                f"the horizon {given} is neither week nor shift.",
            ),
            place=Place(column="horizon", value=given),
        )
    return cast('Literal["week", "shift"]', given)
