"""`gridsvc unit`: the organisations that can be made responsible."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text

app = typer.Typer(no_args_is_help=True, help="Responsible units · 责任单位")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK) or XLSX with a header row.")],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="Column of a field: code, name, kind, area_code, parent_code, contact, calendar_code.",
        ),
    ] = None,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load units; a code that is there already is changed to what the file says."""
    from gridsvc.catalog import import_units

    columns = dict(pairs(column, "--column"))
    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("added", 0) if as_json else None
    ) as (connection, reject):
        done = import_units(connection, file, columns=columns, skip_invalid=skip_invalid is not None)
        reject(done.refused)
    if as_json:
        print_json(
            {
                "added": done.added,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "adopted": done.adopted,
                "refused": [fault.as_dict() for fault in done.refused],
                "doubtful": [fault.as_dict() for fault in done.doubtful],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"新增 {done.added}，更新 {done.updated}（其中 {done.adopted} 个原来只有处置规范里的名称），"
                f"未变 {done.unchanged}，拒绝 {len(done.refused)} 处，存疑 {len(done.doubtful)} 处",
                f"{done.added} added, {done.updated} updated ({done.adopted} of them known by name only),"
                f" {done.unchanged} unchanged, {len(done.refused)} refused, {len(done.doubtful)} doubtful",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the units."""
    from gridsvc.catalog import load_units

    with transaction() as connection:
        units = load_units(connection)
    if as_json:
        print_json([each.as_dict() for each in units])
        return
    for each in units:
        print("\t".join((each.code, each.name, each.kind, each.area_code or "", each.contact or "")))
