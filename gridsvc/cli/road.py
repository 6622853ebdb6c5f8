"""`gridsvc road`: the road layer."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, LayerName, SkipInvalid
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text

app = typer.Typer(no_args_is_help=True, help="The road layer · 路网")


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
    keeper: Annotated[
        str | None, typer.Option(help="Column with who keeps it: a unit's code or name.", metavar="COL")
    ] = None,
    datum: Datum = None,
    layer: LayerName = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the source; an import replaces what has the same.")
    ] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load the centre lines of roads; a later import of the same source takes their place."""
    from gridsvc.roads import import_roads

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("source", None) if as_json else None
    ) as (connection, reject):
        done = import_roads(
            connection,
            file,
            name_column=name,
            grade_column=grade,
            direction_column=direction,
            link_column=link,
            keeper_column=keeper,
            datum=datum,
            layer=layer,
            source_name=source,
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
        return
    print(
        say(
            Text(
                f"{done.source}：{done.links} 条路段（{done.unnamed} 条无名，{done.kept} 条有管养单位），"
                f"取代原有 {done.replaced} 条，"
                f"拒绝 {len(done.refused)} 处，存疑 {len(done.doubtful)} 处",
                f"{done.source}: {done.links} links ({done.unnamed} unnamed, {done.kept} with a keeper)"
                f" in place of {done.replaced},"
                f" {len(done.refused)} refused, {len(done.doubtful)} doubtful",
            )
        )
    )
    say_dry_run(dry_run)
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
