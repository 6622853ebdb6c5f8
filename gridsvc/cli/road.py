"""`gridsvc road`: the road layer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.output import importing, print_faults, print_json, rejects_file, say
from gridsvc.errors import InputRefused, Text

app = typer.Typer(no_args_is_help=True, help="The road layer · 路网")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Any vector file of lines.")],
    name: Annotated[str | None, typer.Option(help="Column with the road's name.", metavar="COL")] = None,
    grade: Annotated[str | None, typer.Option(help="Column with its grade.", metavar="COL")] = None,
    direction: Annotated[
        str | None, typer.Option(help="Column with the way traffic runs along the line.", metavar="COL")
    ] = None,
    link: Annotated[
        str | None, typer.Option(help="Column with the link's number in the file.", metavar="COL")
    ] = None,
    datum: Annotated[
        Literal["wgs84", "cgcs2000", "gcj02", "bd09"] | None,
        typer.Option(help="What longitude and latitude mean."),
    ] = None,
    layer: Annotated[str | None, typer.Option(help="Layer of a file that has several.")] = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the source; an import replaces what has the same.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check everything, change nothing.")] = False,
    skip_invalid: Annotated[
        Path | None,
        typer.Option(help="Leave refused features out and write them to this CSV.", metavar="REJECTS.csv"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Load the centre lines of roads; a later import of the same source takes their place."""
    from gridsvc.roads import import_roads

    try:
        with (
            importing(file),
            rejects_file(skip_invalid) as reject,
            transaction(dry_run=dry_run) as connection,
        ):
            done = import_roads(
                connection,
                file,
                name_column=name,
                grade_column=grade,
                direction_column=direction,
                link_column=link,
                datum=datum,
                layer=layer,
                source_name=source,
                skip_invalid=skip_invalid is not None,
            )
            reject(done.refused)
    except InputRefused as error:
        if as_json and error.faults:
            print_json({"source": None, "refused": [fault.as_dict() for fault in error.faults]})
        raise
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
        return
    print(
        say(
            Text(
                f"{done.source}：{done.links} 条路段（{done.unnamed} 条无名），取代原有 {done.replaced} 条，"
                f"拒绝 {len(done.refused)} 处，存疑 {len(done.doubtful)} 处",
                f"{done.source}: {done.links} links ({done.unnamed} unnamed) in place of {done.replaced},"
                f" {len(done.refused)} refused, {len(done.doubtful)} doubtful",
            )
        )
    )
    if dry_run:
        print(say(Text("试运行：数据库未改动", "dry run: the database is unchanged")))
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the sources of the road layer: links, names, unnamed links, length."""
    from gridsvc.roads import road_sources

    with transaction() as connection:
        sources = road_sources(connection)
    if as_json:
        print_json([each.as_dict() for each in sources])
        return
    for each in sources:
        print(
            "\t".join(
                (each.source, str(each.links), str(each.names), str(each.unnamed), f"{each.length_m:.0f} m")
            )
        )
