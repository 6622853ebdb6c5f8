"""`gridsvc boundary-road`: who keeps the roads that are borders."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, LayerName, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

app = typer.Typer(no_args_is_help=True, help="Boundary roads · 界路")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A vector file of lines, or a table (CSV, XLSX) that names roads.")
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="Column of a field: code, name, start, end, left, right, a, b, rule, party, unit, odd …",
        ),
    ] = None,
    datum: Datum = None,
    layer: LayerName = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the source; what it no longer has is withdrawn.")
    ] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load agreements on boundary roads; the file is the whole truth of its source."""
    from gridsvc.roads import import_sections

    columns = dict(pairs(column, "--column"))
    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("source", None) if as_json else None
    ) as (connection, reject):
        done = import_sections(
            connection,
            file,
            now=datetime.now(UTC),
            zone=get_settings().zone,
            columns=columns,
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
                f"{done.source}：新增 {done.added} 段，未变 {done.unchanged} 段，撤回 {done.withdrawn} 段，"
                f"拒绝 {len(done.refused)} 处，存疑 {len(done.doubtful)} 处",
                f"{done.source}: {done.added} added, {done.unchanged} unchanged, {done.withdrawn} withdrawn,"
                f" {len(done.refused)} refused, {len(done.doubtful)} doubtful",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(
    withdrawn: Annotated[
        bool, typer.Option("--withdrawn", help="Also those that a later import superseded.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """List the sections: code, road, rule, areas left and right, who keeps it, dates, document."""
    from gridsvc.roads import load_sections

    with transaction() as connection:
        sections = load_sections(connection, withdrawn=withdrawn)
    if as_json:
        print_json([each.as_dict() for each in sections])
        return
    zone = get_settings().zone
    for each in sections:
        keeper = each.party_code or each.unit_code or each.odd_code or ""
        dates = "/".join(
            "" if day is None else f"{day.astimezone(zone):%Y-%m-%d}"
            for day in (each.effective_from, each.effective_to)
        )
        row = (each.code, each.name, each.rule, each.left_code, each.right_code, keeper, dates)
        print("\t".join((*row, each.agreed_in or "", "" if each.withdrawn_at is None else "withdrawn")))


@app.command("suggest")
def suggest(
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="File to write: .geojson .gpkg .shp …", metavar="F"),
    ] = None,
    level: Annotated[
        Literal["district", "street", "community"], typer.Option(help="Level whose borders count.")
    ] = "street",
    within: Annotated[float, typer.Option(help="So near a border, in metres.", min=1, max=200)] = 30.0,
    at_least: Annotated[float, typer.Option(help="For so many metres.", min=10)] = 100.0,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Find the roads along borders, to be completed with a rule and imported."""
    from gridsvc.roads import suggest_sections, write_suggestions

    with transaction() as connection:
        found = suggest_sections(
            connection, level=level, at=datetime.now(UTC), within_m=within, at_least_m=at_least
        )
    if output is not None:
        write_suggestions(output, found, overwrite=overwrite)
    if as_json:
        print_json([each.as_dict() for each in found])
        return
    for each in found:
        print(
            "\t".join(
                (
                    each.code,
                    each.name,
                    each.left_name,
                    each.right_name,
                    f"{each.length_m:.0f} m",
                    f"±{each.half_width_m:.0f} m",
                )
            )
        )
    if output is not None:
        print(
            say(
                Text(
                    f"共 {len(found)} 段 → {output}；填好 rule 等列后用 gridsvc boundary-road import 导入。",
                    f"{len(found)} stretches → {output}; complete rule and the rest, then import the file.",
                )
            )
        )
