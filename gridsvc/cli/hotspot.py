"""`gridsvc hotspot`."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

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
    classes: Annotated[
        list[str],
        typer.Option(
            "--class",
            metavar="CODE",
            help="a class code or exact name; several times, or with commas between",
        ),
    ],
    first: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")],
    last: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="last day, included")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="map to write: .html (one file, no network) or .png")
    ] = None,
    kind: Annotated[str | None, typer.Option(help="component (部件) or event (事件)")] = None,
    scheme: Annotated[str | None, typer.Option(help="classification, such as gbt30428.2-2013")] = None,
    source: Annotated[list[str] | None, typer.Option(help="only reports from this channel")] = None,
    hours: Annotated[str | None, typer.Option(help="only these hours of the day, such as 17-21")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the counts as JSON")] = False,
) -> None:
    """Draw where the reports of a class lie: cells coloured by count, and a heat layer (热点图)."""
    from gridsvc.hotspots import Question, check_target, count_reports, write_map

    settings = get_settings()
    if output is None and not as_json:
        raise WrongUsage(
            "no_output",
            Text("没有给出输出。", "no output is named."),
            remedy=Text(
                "请用 -o 文件.html（或 .png），或用 --json。", "Give -o FILE.html (or .png), or --json."
            ),
        )
    question = Question.of(
        classes,
        first.date(),
        last.date(),
        settings.zone,
        scheme=scheme,
        kind=kind,
        sources=source or [],
        hours=hours,
    )
    if output is not None:
        check_target(output)
    with transaction() as connection:
        counts = count_reports(
            connection, question, now=datetime.now(settings.zone), snap_outside_m=settings.snap_outside_m
        )
    size = write_map(counts, output, settings.language) if output is not None else 0
    if as_json:
        written = {"file": str(output), "bytes": size} if output is not None else {}
        print_json(counts.as_dict() | written)
        return
    print(
        say(
            Text(
                f"{output}：{counts.total:,} 件，其中网格内 {int(counts.counts.sum()):,} 件、"
                f"网格外 {counts.outside:,} 件、无位置 {counts.without_place:,} 件；{size / 1e6:.1f} MB",
                f"{output}: {counts.total:,} reports, {int(counts.counts.sum()):,} of them in cells,"
                f" {counts.outside:,} outside, {counts.without_place:,} without a place; {size / 1e6:.1f} MB",
            )
        )
    )
