"""`gridsvc hotspot`, and its `map`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gridsvc.cli import hotspot_options as options
from gridsvc.cli.database import transaction
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Where problems concentrate: maps of reports (热点).")


@app.callback()
def hotspots() -> None:
    """Where problems concentrate: maps of reports (热点)."""


@app.command("map")
def draw_map(
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
        typer.Option(help="colour by the rate against road_km, hectare, patrol_minutes, people, …"),
    ] = None,
    significance: Annotated[
        bool, typer.Option(help="outline the places that have more than chance explains")
    ] = True,
    breaks: Annotated[
        str | None,
        typer.Option(help="limits of the classes of colour, such as 0,2,5,9: maps of a series compare"),
    ] = None,
    series: Annotated[
        Path | None,
        typer.Option(help="file that keeps the limits of every series: the first map of one freezes them"),
    ] = None,
    as_json: options.AsJson = False,
) -> None:
    """Draw where the incidents of a class lie: cells coloured by count or rate, and a heat layer (热点图)."""
    from gridsvc.hotspots.products.count_map import map_counts
    from gridsvc.hotspots.sheets import check_target, write_sheet
    from gridsvc.hotspots.sheets.series import freeze_breaks, frozen_breaks, parse_breaks, series_key

    settings = get_settings()
    options.need_output(output, as_json)
    if breaks is not None and series is not None:
        raise WrongUsage(
            "breaks_and_series",
            Text("--breaks 与 --series 只能给一个。", "give --breaks or --series, not both."),
        )
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    frozen = parse_breaks(breaks) if breaks is not None else None
    if output is not None:
        check_target(output)
    with transaction() as connection:
        counted = map_counts(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            exposure=exposure,
            breaks=frozen,
            significance=significance,
            picture=output is not None,
        )
    if series is not None:
        key = series_key("map", counted.counts.classes, question, exposure=exposure)
        counted = counted.with_breaks(frozen_breaks(series, key))
        freeze_breaks(series, key, counted.scale().breaks)
    size = write_sheet(counted.sheet(), output, settings.language) if output is not None else 0
    if as_json:
        written = {"file": str(output), "bytes": size} if output is not None else {}
        print_json(counted.as_dict() | written)
        return
    out = counted.counts.left_out
    print(
        say(
            Text(
                f"{output}：上报 {counted.total:,} 件，其中网格内 {int(counted.reports.sum()):,} 件"
                f"（案件 {int(counted.incidents.sum()):,} 件）、网格外 {out.outside:,} 件、"
                f"无位置 {out.without_place:,} 件、默认坐标 {out.quarantined:,} 件；{size / 1e6:.1f} MB",
                f"{output}: {counted.total:,} reports, {int(counted.reports.sum()):,} of them in cells"
                f" ({int(counted.incidents.sum()):,} incidents), {out.outside:,} outside,"
                f" {out.without_place:,} without a place, {out.quarantined:,} at default coordinates;"
                f" {size / 1e6:.1f} MB",
            )
        )
    )
    warning = counted.sheet().warning
    if warning is not None:
        print(say(warning))
