"""`gridsvc class`: class lists of any scheme."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import NotFound, Text

if TYPE_CHECKING:
    from gridsvc.catalog import Class

app = typer.Typer(no_args_is_help=True, help="Classes of components and events · 部件和事件类别")

Scheme = Annotated[str | None, typer.Option(help="Only this scheme, e.g. gbt30428.2-2013.")]


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GBK) or XLSX with a header row.")],
    scheme: Annotated[
        str, typer.Option(help="cjt214-2007, gbt30428.2-2013, gbt47678.5-2026, or a city's own name.")
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FIELD=NAME",
            help="Column of a field: kind, code, major_code, minor_code, name, name_en, major_name, source,"
            " confidence.",
        ),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            metavar="COLUMN=PREFIX",
            help='Only rows that begin so, e.g. source="GB/T 30428.2-2013". Repeatable.',
        ),
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Take the file's words for classes already there.")
    ] = False,
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load a class list into a scheme. Importing the same list again changes nothing."""
    from gridsvc.catalog import import_classes

    columns, filters = dict(pairs(column, "--column")), pairs(only, "--only")
    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("scheme", None) if as_json else None
    ) as (connection, reject):
        done = import_classes(
            connection,
            file,
            scheme=scheme,
            columns=columns,
            only=filters,
            replace_changed=replace,
            skip_invalid=skip_invalid is not None,
        )
        reject(done.refused)
    if as_json:
        print_json(
            {
                "scheme": done.scheme,
                "added": done.added,
                "updated": done.updated,
                "unchanged": done.unchanged,
                "left_out": dict(done.left_out),
                "refused": [fault.as_dict() for fault in done.refused],
                "doubtful": [fault.as_dict() for fault in done.doubtful],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"{done.scheme}：新增 {done.added}，更新 {done.updated}，未变 {done.unchanged}，"
                f"拒绝 {len(done.refused)} 处，存疑 {len(done.doubtful)} 处",
                f"{done.scheme}: {done.added} added, {done.updated} updated, {done.unchanged} unchanged,"
                f" {len(done.refused)} cells refused, {len(done.doubtful)} doubtful",
            )
        )
    )
    for standard, count in sorted(done.left_out.items()):
        print(
            say(
                Text(
                    f"  {count} 行属于 {standard}，未读",
                    f"  {count} rows are of {standard} and were left out",
                )
            )
        )
    say_dry_run(dry_run)
    print_faults((*done.refused, *done.doubtful))


@app.command("list")
def list_(scheme: Scheme = None, as_json: AsJson = False) -> None:
    """List the classes."""
    from gridsvc.catalog import load_classes

    with transaction() as connection:
        found = load_classes(connection, scheme)
    if scheme is not None and not found:
        raise NotFound("unknown_scheme", Text(f"方案 {scheme} 没有类别", f"scheme {scheme} has no classes"))
    _print(found, as_json=as_json)


@app.command()
def find(
    text: Annotated[str, typer.Argument(help="Beginning of a code, or part of a Chinese or English name.")],
    scheme: Scheme = None,
    as_json: AsJson = False,
) -> None:
    """Find classes by code or name, in every scheme."""
    from gridsvc.catalog import find_classes

    with transaction() as connection:
        found = find_classes(connection, text, scheme)
    _print(found, as_json=as_json)


def _print(classes: list[Class], *, as_json: bool) -> None:
    if as_json:
        print_json([each.as_dict() for each in classes])
        return
    for each in classes:
        print("\t".join((each.scheme, each.kind, each.code, each.name, each.major_name, each.name_en or "")))
