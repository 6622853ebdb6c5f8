"""`gridsvc class`: class lists of any scheme, and what a class is called."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli import class_words
from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import Text

if TYPE_CHECKING:
    from gridsvc.catalog import Class

app = typer.Typer(no_args_is_help=True, help="Classes of components and events · 部件和事件类别")

KindName = Literal["component", "event"]
Scheme = Annotated[str | None, typer.Option(help="Only this scheme, e.g. gbt30428.2-2013.")]
Kind = Annotated[KindName | None, typer.Option(help="component or event.")]


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
    """List the classes; what is not in a published table is marked."""
    from gridsvc.catalog import load_classes

    with transaction() as connection:
        found = load_classes(connection, scheme)
    if scheme is not None and not found:
        raise class_words.unknown_scheme(scheme)
    if as_json:
        print_json([each.as_dict() for each in found])
        return
    for each in found:
        print(_line(each))


@app.command()
def find(
    text: Annotated[
        str, typer.Argument(help="A code, a name, pinyin (in full or initials), English, or everyday words.")
    ],
    scheme: Scheme = None,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Find classes by what they are called, the likeliest first, and say why."""
    from gridsvc.catalog import load_class_index

    with transaction() as connection:
        index = load_class_index(connection)
    if scheme is not None and all(each.scheme != scheme for each in index.classes):
        raise class_words.unknown_scheme(scheme)
    found = index.find(text, scheme=scheme, kind=kind)
    if as_json:
        print_json([each.as_dict() for each in found])
        return
    if not found:
        print(say(Text(f"没有找到“{text}”。", f"Nothing is called “{text}”.")), file=sys.stderr)
    for each in found:
        print(f"{_line(each.class_)}\t{say(each.because)}")
        if each.own is not None:
            print(say(Text(f"    指：{each.own.zh}", f"    means: {each.own.en}")))
        for other in each.confusable:
            print(
                say(
                    Text(
                        f"    勿混淆：{other.class_.code} {other.class_.name}（{other.difference.zh}）",
                        f"    not to be confused with: {other.class_.code} {other.class_.name}"
                        f" ({other.difference.en})",
                    )
                )
            )


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Name in Chinese.")],
    scheme: Annotated[str, typer.Option(help="The scheme that gets the class.")],
    kind: Annotated[KindName, typer.Option(help="component or event.")],
    major: Annotated[str, typer.Option(help="Code of the major class, such as 04.")],
    english: Annotated[str | None, typer.Option(help="Name in English.")] = None,
    source: Annotated[str | None, typer.Option(help="Who decided it.")] = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Add a class of your own: it gets the next free number, counted down from 99 (999)."""
    from gridsvc.catalog import add_local_class

    with transaction(dry_run=dry_run) as connection:
        made = add_local_class(
            connection, name, scheme=scheme, kind=kind, major=major, name_en=english, source=source
        )
    if as_json:
        print_json(made.as_dict() | {"dry_run": dry_run})
        return
    print(_line(made))
    say_dry_run(dry_run)


def _line(each: Class) -> str:
    from gridsvc.catalog import CONFIDENCE_MARKS

    mark = CONFIDENCE_MARKS[each.confidence]
    name = f"{each.name} [{say(mark)}]" if mark.zh else each.name
    return "\t".join((each.scheme, each.kind, each.code, name, each.major_name, each.name_en or ""))


class_words.register(app)
