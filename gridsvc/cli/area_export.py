"""`gridsvc area export`: the areas in force, or of one edition, as a file for any GIS."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, effective_instant
from gridsvc.cli.output import print_json, say
from gridsvc.errors import Text, WrongUsage
from gridsvc.settings import get_settings


def register(app: typer.Typer) -> None:
    """Add the command to `area`."""
    app.command("export")(export)


def export(
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="File to write: .gpkg .shp .geojson .fgb .parquet .gdb", metavar="F"
        ),
    ],
    level: Annotated[
        Literal["district", "street", "community", "cell", "all"],
        typer.Option(help="Level; all writes the whole tree: layers, or one layer with a level column."),
    ] = "all",
    edition: Annotated[
        str | None, typer.Option(help="An edition by its name (area list).", metavar="NAME")
    ] = None,
    at: Annotated[
        str | None, typer.Option(help="What was in force on this day (or instant); now.", metavar="DATE")
    ] = None,
    crs: Annotated[
        str, typer.Option(help="EPSG:4326, 4490, 4545 …; numbers are east before north.", metavar="EPSG:N")
    ] = "EPSG:4326",
    datum: Annotated[
        Literal["wgs84", "gcj02", "bd09"],
        typer.Option(help="gcj02 and bd09: for web maps only; the file then declares no system."),
    ] = "wgs84",
    encoding: Annotated[
        Literal["utf-8", "gbk"], typer.Option(help="Text of a Shapefile; its .cpg says which.")
    ] = "utf-8",
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write areas with code, name, parent, level, edition, dates and size; `area import` reads them back."""
    from gridsvc.geography import editions_to_export, export_areas

    zone = get_settings().zone
    instant = effective_instant(at, "--at") or datetime.now(zone)
    with transaction() as connection:
        chosen = editions_to_export(connection, level, at=instant, name=edition)
        done = export_areas(
            connection,
            output,
            chosen,
            zone=zone,
            srid=_epsg(crs),
            datum=datum,
            overwrite=overwrite,
            encoding=encoding,
        )
    if as_json:
        print_json(done.as_dict())
        return
    for name, count in done.areas.items():
        print(say(Text(f"版本 {name}：{count} 个区域", f"Edition {name}: {count} areas")))
    for file in done.files:
        print(file)


def _epsg(given: str) -> int:
    number = given.upper().removeprefix("EPSG:")
    if not number.isascii() or not number.isdigit():
        raise WrongUsage(
            "unknown_srid",
            Text(f"--crs“{given[:20]}”不是 EPSG 编号。", f"--crs {given[:20]!r} is no EPSG number."),
            remedy=Text("写成 EPSG:4545。", "Write it as EPSG:4545."),
        )
    return int(number)
