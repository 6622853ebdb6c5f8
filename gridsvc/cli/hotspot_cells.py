"""`gridsvc hotspot cells`: which cells have more than chance."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, cast

import typer

from gridsvc.cli import hotspot_options as options
from gridsvc.cli.database import transaction
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings


def register(hotspot: typer.Typer) -> None:
    """Add the command to `gridsvc hotspot`."""
    hotspot.command("cells")(cells)


def cells(
    classes: options.Classes,
    first: options.First,
    last: options.Last,
    output: options.Output = None,
    kind: options.Kind = None,
    scheme: options.Scheme = None,
    source: options.Source = None,
    hours: options.HoursOfDay = None,
    exposure: Annotated[
        str | None,
        typer.Option(help="compare by road_km, hectare, patrol_minutes, people, uniform, …"),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="discovery control under any dependence (Benjamini-Yekutieli)")
    ] = False,
    alpha: Annotated[float, typer.Option(help="share of false cells to expect among those listed")] = 0.05,
    against: Annotated[
        str,
        typer.Option(help="city: compare with the whole city; rest: then with what is outside hotspots"),
    ] = "city",
    as_json: options.AsJson = False,
) -> None:
    """Find the cells above the city's rate, in clusters, and below it: exact tests (热点网格)."""
    from gridsvc.hotspots.products.hot_cells import find_hot_cells
    from gridsvc.hotspots.sheets import check_target, write_sheet
    from gridsvc.hotspots.significance.stages import Against

    settings = get_settings()
    options.need_output(output, as_json)
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    if output is not None:
        check_target(output)
    with transaction() as connection:
        found = find_hot_cells(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            exposure=exposure,
            strict=strict,
            alpha=alpha,
            against=cast(Against, against),  # find_hot_cells refuses any other word
        )
    sheet = found.sheet()
    size = write_sheet(sheet, output, settings.language) if output is not None else 0
    if as_json:
        written = {"file": str(output), "bytes": size} if output is not None else {}
        print_json(found.as_dict() | written)
        return
    print(
        say(
            Text(
                f"{output}：{sheet.headline.zh}；{size / 1e6:.1f} MB",
                f"{output}: {sheet.headline.en}; {size / 1e6:.1f} MB",
            )
        )
    )
    if sheet.warning is not None:
        print(say(sheet.warning))
