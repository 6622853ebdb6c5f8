"""`gridsvc spec diff`: what changes from one specification to another, by clause and rule, in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.options import AsJson, name_or_instant
from gridsvc.cli.output import print_json, say
from gridsvc.cli.spec_trial import FileDay, FileGrade, FileHour, FileKind, FilePolicy, FileScheme, trial
from gridsvc.errors import Text
from gridsvc.settings import get_settings

if TYPE_CHECKING:
    from gridsvc.handling.comparing import SpecificationDiff

_MOST_SHOWN = 50

Before = Annotated[str, typer.Argument(help="An edition by its name, a date, or a file.", metavar="A")]
After = Annotated[str, typer.Argument(help="Another edition, a date, or a file not loaded yet.", metavar="B")]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace an existing file.")]


def register(app: typer.Typer) -> None:
    """Add the command to `spec`."""
    app.command("diff")(diff)


def diff(
    before: Before,
    after: After,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="Write the changes: .xlsx, .csv or .json.", metavar="F"),
    ] = None,
    scheme: FileScheme = None,
    kind: FileKind = None,
    hour: FileHour = None,
    day: FileDay = None,
    grade: FileGrade = None,
    policy: FilePolicy = True,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> None:
    """Say what changes between two specifications: classes, sub-conditions, limits, units, stages, rules."""
    from gridsvc.catalog import load_classes
    from gridsvc.handling.comparing import diff_sides, read_sides, write_diff

    settings = get_settings()
    # A file that is compared is loaded here, and unloaded again at the end.
    with transaction(dry_run=True) as connection:
        old, new = read_sides(
            connection,
            [name_or_instant(before), name_or_instant(after)],
            trial(scheme, kind, hour, day, grade, policy),
        )
        names = {(each.scheme, each.kind, each.code): each.name for each in load_classes(connection)}
    found = diff_sides(old, new, names)
    if output is not None:
        write_diff(output, found, settings.language, overwrite=overwrite)
    if as_json:
        print_json(found.as_dict())
        return
    _print_diff(found)
    if output is not None:
        print(output)


def _print_diff(found: SpecificationDiff) -> None:
    from gridsvc.handling.comparing import CHANGES

    print(f"{found.before.name} → {found.after.name}")
    for title, (before, after) in (
        (Text("小类", "classes"), found.classes),
        (Text("立案条件", "sub-conditions"), found.clauses),
        (Text("规则", "rules"), found.rules),
    ):
        print(f"  {before:>7,} → {after:,} {say(title)}")
    unchanged = found.clauses_unchanged
    print(f"  {unchanged:>7,}  " + say(Text("项立案条件未变", "sub-conditions unchanged")))
    for kind, count in found.counts.items():
        print(f"  {count:>7,}  {say(CHANGES[kind])}")
    last = None
    for change in found.changes[:_MOST_SHOWN]:
        if change.class_ is not None and change.class_ != last:
            print(say(change.class_.title))
        last = change.class_
        print(("  " if change.class_ is not None else "") + say(change.text))
    rest = len(found.changes) - _MOST_SHOWN
    if rest > 0:
        print(say(Text(f"另有 {rest} 处（-o 文件.xlsx）。", f"and {rest} more (-o FILE.xlsx).")))
