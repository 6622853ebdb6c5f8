"""The options by which every product of hotspots is asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.hotspots.question import Question

Classes = Annotated[
    list[str],
    typer.Option(
        "--class", metavar="CODE", help="a class code or exact name; several times, or with commas between"
    ),
]
First = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day")]
Last = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="last day, included")]
Kind = Annotated[str | None, typer.Option(help="component (部件) or event (事件)")]
Scheme = Annotated[str | None, typer.Option(help="classification, such as gbt30428.2-2013")]
Source = Annotated[list[str] | None, typer.Option(help="only reports from this channel")]
HoursOfDay = Annotated[str | None, typer.Option("--hours", help="only these hours of the day, such as 17-21")]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", help="file to write: .html (one file, no network), .png, .geojson, .parquet, .tif"
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="print the result as JSON")]


def question_of(
    classes: list[str],
    first: datetime,
    last: datetime,
    kind: str | None,
    scheme: str | None,
    source: list[str] | None,
    hours: str | None,
) -> Question:
    """Return the question that these options ask, in the zone of the settings."""
    # The start of every command would wait for what hotspots import.
    from gridsvc.hotspots.question import Question

    return Question.of(
        classes,
        first.date(),
        last.date(),
        get_settings().zone,
        scheme=scheme,
        kind=kind,
        sources=source or [],
        hours=hours,
    )


def need_output(output: Path | None, as_json: bool) -> None:
    """Refuse a command that would show nothing (`no_output`)."""
    if output is None and not as_json:
        raise WrongUsage(
            "no_output",
            Text("没有给出输出。", "no output is named."),
            remedy=Text("请用 -o 文件，或用 --json。", "Give -o FILE, or --json."),
        )
