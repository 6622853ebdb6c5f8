"""`gridsvc patrol network`: the streets as patrols use them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson
from gridsvc.cli.output import print_json, say
from gridsvc.settings import get_settings

_MAP = ".html"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("network")(network)


def network(
    output: Annotated[
        list[Path] | None,
        typer.Option(
            "--output", "-o", help="File to write: .html (map), .geojson or another vector format; several."
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option(help="Replace files that exist.")] = False,
    as_json: AsJson = False,
) -> None:
    """Say how the streets hang together on foot, by e-bike and by car (路网检查)."""
    from gridsvc.geography import write_vector_file
    from gridsvc.geography.vector_formats import FORMATS
    from gridsvc.patrol.network.building import load_streets
    from gridsvc.patrol.network.link_table import link_table, tied_areas
    from gridsvc.patrol.network.page import draw_network
    from gridsvc.patrol.network.report import network_report
    from gridsvc.patrol.plans.gathering import speeds_of
    from gridsvc.tabular import check_target, write_whole

    files = output or []
    for path in files:
        check_target(path, (_MAP, *FORMATS), overwrite=overwrite)
    settings = get_settings()
    speeds = speeds_of(settings)
    with transaction() as connection:
        streets = load_streets(connection)
        ties = (
            tied_areas(
                connection, streets, datetime.now(settings.zone), snap_outside_m=settings.snap_outside_m
            )
            if any(path.suffix.lower() != _MAP for path in files)
            else {}
        )
    report = network_report(streets, speeds)
    for path in files:
        if path.suffix.lower() == _MAP:
            write_whole(path, draw_network(streets, report, settings.language, speeds).encode())
            continue
        table = link_table(streets, ties, speeds)
        write_vector_file(path, table.columns, table.lines, overwrite=overwrite)
    if as_json:
        print_json(report.as_dict() | ({"files": [str(path) for path in files]} if files else {}))
        return
    for line in report.lines():
        print(say(line))
    for path in files:
        print(path)
