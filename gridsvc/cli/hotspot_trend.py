"""`gridsvc hotspot trend`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal, cast

import typer

from gridsvc.cli import hotspot_options as options
from gridsvc.cli.database import transaction
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Place, Text, WrongUsage
from gridsvc.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("trend")(trend)


def trend(
    classes: options.Classes,
    first: options.First,
    last: options.Last,
    output: options.Output = None,
    kind: options.Kind = None,
    scheme: options.Scheme = None,
    source: options.Source = None,
    hours: options.HoursOfDay = None,
    exposure: Annotated[str | None, typer.Option(help="road_km, hectare, patrol_minutes, people, …")] = None,
    step_weeks: Annotated[int, typer.Option(help="weeks of a step; at least ten steps are needed")] = 1,
    test: Annotated[
        str, typer.Option(help="exact; or arcgis: normal p of Gi* z, which takes chance for hot if sparse")
    ] = "exact",
    as_json: options.AsJson = False,
) -> None:
    """Tell which cells are new, growing, chronic or past hot spots, by 17 categories (热点演变)."""
    from gridsvc.hotspots.products.trend import read_trend
    from gridsvc.hotspots.sheets import check_target, write_sheet

    settings = get_settings()
    options.need_output(output, as_json)
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    if test not in ("exact", "arcgis"):
        raise WrongUsage(
            "bad_test",
            Text(
                f"检验 {test} 无效，应为 exact 或 arcgis。", f"the test {test} is neither exact nor arcgis."
            ),
            place=Place(column="test", value=test),
        )
    if output is not None:
        check_target(output)
    with transaction() as connection:
        found = read_trend(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            exposure=exposure,
            step_weeks=step_weeks,
            test=cast('Literal["exact", "arcgis"]', test),
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
