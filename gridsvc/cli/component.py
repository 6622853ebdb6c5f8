"""`gridsvc component`: the inventory of surveyed objects."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, Datum, DryRun, LayerName, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.catalog import ComponentImport

app = typer.Typer(no_args_is_help=True, help="The component inventory · 部件普查")


@app.command("import")
def import_(
    file: Annotated[
        Path, typer.Argument(help="A vector file, or a CSV or Parquet with longitude and latitude.")
    ],
    scheme: Annotated[str | None, typer.Option(help="Scheme of the classes, e.g. gbt30428.2-2013.")] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="Column of a field: id, class, name, supervisor, owner, maintainer, state, location_class,"
            " surveyed_on, cell, lon, lat. Repeatable; the standards' names are recognised.",
        ),
    ] = None,
    datum: Datum = None,
    layer: LayerName = None,
    free_ids: Annotated[
        bool, typer.Option("--free-ids", help="Any id will do, not only those of 16 or 17 digits.")
    ] = False,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load components; one whose id is there already is changed to what the file says."""
    from gridsvc.catalog import import_components

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("components", 0) if as_json else None
    ) as (connection, reject):
        done = import_components(
            connection,
            file,
            now=datetime.now(UTC),
            zone=get_settings().zone,
            scheme=scheme,
            columns=dict(pairs(column, "--column")),
            datum=datum,
            layer=layer,
            free_ids=free_ids,
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        print_json(done.as_dict() | {"dry_run": dry_run})
        return
    _print_import(done)
    say_dry_run(dry_run)


def _print_import(done: ComponentImport) -> None:
    print(
        say(
            Text(
                f"{done.scheme}：{done.components:,} 个部件，新增 {done.added:,}，更新 {done.updated:,}，"
                f"未变 {done.unchanged:,}，拒绝 {len(done.refused):,} 处，存疑 {len(done.doubtful):,} 处；"
                f"无权属单位 {done.without_owner:,}，网格之外 {done.outside:,}",
                f"{done.scheme}: {done.components:,} components, {done.added:,} added,"
                f" {done.updated:,} updated, {done.unchanged:,} unchanged, {len(done.refused):,} refused,"
                f" {len(done.doubtful):,} doubtful; {done.without_owner:,} without an owner,"
                f" {done.outside:,} outside the grid",
            )
        )
    )
    for name, count in list(done.unknown_units.items())[:20]:
        print(say(Text(f"  未知单位：{name} {count:,}", f"  unknown unit: {name} {count:,}")))
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(
    scheme: Annotated[str | None, typer.Option(help="Only this scheme.")] = None,
    class_code: Annotated[str | None, typer.Option("--class", help="Only this class.", metavar="C")] = None,
    limit: Annotated[int, typer.Option(help="At most so many.", min=1)] = 100,
    as_json: AsJson = False,
) -> None:
    """List components by id."""
    from gridsvc.catalog import list_components

    with transaction() as connection:
        found = list_components(connection, scheme=scheme, class_code=class_code, most=limit)
    if as_json:
        print_json(found)
        return
    for each in found:
        owner = each["owner"] or ""
        print(
            "\t".join((each["id"], each["class"], each["name"] or each["class_name"], owner, each["state"]))
        )


@app.command()
def summary(as_json: AsJson = False) -> None:
    """Count the components of each class, those not in use, and those whose owner nobody knows."""
    from gridsvc.catalog import count_components

    with transaction() as connection:
        found = count_components(connection)
    if as_json:
        print_json(found)
        return
    for each in found:
        print("\t".join(str(value) for value in each.values()))
