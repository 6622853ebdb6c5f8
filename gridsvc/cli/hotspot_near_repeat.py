"""`gridsvc hotspot near-repeat`."""

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
    app.command("near-repeat")(near_repeat)


def near_repeat(
    classes: options.Classes,
    first: options.First,
    last: options.Last,
    kind: options.Kind = None,
    scheme: options.Scheme = None,
    source: options.Source = None,
    hours: options.HoursOfDay = None,
    permutations: Annotated[int, typer.Option(min=99, max=99_999, help="exchanges of the dates")] = 999,
    seed: Annotated[int, typer.Option(min=0, help="of the random numbers; told in the result")] = 0,
    as_json: options.AsJson = False,
) -> None:
    """Tell how near and how soon an incident is followed by another, by Knox's table (近重复)."""
    from gridsvc.hotspots.products.near_repeats import read_near_repeats

    settings = get_settings()
    question = options.question_of(classes, first, last, kind, scheme, source, hours)
    with transaction() as connection:
        found = read_near_repeats(
            connection,
            question,
            now=datetime.now(settings.zone),
            snap_outside_m=settings.snap_outside_m,
            permutations=permutations,
            seed=seed,
        )
    if as_json:
        print_json(found.as_dict())
        return
    print(say(found.headline()))
    for line in found.lines(settings.language):
        print(line)
