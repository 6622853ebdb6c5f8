"""`gridsvc hotspot alerts`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from gridsvc.cli import hotspot_options as options
from gridsvc.cli.database import transaction
from gridsvc.cli.output import print_json, say
from gridsvc.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("alerts")(alerts)


def alerts(
    classes: options.Classes,
    first: options.First,
    last: options.Last,
    output: options.Output = None,
    kind: options.Kind = None,
    scheme: options.Scheme = None,
    source: options.Source = None,
    hours: options.HoursOfDay = None,
    base_days: Annotated[int, typer.Option(help="days compared with, 90 to 365")] = 365,
    permutations: Annotated[int, typer.Option(min=99, max=99_999, help="exchanges of the dates")] = 999,
    least_days: Annotated[
        float, typer.Option(min=1, help="alert at what chance gives no more than once in so many days")
    ] = 365,
    seed: Annotated[int, typer.Option(min=0, help="of the random numbers; told in the result")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """Tell whether something began in the days up to --to, by a space-time scan (预警)."""
    from gridsvc.hotspots.products.alerts import find_alerts
    from gridsvc.hotspots.sheets import check_target, write_sheet

    settings = get_settings()
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    if output is not None:
        check_target(output)
    with transaction() as connection:
        found = find_alerts(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            base_days=base_days,
            permutations=permutations,
            least_days=least_days,
            seed=seed,
        )
    sheet = found.sheet()
    size = write_sheet(sheet, output, settings.language) if output is not None else 0
    if as_json:
        written = {"file": str(output), "bytes": size} if output is not None else {}
        print_json(found.as_dict() | written)
        return
    print(f"{output}: {say(sheet.headline)}" if output is not None else say(sheet.headline))
    for shape in sheet.shapes:
        print(say(shape.title))
        for line in shape.lines:
            print("  " + say(line))
    for line in sheet.remarks:
        print(say(line))
