"""`gridsvc class`: class lists of any scheme."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from gridsvc.cli.database import transaction
from gridsvc.cli.loading import loading, nothing_of, say_dry_run
from gridsvc.cli.options import AsJson, DryRun, SkipInvalid, pairs
from gridsvc.cli.output import print_faults, print_json, say
from gridsvc.errors import NotFound, Text

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
        raise NotFound("unknown_scheme", Text(f"方案 {scheme} 没有类别", f"scheme {scheme} has no classes"))
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
        found = load_class_index(connection).find(text, scheme=scheme, kind=kind)
    if as_json:
        print_json([each.as_dict() for each in found])
        return
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


@app.command()
def crosswalk(
    code: Annotated[
        str | None, typer.Argument(help="Code of the class; without it every class of the scheme.")
    ] = None,
    scheme: Annotated[str, typer.Option(help="The scheme of the code.")] = "gbt30428.2-2013",
    to: Annotated[str | None, typer.Option(help="Only this other scheme.")] = None,
    kind: Kind = None,
    as_json: AsJson = False,
) -> None:
    """Say what a class is in the other schemes, and how sure that is."""
    from gridsvc.catalog import CONFIDENCE_MARKS, RELATIONS, load_links

    with transaction() as connection:
        found = load_links(connection, scheme, to, kind=kind, code=code)
    if code is not None and not found:
        raise NotFound(
            "no_crosswalk",
            Text(f"{scheme} {code} 没有对照", f"{scheme} {code} has not been compared with any other scheme"),
            remedy=Text("可用 gridsvc class link 载入对照表", "load a crosswalk with gridsvc class link"),
        )
    if as_json:
        print_json([each.as_dict() for each in found])
        return
    for each in found:
        mark = CONFIDENCE_MARKS[each.confidence]
        print(
            "\t".join(
                (
                    each.kind,
                    f"{each.from_code} {each.from_name}",
                    each.to_scheme,
                    f"{each.to_code} {each.to_name}" if each.to_code else "—",
                    say(RELATIONS[each.relation]) + (f" [{say(mark)}]" if mark.zh else ""),
                    each.note or "",
                )
            ).rstrip()
        )


@app.command()
def link(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV or XLSX: from_scheme, kind, from_code, to_scheme, to_code, relation (same, renamed,"
            " narrower, broader, dropped)."
        ),
    ],
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Load a crosswalk between schemes; one direction is given, both are stored."""
    from gridsvc.catalog import import_crosswalk

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("lines", 0) if as_json else None
    ) as (connection, reject):
        done = import_crosswalk(connection, file, skip_invalid=skip_invalid is not None)
        reject(done.refused)
    if as_json:
        print_json(
            {
                "lines": done.lines,
                "linked": done.linked,
                "refused": [fault.as_dict() for fault in done.refused],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"对照 {done.lines} 行，{done.linked} 个类别的对照有变，拒绝 {len(done.refused)} 处",
                f"{done.lines} lines; the links of {done.linked} classes changed; {len(done.refused)} cells"
                " refused",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults(done.refused)


@app.command()
def words(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX: scheme, kind, code, word.")],
    dry_run: DryRun = False,
    skip_invalid: SkipInvalid = None,
    as_json: AsJson = False,
) -> None:
    """Add everyday words that people use for classes."""
    from gridsvc.catalog import import_words

    with loading(
        file, skip_invalid, dry_run=dry_run, refused=nothing_of("added", 0) if as_json else None
    ) as (connection, reject):
        done = import_words(connection, file, skip_invalid=skip_invalid is not None)
        reject(done.refused)
    if as_json:
        print_json(
            {
                "added": done.added,
                "unchanged": done.unchanged,
                "refused": [fault.as_dict() for fault in done.refused],
                "dry_run": dry_run,
            }
        )
        return
    print(
        say(
            Text(
                f"新增 {done.added} 个词，未变 {done.unchanged}，拒绝 {len(done.refused)} 处",
                f"{done.added} words added, {done.unchanged} unchanged, {len(done.refused)} cells refused",
            )
        )
    )
    say_dry_run(dry_run)
    print_faults(done.refused)


def _line(each: Class) -> str:
    from gridsvc.catalog import CONFIDENCE_MARKS

    mark = CONFIDENCE_MARKS[each.confidence]
    name = f"{each.name} [{say(mark)}]" if mark.zh else each.name
    return "\t".join((each.scheme, each.kind, each.code, name, each.major_name, each.name_en or ""))
